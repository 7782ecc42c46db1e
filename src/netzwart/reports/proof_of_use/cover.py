"""The first page: who proves what to whom, under which notices, and the figures at a glance."""

from collections.abc import Callable, Mapping
from typing import Final

from netzwart.proofs.values import InterimProofOfUse, ProofOfUse
from netzwart.reports.code import check_code, draw_code
from netzwart.reports.fonts import LIGHT, REGULAR, STRONG, wrap
from netzwart.reports.formats import amount, day, euro, percent
from netzwart.reports.grid import STATEMENT, Column, Group, Row, Table, cell
from netzwart.reports.proof_of_use.coverage import (
    BAR_HEIGHT,
    draw_coverage_bar,
    draw_coverage_legend,
)
from netzwart.reports.proof_of_use.section import Section
from netzwart.reports.sheet import ACCENT, INK, MM, SOFT, Page, Paper, Text

SENDER_BASELINE: Final = 22 * MM
ADDRESS_BASELINE: Final = 47 * MM
"""The address stands in the window of an envelope. Source: DIN 5008, form B."""
TITLE_BASELINE: Final = 97 * MM
LINE: Final = 12.5
CONTENTS_LINE: Final = 11.5

NOTICE_COLUMNS: Final = (
    Column(("Zuwendungsbescheid des/der",), 71),
    Column(("vom",), 24),
    Column(("Aktenzeichen",), 40),
    Column(("über EUR",), 30, "right"),
)


def draw_cover(
    paper: Paper, proof: ProofOfUse, contents: tuple[tuple[str, str], ...], sha256: str
) -> None:
    """Draw the first page; `contents` are `(section key, title)` for the list at the bottom."""
    page = paper.add_page()
    if proof.check_address and proof.number:
        draw_code(page, check_code(proof.check_address, proof.number, sha256))
    paper.mark_section("cover", proof.title, SENDER_BASELINE)
    _letterhead(page, proof)
    section = Section(paper, page, TITLE_BASELINE)
    _title(section, proof)
    _notices(section, proof)
    _figures(section, proof)
    _coverage(section, proof)
    _contents(section, contents)


def _letterhead(page: Page, proof: ProofOfUse) -> None:
    recipient, authority = proof.recipient, proof.authority
    page.text(page.left, SENDER_BASELINE, recipient.name, 13, font=STRONG)
    page.text(page.left, SENDER_BASELINE + 13, " · ".join(recipient.address), 8, colour=SOFT)
    page.text(page.left, ADDRESS_BASELINE - 15, "An", 8, colour=SOFT)
    y = ADDRESS_BASELINE
    for line in (authority.name, *authority.address):
        for piece in wrap(line, STRONG, 10, 85 * MM, 3):
            font = STRONG if line == authority.name else REGULAR
            page.text(page.left, y, piece, 10, font=font)
            y += LINE
    right = page.right - 52 * MM
    facts = (
        ("Ort, Datum", f"{proof.place}, {day(proof.as_of)}"),
        ("Telefon", recipient.phone or ""),
        ("Aktenzeichen", proof.grant),
        ("Lucom-Nr.", proof.lucom_number or ""),
        ("Nachweis-Nr.", proof.number or ("Entwurf" if proof.is_draft else "")),
    )
    y = ADDRESS_BASELINE - 15
    for label, value in facts:
        if not value:
            continue
        page.text(right, y, label, 7.5, colour=SOFT)
        for piece in wrap(value, STRONG, 9, 52 * MM, 2):
            y += 11
            page.text(right, y, piece, 9)
        y += 14


def _title(section: Section, proof: ProofOfUse) -> None:
    page = section.page
    heading = section.paper.structure.add("H1")
    page.text(page.left, section.y, proof.title, 27, font=LIGHT, element=heading)
    section.skip(17)
    form = f"{proof.form} · {proof.programme_name}"
    if isinstance(proof, InterimProofOfUse):
        form = f"{form} · Zeitraum {day(proof.period_from)} – {day(proof.period_until)}"
    for line in wrap(form, STRONG, 10, page.measure, 2):
        page.text(page.left, section.y, line, 10, colour=ACCENT, font=STRONG)
        section.skip(LINE)
    section.skip(6)
    page.text(page.left, section.y + 8, "Zuwendungszweck", 7.5, colour=SOFT)
    section.skip(11)
    for line in wrap(proof.purpose, STRONG, 10, page.measure, 3):
        page.text(page.left, section.y + 10, line, 10)
        section.skip(LINE)
    section.skip(12)


def _notices(section: Section, proof: ProofOfUse) -> None:
    rows = [
        Row(
            (
                cell(notice.authority),
                cell(day(notice.issued_on)),
                cell(notice.number),
                cell(amount(notice.amount)),
            )
        )
        for notice in proof.notices
    ]
    section.table(
        Table(
            columns=NOTICE_COLUMNS,
            groups=(Group(rows),),
            style=STATEMENT,
            summed=(3,),
            total_label="Zur Finanzierung der Maßnahme insgesamt bewilligt",
            totals=(amount(proof.approved_amount),),
        )
    )
    page = section.page
    section.skip(-8)
    page.text(page.left, section.y + 8, "Es wurden insgesamt ausgezahlt", 9, font=STRONG)
    page.text(
        page.right, section.y + 8, amount(proof.received_amount), 9, font=STRONG, align="right"
    )
    section.skip(14)
    period = ""
    if proof.approval_until is not None:
        period = f"Bewilligungszeitraum {day(proof.approval_from)} – {day(proof.approval_until)} · "
    section.note(f"{period}Nebenbestimmungen: {proof.conditions}")


def _figures(section: Section, proof: ProofOfUse) -> None:
    totals = proof.totals
    figures = (
        ("Ausgaben", totals.spent),
        ("davon zuwendungsfähig", totals.eligible),
        ("Zuwendung lt. Abrechnung", totals.grant_claimed),
        ("Eigenanteil (zuwendungsfähig)", totals.own_share),
        ("ausgezahlt", totals.received),
        ("offen" if totals.open >= 0 else "zu viel ausgezahlt", totals.open),
    )
    section.need(96)
    section.skip(10)
    page = section.page
    page.rule(section.y)
    width = page.measure / 3
    for index, (label, value) in enumerate(figures):
        x = page.left + (index % 3) * width
        y = section.y + 16 + (index // 3) * 36
        page.text(x, y, label, 7.5, colour=SOFT)
        page.text(x, y + 15, euro(value), 13, font=STRONG if index in {1, 2} else LIGHT, colour=INK)
    section.skip(84)


def _coverage(section: Section, proof: ProofOfUse) -> None:
    coverage = proof.coverage
    sentence = (
        f"{percent(coverage.serial_percent)} der zuwendungsfähigen Ausgaben "
        f"({euro(coverage.serial_amount)}) führen zu einer Seriennummer, die in den letzten "
        f"{coverage.window_days} Tagen vor dem {day(proof.as_of)} maschinell gelesen wurde."
    )
    section.need(60)
    section.page.rule(section.y)
    section.skip(12)
    draw_coverage_bar(section.page, section.y, coverage)
    section.skip(BAR_HEIGHT + 11)
    draw_coverage_legend(section.page, section.y, coverage)
    section.skip(8)
    section.note(sentence)


def _contents(section: Section, contents: tuple[tuple[str, str], ...]) -> None:
    """List the sections at the foot, in two columns; a full page goes without."""
    half = (len(contents) + 1) // 2
    height = half * CONTENTS_LINE + 4
    if section.y + height + 10 > section.page.floor:
        return
    page = section.page
    section.y = page.floor - height
    page.rule(section.y - 8)
    width = page.measure / 2 - 12
    for index, (key, title) in enumerate(contents):
        x = page.left + (index // half) * (width + 24)
        y = section.y + 8 + (index % half) * CONTENTS_LINE
        page.text(x, y, title, 8, colour=SOFT)
        page.late_text(Text(x + width, y, _page_number(key), 8, colour=SOFT, align="right"))


def _page_number(key: str) -> Callable[[Mapping[str, int]], str]:
    """Return what will tell the number of the page where a section begins."""
    return lambda numbers: str(numbers[key])
