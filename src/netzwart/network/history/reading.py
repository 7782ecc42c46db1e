"""The history as pages and reports read it: rates by hour, sums by day, the latest rates.

Whoever calls these has already checked that the node may be seen; no scope is applied here.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.clock import utcnow
from netzwart.database import table_of
from netzwart.network.history.packing import (
    UNKNOWN_OCTETS,
    CounterSample,
    PortTotals,
    unpack_sample,
    unpack_totals,
)
from netzwart.network.history.rolling import (
    HOUR,
    LONGEST_GAP,
    TakenSample,
    day_bounds,
    day_of,
    hour_of,
    octet_differences,
    roll_up,
)
from netzwart.network.tables import CounterRollup, PollSample, RollupPeriod

_samples = table_of(PollSample)
_rollups = table_of(CounterRollup)

SPARKLINE_HOURS = 48


@dataclass(frozen=True, slots=True)
class TrafficHour:
    """One interface in one hour; rates are averages over the seconds observed."""

    starts_at: datetime
    in_bps: int
    out_bps: int
    peak_in_bps: int
    peak_out_bps: int
    up_share: float
    """0 to 1: how much of the time observed the port was up."""
    in_errors: int
    out_errors: int


@dataclass(frozen=True, slots=True)
class PortRates:
    """Bits per second between the last two polls, and when the later one was."""

    taken_at: datetime
    in_bps: int | None
    out_bps: int | None


async def traffic_by_hour(
    session: AsyncSession,
    node_id: int,
    *,
    hours: int = SPARKLINE_HOURS,
    ports: Container[int] | None = None,
) -> Mapping[int, Sequence[TrafficHour]]:
    """Return each interface's last hours by ifIndex, oldest first, in two statements.

    Whoever shows some ports names their ifIndexes: then the others are not unpacked.

    The hours not summed up yet, the running one included, are summed up here from the raw samples.
    An hour without an answer is absent: draw a gap, not a zero.
    """
    first = hour_of(utcnow()) - (hours - 1) * HOUR
    summed = await _periods(session, [node_id], RollupPeriod.HOUR, first, utcnow())
    found: dict[datetime, Sequence[PortTotals]] = {
        row.starts_at: unpack_totals(row.packed, ports) for row in summed
    }
    rest = max(found, default=first - HOUR) + HOUR
    raw = await list_samples(session, node_id, rest - LONGEST_GAP)
    for start in sorted({hour_of(taken_at) for taken_at, _ in raw if taken_at >= rest}):
        found[start] = roll_up(raw, start)
    by_port: dict[int, list[TrafficHour]] = {}
    for start in sorted(found):
        for one in found[start]:
            if one.observed_s and (ports is None or one.index in ports):
                by_port.setdefault(one.index, []).append(_hour(start, one))
    return by_port


def _hour(starts_at: datetime, one: PortTotals) -> TrafficHour:
    return TrafficHour(
        starts_at=starts_at,
        in_bps=round(one.in_octets * 8 / one.observed_s),
        out_bps=round(one.out_octets * 8 / one.observed_s),
        peak_in_bps=one.peak_in_bps,
        peak_out_bps=one.peak_out_bps,
        up_share=min(1.0, one.up_s / one.observed_s),
        in_errors=one.in_errors,
        out_errors=one.out_errors,
    )


async def traffic_by_day(
    session: AsyncSession, node_ids: Sequence[int], first: date, last: date
) -> Mapping[int, Mapping[date, Sequence[PortTotals]]]:
    """Return what each node's interfaces did on each whole day in Berlin, both days included.

    Node id → day → interfaces. Ports that were ever up are those with `up_s`, an uplink's load is
    its octets over `observed_s`. Days without an answer are absent.
    """
    start, end = day_bounds(first)[0], day_bounds(last)[1]
    found: dict[int, dict[date, Sequence[PortTotals]]] = {}
    for row in await _periods(session, node_ids, RollupPeriod.DAY, start, end):
        days = found.setdefault(row.node_id, {})
        days[day_of(row.starts_at)] = unpack_totals(row.packed)
    return found


async def latest_rates(session: AsyncSession, node_id: int) -> Mapping[int, PortRates]:
    """Return each interface's rates between the last two polls by ifIndex."""
    rows = await session.execute(
        select(_samples.c.taken_at, _samples.c.packed)
        .where(_samples.c.node_id == node_id)
        .order_by(_samples.c.taken_at.desc())
        .limit(2)
    )
    taken = [(row.taken_at, unpack_sample(row.packed)) for row in rows]
    return rates_between(taken[1], taken[0]) if len(taken) == 2 else {}  # noqa: PLR2004 - a pair


def rates_between(earlier: TakenSample, later: TakenSample) -> dict[int, PortRates]:
    """Return each interface's rates by ifIndex; None where the counters do not tell."""
    (before_at, before), (after_at, after) = earlier, later
    seconds = (after_at - before_at).total_seconds()
    if before.ports.indexes != after.ports.indexes or seconds <= 0:
        return {}
    octets = octet_differences(before, after, seconds)
    return {
        index: PortRates(
            after_at,
            _rate(before, after, octets, 2 * place, seconds),
            _rate(before, after, octets, 2 * place + 1, seconds),
        )
        for place, index in enumerate(after.ports.indexes)
    }


def _rate(
    before: CounterSample, after: CounterSample, octets: Sequence[int], place: int, seconds: float
) -> int | None:
    if UNKNOWN_OCTETS in (before.octets[place], after.octets[place]):
        return None
    return round(octets[place] * 8 / seconds)


async def list_samples(
    session: AsyncSession, node_id: int, since: datetime
) -> Sequence[TakenSample]:
    """Return a node's raw samples from then on, oldest first; at most two days of them exist."""
    rows = await session.execute(
        select(_samples.c.taken_at, _samples.c.packed)
        .where(_samples.c.node_id == node_id, _samples.c.taken_at >= since)
        .order_by(_samples.c.taken_at)
    )
    return [(row.taken_at, unpack_sample(row.packed)) for row in rows]


async def _periods(
    session: AsyncSession,
    node_ids: Sequence[int],
    period: RollupPeriod,
    start: datetime,
    end: datetime,
) -> Sequence[Row[*tuple[Any, ...]]]:
    rows = await session.execute(
        select(_rollups.c.node_id, _rollups.c.starts_at, _rollups.c.packed)
        .where(
            _rollups.c.node_id.in_(node_ids),
            _rollups.c.period == period,
            _rollups.c.starts_at >= start,
            _rollups.c.starts_at < end,
        )
        .order_by(_rollups.c.node_id, _rollups.c.starts_at)
    )
    return rows.all()
