"""Vergabeübersicht: every order of a grant with its procurement facts, the day decides the law."""

from decimal import Decimal
from typing import Final

from netzwart.funding.programmes.law import load_law
from netzwart.funding.queries.records import OrderRecord
from netzwart.funding.rules.procuring import ProcurementRegime, procurement_for
from netzwart.funding.settlement import SettledGrant
from netzwart.money import cents, exact, total
from netzwart.proofs import wording
from netzwart.reports.kinds import PaperKind
from netzwart.reports.papers.heads import Occasion, grant_paper
from netzwart.reports.papers.values import (
    CellValue,
    ListPaper,
    PaperField,
    PrintedColumn,
    paper_table,
)

REGIMES: Final = {
    ProcurementRegime.MUNICIPAL_PRINCIPLES: "Kommunale Vergabegrundsätze, UVgO",
    ProcurementRegime.SECTION_75A_GO: "§ 75a GO NRW",
}
NOTE: Final = (
    "Bis zum 31.12.2025 galten unterhalb der EU-Schwellen die Kommunalen Vergabegrundsätze "
    "mit der UVgO; für Aufträge ab dem 01.01.2026 gilt § 75a GO NRW. Der Tag des Auftrags "
    "entscheidet."
)
FIELDS: Final = (
    PaperField("auftrag_nr"),
    PaperField("auftrag_datum"),
    PaperField("auftragnehmer"),
    PaperField("gegenstand"),
    PaperField("vergaberecht"),
    PaperField("verfahrensart"),
    PaperField("begruendung"),
    PaperField("zuschlag_am"),
    PaperField("zuschlag_kriterium"),
    PaperField("anzahl_angefragt"),
    PaperField("anzahl_angebote"),
    PaperField("rahmenvertrag"),
    PaperField("eu_weit"),
    PaperField("eu_schwelle_netto"),
    PaperField("auftragswert_geschaetzt_netto"),
    PaperField("auftragswert_netto", is_summed=True),
    PaperField("abgerechnet_foerderung_brutto", is_summed=True),
    PaperField("vergabevermerk"),
)
COLUMNS: Final = (
    PrintedColumn(("Auftrag", "vom"), 25, ("auftrag_nr", "auftrag_datum")),
    PrintedColumn(("Auftragnehmer", "Gegenstand"), 56, ("auftragnehmer", "gegenstand")),
    PrintedColumn(("Verfahren", "Recht"), 46, ("verfahrensart", "vergaberecht", "begruendung")),
    PrintedColumn(
        ("Zuschlag", "Kriterium, Rahmen"),
        34,
        ("zuschlag_am", "zuschlag_kriterium", "rahmenvertrag"),
    ),
    PrintedColumn(("angefragt",), 16, ("anzahl_angefragt",), is_figure=True),
    PrintedColumn(("Angebote",), 16, ("anzahl_angebote",), is_figure=True),
    PrintedColumn(("EU-weit", "Schwelle netto"), 22, ("eu_weit", "eu_schwelle_netto")),
    PrintedColumn(("Auftrag netto EUR",), 26, ("auftragswert_netto",), is_figure=True),
    PrintedColumn(
        ("abgerechnet in", "dieser Förderung"),
        26,
        ("abgerechnet_foerderung_brutto",),
        is_figure=True,
    ),
)


def procurement_overview(grant: SettledGrant, occasion: Occasion) -> ListPaper:
    """Return the orders of a grant by day. Source: `funding.md`, section 4.6."""
    orders = sorted(grant.record.orders, key=lambda order: (order.ordered_on, order.number))
    table = paper_table(
        "vergaben",
        "Aufträge",
        FIELDS,
        COLUMNS,
        [_row(grant, order) for order in orders],
        empty="Zu dieser Bewilligung ist kein Auftrag erfasst.",
    )
    return grant_paper(
        PaperKind.PROCUREMENT_OVERVIEW,
        grant,
        occasion,
        [table],
        is_landscape=True,
        rule_notes=(),
        paragraphs=(NOTE,),
    )


def _row(grant: SettledGrant, order: OrderRecord) -> tuple[CellValue, ...]:
    law = load_law()
    value = total([cents(exact(line.quantity) * exact(line.unit_net)) for line in order.lines])
    estimated: Decimal = order.estimated_net or value
    found = procurement_for(law.procurement_regimes, law.eu_thresholds, order.ordered_on, estimated)
    billed = [
        invoice.share_of(grant.record.head.id)
        for invoice in grant.record.invoices
        if invoice.order_id == order.id
    ]
    procedure = wording.PROCEDURE.get(order.procedure or "", order.procedure or "nicht erfasst")
    return (
        order.number,
        order.ordered_on,
        order.supplier,
        _things(order),
        REGIMES[found.regime] if found.regime else "",
        procedure,
        order.procedure_reason,
        order.awarded_on,
        order.award_criterion,
        order.offers_requested,
        order.offers_received,
        order.framework_contract,
        order.eu_wide,
        found.eu_threshold,
        order.estimated_net,
        value,
        total(billed),
        order.award_document_id is not None,
    )


def _things(order: OrderRecord) -> str:
    return "; ".join(f"{line.quantity.normalize():f} × {line.text}" for line in order.lines)
