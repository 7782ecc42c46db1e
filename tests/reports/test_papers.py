"""Lists on paper: sums, long names, nothing at all, PDF/A, and what a fax leaves of the colours."""

import io
import json
import subprocess
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from pikepdf import pdfa

from netzwart.proofs.values import Party, PrintedRuleNote
from netzwart.reports import sheet
from netzwart.reports.kinds import KINDS, PaperKind
from netzwart.reports.papers.assets import monthly_dissolution
from netzwart.reports.papers.files import build_list_files
from netzwart.reports.papers.values import ListPaper, PaperField, PrintedColumn, paper_table
from netzwart.reports.pdf_a import attached_files
from tests.reports.preflight import body_as_part_1, complaints
from tests.reports.reading import amounts_after, text_of
from tests.reports.test_proof_of_use import drawn

LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenfabrikation " * 4


def a_list(rows: int = 60, name: str = "Access Point", **changes: object) -> ListPaper:
    table = paper_table(
        "dinge",
        "Dinge",
        (PaperField("nr"), PaperField("name"), PaperField("betrag", is_summed=True)),
        (
            PrintedColumn(("Nr.",), 30, ("nr",)),
            PrintedColumn(("Name",), 100, ("name",)),
            PrintedColumn(("EUR",), 35, ("betrag",), is_figure=True),
        ),
        [(f"N-{index:04d}", name, Decimal("1.10")) for index in range(rows)],
        empty="Es gibt nichts.",
    )
    paper = ListPaper(
        kind=PaperKind.EARMARK_LIST,
        subject="Erfundene Förderung",
        grant="48.02-X",
        as_of=date(2026, 11, 27),
        recipient=Party(name="Stadt Herten", address=("Straße 1", "45699 Herten")),
        facts=(("Programm", "Erfunden"),),
        tables=(table,),
        signatures=("Unterschrift",),
        rule_notes=(
            PrintedRuleNote(label="Bezug", value=None, status="unbekannt", source="–", message="m"),
        ),
        is_draft=False,
        is_demo=True,
        generator_version="0.1.0",
        number="ZB-2026-0001",
        check_address="https://netzwart.example.de/pruefen",
    )
    return replace(paper, **changes)  # pyright: ignore[reportArgumentType] - a test names fields


def test_sums_are_carried_and_add_up():
    text = text_of(build_list_files(a_list())["zweckbindung.pdf"], layout=True)
    assert amounts_after(text, "Insgesamt") == [Decimal("66.00")]
    foot = amounts_after(text.split("\f")[0], "Übertrag auf die nächste Seite")
    assert foot == amounts_after(text.split("\f")[1], "Übertrag von der vorigen Seite")
    assert text.count("N-0042") == 1


def test_same_paper_gives_the_same_bytes_and_holds_its_twins():
    files = build_list_files(a_list())
    assert files == build_list_files(a_list())
    inside = attached_files(files["zweckbindung.pdf"])
    assert inside == {"papier.json": files["papier.json"], "dinge.csv": files["dinge.csv"]}
    content = json.loads(files["papier.json"])
    assert content["tables"][0]["totals"] == {"betrag": "66.00"}


@pytest.mark.parametrize(
    "paper", [a_list(0), a_list(3, LONG), a_list(2, is_landscape=True, is_draft=True, number=None)]
)
def test_empty_long_and_wide_lists_are_pdf_a(paper: ListPaper, tmp_path: Path):
    pdf = build_list_files(paper)["zweckbindung.pdf"]
    report = pdfa.validate_written(io.BytesIO(pdf), "3b")
    assert report.verdict == "pass", report.findings
    assert complaints(body_as_part_1(pdf), tmp_path) == ""
    text = " ".join(text_of(pdf).split())
    assert "Echtheit" in text
    if not paper.tables[0].rows:
        assert "Es gibt nichts." in text


def test_kinds_have_prefixes_and_stems_of_their_own():
    assert len({facts.prefix for facts in KINDS.values()}) == len(PaperKind)
    assert len({facts.stem for facts in KINDS.values()}) == len(PaperKind)


@pytest.mark.parametrize(
    ("share", "years", "monthly"),
    [("600.00", 5, "10.00"), ("100.00", 3, "2.78"), ("0.00", 5, "0.00"), ("100.00", None, None)],
)
def test_sonderposten_is_dissolved_evenly(share: str, years: int | None, monthly: str | None):
    found = monthly_dissolution(Decimal(share), years)
    assert found == (None if monthly is None else Decimal(monthly))


def test_every_tone_that_carries_meaning_survives_a_fax():
    for name in ("INK", "SOFT", "LINE", "ACCENT", "WARNING", "DANGER", "OK"):
        red, green, blue = getattr(sheet, name)
        assert 0.299 * red + 0.587 * green + 0.114 * blue < 0.5, name


def test_coverage_bar_is_seen_from_end_to_end_in_black_and_white(tmp_path: Path):
    path = tmp_path / "paper.pdf"
    path.write_bytes(drawn())
    words = ["pdftoppm", "-r", "100", "-gray", "-f", "1", "-l", "1", str(path)]
    picture = subprocess.run(words, capture_output=True, check=True).stdout
    head, size, _, pixels = picture.split(b"\n", 3)
    assert head == b"P5"
    width = int(size.split()[0])
    lines = [pixels[start : start + width] for start in range(0, len(pixels), width)]
    longest = max(sum(1 for pixel in line if pixel < 128) for line in lines)
    assert longest > width * 0.7
