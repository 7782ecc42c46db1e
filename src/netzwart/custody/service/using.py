"""Bought and not used, or at its end before the money lets it go."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.custody.binding import CLOSED, Binding
from netzwart.custody.queries import DeviceRow
from netzwart.custody.service.looking import Sight
from netzwart.database import table_of
from netzwart.evidence.service import NewFinding
from netzwart.evidence.tables import FindingKind
from netzwart.inventory.tables import DeviceCategory, DeviceStatus
from netzwart.money import total
from netzwart.network.rules import Reachability
from netzwart.network.tables import Interface, Neighbour, Node

_interfaces = table_of(Interface)
_neighbours = table_of(Neighbour)
_nodes = table_of(Node)

IDLE_AFTER = timedelta(days=60)
_ETHERNET = 6
"""ethernetCsmacd. Source: IANAifType-MIB."""


async def find_idle(session: AsyncSession, sight: Sight) -> list[NewFinding]:
    """Return funded switches of which no access port has been up for sixty days.

    An uplink is a port with another node behind it; a switch of uplinks alone serves nobody.
    """
    busy = await _last_up(session, sight.at)
    devices = {node: device for device, node in sight.nodes.items()}
    found: list[NewFinding] = []
    for node_id, since in busy.items():
        row = sight.devices.get(devices.get(node_id, 0))
        if row is None or row.id not in sight.heads or not _is_idle_switch(row, since, sight.at):
            continue
        binding = sight.heads[row.id]
        found.append(
            NewFinding(
                cause=f"idle_purchase:{row.id}",
                kind=FindingKind.IDLE_PURCHASE,
                title=f"{row.model} {row.inventory_number} ist angeschlossen, aber ungenutzt",
                detail="Seit 60 Tagen war kein Anschluss für Endgeräte in Betrieb.",
                school_id=row.school_id,
                device_id=row.id,
                node_id=node_id,
                amount=binding.eligible,
                facts={"serial": row.serial, "idle_since": since.date().isoformat()},
            )
        )
    return found


def _is_idle_switch(row: DeviceRow, since: datetime, now: datetime) -> bool:
    return (
        row.category is DeviceCategory.SWITCH
        and row.status is DeviceStatus.IN_SERVICE
        and since < now - IDLE_AFTER
    )


async def _last_up(session: AsyncSession, now: datetime) -> dict[int, datetime]:
    """Return since when no access port of a node is up; nodes with one that is are absent."""
    i, n = _interfaces.c, _nodes.c
    uplinks = select(_neighbours.c.node_id, _neighbours.c.local_interface).where(
        _neighbours.c.remote_node_id.is_not(None)
    )
    taken = {(row[0], row[1]) for row in await session.execute(uplinks)}
    rows = await session.execute(
        select(i.node_id, i.name, i.oper, i.oper_since, i.created_at)
        .join(_nodes, n.id == i.node_id)
        .where(i.type == _ETHERNET, i.is_gone.is_(False), n.reachability == Reachability.UP)
        .order_by(i.node_id, i.id)
    )
    latest: dict[int, datetime] = defaultdict(lambda: datetime.min.replace(tzinfo=now.tzinfo))
    for row in rows:
        if (row.node_id, row.name) in taken:
            continue
        moment = now if row.oper == "up" else row.oper_since or row.created_at
        latest[row.node_id] = max(latest[row.node_id], moment)
    return dict(latest)


def find_ends_of_life(sight: Sight) -> list[NewFinding]:
    """Return models whose maker lets them go before the money does; one finding per model."""
    groups: dict[str, list[tuple[DeviceRow, Binding]]] = defaultdict(list)
    for head, binding in sight.heads.items():
        row = sight.devices[head]
        if _ends_too_early(row, binding, sight.day):
            groups[row.model].append((row, binding))
    return [_end_of_life(model, members) for model, members in sorted(groups.items())]


def _ends_too_early(row: DeviceRow, binding: Binding, day: date) -> bool:
    end, bound = row.end_of_life_on, binding.earmarked_until
    if end is None or row.status in CLOSED:
        return False
    return bound is not None and end < bound and bound >= day


def _end_of_life(model: str, members: list[tuple[DeviceRow, Binding]]) -> NewFinding:
    row, binding = max(members, key=lambda one: one[1].earmarked_until or date.min)
    end, bound = row.end_of_life_on or date.min, binding.earmarked_until or date.min
    schools = {one.school_id for one, _ in members}
    return NewFinding(
        cause=f"end_of_life:{model}",
        kind=FindingKind.END_OF_LIFE,
        title=f"{model}: Hersteller pflegt nur bis {end:%d.%m.%Y}",
        detail=f"{len(members)} Geräte sind bis zum {bound:%d.%m.%Y} zweckgebunden, "
        "also länger, als es Updates und Ersatzteile gibt.",
        school_id=schools.pop() if len(schools) == 1 else None,
        device_id=row.id if len(members) == 1 else None,
        amount=total([one.eligible for _, one in members]),
        facts=_facts(members, end, bound),
    )


def _facts(members: list[tuple[DeviceRow, Binding]], end: date, bound: date) -> dict[str, Any]:
    return {
        "end_of_life_on": end.isoformat(),
        "earmarked_until": bound.isoformat(),
        "devices": [row.inventory_number for row, _ in members][:40],
    }
