"""Pages of paper: sizes, margins, colours, footers, and the one place that calls the PDF canvas.

A document is first laid out as pages with marks (text, rules, bars) and then drawn in one go.
Thereby "Seite 3 von 12" and the page numbers on the cover are known without drawing twice.
Positions are points from the top left corner.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from reportlab.pdfgen.canvas import Canvas

from netzwart.reports.fonts import LIGHT, REGULAR, STRONG, printable, register_fonts, text_width

MM: Final = 72 / 25.4
A4_SHORT: Final = 210 * MM
A4_LONG: Final = 297 * MM

Align = Literal["left", "right", "centre"]
Colour = tuple[float, float, float]


def _colour(code: str) -> Colour:
    red, green, blue = (int(code[index : index + 2], 16) / 255 for index in (0, 2, 4))
    return red, green, blue


INK: Final = _colour("1b2430")
SOFT: Final = _colour("5b6675")
HAIR: Final = _colour("d9dfe6")
LINE: Final = _colour("8a94a1")
ACCENT: Final = _colour("0f5e6e")
TINT: Final = _colour("eef5f6")
WARNING: Final = _colour("8a5200")
DANGER: Final = _colour("a3221f")
OK: Final = _colour("17653a")
WATERMARK: Final = _colour("f0f0f2")

HAIR_WIDTH: Final = 0.4
LINE_WIDTH: Final = 0.8

PORTRAIT_LEFT: Final = 25 * MM
PORTRAIT_RIGHT: Final = 20 * MM
LANDSCAPE_SIDE: Final = 15 * MM
TOP: Final = 24 * MM
BOTTOM: Final = 20 * MM
HEADER_BASELINE: Final = 14 * MM
FOOTER_RULE_FROM_BOTTOM: Final = 14.5 * MM
FOOTER_FROM_BOTTOM: Final = 11 * MM
WATERMARK_SIZE: Final = 120

_CANVAS: Any = Canvas  # reportlab has no types


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text at a baseline; a callable text learns the page numbers of the sections."""

    x: float
    y: float
    text: str | Callable[[Mapping[str, int]], str]
    size: float
    font: str = REGULAR
    colour: Colour = INK
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal rule."""

    x: float
    y: float
    width: float
    colour: Colour = HAIR
    weight: float = HAIR_WIDTH


@dataclass(frozen=True, slots=True)
class Bar:
    """A filled rectangle; `y` is its top."""

    x: float
    y: float
    width: float
    height: float
    colour: Colour


@dataclass(slots=True)
class Page:
    """One page with its marks in drawing order."""

    width: float
    height: float
    left: float
    right: float
    """Right edge of the type area."""
    marks: list[Text | Rule | Bar] = field(default_factory=list[Text | Rule | Bar])

    @property
    def measure(self) -> float:
        """Return the width of the type area."""
        return self.right - self.left

    @property
    def floor(self) -> float:
        """Return where the type area ends."""
        return self.height - BOTTOM

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        font: str = REGULAR,
        colour: Colour = INK,
        align: Align = "left",
    ) -> None:
        """Put a line of text."""
        if not text:
            return
        self.marks.append(Text(x, y, printable(text), size, font, colour, align))

    def late_text(self, mark: Text) -> None:
        """Put a text that is known only when all pages are."""
        self.marks.append(mark)

    def rule(
        self,
        y: float,
        *,
        x: float | None = None,
        width: float | None = None,
        colour: Colour = HAIR,
        weight: float = HAIR_WIDTH,
    ) -> None:
        """Put a rule, over the whole type area unless told otherwise."""
        self.marks.append(
            Rule(
                self.left if x is None else x,
                y,
                self.measure if width is None else width,
                colour,
                weight,
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Imprint:
    """What stands on every page and in the file's metadata."""

    title: str
    subject: str
    author: str
    creator: str
    keywords: str
    running_title: str
    """Left in the header, from page 2 on."""
    footer_left: str
    footer_centre: str
    banner: str | None
    """Right in the header of every page, in a warning colour."""
    watermark: str | None


class Paper:
    """A document under construction."""

    def __init__(self, imprint: Imprint) -> None:
        self.imprint = imprint
        self.pages: list[Page] = []
        self._outline: list[tuple[int, float, str, str, int]] = []

    def add_page(self, *, landscape: bool = False) -> Page:
        """Return a new last page."""
        if landscape:
            page = Page(A4_LONG, A4_SHORT, LANDSCAPE_SIDE, A4_LONG - LANDSCAPE_SIDE)
        else:
            page = Page(A4_SHORT, A4_LONG, PORTRAIT_LEFT, A4_SHORT - PORTRAIT_RIGHT)
        self.pages.append(page)
        return page

    def mark_section(self, key: str, title: str, y: float, level: int = 0) -> None:
        """Put a bookmark at a height of the last page; `key` names it for `Text` callables."""
        self._outline.append((len(self.pages), y, key, printable(title), level))

    def render(self) -> bytes:
        """Return the PDF; the same marks give the same bytes."""
        register_fonts()
        target = io.BytesIO()
        canvas = _CANVAS(
            target,
            pagesize=(A4_SHORT, A4_LONG),
            invariant=1,
            pageCompression=1,
            initialFontName=REGULAR,
            lang="de-DE",
        )
        self._describe(canvas)
        numbers = {key: number for number, _, key, _, _ in self._outline}
        for number, page in enumerate(self.pages, start=1):
            canvas.setPageSize((page.width, page.height))
            self._frame(page, number)
            self._draw(canvas, page, numbers)
            self._bookmark(canvas, number, page)
            canvas.showPage()
        canvas.save()
        return target.getvalue()

    def _describe(self, canvas: Any) -> None:  # noqa: ANN401 - reportlab has no types
        imprint = self.imprint
        canvas.setTitle(printable(imprint.title))
        canvas.setSubject(printable(imprint.subject))
        canvas.setAuthor(printable(imprint.author))
        canvas.setCreator(printable(imprint.creator))
        canvas.setKeywords(printable(imprint.keywords))
        canvas.setViewerPreference("DisplayDocTitle", "true")
        canvas.showOutline()

    def _bookmark(self, canvas: Any, number: int, page: Page) -> None:  # noqa: ANN401 - no types
        for at, y, key, title, level in self._outline:
            if at == number:
                canvas.bookmarkPage(key, fit="XYZ", top=page.height - y + 12)
                canvas.addOutlineEntry(title, key, level=level)

    def _frame(self, page: Page, number: int) -> None:
        """Add header, footer and page number."""
        imprint = self.imprint
        if number > 1:
            page.text(page.left, HEADER_BASELINE, imprint.running_title, 7.5, colour=SOFT)
        if imprint.banner:
            page.text(
                page.right,
                HEADER_BASELINE,
                imprint.banner,
                7.5,
                font=STRONG,
                colour=WARNING,
                align="right",
            )
        page.rule(page.height - FOOTER_RULE_FROM_BOTTOM)
        baseline = page.height - FOOTER_FROM_BOTTOM
        page.text(page.left, baseline, imprint.footer_left, 7, colour=SOFT)
        page.text(
            (page.left + page.right) / 2,
            baseline,
            imprint.footer_centre,
            7,
            colour=SOFT,
            align="centre",
        )
        count = f"Seite {number} von {len(self.pages)}"
        page.text(page.right, baseline, count, 7, colour=SOFT, align="right")

    def _draw(self, canvas: Any, page: Page, numbers: Mapping[str, int]) -> None:  # noqa: ANN401 - no types
        if self.imprint.watermark:
            _watermark(canvas, page, self.imprint.watermark)
        for bar in [mark for mark in page.marks if isinstance(mark, Bar)]:
            canvas.setFillColorRGB(*bar.colour)
            canvas.rect(
                bar.x, page.height - bar.y - bar.height, bar.width, bar.height, stroke=0, fill=1
            )
        for rule in [mark for mark in page.marks if isinstance(mark, Rule)]:
            canvas.setStrokeColorRGB(*rule.colour)
            canvas.setLineWidth(rule.weight)
            canvas.line(rule.x, page.height - rule.y, rule.x + rule.width, page.height - rule.y)
        _write(canvas, page, [mark for mark in page.marks if isinstance(mark, Text)], numbers)


def _write(
    canvas: Any,  # noqa: ANN401 - reportlab has no types
    page: Page,
    marks: Sequence[Text],
    numbers: Mapping[str, int],
) -> None:
    """Write all text of a page as one text object; fonts and colours change only when they must."""
    block = canvas.beginText()
    look: tuple[str, float] | None = None
    colour: Colour | None = None
    for mark in marks:
        text = mark.text if isinstance(mark.text, str) else mark.text(numbers)
        if (mark.font, mark.size) != look:
            look = (mark.font, mark.size)
            block.setFont(*look)
        if mark.colour != colour:
            colour = mark.colour
            block.setFillColorRGB(*colour)
        block.setTextOrigin(_start(mark, text), page.height - mark.y)
        block.textOut(text)
    canvas.drawText(block)


def _start(mark: Text, text: str) -> float:
    if mark.align == "left":
        return mark.x
    width = text_width(text, mark.font, mark.size)
    return mark.x - (width if mark.align == "right" else width / 2)


def _watermark(canvas: Any, page: Page, text: str) -> None:  # noqa: ANN401 - reportlab has no types
    canvas.saveState()
    canvas.setFillColorRGB(*WATERMARK)
    canvas.setFont(LIGHT, WATERMARK_SIZE)
    canvas.translate(page.width / 2, page.height / 2)
    canvas.rotate(45)
    canvas.drawCentredString(0, -WATERMARK_SIZE / 3, text)
    canvas.restoreState()
