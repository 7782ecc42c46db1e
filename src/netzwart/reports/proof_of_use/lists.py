"""The two wide annexes: expense list and inventory list, landscape, with carried sums."""

from functools import partial
from typing import Final

from netzwart.proofs.values import Evidence, Expense, ProofOfUse, ProvenDevice
from netzwart.reports.fonts import LIGHT, STRONG
from netzwart.reports.formats import NOTHING, amount, day, moment, rate, span
from netzwart.reports.grid import (
    DENSE,
    Cell,
    Column,
    Group,
    MadeRows,
    Part,
    Row,
    Table,
    cell,
    draw_table,
)
from netzwart.reports.proof_of_use.words import EVIDENCE, STATUS, source
from netzwart.reports.sheet import ACCENT, DANGER, INK, SOFT, TOP, WARNING, Page, Paper

EXPENSE_COLUMNS: Final = (
    Column(("Nr.",), 9),
    Column(("Zahlung am", "Beleg-Nr."), 18),
    Column(("Empfänger", "Grund der Zahlung"), 43),
    Column(("Schule",), 27),
    Column(("Rechnung", "vom", "Leistung"), 34),
    Column(("Auftrag", "vom", "Vergabe"), 25),
    Column(("Rechnung brutto", "USt-Satz", "Abzug (Skonto)"), 21, "right"),
    Column(("gezahlt", "EUR"), 20, "right"),
    Column(("davon zuwen-", "dungsfähig EUR"), 20, "right"),
    Column(("nicht zuwen-", "dungsfähig EUR"), 18, "right"),
    Column(("Inventar", "Bemerkung"), 32),
)
EXPENSE_SUMMED: Final = (6, 7, 8, 9)

DEVICE_COLUMNS: Final = (
    Column(("Inventar-Nr.", "Etikett"), 27),
    Column(("Bezeichnung", "Hersteller, Modell", "Förderbereich"), 38),
    Column(("Seriennummer",), 26),
    Column(("Raum", "Status"), 21),
    Column(("Lieferung", "Inbetriebnahme"), 19),
    Column(("Rechnung", "Beleg-Nr."), 21),
    Column(("Anschaffung", "brutto EUR"), 17, "right"),
    Column(("davon zuwen-", "dungsfähig EUR"), 18, "right"),
    Column(("Förderanteil", "EUR"), 17, "right"),
    Column(("Zweckbindung", "bis"), 18),
    Column(("Nachweis des Bestands", "letzte Sichtung"), 45),
)
DEVICE_SUMMED: Final = (6, 7, 8)


def draw_expense_list(paper: Paper, proof: ProofOfUse, number: str) -> None:
    """Draw the expense list by group of the financing plan. Source: `funding.md`, 4.5."""
    listed = proof.expenses
    page = paper.add_page(landscape=True)
    count = len(listed.expenses)
    y = _title(
        paper,
        page,
        ("expenses", number, "Belegliste"),
        f"{_count(count, 'Ausgabe', 'Ausgaben')} nach Gliederung des Finanzierungsplans, "
        "in der Folge der Zahlung. Die Summen gehen in Abschnitt II.2 ein.",
    )
    groups = [
        Group(
            rows=MadeRows(group.expenses, _expense),
            heading=group.label,
            sum_label=f"Summe {group.label}",
            sums=(
                amount(group.invoice_gross),
                amount(group.paid),
                amount(group.eligible),
                amount(group.ineligible),
            ),
        )
        for group in listed.groups
    ]
    table = Table(
        columns=EXPENSE_COLUMNS,
        groups=groups,
        style=DENSE,
        summed=EXPENSE_SUMMED,
        total_label="Ausgaben insgesamt",
        totals=(
            amount(listed.invoice_gross),
            amount(listed.paid),
            amount(listed.eligible),
            amount(listed.ineligible),
        ),
    )
    draw_table(paper, page, y, table, landscape=True)


def draw_device_list(paper: Paper, proof: ProofOfUse, number: str) -> None:
    """Draw the inventory list by school. Source: `funding.md`, 10.1."""
    listed = proof.devices
    page = paper.add_page(landscape=True)
    y = _title(
        paper,
        page,
        ("devices", number, "Inventarliste"),
        f"{_count(len(listed.devices), 'gefördertes Gerät', 'geförderte Geräte')} nach Schulen, "
        f"Stand {day(proof.as_of)}. Was die Nachweisklassen bedeuten, steht im Bestandsnachweis.",
    )
    several = len({notice.number for notice in proof.notices}) > 1
    groups = [
        Group(
            rows=MadeRows(group.devices, partial(_device, several=several)),
            heading=f"{group.label} · {_count(len(group.devices), 'Gerät', 'Geräte')}",
            sum_label=f"Summe {group.label}",
            sums=(amount(group.cost), amount(group.eligible_cost), amount(group.grant_share)),
        )
        for group in listed.groups
    ]
    table = Table(
        columns=DEVICE_COLUMNS,
        groups=groups,
        style=DENSE,
        summed=DEVICE_SUMMED,
        total_label="Geräte insgesamt",
        totals=(amount(listed.cost), amount(listed.eligible_cost), amount(listed.grant_share)),
    )
    draw_table(paper, page, y, table, landscape=True)


def _title(paper: Paper, page: Page, names: tuple[str, str, str], intro: str) -> float:
    key, number, title = names
    paper.mark_section(key, f"{number} {title}", TOP)
    element = paper.structure.add("H1")
    page.text(page.left, TOP + 2, number, 9, font=STRONG, colour=ACCENT, element=element)
    page.text(page.left, TOP + 22, title, 19, font=LIGHT, element=element)
    page.text(page.left, TOP + 37, intro, 8, colour=SOFT)
    return TOP + 50


def _expense(line: Expense) -> Row:
    return Row(
        (
            cell(Part(str(line.number), SOFT)),
            cell(day(line.paid_on), line.receipt_number),
            cell(line.supplier, line.purpose),
            cell(line.school_name or NOTHING, line.school or ""),
            cell(line.invoice, day(line.invoiced_on), _service(line)),
            cell(
                line.order or NOTHING,
                day(line.ordered_on) if line.ordered_on else "",
                line.procedure or "",
            ),
            cell(
                Part(amount(line.invoice_gross)),
                f"{rate(line.vat_rate)} USt" if line.vat_rate is not None else "USt gemischt",
                amount(-line.discount) if line.discount else "",
            ),
            cell(amount(line.paid)),
            cell(amount(line.eligible)),
            cell(amount(line.ineligible) if line.ineligible else Part(NOTHING, SOFT)),
            _remarks(line),
        ),
        carried=(
            "",
            amount(line.paid_so_far),
            amount(line.eligible_so_far),
            amount(line.ineligible_so_far),
        ),
    )


def _service(line: Expense) -> str:
    if line.service_from is None and line.service_until is None:
        return ""
    return span(line.service_from or line.service_until, line.service_until)


def _remarks(line: Expense) -> Cell:
    """Return the devices bought, the reason for what is not eligible, and the note."""
    return cell(
        Part(line.device_span or NOTHING, INK),
        Part(line.ineligible_reason or "" if line.ineligible else "", WARNING, max_lines=6),
        line.note or "",
    )


def _device(line: ProvenDevice, *, several: bool) -> Row:
    status = STATUS.get(line.status, line.status)
    if line.status_on is not None:
        status = f"{status} seit {day(line.status_on)}"
    return Row(
        (
            cell(line.inventory_number, "Etikett ja" if line.has_label else "ohne Etikett"),
            cell(line.description, line.model, line.category),
            cell(Part(line.serial or "ohne Seriennummer", max_lines=4), _swaps(line)),
            cell(line.room or NOTHING, status, line.status_reason or ""),
            cell(day(line.delivered_on), day(line.commissioned_on)),
            cell(line.invoice or NOTHING, line.receipt_number or ""),
            cell(amount(line.cost)),
            cell(amount(line.eligible_cost)),
            cell(amount(line.grant_share)),
            cell(day(line.earmarked_until), f"Az. {line.notice_number}" if several else ""),
            _evidence(line.evidence, line.serial),
        ),
        carried=(
            amount(line.cost_so_far),
            amount(line.eligible_cost_so_far),
            amount(line.grant_share_so_far),
        ),
    )


def _swaps(line: ProvenDevice) -> str:
    if not line.earlier_serials:
        return ""
    return f"zuvor {' → '.join(line.earlier_serials)}"


def _evidence(evidence: Evidence, serial: str | None) -> Cell:
    """Return letter and words, then moment and source; a differing serial number stands out."""
    if evidence.letter == "0":
        return cell(Part(f"0 · {EVIDENCE['0']}", DANGER))
    parts: list[Part | str] = [
        Part(f"{evidence.letter} · {EVIDENCE[evidence.letter]}"),
        f"{moment(evidence.seen_at)} · {source(evidence)}",
    ]
    if evidence.serial_read and evidence.serial_read != serial:
        parts.append(Part(f"gelesen: {evidence.serial_read}", DANGER))
    return cell(*parts)


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
