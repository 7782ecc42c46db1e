"""Which days are school days: a calendar per Land from a kept library, closures per school; pure.

Public and school holidays come from the `holidays` package, which takes them from the notices of
the Länder. School holidays are published a few years ahead only: `holidays_known_until` says how
far, and beyond it a weekday counts as a school day unless it is a public holiday or a closure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

import holidays

_LAND_OF_KEY: Mapping[str, str] = {
    "01": "SH",
    "02": "HH",
    "03": "NI",
    "04": "HB",
    "05": "NW",
    "06": "HE",
    "07": "RP",
    "08": "BW",
    "09": "BY",
    "10": "SL",
    "11": "BE",
    "12": "BB",
    "13": "MV",
    "14": "SN",
    "15": "ST",
    "16": "TH",
}
"""First two digits of the Amtlicher Gemeindeschlüssel → Land."""

_SATURDAY = 5
_LAST_YEAR_ASKED = 2060


def land_of(municipality_key: str | None) -> str:
    """Return the Land of a municipality by its key; NRW where there is no usable key."""
    return _LAND_OF_KEY.get((municipality_key or "")[:2], "NW")


@lru_cache(maxsize=512)
def free_days_of(land: str, year: int) -> Mapping[date, str]:
    """Return the public and school holidays of a Land in a year, with their German names."""
    found = holidays.country_holidays(
        "DE", subdiv=land, years=year, categories=("public", "school"), language="de"
    )
    return {day: name for day, name in found.items() if day.year == year}


@lru_cache(maxsize=32)
def holidays_known_until(land: str) -> date | None:
    """Return the last school holiday that the library knows for a Land."""
    for year in range(_LAST_YEAR_ASKED, 2000, -1):
        found = holidays.country_holidays("DE", subdiv=land, years=year, categories=("school",))
        if found:
            return max(found)
    return None


@dataclass(frozen=True, slots=True)
class Closure:
    """Days on which a school's devices are not expected to be seen; both days count."""

    from_on: date
    until_on: date

    def covers(self, day: date) -> bool:
        """Tell whether the day lies in it."""
        return self.from_on <= day <= self.until_on


@dataclass(frozen=True, slots=True)
class SchoolCalendar:
    """The school days of one school."""

    land: str
    closures: tuple[Closure, ...] = field(default=())

    def is_school_day(self, day: date) -> bool:
        """Tell whether lessons are held: no weekend, no holiday, no closure."""
        return (
            day.weekday() < _SATURDAY
            and day not in free_days_of(self.land, day.year)
            and not any(closure.covers(day) for closure in self.closures)
        )

    def school_days(self, after: date, until: date) -> list[date]:
        """Return the school days after one day up to and with another."""
        return [day for day in days_after(after, until) if self.is_school_day(day)]

    def day_after(self, day: date, school_days: int) -> date:
        """Return the day that lies so many school days later."""
        while school_days > 0:
            day += timedelta(days=1)
            school_days -= self.is_school_day(day)
        return day


def days_after(after: date, until: date) -> Iterable[date]:
    """Return the calendar days after one day up to and with another."""
    return (after + timedelta(days=step) for step in range(1, (until - after).days + 1))
