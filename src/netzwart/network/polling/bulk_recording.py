"""Writes visits that brought no news, hundreds in one transaction: when, how long, counters.

A quiet visit touches one row of `node` and adds one of `poll_sample`. No state changes, so neither
version nor `changed_at` does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.network.history.storing import sqlite_moment, store_samples


@dataclass(slots=True)
class QuietVisit:
    """A visit to a node that is as it was: all well, or silent still."""

    node_id: int
    claimed_until: datetime
    taken_at: datetime
    answered_at: datetime | None
    """When it answered last: now, or some time ago."""
    duration_ms: int
    failed_polls: int
    next_poll_at: datetime
    poll_log: bytes
    sample: bytes | None
    """Packed counters; None of a silent node."""


_ONE_BY_ONE = (
    "UPDATE node SET claimed_until = NULL, poll_cause = NULL, last_polled_at = ?,"
    " last_answered_at = ?, last_duration_ms = ?, failed_polls = ?, next_poll_at = ?, poll_log = ?"
    " WHERE id = ? AND claimed_until = ?"
)
_AT_ONCE = text(
    "UPDATE node SET claimed_until = NULL, poll_cause = NULL, last_polled_at = v.taken,"
    " last_answered_at = v.answered, last_duration_ms = v.duration, failed_polls = v.failed,"
    " next_poll_at = v.turn, poll_log = v.log"
    " FROM unnest(CAST(:of_node AS bigint[]), CAST(:lease AS timestamptz[]),"
    " CAST(:taken AS timestamptz[]), CAST(:answered AS timestamptz[]),"
    " CAST(:duration AS integer[]), CAST(:failed AS integer[]), CAST(:turn AS timestamptz[]),"
    " CAST(:log AS bytea[]))"
    " AS v (of_node, lease, taken, answered, duration, failed, turn, log)"
    " WHERE node.id = v.of_node AND node.claimed_until = v.lease"
)


async def record_quiet_visits(session: AsyncSession, visits: Sequence[QuietVisit]) -> None:
    """Write all of them; a node whose lease ran out meanwhile keeps what others wrote."""
    if not visits:
        return
    connection = await session.connection()
    if connection.dialect.name == "sqlite":
        await connection.exec_driver_sql(_ONE_BY_ONE, [_row(visit) for visit in visits])
    else:
        rows = [_values(visit) for visit in visits]
        await connection.execute(_AT_ONCE, {name: [row[name] for row in rows] for name in rows[0]})
    await store_samples(
        session,
        [(one.node_id, one.taken_at, one.sample) for one in visits if one.sample is not None],
    )


def _row(visit: QuietVisit) -> tuple[Any, ...]:
    answered_at = visit.answered_at
    return (
        sqlite_moment(visit.taken_at),
        None if answered_at is None else sqlite_moment(answered_at),
        visit.duration_ms,
        visit.failed_polls,
        sqlite_moment(visit.next_poll_at),
        visit.poll_log,
        visit.node_id,
        sqlite_moment(visit.claimed_until),
    )


def _values(visit: QuietVisit) -> dict[str, Any]:
    return {
        "of_node": visit.node_id,
        "lease": visit.claimed_until,
        "taken": visit.taken_at,
        "answered": visit.answered_at,
        "duration": visit.duration_ms,
        "failed": visit.failed_polls,
        "turn": visit.next_poll_at,
        "log": visit.poll_log,
    }
