"""Förderübersicht: all programmes and grants on one paper, for the council."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from netzwart.funding.queries.records import GrantRecord
from netzwart.funding.settlement import can_be_settled, programme_of, settle_grant
from netzwart.money import ZERO, total
from netzwart.proofs.dating import deadlines_of
from netzwart.reports.formats import euro
from netzwart.reports.kinds import PaperKind
from netzwart.reports.papers.heads import Occasion, plain_paper
from netzwart.reports.papers.values import (
    CellValue,
    ListPaper,
    PaperField,
    PrintedColumn,
    paper_table,
)

NOTE: Final = (
    "„Bezahlt und gesehen“ sind zuwendungsfähige Ausgaben für Geräte, die in den letzten 90 "
    "Tagen vor dem Stichtag im Netz oder bei einer Inventur gesehen wurden. Leistungen und "
    "Verkabelung haben kein Gerät und zählen dort nicht."
)
FIELDS: Final = (
    PaperField("programm"),
    PaperField("aktenzeichen"),
    PaperField("zweck"),
    PaperField("bewilligt", is_summed=True),
    PaperField("zuwendungsfaehig_geplant", is_summed=True),
    PaperField("ausgaben", is_summed=True),
    PaperField("davon_zuwendungsfaehig", is_summed=True),
    PaperField("zuwendung_verbraucht", is_summed=True),
    PaperField("eigenanteil", is_summed=True),
    PaperField("ausgezahlt", is_summed=True),
    PaperField("offen", is_summed=True),
    PaperField("gesehen_zuwendungsfaehig", is_summed=True),
    PaperField("nachweis_faellig"),
    PaperField("zweckbindung_bis"),
    PaperField("stand"),
)
COLUMNS: Final = (
    PrintedColumn(("Aktenzeichen", "Zweck"), 54, ("aktenzeichen", "zweck")),
    PrintedColumn(("bewilligt", "EUR"), 26, ("bewilligt",), is_figure=True),
    PrintedColumn(("Ausgaben", "EUR"), 26, ("ausgaben",), is_figure=True),
    PrintedColumn(("Zuwendung", "verbraucht"), 26, ("zuwendung_verbraucht",), is_figure=True),
    PrintedColumn(("Eigenanteil", "EUR"), 25, ("eigenanteil",), is_figure=True),
    PrintedColumn(("ausgezahlt", "EUR"), 26, ("ausgezahlt",), is_figure=True),
    PrintedColumn(("offen", "EUR"), 24, ("offen",), is_figure=True),
    PrintedColumn(("bezahlt und", "gesehen"), 26, ("gesehen_zuwendungsfaehig",), is_figure=True),
    PrintedColumn(("Nachweis", "Stand"), 34, ("nachweis_faellig", "stand")),
)
NOT_COMPUTABLE: Final = "noch nicht berechenbar"


def council_statement(grants: Sequence[GrantRecord], occasion: Occasion) -> ListPaper:
    """Return every grant with its money, by programme, and what is missing of it."""
    ordered = sorted(grants, key=lambda one: (one.head.programme, one.head.issued_on))
    table = paper_table(
        "foerderungen",
        "Bewilligungen nach Programmen",
        FIELDS,
        COLUMNS,
        [_row(record, occasion) for record in ordered],
        empty="Es ist keine Bewilligung erfasst.",
        grouped_by=lambda row: str(row[0]),
    )
    sums = dict(zip([field.key for field in FIELDS if field.is_summed], table.totals, strict=True))
    facts = (
        ("Bewilligungen", str(len(grants))),
        ("bewilligt", euro(sums.get("bewilligt"))),
        ("Zuwendung verbraucht", euro(sums.get("zuwendung_verbraucht"))),
        ("ausgezahlt", euro(sums.get("ausgezahlt"))),
    )
    return plain_paper(
        PaperKind.COUNCIL_STATEMENT,
        "Alle Förderprogramme der Schul-IT",
        occasion,
        facts,
        [table],
        is_landscape=True,
        paragraphs=(NOTE,),
    )


def _row(record: GrantRecord, occasion: Occasion) -> tuple[CellValue, ...]:
    head = record.head
    programme, _ = programme_of(record)
    start: tuple[CellValue, ...] = (programme.name, head.number, head.title)
    money = (head.approved_amount, head.eligible_planned)
    if not can_be_settled(record):
        received = total(
            [
                row.amount
                for row in record.drawdowns
                if row.second_day is not None and row.second_day <= occasion.as_of
            ]
        )
        nothing: tuple[Decimal, ...] = (ZERO, ZERO, ZERO, ZERO)
        return (*start, *money, *nothing, received, -received, ZERO, None, None, NOT_COMPUTABLE)
    grant = settle_grant(record, occasion.as_of)
    totals, deadlines = grant.settlement.totals, deadlines_of(grant)
    submitted = head.proof_submitted_on
    return (
        *start,
        *money,
        totals.spent,
        totals.eligible,
        totals.grant_claimed,
        totals.own_share,
        totals.received,
        totals.open,
        grant.proven,
        deadlines.proof_due_on,
        deadlines.earmarked_until,
        f"eingereicht am {submitted:%d.%m.%Y}" if submitted else "nicht eingereicht",
    )
