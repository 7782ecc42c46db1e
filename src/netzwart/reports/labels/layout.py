"""What stands where on a label: one layout for paper, preview and label printer.

+--------------------------------+
| #######  HER-GYM-22-0001       |   the number never gets cut: it shrinks, then breaks
| #     #  Aruba AP-635          |
| # QR  #  GYM · A101            |
| #     #  DPS-NRW-2019          |   lines that do not fit are left out, least important first
| #######  48.02-DP-2021-001     |
|  00F3K   geliefert 01.02.2022  |
+--------------------------------+
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from netzwart.reports.fonts import REGULAR, STRONG, printable, text_width, wrap
from netzwart.reports.formats import day

_MM = 72 / 25.4
_EDGE = 1.4
"""Printers do not meet a label to the tenth of a millimetre."""
_GAP = 1.2
_LARGEST_QR = 22.0
_QR_SHARE = 0.42
_LEADING = 1.16
_NUMBER_PT = (13.0, 4.5)
_LINE_PT = (8.0, 4.5)
_CODE_PT = 5.5
_CAP_HEIGHT = 0.66
"""Of the font's size: where the first baseline lies below the upper edge."""


@dataclass(frozen=True, slots=True)
class Label:
    """What one device's label says."""

    code: str
    address: str
    """What the QR code holds: the device's short address."""
    inventory_number: str
    model: str = ""
    place: str = ""
    programme: str = ""
    notice_number: str = ""
    delivered_on: date | None = None
    owner: str = ""


@dataclass(frozen=True, slots=True)
class PlacedText:
    """A line; `x` and `y` of its baseline's start, millimetres from the upper left corner."""

    x: float
    y: float
    size_pt: float
    text: str
    is_strong: bool = False
    width: float = 0.0


@dataclass(frozen=True, slots=True)
class PlacedCode:
    """A QR code's square with its quiet zone, millimetres from the upper left corner."""

    x: float
    y: float
    side: float
    content: str


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything on a label."""

    code: PlacedCode
    texts: Sequence[PlacedText]


def lay_out(label: Label, width: float, height: float) -> Layout:
    """Return where everything stands on a label of this size in millimetres."""
    inner = height - 2 * _EDGE
    with_code_below = inner >= 14  # noqa: PLR2004 - millimetres; below it the QR needs all of it
    room = inner - (_CODE_PT / _MM * _LEADING if with_code_below else 0)
    side = min(room, _LARGEST_QR, (width - 2 * _EDGE) * _QR_SHARE)
    top = _EDGE if not with_code_below else _EDGE + max(0.0, (room - side) / 2)
    code = PlacedCode(_EDGE, top, side, label.address)
    left = _EDGE + side + _GAP
    texts = _column(label, left, width - _EDGE - left, inner, with_code=not with_code_below)
    if with_code_below:
        below = top + side + _CODE_PT / _MM * _CAP_HEIGHT
        code_width = text_width(label.code, STRONG, _CODE_PT) / _MM
        x = _EDGE + max(0.0, (side - code_width) / 2)
        texts = [*texts, PlacedText(x, below, _CODE_PT, label.code, is_strong=True, width=side)]
    return Layout(code, texts)


def _column(
    label: Label, left: float, width: float, height: float, *, with_code: bool
) -> list[PlacedText]:
    number_pt, number_lines = _number(label.inventory_number, width, height)
    used = len(number_lines) * number_pt * _LEADING / _MM
    lines = _lines(label, with_code=with_code)
    line_pt = _line_size(lines, width, height - used)
    fitting = max(0, int((height - used) / (line_pt * _LEADING / _MM) + 1e-6))
    kept = _most_important(lines, fitting)
    total = used + len(kept) * line_pt * _LEADING / _MM
    y = _EDGE + (height - total) / 2
    placed: list[PlacedText] = []
    for text in number_lines:
        placed.append(
            PlacedText(
                left, y + number_pt / _MM * 0.8, number_pt, text, is_strong=True, width=width
            )
        )
        y += number_pt * _LEADING / _MM
    for text in kept:
        cut = wrap(text, REGULAR, line_pt, width * _MM, 1)[0]
        placed.append(PlacedText(left, y + line_pt / _MM * 0.8, line_pt, cut, width=width))
        y += line_pt * _LEADING / _MM
    return placed


def _number(text: str, width: float, height: float) -> tuple[float, tuple[str, ...]]:
    """Return size and lines of the inventory number, which is whole on every label."""
    largest, smallest = _NUMBER_PT
    size = min(largest, height * _MM / _LEADING / 2)
    shown = printable(text)
    fits = size * width * _MM / max(text_width(shown, STRONG, size), 0.1)
    if fits >= size:
        return size, (shown,)
    if fits >= smallest:
        return fits, (shown,)
    return smallest, wrap(shown, STRONG, smallest, width * _MM)


def _lines(label: Label, *, with_code: bool) -> list[tuple[int, str]]:
    """Return the lines in their order, each with how important it is (1 is most)."""
    delivered = f"geliefert {day(label.delivered_on)}" if label.delivered_on else ""
    lines = [
        (2, label.code if with_code else ""),
        (5, label.model),
        (6, label.place),
        (3, label.programme),
        (1, label.notice_number),
        (4, delivered),
        (7, label.owner),
    ]
    return [(rank, text) for rank, text in lines if text]


def _line_size(lines: Sequence[tuple[int, str]], width: float, height: float) -> float:
    """Return the size at which all lines stand; no smaller than can be read."""
    largest, smallest = _LINE_PT
    if not lines:
        return smallest
    by_height = height * _MM / _LEADING / len(lines)
    widest = max(text_width(printable(text), REGULAR, 1.0) for _, text in lines)
    by_width = width * _MM / max(widest, 0.01)
    return max(smallest, min(largest, by_height, max(by_width, 0.8 * by_height)))


def _most_important(lines: Sequence[tuple[int, str]], number: int) -> list[str]:
    kept = sorted(lines)[:number]
    return [text for rank, text in lines if (rank, text) in kept]
