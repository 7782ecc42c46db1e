"""The real application in a test: people browse it, pages are checked, statements counted."""

import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import httpx
from litestar import Litestar
from sqlalchemy import Connection, event, text

from netzwart.accounts.csrf import CSRF_FIELD, CSRF_HEADER
from netzwart.database import Database
from netzwart.settings import Settings
from netzwart.web.headers import CONTENT_SECURITY_POLICY
from tests.cast import Person
from tests.lent_app import lent_app
from tests.markup import markup_problems

STATEMENTS_AT_MOST = 8
_BOOKKEEPING = re.compile(r"\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|PRAGMA)\b", re.IGNORECASE)


class Site:
    """The application with a database, and whoever browses it."""

    def __init__(self, app: Litestar, database: Database, settings: Settings) -> None:
        self.app = app
        self.database = database
        self.settings = settings
        self.statements: list[str] = []
        self._browsers: list[Browser] = []

    def as_(self, person: Person | None) -> "Browser":
        """Return the browser (or program) of somebody; None is somebody unknown."""
        browser = Browser(self, person)
        self._browsers.append(browser)
        return browser

    async def close(self) -> None:
        for browser in self._browsers:
            await browser.client.aclose()


class Browser:
    """One person's requests.

    `statements` are those of the last request, the one that recognises the person included.
    """

    def __init__(self, site: Site, person: Person | None) -> None:
        self.site = site
        self.person = person
        self.statements: list[str] = []
        base = site.settings.base_url or "http://testserver"
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(cast("Any", site.app)),
            base_url=base,
            follow_redirects=False,
        )
        if person is not None and person.is_program:
            self.client.headers["Authorization"] = f"Bearer {person.word}"
        elif person is not None:
            self.client.cookies.set(_session_cookie(site), person.word)

    @property
    def _is_program(self) -> bool:
        return self.person is not None and self.person.is_program

    async def get(
        self,
        path: str,
        *,
        statements_at_most: int = STATEMENTS_AT_MOST,
        htmx: bool = False,
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> httpx.Response:
        """Open a page; fails when it is broken or asks the database too often."""
        answer = await self.request("GET", path, headers=_asking(htmx, headers), **options)
        assert len(self.statements) <= statements_at_most, "\n".join(
            [f"GET {path} needed {len(self.statements)} statements:", *self.statements]
        )
        return answer

    async def post(
        self,
        path: str,
        data: Mapping[str, Any] | None = None,
        *,
        htmx: bool = False,
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> httpx.Response:
        """Send a form with the CSRF token of the session; JSON with the header instead."""
        asking = _asking(htmx, headers)
        token = self.person.actor.csrf_token if self.person else ""
        if "json" in options:
            asking.setdefault(CSRF_HEADER, token)
            return await self.request("POST", path, headers=asking, **options)
        fields = {CSRF_FIELD: token, **(data or {})}
        return await self.request("POST", path, data=fields, headers=asking, **options)

    async def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send any request, with nothing added; the answer's markup and headers are checked."""
        before = len(self.site.statements)
        answer = await self.client.request(method, path, **options)
        self.statements = self.site.statements[before:]
        assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        if answer.headers.get("content-type", "").startswith("text/html"):
            problems = markup_problems(answer.text)
            # Programs send no CSRF token, so pages give them an empty one.
            if f'name="{CSRF_FIELD}" value=""' in answer.text and not self._is_program:
                problems.append("a form with an empty CSRF token")
            assert not problems, "\n".join([f"{method} {path}:", *problems])
        return answer


@asynccontextmanager
async def open_site(database: Database, data_dir: Path, **settings: Any) -> AsyncGenerator[Site]:
    """Open the application over a migrated database."""
    chosen = Settings(data_dir=data_dir, **settings)
    app = lent_app(chosen, database, operator_name="Musterstadt")
    site = Site(app, database, chosen)
    # The first connection asks the server about itself, which is nobody's statement.
    async with database.session(writing=False) as session:
        await session.execute(text("SELECT 1"))

    def count(connection: Connection, cursor: object, statement: str, *details: object) -> None:
        del connection, cursor, details
        if not _BOOKKEEPING.match(statement):
            site.statements.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", count)
    try:
        yield site
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", count)
        await site.close()


def csrf_field_of(page: httpx.Response) -> str:
    """Return the CSRF token in a page's first form."""
    found = re.search(rf'name="{CSRF_FIELD}" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def _session_cookie(site: Site) -> str:
    is_https = (site.settings.base_url or "").startswith("https://")
    return "__Host-netzwart_session" if is_https else "netzwart_session"


def _asking(htmx: bool, headers: Mapping[str, str] | None) -> dict[str, str]:  # noqa: FBT001
    asking = {"Accept": "text/html,application/json;q=0.9"}
    if htmx:
        asking["HX-Request"] = "true"
    return {**asking, **(headers or {})}
