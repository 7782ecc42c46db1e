"""What may be called on a day, with everything the sheet of a Mittelabruf shows."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from netzwart.funding.liabilities import unspent_money
from netzwart.funding.queries.records import GrantRecord, InvoiceRecord, PaymentRecord
from netzwart.funding.rules.charging_interest import USE_MONTHS
from netzwart.funding.rules.dating import add_months
from netzwart.funding.rules.drawing_down import (
    DrawdownMaximum,
    DrawdownPosition,
    drawdown_maximum,
    reduction_of,
)
from netzwart.funding.rules.granting import rate_of, split_grant
from netzwart.funding.rules.terms import DrawdownMode
from netzwart.funding.settlement import SettledGrant, settle_grant
from netzwart.money import ZERO, total

_FORESEEN = "geplant"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CalledReceipt:
    """A payment that the call rests on."""

    receipt_number: str
    invoice: str
    supplier: str
    paid_on: date
    paid: Decimal
    eligible: Decimal


@dataclass(frozen=True, slots=True)
class CategoryCall:
    """One Förderbereich: eligible costs so far and the grant's part of them."""

    category: str | None
    eligible: Decimal
    grant_share: Decimal


@dataclass(frozen=True, slots=True)
class DueInvoice:
    """An invoice that must be paid within the two months, with what is open of it."""

    invoice: str
    supplier: str
    due_on: date
    open: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawdownProposal:
    """A call as it could be made: the most that is allowed, and what it rests on."""

    grant_number: str
    lucom_number: str | None
    number: int
    period_from: date | None
    """The day after the last call; None for the first."""
    period_until: date
    position: DrawdownPosition
    maximum: DrawdownMaximum
    receipts: tuple[CalledReceipt, ...]
    """Payments since the last call."""
    due: tuple[DueInvoice, ...]
    by_category: tuple[CategoryCall, ...]

    def as_basis(self) -> dict[str, object]:
        """Return the figures as they are kept with a call, decimals as text."""
        return {
            "mode": self.position.mode.value,
            "rate": str(self.position.rate),
            "eligible_paid": str(self.position.eligible_paid),
            "eligible_due": str(self.position.eligible_due),
            "reduction": str(self.position.reduction),
            "called_before": str(self.position.received),
            "maximum": str(self.maximum.amount),
            "binding": self.maximum.binding.value,
            "blockers": [blocker.value for blocker in self.maximum.blockers],
            "receipts": [receipt.receipt_number for receipt in self.receipts],
        }


def propose_drawdown(grant: SettledGrant) -> DrawdownProposal:
    """Return what may be called on the settlement's day. Source: formula 9.6; ANBest-G 1.4."""
    record, head, on = grant.record, grant.record.head, grant.settlement.as_of
    mode = DrawdownMode(head.drawdown_mode.value)
    calls = [row for row in record.drawdowns if row.day is not None and row.day <= on]
    last = max((row.day for row in calls if row.day is not None), default=None)
    due = _due_invoices(record, on)
    tranches = [row for row in record.tranches if row.number == on.year]
    rate, paid = rate_of(grant.terms), grant.settlement.totals.eligible
    then = _when_paid(grant, due) if mode is DrawdownMode.TWO_MONTHS else grant
    soon = max(ZERO, then.settlement.totals.eligible - paid)
    position = DrawdownPosition(
        on=on,
        mode=mode,
        rate=rate,
        awarded=head.approved_amount,
        eligible_paid=paid,
        eligible_due=soon,
        reduction=reduction_of(
            rate, paid + soon, head.approved_amount, then.settlement.totals.grant_claimed
        ),
        received=total([row.amount for row in calls]),
        tranche=total([row.amount for row in tranches]) if record.tranches else None,
        tranche_received=total(
            [row.amount for row in calls if row.day is not None and row.day.year == on.year]
        ),
        final_on=head.final_on,
        unspent_overdue=unspent_money(grant) if mode is DrawdownMode.TWO_MONTHS else ZERO,
    )
    return DrawdownProposal(
        grant_number=head.number,
        lucom_number=head.lucom_number,
        number=max((row.number or 0 for row in record.drawdowns), default=0) + 1,
        period_from=None if last is None else last + _DAY,
        period_until=on,
        position=position,
        maximum=drawdown_maximum(position),
        receipts=tuple(_receipts(grant, last)),
        due=tuple(DueInvoice(one.number, one.supplier, day, rest) for one, day, rest in due),
        by_category=_by_category(grant),
    )


def _due_invoices(record: GrantRecord, on: date) -> list[tuple[InvoiceRecord, date, Decimal]]:
    """Return the invoices that fall due within two months, with day and open amount.

    An invoice without a day is due at once (§ 271 BGB). What is retained is not due yet.
    """
    until = add_months(on, USE_MONTHS)
    found: list[tuple[InvoiceRecord, date, Decimal]] = []
    for invoice in record.invoices:
        known = [payment for payment in invoice.payments if payment.paid_on <= on]
        settled = total([payment.amount + payment.discount for payment in known])
        due_on = invoice.due_on or invoice.issued_on
        rest = invoice.gross - settled - invoice.retained
        if invoice.issued_on <= on and due_on <= until and rest > 0 and not _is_taken_back(invoice):
            found.append((invoice, max(due_on, on), rest))
    return found


def _is_taken_back(invoice: InvoiceRecord) -> bool:
    return invoice.gross <= 0


def _when_paid(grant: SettledGrant, due: list[tuple[InvoiceRecord, date, Decimal]]) -> SettledGrant:
    """Return the grant as it would be settled if these invoices were paid when they are due."""
    on, record = grant.settlement.as_of, grant.record
    foreseen = {
        invoice.id: PaymentRecord(
            id=-invoice.id,
            receipt_number=_FORESEEN,
            paid_on=day,
            amount=rest,
            discount=ZERO,
        )
        for invoice, day, rest in due
    }
    invoices = tuple(
        replace(
            invoice,
            payments=(
                *(payment for payment in invoice.payments if payment.paid_on <= on),
                *([foreseen[invoice.id]] if invoice.id in foreseen else []),
            ),
        )
        for invoice in record.invoices
    )
    known = tuple(row for row in record.incomes if row.day is not None and row.day <= on)
    return settle_grant(
        replace(record, invoices=invoices, incomes=known), add_months(on, USE_MONTHS)
    )


def _receipts(grant: SettledGrant, after: date | None) -> list[CalledReceipt]:
    payments = {
        f"{payment.id:012d}": (invoice, payment)
        for invoice in grant.record.invoices
        for payment in invoice.payments
    }
    found: list[CalledReceipt] = []
    for expense in grant.settlement.expenses:
        invoice, payment = payments[expense.payment]
        if after is None or payment.paid_on > after:
            found.append(
                CalledReceipt(
                    payment.receipt_number,
                    invoice.number,
                    invoice.supplier,
                    payment.paid_on,
                    expense.paid,
                    expense.eligible,
                )
            )
    return found


def _by_category(grant: SettledGrant) -> tuple[CategoryCall, ...]:
    rows = [row for row in grant.settlement.by_category if row.eligible]
    shares = split_grant(grant.settlement.totals.grant_claimed, [row.eligible for row in rows])
    return tuple(
        CategoryCall(row.category, row.eligible, share)
        for row, share in zip(rows, shares, strict=True)
    )
