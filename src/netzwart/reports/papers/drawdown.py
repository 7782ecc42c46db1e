"""Mittelabruf: what is called, what it rests on, and where the money shall go."""

from collections.abc import Mapping
from typing import Final

from netzwart.funding.drawdowns import DrawdownProposal
from netzwart.funding.rules.drawing_down import DrawdownBlocker, DrawdownLimit
from netzwart.funding.rules.terms import DrawdownMode
from netzwart.funding.settlement import SettledGrant
from netzwart.money import format_percent
from netzwart.proofs import wording
from netzwart.proofs.compiling import authority_of
from netzwart.reports.formats import day, euro, span
from netzwart.reports.kinds import PaperKind
from netzwart.reports.papers.heads import Occasion, grant_paper
from netzwart.reports.papers.values import (
    CellValue,
    ListPaper,
    PaperField,
    PaperTable,
    PrintedColumn,
    paper_table,
)

MODES: Final[Mapping[DrawdownMode, str]] = {
    DrawdownMode.TWO_MONTHS: "Anforderung für zwei Monate (ANBest-G Nr. 1.4)",
    DrawdownMode.REIMBURSEMENT: "Erstattung nach Ausgabe",
    DrawdownMode.FLAT: "Pauschale",
    DrawdownMode.ONCE_WHEN_FINAL: "Einmal, sobald der Bescheid bestandskräftig ist",
}
LIMITS: Final[Mapping[DrawdownLimit, str]] = {
    DrawdownLimit.COSTS: "Ausgaben und Fördersatz",
    DrawdownLimit.AWARD: "bewilligter Betrag",
    DrawdownLimit.TRANCHE: "Tranche des Haushaltsjahres",
}
BLOCKERS: Final[Mapping[DrawdownBlocker, str]] = {
    DrawdownBlocker.NOT_FINAL: "Der Bescheid ist noch nicht bestandskräftig; vorher darf nichts "
    "abgerufen werden (VVG Nr. 7.1).",
    DrawdownBlocker.UNSPENT_MONEY: "Abgerufene Mittel sind nach zwei Monaten noch nicht verwendet; "
    "sie sind zuerst zu verbrauchen oder zurückzuzahlen (ANBest-G Nr. 1.4).",
}


def drawdown_sheet(
    proposal: DrawdownProposal, grant: SettledGrant, occasion: Occasion
) -> ListPaper:
    """Return the sheet of the next call. Source: `funding.md`, formula 9.6."""
    iban = occasion.operator.iban if occasion.operator else None
    facts = (
        ("Abruf Nr.", str(proposal.number)),
        ("Zeitraum", _period(proposal)),
        ("Verfahren", MODES[proposal.position.mode]),
        ("Bestandskräftig seit", day(proposal.position.final_on)),
        ("Zahlung an IBAN", iban or "bitte eintragen"),
    )
    blockers = [BLOCKERS[one] for one in proposal.maximum.blockers]
    limit = LIMITS[proposal.maximum.binding]
    asked = f"Es werden {euro(proposal.maximum.amount)} abgerufen; die Grenze ist: {limit}."
    return grant_paper(
        PaperKind.DRAWDOWN_SHEET,
        grant,
        occasion,
        [_calculation(proposal), _categories(grant, proposal), _receipts(proposal), _due(proposal)],
        addressee=authority_of(grant),
        facts=facts,
        paragraphs=(*blockers, asked),
        signatures=("Rechtsverbindliche Unterschrift",),
    )


def _period(proposal: DrawdownProposal) -> str:
    if proposal.period_from is None:
        return f"bis {day(proposal.period_until)}"
    return span(proposal.period_from, proposal.period_until)


def _calculation(proposal: DrawdownProposal) -> PaperTable:
    position = proposal.position
    rows: list[tuple[CellValue, ...]] = [
        ("Zuwendungsfähige Ausgaben, bezahlt bis zum Stichtag", position.eligible_paid),
    ]
    if position.mode is DrawdownMode.TWO_MONTHS:
        rows.append(("fällig innerhalb von zwei Monaten, zuwendungsfähig", position.eligible_due))
    rows.append((f"Fördersatz {format_percent(position.rate, 2)}", None))
    if position.reduction:
        rows.append(("Minderung durch Einnahmen, Obergrenzen, Rundung", position.reduction))
    rows += [
        ("bereits abgerufen", position.received),
        ("bewilligt", position.awarded),
    ]
    rows += [
        (f"Grenze: {LIMITS[limit]}", amount) for limit, amount in proposal.maximum.limits.items()
    ]
    rows.append(("Abruf", proposal.maximum.amount))
    return paper_table(
        "berechnung",
        "Berechnung",
        (PaperField("schritt"), PaperField("betrag")),
        (
            PrintedColumn(("",), 125, ("schritt",)),
            PrintedColumn(("EUR",), 40, ("betrag",), is_figure=True),
        ),
        rows,
        empty="",
    )


def _categories(grant: SettledGrant, proposal: DrawdownProposal) -> PaperTable:
    return paper_table(
        "foerderbereiche",
        "Nach Förderbereichen, seit Beginn",
        (
            PaperField("foerderbereich"),
            PaperField("zuwendungsfaehig", is_summed=True),
            PaperField("zuwendung", is_summed=True),
        ),
        (
            PrintedColumn(("Förderbereich",), 89, ("foerderbereich",)),
            PrintedColumn(("zuwendungsfähig EUR",), 38, ("zuwendungsfaehig",), is_figure=True),
            PrintedColumn(("Zuwendung EUR",), 38, ("zuwendung",), is_figure=True),
        ),
        [
            (
                wording.category_label(grant.programme, one.category)
                if one.category
                else "ohne Maßnahme",
                one.eligible,
                one.grant_share,
            )
            for one in proposal.by_category
        ],
        empty="Noch keine zuwendungsfähigen Ausgaben.",
    )


def _receipts(proposal: DrawdownProposal) -> PaperTable:
    return paper_table(
        "belege",
        "Belege seit dem letzten Abruf",
        (
            PaperField("beleg_nr"),
            PaperField("zahlung_datum"),
            PaperField("empfaenger"),
            PaperField("rechnung_nr"),
            PaperField("betrag_gezahlt", is_summed=True),
            PaperField("zuwendungsfaehig", is_summed=True),
        ),
        (
            PrintedColumn(("Beleg", "Zahlung am"), 32, ("beleg_nr", "zahlung_datum")),
            PrintedColumn(("Empfänger", "Rechnung"), 67, ("empfaenger", "rechnung_nr")),
            PrintedColumn(("gezahlt EUR",), 33, ("betrag_gezahlt",), is_figure=True),
            PrintedColumn(("zuwendungsfähig EUR",), 33, ("zuwendungsfaehig",), is_figure=True),
        ),
        [
            (one.receipt_number, one.paid_on, one.supplier, one.invoice, one.paid, one.eligible)
            for one in proposal.receipts
        ],
        empty="Seit dem letzten Abruf wurde nichts bezahlt.",
    )


def _due(proposal: DrawdownProposal) -> PaperTable:
    return paper_table(
        "faellig",
        "Fällig innerhalb von zwei Monaten",
        (
            PaperField("rechnung_nr"),
            PaperField("empfaenger"),
            PaperField("faellig_am"),
            PaperField("offen", is_summed=True),
        ),
        (
            PrintedColumn(("Rechnung",), 45, ("rechnung_nr",)),
            PrintedColumn(("Empfänger",), 55, ("empfaenger",)),
            PrintedColumn(("fällig am",), 30, ("faellig_am",)),
            PrintedColumn(("offen EUR",), 35, ("offen",), is_figure=True),
        ),
        [(one.invoice, one.supplier, one.due_on, one.open) for one in proposal.due],
        empty="Keine Rechnung ist in den nächsten zwei Monaten fällig.",
    )
