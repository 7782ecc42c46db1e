"""A section under construction: headings, paragraphs and tables down the page."""

from typing import Final

from netzwart.reports.fonts import LIGHT, REGULAR, STRONG, wrap
from netzwart.reports.grid import Table, draw_table
from netzwart.reports.sheet import ACCENT, INK, SOFT, TOP, Colour, Page, Paper

TITLE_SIZE: Final = 19
HEADING_SIZE: Final = 11.5
BODY_SIZE: Final = 9.5
BODY_LEADING: Final = 13.2
NOTE_SIZE: Final = 8
NOTE_LEADING: Final = 11


class Section:
    """Writes downwards and turns the page when the rest does not fit."""

    def __init__(
        self, paper: Paper, page: Page, y: float = TOP, *, is_landscape: bool = False
    ) -> None:
        self.paper = paper
        self.page = page
        self.y = y
        self._is_landscape = is_landscape

    def need(self, height: float) -> None:
        """Go to a new page unless this much room is left."""
        if self.y + height > self.page.floor:
            self.page, self.y = self.paper.add_page(landscape=self._is_landscape), TOP

    def skip(self, height: float) -> None:
        """Leave room."""
        self.y += height

    def title(self, key: str, number: str, title: str) -> None:
        """Write a section's title with its number above, and bookmark it."""
        self.need(110)
        self.paper.mark_section(key, f"{number} {title}", self.y)
        self.y += 8
        element = self.paper.structure.add("H1")
        page = self.page
        page.text(page.left, self.y, number, 9, font=STRONG, colour=ACCENT, element=element)
        self.y += 21
        page.text(page.left, self.y, title, TITLE_SIZE, font=LIGHT, element=element)
        self.y += 20

    def heading(self, text: str, *, room: float = 60) -> None:
        """Write a heading, together with the beginning of what follows."""
        self.need(room)
        self.y += 12
        element = self.paper.structure.add("H2")
        for line in wrap(text, STRONG, HEADING_SIZE, self.page.measure):
            self.page.text(
                self.page.left, self.y + 4, line, HEADING_SIZE, font=STRONG, element=element
            )
            self.y += HEADING_SIZE * 1.3
        self.y += 3

    def small_heading(self, text: str) -> None:
        """Write the name of one block."""
        self.need(BODY_LEADING * 3)
        self.y += 6
        element, left = self.paper.structure.add("H3"), self.page.left
        self.page.text(
            left, self.y + 8, text, BODY_SIZE, font=STRONG, colour=ACCENT, element=element
        )
        self.y += BODY_LEADING + 1

    def paragraph(self, text: str, *, colour: Colour = INK) -> None:
        """Write a paragraph in the body size."""
        self._lines(text, BODY_SIZE, BODY_LEADING, colour)
        self.y += 5

    def note(self, text: str, *, colour: Colour = SOFT) -> None:
        """Write a paragraph in the small size."""
        self._lines(text, NOTE_SIZE, NOTE_LEADING, colour)
        self.y += 4

    def table(self, table: Table) -> None:
        """Draw a table and go on below it."""
        self.page, self.y = draw_table(
            self.paper, self.page, self.y, table, landscape=self._is_landscape
        )
        self.y += 6

    def _lines(self, text: str, size: float, leading: float, colour: Colour) -> None:
        element = self.paper.structure.add("P")
        for line in wrap(text, REGULAR, size, self.page.measure):
            self.need(leading)
            left = self.page.left
            self.page.text(left, self.y + size, line, size, colour=colour, element=element)
            self.y += leading
