"""The typeface of all paper: embedded files, measured and wrapped text.

Source Sans Pro (SIL Open Font License) has figures of one width in each weight, so columns of
amounts stand straight, and is narrow enough for wide lists. The files come with the package
`font-source-sans-pro`.
"""

import importlib.util
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from netzwart.errors import UnavailableError

REGULAR: Final = "SourceSansPro-Regular"
STRONG: Final = "SourceSansPro-Semibold"
LIGHT: Final = "SourceSansPro-Light"

_METRICS: Any = pdfmetrics  # reportlab has no types
_PACKAGE = "font_source_sans_pro"
_UNKNOWN = "\N{BLACK SQUARE}"
_ELLIPSIS = "…"
_BREAK_AFTER = "-/._\u2013"
_SPACE_CATEGORIES = {"Cc", "Zl", "Zp"}
_INVISIBLE_CATEGORIES = {"Cf", "Co", "Cn", "Cs"}


@cache
def register_fonts() -> None:
    """Make the typeface known to reportlab, once per process.

    Raises:
        UnavailableError: when the font package is not installed.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise UnavailableError("Die Schriftdateien für den PDF-Druck fehlen.", package=_PACKAGE)
    folder = Path(spec.origin).parent / "files"
    for name in (REGULAR, STRONG, LIGHT):
        _METRICS.registerFont(TTFont(name, str(folder / f"{name}.ttf")))


class _Widths(dict[str, float]):
    """Character → its advance, in thousandths of the size; what the font lacks is nothing wide."""

    def __missing__(self, character: str) -> float:
        return 0.0


@cache
def _widths(font: str) -> _Widths:
    """Return the advance of each character that the font has."""
    register_fonts()
    face = _METRICS.getFont(font).face
    known: dict[int, int] = face.charToGlyph
    widths: dict[int, float] = face.charWidths
    return _Widths({chr(code): widths[code] for code in known if code in widths})


@lru_cache(maxsize=4000)
def printable(text: str) -> str:
    """Return the text as the paper can show it; the one function all user text passes.

    Control characters become spaces, invisible ones vanish, and a character that the typeface
    lacks becomes a black square, since PDF/A forbids missing glyphs. Nothing is read as markup.
    """
    if text.isascii() and text.isprintable():
        return text
    known = _widths(REGULAR)
    shown: list[str] = []
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        if category in _SPACE_CATEGORIES:
            shown.append(" ")
        elif category not in _INVISIBLE_CATEGORIES:
            shown.append(character if character in known else _UNKNOWN)
    return "".join(shown)


def text_width(text: str, font: str, size: float) -> float:
    """Return how wide the text is, in points."""
    return sum(map(_widths(font).__getitem__, text)) * size / 1000


@lru_cache(maxsize=4000)
def wrap(
    text: str, font: str, size: float, width: float, max_lines: int | None = None
) -> tuple[str, ...]:
    """Return the text in lines no wider than `width` points.

    Words that are too long break after a hyphen, a slash or a dot, else anywhere. What exceeds
    `max_lines` ends in an ellipsis.
    """
    shown = printable(text)
    if text_width(shown, font, size) <= width:
        return (shown,)
    lines: list[str] = []
    for word in shown.split(" "):
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(joined, font, size) <= width:
            lines[-1] = joined
        else:
            lines.extend(_pieces(word, font, size, width))
    if max_lines is None or len(lines) <= max_lines:
        return tuple(lines)
    kept = lines[:max_lines]
    last = kept[-1]
    while last and text_width(last + _ELLIPSIS, font, size) > width:
        last = last[:-1]
    kept[-1] = last.rstrip() + _ELLIPSIS
    return tuple(kept)


def _pieces(word: str, font: str, size: float, width: float) -> list[str]:
    """Return a word in pieces that fit; nearly always the word itself."""
    pieces: list[str] = []
    rest = word
    while text_width(rest, font, size) > width and len(rest) > 1:
        cut = _longest_fit(rest, font, size, width)
        pieces.append(rest[:cut])
        rest = rest[cut:]
    return [*pieces, rest]


def _longest_fit(word: str, font: str, size: float, width: float) -> int:
    fit = 1
    while fit < len(word) and text_width(word[: fit + 1], font, size) <= width:
        fit += 1
    gentle = max(word.rfind(mark, 1, fit) for mark in _BREAK_AFTER) + 1
    return gentle if gentle > fit // 2 else fit
