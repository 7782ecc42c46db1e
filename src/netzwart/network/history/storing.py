"""Writes samples in bulk: one row per node and poll, many rows per statement."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from psycopg import AsyncConnection
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.database import table_of
from netzwart.network.tables import PollSample

_samples = table_of(PollSample)
_COPY = "COPY poll_sample (node_id, taken_at, packed) FROM STDIN (FORMAT BINARY)"

SampleRow = tuple[int, datetime, bytes]
"""Node id, when, packed counters."""


async def store_samples(session: AsyncSession, rows: Sequence[SampleRow]) -> None:
    """Write the samples within the session's transaction: COPY on PostgreSQL, else executemany."""
    if not rows:
        return
    connection = await session.connection()
    if connection.dialect.name == "sqlite":
        await connection.execute(
            insert(_samples),
            [{"node_id": row[0], "taken_at": row[1], "packed": row[2]} for row in rows],
        )
        return
    raw = await connection.get_raw_connection()
    driver = cast("AsyncConnection[tuple[object, ...]]", raw.driver_connection)
    async with driver.cursor() as cursor, cursor.copy(_COPY) as copy:
        copy.set_types(["int8", "timestamptz", "bytea"])
        for row in rows:
            await copy.write_row(row)
