"""A grant's record, settled: from rows of the database to the sums of the pure rules.

Everything that must be decided between the two is decided here: which lines count as decided, which
credit notes are set off, whose devices a line bought.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from netzwart.funding.programmes.judging import (
    FinancingTypeMissingError,
    NoticeFigures,
    grant_terms,
)
from netzwart.funding.programmes.loading import FundingProgramme, get_programme
from netzwart.funding.purchase_tables import InvoiceKind
from netzwart.funding.queries.records import (
    GrantHead,
    GrantRecord,
    InvoiceRecord,
    LineRecord,
    OrderLineRecord,
    OrderRecord,
)
from netzwart.funding.rules.facts import (
    DrawdownFacts,
    IncomeFacts,
    InvoiceFacts,
    LineFacts,
    PaymentFacts,
    ShareFacts,
)
from netzwart.funding.rules.granting import rate_of
from netzwart.funding.rules.settling import Settlement, settle
from netzwart.funding.rules.terms import GrantRounding, GrantTerms
from netzwart.money import ZERO, apportion, cents, exact, total

THIRD_PARTY = frozenset({"third_party", "third_parties"})
OTHER_PUBLIC = frozenset({"other_public", "other_grant", "public"})
"""Kinds of sources in a financing plan beside the own share."""

_TAKING_BACK = frozenset({InvoiceKind.CREDIT_NOTE, InvoiceKind.CANCELLATION})


@dataclass(frozen=True)
class SettledGrant:
    """A grant's record with the rules it was judged by and what came out."""

    record: GrantRecord
    programme: FundingProgramme
    terms: GrantTerms
    settlement: Settlement
    assumed_share: bool
    """True when only the notice's rate says that the grant is a share of the costs."""

    @cached_property
    def uses(self) -> tuple[tuple[date, Decimal], ...]:
        """Return the grant's part of each payment with its day; asked for by many checks."""
        rate = exact(rate_of(self.terms))
        return tuple(
            (expense.paid_on, cents(rate * exact(expense.eligible)))
            for expense in self.settlement.expenses
        )

    @cached_property
    def eligible_of(self) -> dict[str, Decimal]:
        """Return the eligible cost of each device by inventory number."""
        return {one.inventory_number: one.eligible_cost for one in self.settlement.devices}

    @property
    def proven(self) -> Decimal:
        """Return the eligible cost of devices that were seen within the window."""
        costs = self.eligible_of
        seen = [
            costs.get(device.inventory_number, ZERO)
            for device in self.record.devices
            if device.id in self.record.evidence
        ]
        return total(seen)

    @property
    def committed(self) -> Decimal:
        """Return what is ordered for the grant: by order, at least what was invoiced."""
        return committed(self.record)

    def funded(self, costs: Decimal) -> Decimal:
        """Return the grant's part of costs, so that they can stand beside the award."""
        return cents(exact(costs) * exact(rate_of(self.terms)))


def settle_grant(record: GrantRecord, as_of: date) -> SettledGrant:
    """Return the grant settled on the day.

    Raises:
        FinancingTypeMissingError: when neither programme nor notice says how the grant is financed.
        FundingRateMissingError: when the rate is needed and nobody has given one.
    """
    programme, assumed = programme_of(record)
    terms = grant_terms(programme, _figures(record))
    result = settle(
        terms,
        invoice_facts(record, as_of),
        as_of=as_of,
        drawdowns=[
            DrawdownFacts(amount=row.amount, received_on=row.second_day) for row in record.drawdowns
        ],
        incomes=[
            IncomeFacts(amount=row.amount, received_on=row.day)
            for row in record.incomes
            if row.day is not None
        ],
    )
    return SettledGrant(record, programme, terms, result, assumed)


def programme_of(record: GrantRecord) -> tuple[FundingProgramme, bool]:
    """Return the programme of the notice's day with the notice's values, and whether we assumed.

    A notice that gives a rate finances a share of the costs (VV zu § 44 LHO, Nr. 2.2.1): where the
    programme leaves the kind of financing open, that is what the rate means, and it is said so.
    """
    head = record.head
    programme = get_programme(head.programme, head.issued_on)
    values: dict[str, object] = {
        key: value for key, value in _said_by_notice(head).items() if value is not None
    }
    values |= {row.key: row.text for row in record.overrides}
    programme = programme.with_overrides(values)
    unknown = programme.rules.financing_type.value is None
    if unknown and head.funding_rate is not None:
        return programme.with_overrides({"financing_type": "share"}), True
    return programme, False


def _said_by_notice(head: GrantHead) -> dict[str, object | None]:
    """Return the values of the rules that the grant's own fields set."""
    return {
        "funding_rate": head.funding_rate,
        "deadlines.starts_on": head.execution_from,
        "deadlines.executed_until": head.execution_until,
        "drawdown.mode": head.drawdown_mode.value,
        "amount_basis": "net" if head.input_tax_deductible else None,
    }


def can_be_settled(record: GrantRecord) -> bool:
    """Return whether programme and notice say enough to compute the grant."""
    programme, _ = programme_of(record)
    try:
        terms = grant_terms(programme, _figures(record))
    except FinancingTypeMissingError:
        return False
    return terms.rate is not None or terms.financing.value != "share"


def _figures(record: GrantRecord) -> NoticeFigures:
    head: GrantHead = record.head
    return NoticeFigures(
        awarded=head.approved_amount,
        rate=head.funding_rate,
        planned_eligible=head.eligible_planned,
        rounding=GrantRounding(head.rounding.value),
        planned_by_category=record.planned_by_category,
        planned_third_party=record.planned_income(THIRD_PARTY),
        other_grants=record.planned_income(OTHER_PUBLIC),
        execution_from=head.execution_from,
        execution_until=head.execution_until,
        approval_until=head.approval_until,
    )


def invoice_facts(record: GrantRecord, as_of: date) -> list[InvoiceFacts]:
    """Return the invoices as the formulas take them; set-off credit notes become deductions."""
    deductions: dict[int, Decimal] = defaultdict(lambda: ZERO)
    known = {invoice.id for invoice in record.invoices}
    set_off = {
        invoice.id
        for invoice in record.invoices
        if invoice.cancels_id in known and is_set_off(invoice, as_of)
    }
    for invoice in record.invoices:
        if invoice.id in set_off and invoice.cancels_id is not None:
            deductions[invoice.cancels_id] -= invoice.gross
    devices = _devices_by_line(record)
    return [
        _invoice(record.head.id, invoice, deductions[invoice.id], devices)
        for invoice in record.invoices
        if invoice.id not in set_off
    ]


def is_set_off(invoice: InvoiceRecord, as_of: date) -> bool:
    """Return whether a credit note was never paid out, so that it lowers what it corrects."""
    paid = any(payment.paid_on <= as_of for payment in invoice.payments)
    return invoice.kind in _TAKING_BACK and invoice.issued_on <= as_of and not paid


def _devices_by_line(record: GrantRecord) -> Mapping[int, list[str]]:
    devices: dict[int, list[str]] = defaultdict(list)
    for device in record.devices:
        if device.invoice_line_id is not None:
            devices[device.invoice_line_id].append(device.inventory_number)
    return devices


def _invoice(
    grant_id: int,
    invoice: InvoiceRecord,
    deductions: Decimal,
    devices: Mapping[int, Sequence[str]],
) -> InvoiceFacts:
    return InvoiceFacts(
        key=f"{invoice.id:012d}",
        lines=tuple(_line(grant_id, line, devices.get(line.id, ())) for line in invoice.lines),
        payments=tuple(
            PaymentFacts(
                key=f"{payment.id:012d}",
                paid_on=payment.paid_on,
                amount=payment.amount,
                discount=payment.discount,
            )
            for payment in invoice.payments
        ),
        deductions=deductions,
        ordered_on=invoice.ordered_on,
        delivered_on=invoice.delivered_on,
    )


def _line(grant_id: int, line: LineRecord, devices: Sequence[str]) -> LineFacts:
    return LineFacts(
        key=f"{line.id:012d}",
        gross=line.gross,
        vat_rate=line.vat_rate,
        quantity=line.quantity,
        eligible=line.counts_as,
        eligible_part=line.eligible_part,
        shares=tuple(
            ShareFacts(
                amount=share.amount,
                measure=share.measure,
                category=share.category,
                school=share.school,
                in_grant=share.grant_id == grant_id,
            )
            for share in line.shares
        ),
        devices=tuple(devices),
        incidental_to=tuple(f"{target:012d}" for target in line.incidental_to),
    )


def committed(record: GrantRecord) -> Decimal:
    """Return the euros bound by orders and invoices for the grant.

    An order whose lines name measures binds their part. Without, it is bound in the proportion of
    its invoices. In both cases at least by what was invoiced.
    """
    grant_id = record.head.id
    invoiced: dict[int | None, list[InvoiceRecord]] = defaultdict(list)
    orders = {order.id: order for order in record.orders}
    for invoice in record.invoices:
        invoiced[invoice.order_id if invoice.order_id in orders else None].append(invoice)
    bound = total([invoice.share_of(grant_id) for invoice in invoiced[None]])
    for order_id, order in orders.items():
        mine = total([invoice.share_of(grant_id) for invoice in invoiced[order_id]])
        whole = total([invoice.gross for invoice in invoiced[order_id]])
        meant = _meant_for(order, grant_id)
        if meant is None:
            bound += _bound_by_order(total([gross for _, gross in _grosses(order)]), whole, mine)
        else:
            bound += max(meant, mine)
    return bound


def _grosses(order: OrderRecord) -> list[tuple[OrderLineRecord, Decimal]]:
    return [
        (line, cents(exact(line.quantity) * exact(line.unit_net) * (1 + exact(line.vat_rate))))
        for line in order.lines
    ]


def _meant_for(order: OrderRecord, grant_id: int) -> Decimal | None:
    """Return what the order's lines mean for the grant, None when no line names a measure."""
    shared = [(line, gross) for line, gross in _grosses(order) if line.shares]
    if not shared:
        return None
    return total(
        [
            part
            for line, gross in shared
            for share, part in zip(
                line.shares, apportion(gross, [each.weight for each in line.shares]), strict=True
            )
            if share.grant_id == grant_id
        ]
    )


def _bound_by_order(ordered: Decimal, invoiced: Decimal, mine: Decimal) -> Decimal:
    if ordered <= invoiced or invoiced <= 0 or mine <= 0:
        return mine
    return apportion(ordered, [mine, invoiced - mine])[0]
