"""Where devices hang, by their cables: sightings of neighbours, and who stands at another school.

The school of a node is a record like the device's own, so it proves no move. What proves it is who
is at the other ends of the device's cables, as the switches say (LLDP, CDP). Reading those tables
now and then keeps all of this out of the polling.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.clock import utcnow
from netzwart.database import table_of
from netzwart.evidence.rules import Claim, SightingSource, school_by_uplink
from netzwart.evidence.service.opening_findings import NewFinding, settle_watch
from netzwart.evidence.service.recording_sightings import record_sightings
from netzwart.evidence.tables import FindingKind
from netzwart.inventory.tables import Device, DeviceCategory, DeviceModel, DeviceStatus
from netzwart.network.tables import Component, Neighbour, Node
from netzwart.schools.tables import School

_components = table_of(Component)
_devices = table_of(Device)
_models = table_of(DeviceModel)
_neighbours = table_of(Neighbour)
_nodes = table_of(Node)
_schools = table_of(School)

FRESH = timedelta(days=3)
"""A neighbour not told for longer says nothing about today; nodes are asked daily."""
HUB_SCHOOLS = 3
"""Who is connected to so many other schools is where their cables meet."""
_ROAMING = frozenset(
    {
        DeviceCategory.TABLET,
        DeviceCategory.NOTEBOOK,
        DeviceCategory.PHONE,
        DeviceCategory.ACCESSORY,
        DeviceCategory.WLAN_CONTROLLER,
    }
)
_LINKS = frozenset({DeviceCategory.SWITCH, DeviceCategory.ROUTER, DeviceCategory.FIREWALL})
_GONE = (DeviceStatus.LOST, DeviceStatus.DISPOSED)


@dataclass(slots=True)
class _Place:
    """A device that stands at cables: where it is recorded, and the schools of its neighbours."""

    serial: str | None
    inventory_number: str
    recorded: int
    category: DeviceCategory
    node_id: int | None
    is_funded: bool
    neighbours: list[int] = field(default_factory=list[int])


async def witness_neighbours(session: AsyncSession) -> int:
    """Record a sighting for each known device that a switch sees at a cable; returns how many.

    Only addresses of the inventory are kept: what pupils bring along is nobody's business.
    """
    rows = await session.execute(
        select(
            _neighbours.c.local_interface,
            _neighbours.c.protocol,
            _neighbours.c.last_seen_at,
            _neighbours.c.node_id,
            _nodes.c.school_id,
            _devices.c.mac,
        )
        .join(_nodes, _nodes.c.id == _neighbours.c.node_id)
        .join(_devices, _devices.c.mac == func.lower(_neighbours.c.remote_chassis))
        .where(_neighbours.c.is_gone.is_(False), _neighbours.c.last_seen_at > utcnow() - FRESH)
        .order_by(_neighbours.c.id)
    )
    claims = [
        Claim(
            source=SightingSource.LLDP,
            seen_at=row.last_seen_at,
            mac=row.mac,
            school_id=row.school_id,
            node_id=row.node_id,
            position=row.local_interface,
            poller="netzwart",
        )
        for row in rows
    ]
    return len(await record_sightings(session, claims))


async def judge_places(session: AsyncSession) -> int:
    """Open a finding for each device whose cables end at another school, close those put right."""
    places = await _places(session)
    edges, hubs = await _cables(session)
    for (device_id, _), school_id in edges.items():
        if device_id in places:
            places[device_id].neighbours.append(school_id)
    moved = {
        device_id: target
        for device_id, place in places.items()
        if place.recorded not in hubs
        and (
            target := school_by_uplink(
                place.recorded,
                place.neighbours,
                hubs,
                needed=2 if place.category in _LINKS else 1,
            )
        )
    }
    names = await _names(session, {*moved.values(), *(places[one].recorded for one in moved)})
    wrong = [_finding(key, places[key], target, names) for key, target in moved.items()]
    return await settle_watch(session, "wrong_school:cable", wrong, utcnow())


async def _places(session: AsyncSession) -> dict[int, _Place]:
    """Return the devices that may stand at cables, by id."""
    rows = await session.execute(
        select(
            _devices.c.id,
            _devices.c.serial,
            _devices.c.inventory_number,
            _devices.c.school_id,
            _devices.c.measure_id,
            _models.c.category,
            func.min(_components.c.node_id).label("node_id"),
        )
        .join(_models, _models.c.id == _devices.c.model_id)
        .outerjoin(
            _components,
            (_components.c.device_id == _devices.c.id) & _components.c.is_gone.is_(False),
        )
        .where(
            _devices.c.school_id.is_not(None),
            _devices.c.status.not_in(_GONE),
            _models.c.category.not_in(_ROAMING),
            or_(_components.c.node_id.is_not(None), _devices.c.mac.is_not(None)),
        )
        .group_by(
            _devices.c.id,
            _devices.c.serial,
            _devices.c.inventory_number,
            _devices.c.school_id,
            _devices.c.measure_id,
            _models.c.category,
        )
    )
    return {
        row.id: _Place(
            row.serial,
            row.inventory_number,
            row.school_id,
            DeviceCategory(row.category),
            row.node_id,
            row.measure_id is not None,
        )
        for row in rows
    }


async def _cables(session: AsyncSession) -> tuple[dict[tuple[int, int], int], set[int]]:
    """Return (device, node at the other end) → that node's school, and the hubs among schools."""
    here, there = _nodes.alias("here"), _nodes.alias("there")
    fresh = _neighbours.c.is_gone.is_(False) & (_neighbours.c.last_seen_at > utcnow() - FRESH)
    rows = await session.execute(
        select(
            _neighbours.c.node_id,
            _neighbours.c.remote_node_id,
            here.c.school_id.label("here"),
            there.c.school_id.label("there"),
        )
        .join(here, here.c.id == _neighbours.c.node_id)
        .join(there, there.c.id == _neighbours.c.remote_node_id)
        .where(fresh)
    )
    told = rows.all()
    by_node: dict[int, list[int]] = defaultdict(list)
    parts = await session.execute(
        select(_components.c.node_id, _components.c.device_id)
        .where(_components.c.device_id.is_not(None), _components.c.is_gone.is_(False))
        .distinct()
    )
    for row in parts:
        by_node[row.node_id].append(row.device_id)
    edges: dict[tuple[int, int], int] = {}
    for row in told:
        for device_id in by_node[row.node_id]:
            edges[device_id, row.remote_node_id] = row.there
        for device_id in by_node[row.remote_node_id]:
            edges[device_id, row.node_id] = row.here
    seen = await session.execute(
        select(_devices.c.id, _neighbours.c.node_id, _nodes.c.school_id)
        .join(_neighbours, _devices.c.mac == func.lower(_neighbours.c.remote_chassis))
        .join(_nodes, _nodes.c.id == _neighbours.c.node_id)
        .where(fresh)
    )
    edges |= {(row.id, row.node_id): row.school_id for row in seen}
    return edges, _hubs([(row.here, row.there) for row in told])


def _hubs(links: Sequence[tuple[int, int]]) -> set[int]:
    others: dict[int, set[int]] = defaultdict(set)
    for here, there in links:
        if here != there:
            others[here].add(there)
            others[there].add(here)
    return {school for school, connected in others.items() if len(connected) >= HUB_SCHOOLS}


async def _names(session: AsyncSession, ids: set[int]) -> Mapping[int, str]:
    rows = await session.execute(
        select(_schools.c.id, _schools.c.name).where(_schools.c.id.in_(ids))
    )
    return {row.id: row.name for row in rows}


def _finding(device_id: int, place: _Place, target: int, names: Mapping[int, str]) -> NewFinding:
    seen, recorded = names.get(target, "?"), names.get(place.recorded, "?")
    return NewFinding(
        cause=f"wrong_school:cable:{device_id}",
        kind=FindingKind.WRONG_SCHOOL,
        severity="error",
        title=f"{place.inventory_number} hängt am Netz einer anderen Schule",
        detail=f"Die Kartei führt es an „{recorded}“, seine Kabel enden an „{seen}“.",
        school_id=place.recorded,
        device_id=device_id,
        node_id=place.node_id,
        facts={
            "serial": place.serial,
            "recorded_school_id": place.recorded,
            "seen_school_id": target,
            "is_funded": place.is_funded,
        },
    )
