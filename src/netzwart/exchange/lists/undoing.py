"""Takes an import back, all or nothing, as long as nothing else touched its rows.

What it changed gets its old values and a line in its history. What it created is deleted: the
database allows that for devices of an import that is being undone, unchanged since and referred to
by nothing (decision 0056). So the corrected file can bring the same inventory numbers again.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Column, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.clock import utcnow
from netzwart.errors import ConflictError
from netzwart.exchange.lists.queries import ROW, list_touched
from netzwart.exchange.lists.writing import change_devices, tell_history
from netzwart.inventory.queries import DEVICE
from netzwart.inventory.tables import DeviceStatus

_NAMED = 5
"""Devices named in a refusal; the rest is „und weitere“."""
_PAGE = 2000
_DAYS = frozenset({"delivered_on", "commissioned_on", "warranty_until"})
_THINGS: Mapping[str, str] = {
    "sighting": "Sichtungen",
    "device_presence": "Sichtungen",
    "finding": "Befunde",
    "component": "Bausteine im Netz",
    "device_event": "Einträge im Lebenslauf",
    "relocation": "Umsetzungen",
    "loan_device": "Leihen",
    "disposal": "Aussonderungen",
    "stocktake_line": "Inventuren",
    "planned_item": "Planungen",
    "acceptance_item": "Abnahmen",
    "device": "Nachfolger",
}


class TouchedSinceError(ConflictError):
    """Something else changed or used a device after the import had written it."""


async def undo_rows(session: AsyncSession, run_id: int, actor: Actor, reason: str) -> None:
    """Take back what the rows of an import did.

    Raises:
        TouchedSinceError: names what changed since; nothing is taken back then.
    """
    touched = await list_touched(session, run_id, _NAMED + 1)
    if touched:
        named = ", ".join(touched[:_NAMED]) + (" und weitere" if len(touched) > _NAMED else "")
        raise TouchedSinceError(
            f"Seit dem Import wurde geändert: {named}. Der Import bleibt, wie er ist."
        )
    await _refuse_used(session, run_id)
    await _restore(session, run_id, actor, reason)
    created = select(ROW.c.device_id).where(ROW.c.run_id == run_id, ROW.c.action == "create")
    await session.execute(delete(DEVICE).where(DEVICE.c.id.in_(created)))


async def _refuse_used(session: AsyncSession, run_id: int) -> None:
    """Refuse when anything refers to a device that the import created."""
    for name, column in _referring():
        statement = (
            select(func.min(ROW.c.label), func.count())
            .select_from(column.table)
            .join(ROW, ROW.c.device_id == column)
            .where(ROW.c.run_id == run_id, ROW.c.action == "create")
        )
        label, number = (await session.execute(statement)).one()
        if number:
            thing = _THINGS.get(name, "andere Einträge")
            raise TouchedSinceError(
                f"Auf neue Geräte beziehen sich schon {thing}, z. B. auf {label}. "
                "Der Import bleibt, wie er ist."
            )


def _referring() -> Sequence[tuple[str, Column[Any]]]:
    """Return every (table name, column) that refers to a device, found in the tables themselves."""
    return [
        (table.name, column)
        for table in DEVICE.metadata.sorted_tables
        for column in table.columns
        if any(key.column is DEVICE.c.id for key in column.foreign_keys)
    ]


async def _restore(session: AsyncSession, run_id: int, actor: Actor, reason: str) -> None:
    """Give changed devices their old values back."""
    after = 0
    while True:
        statement = (
            select(ROW.c.line, ROW.c.device_id, ROW.c.before)
            .where(ROW.c.run_id == run_id, ROW.c.action == "update", ROW.c.line > after)
            .order_by(ROW.c.line)
            .limit(_PAGE)
        )
        rows = (await session.execute(statement)).all()
        if not rows:
            return
        after = rows[-1].line
        present = await _present(session, [row.device_id for row in rows])
        changes = [(row.device_id, values_of(row.before)) for row in rows]
        await change_devices(session, changes, utcnow())
        await tell_history(session, changes, present, actor, reason)


async def _present(session: AsyncSession, ids: Sequence[int]) -> dict[int, Mapping[str, Any]]:
    columns = (DEVICE.c.id, DEVICE.c.school_id, DEVICE.c.room_id, DEVICE.c.status)
    found = await session.execute(select(*columns).where(DEVICE.c.id.in_(ids)))
    return {row["id"]: {str(name): row[name] for name in row} for row in found.mappings()}


def values_of(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return column values from what JSON kept of them."""
    return {name: _value(name, value) for name, value in kept.items()}


def _value(name: str, value: Any) -> Any:  # noqa: ANN401 - any column's value
    if value is None:
        return None
    if name in _DAYS:
        return date.fromisoformat(value)
    return DeviceStatus(value) if name == "status" else value
