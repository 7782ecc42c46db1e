"""What stands around every page: navigation by job, search, the signed-in person, messages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from litestar.connection import ASGIConnection
from litestar.template.base import csrf_token as litestar_csrf_token

from netzwart.web.flash import Flash, read_flash

AnyConnection = ASGIConnection[Any, Any, Any, Any]


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the left bar; packages export theirs as `NAV` and `app.py` collects them.

    `position` sorts: Heute 10, Schulen 20, Geräte 30, Netz 40, Rollout 50, Förderung 60,
    Nachweise 70, Verwaltung 80. An empty `roles` shows the entry to everybody. Whoever lacks the
    role does not see the entry; the guard on the route is what refuses.
    """

    label: str
    href: str
    icon: str
    position: int
    roles: frozenset[str] = frozenset()

    def is_visible_to(self, roles: frozenset[str]) -> bool:
        """Return whether somebody with these roles sees the entry."""
        return not self.roles or bool(self.roles & roles)

    def covers(self, path: str) -> bool:
        """Return whether `path` is this entry's page or lies below it."""
        if self.href == "/":
            return path == "/"
        return path == self.href or path.startswith(f"{self.href.rstrip('/')}/")


@dataclass(frozen=True, slots=True)
class NavLink:
    """A navigation entry as one page draws it."""

    label: str
    href: str
    icon: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class FrameUser:
    """The signed-in person as the frame shows them."""

    display_name: str
    role_label: str
    roles: frozenset[str] = frozenset()

    @property
    def initials(self) -> str:
        """Return up to two capitals for the round mark in the user menu."""
        words = [word for word in self.display_name.split() if word[0].isalnum()]
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"


@dataclass(frozen=True, slots=True)
class Frame:
    """All that `frame.html` needs beside the page itself."""

    user: FrameUser | None
    nav: Sequence[NavLink]
    csrf_token: str
    csrf_field_name: str
    flash: Flash | None
    is_demo: bool
    operator_name: str
    path: str
    search_query: str
    search_url: str
    sign_in_url: str
    sign_out_url: str
    account_url: str


def _nobody(_connection: AnyConnection) -> FrameUser | None:
    return None


def _litestar_csrf_token(connection: AnyConnection) -> str:
    return litestar_csrf_token({"request": connection})


@dataclass(frozen=True, slots=True)
class FrameSettings:
    """What `app.py` tells the frame once; `user_of` and `csrf_token_of` come from `accounts`."""

    nav: Sequence[NavItem] = ()
    is_demo: bool = False
    operator_name: str = ""
    user_of: Callable[[AnyConnection], FrameUser | None] = _nobody
    csrf_token_of: Callable[[AnyConnection], str] = _litestar_csrf_token
    csrf_field_name: str = "_csrf_token"
    search_url: str = "/suche"
    sign_in_url: str = "/sign-in"
    sign_out_url: str = "/sign-out"
    account_url: str = "/account"

    def frame_of(self, connection: AnyConnection) -> Frame:
        """Return the frame around the page that answers this request."""
        user = self.user_of(connection)
        path = connection.url.path
        return Frame(
            user=user,
            nav=self._links(user, path),
            csrf_token=self.csrf_token_of(connection),
            csrf_field_name=self.csrf_field_name,
            flash=read_flash(connection.cookies),
            is_demo=self.is_demo,
            operator_name=self.operator_name,
            path=path,
            search_query=self._search_query(connection, path),
            search_url=self.search_url,
            sign_in_url=self.sign_in_url,
            sign_out_url=self.sign_out_url,
            account_url=self.account_url,
        )

    def _search_query(self, connection: AnyConnection, path: str) -> str:
        return str(connection.query_params.get("q", "")) if path == self.search_url else ""

    def _links(self, user: FrameUser | None, path: str) -> list[NavLink]:
        if user is None:
            return []
        visible = [item for item in self.nav if item.is_visible_to(user.roles)]
        visible.sort(key=lambda item: item.position)
        # The longest address wins, so that `/` is not current together with `/schools`.
        matching = [item.href for item in visible if item.covers(path)]
        current = max(matching, key=len, default=None)
        return [NavLink(i.label, i.href, i.icon, i.href == current) for i in visible]
