"""Euro coverage: the bar on the cover and the table in its annex."""

from typing import Final

from netzwart.proofs.values import Coverage, CoverageKey
from netzwart.reports.formats import amount, euro, percent
from netzwart.reports.grid import STATEMENT, Column, Group, Part, Row, Table, cell
from netzwart.reports.proof_of_use.section import Section
from netzwart.reports.proof_of_use.words import COVERAGE
from netzwart.reports.sheet import SOFT, Bar, Colour, Page

BAR_HEIGHT: Final = 6.5

COLOURS: Final[dict[CoverageKey, Colour]] = {
    "A": (0.059, 0.369, 0.431),
    "B": (0.310, 0.604, 0.659),
    "C": (0.663, 0.804, 0.831),
    "D": (0.788, 0.659, 0.416),
    "none": (0.741, 0.286, 0.263),
    "no_device": (0.851, 0.875, 0.902),
}

LETTER: Final[dict[CoverageKey, str]] = {
    "A": "A",
    "B": "B",
    "C": "C",
    "D": "D",
    "none": "0",
    "no_device": "–",
}

SHORT: Final[dict[CoverageKey, str]] = {
    "A": "A am Gerät",
    "B": "B Controller",
    "C": "C Adresse",
    "D": "D vor Ort",
    "none": "0 ungesehen",
    "no_device": "ohne Gerät",
}

COLUMNS: Final = (
    Column(("Klasse",), 16),
    Column(("Nachweis",), 82),
    Column(("Geräte",), 18, "right"),
    Column(("zuwendungsfähig EUR",), 30, "right"),
    Column(("v. H.",), 19, "right"),
)


def draw_coverage_bar(page: Page, y: float, coverage: Coverage) -> None:
    """Draw one bar over the type area; widths follow the printed percentages."""
    x = page.left
    for row in coverage.rows:
        width = float(row.percent) / 100 * page.measure
        if width > 0:
            page.marks.append(Bar(x, y, width, BAR_HEIGHT, COLOURS[row.key], is_outlined=True))
            x += width


def draw_coverage_legend(page: Page, y: float, coverage: Coverage) -> None:
    """Draw class, short words and percentage of each part of the bar, on one line."""
    width = page.measure / len(coverage.rows)
    for index, row in enumerate(coverage.rows):
        x = page.left + index * width
        page.marks.append(Bar(x, y - 5, 5, 5, COLOURS[row.key], is_outlined=True))
        page.text(x + 8, y, f"{SHORT[row.key]} {percent(row.percent)}", 7, colour=SOFT)


def draw_coverage(section: Section, coverage: Coverage, number: str) -> None:
    """Draw the annex that says how every eligible euro is backed by evidence."""
    section.title("coverage", number, "Bestandsnachweis: Euro-Abdeckung")
    section.paragraph(
        f"Wie viel der zuwendungsfähigen Ausgaben steht hinter Geräten, die in den letzten "
        f"{coverage.window_days} Tagen vor dem Stichtag gesehen wurden, und wie stark ist der "
        "Nachweis? Jeder Euro zählt genau einmal, in der stärksten Klasse seines Geräts."
    )
    section.skip(6)
    draw_coverage_bar(section.page, section.y, coverage)
    section.skip(BAR_HEIGHT + 12)
    rows = [
        Row(
            (
                cell(Part(LETTER[row.key], COLOURS["A"], strong=True)),
                cell(COVERAGE[row.key]),
                cell(str(row.devices) if row.devices or row.key != "no_device" else "–"),
                cell(amount(row.amount)),
                cell(amount(row.percent)),
            )
        )
        for row in coverage.rows
    ]
    section.table(
        Table(
            columns=COLUMNS,
            groups=(Group(rows),),
            style=STATEMENT,
            summed=(3,),
            total_label="Zuwendungsfähige Ausgaben",
            totals=(amount(coverage.amount),),
        )
    )
    section.paragraph(
        f"Maschinell gelesene Seriennummern (A und B): {euro(coverage.serial_amount)}, "
        f"{percent(coverage.serial_percent)}."
    )
