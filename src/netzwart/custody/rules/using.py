"""How much the bought network is used: availability, power, ports; pure. No figure is a person's.

The methods stand beside each figure on page and in the handbook; `METHODS` is their text.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from itertools import accumulate, pairwise
from typing import Final

from netzwart.money import ZERO, cents
from netzwart.schools.calendar import SchoolCalendar, days_after

LESSONS: Final = (time(8), time(15))
"""School hours on school days, Berlin time."""
SAMPLE: Final = timedelta(minutes=15)
"""How long a sample of power stands for."""
POINT_WATTS: Final = Decimal(12)
"""What an access point is taken to draw where no switch measures it: a little below the 12.95 W
that a class 3 device may have. Source: IEEE 802.3, clause 33."""
METHODS: Final = {
    "availability": "Anteil der Schulzeit (Schultage, 8 bis 15 Uhr), in der das Gerät auf Abfragen "
    "antwortete, an der Schulzeit, für die bekannt ist, ob es antwortete.",
    "clients": "Mittel der gemeldeten WLAN-Geräte je Access Point, viertelstündlich in der "
    "Schulzeit; gezählt werden Geräte, nicht Personen, und keine Adressen.",
    "ports": "Ethernet-Anschlüsse der Switches, die im Zeitraum mindestens einmal in Betrieb "
    "waren.",
    "uplink": "Je Switch der Anschluss mit dem meisten Verkehr; gezeigt ist der am stärksten "
    "belastete der Schule, Mittel über die beobachtete Zeit und höchste Rate zwischen zwei "
    "Abfragen.",
    "measured": "PoE-Leistung, wie die Switches sie melden, viertelstündlich aufgenommen.",
    "estimated": "Zeiten ohne Messung mit dem Mittel desselben Switches; wo kein Switch misst, "
    f"{POINT_WATTS} W je Access Point.",
}


class SchoolHours:
    """The seconds of lessons between two days, to be summed quickly."""

    def __init__(
        self, calendar: SchoolCalendar, first: date, last: date, zone: tzinfo, now: datetime
    ) -> None:
        days = [
            day
            for day in days_after(first - timedelta(days=1), last)
            if calendar.is_school_day(day)
        ]
        spans = [tuple(datetime.combine(day, hour, zone) for hour in LESSONS) for day in days]
        self._starts = [start for start, _ in spans if start < now]
        self._ends = [min(end, now) for start, end in spans if start < now]
        lengths = [
            (end - start).total_seconds()
            for start, end in zip(self._starts, self._ends, strict=True)
        ]
        self._before = [0.0, *accumulate(lengths)]

    def until(self, moment: datetime) -> float:
        """Return the seconds of lessons before a moment."""
        place = bisect_right(self._starts, moment)
        if place == 0:
            return 0.0
        over = (self._ends[place - 1] - moment).total_seconds()
        return self._before[place] - max(over, 0.0)

    def between(self, start: datetime, end: datetime) -> float:
        """Return the seconds of lessons between two moments."""
        return max(self.until(end) - self.until(start), 0.0)

    @property
    def total(self) -> float:
        """Return all seconds of lessons."""
        return self._before[-1]


@dataclass(frozen=True, slots=True)
class StateSpan:
    """From then on a node was up or down; None: nobody knows."""

    since: datetime
    is_up: bool | None


def availability(
    spans: Sequence[StateSpan], hours: SchoolHours, end: datetime
) -> tuple[float, float]:
    """Return the seconds of lessons in which a node answered, and those that are known of."""
    up = known = 0.0
    closed = [*spans, StateSpan(end, None)]
    for span, following in pairwise(closed):
        if span.is_up is None:
            continue
        seconds = hours.between(span.since, following.since)
        known += seconds
        up += seconds if span.is_up else 0.0
    return up, known


def share(part: float, whole: float) -> Decimal | None:
    """Return a share between 0 and 1 with four places; None where there is nothing to tell."""
    if whole <= 0:
        return None
    return min(Decimal(round(part * 10_000 / whole)) / 10_000, Decimal(1))


@dataclass(frozen=True, slots=True)
class Metered:
    """What one switch told of its power in a period."""

    samples: int
    milliwatts: int
    """Their sum."""


@dataclass(frozen=True, slots=True)
class Energy:
    """Kilowatt hours, measured and estimated apart."""

    measured_kwh: Decimal
    estimated_kwh: Decimal

    def measured_eur(self, price: Decimal) -> Decimal:
        """Return what the measured part costs."""
        return cents(self.measured_kwh * price)

    def estimated_eur(self, price: Decimal) -> Decimal:
        """Return what the estimated part costs."""
        return cents(self.estimated_kwh * price)


_MILLIWATTS_PER_KILOWATT: Final = 1_000_000


def energy(metered: Iterable[Metered], points: int, hours: Decimal) -> Energy:
    """Return the energy of a school's powered network in a period of so many hours."""
    per_sample = Decimal(SAMPLE.seconds) / 3600
    measured = estimated = ZERO
    is_metered = False
    for one in metered:
        if not one.samples:
            continue
        is_metered = True
        measured += one.milliwatts * per_sample / _MILLIWATTS_PER_KILOWATT
        missing = max(hours - one.samples * per_sample, ZERO)
        estimated += missing * one.milliwatts / one.samples / _MILLIWATTS_PER_KILOWATT
    if not is_metered:
        estimated = points * POINT_WATTS * hours / 1000
    tenth = Decimal("0.1")
    return Energy(measured.quantize(tenth), estimated.quantize(tenth))
