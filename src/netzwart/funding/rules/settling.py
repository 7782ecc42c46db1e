"""Everything one grant's money adds up to, from plain facts to sums that agree to the cent.

The order matters:

1. each payment is spread over the lines and shares of its invoice (`spreading`): cells;
2. decisions, dates and parts say how much of each cell is eligible, caps per unit included
   (`deciding`);
3. caps on categories and schools cut what is left (`capping`);
4. the grant follows from the eligible sum (`granting`);
5. cells are added up per payment, category, school; devices get their part (`valuing_devices`).

Every figure is a sum of cells, so all breakdowns agree, and the order of entry does not matter.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from netzwart.funding.rules.capping import CapOutcome, CappedAmount, category_caps
from netzwart.funding.rules.deciding import Decision, decide
from netzwart.funding.rules.facts import (
    DrawdownFacts,
    IncomeFacts,
    IneligibleReason,
    InvoiceFacts,
)
from netzwart.funding.rules.granting import grant_claimed, own_share, split_grant
from netzwart.funding.rules.spreading import Cell, spread
from netzwart.funding.rules.terms import GrantTerms
from netzwart.funding.rules.valuing_devices import DeviceValue, NoDevice, value_devices
from netzwart.money import ZERO, total


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures on top of a proof. Source: `contract.md`, `nachweis.json`."""

    spent: Decimal
    eligible: Decimal
    """After deductions and caps."""
    ineligible: Decimal
    grant_claimed: Decimal
    own_share: Decimal
    received: Decimal
    open: Decimal
    """Grant claimed less grant received; negative when too much was called."""


@dataclass(frozen=True, slots=True)
class CategorySum:
    """One group of the financing plan; category None holds what no measure claims."""

    category: str | None
    planned: Decimal
    spent: Decimal
    eligible: Decimal
    grant_share: Decimal


@dataclass(frozen=True, slots=True)
class SchoolSum:
    """One school; school None holds what belongs to no school."""

    school: str | None
    spent: Decimal
    eligible: Decimal
    grant_share: Decimal


@dataclass(frozen=True, slots=True)
class Portion:
    """What of one payment one line spent on one measure, in the end."""

    line: str | None
    measure: str | None
    category: str | None
    school: str | None
    paid: Decimal
    eligible: Decimal
    reason: IneligibleReason | None
    """Why not all of it is eligible, None when all is."""


@dataclass(frozen=True, slots=True)
class ExpenseSum:
    """One payment, as far as it belongs to the grant, with the portions it is made of."""

    payment: str
    invoice: str
    paid_on: date
    paid: Decimal
    eligible: Decimal
    portions: tuple[Portion, ...]


@dataclass(frozen=True, slots=True)
class Settlement:
    """A grant settled on a day; all breakdowns add up to the totals exactly."""

    as_of: date
    totals: Totals
    by_category: tuple[CategorySum, ...]
    by_school: tuple[SchoolSum, ...]
    caps: tuple[CapOutcome, ...]
    expenses: tuple[ExpenseSum, ...]
    devices: tuple[DeviceValue, ...]
    no_device: NoDevice


def settle(
    terms: GrantTerms,
    invoices: Iterable[InvoiceFacts],
    *,
    as_of: date,
    drawdowns: Iterable[DrawdownFacts] = (),
    incomes: Iterable[IncomeFacts] = (),
) -> Settlement:
    """Return all sums of a grant from what was paid and received up to and including the day.

    Raises:
        FundingRateMissingError: when the financing needs a rate and nobody has given one.
    """
    ordered = sorted(invoices, key=lambda invoice: invoice.key)
    cells = [cell for invoice in ordered for cell in spread(invoice, as_of)]
    decision = decide(terms, ordered, cells, as_of)
    caps, remaining = category_caps(
        [
            CappedAmount(cell.category, cell.school, amount)
            for cell, amount in zip(cells, decision.eligible, strict=True)
        ],
        terms,
    )
    eligible = total(remaining)
    grant = grant_claimed(
        terms,
        eligible,
        _new_income(terms, incomes, as_of),
        grant_cap_excess=decision.grant_cap_excess,
    )
    counted = [
        _portion(cell, before, after, reason)
        for cell, before, after, reason in zip(
            cells, decision.eligible, remaining, decision.reasons, strict=True
        )
        if cell.in_grant
    ]
    own = [cell for cell in cells if cell.in_grant]
    devices, no_device = value_devices(ordered, cells, remaining, grant, as_of)
    return Settlement(
        as_of=as_of,
        totals=_totals(counted, grant, _received(drawdowns, as_of)),
        by_category=_by_category(terms, counted, grant),
        by_school=_by_school(counted, grant),
        caps=_all_caps(terms, decision, caps),
        expenses=_expenses(own, counted),
        devices=devices,
        no_device=no_device,
    )


def _portion(
    cell: Cell, before: Decimal, after: Decimal, reason: IneligibleReason | None
) -> Portion:
    cut = reason or (IneligibleReason.CAP if after != before else None)
    return Portion(cell.line, cell.measure, cell.category, cell.school, cell.paid, after, cut)


def _new_income(terms: GrantTerms, incomes: Iterable[IncomeFacts], as_of: date) -> Decimal:
    actual = total([income.amount for income in incomes if income.received_on <= as_of])
    return max(ZERO, actual - terms.planned_third_party)


def _received(drawdowns: Iterable[DrawdownFacts], as_of: date) -> Decimal:
    return total(
        [
            drawdown.amount
            for drawdown in drawdowns
            if drawdown.received_on is not None and drawdown.received_on <= as_of
        ]
    )


def _totals(portions: Sequence[Portion], grant: Decimal, received: Decimal) -> Totals:
    spent = total([portion.paid for portion in portions])
    eligible = total([portion.eligible for portion in portions])
    return Totals(
        spent=spent,
        eligible=eligible,
        ineligible=spent - eligible,
        grant_claimed=grant,
        own_share=own_share(eligible, grant),
        received=received,
        open=grant - received,
    )


def _grouped(
    portions: Sequence[Portion], key: Callable[[Portion], str | None]
) -> dict[str | None, list[Portion]]:
    groups: dict[str | None, list[Portion]] = {}
    for portion in portions:
        groups.setdefault(key(portion), []).append(portion)
    return groups


def _ordered(keys: Iterable[str | None]) -> list[str | None]:
    return sorted(keys, key=lambda key: (key is None, key or ""))


def _by_category(
    terms: GrantTerms, portions: Sequence[Portion], grant: Decimal
) -> tuple[CategorySum, ...]:
    groups = _grouped(portions, lambda portion: portion.category)
    keys = _ordered({*groups, *terms.planned_by_category})
    eligible = [total([each.eligible for each in groups.get(key, [])]) for key in keys]
    shares = split_grant(grant, eligible)
    return tuple(
        CategorySum(
            category=key,
            planned=terms.planned_by_category.get(key, ZERO) if key is not None else ZERO,
            spent=total([each.paid for each in groups.get(key, [])]),
            eligible=amount,
            grant_share=share,
        )
        for key, amount, share in zip(keys, eligible, shares, strict=True)
    )


def _by_school(portions: Sequence[Portion], grant: Decimal) -> tuple[SchoolSum, ...]:
    groups = _grouped(portions, lambda portion: portion.school)
    keys = _ordered(groups)
    eligible = [total([each.eligible for each in groups[key]]) for key in keys]
    return tuple(
        SchoolSum(key, total([each.paid for each in groups[key]]), amount, share)
        for key, amount, share in zip(keys, eligible, split_grant(grant, eligible), strict=True)
    )


def _expenses(cells: Sequence[Cell], portions: Sequence[Portion]) -> tuple[ExpenseSum, ...]:
    paired = sorted(
        zip(cells, portions, strict=True),
        key=lambda pair: (pair[0].paid_on, pair[0].invoice, pair[0].payment),
    )
    expenses: list[ExpenseSum] = []
    for (paid_on, invoice, payment), group in groupby(
        paired, key=lambda pair: (pair[0].paid_on, pair[0].invoice, pair[0].payment)
    ):
        parts = tuple(portion for _, portion in group)
        expenses.append(
            ExpenseSum(
                payment=payment,
                invoice=invoice,
                paid_on=paid_on,
                paid=total([part.paid for part in parts]),
                eligible=total([part.eligible for part in parts]),
                portions=parts,
            )
        )
    return tuple(expenses)


def _all_caps(
    terms: GrantTerms, decision: Decision, caps: Sequence[CapOutcome]
) -> tuple[CapOutcome, ...]:
    found: Mapping[str, CapOutcome] = {
        outcome.key: outcome for outcome in (*decision.unit_caps, *caps)
    }
    return tuple(found[rule.key] for rule in terms.caps)
