"""Brings judged rows into the record: in bulk, with every move and change in the history."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.clock import utcnow
from netzwart.exchange.lists.columns import FIELD_LABELS
from netzwart.exchange.lists.judging import COLUMN_FIELDS, Judged
from netzwart.exchange.upserting import Action
from netzwart.inventory.queries import DEVICE, EVENT, RELOCATION
from netzwart.inventory.tables import Device, DeviceEventKind

_CHUNK = 2000
_DEFAULTS: Mapping[str, Any] = {
    name: info.get_default()
    for name, info in Device.model_fields.items()
    if name not in {"id", "created_at", "changed_at"} and not info.is_required()
}


async def write_rows(
    session: AsyncSession, rows: Sequence[Judged], actor: Actor, reason: str
) -> dict[int, tuple[int, int]]:
    """Create and change devices; return line → (device id, version after)."""
    now = utcnow()
    creating = [row for row in rows if row.action is Action.CREATE]
    changing = [row for row in rows if row.action is Action.UPDATE]
    written = await _create(session, creating, now)
    changes = [(row.device["id"], row.values) for row in changing if row.device is not None]
    await change_devices(session, changes, now)
    before = {row.device["id"]: row.device for row in changing if row.device is not None}
    await tell_history(session, changes, before, actor, reason)
    for row in changing:
        if row.device is not None:
            written[row.line] = (row.device["id"], row.device["version"] + 1)
    return written


async def _create(
    session: AsyncSession, rows: Sequence[Judged], now: datetime
) -> dict[int, tuple[int, int]]:
    """Insert new devices; what they were created by is told by the import's own rows."""
    if not rows:
        return {}
    entries = [{**_DEFAULTS, "created_at": now, "changed_at": now, **row.values} for row in rows]
    await session.execute(insert(DEVICE), entries)
    lines = {row.values["inventory_number"]: row.line for row in rows}
    numbers = sorted(lines)
    written: dict[int, tuple[int, int]] = {}
    for start in range(0, len(numbers), _CHUNK):
        statement = select(DEVICE.c.id, DEVICE.c.inventory_number, DEVICE.c.version).where(
            DEVICE.c.inventory_number.in_(numbers[start : start + _CHUNK])
        )
        for row in await session.execute(statement):
            written[lines[row.inventory_number]] = (row.id, row.version)
    return written


async def change_devices(
    session: AsyncSession, changes: Sequence[tuple[int, Mapping[str, Any]]], now: datetime
) -> None:
    """Set columns of devices and count their versions up; one statement per set of columns."""
    by_columns: dict[frozenset[str], list[dict[str, Any]]] = {}
    for device_id, values in changes:
        entry = {f"new_{name}": value for name, value in values.items()}
        by_columns.setdefault(frozenset(values), []).append({**entry, "row_id": device_id})
    connection = await session.connection()
    for columns, entries in by_columns.items():
        placed: dict[str, Any] = {name: bindparam(f"new_{name}") for name in columns}
        statement = (
            update(DEVICE)
            .where(DEVICE.c.id == bindparam("row_id"))
            .values(**placed, changed_at=now, version=DEVICE.c.version + 1)
        )
        await connection.execute(statement, entries)


async def tell_history(
    session: AsyncSession,
    changes: Sequence[tuple[int, Mapping[str, Any]]],
    before: Mapping[int, Mapping[str, Any]],
    actor: Actor,
    reason: str,
) -> None:
    """Write what changed into the devices' history: moves, states, and the rest as one line."""
    events: list[dict[str, Any]] = []
    moves: list[dict[str, Any]] = []
    for device_id, values in changes:
        old = before[device_id]
        events += _events(device_id, values, old, actor, reason)
        if "school_id" in values or "room_id" in values:
            moves.append(_move(device_id, values, old, reason))
    if events:
        await session.execute(insert(EVENT), events)
    if moves:
        await session.execute(insert(RELOCATION), moves)


def _events(
    device_id: int,
    values: Mapping[str, Any],
    old: Mapping[str, Any],
    actor: Actor,
    reason: str,
) -> list[dict[str, Any]]:
    told: list[tuple[DeviceEventKind, str, dict[str, Any]]] = []
    if "school_id" in values or "room_id" in values:
        told.append((DeviceEventKind.MOVED, reason, {}))
    if "status" in values:
        states = {"before": str(old["status"]), "after": str(values["status"])}
        told.append((DeviceEventKind.STATUS_CHANGED, reason, states))
    others = [
        FIELD_LABELS[meaning]
        for name, meaning in COLUMN_FIELDS.items()
        if name in values and name not in {"school_id", "room_id", "status"}
    ]
    if others:
        told.append((DeviceEventKind.CHANGED, f"{', '.join(others)}: {reason}"[:500], {}))
    now = utcnow()
    return [
        {
            "device_id": device_id,
            "at": now,
            "kind": kind,
            "actor": actor.name[:200],
            "text": text[:500],
            "data": data,
        }
        for kind, text, data in told
    ]


def _move(
    device_id: int, values: Mapping[str, Any], old: Mapping[str, Any], reason: str
) -> dict[str, Any]:
    return {
        "device_id": device_id,
        "at": utcnow(),
        "from_school_id": old["school_id"],
        "from_room_id": old["room_id"],
        "to_school_id": values.get("school_id", old["school_id"]),
        "to_room_id": values.get("room_id", old["room_id"]),
        "reason": reason[:1000],
        "consented_by_id": None,
    }
