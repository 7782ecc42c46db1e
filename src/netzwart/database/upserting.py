"""INSERT … ON CONFLICT, which both databases write alike and SQLAlchemy keeps in two places."""

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession


async def insert_into(session: AsyncSession, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT for this session's database, with `on_conflict_do_nothing/_update`."""
    if (await session.connection()).dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)
