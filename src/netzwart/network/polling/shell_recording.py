"""Writes what a shell told beside SNMP: parts that SNMP did not name, and facts that were missing.

SNMP stays the one that says how the node is; the shell adds, and never takes away what SNMP told.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.database import table_of
from netzwart.inventory.rules import normalised_serial
from netzwart.network.polling.reading import StatusReading
from netzwart.network.polling.recording_parts import (
    Part,
    link_devices,
    parts_of,
    seen_serial,
    upsert_parts,
)
from netzwart.network.polling.visits import ReportVisit, SeenSerial, Visit
from netzwart.network.profiles.facts import DeviceFacts
from netzwart.network.tables import Component, Node

_nodes = table_of(Node)
_components = table_of(Component)
_SOURCE = "ssh"


async def record_shell_facts(
    session: AsyncSession,
    node_id: int,
    reading: StatusReading,
    facts: DeviceFacts,
    report: ReportVisit,
) -> None:
    """Add the shell's parts to the node's, and report every serial number it told."""
    node = (
        await session.execute(
            select(_nodes.c.id, _nodes.c.name, _nodes.c.school_id).where(_nodes.c.id == node_id)
        )
    ).one_or_none()
    if node is None:
        return
    rows = await session.execute(select(_components).where(_components.c.node_id == node_id))
    known = {row.position: row for row in rows}
    parts = parts_of(facts, reading)
    own, named = _sorted_out(parts, known)
    await upsert_parts(session, node_id, own, reading.taken_at, _SOURCE)
    told = {part.position for part in own}
    gone = [
        row.id
        for place, row in known.items()
        if row.source == _SOURCE and place not in told and not row.is_gone
    ]
    if gone:
        await session.execute(
            update(_components)
            .where(_components.c.id.in_(gone))
            .values(is_gone=True, changed_at=reading.taken_at, version=_components.c.version + 1)
        )
    await _fill_gaps(session, node_id, facts)
    serials = (*(seen_serial(part) for part in own if part.serial), *named)
    if serials:
        visit = Visit(node.id, node.name, node.school_id, reading.taken_at, _SOURCE, serials)
        await link_devices(session, node_id, serials, await report(session, visit))


def _sorted_out(
    parts: Sequence[Part], known: Mapping[str, Row[Any]]
) -> tuple[tuple[Part, ...], tuple[SeenSerial, ...]]:
    """Return the parts that the shell alone names, and what both name, by SNMP's place."""
    by_serial = {
        row.serial_normalised: row
        for row in known.values()
        if row.serial_normalised and row.source != _SOURCE and not row.is_gone
    }
    taken = {place for place, row in known.items() if row.source != _SOURCE}
    own: list[Part] = []
    named: list[SeenSerial] = []
    for part in parts:
        row = by_serial.get(normalised_serial(part.serial))
        if row is not None:
            place = Part(row.position, part.kind, row.manufacturer, row.model, row.serial, None)
            named.append(seen_serial(place))
        elif part.serial and part.position in taken:
            place = f"{part.position[:110]} (SSH)"
            own.append(
                Part(place, part.kind, part.manufacturer, part.model, part.serial, part.firmware)
            )
        elif part.serial:
            own.append(part)
    return tuple(own), tuple(named)


async def _fill_gaps(session: AsyncSession, node_id: int, facts: DeviceFacts) -> None:
    """Let the shell say what SNMP left open: vendor, model, firmware, serial number."""
    limits = {"vendor": 120, "model": 200, "firmware": 120, "serial": 120}
    said = {name: text for name in limits if (text := getattr(facts, name)) is not None}
    if said:
        values = {
            name: func.coalesce(_nodes.c[name], text[: limits[name]]) for name, text in said.items()
        }
        await session.execute(update(_nodes).where(_nodes.c.id == node_id).values(**values))
