"""From samples to sums: what each port carried in an hour, and what hours make a day; pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from operator import add, sub

from netzwart.clock import BERLIN
from netzwart.network.history.packing import (
    UNKNOWN_ERRORS,
    CounterSample,
    PortSet,
    PortTotals,
    bits,
)

HOUR = timedelta(hours=1)
LONGEST_GAP = timedelta(hours=1)
"""What a port carried in a longer silence cannot be told to one hour; it is left out."""
_RESTART_TOLERANCE_S = 60
_MOST_BPS = 1_600_000_000_000
"""Twice the fastest Ethernet (IEEE 802.3df): more is a counter that was reset, not traffic."""

TakenSample = tuple[datetime, CounterSample]


def hour_of(moment: datetime) -> datetime:
    """Return the beginning of the moment's hour."""
    return moment.replace(minute=0, second=0, microsecond=0)


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Return when a day in Berlin begins and ends; 23 or 25 hours when clocks change."""
    start = datetime.combine(day, time(), BERLIN)
    end = datetime.combine(day + timedelta(days=1), time(), BERLIN)
    return start.astimezone(UTC), end.astimezone(UTC)


def day_of(moment: datetime) -> date:
    """Return the day in Berlin that a moment belongs to."""
    return moment.astimezone(BERLIN).date()


def with_errors(samples: Iterable[TakenSample]) -> list[TakenSample]:
    """Return the samples with the error counters that they left out because nothing had changed."""
    filled: list[TakenSample] = []
    last: tuple[PortSet, tuple[int, ...]] | None = None
    for taken_at, sample in samples:
        if sample.errors is not None:
            last = sample.ports, sample.errors
        elif last is not None and last[0].indexes == sample.ports.indexes:
            filled.append((taken_at, replace(sample, errors=last[1])))
            continue
        filled.append((taken_at, sample))
    return filled


def roll_up(samples: Sequence[TakenSample], starts_at: datetime) -> tuple[PortTotals, ...]:
    """Return what each port did in the hour that begins then.

    Args:
        samples: In order; with the one before the hour, which the first difference needs.
        starts_at: The beginning of an hour.
    """
    sums: dict[tuple[int, ...], _Sums] = {}
    for (earlier, before), (later, after) in pairwise(with_errors(samples)):
        gap = later - earlier
        if not (starts_at <= later < starts_at + HOUR) or not timedelta() < gap <= LONGEST_GAP:
            continue
        if before.ports.indexes != after.ports.indexes or _has_restarted(before, after, gap):
            continue
        indexes = after.ports.indexes
        held = sums.get(indexes)
        if held is None:
            held = sums[indexes] = _Sums(indexes)
        held.take(before, after, gap.total_seconds())
    return combined(one.totals() for one in sums.values())


def _has_restarted(before: CounterSample, after: CounterSample, gap: timedelta) -> bool:
    """Tell whether counters began at zero between the two.

    sysUpTime wraps after 497 days; that costs one difference, which is better than a wrong one.
    """
    if before.uptime_s is None or after.uptime_s is None:
        return False
    return after.uptime_s < before.uptime_s + gap.total_seconds() - _RESTART_TOLERANCE_S


class _Sums:
    """Sums over pairs of samples that speak of the same ports.

    Lists over all ports at once: an hour of one switch has six thousand differences.
    """

    def __init__(self, indexes: tuple[int, ...]) -> None:
        self._indexes = indexes
        self._octets = [0] * (2 * len(indexes))
        self._peaks = [0.0] * (2 * len(indexes))
        self._errors = [0] * (2 * len(indexes))
        self._up: Counter[bytes] = Counter()
        self._seconds = 0.0

    def take(self, before: CounterSample, after: CounterSample, seconds: float) -> None:
        """Add what happened between two samples."""
        octets = octet_differences(before, after, seconds)
        self._octets = list(map(add, self._octets, octets))
        self._peaks = list(map(max, self._peaks, [number * 8 / seconds for number in octets]))
        if before.errors is not None and after.errors is not None and before.errors != after.errors:
            pairs = zip(before.errors, after.errors, strict=True)
            self._errors = list(map(add, self._errors, [_error_difference(*one) for one in pairs]))
        self._up[after.ports.up] += round(seconds * 1000)
        self._seconds += seconds

    def totals(self) -> tuple[PortTotals, ...]:
        """Return the sums by port."""
        up_ms = [0] * len(self._indexes)
        for packed, milliseconds in self._up.items():
            for place, is_up in enumerate(bits(packed, len(self._indexes))):
                up_ms[place] += milliseconds if is_up else 0
        return tuple(
            PortTotals(
                index=index,
                observed_s=round(self._seconds),
                up_s=round(up_ms[place] / 1000),
                in_octets=self._octets[2 * place],
                out_octets=self._octets[2 * place + 1],
                in_errors=self._errors[2 * place],
                out_errors=self._errors[2 * place + 1],
                peak_in_bps=round(self._peaks[2 * place]),
                peak_out_bps=round(self._peaks[2 * place + 1]),
            )
            for place, index in enumerate(self._indexes)
        )


def octet_differences(before: CounterSample, after: CounterSample, seconds: float) -> list[int]:
    """Return the octets between two samples, in, out, in, out …; 0 where nobody can tell.

    A counter that went back has wrapped, if a port can carry that much; else it was reset.
    Source: RFC 2863, 3.1.6.
    """
    most = int(_MOST_BPS / 8 * seconds)
    differences = list(map(sub, after.octets, before.octets))
    if min(differences, default=0) >= 0 and max(differences, default=0) <= most:
        return differences
    narrow = bits(after.ports.narrow, len(after.ports.indexes))
    for place, number in enumerate(differences):
        if number < 0:
            number %= 2**32 if narrow[place // 2] else 2**64  # noqa: PLW2901 - the wrapped one
        differences[place] = number if number <= most else 0
    return differences


def _error_difference(before: int, after: int) -> int:
    is_known = UNKNOWN_ERRORS not in (before, after)
    return after - before if is_known and after > before else 0


def combined(parts: Iterable[Sequence[PortTotals]]) -> tuple[PortTotals, ...]:
    """Return the sums of several periods by ifIndex: hours make a day."""
    held: dict[int, PortTotals] = {}
    for one in (one for part in parts for one in part):
        other = held.get(one.index)
        held[one.index] = one if other is None else _sum(other, one)
    return tuple(held[index] for index in sorted(held))


def _sum(one: PortTotals, other: PortTotals) -> PortTotals:
    return PortTotals(
        index=one.index,
        observed_s=one.observed_s + other.observed_s,
        up_s=one.up_s + other.up_s,
        in_octets=one.in_octets + other.in_octets,
        out_octets=one.out_octets + other.out_octets,
        in_errors=one.in_errors + other.in_errors,
        out_errors=one.out_errors + other.out_errors,
        peak_in_bps=max(one.peak_in_bps, other.peak_in_bps),
        peak_out_bps=max(one.peak_out_bps, other.peak_out_bps),
    )
