"""Lists as files for spreadsheets: no cell can become a formula, no list has to fit into memory."""

import csv
import io
import tempfile
from collections.abc import AsyncGenerator, AsyncIterable, Iterable, Sequence
from datetime import date, datetime, time
from typing import BinaryIO, cast

import xlsxwriter  # pyright: ignore[reportMissingTypeStubs] - it ships none
from xlsxwriter.format import Format  # pyright: ignore[reportMissingTypeStubs] - it ships none
from xlsxwriter.worksheet import Worksheet  # pyright: ignore[reportMissingTypeStubs] - it ships none

from netzwart.clock import BERLIN
from netzwart.web.formatting import NOTHING, format_day, format_moment

Cell = str | int | date | None

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
_BUFFER_ROWS = 200
_CHUNK_BYTES = 64 * 1024
_IN_MEMORY_BYTES = 8 * 1024 * 1024


def harmless(text: str) -> str:
    """Return the text so that no spreadsheet takes it for a formula.

    Source: OWASP, CSV injection: an apostrophe before a leading =, +, -, @, tab or line break.
    """
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _as_text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return format_moment(cell)
    if isinstance(cell, date):
        return format_day(cell)
    if isinstance(cell, int):
        return str(cell)
    return harmless("" if cell == NOTHING else cell)


def _lines(rows: Iterable[Sequence[Cell]]) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerows([_as_text(cell) for cell in row] for row in rows)
    return buffer.getvalue().encode()


async def csv_chunks(
    head: Sequence[str], rows: AsyncIterable[Sequence[Cell]]
) -> AsyncGenerator[bytes]:
    """Yield a CSV file as German Excel opens it: UTF-8 with mark, semicolons, one row per line."""
    yield b"\xef\xbb\xbf" + _lines([head])
    waiting: list[Sequence[Cell]] = []
    async for row in rows:
        waiting.append(row)
        if len(waiting) == _BUFFER_ROWS:
            yield _lines(waiting)
            waiting.clear()
    if waiting:
        yield _lines(waiting)


async def xlsx_chunks(
    title: str, head: Sequence[str], rows: AsyncIterable[Sequence[Cell]]
) -> AsyncGenerator[bytes]:
    """Yield an XLSX file; texts are written as texts, so that nothing is ever a formula."""
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES) as file:
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        workbook = xlsxwriter.Workbook(cast("BinaryIO", file), options)
        sheet = workbook.add_worksheet(title)  # pyright: ignore[reportUnknownMemberType] - untyped
        bold, moment, day = (
            workbook.add_format(look)  # pyright: ignore[reportUnknownMemberType] - untyped
            for look in (
                {"bold": True},
                {"num_format": "dd.mm.yyyy hh:mm"},
                {"num_format": "dd.mm.yyyy"},
            )
        )
        for column, label in enumerate(head):
            sheet.write_string(0, column, label, bold)
        sheet.freeze_panes(1, 0)
        number = 0
        async for row in rows:
            number += 1
            for column, cell in enumerate(row):
                _write(sheet, number, column, cell, (moment, day))
        workbook.close()
        file.seek(0)
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


def _write(
    sheet: Worksheet, row: int, column: int, cell: Cell, formats: tuple[Format, Format]
) -> None:
    moment, day = formats
    if isinstance(cell, datetime):
        sheet.write_datetime(row, column, cell.astimezone(BERLIN).replace(tzinfo=None), moment)
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, datetime.combine(cell, time()), day)
    elif isinstance(cell, int):
        sheet.write_number(row, column, cell)
    elif cell:
        sheet.write_string(row, column, cell)
