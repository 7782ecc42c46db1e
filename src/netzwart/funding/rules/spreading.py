"""A payment, spread over the lines and shares of its invoice: the cells all sums are made of.

An invoice is paid as a whole, so a payment pays every line in proportion to its gross amount. That
also apportions discounts and rebates: what was not paid is missing everywhere alike. A share of
another grant takes its part, but is marked. Source: formulas 9.1 and 9.2; `contract.md`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from netzwart.funding.rules.facts import InvoiceFacts, LineFacts, PaymentFacts, ShareFacts
from netzwart.money import ZERO, apportion, exact, total


@dataclass(frozen=True, slots=True)
class Cell:
    """The smallest piece of money: one payment, one line, one share."""

    payment: str
    paid_on: date
    invoice: str
    line: str | None
    """None when the invoice has no lines that could bear the payment."""
    measure: str | None
    category: str | None
    school: str | None
    in_grant: bool
    paid: Decimal


def payments_until(invoice: InvoiceFacts, as_of: date) -> list[PaymentFacts]:
    """Return what was paid up to and including the day, by day and key."""
    known = [payment for payment in invoice.payments if payment.paid_on <= as_of]
    return sorted(known, key=lambda payment: (payment.paid_on, payment.key))


def lines_of(invoice: InvoiceFacts) -> list[LineFacts]:
    """Return the lines by their key."""
    return sorted(invoice.lines, key=lambda line: line.key)


def payable(invoice: InvoiceFacts, as_of: date) -> Decimal:
    """Return what the invoice is worth after deductions and the discounts taken so far."""
    discounts = [payment.discount for payment in payments_until(invoice, as_of)]
    gross = [line.gross for line in invoice.lines]
    return total(gross) - invoice.deductions - total(discounts)


def line_payables(invoice: InvoiceFacts, as_of: date) -> dict[str, Decimal]:
    """Return what each line is worth after deductions, adding up to the payable amount."""
    lines = lines_of(invoice)
    gross = [line.gross for line in lines]
    if total(gross) == 0:
        return {line.key: line.gross for line in lines}
    parts = apportion(payable(invoice, as_of), gross)
    return {line.key: part for line, part in zip(lines, parts, strict=True)}


def shares_of(line: LineFacts, *, unassigned_in_grant: bool) -> list[ShareFacts]:
    """Return the shares in a fixed order, with one for what no share claims.

    Shares that claim more than the line are scaled down when they are used as weights.
    """
    shares = sorted(
        line.shares,
        key=lambda share: (
            share.school or "",
            share.measure or "",
            share.category or "",
            share.amount,
            share.in_grant,
        ),
    )
    rest = line.gross - total([share.amount for share in shares])
    if rest and (rest > 0) == (line.gross > 0):
        shares.append(
            ShareFacts(
                amount=rest,
                measure=None,
                category=None,
                school=None,
                in_grant=unassigned_in_grant,
            )
        )
    return shares


def grant_part(line: LineFacts) -> Fraction:
    """Return which part of the line the shares of this grant bear, 0 to 1."""
    shares = shares_of(line, unassigned_in_grant=False)
    whole = sum((exact(share.amount) for share in shares), Fraction(0))
    mine = sum((exact(share.amount) for share in shares if share.in_grant), Fraction(0))
    return mine / whole if whole else Fraction(0)


def spread(invoice: InvoiceFacts, as_of: date) -> list[Cell]:
    """Return the cells of all payments up to the day; per payment they add up to its amount."""
    cells: list[Cell] = []
    for payment in payments_until(invoice, as_of):
        cells.extend(_spread_payment(invoice, payment))
    return cells


def _spread_payment(invoice: InvoiceFacts, payment: PaymentFacts) -> list[Cell]:
    lines = lines_of(invoice)
    if total([line.gross for line in lines]) == 0:
        nobody = ShareFacts(
            amount=ZERO,
            measure=None,
            category=None,
            school=None,
            in_grant=invoice.unassigned_in_grant,
        )
        return [_cell(invoice, payment, None, nobody, payment.amount)]
    cells: list[Cell] = []
    paid_lines = apportion(payment.amount, [line.gross for line in lines])
    for line, paid in zip(lines, paid_lines, strict=True):
        shares = shares_of(line, unassigned_in_grant=invoice.unassigned_in_grant)
        parts = _apportion_or_first(paid, [share.amount for share in shares])
        cells.extend(
            _cell(invoice, payment, line.key, share, part)
            for share, part in zip(shares, parts, strict=True)
        )
    return cells


def _apportion_or_first(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Split by the weights; weights that cancel out leave all to the first."""
    if total(weights) == 0:
        return [amount, *[ZERO] * (len(weights) - 1)] if weights else []
    return apportion(amount, weights)


def _cell(
    invoice: InvoiceFacts,
    payment: PaymentFacts,
    line: str | None,
    share: ShareFacts,
    paid: Decimal,
) -> Cell:
    return Cell(
        payment=payment.key,
        paid_on=payment.paid_on,
        invoice=invoice.key,
        line=line,
        measure=share.measure,
        category=share.category,
        school=share.school,
        in_grant=share.in_grant,
        paid=paid,
    )
