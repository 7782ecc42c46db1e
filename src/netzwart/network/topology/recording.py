"""Writes what a node told of its surroundings: only what changed, in the caller's transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, func, insert, select, union, update
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.database import table_of
from netzwart.network.profiles.facts import Neighbour as ToldNeighbour
from netzwart.network.profiles.facts import NeighbourProtocol
from netzwart.network.tables import Interface, Neighbour, Node
from netzwart.network.topology.comparing import (
    CONFIRM_AFTER,
    Difference,
    HeardNeighbour,
    KnownRow,
    NamedNode,
    compare,
    heard,
    recognise,
    spellings,
)
from netzwart.network.topology.told import ToldAddress, ToldMac, TopologyTables
from netzwart.network.topology_tables import AddressEntry, ForwardingEntry, TopologyReading

_nodes = table_of(Node)
_interfaces = table_of(Interface)
_neighbours = table_of(Neighbour)
_NEIGHBOURS_LOCK = 0x4E45_4947
"""Any number that nothing else locks."""
_macs = table_of(ForwardingEntry)
_addresses = table_of(AddressEntry)
_readings = table_of(TopologyReading)

_CHUNK = 500
_ERROR_LIMIT = 300


async def record_topology(
    session: AsyncSession, node_id: int, told: TopologyTables, due_at: datetime
) -> None:
    """Write one reading of a node's slow tables; what did not come in full stays as it was."""
    before = (
        await session.execute(select(_readings.c.read_at).where(_readings.c.node_id == node_id))
    ).scalar_one_or_none()
    values: dict[str, Any] = {
        "due_at": due_at,
        "duration_ms": told.duration_ms,
        "error": None if told.error is None else told.error[:_ERROR_LIMIT],
        "changed_at": told.read_at,
    }
    if told.is_complete:
        values["read_at"] = told.read_at
    if told.chassis is not None:
        values["chassis"] = told.chassis
    if told.bridge_mac is not None:
        values["bridge_mac"] = told.bridge_mac
    await session.execute(update(_readings).where(_readings.c.node_id == node_id).values(values))
    await _adopt(session, node_id, told.read_at)
    if told.neighbours is not None:
        await record_neighbours(session, node_id, told.neighbours, told.read_at)
    if told.macs is not None:
        await _record_macs(session, node_id, told.macs, told.read_at, before)
    if told.addresses is not None:
        await _record_addresses(session, node_id, told.addresses, told.read_at, before)


async def record_neighbours(
    session: AsyncSession, node_id: int, told: Sequence[ToldNeighbour], at: datetime
) -> None:
    """Write who is at the other ends of the cables; who is not named any more is gone."""
    await _one_at_a_time(session)
    nodes = await _recognised(session, node_id, told)
    now = {one.key: one for one in heard(told, nodes)}
    rows = await session.execute(
        select(
            _neighbours.c.id,
            _neighbours.c.local_interface,
            _neighbours.c.remote_name,
            _neighbours.c.remote_interface,
            _neighbours.c.remote_chassis,
            _neighbours.c.protocol,
            _neighbours.c.remote_node_id,
            _neighbours.c.is_gone,
            _neighbours.c.last_seen_at,
        )
        .where(_neighbours.c.node_id == node_id)
        # Of two rows for one key (the name changed while there was no chassis) the last one counts.
        .order_by(_neighbours.c.is_gone.desc(), _neighbours.c.id)
    )
    known: dict[tuple[str, str], KnownRow] = {}
    for row in rows.mappings():
        kept = {name: row[name] for name in _WRITTEN}
        known[HeardNeighbour(**kept).key] = KnownRow(
            row["id"], kept, row["is_gone"], row["last_seen_at"]
        )
    wanted = {key: _neighbour_values(one) for key, one in now.items()}
    difference = compare(known, wanted, at - CONFIRM_AFTER)
    await _write(session, _neighbours, node_id, difference, wanted, at)
    if difference.confirmed:
        await session.execute(
            update(_neighbours)
            .where(_neighbours.c.id.in_(difference.confirmed))
            .values(last_seen_at=at)
        )


_WRITTEN = (
    "local_interface",
    "remote_name",
    "remote_interface",
    "remote_chassis",
    "protocol",
    "remote_node_id",
)


def _neighbour_values(one: HeardNeighbour) -> dict[str, object]:
    return {name: getattr(one, name) for name in _WRITTEN}


async def _recognised(
    session: AsyncSession, node_id: int, told: Sequence[ToldNeighbour]
) -> dict[ToldNeighbour, int]:
    """Return which node each neighbour is, where that is certain; never the node itself."""
    if not told:
        return {}
    chassis = spellings(one.remote_chassis for one in told)
    names = spellings(one.remote_name for one in told)
    by_chassis = union(
        select(_interfaces.c.node_id, _interfaces.c.mac.label("name")).where(
            _interfaces.c.mac.in_(chassis)
        ),
        select(_readings.c.node_id, func.lower(_readings.c.chassis)).where(
            func.lower(_readings.c.chassis).in_(chassis)
        ),
        select(_readings.c.node_id, _readings.c.bridge_mac).where(
            _readings.c.bridge_mac.in_(chassis)
        ),
    ).subquery()
    found = await session.execute(
        select(_nodes.c.id, _nodes.c.school_id, by_chassis.c.name)
        .join(by_chassis, by_chassis.c.node_id == _nodes.c.id)
        .where(_nodes.c.id != node_id)
        .order_by(_nodes.c.id)
    )
    of_chassis = [NamedNode(row.id, row.school_id, row.name) for row in found]
    found = await session.execute(
        select(_nodes.c.id, _nodes.c.school_id, func.lower(_nodes.c.sys_name).label("name"))
        .where(func.lower(_nodes.c.sys_name).in_(names), _nodes.c.id != node_id)
        .order_by(_nodes.c.id)
    )
    of_name = [NamedNode(row.id, row.school_id, row.name) for row in found]
    school_id = await session.scalar(select(_nodes.c.school_id).where(_nodes.c.id == node_id))
    nodes = {one: recognise(one, of_chassis, of_name, school_id or 0) for one in told}
    return {one: node for one, node in nodes.items() if node is not None}


async def _one_at_a_time(session: AsyncSession) -> None:
    """Let one transaction at a time write neighbours on PostgreSQL; SQLite has one writer anyway.

    Two nodes that hear each other write into each other's rows, in either order: a deadlock.
    """
    if (await session.connection()).dialect.name == "postgresql":
        await session.execute(select(func.pg_advisory_xact_lock(_NEIGHBOURS_LOCK)))


async def _adopt(session: AsyncSession, node_id: int, at: datetime) -> None:
    """Let others recognise this node, whom they heard before anybody knew what it is called."""
    await _one_at_a_time(session)
    names = union(
        select(_interfaces.c.mac).where(
            _interfaces.c.node_id == node_id, _interfaces.c.mac.is_not(None)
        ),
        select(func.lower(_readings.c.chassis)).where(_readings.c.node_id == node_id),
        select(_readings.c.bridge_mac).where(_readings.c.node_id == node_id),
    )
    own_name = select(func.lower(_nodes.c.sys_name)).where(_nodes.c.id == node_id)
    rows = await session.execute(
        select(
            _neighbours.c.id,
            _neighbours.c.node_id,
            _neighbours.c.local_interface,
            _neighbours.c.remote_name,
            _neighbours.c.remote_chassis,
            _neighbours.c.remote_interface,
            _neighbours.c.protocol,
        ).where(
            _neighbours.c.remote_node_id.is_(None),
            _neighbours.c.node_id != node_id,
            func.lower(_neighbours.c.remote_chassis).in_(names)
            | func.lower(_neighbours.c.remote_name).in_(own_name),
        )
    )
    for row in rows.all():
        told = ToldNeighbour(
            row.local_interface,
            row.remote_name or None,
            row.remote_interface or None,
            row.remote_chassis or None,
            NeighbourProtocol(row.protocol),
        )
        found = (await _recognised(session, row.node_id, (told,))).get(told)
        if found is not None:
            await session.execute(
                update(_neighbours)
                .where(_neighbours.c.id == row.id)
                .values(remote_node_id=found, changed_at=at, version=_neighbours.c.version + 1)
            )


async def _record_macs(
    session: AsyncSession,
    node_id: int,
    told: Sequence[ToldMac],
    at: datetime,
    before: datetime | None,
) -> None:
    table = _macs
    rows = await session.execute(
        select(
            table.c.id,
            table.c.mac,
            table.c.vlan,
            table.c.local_interface,
            table.c.is_gone,
            table.c.last_seen_at,
        ).where(table.c.node_id == node_id)
    )
    known = {
        (row.mac, row.vlan): KnownRow(
            row.id, {"local_interface": row.local_interface}, row.is_gone, row.last_seen_at
        )
        for row in rows
    }
    wanted = {(one.mac, one.vlan): {"local_interface": one.port} for one in told}
    difference = compare(known, wanted)
    keys = {(one.mac, one.vlan): {"mac": one.mac, "vlan": one.vlan} for one in told}
    values = {key: keys[key] | wanted[key] for key in wanted}
    await _write(session, table, node_id, difference, values, at, before)


async def _record_addresses(
    session: AsyncSession,
    node_id: int,
    told: Sequence[ToldAddress],
    at: datetime,
    before: datetime | None,
) -> None:
    table = _addresses
    rows = await session.execute(
        select(
            table.c.id,
            table.c.address,
            table.c.mac,
            table.c.local_interface,
            table.c.is_gone,
            table.c.last_seen_at,
        ).where(table.c.node_id == node_id)
    )
    known = {
        row.address: KnownRow(
            row.id,
            {"mac": row.mac, "local_interface": row.local_interface},
            row.is_gone,
            row.last_seen_at,
        )
        for row in rows
    }
    wanted = {one.address: {"mac": one.mac, "local_interface": one.port} for one in told}
    difference = compare(known, wanted)
    values = {key: {"address": key} | wanted[key] for key in wanted}
    await _write(session, table, node_id, difference, values, at, before)


async def _write(
    session: AsyncSession,
    table: Table,
    node_id: int,
    difference: Difference[Any],
    values: Mapping[Any, Mapping[str, object]],
    at: datetime,
    seen_before: datetime | None = None,
) -> None:
    """Write a difference in at most three statements (and one per 500 that vanished).

    `seen_before` is when the vanished were last there, where their rows do not say it themselves.
    """
    seen = {"first_seen_at": at, "last_seen_at": at, "is_gone": False, "changed_at": at}
    if difference.new:
        fresh = {"node_id": node_id, "created_at": at, "version": 1, **seen}
        await session.execute(insert(table), [{**values[key], **fresh} for key in difference.new])
    if difference.moved:
        # A bound name must not be a column's.
        entries = [
            {f"new_{name}": value for name, value in {**values[key], **seen}.items()}
            | {"row_id": row_id}
            for row_id, key in difference.moved
        ]
        named: dict[str, Any] = {
            name.removeprefix("new_"): bindparam(name) for name in entries[0] if name != "row_id"
        }
        statement = (
            update(table)
            .where(table.c.id == bindparam("row_id"))
            .values({**named, "version": table.c.version + 1})
        )
        await (await session.connection()).execute(statement, entries)
    gone: dict[str, Any] = {"is_gone": True, "changed_at": at, "version": table.c.version + 1}
    if seen_before is not None:
        gone["last_seen_at"] = seen_before
    for start in range(0, len(difference.vanished), _CHUNK):
        some = difference.vanished[start : start + _CHUNK]
        await session.execute(update(table).where(table.c.id.in_(some)).values(gone))
