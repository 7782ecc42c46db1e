"""Where a MAC address hangs, who it is, and which addresses it has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Table, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Scope
from netzwart.database import UtcDateTime, table_of
from netzwart.network.queries import AnyRow, within
from netzwart.network.tables import Neighbour, Node
from netzwart.network.topology.locating import MacSight, Place, PortNeighbour, find_place
from netzwart.network.topology_tables import AddressEntry, ForwardingEntry, TopologyReading

_nodes = table_of(Node)
_neighbours = table_of(Neighbour)
_macs = table_of(ForwardingEntry)
_addresses = table_of(AddressEntry)
_readings = table_of(TopologyReading)

MOST_SIGHTS = 200
"""A MAC address that more nodes see than this is no end device."""


@dataclass(frozen=True, slots=True)
class Seer:
    """A node that sees the address."""

    id: int
    name: str
    school_id: int


@dataclass(frozen=True, slots=True)
class Located:
    """Everything known of one MAC address."""

    mac: str
    place: Place | None
    sights: Sequence[MacSight]
    seers: Mapping[int, Seer]
    addresses: Sequence[AnyRow]
    """Newest first: address, last_seen_at, is_gone."""

    @property
    def seer(self) -> Seer | None:
        """Return the node it hangs on."""
        return self.seers[self.place.sight.node_id] if self.place is not None else None


async def locate(session: AsyncSession, scope: Scope, mac: str) -> Located:
    """Return where a MAC address hangs, as far as the reader may see the switches."""
    rows = await _sights(session, scope, mac)
    seers = {row.node_id: Seer(row.node_id, row.node_name, row.school_id) for row in rows}
    counts = await _counts(session, rows)
    sights = [
        MacSight(
            node_id=row.node_id,
            port=row.local_interface,
            vlan=row.vlan,
            mac_count=counts.get((row.node_id, row.local_interface), 0),
            first_seen_at=row.first_seen_at,
            last_seen_at=row.seen_at,
            is_gone=row.is_gone,
        )
        for row in rows
    ]
    heard = await _heard(session, list(seers))
    return Located(
        mac=mac,
        place=find_place(mac, sights, heard),
        sights=sights,
        seers=seers,
        addresses=await _addresses_of(session, scope, mac),
    )


async def _sights(session: AsyncSession, scope: Scope, mac: str) -> Sequence[AnyRow]:
    statement = (
        select(
            _macs.c.node_id,
            _nodes.c.name.label("node_name"),
            _nodes.c.school_id,
            _macs.c.local_interface,
            _macs.c.vlan,
            _macs.c.is_gone,
            _macs.c.first_seen_at,
            _seen_at(_macs).label("seen_at"),
        )
        .join_from(_macs, _nodes, _nodes.c.id == _macs.c.node_id)
        .join(_readings, _readings.c.node_id == _macs.c.node_id, isouter=True)
        .where(_macs.c.mac == mac, within(scope))
        .order_by(_macs.c.is_gone, _nodes.c.name, _macs.c.id)
        .limit(MOST_SIGHTS)
    )
    return (await session.execute(statement)).all()


def _seen_at(table: Table) -> ColumnElement[datetime]:
    """Return when a row's thing was last seen: one that is there, at the node's last reading."""
    newest = func.coalesce(_readings.c.read_at, table.c.last_seen_at, type_=UtcDateTime())
    return case((table.c.is_gone.is_(True), table.c.last_seen_at), else_=newest)


async def _counts(session: AsyncSession, rows: Sequence[AnyRow]) -> dict[tuple[int, str], int]:
    """Return how many MAC addresses are behind each of the ports."""
    statement = (
        select(
            _macs.c.node_id,
            _macs.c.local_interface,
            func.count(_macs.c.mac.distinct()).label("macs"),
        )
        .where(
            _macs.c.node_id.in_({row.node_id for row in rows}),
            _macs.c.local_interface.in_({row.local_interface for row in rows}),
            _macs.c.is_gone.is_(False),
        )
        .group_by(_macs.c.node_id, _macs.c.local_interface)
    )
    found = await session.execute(statement)
    return {(row.node_id, row.local_interface): row.macs for row in found}


async def _heard(session: AsyncSession, node_ids: Sequence[int]) -> list[PortNeighbour]:
    statement = (
        select(
            _neighbours.c.node_id,
            _neighbours.c.local_interface,
            _neighbours.c.remote_name,
            _neighbours.c.remote_chassis,
            _neighbours.c.remote_node_id,
        )
        .where(_neighbours.c.node_id.in_(node_ids), _neighbours.c.is_gone.is_(False))
        .order_by(_neighbours.c.id)
    )
    return [
        PortNeighbour(
            row.node_id,
            row.local_interface,
            row.remote_name or row.remote_chassis,
            row.remote_node_id,
            row.remote_chassis,
        )
        for row in await session.execute(statement)
    ]


async def _addresses_of(session: AsyncSession, scope: Scope, mac: str) -> Sequence[AnyRow]:
    statement = (
        select(
            _addresses.c.address,
            _addresses.c.is_gone,
            _seen_at(_addresses).label("seen_at"),
            _nodes.c.id.label("node_id"),
            _nodes.c.name.label("node_name"),
        )
        .join_from(_addresses, _nodes, _nodes.c.id == _addresses.c.node_id)
        .join(_readings, _readings.c.node_id == _addresses.c.node_id, isouter=True)
        .where(_addresses.c.mac == mac, within(scope))
        .order_by(_addresses.c.is_gone, _addresses.c.address, _addresses.c.id)
        .limit(20)
    )
    return (await session.execute(statement)).all()


async def macs_of_address(session: AsyncSession, scope: Scope, address: str) -> Sequence[str]:
    """Return the MAC addresses an IP address has or had, the present one first."""
    statement = (
        select(_addresses.c.mac)
        .join_from(_addresses, _nodes, _nodes.c.id == _addresses.c.node_id)
        .where(_addresses.c.address == address, within(scope))
        .order_by(_addresses.c.is_gone, _addresses.c.first_seen_at.desc(), _addresses.c.id)
        .limit(20)
    )
    found = await session.execute(statement)
    return list(dict.fromkeys(found.scalars()))
