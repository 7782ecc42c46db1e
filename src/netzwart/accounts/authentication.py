"""Who sent this request: a session cookie or `Authorization: Bearer nw_…` becomes an `Actor`.

It stands before the router, so that also the page of an unknown address knows who looks at it. An
error while asking the database is kept and raised by the guards: the one error handler answers it,
and public addresses (`/health/live`) need no database.
"""

from collections.abc import Mapping
from typing import Any

from litestar.connection import ASGIConnection, Request
from litestar.datastructures import MutableScopeHeaders, State
from litestar.di import NamedDependency
from litestar.exceptions import NotAuthorizedException
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from sqlalchemy.exc import SQLAlchemyError

from netzwart.accounts import queries, service
from netzwart.accounts.actors import Actor
from netzwart.accounts.cookies import CookieNames
from netzwart.accounts.labels import ROLE_LABELS
from netzwart.accounts.rules import TOUCH_AFTER
from netzwart.accounts.secret_words import TOKEN_PREFIX, digest, new_csrf_secret
from netzwart.clock import utcnow
from netzwart.database import Database
from netzwart.web.frame import FrameUser

AnyConnection = ASGIConnection[Any, Any, Any, Any]

CurrentActor = NamedDependency[Actor]
"""Whoever sent this request; for handlers whose guard lets nobody unknown in."""

_ACTOR = "actor"
_FAILURE = "authentication_failure"
_NEW_GATE = "new_gate_word"
_COOKIES = "cookie_names"
_NOT_ASKED = ("/static/", "/health/")


def recognising(
    app: ASGIApp, database: Database, cookies: CookieNames, session_hours: int
) -> ASGIApp:
    """Wrap an application so that `actor_of` knows who sent each request."""

    async def recognise(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(_NOT_ASKED):
            await app(scope, receive, send)
            return
        state: dict[str, Any] = scope["state"]
        state[_COOKIES] = cookies
        try:
            state[_ACTOR] = await _recognise(
                ASGIConnection(scope), database, cookies, session_hours
            )
        except SQLAlchemyError as error:
            state[_FAILURE] = error

        async def send_with_gate(message: Message) -> None:
            word = state.get(_NEW_GATE)
            if word and message["type"] == "http.response.start":
                cookie = cookies.make(cookies.gate, word)
                MutableScopeHeaders.from_message(message).add(
                    "set-cookie", cookie.to_header(header="")
                )
            await send(message)

        await app(scope, receive, send_with_gate)

    return recognise


def actor_of(connection: AnyConnection) -> Actor | None:
    """Return who sent the request, or None for somebody unknown.

    Raises:
        SQLAlchemyError: the database could not be asked.
    """
    state: Mapping[str, Any] = connection.scope["state"]
    if _FAILURE in state:
        raise state[_FAILURE]
    return state.get(_ACTOR)


def provide_actor(request: Request[Any, Any, State]) -> Actor:
    """Give the handler whoever sent the request.

    Raises:
        NotAuthorizedException: nobody is signed in.
    """
    actor = actor_of(request)
    if actor is None:
        raise NotAuthorizedException
    return actor


def frame_user_of(connection: AnyConnection) -> FrameUser | None:
    """Return the signed-in person as the frame shows them; also while the database is away."""
    actor: Actor | None = connection.scope["state"].get(_ACTOR)
    if actor is None:
        return None
    labels = dict.fromkeys(ROLE_LABELS[held.role] for held in actor.roles)
    return FrameUser(
        display_name=actor.display_name,
        role_label=", ".join(labels) or "ohne Rolle",
        roles=frozenset(held.role.value for held in actor.roles),
    )


def csrf_token_of(connection: AnyConnection) -> str:
    """Return what this browser's forms must carry; an unknown one is given a gate cookie for it."""
    state = connection.scope["state"]
    actor: Actor | None = state.get(_ACTOR)
    if actor is not None:
        return actor.csrf_token
    present = gate_word(connection)
    if present:
        return present
    return state.setdefault(_NEW_GATE, new_csrf_secret())


def gate_word(connection: AnyConnection) -> str | None:
    """Return the gate cookie that came with the request."""
    names: CookieNames | None = connection.scope["state"].get(_COOKIES)
    return connection.cookies.get(names.gate) if names else None


async def _recognise(
    connection: AnyConnection, database: Database, cookies: CookieNames, session_hours: int
) -> Actor | None:
    now = utcnow()
    bearer = _bearer_word(connection)
    word = bearer or connection.cookies.get(cookies.session)
    if not word:
        return None
    async with database.session(writing=False) as session:
        find = queries.find_by_token if bearer else queries.find_by_session
        found = await find(session, digest(word), now)
    if found is None:
        return None
    if found.last_used_at is None or now - found.last_used_at >= TOUCH_AFTER:
        await service.touch(database, found.actor, session_hours)
    return found.actor


def _bearer_word(connection: AnyConnection) -> str | None:
    """Return the bearer token; one that is not ours counts as given and wrong, never as absent."""
    scheme, _, word = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    return word.strip() or TOKEN_PREFIX
