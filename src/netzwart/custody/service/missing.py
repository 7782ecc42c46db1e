"""Funded devices that nobody has seen for too many school days."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.clock import BERLIN
from netzwart.custody import queries
from netzwart.custody.binding import open_cases
from netzwart.custody.limits import limit_of
from netzwart.custody.queries import DeviceRow, Presence
from netzwart.custody.rules.watching import (
    Missed,
    MissedGroup,
    SchoolDays,
    Watched,
    grouped_by_uplink,
    missed_device,
)
from netzwart.custody.service.looking import Sight
from netzwart.evidence.service import NewFinding
from netzwart.evidence.tables import FindingKind
from netzwart.inventory.tables import DeviceStatus
from netzwart.money import format_euro
from netzwart.schools.calendar import SchoolCalendar
from netzwart.schools.queries import school_calendars

PREFIX = "unseen"
_LOOK_BACK = timedelta(days=120)
"""Dark and maintained days are looked up so far back; the wire's limits are far shorter."""
_WAITING = frozenset({DeviceStatus.IN_STORAGE, DeviceStatus.IN_REPAIR, DeviceStatus.DELIVERED})
_NAMED = 40
"""Devices named in one finding; the rest is counted."""


async def find_missing(session: AsyncSession, sight: Sight) -> list[NewFinding]:
    """Return a finding for each cause that keeps funded devices out of sight."""
    since = datetime.combine(sight.day - _LOOK_BACK, time(0), BERLIN)
    presences = await queries.load_presences(session)
    days = await _days_of_schools(session, since)
    node_days = (await queries.maintained_days(session, since))[1]
    yesterday = sight.day - timedelta(days=1)
    missed: list[Missed] = []
    for head in open_cases(sight.heads, sight.devices, sight.day):
        watched = _watched(sight, sight.devices[head], presences.get(head))
        own = days.get(watched.school_id or 0, _NOWHERE)
        if not watched.is_waiting and watched.node_id in node_days:
            lost = frozenset(node_days[watched.node_id])
            own = replace(own, maintained=own.maintained | lost)
        if head not in presences or not presences[head].on_the_wire or watched.is_waiting:
            own = replace(own, lit=None)  # its clock does not depend on the network
        if (one := missed_device(watched, own, yesterday)) is not None:
            missed.append(one)
    groups = grouped_by_uplink(missed, await queries.uplinks_of_nodes(session))
    return [_finding(sight.devices[group.first.device.device_id], group) for group in groups]


_NOWHERE = SchoolDays(SchoolCalendar("NW"))
"""The days of the operator's own store."""


async def _days_of_schools(session: AsyncSession, since: datetime) -> Mapping[int, SchoolDays]:
    lit = await queries.lit_days(session, since)
    polled = await queries.polled_schools(session)
    maintained = (await queries.maintained_days(session, since))[0]
    return {
        school_id: SchoolDays(
            calendar,
            lit.get(school_id, frozenset()) if school_id in polled or school_id in lit else None,
            frozenset(maintained.get(school_id, ())),
        )
        for school_id, calendar in (await school_calendars(session)).items()
    }


def _watched(sight: Sight, row: DeviceRow, presence: Presence | None) -> Watched:
    binding = sight.heads[row.id]
    is_waiting = row.status in _WAITING
    last_seen = None if presence is None else _day(presence.last_seen_at)
    if is_waiting:
        # What lies on a shelf is not expected to be seen: its clock runs from the last entry.
        last_seen = max(filter(None, (last_seen, _day(row.changed_at))))
    return Watched(
        device_id=row.id,
        inventory_number=row.inventory_number,
        serial=row.serial,
        model=row.model,
        school_id=row.school_id,
        limit=limit_of(
            row.category,
            on_the_wire=presence.on_the_wire if presence else row.is_network,
            is_waiting=is_waiting,
        ),
        last_seen_on=last_seen,
        clock_from=_expected_from(row),
        node_id=sight.nodes.get(row.id),
        eligible=binding.eligible,
        earmarked_until=binding.earmarked_until,
        grants=binding.grants,
        is_waiting=is_waiting,
    )


def _expected_from(row: DeviceRow) -> date | None:
    """Return from when on it could be seen: in service, and in the record to be recognised by."""
    begun = row.commissioned_on or row.delivered_on
    return None if begun is None else max(begun, _day(row.created_at))


def _day(moment: datetime) -> date:
    return moment.astimezone(BERLIN).date()


def _finding(row: DeviceRow, group: MissedGroup) -> NewFinding:
    one = group.first.device
    since = one.since
    told = f"seit {group.first.days} Schultagen nicht gesehen"
    if one.last_seen_on is None:
        told = "noch nie gesehen"
    if one.is_waiting:
        title = f"{row.model} {row.inventory_number} wartet {group.first.days} Schultage"
    elif group.others:
        title = f"{row.model} {row.inventory_number} und {len(group.others)} dahinter {told}"
    else:
        title = f"{row.model} {row.inventory_number} {told}"
    bound = f"bis {one.earmarked_until:%d.%m.%Y}" if one.earmarked_until else "ohne bekanntes Ende"
    last = f"Zuletzt am {since:%d.%m.%Y}." if one.last_seen_on and since else "Noch nie gesehen."
    detail = (
        f"{last} Zweckgebunden {bound}, zuwendungsfähig {format_euro(group.amount)}. Ferien, "
        "Schließtage, Wartung und Ausfälle der ganzen Schule sind nicht mitgezählt."
    )
    return NewFinding(
        cause=f"{PREFIX}:{row.id}",
        kind=FindingKind.UNSEEN,
        severity="error",
        title=title,
        detail=detail,
        school_id=row.school_id,
        device_id=row.id,
        node_id=one.node_id,
        amount=group.amount,
        facts={
            "serial": row.serial,
            "missed_days": group.first.days,
            "limit_days": one.limit,
            "last_seen_on": None if one.last_seen_on is None else one.last_seen_on.isoformat(),
            "earmarked_until": None
            if one.earmarked_until is None
            else one.earmarked_until.isoformat(),
            "grants": list(one.grants),
            "behind": [other.device.inventory_number for other in group.others][:_NAMED],
            "behind_count": len(group.others),
        },
    )
