"""Writes what a node consists of, and gathers the serial numbers it told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.database import insert_into, table_of
from netzwart.inventory.rules import normalised_serial
from netzwart.network.polling.reading import ComponentReading, StatusReading
from netzwart.network.polling.visits import SeenSerial
from netzwart.network.profiles.facts import ComponentKind, DeviceFacts
from netzwart.network.rules import Change, serial_changes
from netzwart.network.tables import Component

_components = table_of(Component)

DEVICE_POSITION = "device"
"""Where a serial number stands that the node gave for itself and for no part."""
_WHOLE = frozenset({ComponentKind.CHASSIS, ComponentKind.STACK})
_POSITION_LIMIT = 120


@dataclass(frozen=True, slots=True)
class Part:
    """One part as the node tells it now."""

    position: str
    kind: ComponentKind
    manufacturer: str | None
    model: str | None
    serial: str | None
    firmware: str | None


@dataclass(frozen=True, slots=True)
class PartNews:
    """What the parts told: serial numbers for the witnesses, changes for the node's history."""

    serials: tuple[SeenSerial, ...] = ()
    changes: tuple[Change, ...] = ()
    has_unknown_serial: bool = False
    """True if a part gave a serial number that the last identification did not find."""


def parts_of(facts: DeviceFacts, reading: StatusReading) -> tuple[Part, ...]:
    """Return the parts of an identified node; its own serial number counts as one of them.

    Who made a part is known only from ENTITY-MIB, and is joined by serial number.
    """
    makers = {
        normalised_serial(part.serial): part.manufacturer for part in reading.components or ()
    }
    parts: dict[str, Part] = {}
    for part in facts.components:
        position = _free_position(part.position, parts)
        maker = makers.get(normalised_serial(part.serial))
        if maker is None and part.kind is not ComponentKind.TRANSCEIVER:
            maker = facts.vendor
        parts[position] = Part(position, part.kind, maker, part.model, part.serial, part.firmware)
    own = normalised_serial(facts.serial)
    if own is not None and own not in {normalised_serial(part.serial) for part in parts.values()}:
        position = _free_position(DEVICE_POSITION, parts)
        parts[position] = Part(
            position, ComponentKind.CHASSIS, facts.vendor, facts.model, facts.serial, facts.firmware
        )
    return tuple(parts.values())


def _free_position(wanted: str, taken: Mapping[str, Part]) -> str:
    """Return the place's name; some firmware gives two parts the same."""
    position, number = wanted[:_POSITION_LIMIT] or "?", 2
    while position in taken:
        position = f"{wanted[: _POSITION_LIMIT - 6]} ({number})"
        number += 1
    return position


async def record_parts(
    session: AsyncSession,
    node_id: int,
    facts: DeviceFacts | None,
    reading: StatusReading,
    source: str = "snmp",
) -> PartNews:
    """Write the parts as far as this visit asked for them; `source` told of them."""
    if facts is None and not reading.components:
        return PartNews()
    rows = await session.execute(select(_components).where(_components.c.node_id == node_id))
    known = {row.position: row for row in rows}
    if facts is None:
        return await _confirm(session, known, reading.components or (), reading.taken_at)
    return await _replace(session, node_id, known, facts, reading, source)


async def _confirm(
    session: AsyncSession,
    known: Mapping[str, Row[Any]],
    told: Sequence[ComponentReading],
    at: datetime,
) -> PartNews:
    """Note that known parts told their serial numbers again."""
    by_serial = {row.serial_normalised: row for row in known.values() if row.serial_normalised}
    serials = {normalised_serial(part.serial) for part in told} - {None}
    seen = [by_serial[serial] for serial in sorted(map(str, serials)) if serial in by_serial]
    if seen:
        await session.execute(
            update(_components)
            .where(_components.c.id.in_([row.id for row in seen]))
            .values(last_seen_at=at, is_gone=False, changed_at=at)
        )
    return PartNews(
        serials=tuple(
            SeenSerial(
                row.position,
                row.kind,
                row.serial,
                row.manufacturer,
                row.model,
                is_whole=row.kind in _WHOLE,
            )
            for row in seen
        ),
        has_unknown_serial=len(seen) < len(serials),
    )


async def _replace(
    session: AsyncSession,
    node_id: int,
    known: Mapping[str, Row[Any]],
    facts: DeviceFacts,
    reading: StatusReading,
    source: str,
) -> PartNews:
    parts = parts_of(facts, reading)
    told = {part.position: part for part in parts}
    swaps = serial_changes(
        {position: row.serial_normalised for position, row in known.items()},
        {part.position: normalised_serial(part.serial) for part in parts},
    )
    await upsert_parts(session, node_id, parts, reading.taken_at, source)
    missing = [
        row.id
        for place, row in known.items()
        if place not in told and not row.is_gone and row.source == source
    ]
    # Half an answer proves nothing about what it does not mention.
    if missing and facts.error is None:
        await session.execute(
            update(_components)
            .where(_components.c.id.in_(missing))
            .values(is_gone=True, changed_at=reading.taken_at, version=_components.c.version + 1)
        )
    return PartNews(
        serials=tuple(
            seen_serial(part, known.get(part.position), swaps) for part in parts if _tells(part)
        ),
        changes=tuple(
            Change("serial", f"{place}: {known[place].serial}", f"{place}: {told[place].serial}")
            for place in swaps
        ),
    )


def _tells(part: Part) -> bool:
    return normalised_serial(part.serial) is not None


def seen_serial(
    part: Part, before: Row[Any] | None = None, swaps: Mapping[str, tuple[str, str]] | None = None
) -> SeenSerial:
    """Return what a witness says of the part, and which serial number its place had before."""
    return SeenSerial(
        position=part.position,
        kind=part.kind,
        serial=part.serial or "",
        manufacturer=part.manufacturer,
        model=part.model,
        replaced=before.serial if before is not None and part.position in (swaps or {}) else None,
        is_whole=part.kind in _WHOLE,
    )


async def upsert_parts(
    session: AsyncSession, node_id: int, parts: Sequence[Part], at: datetime, source: str
) -> None:
    """Write parts by their place; one that came back is not gone any more."""
    if not parts:
        return
    statement = await insert_into(session, _components)
    rows = [
        {
            "node_id": node_id,
            "position": part.position,
            "kind": str(part.kind),
            "manufacturer": _short(part.manufacturer, 120),
            "model": _short(part.model, 200),
            "serial": _short(part.serial, 120),
            "serial_normalised": _short(normalised_serial(part.serial), 120),
            "firmware": _short(part.firmware, 120),
            "first_seen_at": at,
            "last_seen_at": at,
            "is_gone": False,
            "source": source,
            "created_at": at,
            "changed_at": at,
            "version": 1,
        }
        for part in parts
    ]
    kept = {"node_id", "position", "first_seen_at", "created_at", "version"}
    statement = statement.on_conflict_do_update(
        index_elements=["node_id", "position"],
        set_={name: statement.excluded[name] for name in rows[0] if name not in kept}
        | {"version": _components.c.version + 1},
    )
    await session.execute(statement, rows)


def _short(text: str | None, limit: int) -> str | None:
    return None if text is None else text[:limit]


async def link_devices(
    session: AsyncSession, node_id: int, told: Sequence[SeenSerial], devices: Mapping[str, int]
) -> None:
    """Note which bought thing each part is; a part that is none any more loses the link."""
    rows = await session.execute(
        select(_components.c.id, _components.c.position, _components.c.device_id).where(
            _components.c.node_id == node_id,
            _components.c.position.in_([one.position for one in told]),
        )
    )
    for row in rows.all():
        if row.device_id != devices.get(row.position):
            await session.execute(
                update(_components)
                .where(_components.c.id == row.id)
                .values(device_id=devices.get(row.position), version=_components.c.version + 1)
            )
