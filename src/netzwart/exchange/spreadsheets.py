"""A bundle as a workbook: one sheet per key, nested lists on sheets of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from netzwart.exchange.problems import BrokenImportError, ImportProblem, unknown_key
from netzwart.exchange.reading import ReadFile


@dataclass(frozen=True, slots=True)
class NestedSheet:
    """A list inside another: sheet column → field of the row it belongs to."""

    parent: str
    field: str
    keys: Mapping[str, str]


NESTED: Mapping[str, NestedSheet] = {
    "schools.rooms": NestedSheet("schools", "rooms", {"school": "number"}),
    "grants.plan": NestedSheet("grants", "plan", {"grant": "number"}),
    "grants.sources": NestedSheet("grants", "sources", {"grant": "number"}),
    "grants.tranches": NestedSheet("grants", "tranches", {"grant": "number"}),
    "orders.lines": NestedSheet("orders", "lines", {"order": "number"}),
    "orders.lines.shares": NestedSheet(
        "orders.lines", "shares", {"order": "order", "line": "number"}
    ),
    "deliveries.lines": NestedSheet(
        "deliveries", "lines", {"order": "order", "note_number": "note_number"}
    ),
    "invoices.lines": NestedSheet(
        "invoices", "lines", {"supplier": "supplier", "invoice": "number"}
    ),
    "invoices.lines.shares": NestedSheet(
        "invoices.lines", "shares", {"supplier": "supplier", "invoice": "invoice", "line": "number"}
    ),
}
"""In the order in which they must be hung in."""


def read_workbook(data: bytes, sections: Sequence[str]) -> ReadFile:
    """Return the bundle that an XLSX or ODS workbook holds.

    Raises:
        BrokenImportError: no workbook, an unknown sheet, or a nested row without its parent.
    """
    try:
        workbook = CalamineWorkbook.from_filelike(BytesIO(data))
    except (CalamineError, ValueError, OSError) as error:
        problem = ImportProblem("", "Die Datei ist keine lesbare XLSX- oder ODS-Tabelle.")
        raise BrokenImportError([problem]) from error
    known = [*sections, *NESTED, "operator", "netzwart"]
    strangers = [name for name in workbook.sheet_names if name not in known]
    if strangers:
        raise BrokenImportError(
            ImportProblem(name, f"Tabellenblatt {unknown_key(name, known)}") for name in strangers
        )
    sheets = {name: _rows(workbook, name) for name in workbook.sheet_names}
    read = ReadFile({"netzwart": "bundle/1"})
    sheets.pop("netzwart", None)
    operators = sheets.pop("operator", [])
    if operators:
        read.content["operator"] = operators[0]
    for name in sections:
        if name in sheets:
            read.content[name] = sheets[name]
            read.lines.update({(name, index): index + 2 for index in range(len(sheets[name]))})
    _hang_in(sheets)
    return read


def _rows(workbook: CalamineWorkbook, name: str) -> list[dict[str, Any]]:
    table = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    if not table:
        return []
    header = [str(cell).strip() for cell in table[0]]
    rows: list[dict[str, Any]] = []
    for cells in table[1:]:
        row = {
            column: _cell(cell)
            for column, cell in zip(header, cells, strict=False)
            if column and cell not in {"", None}
        }
        if row:
            rows.append(row)
    return rows


def _cell(cell: object) -> object:
    """Turn what a spreadsheet made of a value back into text."""
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, float):
        return format(Decimal(repr(cell)).normalize(), "f")
    if isinstance(cell, datetime):
        is_day = (cell.hour, cell.minute, cell.second) == (0, 0, 0)
        return cell.date().isoformat() if is_day else f"{cell.isoformat()}Z"
    if isinstance(cell, date):
        return cell.isoformat()
    text = str(cell).strip()
    return {"true": True, "false": False, "null": None}.get(text.lower(), text)


def _hang_in(sheets: Mapping[str, list[dict[str, Any]]]) -> None:
    """Move each nested row under the row it belongs to."""
    problems: list[ImportProblem] = []
    for name, nested in NESTED.items():
        for number, row in enumerate(sheets.get(name, []), start=2):
            key = tuple(str(row.get(column)) for column in nested.keys)
            parent = _parent(sheets.get(nested.parent, []), nested, key)
            if parent is None:
                message = f"Zu {', '.join(key)} gibt es keine Zeile."
                problems.append(ImportProblem(name, message, number))
            else:
                parent.setdefault(nested.field, []).append(row)
    if problems:
        raise BrokenImportError(problems)
    for name, nested in NESTED.items():
        for row in sheets.get(name, []):
            _drop_keys(row, nested.keys)


def _parent(
    rows: Sequence[dict[str, Any]], nested: NestedSheet, key: tuple[str, ...]
) -> dict[str, Any] | None:
    fields = tuple(nested.keys.values())
    return next((row for row in rows if tuple(str(row.get(f)) for f in fields) == key), None)


def _drop_keys(row: dict[str, Any], columns: Mapping[str, str]) -> None:
    for column in columns:
        row.pop(column, None)
    if isinstance(row.get("serials"), str):
        row["serials"] = str(row["serials"]).replace(",", " ").split()
