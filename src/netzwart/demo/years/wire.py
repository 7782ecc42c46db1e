"""What the simulated network and the management system see on a day, told through the real doors.

No packet is sent here; the demo and the poller's own tests do that. From a visit on everything is
what the service runs: sightings, matching, neighbours, findings.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.database import table_of
from netzwart.evidence.rules import Claim, SightingSource
from netzwart.evidence.service import record_node_visits, record_sightings
from netzwart.inventory.tables import Device, DeviceModel, Manufacturer
from netzwart.network.polling.visits import SeenSerial, Visit
from netzwart.network.profiles.facts import ComponentKind
from netzwart.network.tables import Component, Neighbour, Node
from netzwart.schools.tables import School

_components = table_of(Component)
_devices = table_of(Device)
_makers = table_of(Manufacturer)
_models = table_of(DeviceModel)
_neighbours = table_of(Neighbour)
_nodes = table_of(Node)
_schools = table_of(School)
_POSITION = "1"


@dataclass(slots=True)
class Thing:
    """A bought thing as it really is, whatever the record says."""

    device_id: int
    serial: str
    maker: str
    model: str
    mac: str | None
    category: str
    school: int
    """Place in the list of schools where it really is."""
    node_id: int | None = None
    node_name: str = ""
    is_there: bool = True
    """It stands in its place and works."""
    told: str | None = None
    """The serial number its node told last."""


@dataclass(slots=True)
class Reality:
    """All things of the city, and which schools are cut off."""

    school_ids: list[int]
    things: list[Thing]
    dark: set[int] = field(default_factory=set[int])
    recorded: dict[int, int] = field(default_factory=dict[int, int])
    """School by node, as the record has it."""

    def of(self, school: int, category: str) -> list[Thing]:
        """Return a school's things of a category, as they were bought."""
        return [one for one in self.things if (one.school, one.category) == (school, category)]

    def answering(self) -> list[Thing]:
        """Return what can be reached today."""
        return [one for one in self.things if one.is_there and one.school not in self.dark]


async def look_around(session: AsyncSession) -> Reality:
    """Return the city as it was bought: everything where the record says."""
    schools = await session.execute(select(_schools.c.id).order_by(_schools.c.number))
    ids = list(schools.scalars())
    nodes: dict[int, list[Any]] = {school_id: [] for school_id in ids}
    for row in await session.execute(
        select(_nodes.c.id, _nodes.c.name, _nodes.c.school_id).order_by(_nodes.c.id)
    ):
        nodes[row.school_id].append(row)
    rows = await session.execute(
        select(
            _devices.c.id, _devices.c.serial, _devices.c.mac, _devices.c.school_id,
            _models.c.name, _models.c.category, _models.c.is_network,
            _makers.c.name.label("maker"),
        )
        .join(_models, _models.c.id == _devices.c.model_id)
        .join(_makers, _makers.c.id == _devices.c.manufacturer_id)
        .order_by(_devices.c.id)
    )  # fmt: skip
    things: list[Thing] = []
    for row in rows:
        node = nodes[row.school_id].pop(0) if row.is_network else None
        things.append(
            Thing(row.id, row.serial, row.maker, row.name, row.mac, str(row.category.value),
                  ids.index(row.school_id), node.id if node else None, node.name if node else "")
        )  # fmt: skip
    recorded = {one.node_id: ids[one.school] for one in things if one.node_id is not None}
    return Reality(ids, things, recorded=recorded)


async def poll(session: AsyncSession, reality: Reality, at: datetime) -> None:
    """Let every node in reach tell its serial number, and the switches their neighbours."""
    nodes = [one for one in reality.answering() if one.node_id is not None]
    visits = [
        Visit(one.node_id or 0, one.node_name, reality.recorded[one.node_id or 0], at, "snmp",
              (_told(one),))
        for one in nodes
    ]  # fmt: skip
    devices = await record_node_visits(session, visits)
    for one in nodes:
        if one.told != one.serial:
            await _note_part(session, one, devices[one.node_id or 0].get(_POSITION), at)
    await session.execute(
        update(_components)
        .where(_components.c.node_id.in_([one.node_id for one in nodes]))
        .values(last_seen_at=at)
    )
    await _tell_neighbours(session, nodes, at)


def _told(one: Thing) -> SeenSerial:
    replaced = one.told if one.told not in (None, one.serial) else None
    kind = ComponentKind.CHASSIS
    return SeenSerial(_POSITION, kind, one.serial, one.maker, one.model, replaced, is_whole=True)


async def _note_part(
    session: AsyncSession, one: Thing, device_id: int | None, at: datetime
) -> None:
    """Write what the poller writes of a part whose serial number is new."""
    values: dict[str, Any] = {
        "serial": one.serial, "serial_normalised": one.serial, "manufacturer": one.maker,
        "model": one.model, "device_id": device_id, "last_seen_at": at, "changed_at": at,
    }  # fmt: skip
    if one.told is None:
        first = {"node_id": one.node_id, "position": _POSITION, "kind": "chassis",
                 "first_seen_at": at, "is_gone": False, "created_at": at, "version": 1}  # fmt: skip
        await session.execute(insert(_components).values(**values, **first))
    else:
        of_node = _components.c.node_id == one.node_id
        await session.execute(update(_components).where(of_node).values(**values))
    one.told = one.serial


async def _tell_neighbours(session: AsyncSession, nodes: Sequence[Thing], at: datetime) -> None:
    """Write what the switches in reach see at their ports today."""
    for switch in (one for one in nodes if one.category == "switch"):
        points = [one for one in nodes if one.school == switch.school and one is not switch]
        seen = _neighbours.c.node_id == switch.node_id
        rows = await session.execute(
            select(_neighbours.c.remote_node_id).where(seen, _neighbours.c.is_gone.is_(False))
        )
        known = set(rows.scalars())
        here = {one.node_id for one in points}
        await session.execute(
            update(_neighbours)
            .where(seen, _neighbours.c.remote_node_id.in_(here))
            .values(last_seen_at=at, is_gone=False)
        )
        if gone := known - here:
            await session.execute(
                update(_neighbours)
                .where(seen, _neighbours.c.remote_node_id.in_(gone))
                .values(is_gone=True)
            )
        new = [one for one in points if one.node_id not in known]
        await _note_neighbours(session, switch, new, at)


async def _note_neighbours(
    session: AsyncSession, switch: Thing, new: Sequence[Thing], at: datetime
) -> None:
    for one in new:
        found = await session.execute(
            select(Neighbour).where(
                _neighbours.c.node_id == switch.node_id,
                _neighbours.c.remote_node_id == one.node_id,
            )
        )
        known = found.scalar_one_or_none()
        if known is not None:
            known.is_gone, known.last_seen_at = False, at
            continue
        session.add(
            Neighbour(
                node_id=switch.node_id or 0,
                local_interface=f"1/0/{one.node_id}",
                remote_name=one.node_name,
                remote_chassis=one.mac or "",
                remote_node_id=one.node_id,
                last_seen_at=at,
            )
        )
    await session.flush()


async def report_tablets(session: AsyncSession, reality: Reality, at: datetime) -> None:
    """Let the management system report the tablets that were on today."""
    tablets = [one for one in reality.answering() if one.category == "tablet"]
    await record_sightings(session, [_claim(reality, SightingSource.MDM, one, at)
                                     for one in tablets])  # fmt: skip


async def take_stock(session: AsyncSession, reality: Reality, at: datetime) -> None:
    """Let somebody scan every panel."""
    panels = [one for one in reality.things if one.category == "panel" and one.is_there]
    await record_sightings(session, [_claim(reality, SightingSource.STOCKTAKE, one, at)
                                     for one in panels])  # fmt: skip


def _claim(reality: Reality, source: SightingSource, one: Thing, at: datetime) -> Claim:
    return Claim(
        source, at, serial=one.serial, manufacturer=one.maker,
        school_id=reality.school_ids[one.school], poller="mdm" if source == "mdm" else "",
    )  # fmt: skip
