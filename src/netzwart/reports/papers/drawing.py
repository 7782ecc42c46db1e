"""Draws a list: head with facts, tables with carried sums, notes, and how to verify it."""

from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Final

from netzwart.reports.code import check_code, draw_code
from netzwart.reports.fonts import LIGHT, REGULAR, STRONG, wrap
from netzwart.reports.formats import NOTHING, amount, day, hash_groups, moment
from netzwart.reports.grid import (
    DENSE,
    STATEMENT,
    Cell,
    Column,
    Group,
    MadeRows,
    Part,
    Row,
    Style,
    Table,
    cell,
)
from netzwart.reports.papers.values import CellValue, ListPaper, PaperRow, PaperTable, PrintedColumn
from netzwart.reports.proof_of_use.checking import rule_note_table
from netzwart.reports.proof_of_use.section import Section
from netzwart.reports.sheet import ACCENT, INK, LINE, MM, SOFT, WARNING, Imprint, Page, Paper

DEMO_BANNER: Final = "DEMODATEN – erfunden"
WATERMARK: Final = "ENTWURF"
SENDER_BASELINE: Final = 22 * MM
HEAD_BASELINE: Final = 40 * MM
FACT_WIDTH: Final = 55 * MM
FACT_LINE: Final = 11
SMALL: Final = Style(size=7.5, leading=9.5, padding=2, heading_size=1)
AUTHENTICITY_HEAD: Final = 38
"""Heading and rule of the last block, which stays together and rarely needs a page of its own."""
SIGNATURE_HEIGHT: Final = 24 * MM


def draw_list_paper(paper: ListPaper, sha256: str) -> bytes:
    """Return the list as PDF; the same value gives the same bytes."""
    sheet = Paper(_imprint(paper, sha256))
    page = sheet.add_page(landscape=paper.is_landscape)
    if paper.check_address and paper.number:
        draw_code(page, check_code(paper.check_address, paper.number, sha256))
    section = Section(sheet, page, HEAD_BASELINE, is_landscape=paper.is_landscape)
    _head(section, paper)
    for table in paper.tables:
        _table(section, table, is_dense=paper.is_landscape)
    if paper.rule_notes:
        section.heading("Mit dem Zuwendungsbescheid abzugleichen")
        section.note(
            "Diese Werte der Förderregel sind nicht belegt und nicht durch den Bescheid "
            "festgelegt. Maßgeblich ist der Bescheid.",
            colour=WARNING,
        )
        section.table(rule_note_table(paper.rule_notes))
    for label in paper.signatures:
        _signature(section, paper, label)
    _authenticity(section, paper, sha256)
    return sheet.render()


def _imprint(paper: ListPaper, sha256: str) -> Imprint:
    about = f" · Az. {paper.grant}" if paper.grant else ""
    return Imprint(
        title=f"{paper.title} {paper.subject}",
        subject=f"{paper.title}, Stand {day(paper.as_of)}",
        author=paper.recipient.name,
        creator=f"netzwart {paper.generator_version}",
        keywords=f"{paper.title}, {paper.subject}",
        running_title=f"{paper.title} · {paper.recipient.name} · {paper.subject}",
        footer_left=f"Stand {day(paper.as_of)}{about}",
        footer_centre=f"Prüfsumme {hash_groups(sha256)} · netzwart {paper.generator_version}",
        banner=DEMO_BANNER if paper.is_demo else None,
        watermark=WATERMARK if paper.is_draft else None,
    )


def _head(section: Section, paper: ListPaper) -> None:
    page = section.page
    section.paper.mark_section("head", paper.title, SENDER_BASELINE)
    page.text(page.left, SENDER_BASELINE, paper.recipient.name, 11, font=STRONG)
    address = " · ".join(paper.recipient.address)
    page.text(page.left, SENDER_BASELINE + 12, address, 8, colour=SOFT)
    element = section.paper.structure.add("H1")
    for line in wrap(paper.title, LIGHT, 23, page.measure - 30 * MM, 2):
        page.text(page.left, section.y + 12, line, 23, font=LIGHT, element=element)
        section.skip(26)
    for line in wrap(paper.subject, STRONG, 10, page.measure - 30 * MM, 3):
        page.text(page.left, section.y + 4, line, 10, font=STRONG, colour=ACCENT, element=element)
        section.skip(13)
    section.skip(6)
    if paper.addressee is not None:
        address = ", ".join((paper.addressee.name, *paper.addressee.address))
        section.note(f"An: {address}", colour=INK)
    _facts(section, paper)
    for text in paper.paragraphs:
        section.paragraph(text)


def _facts(section: Section, paper: ListPaper) -> None:
    """Write the facts in two columns, label above value."""
    page = section.page
    numbered = paper.number or ("Entwurf" if paper.is_draft else "")
    facts = [
        (label, value)
        for label, value in (
            ("Nummer", numbered),
            ("Stand", day(paper.as_of)),
            *paper.facts,
        )
        if value
    ]
    count = 4 if paper.is_landscape else 3
    width = page.measure / count
    for start in range(0, len(facts), count):
        lines = 1
        section.need(36)
        for index, (label, value) in enumerate(facts[start : start + count]):
            x = page.left + index * width
            page.text(x, section.y + 8, label, 7.5, colour=SOFT)
            wrapped = wrap(value, REGULAR, 9, width - 3 * MM, 3)
            for offset, line in enumerate(wrapped):
                page.text(x, section.y + 19 + offset * FACT_LINE, line, 9)
            lines = max(lines, len(wrapped))
        section.skip(15 + lines * FACT_LINE)
    section.skip(6)


def _table(section: Section, table: PaperTable, *, is_dense: bool) -> None:
    section.heading(table.title, room=80)
    if not table.groups:
        section.paragraph(table.empty)
        return
    names = [field.key for field in table.fields]
    summed = [field.key for field in table.fields if field.is_summed]
    printed = [
        (index, summed.index(column.fields[0]))
        for index, column in enumerate(table.columns)
        if column.fields[0] in summed
    ]
    order = [place for _, place in printed]
    groups = [
        Group(
            rows=MadeRows(group.rows, partial(_row, table.columns, names, order)),
            heading=group.label,
            sum_label=f"Summe {group.label}" if group.label and printed else None,
            sums=tuple(amount(group.sums[place]) for place in order)
            if group.label and printed
            else (),
        )
        for group in table.groups
    ]
    section.table(
        Table(
            columns=tuple(
                Column(column.headings, column.width, "right" if column.is_figure else "left")
                for column in table.columns
            ),
            groups=groups,
            style=DENSE if is_dense else STATEMENT,
            summed=tuple(index for index, _ in printed),
            total_label=table.total_label if printed else None,
            totals=tuple(amount(table.totals[place]) for place in order),
        )
    )


def _row(
    columns: tuple[PrintedColumn, ...], names: list[str], order: list[int], row: PaperRow
) -> Row:
    values = dict(zip(names, row.values, strict=True))
    return Row(
        tuple(_cell([values[name] for name in column.fields]) for column in columns),
        carried=tuple(amount(row.so_far[place]) for place in order),
    )


def _cell(values: list[CellValue]) -> Cell:
    first, *others = values
    told = [Part(as_printed(value), SOFT) for value in others if value not in {None, ""}]
    return cell(Part(as_printed(first), INK), *told)


def as_printed(value: CellValue) -> str:
    """Return a value as German paper shows it."""
    match value:
        case None | "":
            return NOTHING
        case bool():
            return "ja" if value else "nein"
        case Decimal():
            return amount(value)
        case datetime():
            return moment(value)
        case date():
            return day(value)
        case _:
            return str(value)


def _signature(section: Section, paper: ListPaper, label: str) -> None:
    section.need(SIGNATURE_HEIGHT)
    section.skip(SIGNATURE_HEIGHT - 12)
    page: Page = section.page
    half = page.measure / 2 - 10
    place = paper.recipient.address[-1].partition(" ")[2] if paper.recipient.address else ""
    for x, text in ((page.left, f"{place}, Datum".lstrip(", ")), (page.left + half + 20, label)):
        page.rule(section.y, x=x, width=half, colour=LINE)
        page.text(x, section.y + 10, text, 7.5, colour=SOFT)
    section.skip(22)


def _authenticity(section: Section, paper: ListPaper, sha256: str) -> None:
    facts = (
        ("Prüfsumme (SHA-256)", sha256),
        ("Verkettung (Tagessiegel)", paper.seal_root or "noch nicht gesiegelt"),
        ("Signatur", paper.signature_note or "Entwurf, nicht signiert"),
        ("Prüfen unter", paper.check_address or ""),
        ("Erzeugt mit", f"netzwart {paper.generator_version}"),
        ("Förderregel", paper.rule_version or ""),
    )
    rows = [Row((cell(Part(label, SOFT)), cell(Part(value)))) for label, value in facts if value]
    section.need(AUTHENTICITY_HEAD + len(rows) * (SMALL.size + 2 * SMALL.padding))
    section.heading("Echtheit", room=0)
    columns = (Column(("",), 45), Column(("",), 120))
    section.table(Table(columns=columns, groups=(Group(rows),), style=SMALL))
