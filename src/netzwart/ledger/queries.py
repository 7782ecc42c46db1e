"""Named reads of the chain."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.database import table_of
from netzwart.ledger.tables import DaySeal, LedgerSegment

_seals = table_of(DaySeal)
_segments = table_of(LedgerSegment)


@dataclass(frozen=True, slots=True)
class SealRow:
    """One sealed day."""

    day: date
    entries: int
    root: str
    sealed_at: datetime


async def latest_seal(session: AsyncSession) -> SealRow | None:
    """Return the newest seal, whose root covers all days before it."""
    found = await list_seals(session, limit=1)
    return found[0] if found else None


async def list_seals(
    session: AsyncSession, *, before: date | None = None, limit: int = 50
) -> Sequence[SealRow]:
    """Return seals, newest first; `before` is the last row's day."""
    c = _seals.c
    statement = select(c.day, c.entries, c.root_sha256, c.created_at)
    if before is not None:
        statement = statement.where(c.day < before)
    rows = await session.execute(statement.order_by(c.day.desc()).limit(limit))
    return [SealRow(*row) for row in rows]


async def entries_by_subject(session: AsyncSession) -> Sequence[tuple[str, int]]:
    """Return how many rows of each table are sealed, by table."""
    c = _segments.c
    rows = await session.execute(
        select(c.subject, func.sum(c.rows)).group_by(c.subject).order_by(c.subject)
    )
    return [(row[0], int(row[1])) for row in rows]
