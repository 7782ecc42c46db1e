"""German sentences for the constraints that a user can break."""

import re
from collections.abc import Mapping

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel

from netzwart.errors import ConflictError, InvalidInputError, NetzwartError

_MESSAGES: dict[str, tuple[str, str]] = {}

_SQLITE_UNIQUE = re.compile(r"UNIQUE constraint failed: (?P<columns>.+)")
_SQLITE_CHECK = re.compile(r"CHECK constraint failed: (?P<name>\w+)")


def register_messages(messages: Mapping[str, tuple[str, str]]) -> None:
    """Make constraints speak: constraint name → (field, German sentence)."""
    _MESSAGES.update(messages)


def registered_constraints() -> set[str]:
    """Return the names that have a sentence, for the test that compares them with the tables."""
    return set(_MESSAGES)


def explain(error: IntegrityError) -> NetzwartError | None:
    """Return the error a user may see, or None if nobody wrote a sentence for this constraint."""
    text = str(error.orig)
    if "FOREIGN KEY" in text or "foreign key" in text:
        return ConflictError(
            "Dieser Eintrag wird noch verwendet oder verweist auf etwas, das es nicht gibt.",
            constraint=text,
        )
    name = _constraint_name(error)
    if name is None or name not in _MESSAGES:
        return None
    field, sentence = _MESSAGES[name]
    return InvalidInputError(sentence, fields={field: sentence}, constraint=name)


def _constraint_name(error: IntegrityError) -> str | None:
    diagnostics = getattr(error.orig, "diag", None)
    if diagnostics is not None:
        return diagnostics.constraint_name
    text = str(error.orig)
    if check := _SQLITE_CHECK.search(text):
        return check["name"]
    if unique := _SQLITE_UNIQUE.search(text):
        return _unique_name(unique["columns"])
    return None


def _unique_name(columns: str) -> str | None:
    """Find the name SQLite does not tell: it says `school.number`, or `index 'ux_…'`."""
    if columns.startswith("index "):
        return columns.removeprefix("index ").strip("'")
    pairs = [pair.strip().split(".") for pair in columns.split(",")]
    table = SQLModel.metadata.tables.get(pairs[0][0])
    if table is None:
        return None
    wanted = [column for _, column in pairs]
    rules = [rule for rule in table.constraints if isinstance(rule, UniqueConstraint)]
    indexes = [index for index in table.indexes if index.unique]
    for rule in [*rules, *indexes]:
        if [column.name for column in rule.columns] == wanted:
            return str(rule.name)
    return None


def named_constraints() -> set[str]:
    """Return the names of all unique and check constraints of the tables."""
    names: set[str] = set()
    for table in SQLModel.metadata.tables.values():
        rules = [
            rule
            for rule in table.constraints
            if isinstance(rule, (UniqueConstraint, CheckConstraint))
        ]
        unique: list[UniqueConstraint | CheckConstraint | Index] = [
            *rules,
            *(index for index in table.indexes if index.unique),
        ]
        names.update(str(rule.name) for rule in unique)
    return names
