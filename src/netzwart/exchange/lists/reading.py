"""From a file to rows of text: CSV in any usual encoding and separator, XLSX, XLS and ODS."""

import csv
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO, StringIO

from charset_normalizer import from_bytes
from python_calamine import CalamineError, CalamineWorkbook

from netzwart.exchange.problems import BrokenImportError, ImportProblem

MOST_ROWS = 100_000
MOST_COLUMNS = 200
LONGEST_CELL = 4000
_UNPACKED_AT_MOST = 400 * 1024 * 1024
"""A workbook is a ZIP archive; one that unpacks to more is no list of devices."""
_SEPARATORS = ";\t,|"
_SEPARATOR_NAMES = {";": "Semikolon", "\t": "Tabulator", ",": "Komma", "|": "Strich"}
_ENCODINGS = {
    "utf_8": "UTF-8",
    "cp1252": "Windows-1252",
    "cp850": "DOS 850",
    "mac_roman": "Mac",
}
_SAMPLE = 64 * 1024


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row; cells that are empty are left out."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a file holds."""

    header: Sequence[str]
    rows: Sequence[SheetRow]
    told: str
    """How it was read: „CSV, Windows-1252, Semikolon“."""


def read_sheet(data: bytes, file_name: str) -> Sheet:
    """Return header and rows of a list.

    Raises:
        BrokenImportError: no list, no header, a doubled heading, or more cells than headings.
    """
    suffix = file_name.lower().rpartition(".")[2]
    is_workbook = data[:2] == b"PK" or data[:4] == b"\xd0\xcf\x11\xe0"
    if is_workbook or suffix in {"xlsx", "ods", "xls"}:
        lines, told = _workbook_lines(data)
    else:
        lines, told = _csv_lines(data)
    return _sheet(lines, told)


def _csv_lines(data: bytes) -> tuple[list[tuple[int, list[str]]], str]:
    text, encoding = _decoded(data)
    if "\x00" in text:
        raise _broken("Die Datei ist keine Tabelle (CSV, XLSX oder ODS).")
    skipped = 0
    separator = ""
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) <= len("sep=;"):
        separator, text, skipped = first.strip()[4:] or "\t", rest, 1
    separator = separator or _separator_of(text[:_SAMPLE])
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator)
    lines: list[tuple[int, list[str]]] = []
    try:
        line = skipped + 1
        for cells in reader:
            lines.append((line, cells))
            line = skipped + reader.line_num + 1
    except csv.Error as error:
        raise _broken("Ein Anführungszeichen ist offen, oder eine Zelle ist zu lang.") from error
    name = _SEPARATOR_NAMES.get(separator, f"„{separator}“")
    return lines, f"CSV, {encoding}, {name}"


def _decoded(data: bytes) -> tuple[str, str]:
    """Return the text and what its encoding is called.

    UTF-8 proves itself; what is not UTF-8 comes from Windows nearly always, so that the guesser
    is asked about the rare ones only.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16"), "UTF-16"
        except UnicodeDecodeError as error:
            raise _broken("Die Datei bricht mitten in einem Zeichen ab.") from error
    try:
        return data.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        guess = from_bytes(
            data[:_SAMPLE],
            cp_isolation=list(_ENCODINGS),
            preemptive_behaviour=False,
        ).best()
        encoding = "cp1252" if guess is None or _is_plausible(data) else guess.encoding
        text = data.decode(encoding, errors="replace")
        return text, _ENCODINGS.get(encoding, encoding)


_GERMAN = "äöüÄÖÜß€éèàâôêç°–„“”’§µ²³"


def _is_plausible(data: bytes) -> bool:
    """Tell whether what is beyond ASCII reads as German in Windows-1252."""
    try:
        beyond = [char for char in data[:_SAMPLE].decode("cp1252") if char > "\x7f"]
    except UnicodeDecodeError:
        return False
    return bool(beyond) and sum(char in _GERMAN for char in beyond) >= len(beyond) * 0.8


def _separator_of(sample: str) -> str:
    """Return the separator that splits the first lines most evenly; quotes are honoured."""
    scores: dict[str, tuple[int, int]] = {}
    for separator in _SEPARATORS:
        try:
            rows = [row for row in csv.reader(StringIO(sample), delimiter=separator) if row]
        except csv.Error:
            continue
        widths = Counter(len(row) for row in rows[:50])
        width, number = widths.most_common(1)[0] if widths else (1, 0)
        if width > 1:
            scores[separator] = (number, width)
    return max(scores, key=lambda each: scores[each], default=";")


def _workbook_lines(data: bytes) -> tuple[list[tuple[int, list[str]]], str]:
    _refuse_bomb(data)
    try:
        workbook = CalamineWorkbook.from_filelike(BytesIO(data))
        names = list(workbook.sheet_names)
        found = [
            (name, workbook.get_sheet_by_name(name).to_python(skip_empty_area=False))
            for name in names
        ]
        filled = [(name, table) for name, table in found if any(map(any, table))]
        if not filled:
            raise _broken("Die Datei ist leer.")
        if len(filled) > 1:
            listed = ", ".join(f"„{name}“" for name, _ in filled[:5])
            raise _broken(
                f"Die Datei hat mehrere gefüllte Tabellenblätter ({listed}). Bitte eines lassen."
            )
        name, table = filled[0]
    except (CalamineError, ValueError, OSError, zipfile.BadZipFile) as error:
        raise _broken("Die Datei ist keine lesbare Tabelle (XLSX, XLS oder ODS).") from error
    lines = [(number, [_cell(cell) for cell in row]) for number, row in enumerate(table, start=1)]
    return lines, f"Tabellenblatt „{name}“"


def _refuse_bomb(data: bytes) -> None:
    if data[:2] != b"PK":
        return
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            size = sum(info.file_size for info in archive.infolist())
    except (zipfile.BadZipFile, OSError) as error:
        raise _broken("Die Datei ist keine lesbare Tabelle (XLSX, XLS oder ODS).") from error
    if size > _UNPACKED_AT_MOST:
        raise _broken("Die Datei ist ausgepackt zu groß für eine Geräteliste.")


def _cell(cell: object) -> str:
    """Return what a spreadsheet made of a value as text again."""
    if isinstance(cell, bool):
        return "ja" if cell else "nein"
    if isinstance(cell, float):
        return format(Decimal(repr(cell)).normalize(), "f")
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else str(cell).strip()


def _sheet(lines: Iterable[tuple[int, list[str]]], told: str) -> Sheet:
    filled = [(line, cells) for line, cells in lines if any(cell.strip() for cell in cells)]
    if not filled:
        raise _broken("Die Datei ist leer.")
    head_line, head = filled[0]
    header = [" ".join(cell.split()) for cell in head]
    while header and not header[-1]:
        header.pop()
    _check_header(header, head_line)
    if len(filled) > MOST_ROWS + 1:
        raise _broken(f"Die Datei hat mehr als {MOST_ROWS} Zeilen. Bitte teilen.")
    problems: list[ImportProblem] = []
    rows = [_row(line, cells, header, problems) for line, cells in filled[1:]]
    if problems:
        raise BrokenImportError(problems)
    if not rows:
        raise _broken("Die Datei hat nur eine Kopfzeile.")
    return Sheet([name for name in header if name], rows, told)


def _check_header(header: Sequence[str], line: int) -> None:
    if len(header) > MOST_COLUMNS:
        raise _broken(f"Die Datei hat mehr als {MOST_COLUMNS} Spalten.", line)
    doubled = [name for name, number in Counter(header).items() if name and number > 1]
    if doubled:
        raise BrokenImportError(
            ImportProblem(name, f"Die Spalte „{name}“ steht doppelt da.", line) for name in doubled
        )


def _row(
    line: int, cells: Sequence[str], header: Sequence[str], problems: list[ImportProblem]
) -> SheetRow:
    found: dict[str, str] = {}
    for place, raw in enumerate(cells):
        text = raw.strip()
        if not text:
            continue
        name = header[place] if place < len(header) else ""
        if not name:
            message = f"„{text[:40]}“ steht in einer Spalte ohne Überschrift."
            problems.append(ImportProblem("", message, line))
        elif len(text) > LONGEST_CELL or "\x00" in text:
            problems.append(ImportProblem(name, "Der Text ist zu lang.", line))
        else:
            found[name] = text
    return SheetRow(line, found)


def _broken(message: str, line: int | None = None) -> BrokenImportError:
    return BrokenImportError([ImportProblem("", message, line)])
