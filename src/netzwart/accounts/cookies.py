"""The two cookies: the signed-in session, and the gate's own for forms before sign-in."""

from dataclasses import dataclass

from litestar.datastructures import Cookie


@dataclass(frozen=True, slots=True)
class CookieNames:
    """Names and safety of the cookies of one installation.

    Over https they are called `__Host-…`: a browser then takes them from this host only, for every
    path, and never without TLS (RFC 6265bis, section 4.1.3.2).
    """

    is_secure: bool

    @property
    def session(self) -> str:
        """Return the name of the session's cookie."""
        return self._named("netzwart_session")

    @property
    def gate(self) -> str:
        """Return the name of the cookie that ties the sign-in form to the browser."""
        return self._named("netzwart_gate")

    def make(self, name: str, value: str) -> Cookie:
        """Return a cookie that scripts cannot read; it ends with the browser."""
        return Cookie(
            key=name, value=value, path="/", httponly=True, secure=self.is_secure, samesite="lax"
        )

    def clear(self, name: str) -> Cookie:
        """Return the cookie that removes one."""
        return Cookie(
            key=name,
            value="",
            path="/",
            httponly=True,
            secure=self.is_secure,
            samesite="lax",
            max_age=0,
        )

    def _named(self, name: str) -> str:
        return f"__Host-{name}" if self.is_secure else name
