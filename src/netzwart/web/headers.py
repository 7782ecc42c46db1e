"""The headers that every answer carries: a strict content policy, and no caching unless asked."""

from typing import Final

from litestar.datastructures import Cookie, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from netzwart.web.flash import FLASH_COOKIE

_SOURCES: Final = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    # Tabler draws its check marks and arrows as data: images.
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
CONTENT_SECURITY_POLICY: Final = "; ".join(f"{name} {value}" for name, value in _SOURCES.items())
_ALWAYS: Final = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    # The camera is for scanning labels; nothing else is wanted.
    "permissions-policy": "camera=(self), geolocation=(), microphone=(), payment=()",
}
_ONE_YEAR_S: Final = 31_536_000
_STRICT_TRANSPORT: Final = f"max-age={_ONE_YEAR_S}; includeSubDomains"


class SecurityHeadersMiddleware(ASGIMiddleware):
    """Adds the security headers; a header that a handler set itself stays.

    `is_https` says that browsers reach us by TLS, also when a proxy in front ends it.
    """

    scopes = (ScopeType.HTTP,)

    def __init__(self, *, is_https: bool = False) -> None:
        self.is_https = is_https

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Pass the request on and complete the answer's headers."""
        carried_flash = any(
            FLASH_COOKIE.encode() in value for name, value in scope["headers"] if name == b"cookie"
        )

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableScopeHeaders.from_message(message)
                self._complete(headers, scope)
                if carried_flash and _is_page(message["status"], headers):
                    _eat_flash(headers)
            await send(message)

        await next_app(scope, receive, send_with_headers)

    def _complete(self, headers: MutableScopeHeaders, scope: Scope) -> None:
        for name, value in _ALWAYS.items():
            _set_missing(headers, name, value)
        # Pages show money and names: a shared computer must not keep them after sign-out.
        _set_missing(headers, "cache-control", "no-store")
        if self.is_https or scope["scheme"] == "https":
            _set_missing(headers, "strict-transport-security", _STRICT_TRANSPORT)


def _set_missing(headers: MutableScopeHeaders, name: str, value: str) -> None:
    if not headers.getall(name, []):
        headers.add(name, value)


def _is_page(status: int, headers: MutableScopeHeaders) -> bool:
    is_redirect = 300 <= status < 400  # noqa: PLR2004 - the range of redirects, RFC 9110 15.4
    return not is_redirect and any(
        value.startswith("text/html") for value in headers.getall("content-type", [])
    )


def _eat_flash(headers: MutableScopeHeaders) -> None:
    if any(FLASH_COOKIE in value for value in headers.getall("set-cookie", [])):
        return
    empty = Cookie(key=FLASH_COOKIE, value="", max_age=0, httponly=True, samesite="lax", path="/")
    headers.add("set-cookie", empty.to_header(header=""))
