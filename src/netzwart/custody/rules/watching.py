"""How long a device has been missed, in school days on which it could have been seen; pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from netzwart.money import ZERO, total
from netzwart.schools.calendar import SchoolCalendar

OUTAGE_STOPS_FOR = 20
"""School days in a row without any sight of a whole school; after that somebody must look."""


@dataclass(frozen=True, slots=True)
class SchoolDays:
    """What is known of the days of one school."""

    calendar: SchoolCalendar
    lit: frozenset[date] | None = None
    """Days on which the wire saw anything of the school; None where the wire is not asked."""
    maintained: frozenset[date] = frozenset()

    def missed(self, after: date, until: date) -> list[date]:
        """Return the days after one day up to and with another on which it could have been seen.

        Weekends, holidays, closures and maintenance are none; neither is a day on which nothing at
        all was seen of the school, as long as that does not go on for more than a month.
        """
        days: list[date] = []
        dark = 0
        for day in self.calendar.school_days(after, until):
            if self.lit is not None and day not in self.lit:
                dark += 1
                if dark <= OUTAGE_STOPS_FOR:
                    continue
            else:
                dark = 0
            if day not in self.maintained:
                days.append(day)
        return days


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """The head of a chain of swaps that public money bound, and what is known of it."""

    device_id: int
    inventory_number: str
    serial: str | None
    model: str
    school_id: int | None
    limit: int
    """School days it may stay unseen."""
    last_seen_on: date | None
    clock_from: date | None
    """The day it came into service, where it never was seen; None: not yet there."""
    node_id: int | None
    eligible: Decimal
    earmarked_until: date | None
    grants: tuple[str, ...]
    is_waiting: bool = False
    """In storage or in repair."""

    @property
    def since(self) -> date | None:
        """Return the day that the clock runs from."""
        return self.last_seen_on or self.clock_from


@dataclass(frozen=True, slots=True)
class Missed:
    """A device that is missed, and since which day of the clock it is one day too long."""

    device: Watched
    days: int


@dataclass(frozen=True, slots=True)
class MissedGroup:
    """One cause: the device that is missed, and those that hang on it and are missed with it."""

    first: Missed
    others: tuple[Missed, ...] = ()

    @property
    def amount(self) -> Decimal:
        """Return the eligible euros that hang on it."""
        return total([one.device.eligible for one in (self.first, *self.others)]) or ZERO


def missed_device(device: Watched, days: SchoolDays, until: date) -> Missed | None:
    """Return the device as missed, or None while it is within its limit."""
    if device.since is None:
        return None
    count = len(days.missed(device.since, until))
    return Missed(device, count) if count >= device.limit else None


def grouped_by_uplink(
    missed: Sequence[Missed], uplinks: Mapping[int, Collection[int]]
) -> list[MissedGroup]:
    """Return one group per cause: what hangs behind a missed switch is missed because of it.

    `uplinks` maps the node of an end device to the nodes of the switches it hangs behind.
    """
    by_node = {one.device.node_id: one for one in missed if one.device.node_id is not None}
    groups: dict[int, list[Missed]] = {one.device.device_id: [] for one in missed}
    heads: dict[int, Missed] = {}
    for one in missed:
        node_id = one.device.node_id
        above = [] if node_id is None else sorted(uplinks.get(node_id, ()))
        head = next((by_node[node] for node in above if node in by_node), one)
        groups[head.device.device_id].append(one)
        heads[head.device.device_id] = head
    return [
        MissedGroup(head, tuple(one for one in groups[key] if one is not head))
        for key, head in heads.items()
    ]
