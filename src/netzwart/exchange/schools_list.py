"""The Land's school list `schuldaten.csv`: which schools are ours, and what changed since.

Format (Schulgrunddaten NRW, dl-de/by-2-0): UTF-8, `;`, first line `sep=;`, header in the second,
every line ends with `;`. Everything is text, because leading zeros count. A school that vanished
from the list is reported and kept: its earmarks move on to a successor.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import StringIO
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.database import table_of
from netzwart.exchange.problems import BrokenImportError, ImportProblem, unknown_key
from netzwart.exchange.reading import ReadFile
from netzwart.exchange.service import Walk
from netzwart.exchange.upserting import Action, Outcome, PlannedRow, Wanted, upsert
from netzwart.schools.tables import School

COLUMNS = (
    "Schulnummer", "Schulform", "Schulbezeichnung_1", "Schulbezeichnung_2", "Schulbezeichnung_3",
    "Kurzbezeichnung", "Bezirksregierung", "PLZ", "Ort", "Strasse", "Telefonvorwahl", "Telefon",
    "Faxvorwahl", "Fax", "E-Mail", "Homepage", "Rechtsform", "Traegernummer",
    "Gemeindeschluessel", "Schulbetriebsschluessel", "Schulbetriebsdatum", "EPSG",
    "UTMRechtswert", "UTMHochwert",
)  # fmt: skip
NEEDED = ("Schulnummer", "Schulbezeichnung_1", "Kurzbezeichnung", "Gemeindeschluessel")

KINDS = {
    "02": "Grundschule", "04": "Hauptschule", "06": "Volksschule", "08": "Förderschule",
    "10": "Realschule", "13": "PRIMUS-Schule", "14": "Sekundarschule", "15": "Gesamtschule",
    "16": "Gemeinschaftsschule", "17": "Waldorfschule", "18": "Hiberniaschule",
    "19": "Freie Waldorfförderschule", "20": "Gymnasium", "25": "Weiterbildungskolleg",
    "30": "Berufskolleg",
}  # fmt: skip
"""Schulformschlüssel of `key_schulformschluessel.csv`; other codes are shown as they are."""


@dataclass(frozen=True, slots=True)
class ListedSchool:
    """One line of the list."""

    line: int
    cells: dict[str, str]

    @property
    def number(self) -> str:
        """Return the Schulnummer."""
        return self.cells["Schulnummer"]

    def get(self, column: str) -> str:
        """Return a cell, empty where the list has none."""
        return self.cells.get(column, "")


def read_school_list(data: bytes) -> list[ListedSchool]:
    """Return the lines of a `schuldaten.csv`.

    Raises:
        BrokenImportError: unknown or missing columns, broken numbers; nothing is taken then.
    """
    text = _decoded(data)
    lines = text.splitlines()
    offset = 1 if lines and lines[0].lower().startswith("sep=") else 0
    rows = list(csv.reader(StringIO("\n".join(lines[offset:])), delimiter=";"))
    if not rows:
        raise BrokenImportError([ImportProblem("", "Die Datei ist leer.")])
    header = [cell.strip() for cell in rows[0]]
    _check_header(header, offset + 1)
    found = [
        ListedSchool(number, dict(zip(header, (cell.strip() for cell in row), strict=False)))
        for number, row in enumerate(rows[1:], start=offset + 2)
        if any(cell.strip() for cell in row)
    ]
    problems = [
        ImportProblem("Schulnummer", f"„{row.number}“ hat nicht sechs Ziffern.", row.line)
        for row in found
        if len(row.number) != 6 or not row.number.isdecimal()  # noqa: PLR2004 - Schulnummer
    ]
    if problems:
        raise BrokenImportError(problems)
    return found


def _decoded(data: bytes) -> str:
    """Read UTF-8; at least one export of the Land came in code page 850."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp850")


def _check_header(header: Sequence[str], line: int) -> None:
    problems = [
        ImportProblem(name, f"Spalte {unknown_key(name, COLUMNS)}", line)
        for name in header
        if name and name not in COLUMNS
    ]
    problems += [
        ImportProblem(name, f"Die Spalte „{name}“ fehlt.", line)
        for name in NEEDED
        if name not in header
    ]
    if problems:
        raise BrokenImportError(problems)


def chosen_schools(
    listed: Sequence[ListedSchool], municipality_key: str, operator_number: str | None
) -> list[ListedSchool]:
    """Return the lines of one municipality, and of its own operator number where it is known.

    The municipality alone also holds schools of the Kreis, the Land and private ones.
    """
    return [
        row
        for row in listed
        if row.get("Gemeindeschluessel") == municipality_key
        and (operator_number is None or row.get("Traegernummer") == operator_number)
    ]


def school_list_walk(chosen: Sequence[ListedSchool], retrieved_on: date) -> Walk:
    """Return the walk that brings these schools in and reports those that vanished."""

    async def walk(session: AsyncSession, outcome: Outcome) -> None:
        if not chosen:
            outcome.fault(
                (), "Keine Zeile passt zu Gemeindeschlüssel und Träger. Bitte beides prüfen."
            )
            return
        wanted = [
            Wanted("schools", ("schools", row.line), row.number, (row.number,), _values(row))
            for row in chosen
        ]
        for row in wanted:
            row.values["retrieved_on"] = retrieved_on
        await upsert(session, School, ["number"], wanted, outcome)
        await _report_vanished(session, chosen, outcome)

    return walk


def _values(row: ListedSchool) -> dict[str, Any]:
    name = " ".join(
        part
        for part in (row.get(f"Schulbezeichnung_{number}") for number in (1, 2, 3))
        if part and part.lower() != "null"
    )
    kind = row.get("Schulform")
    phone = " ".join(part for part in (row.get("Telefonvorwahl"), row.get("Telefon")) if part)
    return {
        "number": row.number,
        "name": name or row.get("Kurzbezeichnung"),
        "short_name": row.get("Kurzbezeichnung")[:40] or row.number,
        "kind": KINDS.get(kind, kind),
        "street": row.get("Strasse"),
        "postcode": row.get("PLZ"),
        "city": row.get("Ort"),
        "municipality_key": row.get("Gemeindeschluessel"),
        "phone": phone,
        "email": row.get("E-Mail"),
        "website": row.get("Homepage"),
        "operating_status": row.get("Schulbetriebsschluessel") or None,
        "easting": row.get("UTMRechtswert") or None,
        "northing": row.get("UTMHochwert") or None,
    }


async def _report_vanished(
    session: AsyncSession, chosen: Sequence[ListedSchool], outcome: Outcome
) -> None:
    school = table_of(School)
    query = select(school.c.number, school.c.name).where(
        school.c.retrieved_on.is_not(None),
        school.c.number.not_in([row.number for row in chosen]),
    )
    for number, name in (await session.execute(query)).all():
        message = f"{name} steht nicht mehr in der Liste; bitte Nachfolgeschule festlegen."
        outcome.rows.append(PlannedRow("schools", str(number), Action.SKIP, {}, message))


def as_read_file(chosen: Sequence[ListedSchool]) -> ReadFile:
    """Return where each line stood, for problems found later."""
    lines: dict[tuple[str | int, ...], int] = {("schools", row.line): row.line for row in chosen}
    return ReadFile({}, lines)
