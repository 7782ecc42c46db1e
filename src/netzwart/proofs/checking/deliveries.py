"""The four-way match: ordered, delivered, invoiced, registered."""

from collections.abc import Iterable
from decimal import Decimal

from netzwart.funding.queries.records import InvoiceRecord, LineRecord, OrderLineRecord, OrderRecord
from netzwart.funding.settlement import SettledGrant
from netzwart.money import cents, exact, format_euro, total
from netzwart.proofs.checking.saying import error
from netzwart.proofs.values import CheckResult


def quantities_match(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-28: not more was invoiced than ordered or delivered, and not for a higher price."""
    for order in grant.record.orders:
        invoices = [each for each in grant.record.invoices if each.order_id == order.id]
        for line in order.lines:
            billed = list(_billed(order, line, invoices))
            if line.model_id is None or not billed:
                continue
            yield from _compare(order, line, billed)


def _billed(
    order: OrderRecord, line: OrderLineRecord, invoices: Iterable[InvoiceRecord]
) -> Iterable[LineRecord]:
    """Return the invoice lines of an order line: by reference, else by the one model."""
    alone = sum(1 for other in order.lines if other.model_id == line.model_id) == 1
    for invoice in invoices:
        for billed in invoice.lines:
            by_model = billed.order_line_id is None and alone and billed.model_id == line.model_id
            if billed.order_line_id == line.id or (by_model and line.model_id is not None):
                yield billed


def _compare(
    order: OrderRecord, line: OrderLineRecord, billed: list[LineRecord]
) -> Iterable[CheckResult]:
    subject = f"Bestellung {order.number}, Position {line.number}"
    count = sum((each.quantity for each in billed), Decimal(0))
    if count > line.quantity:
        yield error(
            "CHK-28",
            subject,
            f"Berechnet sind {_plain(count)}, bestellt {_plain(line.quantity)}.",
        )
    if count > line.delivered:
        yield error(
            "CHK-28",
            subject,
            f"Berechnet sind {_plain(count)}, geliefert {_plain(line.delivered)}.",
        )
    dearer = [each for each in billed if each.unit_net > line.unit_net and each.quantity > 0]
    for each in dearer:
        yield error(
            "CHK-28",
            subject,
            f"Berechnet mit {format_euro(each.unit_net)} netto je Stück, "
            f"bestellt für {format_euro(line.unit_net)}.",
        )


def _plain(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}".replace(".", ",")


def orders_are_not_exceeded(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-28: all invoices of an order, partial and final ones together, stay within the order.

    A final invoice that forgets to take the partial ones off counts them twice.
    """
    for order in grant.record.orders:
        ordered = total(
            [
                cents(exact(line.quantity) * exact(line.unit_net) * (1 + exact(line.vat_rate)))
                for line in order.lines
            ]
        )
        invoices = [each for each in grant.record.invoices if each.order_id == order.id]
        billed = total([invoice.gross for invoice in invoices])
        if order.lines and billed > ordered + _ROUNDING * len(invoices):
            yield error(
                "CHK-28",
                f"Bestellung {order.number}",
                f"Berechnet sind {format_euro(billed)}, bestellt {format_euro(ordered)} brutto.",
                [
                    f"Rechnung {invoice.number}: {format_euro(invoice.gross)}"
                    for invoice in invoices
                ],
            )


_ROUNDING = Decimal("0.05")
"""Euros that the rounding of lines may add to an invoice."""

CHECKS = (quantities_match, orders_are_not_exceeded)
