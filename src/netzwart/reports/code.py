"""The QR code on a paper: it leads to the page that says whether the paper is genuine."""

from typing import Any, Final
from urllib.parse import urlencode

import segno

from netzwart.reports.sheet import INK, MM, SOFT, Bar, Page

SIZE: Final = 24 * MM
TOP: Final = 16 * MM
SUM_LENGTH: Final = 16
"""Characters of the content's hash in the code."""

_SEGNO: Any = segno  # its types are loose


def check_code(address: str, number: str, sha256: str) -> str:
    """Return the address that a paper's code leads to.

    Example: `https://netzwart.example.de/pruefen?nummer=VN-2026-0007&summe=3fa9c2d1e0b47788`.
    """
    return f"{address}?{urlencode({'nummer': number, 'summe': sha256[:SUM_LENGTH]})}"


def draw_code(page: Page, text: str) -> None:
    """Draw the code in the upper right corner, with what it is for beside it."""
    rows = [[bool(bit) for bit in row] for row in _SEGNO.make_qr(text, error="m").matrix]
    unit = SIZE / len(rows)
    left = page.right - SIZE
    for index, row in enumerate(rows):
        for start, length in _runs(row):
            y = TOP + index * unit
            page.marks.append(Bar(left + start * unit, y, length * unit, unit, INK))
    x = left - 3 * MM
    for offset, line in enumerate(("Echtheit prüfen:", "Code scannen oder", "PDF hochladen")):
        page.text(x, TOP + 7 + offset * 9, line, 7, colour=SOFT, align="right")


def _runs(row: list[bool]) -> list[tuple[int, int]]:
    """Return the dark stretches of a row as (start, length)."""
    runs: list[tuple[int, int]] = []
    for index, is_dark in enumerate(row):
        if is_dark and runs and sum(runs[-1]) == index:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        elif is_dark:
            runs.append((index, 1))
    return runs
