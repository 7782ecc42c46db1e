"""Forms of other sites are refused: whoever comes by cookie must show that our page sent them."""

import hmac
from typing import Any

from litestar.connection import ASGIConnection, Request
from litestar.handlers import BaseRouteHandler
from litestar.utils.scope.state import ScopeState

from netzwart.accounts.authentication import actor_of, gate_word
from netzwart.errors import ForbiddenError

CSRF_FIELD = "csrf_token"
CSRF_HEADER = "X-CSRF-Token"

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


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
    given = connection.headers.get(CSRF_HEADER) or await _field_of(connection)
    if not expected or not hmac.compare_digest(expected.encode(), given.encode()):
        raise ForgedRequestError


async def _field_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    content_type = connection.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type not in _FORMS or not isinstance(connection, Request):
        return ""
    # Read through a request of our own: each request object keeps a copy of the form, and the
    # handler's shall be made after the field is gone from the one in the scope.
    await Request[Any, Any, Any](connection.scope, receive=connection.receive).form()
    form = ScopeState.from_scope(connection.scope).form
    given = form.pop(CSRF_FIELD, "") if isinstance(form, dict) else ""
    return given if isinstance(given, str) else ""
