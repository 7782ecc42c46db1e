"""Tables on paper: columns, wrapped cells, sums, and sums carried from page to page."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final, Literal, NamedTuple, overload

from netzwart.reports.fonts import REGULAR, STRONG, wrap
from netzwart.reports.sheet import (
    HAIR,
    HAIR_WIDTH,
    INK,
    LINE,
    LINE_WIDTH,
    MM,
    SOFT,
    TOP,
    Colour,
    Page,
    Paper,
    Text,
)
from netzwart.reports.structure import ARTIFACT, MOST_CELLS

ASCENT: Final = 0.72
"""Height of a capital above the baseline, as a part of the size."""


@dataclass(frozen=True, slots=True)
class Style:
    """Sizes of a table, in points."""

    size: float
    leading: float
    padding: float
    """Above and below a row's text."""
    heading_size: float


STATEMENT: Final = Style(size=9, leading=12, padding=4.2, heading_size=7.5)
DENSE: Final = Style(size=7, leading=8.8, padding=2.6, heading_size=6.4)
GAP: Final = 2.2 * MM
"""Between columns."""
INSET: Final = 1.6 * MM
"""More of it where a left-aligned column follows figures."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column; several headings stand below one another like the parts of its cells."""

    headings: tuple[str, ...]
    width: float
    """Millimetres, with the gap to the next column."""
    align: Literal["left", "right"] = "left"


class Part(NamedTuple):
    """One paragraph of a cell; a named tuple, since long lists make half a million of them."""

    text: str
    colour: Colour = INK
    strong: bool = False
    max_lines: int = 3


Cell = tuple[Part, ...]


class Row(NamedTuple):
    """A table row with the running totals that are printed should a page end after it."""

    cells: tuple[Cell, ...]
    carried: tuple[str, ...] = ()


class MadeRows(Sequence[Row]):
    """Rows that are made when they are drawn, since twenty thousand at once take much memory."""

    def __init__(self, things: Sequence[Any], make: Callable[[Any], Row]) -> None:
        self._things = things
        self._make = make

    def __len__(self) -> int:
        return len(self._things)

    def __iter__(self) -> Iterator[Row]:
        return map(self._make, self._things)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        if isinstance(index, slice):
            return MadeRows(self._things[index], self._make)
        return self._make(self._things[index])


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under a heading with their sums; without a heading the rows stand alone."""

    rows: Sequence[Row]
    heading: str | None = None
    sum_label: str | None = None
    sums: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table over any number of pages."""

    columns: tuple[Column, ...]
    groups: Sequence[Group]
    style: Style
    summed: tuple[int, ...] = ()
    """Indexes of the columns that `sums`, `carried` and `totals` stand in."""
    total_label: str | None = None
    totals: tuple[str, ...] = ()


def cell(*texts: str | Part) -> Cell:
    """Return a cell of paragraphs; plain texts after the first are soft, empty ones left out."""
    parts: list[Part] = []
    colour = INK
    for text in texts:
        part = text if isinstance(text, Part) else Part(text, colour)
        if part.text:
            parts.append(part)
        colour = SOFT
    return tuple(parts)


class _Line(NamedTuple):
    text: str
    colour: Colour
    font: str


class _Measured(NamedTuple):
    lines: list[list[_Line]]
    """Per column."""
    height: float


class _Place(NamedTuple):
    """Where a column's text stands, from the left margin."""

    anchor: float
    """The edge its text is aligned to."""
    width: float
    align: Literal["left", "right"]


class TableDrawer:
    """Lays a table out on the pages of a paper, starting new pages as it needs them.

    `next_page` adds a page and returns it with the height where the table goes on.
    """

    def __init__(
        self, table: Table, page: Page, y: float, next_page: Callable[[], tuple[Page, float]]
    ) -> None:
        self._table = table
        self._page = page
        self._y = y
        self._next_page = next_page
        self._edges = _edges(table.columns)
        self._places = [
            _Place(end if column.align == "right" else start, end - start, column.align)
            for column, (start, end) in zip(table.columns, self._edges, strict=True)
        ]
        self._carried: tuple[str, ...] = ()
        self._structure = page.structure
        rows = sum(len(group.rows) for group in table.groups)
        self._is_tagged = rows * len(table.columns) <= MOST_CELLS
        self._element = page.structure.add("Table" if self._is_tagged else "Div")
        self._row_element = self._element
        self._headed = False

    def draw(self) -> tuple[Page, float]:
        """Draw all groups and return the page and height below the table."""
        self._headings()
        for group in self._table.groups:
            self._group(group)
        if self._table.total_label is not None:
            self._room_for(self._sum_height() + 2)
            self._sum_row(self._table.total_label, self._table.totals, LINE_WIDTH, INK)
        return self._page, self._y

    def _group(self, group: Group) -> None:
        style = self._table.style
        rows = iter(group.rows)
        first = [(row, self._measure(row)) for row in [next(rows, None)] if row is not None]
        if group.heading is not None:
            height = first[0][1].height if first else 0
            self._room_for(style.leading * 2 + height + self._carry_height())
            self._y += style.leading * 0.7
            self._new_row()
            self._heading_text(style.leading, group.heading)
            self._y += style.leading + style.padding
            self._page.rule(self._y)
        for row, size in chain(first, ((row, self._measure(row)) for row in rows)):
            self._row(size)
            self._carried = row.carried
        if group.sum_label is not None:
            self._room_for(self._sum_height() + self._carry_height())
            self._sum_row(group.sum_label, group.sums, HAIR_WIDTH, LINE)

    def _row(self, measured: _Measured) -> None:
        self._room_for(measured.height + self._carry_height())
        style, page = self._table.style, self._page
        size, leading = style.size, style.leading
        top, left, add = self._y + style.padding + size * ASCENT, page.left, page.marks.append
        self._new_row()
        for place, lines in zip(self._places, measured.lines, strict=True):
            y, x, align, element = top, left + place.anchor, place.align, self._new_cell()
            for text, colour, font in lines:
                add(Text(x, y, text, size, font, colour, align, element))
                y += leading
        self._y += measured.height
        page.rule(self._y, colour=HAIR)

    def _sum_row(self, label: str, sums: Sequence[str], weight: float, colour: Colour) -> None:
        style = self._table.style
        self._page.rule(self._y, colour=colour, weight=weight)
        baseline = self._y + style.padding + style.size * ASCENT
        limit = self._edges[self._table.summed[0]][0] if self._table.summed else self._page.measure
        lines = wrap(label, STRONG, style.size, limit - GAP)
        self._new_row()
        element = self._new_cell()
        for offset, line in enumerate(lines):
            y = baseline + offset * style.leading
            self._page.text(self._page.left, y, line, style.size, font=STRONG, element=element)
        for index, text in zip(self._table.summed, sums, strict=True):
            self._cell_text(index, baseline, text, INK, strong=True, element=self._new_cell())
        self._y += style.leading * len(lines) + 2 * style.padding

    def _carry(self, label: str) -> None:
        style = self._table.style
        baseline = self._y + style.padding + style.size * ASCENT
        self._page.text(self._page.left, baseline, label, style.size, colour=SOFT, element=ARTIFACT)
        for index, text in zip(self._table.summed, self._carried, strict=True):
            self._cell_text(index, baseline, text, SOFT, strong=False)
        self._y += self._carry_height()
        self._page.rule(self._y, colour=HAIR)

    def _headings(self) -> None:
        style = self._table.style
        leading = style.heading_size * 1.25
        wrapped = [
            [
                line
                for heading in column.headings
                for line in wrap(heading, REGULAR, style.heading_size, edge[1] - edge[0])
            ]
            for column, edge in zip(self._table.columns, self._edges, strict=True)
        ]
        deepest = max(len(lines) for lines in wrapped)
        if not self._headed:
            self._new_row()
        for index, lines in enumerate(wrapped):
            # Repeated headings would interrupt whoever listens to the table.
            element = ARTIFACT if self._headed else self._new_cell("TH")
            for offset, line in enumerate(lines):
                # Headings stand on the rule below them, whatever their number of lines.
                y = self._y + (deepest - len(lines) + offset + 1) * leading
                self._cell_text(
                    index, y, line, SOFT, strong=False, size=style.heading_size, element=element
                )
        self._headed = True
        self._y += deepest * leading + style.padding
        self._page.rule(self._y, colour=LINE, weight=LINE_WIDTH * 0.75)

    def _measure(self, row: Row) -> _Measured:
        style = self._table.style
        size, deepest = style.size, 1
        columns: list[list[_Line]] = []
        for parts, place in zip(row.cells, self._places, strict=True):
            lines: list[_Line] = []
            for part in parts:
                font = STRONG if part.strong else REGULAR
                found = wrap(part.text, font, size, place.width, part.max_lines)
                lines += [_Line(line, part.colour, font) for line in found if line]
            deepest = max(deepest, len(lines))
            columns.append(lines)
        return _Measured(columns, (deepest - 1) * style.leading + size + 2 * style.padding)

    def _room_for(self, height: float) -> None:
        if self._y + height > self._page.floor:
            self._turn()

    def _turn(self) -> None:
        if self._carried:
            self._carry("Übertrag auf die nächste Seite")
        self._page, self._y = self._next_page()
        self._headings()
        if self._carried:
            self._carry("Übertrag von der vorigen Seite")

    def _carry_height(self) -> float:
        style = self._table.style
        return style.leading + 2 * style.padding if self._table.summed else 0

    def _sum_height(self) -> float:
        style = self._table.style
        return style.leading * 2 + 2 * style.padding

    def _heading_text(self, drop: float, text: str) -> None:
        size = self._table.style.size + 1
        element = self._new_cell()
        self._page.text(self._page.left, self._y + drop, text, size, font=STRONG, element=element)

    def _new_row(self) -> None:
        if self._is_tagged:
            self._row_element = self._structure.add("TR", self._element)

    def _new_cell(self, kind: Literal["TD", "TH"] = "TD") -> int:
        return self._structure.add(kind, self._row_element) if self._is_tagged else self._element

    def _cell_text(
        self,
        index: int,
        y: float,
        text: str,
        colour: Colour,
        *,
        strong: bool,
        size: float | None = None,
        element: int = ARTIFACT,
    ) -> None:
        start, end = self._edges[index]
        right = self._table.columns[index].align == "right"
        self._page.text(
            self._page.left + (end if right else start),
            y,
            text,
            size or self._table.style.size,
            font=STRONG if strong else REGULAR,
            colour=colour,
            align="right" if right else "left",
            element=element,
        )


def _edges(columns: Sequence[Column]) -> tuple[tuple[float, float], ...]:
    """Return where each column's text begins and ends, from the left margin."""
    edges: list[tuple[float, float]] = []
    x = 0.0
    before: Column | None = None
    for index, column in enumerate(columns):
        follows_figures = before is not None and before.align == "right" and column.align == "left"
        last = index == len(columns) - 1
        end = x + column.width * MM - (0 if last else GAP)
        edges.append((x + (INSET if follows_figures else 0), end))
        x += column.width * MM
        before = column
    return tuple(edges)


def draw_table(
    paper: Paper, page: Page, y: float, table: Table, *, landscape: bool = False
) -> tuple[Page, float]:
    """Draw the table from `y` on, over as many pages as it needs."""

    def next_page() -> tuple[Page, float]:
        return paper.add_page(landscape=landscape), TOP

    return TableDrawer(table, page, y, next_page).draw()
