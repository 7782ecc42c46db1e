"""Forms of other sites are refused: whoever comes by cookie must show that our page sent them."""

import hmac
from typing import Any, cast
from urllib.parse import parse_qsl

from litestar.connection import ASGIConnection, Request
from litestar.handlers import BaseRouteHandler
from litestar.utils.scope.state import ScopeState

from netzwart.accounts.authentication import actor_of, gate_word
from netzwart.errors import ForbiddenError, InvalidInputError

CSRF_FIELD = "csrf_token"
CSRF_HEADER = "X-CSRF-Token"

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_URL_ENCODED = "application/x-www-form-urlencoded"
_FORMS = (_URL_ENCODED, "multipart/form-data")
_MOST_FIELDS = 5000
"""Bulk edits send one field per row; more than this is not a form of ours."""


class ForgedRequestError(ForbiddenError):
    """The request did not come from one of our pages, or the page is from before sign-in."""

    def __init__(self) -> None:
        super().__init__("Die Seite war veraltet. Bitte lade sie neu und versuche es noch einmal.")


async def refuse_forged(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """Guard of the whole application: changing methods need the CSRF token of their session.

    A bearer token needs none, since no browser sends it by itself. Somebody unknown is left to the
    route's own guard, except where the route is public. The field is taken out of the form, so that
    strict forms do not meet it.

    Raises:
        ForgedRequestError: no token, or that of another session.
    """
    if connection.scope["type"] != "http" or connection.scope["method"] in _SAFE_METHODS:
        return
    actor = actor_of(connection)
    if actor is not None and actor.session_id is None:
        return
    if actor is None and not handler.opt.get("public"):
        return
    expected = actor.csrf_token if actor is not None else gate_word(connection)
    if connection.headers.get("sec-fetch-site") == "cross-site":
        raise ForgedRequestError
    # The field goes even where a header came: HTMX sends both.
    field = await _field_of(connection)
    given = connection.headers.get(CSRF_HEADER) or field
    if not expected or not hmac.compare_digest(expected.encode(), given.encode()):
        raise ForgedRequestError


async def _field_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """Return the form's CSRF field, and leave the form without it where handlers read it from."""
    content_type = connection.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type not in _FORMS or not isinstance(connection, Request):
        return ""
    state = ScopeState.from_scope(connection.scope)
    # A request of our own, since each one keeps a copy of the form it read.
    reading = Request[Any, Any, Any](connection.scope, receive=connection.receive)
    if content_type == _URL_ENCODED:
        sent = _parsed(await reading.body())
    else:
        await reading.form()
        sent = dict(cast("dict[str, Any]", state.form))
    given = sent.pop(CSRF_FIELD, "")
    state.form = sent
    return given if isinstance(given, str) else ""


def _parsed(body: bytes) -> dict[str, Any]:
    """Return the fields of an URL-encoded form.

    Litestar's own parser keeps the last 1024 forms in a cache of the process, passwords included,
    and gives the same dictionary to each request that sent the same bytes.
    """
    fields: dict[str, list[str]] = {}
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise InvalidInputError("Das Formular ist nicht lesbar.") from error
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in fields.items()}
