"""Holds an issued paper against today's data, line by line: what would be printed differently?

The same day is compiled again. What differs was recorded, corrected or taken back after the paper
was issued, and may need a correction. Source: `funding.md`, CHK-32.
"""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final, cast

from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.proofs.serialising import as_json
from netzwart.reports.comparison_words import FIELDS, field_words, value_words
from netzwart.reports.compiling import PaperOrder, compile_paper
from netzwart.reports.kinds import PaperKind
from netzwart.reports.papers.twins import DATA, content_of
from netzwart.reports.papers.values import ListPaper
from netzwart.reports.proof_files import PROOF
from netzwart.reports.tables import IssuedDocument

Lines = dict[str, dict[str, str]]
"""Key of a line → field → value as text."""

SECTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "notices": ("number",),
    "by_category": ("category",),
    "by_school": ("school",),
    "caps": ("key",),
    "expenses": ("receipt_number", "invoice", "category", "school"),
    "devices": ("inventory_number",),
    "checks": ("check", "subject"),
}
"""Lists of a proof, and the fields that make a line of them the same line."""
LABELS: Final[Mapping[str, str]] = {
    "totals": "Gesamtzahlen",
    "notices": "Bescheide",
    "by_category": "Förderbereiche",
    "by_school": "Schulen",
    "caps": "Obergrenzen",
    "expenses": "Belegliste",
    "devices": "Inventarliste",
    "checks": "Prüfbericht",
    "received": "Einnahmenliste",
    "deadlines": "Fristen",
}
_PASSING: Final = frozenset({"number", "seen_at", "source", "rows", "label", "name"})
"""Fields that change without the line meaning anything else: running numbers, names."""


class DifferenceKind(StrEnum):
    """What happened to a line."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One line, or one field of it, that is not as it was."""

    section: str
    line: str
    kind: DifferenceKind
    field: str = ""
    then: str = ""
    now: str = ""

    @property
    def words(self) -> dict[str, str]:
        """Return line, field and values as a German page shows them."""
        line = field_words(self.line) if self.line in FIELDS else self.line
        return {
            "line": line,
            "field": field_words(self.field) if self.field else "Betrag",
            "then": value_words(self.then),
            "now": value_words(self.now),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """An issued paper against the same paper from today's data."""

    number: str
    as_of: date
    differences: tuple[Difference, ...]
    lines: int
    """Lines that were compared."""


async def compare_with_today(
    session: AsyncSession, document: IssuedDocument, actor: Actor
) -> Comparison:
    """Return what the paper would say differently if it were issued now for the same day.

    Raises:
        NotFoundError: the actor may not know of what it is about.
    """
    order = PaperOrder(
        kind=PaperKind(document.kind),
        as_of=document.as_of,
        grant_id=document.grant_id,
        school_id=document.school_id,
    )
    paper = await compile_paper(session, order, actor, is_draft=False)
    now = content_of(paper) if isinstance(paper, ListPaper) else as_json(paper)
    then = _stored(document)
    before = lines_of(then)
    return Comparison(
        number=document.number,
        as_of=document.as_of,
        differences=differences(before, lines_of(now)),
        lines=sum(len(lines) for lines in before.values()),
    )


def lines_of(content: Mapping[str, Any]) -> dict[str, Lines]:
    """Return a paper's JSON as lines by section; pure."""
    found: dict[str, Lines] = {}
    if "tables" in content:
        for table in content["tables"]:
            rows = cast("list[dict[str, Any]]", table["rows"])
            keys = tuple(rows[0])[:1] if rows else ()
            found[table["title"]] = _lines(rows, keys)
        return found
    found["totals"] = {name: {"": str(value)} for name, value in content["totals"].items()}
    found["deadlines"] = {
        row["label"]: {"": str(row["day"])} for row in content["deadlines"]["rows"]
    }
    found["received"] = _lines(content["received"]["rows"], ("received_on", "reason"))
    for section, keys in SECTIONS.items():
        found[section] = _lines(content[section], keys)
    return found


def differences(then: Mapping[str, Lines], now: Mapping[str, Lines]) -> tuple[Difference, ...]:
    """Return what differs, in the order of the paper; pure."""
    found: list[Difference] = []
    for section in dict.fromkeys([*then, *now]):
        old, new = then.get(section, {}), now.get(section, {})
        label = LABELS.get(section, section)
        for key in dict.fromkeys([*old, *new]):
            found += _of_line(label, key, old.get(key), new.get(key))
    return tuple(found)


def _of_line(
    section: str, key: str, old: dict[str, str] | None, new: dict[str, str] | None
) -> list[Difference]:
    if old is None:
        return [Difference(section=section, line=key, kind=DifferenceKind.ADDED)]
    if new is None:
        return [Difference(section=section, line=key, kind=DifferenceKind.REMOVED)]
    return [
        Difference(
            section=section,
            line=key,
            kind=DifferenceKind.CHANGED,
            field=field,
            then=old.get(field, ""),
            now=new.get(field, ""),
        )
        for field in dict.fromkeys([*old, *new])
        if old.get(field, "") != new.get(field, "")
    ]


def _lines(rows: list[dict[str, Any]], keys: tuple[str, ...]) -> Lines:
    """Return rows by key; of equal keys the second one counts on."""
    found: Lines = {}
    for row in rows:
        key = stem = " · ".join(str(row[name]) for name in keys if row.get(name) is not None)
        count = 1
        while key in found:
            count += 1
            key = f"{stem} ({count})"
        found[key] = dict(_fields(row))
    return found


def _fields(row: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    fields: list[tuple[str, str]] = []
    for name, value in row.items():
        if name in _PASSING:
            continue
        if isinstance(value, dict):
            fields += _fields(cast("dict[str, Any]", value), f"{prefix}{name}.")
        elif value is not None:
            fields.append((f"{prefix}{name}", _text(value)))
    return fields


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(one) for one in cast("list[object]", value))
    return str(value)


def _stored(document: IssuedDocument) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(document.content)) as archive:
        name = PROOF if PROOF in archive.namelist() else DATA
        return json.loads(archive.read(name))
