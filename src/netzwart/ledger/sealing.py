"""Seals days: hashes what no seal covers yet, and chains the day's root to the day before.

Hashing happens in a transaction that only reads, so writers go on; the seal itself is one short
write. A day may be sealed by any worker: the second one finds it done.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any

import structlog
from sqlalchemy import Boolean, Connection, Date, LargeBinary, Table, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel

from netzwart.clock import BERLIN, utcnow
from netzwart.database import Database, JsonValue, UtcDateTime, table_of
from netzwart.jobs import Daily, JobContext, Task
from netzwart.ledger.reading import rows_between
from netzwart.ledger.tables import DaySeal, LedgerSegment
from netzwart.ledger.verifier import (
    GENESIS,
    LEAF_BYTES,
    Segment,
    ends_of,
    ids_of,
    kinds_of,
    leaf_of,
    root_of,
    runs_of,
)

_log = structlog.get_logger()
_seals = table_of(DaySeal)
_segments = table_of(LedgerSegment)

SEALED = (
    "audit_event",
    "device_event",
    "erased_row",
    "issued_document",
    "journal_entry",
    "relocation",
    "sighting",
)
"""Tables whose rows never change; what may change is sealed by way of its journal."""

PART_ROWS = 50_000
"""Rows in one segment at most."""
GRACE = timedelta(minutes=10)
"""A day is sealed this long after its end, so that what began in it has been committed."""
_LATE_DAYS = 7
"""A row that was committed later than its neighbours is still found within so many seals."""


def columns_of(table: Table) -> str:
    """Return what is hashed of a table's rows, by name and kind: `id seen_at:t raw:j`."""
    return " ".join(f"{column.name}{_kind(column.type)}" for column in table.columns)


def _kind(type_: object) -> str:
    kinds = (
        (UtcDateTime, ":t"),
        (Date, ":d"),
        (Boolean, ":f"),
        (LargeBinary, ":b"),
        (type(JsonValue), ":j"),
    )
    return next((letter for kind, letter in kinds if isinstance(type_, kind)), "")


def end_of_day(day: date) -> datetime:
    """Return the moment at which a day in Berlin is over."""
    return datetime.combine(day + timedelta(days=1), time(0), BERLIN).astimezone(UTC)


async def seal_days(database: Database, now: datetime | None = None) -> int:
    """Seal each day that is over and not sealed yet; returns how many that were.

    The first seal ever covers everything before it.
    """
    moment = now or utcnow()
    last_day = (moment - GRACE).astimezone(BERLIN).date() - timedelta(days=1)
    sealed = 0
    while True:
        async with database.session(writing=False) as session:
            connection = await session.connection()
            found = await connection.run_sync(_next_seal, last_day)
        if found is None:
            return sealed
        seal, segments = found
        try:
            async with database.session() as session:
                await session.execute(insert(_seals), [seal])
                if segments:
                    await session.execute(insert(_segments), segments)
        except IntegrityError:
            continue  # another worker sealed this day; look what is next
        sealed += 1
        _log.info("day_sealed", day=str(seal["day"]), entries=seal["entries"])


def _next_seal(
    connection: Connection, last_day: date
) -> tuple[dict[str, object], list[dict[str, object]]] | None:
    before = connection.execute(
        select(_seals.c.day, _seals.c.root_sha256).order_by(_seals.c.day.desc()).limit(1)
    ).first()
    day = last_day if before is None else before.day + timedelta(days=1)
    if day > last_day:
        return None
    previous = GENESIS if before is None else before.root_sha256
    segments = [segment for name in SEALED for segment in _segments_of(connection, name, day)]
    entries = sum(segment.rows for segment in segments)
    now = utcnow()
    common = {"created_at": now, "changed_at": now, "version": 1}
    seal: dict[str, object] = {
        "day": day,
        "entries": entries,
        "root_sha256": root_of(day.isoformat(), previous, segments),
        "previous_sha256": previous,
        **common,
    }
    return seal, [_row(segment, day) | common for segment in segments]


def _row(segment: Segment, day: date) -> dict[str, object]:
    first, last = ends_of(segment.ids)
    return {
        "day": day,
        "subject": segment.subject,
        "part": segment.part,
        "columns": segment.columns,
        "first_id": first,
        "last_id": last,
        "rows": segment.rows,
        "ids": segment.ids,
        "leaves": segment.leaves,
        "sha256": segment.sha256,
    }


def _segments_of(connection: Connection, name: str, day: date) -> Iterator[Segment]:
    table = SQLModel.metadata.tables[name]
    columns = columns_of(table)
    unsealed = _unsealed(connection, table, day)
    for part, ids in groupby(enumerate(unsealed), key=lambda pair: pair[0] // PART_ROWS):
        yield _segment(connection, name, columns, day, part, [row_id for _, row_id in ids])


def _unsealed(connection: Connection, table: Table, day: date) -> list[int]:
    """Return the ids that no seal covers, up to the last row that began before the day's end."""
    c = table.c
    settled = connection.execute(
        select(func.max(_segments.c.last_id)).where(
            _segments.c.subject == table.name, _segments.c.day < day - timedelta(days=_LATE_DAYS)
        )
    ).scalar()
    floor = settled or 0
    last = connection.execute(
        select(func.max(c.id)).where(c.id > floor, c.created_at < end_of_day(day))
    ).scalar()
    if last is None:
        return []
    recent = connection.execute(
        select(_segments.c.ids).where(
            _segments.c.subject == table.name, _segments.c.last_id > floor
        )
    ).scalars()
    covered = {row_id for runs in recent for row_id in ids_of(runs) if row_id > floor}
    found = connection.execute(select(c.id).where(c.id > floor, c.id <= last).order_by(c.id))
    return [row_id for row_id in found.scalars() if row_id not in covered]


def _segment(
    connection: Connection, name: str, columns: str, day: date, part: int, ids: Sequence[int]
) -> Segment:
    bare = Segment(day.isoformat(), name, part, columns, runs_of(ids), len(ids), b"", "")
    wanted, kinds = set(ids), kinds_of(columns)
    leaves = [leaf_of(row, kinds) for row in rows_between(connection, bare) if row[0] in wanted]
    return Segment(
        bare.day,
        name,
        part,
        columns,
        bare.ids,
        len(leaves),
        b"".join(leaf[:LEAF_BYTES] for leaf in leaves),
        hashlib.sha256(b"".join(leaves)).hexdigest(),
    )


async def _seal(context: JobContext, arguments: Mapping[str, Any]) -> None:
    """Seal what is over; running twice seals nothing twice."""
    del arguments
    await seal_days(context.database)


SEAL_DAYS = Task("seal_days", _seal, max_attempts=5, timetable=Daily(time(0, 20)))
"""After midnight in Berlin, when the grace of the day before has passed."""
