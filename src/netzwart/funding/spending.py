"""What one payment was spent on, line by line and share by share; adds up to the payment."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from netzwart.funding.queries.records import InvoiceRecord, LineRecord, ShareRecord
from netzwart.funding.rules.facts import InvoiceFacts, LineFacts, PaymentFacts, ShareFacts
from netzwart.funding.rules.spreading import spread


@dataclass(frozen=True, slots=True)
class SpentRow:
    """One piece of a payment; without a share it is what no measure bears."""

    line: LineRecord | None
    share: ShareRecord | None
    paid: Decimal


def spent_on(invoice: InvoiceRecord, payment_id: int) -> list[SpentRow]:
    """Return the pieces of one payment in the order of the lines. Source: formula 9.1."""
    [payment] = [each for each in invoice.payments if each.id == payment_id]
    lines = {_key(line.id): line for line in invoice.lines}
    facts = InvoiceFacts(
        key=_key(invoice.id),
        lines=tuple(_line(line) for line in invoice.lines),
        payments=(
            PaymentFacts(
                key=_key(payment.id),
                paid_on=payment.paid_on,
                amount=payment.amount,
                discount=payment.discount,
            ),
        ),
    )
    return [
        SpentRow(lines.get(cell.line or ""), _share(lines, cell.line, cell.measure), cell.paid)
        for cell in spread(facts, payment.paid_on)
    ]


def _key(row_id: int) -> str:
    return f"{row_id:012d}"


def _line(line: LineRecord) -> LineFacts:
    return LineFacts(
        key=_key(line.id),
        gross=line.gross,
        vat_rate=line.vat_rate,
        quantity=line.quantity,
        eligible=line.counts_as,
        shares=tuple(
            ShareFacts(
                amount=share.amount,
                measure=share.measure,
                category=share.category,
                school=share.school,
                in_grant=True,
            )
            for share in line.shares
        ),
    )


def _share(
    lines: Mapping[str, LineRecord], line: str | None, measure: str | None
) -> ShareRecord | None:
    if line is None or measure is None:
        return None
    return next(share for share in lines[line].shares if share.measure == measure)
