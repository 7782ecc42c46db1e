"""Writes samples in bulk: one row per node and poll, many rows per statement."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from psycopg import AsyncConnection
from sqlalchemy.ext.asyncio import AsyncSession

_COPY = "COPY poll_sample (node_id, taken_at, packed) FROM STDIN (FORMAT BINARY)"

_INSERT = "INSERT INTO poll_sample (node_id, taken_at, packed) VALUES (?, ?, ?)"

SampleRow = tuple[int, datetime, bytes]
"""Node id, when, packed counters."""


def sqlite_moment(moment: datetime) -> str:
    """Return a moment in UTC as SQLAlchemy writes it on SQLite (a test compares both).

    Its own way through types and named parameters costs more than the row itself.
    """
    return moment.isoformat(" ", "microseconds")[:26]


async def store_samples(session: AsyncSession, rows: Sequence[SampleRow]) -> None:
    """Write the samples within the session's transaction: COPY on PostgreSQL, else executemany."""
    if not rows:
        return
    connection = await session.connection()
    if connection.dialect.name == "sqlite":
        await connection.exec_driver_sql(
            _INSERT,
            [(node_id, sqlite_moment(taken_at), packed) for node_id, taken_at, packed in rows],
        )
        return
    raw = await connection.get_raw_connection()
    driver = cast("AsyncConnection[tuple[object, ...]]", raw.driver_connection)
    async with driver.cursor() as cursor, cursor.copy(_COPY) as copy:
        copy.set_types(["int8", "timestamptz", "bytea"])
        for row in rows:
            await copy.write_row(row)
