"""Turns the marks of a page into PDF operators.

reportlab's own text object spends most of the time of a long list in escaping; here each character
is looked up once a document, and a line of text is one `str.translate`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from reportlab.pdfbase import pdfmetrics

from netzwart.reports.fonts import REGULAR, register_fonts, text_width
from netzwart.reports.structure import ARTIFACT, Structure

Colour = tuple[float, float, float]

HAIR_WIDTH: Final = 0.4
_BLACK: Final = (0.0, 0.0, 0.0)
_METRICS: Any = pdfmetrics  # reportlab has no types
_MOST_SHOWN: Final = 4000
"""Texts and places that are remembered: those that come again fit, and memory stays small."""
_BEFORE_ASCII = 32
_AFTER_ASCII = 127


class Text(NamedTuple):
    """A line of text at a baseline; a callable text learns the page numbers of the sections.

    Marks are named tuples: a long list has half a million, and they are made five times as fast.
    """

    x: float
    y: float
    text: str | Callable[[Mapping[str, int]], str]
    size: float
    font: str = REGULAR
    colour: Colour = (0.0, 0.0, 0.0)
    align: str = "left"
    element: int = ARTIFACT
    """Whose text it is in the structure tree."""


class Rule(NamedTuple):
    """A horizontal rule."""

    x: float
    y: float
    width: float
    colour: Colour
    weight: float = HAIR_WIDTH


class Bar(NamedTuple):
    """A filled rectangle; `y` is its top. An outline keeps light ones visible on a fax."""

    x: float
    y: float
    width: float
    height: float
    colour: Colour
    is_outlined: bool = False


class _Places(dict[float, str]):
    """A distance in points → as PDF writes it; columns and baselines come again on every page."""

    def __missing__(self, points: float) -> str:
        if len(self) > _MOST_SHOWN:
            self.clear()
        self[points] = found = f"{points:.2f}"
        return found


class _LaterSubsetError(Exception):
    """A character beyond the first 256 of its font."""


class _Glyphs(dict[int, str]):
    """Character → its code in the font's first subset, escaped for a PDF string."""

    def __init__(self, font: str, document: Any) -> None:  # noqa: ANN401 - reportlab has no types
        super().__init__()
        register_fonts()
        self.font: Any = _METRICS.getFont(font)
        self.document = document
        self.name: str = self.font.getSubsetInternalName(0, document)
        self._shown: dict[str, str] = {}

    def __missing__(self, code: int) -> str:
        [(subset, data)] = self.font.splitString(chr(code), self.document)
        if subset != 0:
            raise _LaterSubsetError
        self[code] = found = _escaped(data)
        return found

    def shown(self, text: str, size: float) -> str:
        """Return the operators that show a text where the pen stands."""
        found = self._shown.get(text)
        if found is None:
            try:
                found = f"({text.translate(self)}) Tj"
            except _LaterSubsetError:
                # The pieces name other subsets of the font; what follows needs the first again.
                return f"{_pieces(self, text, size)} {self.name} {size:g} Tf"
            if len(self._shown) < _MOST_SHOWN:
                self._shown[text] = found
        return found


class Pen:
    """Writes the pages of one document."""

    def __init__(self, document: Any, structure: Structure) -> None:  # noqa: ANN401 - no types
        self._document = document
        self._structure = structure
        self._glyphs: dict[str, _Glyphs] = {}
        self._places = _Places()

    def texts(
        self, marks: Iterable[Text], height: float, page: int, numbers: Mapping[str, int]
    ) -> str:
        """Return the operators of a page's text, each stretch of it tagged with its element."""
        code = ["BT"]
        add, places = code.append, self._places
        font, size, colour, element = "", 0.0, None, None
        glyphs = self._glyphs_of(REGULAR)
        for mark in marks:
            if mark.element != element:
                if element is not None:
                    add("EMC")
                element = mark.element
                add(self._opening(element, page))
            if mark.font != font or mark.size != size:
                font, size = mark.font, mark.size
                glyphs = self._glyphs_of(font)
                add(f"{glyphs.name} {size:g} Tf")
            if mark.colour != colour:
                colour = mark.colour
                add(fill(colour))
            text = mark.text if isinstance(mark.text, str) else mark.text(numbers)
            x = mark.x if mark.align == "left" else _start(mark, text)
            add(f"1 0 0 1 {places[x]} {places[height - mark.y]} Tm")
            add(glyphs.shown(text, size))
        if element is not None:
            add("EMC")
        return "\n".join([*code, "ET"])

    def _opening(self, element: int, page: int) -> str:
        if element == ARTIFACT:
            return "/Artifact BMC"
        kind = self._structure.kinds[element]
        return f"/{kind} <</MCID {self._structure.mark(element, page)}>> BDC"

    def _glyphs_of(self, font: str) -> _Glyphs:
        if font not in self._glyphs:
            self._glyphs[font] = _Glyphs(font, self._document)
        return self._glyphs[font]


def shapes(marks: Sequence[Rule | Bar], height: float) -> str:
    """Return the operators of bars, then rules; both are decoration to a screen reader."""
    code = ["/Artifact BMC"]
    for bar in [mark for mark in marks if isinstance(mark, Bar)]:
        bottom = height - bar.y - bar.height
        act = f"{_stroke(_BLACK)} {HAIR_WIDTH:g} w" if bar.is_outlined else ""
        painted = "B" if bar.is_outlined else "f"
        area = f"{bar.x:.2f} {bottom:.2f} {bar.width:.2f} {bar.height:.2f} re {painted}"
        code.append(f"{fill(bar.colour)} {act} {area}")
    look: tuple[Colour, float] | None = None
    for rule in [mark for mark in marks if isinstance(mark, Rule)]:
        if (rule.colour, rule.weight) != look:
            look = (rule.colour, rule.weight)
            code.append(f"{_stroke(rule.colour)} {rule.weight:g} w")
        y = f"{height - rule.y:.2f}"
        code.append(f"{rule.x:.2f} {y} m {rule.x + rule.width:.2f} {y} l S")
    return "\n".join([*code, "EMC"])


def _pieces(glyphs: _Glyphs, text: str, size: float) -> str:
    """Return a text over several subsets of its font: more than 256 different characters."""
    return " ".join(
        f"{glyphs.font.getSubsetInternalName(subset, glyphs.document)} {size:g} Tf "
        f"({_escaped(data)}) Tj"
        for subset, data in glyphs.font.splitString(text, glyphs.document)
    )


def _escaped(data: bytes) -> str:
    """Return bytes as the inside of a PDF string. Source: ISO 32000-1, 7.3.4.2."""
    return "".join(
        f"\\{chr(byte)}"
        if byte in b"()\\"
        else chr(byte)
        if _BEFORE_ASCII <= byte < _AFTER_ASCII
        else f"\\{byte:03o}"
        for byte in data
    )


def _start(mark: Text, text: str) -> float:
    if mark.align == "left":
        return mark.x
    width = text_width(text, mark.font, mark.size)
    return mark.x - (width if mark.align == "right" else width / 2)


@lru_cache(maxsize=200)
def fill(colour: Colour) -> str:
    """Return the operator that sets the colour of text and areas."""
    return " ".join(f"{part:.4g}" for part in colour) + " rg"


@lru_cache(maxsize=200)
def _stroke(colour: Colour) -> str:
    return " ".join(f"{part:.4g}" for part in colour) + " RG"
