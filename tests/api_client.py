"""Callers of the API: the real application, real tokens, one per role and place."""

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from httpx import Response
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import Connection, event

from netzwart.accounts.actors import SYSTEM
from netzwart.accounts.cookies import CookieNames
from netzwart.accounts.service import add_token
from netzwart.accounts.tables import Role
from netzwart.database import Database
from netzwart.settings import Settings
from tests.cast import CSRF, a_person
from tests.lent_app import lent_app


@dataclass
class Caller:
    """Somebody with a token; counts the statements of each request."""

    client: AsyncTestClient[Litestar]
    database: Database
    word: str
    is_person: bool = False
    """True if the word is a session's cookie and no token."""
    statements: int = 0

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Send a request below /api/v1; `body` is sent as JSON."""
        seen: list[str] = []

        def count(connection: Connection, cursor: object, statement: str, *rest: object) -> None:
            del connection, cursor, rest
            if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK")):
                seen.append(statement)

        engine = self.database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", count)
        try:
            content = None if body is None else json.dumps(body).encode()
            answer = await self.client.request(
                method,
                f"/api/v1/{path}",
                content=content,
                headers={**self._proof(), **(headers or {})},
            )
        finally:
            event.remove(engine, "before_cursor_execute", count)
        self.statements = len(seen)
        return answer

    def _proof(self) -> dict[str, str]:
        if self.is_person:
            return {
                "Cookie": f"{CookieNames(is_secure=False).session}={self.word}",
                "X-CSRF-Token": CSRF,
            }
        return {"Authorization": f"Bearer {self.word}"}

    async def get(self, path: str, status: int = 200, **headers: str) -> Any:
        """Return the JSON of a GET that must be answered with `status`."""
        answer = await self.call("GET", path, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def post(self, path: str, body: Any, status: int = 201, **headers: str) -> Any:
        """Return the JSON of a POST that must be answered with `status`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = await self.call("POST", path, body, named)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def tag(self, path: str) -> str:
        """Return the ETag of a row."""
        answer = await self.call("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.headers["etag"]

    async def patch(self, path: str, body: Any, status: int = 200) -> Any:
        """Change a row as it is now."""
        answer = await self.call("PATCH", path, body, {"If-Match": await self.tag(path)})
        assert answer.status_code == status, answer.text
        return answer.json()

    async def delete(self, path: str, status: int = 204) -> Response:
        """Delete a row as it is now."""
        answer = await self.call("DELETE", path, None, {"If-Match": await self.tag(path)})
        assert answer.status_code == status, answer.text
        return answer


@dataclass
class Api:
    """The application over one database."""

    client: AsyncTestClient[Litestar]
    database: Database
    settings: Settings

    async def caller(self, role: Role = Role.ADMIN, school_id: int | None = None) -> Caller:
        """Return somebody with this role."""
        async with self.database.session() as session:
            made = await add_token(
                session,
                SYSTEM,
                name=f"{role}-{school_id or 'all'}",
                role=role,
                school_id=school_id,
            )
        return Caller(self.client, self.database, made.word.get_secret_value())

    async def auditor_of(self, grant_id: int) -> Caller:
        """Return an auditor who is limited to one grant."""
        async with self.database.session() as session:
            person = await a_person(session, Role.AUDITOR, name="pruefung", grant_id=grant_id)
        return Caller(self.client, self.database, person.word, is_person=True)


@asynccontextmanager
async def running_api(database: Database, folder: Path) -> AsyncGenerator[Api]:
    """Run the application without a server."""
    settings = Settings(data_dir=folder)
    app = lent_app(settings, database, is_demo=True)
    async with AsyncTestClient(app) as client:
        yield Api(client, database, settings)
