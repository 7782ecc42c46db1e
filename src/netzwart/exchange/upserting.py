"""Brings rows of one table to what a file says, in bulk, and notes what that meant for each.

Core statements only: one select per 500 keys, one insert for all new rows, one update per set of
changed columns. Nothing is committed here: a plan is an apply that is rolled back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Table, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.clock import utcnow
from netzwart.database import Record, table_of
from netzwart.exchange.problems import ImportProblem

CHUNK = 500
Key = tuple[Any, ...]


class Action(StrEnum):
    """What a row of the file means for the database."""

    CREATE = "create"
    UPDATE = "update"
    SKIP = "skip"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """One line of the plan."""

    section: str
    label: str
    action: Action
    changes: Mapping[str, tuple[str | None, str | None]] = field(
        default_factory=dict[str, tuple[str | None, str | None]]
    )
    """Field → before, after, as text."""
    message: str = ""
    faults: Mapping[str, str] = field(default_factory=dict[str, str])
    """Field → why it cannot be so."""
    line: int | None = None
    """Of the file, where a row is a line."""


@dataclass(slots=True)
class Wanted:
    """One row as it shall be."""

    section: str
    path: tuple[str | int, ...]
    label: str
    key: Key
    values: dict[str, Any]
    """Columns that the file names; references already resolved to ids."""
    counts: bool = True
    """False for rows that only hang below another and are counted with it."""


@dataclass(slots=True)
class Outcome:
    """What all sections together came to."""

    rows: list[PlannedRow] = field(default_factory=list[PlannedRow])
    problems: list[ImportProblem] = field(default_factory=list[ImportProblem])

    def fault(self, path: Sequence[str | int], message: str) -> None:
        """Note a fault; nothing will be written."""
        self.problems.append(ImportProblem(".".join(map(str, path)), message))


def as_text(value: object) -> str | None:
    """Return a value as the plan shows it."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value)


async def upsert(
    session: AsyncSession,
    model: type[Record],
    key_columns: Sequence[str],
    wanted: Sequence[Wanted],
    outcome: Outcome,
) -> dict[Key, int]:
    """Create and update rows and return the id of each key."""
    table = table_of(model)
    rows = _without_doubles(wanted, outcome)
    present = await _present(session, table, key_columns, rows)
    creating: list[dict[str, Any]] = []
    changing: dict[frozenset[str], list[dict[str, Any]]] = {}
    for row in rows:
        existing = present.get(row.key)
        if existing is None:
            creating.append(_defaults(model) | row.values)
            _note(outcome, row, Action.CREATE, {})
            continue
        changed = {n: v for n, v in row.values.items() if _differs(existing[n], v)}
        shown = {name: (as_text(existing[name]), as_text(new)) for name, new in changed.items()}
        _note(outcome, row, Action.UPDATE if changed else Action.SKIP, shown)
        if changed:
            entry = {f"new_{name}": value for name, value in changed.items()}
            changing.setdefault(frozenset(changed), []).append(entry | {"row_id": existing["id"]})
    if creating:
        await session.execute(insert(table), creating)
    for columns, entries in changing.items():
        await _update(session, table, columns, entries)
    if not creating:
        return {key: int(existing["id"]) for key, existing in present.items()}
    found = await _present(session, table, key_columns, rows)
    return {key: int(existing["id"]) for key, existing in found.items()}


def _differs(before: object, after: object) -> bool:
    if isinstance(before, Decimal) and isinstance(after, Decimal | int):
        return before != Decimal(after)
    return before != after


def _note(
    outcome: Outcome,
    row: Wanted,
    action: Action,
    changes: Mapping[str, tuple[str | None, str | None]],
) -> None:
    if row.counts:
        outcome.rows.append(PlannedRow(row.section, row.label, action, changes))


def _without_doubles(wanted: Iterable[Wanted], outcome: Outcome) -> list[Wanted]:
    seen: dict[Key, Wanted] = {}
    for row in wanted:
        if row.key in seen:
            outcome.fault(row.path, f"„{row.label}“ steht doppelt in der Datei.")
            outcome.rows.append(PlannedRow(row.section, row.label, Action.CONFLICT))
        else:
            seen[row.key] = row
    return list(seen.values())


async def _present(
    session: AsyncSession, table: Table[Any], key_columns: Sequence[str], wanted: Sequence[Wanted]
) -> dict[Key, Mapping[str, Any]]:
    names = {name for row in wanted for name in row.values} | {"id", *key_columns}
    columns: list[Column[Any]] = [table.c[name] for name in sorted(names)]
    first = table.c[key_columns[0]]
    values = sorted({row.key[0] for row in wanted}, key=str)
    found: dict[Key, Mapping[str, Any]] = {}
    for start in range(0, len(values), CHUNK):
        query = select(*columns).where(first.in_(values[start : start + CHUNK]))
        for row in (await session.execute(query)).mappings():
            found[tuple(row[name] for name in key_columns)] = dict(row)
    keys = {row.key for row in wanted}
    return {key: row for key, row in found.items() if key in keys}


async def _update(
    session: AsyncSession, table: Table[Any], columns: frozenset[str], entries: list[dict[str, Any]]
) -> None:
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in columns}
    values["version"] = table.c.version + 1
    values["changed_at"] = utcnow()
    statement = update(table).where(table.c.id == bindparam("row_id")).values(values)
    connection = await session.connection()
    await connection.execute(statement, entries)


def _defaults(model: type[Record]) -> dict[str, Any]:
    """Return what a new row has where the file says nothing."""
    found: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        if name != "id" and not info.is_required():
            found[name] = info.get_default(call_default_factory=True)
    return found
