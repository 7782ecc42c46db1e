"""The engine, and the only place that commits: one request or one job step is one transaction."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from litestar import Request
from litestar.datastructures import State
from litestar.di import NamedDependency
from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Session as SyncSession

from netzwart.clock import utcnow
from netzwart.database.columns import Record
from netzwart.database.messages import explain

DbSession = NamedDependency[AsyncSession]
"""The session of this request; it is committed before the response leaves."""

READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Database:
    """One engine and its sessions.

    SQLite runs in WAL mode; a writer takes the lock at once (BEGIN IMMEDIATE), because a
    transaction that reads first and writes later fails under concurrency instead of waiting.
    """

    def __init__(self, url: str, *, echo: bool = False) -> None:
        self.url = _async_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite and self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        options: dict[str, Any] = {} if self.is_sqlite else {"pool_size": 10, "max_overflow": 10}
        self.engine: AsyncEngine = create_async_engine(self.url, echo=echo, **options)
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin_sqlite)

    @asynccontextmanager
    async def session(
        self, *, writing: bool = True, keeping: bool = True
    ) -> AsyncGenerator[AsyncSession]:
        """Give a session, commit it at the end of the block, roll back if anything was raised.

        With `keeping=False` it is rolled back in any case: a rehearsal that leaves no trace.

        Raises:
            InvalidInputError: a constraint with a German sentence was broken.
            ConflictError: a foreign key was broken.
        """
        async with self.engine.connect() as connection:
            await connection.execution_options(netzwart_writing=writing)
            async with AsyncSession(connection, expire_on_commit=False) as session:
                try:
                    yield session
                    await (session.commit() if keeping else session.rollback())
                except IntegrityError as error:
                    await session.rollback()
                    spoken = explain(error)
                    if spoken is None:
                        raise
                    raise spoken from error
                except BaseException:
                    await session.rollback()
                    raise

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


async def provide_session(
    request: Request[Any, Any, State], database: NamedDependency[Database]
) -> AsyncGenerator[AsyncSession]:
    """Give the request its session; writing methods take SQLite's write lock at once."""
    async with database.session(writing=request.method not in READING_METHODS) as session:
        yield session


def _async_url(url: str) -> URL:
    parsed = make_url(url)
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg"}
    return parsed.set(drivername=drivers.get(parsed.get_backend_name(), parsed.drivername))


def _prepare_sqlite(connection: Any, record: Any) -> None:  # noqa: ANN401 - DBAPI objects
    del record
    connection.isolation_level = None  # we say BEGIN ourselves, see _begin_sqlite
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "busy_timeout=15000",
        "temp_store=MEMORY",
        "cache_size=-32000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("netzwart_writing", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@event.listens_for(SyncSession, "before_flush")
def _count_versions(session: SyncSession, context: object, instances: object) -> None:  # pyright: ignore[reportUnusedFunction] - called by SQLAlchemy
    del context, instances
    for row in session.dirty:
        if isinstance(row, Record) and session.is_modified(row):
            row.version += 1
            row.changed_at = utcnow()
