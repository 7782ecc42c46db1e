import importlib.util

import pytest

from netzwart.errors import UnavailableError
from netzwart.reports.fonts import REGULAR, STRONG, printable, register_fonts, text_width, wrap

FIGURES = "0123456789"


@pytest.mark.parametrize("font", [REGULAR, STRONG])
def test_figures_are_all_of_one_width(font: str):
    assert len({text_width(figure, font, 10) for figure in FIGURES}) == 1


def test_german_signs_are_in_the_typeface():
    assert printable("äöüÄÖÜß€„“–…→−§×²") == "äöüÄÖÜß€„“–…→−§×²"


def test_lines_are_never_wider_than_the_column():
    text = "Ein Satz mit Donaudampfschifffahrtsgesellschaftskapitän und HER-GYM-22-0001/A.B"
    for width in (20.0, 45.0, 90.0, 300.0):
        lines = wrap(text, REGULAR, 9, width)
        assert all(text_width(line, REGULAR, 9) <= width for line in lines)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_long_words_break_after_a_hyphen_where_they_can():
    width = text_width("HER-GYM-22", REGULAR, 9)
    assert wrap("HER-GYM-22-0001", REGULAR, 9, width)[0] == "HER-GYM-"


def test_what_exceeds_the_lines_ends_in_an_ellipsis():
    lines = wrap("eins zwei drei vier fünf sechs", REGULAR, 9, 40, 2)
    assert len(lines) == 2
    assert lines[-1].endswith("…")
    assert text_width(lines[-1], REGULAR, 9) <= 40


def test_one_sign_wider_than_the_column_ends_the_splitting():
    assert wrap("WW", REGULAR, 9, 1) == ("W", "W")


def test_missing_font_package_is_said_in_words(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    register_fonts.cache_clear()
    try:
        with pytest.raises(UnavailableError, match="Schriftdateien"):
            register_fonts()
    finally:
        register_fonts.cache_clear()
