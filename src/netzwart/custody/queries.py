"""What the watch looks at, each in one statement whatever the number of devices."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Date, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.clock import BERLIN
from netzwart.database import table_of
from netzwart.evidence.rules import EvidenceClass
from netzwart.evidence.tables import DevicePresence, Sighting
from netzwart.inventory.tables import Device, DeviceCategory, DeviceModel, DeviceStatus
from netzwart.network.tables import Component, MaintenanceWindow, Neighbour, Node

_components = table_of(Component)
_devices = table_of(Device)
_models = table_of(DeviceModel)
_neighbours = table_of(Neighbour)
_nodes = table_of(Node)
_presences = table_of(DevicePresence)
_sightings = table_of(Sighting)
_windows = table_of(MaintenanceWindow)

_WIRE = (EvidenceClass.A, EvidenceClass.B, EvidenceClass.C)
_LINKS = ("switch", "router", "firewall")
_LESSONS = (time(8), time(15))
"""Maintenance counts as a lost day where it meets these hours."""


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device with what the watch must know of it."""

    id: int
    inventory_number: str
    serial: str | None
    school_id: int | None
    status: DeviceStatus
    predecessor_id: int | None
    measure_id: int | None
    invoice_line_id: int | None
    delivered_on: date | None
    commissioned_on: date | None
    created_at: datetime
    changed_at: datetime
    model: str
    part_number: str | None
    category: DeviceCategory
    is_network: bool
    end_of_life_on: date | None
    target_firmware: str | None


@dataclass(frozen=True, slots=True)
class Presence:
    """When a device was last seen by anybody, and whether the wire ever saw it."""

    last_seen_at: datetime
    on_the_wire: bool


async def load_devices(session: AsyncSession) -> dict[int, DeviceRow]:
    """Return every device that money may hang on, or that stands in for one; by id."""
    d, m = _devices.c, _models.c
    rows = await session.execute(
        select(
            d.id,
            d.inventory_number,
            d.serial,
            d.school_id,
            d.status,
            d.predecessor_id,
            d.measure_id,
            d.invoice_line_id,
            d.delivered_on,
            d.commissioned_on,
            d.created_at,
            d.changed_at,
            m.name,
            m.part_number,
            m.category,
            m.is_network,
            m.end_of_life_on,
            m.target_firmware,
        )
        .join(_models, m.id == d.model_id)
        .where(
            or_(
                d.measure_id.is_not(None),
                d.invoice_line_id.is_not(None),
                d.predecessor_id.is_not(None),
                m.is_network.is_(True),
            )
        )
        .order_by(d.id)
    )
    return {row[0]: DeviceRow(*row) for row in rows}


async def load_presences(session: AsyncSession) -> dict[int, Presence]:
    """Return each device's last moment of all classes."""
    p = _presences.c
    rows = await session.execute(
        select(
            p.device_id,
            func.max(p.last_seen_at, type_=p.last_seen_at.type),
            func.count().filter(p.evidence_class.in_(_WIRE)),
        ).group_by(p.device_id)
    )
    return {row[0]: Presence(row[1], row[2] > 0) for row in rows}


async def lit_days(session: AsyncSession, since: datetime) -> dict[int, frozenset[date]]:
    """Return per school the days on which the wire saw anything of it."""
    s = _sightings.c
    connection = await session.connection()
    if connection.dialect.name == "sqlite":
        day = func.date(s.seen_at)
    else:
        day = cast(func.timezone("UTC", s.seen_at), Date)
    rows = await session.execute(
        select(s.school_id, day)
        .where(s.seen_at >= since, s.school_id.is_not(None), s.evidence_class.in_(_WIRE))
        .distinct()
    )
    found: dict[int, set[date]] = defaultdict(set)
    for school_id, told in rows:
        found[school_id].add(date.fromisoformat(told) if isinstance(told, str) else told)
    return {school_id: frozenset(days) for school_id, days in found.items()}


async def polled_schools(session: AsyncSession) -> set[int]:
    """Return the schools whose network is asked."""
    rows = await session.execute(
        select(_nodes.c.school_id).where(_nodes.c.is_enabled.is_(True)).distinct()
    )
    return set(rows.scalars())


async def maintained_days(
    session: AsyncSession, since: datetime
) -> tuple[dict[int, set[date]], dict[int, set[date]]]:
    """Return the days lost to maintenance, per school and per node."""
    w = _windows.c
    rows = await session.execute(
        select(w.school_id, w.node_id, w.starts_at, w.ends_at).where(w.ends_at >= since)
    )
    schools: dict[int, set[date]] = defaultdict(set)
    nodes: dict[int, set[date]] = defaultdict(set)
    for row in rows:
        days = _lesson_days(row.starts_at, row.ends_at)
        if row.node_id is not None:
            nodes[row.node_id] |= days
        elif row.school_id is not None:
            schools[row.school_id] |= days
    return schools, nodes


def _lesson_days(starts_at: datetime, ends_at: datetime) -> set[date]:
    first, last = starts_at.astimezone(BERLIN), ends_at.astimezone(BERLIN)
    days = {first.date() + timedelta(days=n) for n in range((last.date() - first.date()).days + 1)}
    if first.time() >= _LESSONS[1]:
        days.discard(first.date())
    if last.time() <= _LESSONS[0]:
        days.discard(last.date())
    return days


async def nodes_of_devices(session: AsyncSession) -> dict[int, int]:
    """Return the node that a device last answered as a whole for, by device."""
    c = _components.c
    rows = await session.execute(
        select(c.device_id, c.node_id)
        .where(c.device_id.is_not(None))
        .order_by(c.last_seen_at, c.id)
    )
    return {row.device_id: row.node_id for row in rows}


async def uplinks_of_nodes(session: AsyncSession) -> Mapping[int, Collection[int]]:
    """Return for each node that is no switch the nodes of the switches next to it."""
    here, there = _nodes.alias("here"), _nodes.alias("there")
    rows = await session.execute(
        select(
            here.c.id,
            func.coalesce(here.c.category, "").in_(_LINKS),
            there.c.id,
            func.coalesce(there.c.category, "").in_(_LINKS),
        )
        .select_from(_neighbours)
        .join(here, here.c.id == _neighbours.c.node_id)
        .join(there, there.c.id == _neighbours.c.remote_node_id)
    )
    found: dict[int, set[int]] = defaultdict(set)
    for one, one_links, other, other_links in rows:
        if other_links and not one_links:
            found[one].add(other)
        elif one_links and not other_links:
            found[other].add(one)
    return found
