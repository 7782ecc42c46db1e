"""What the entry forms propose: never a decision, always to be changed by whoever types."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from netzwart.funding.queries.records import InvoiceRecord
from netzwart.money import ZERO, cents, exact, total


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentProposal:
    """What would settle an invoice on a day."""

    open: Decimal
    """Invoice less all payments and discounts so far."""
    amount: Decimal
    discount: Decimal
    discount_until: date | None
    """Last day of the discount; None when none is offered or money has flowed already."""


def propose_payment(invoice: InvoiceRecord, on: date) -> PaymentProposal:
    """Return the open amount, less the offered discount while it may still be taken.

    The discount runs from the day of the invoice; it is proposed for a first payment only, since a
    part that was paid without it shows that it was not agreed for the rest.
    """
    settled = total([each.amount + each.discount for each in invoice.payments])
    left = invoice.gross - settled
    until = _discount_until(invoice)
    discount = ZERO
    if until is not None and on <= until and invoice.discount_rate is not None and left > 0:
        discount = cents(exact(left) * exact(invoice.discount_rate))
    return PaymentProposal(
        open=left, amount=left - discount, discount=discount, discount_until=until
    )


def _discount_until(invoice: InvoiceRecord) -> date | None:
    if not invoice.discount_rate or invoice.payments:
        return None
    return invoice.issued_on + timedelta(days=invoice.discount_days or 0)
