"""Checks about procurement. Source: `domain/funding.md`, section 4.6."""

from collections.abc import Iterable
from decimal import Decimal

from netzwart.funding.programmes.law import load_law
from netzwart.funding.queries.records import OrderRecord
from netzwart.funding.rules.procuring import ProcurementRegime, procurement_for
from netzwart.funding.settlement import SettledGrant
from netzwart.money import cents, exact, format_euro, total
from netzwart.proofs.checking.saying import error, warning
from netzwart.proofs.values import CheckResult

_COMPETITIVE = frozenset({"open", "restricted", "negotiated"})
_BY_INVITATION = frozenset({"restricted", "negotiated"})
_LEAST_ASKED = 3
"""Companies to be asked. Source: §§ 11, 12 UVgO (own knowledge)."""
_YEAR_DAYS = 365


def procurement_is_documented(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-19: procedure, offers and award are on record, and the order followed the award."""
    for order in grant.record.orders:
        subject = f"Bestellung {order.number}"
        missing = _missing(order)
        if missing:
            yield warning("CHK-19", subject, "Angaben zur Vergabe fehlen.", missing)
        if order.awarded_on is not None and order.ordered_on < order.awarded_on:
            yield error(
                "CHK-19",
                subject,
                f"Bestellt am {order.ordered_on:%d.%m.%Y}, Zuschlag erst am "
                f"{order.awarded_on:%d.%m.%Y}.",
            )
    without = [
        f"Rechnung {invoice.number} ({invoice.supplier})"
        for invoice in grant.record.invoices
        if invoice.order_id is None and invoice.cancels_id is None
    ]
    if without:
        yield warning(
            "CHK-19", "Bestellungen", "Zu diesen Rechnungen ist keine Bestellung erfasst.", without
        )


def _missing(order: OrderRecord) -> list[str]:
    missing: list[str] = []
    if not order.procedure:
        missing.append("Vergabeart")
    if order.awarded_on is None and order.framework_contract is None:
        missing.append("Tag des Zuschlags")
    regime = _regime(order)
    if regime is ProcurementRegime.MUNICIPAL_PRINCIPLES:
        missing.extend(_missing_under_uvgo(order))
    elif regime is ProcurementRegime.SECTION_75A_GO and not (
        order.procedure_reason or order.award_criterion or order.award_document_id
    ):
        missing.append("Begründung der Vergabe (§ 75a GO NRW: Wirtschaftlichkeit, Transparenz)")
    return missing


def _missing_under_uvgo(order: OrderRecord) -> list[str]:
    if order.procedure not in _COMPETITIVE:
        return []
    if order.offers_received is None:
        return ["Zahl der Angebote"]
    asked = order.offers_requested
    if order.procedure in _BY_INVITATION and asked is not None and asked < _LEAST_ASKED:
        return [f"mindestens drei Unternehmen anfragen (gefragt: {asked})"]
    return []


def _regime(order: OrderRecord) -> ProcurementRegime | None:
    law = load_law()
    return procurement_for(
        law.procurement_regimes, law.eu_thresholds, order.ordered_on, value_of_order(order)
    ).regime


def value_of_order(order: OrderRecord) -> Decimal:
    """Return the estimated value without tax, or what was ordered."""
    if order.estimated_net is not None:
        return order.estimated_net
    return total([cents(exact(line.quantity) * exact(line.unit_net)) for line in order.lines])


def large_orders_went_to_europe(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-19: from the EU threshold on the procedure is EU-wide, and nobody split below it."""
    law = load_law()
    for order in grant.record.orders:
        value = value_of_order(order)
        found = procurement_for(law.procurement_regimes, law.eu_thresholds, order.ordered_on, value)
        if found.eu_wide and not order.eu_wide and found.eu_threshold is not None:
            yield error(
                "CHK-19",
                f"Bestellung {order.number}",
                f"{format_euro(value)} netto erreichen den EU-Schwellenwert "
                f"({format_euro(found.eu_threshold)}), das Verfahren war nicht EU-weit.",
            )
        elif found.eu_threshold is not None and not order.eu_wide:
            yield from _split(grant, order, value, found.eu_threshold)


def _split(
    grant: SettledGrant, order: OrderRecord, value: Decimal, threshold: Decimal
) -> Iterable[CheckResult]:
    """Say so when this order and earlier ones of a year at the same supplier pass the threshold."""
    before = [
        other
        for other in grant.record.orders
        if other.supplier == order.supplier
        and (other.ordered_on, other.id) < (order.ordered_on, order.id)
        and (order.ordered_on - other.ordered_on).days <= _YEAR_DAYS
    ]
    together = total([value, *(value_of_order(other) for other in before)])
    if before and together >= threshold:
        yield warning(
            "CHK-19",
            f"Bestellung {order.number}",
            f"Mit früheren Bestellungen bei {order.supplier} sind es {format_euro(together)} netto "
            f"in zwölf Monaten, mehr als der EU-Schwellenwert ({format_euro(threshold)}).",
            [f"Bestellung {other.number}" for other in before],
        )


CHECKS = (procurement_is_documented, large_orders_went_to_europe)
