"""Pages of paper: sizes, margins, colours, footers, and the one place that calls the PDF canvas.

A document is laid out as pages with marks (text, rules, bars). When the next page begins, the one
before is turned into compressed operators, so that thousands of pages fit into little memory; what
must know the whole ("Seite 3 von 12", page numbers on the cover) waits for the end.
Positions are points from the top left corner.
"""

import io
import zlib
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from netzwart.reports.fonts import LIGHT, REGULAR, STRONG, printable, register_fonts
from netzwart.reports.inking import HAIR_WIDTH, Bar, Colour, Pen, Rule, Text, shapes
from netzwart.reports.structure import ARTIFACT, Structure

__all__ = ["ARTIFACT", "HAIR_WIDTH", "Bar", "Colour", "Imprint", "Page", "Paper", "Rule", "Text"]

MM: Final = 72 / 25.4
A4_SHORT: Final = 210 * MM
A4_LONG: Final = 297 * MM

Align = Literal["left", "right", "centre"]


def _colour(code: str) -> Colour:
    red, green, blue = (int(code[index : index + 2], 16) / 255 for index in (0, 2, 4))
    return red, green, blue


INK: Final = _colour("1b2430")
SOFT: Final = _colour("5b6675")
HAIR: Final = _colour("d9dfe6")
LINE: Final = _colour("6b7683")
ACCENT: Final = _colour("0f5e6e")
TINT: Final = _colour("eef5f6")
WARNING: Final = _colour("8a5200")
DANGER: Final = _colour("a3221f")
OK: Final = _colour("17653a")
WATERMARK: Final = _colour("f0f0f2")

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
rl_config.useA85 = 0  # printable streams are a quarter larger and cost a tenth of the time


@dataclass(slots=True)
class Page:
    """One page with its marks in drawing order."""

    width: float
    height: float
    left: float
    right: float
    """Right edge of the type area."""
    structure: Structure
    marks: list[Text | Rule | Bar] = field(default_factory=list[Text | Rule | Bar])
    operators: bytes = b""
    """The marks, written and compressed, once the next page has begun."""
    late: list[Text] = field(default_factory=list[Text])

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
        element: int | None = None,
    ) -> None:
        """Put a line of text; it is a paragraph of its own unless it belongs to an element."""
        if not text:
            return
        if element is None:
            element = self.structure.add("P")
        self.marks.append(Text(x, y, printable(text), size, font, colour, align, element))

    def late_text(self, mark: Text) -> None:
        """Put a text that is known only when all pages are."""
        self.late.append(mark)

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
        register_fonts()
        self.imprint = imprint
        self.pages: list[Page] = []
        self.structure = Structure()
        self._outline: list[tuple[int, float, str, str, int]] = []
        self._target = io.BytesIO()
        self._canvas = _CANVAS(
            self._target,
            pagesize=(A4_SHORT, A4_LONG),
            invariant=1,
            pageCompression=1,
            initialFontName=REGULAR,
            lang="de-DE",
        )
        self._pen = Pen(self._canvas._doc, self.structure)  # noqa: SLF001 - reportlab has no other way

    def add_page(self, *, landscape: bool = False) -> Page:
        """Return a new last page; the one before can no longer be marked."""
        self._close_last()
        if landscape:
            sizes = (A4_LONG, A4_SHORT, LANDSCAPE_SIDE, A4_LONG - LANDSCAPE_SIDE)
        else:
            sizes = (A4_SHORT, A4_LONG, PORTRAIT_LEFT, A4_SHORT - PORTRAIT_RIGHT)
        self.pages.append(Page(*sizes, self.structure))
        return self.pages[-1]

    def mark_section(self, key: str, title: str, y: float, level: int = 0) -> None:
        """Put a bookmark at a height of the last page; `key` names it for `Text` callables."""
        self._outline.append((len(self.pages), y, key, printable(title), level))

    def render(self) -> bytes:
        """Return the PDF; the same marks give the same bytes."""
        self._close_last()
        canvas = self._canvas
        self._describe(canvas)
        numbers = {key: number for number, _, key, _, _ in self._outline}
        names: list[str] = []
        for number, page in enumerate(self.pages, start=1):
            canvas.setPageSize((page.width, page.height))
            if self.imprint.watermark:
                _watermark(canvas, page, self.imprint.watermark)
            canvas.addLiteral(zlib.decompress(page.operators).decode("latin-1"))
            page.operators = b""
            late = [*page.late, *self._frame(page, number)]
            canvas.addLiteral(shapes([_footer_rule(page)], page.height))
            canvas.addLiteral(self._pen.texts(late, page.height, number, numbers))
            self._bookmark(canvas, number, page)
            names.append(str(canvas._doc.thisPageName()))  # noqa: SLF001 - reportlab has no other way
            canvas.showPage()
        self.structure.write(canvas._doc, names)  # noqa: SLF001 - reportlab has no other way
        canvas.save()
        return self._target.getvalue()

    def _close_last(self) -> None:
        """Turn the last page's marks into operators, a tenth of their size."""
        if not self.pages or not self.pages[-1].marks:
            return
        page, number = self.pages[-1], len(self.pages)
        drawn = shapes([mark for mark in page.marks if not isinstance(mark, Text)], page.height)
        texts = [mark for mark in page.marks if isinstance(mark, Text)]
        written = self._pen.texts(texts, page.height, number, {})
        page.operators = zlib.compress(f"{drawn}\n{written}".encode("latin-1"), 1)
        page.marks.clear()

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

    def _frame(self, page: Page, number: int) -> list[Text]:
        """Return header, footer and page number: marks of the page, not of the document."""
        imprint = self.imprint
        baseline = page.height - FOOTER_FROM_BOTTOM
        middle = (page.left + page.right) / 2
        count = f"Seite {number} von {len(self.pages)}"
        frame = [
            Text(page.left, baseline, printable(imprint.footer_left), 7, REGULAR, SOFT),
            Text(middle, baseline, printable(imprint.footer_centre), 7, REGULAR, SOFT, "centre"),
            Text(page.right, baseline, count, 7, REGULAR, SOFT, "right"),
        ]
        if number > 1:
            title = printable(imprint.running_title)
            frame.append(Text(page.left, HEADER_BASELINE, title, 7.5, REGULAR, SOFT))
        if imprint.banner:
            banner = printable(imprint.banner)
            frame.append(Text(page.right, HEADER_BASELINE, banner, 7.5, STRONG, WARNING, "right"))
        return frame


def _footer_rule(page: Page) -> Rule:
    return Rule(page.left, page.height - FOOTER_RULE_FROM_BOTTOM, page.measure, HAIR, HAIR_WIDTH)


def _watermark(canvas: Any, page: Page, text: str) -> None:  # noqa: ANN401 - reportlab has no types
    canvas.addLiteral("/Artifact BMC")
    canvas.saveState()
    canvas.setFillColorRGB(*WATERMARK)
    canvas.setFont(LIGHT, WATERMARK_SIZE)
    canvas.translate(page.width / 2, page.height / 2)
    canvas.rotate(45)
    canvas.drawCentredString(0, -WATERMARK_SIZE / 3, text)
    canvas.restoreState()
    canvas.addLiteral("EMC")
