"""Sums samples up to hours and days, and drops what is older than its time.

The job may run at any moment, twice, or on several workers: what it writes follows from the
samples alone, so the second time writes the same. A worker that dies loses nothing but time.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.clock import utcnow
from netzwart.database import Database, insert_into, table_of
from netzwart.jobs import Every, JobContext, Task
from netzwart.network.history.packing import (
    PortTotals,
    pack_totals,
    unpack_sample,
    unpack_totals,
)
from netzwart.network.history.rolling import (
    HOUR,
    LONGEST_GAP,
    TakenSample,
    combined,
    day_bounds,
    day_of,
    hour_of,
    roll_up,
)
from netzwart.network.tables import CounterRollup, Interface, Node, PollSample, RollupPeriod

RAW_KEPT = timedelta(days=2)
HOURS_KEPT = timedelta(days=92)
"""Days are kept for good: the proof of use asks about years."""
_SETTLED_AFTER = timedelta(minutes=5)
"""A visit is recorded some minutes after it began at the latest; until then an hour may grow."""
_NODES_AT_ONCE = 20
"""A chunk's sums take some 30 ms, in which nothing else runs in this process."""
_EVERY_S = 600

_nodes = table_of(Node)
_interfaces = table_of(Interface)
_samples = table_of(PollSample)
_rollups = table_of(CounterRollup)

Totals = Sequence[PortTotals]
SumsByNode = Mapping[int, Mapping[datetime, Totals]]


async def condense(database: Database, now: datetime | None = None) -> int:
    """Sum up whatever hours and days are over, drop what is old; returns how many sums it wrote."""
    now = now or utcnow()
    written, last_id = 0, 0
    while True:
        async with database.session(writing=False) as session:
            ids = await _next_nodes(session, last_id)
            if not ids:
                return written
            hours = await _missing_hours(session, ids, now)
        async with database.session() as session:
            for node_id, sums in hours.items():
                await _write(session, node_id, RollupPeriod.HOUR, sums)
                if sums:
                    await _note_averages(session, node_id, sums[max(sums)])
            written += sum(map(len, hours.values()))
            written += await _write_days(session, ids, hours, now)
            await _drop_old(session, ids, now)
        last_id = ids[-1]


async def _next_nodes(session: AsyncSession, after: int) -> Sequence[int]:
    statement = select(_nodes.c.id).where(_nodes.c.id > after).order_by(_nodes.c.id)
    return (await session.execute(statement.limit(_NODES_AT_ONCE))).scalars().all()


async def _missing_hours(session: AsyncSession, ids: Sequence[int], now: datetime) -> SumsByNode:
    """Return the sums of the hours that are over and not summed up yet, by node and hour."""
    end = hour_of(now - _SETTLED_AFTER)
    done = await session.execute(
        select(_rollups.c.node_id, func.max(_rollups.c.starts_at).label("starts_at"))
        .where(_rollups.c.node_id.in_(ids), _rollups.c.period == RollupPeriod.HOUR)
        .group_by(_rollups.c.node_id)
    )
    last: dict[int, datetime] = {row.node_id: row.starts_at for row in done}
    found: dict[int, Mapping[datetime, Totals]] = {}
    for node_id in ids:
        start = max(last[node_id] + HOUR, end - RAW_KEPT) if node_id in last else end - RAW_KEPT
        if start < end:
            found[node_id] = await _hours(session, node_id, start, end)
    return found


async def _hours(
    session: AsyncSession, node_id: int, start: datetime, end: datetime
) -> Mapping[datetime, Totals]:
    rows = await session.execute(
        select(_samples.c.taken_at, _samples.c.packed)
        .where(
            _samples.c.node_id == node_id,
            _samples.c.taken_at >= start - LONGEST_GAP,
            _samples.c.taken_at < end,
        )
        .order_by(_samples.c.taken_at)
    )
    samples: list[TakenSample] = [(row.taken_at, unpack_sample(row.packed)) for row in rows]
    hours = sorted({hour_of(at) for at, _ in samples if at >= start})
    return {hour: roll_up(_around(samples, hour), hour) for hour in hours}


def _around(samples: Sequence[TakenSample], hour: datetime) -> Sequence[TakenSample]:
    return [one for one in samples if hour - LONGEST_GAP <= one[0] < hour + HOUR]


async def _write(
    session: AsyncSession, node_id: int, period: RollupPeriod, sums: Mapping[datetime, Totals]
) -> None:
    if not sums:
        return
    statement = await insert_into(session, _rollups)
    rows: list[dict[str, Any]] = [
        {"node_id": node_id, "period": period, "starts_at": start, "packed": pack_totals(totals)}
        for start, totals in sums.items()
    ]
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["node_id", "period", "starts_at"],
            set_={"packed": statement.excluded.packed},
        ),
        rows,
    )


async def _note_averages(session: AsyncSession, node_id: int, totals: Totals) -> None:
    """Let the interfaces' rows show the last full hour; polls themselves do not touch them."""
    rows = [
        {
            "of_node": node_id,
            "of_index": one.index,
            "new_in": round(one.in_octets * 8 / one.observed_s),
            "new_out": round(one.out_octets * 8 / one.observed_s),
        }
        for one in totals
        if one.observed_s
    ]
    if not rows:
        return
    statement = (
        update(_interfaces)
        .where(
            _interfaces.c.node_id == bindparam("of_node"),
            _interfaces.c.index == bindparam("of_index"),
        )
        .values(in_bps=bindparam("new_in"), out_bps=bindparam("new_out"))
    )
    await (await session.connection()).execute(statement, rows)


async def _write_days(
    session: AsyncSession,
    ids: Sequence[int],
    hours: SumsByNode,
    now: datetime,
) -> int:
    """Sum up each day whose last hour has just been summed up; returns how many."""
    settled, written = hour_of(now - _SETTLED_AFTER), 0
    today = day_of(settled)
    for node_id in ids:
        days = {day_of(hour) for hour in hours.get(node_id, {})}
        for day in sorted(days - {today}):
            start, end = day_bounds(day)
            rows = await session.execute(
                select(_rollups.c.packed).where(
                    _rollups.c.node_id == node_id,
                    _rollups.c.period == RollupPeriod.HOUR,
                    _rollups.c.starts_at >= start,
                    _rollups.c.starts_at < end,
                )
            )
            totals = combined(unpack_totals(row.packed) for row in rows)
            await _write(session, node_id, RollupPeriod.DAY, {start: totals})
            written += 1
    return written


async def _drop_old(session: AsyncSession, ids: Sequence[int], now: datetime) -> None:
    await session.execute(
        delete(_samples).where(_samples.c.node_id.in_(ids), _samples.c.taken_at < now - RAW_KEPT)
    )
    await session.execute(
        delete(_rollups).where(
            _rollups.c.node_id.in_(ids),
            _rollups.c.period == RollupPeriod.HOUR,
            _rollups.c.starts_at < now - HOURS_KEPT,
        )
    )


async def _run(context: JobContext, arguments: Mapping[str, Any]) -> None:
    del arguments
    await condense(context.database)


CONDENSE_COUNTERS = Task("condense_counters", _run, max_attempts=1, timetable=Every(_EVERY_S))
"""A failed run is made up for by the next one."""
