"""How much of each cell is eligible: people's decision, days, parts, input tax, caps per unit.

Amounts are rounded once per line and then spread back over its cells, so that many small payments
add up to the same as one. Source: formula 9.1; sections 1.3, 4.7.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from netzwart.funding.rules.capping import (
    CapOutcome,
    CapReading,
    UnitPart,
    unit_limit,
    unit_reductions,
)
from netzwart.funding.rules.facts import IneligibleReason, InvoiceFacts, LineFacts
from netzwart.funding.rules.granting import rate_of
from netzwart.funding.rules.spreading import Cell, grant_part, line_payables, lines_of
from netzwart.funding.rules.terms import AmountBasis, CapBasis, CapKind, CapRule, GrantTerms
from netzwart.money import ZERO, apportion, cents, exact, total


@dataclass(frozen=True, slots=True)
class Decision:
    """Per cell the eligible amount before caps on categories, and why it is less than paid."""

    eligible: list[Decimal]
    reasons: list[IneligibleReason | None]
    unit_caps: tuple[CapOutcome, ...]
    grant_cap_excess: Decimal


@dataclass(slots=True)
class _Line:
    """A line on its way to a decision."""

    facts: LineFacts
    cells: list[int]
    """Cells that count, all of this grant."""
    paid: Decimal
    eligible: Decimal
    paid_part: Fraction
    """How much of the grant's part of the line is paid and counts, 0 to 1."""
    reason: IneligibleReason | None


def decide(
    terms: GrantTerms, invoices: Sequence[InvoiceFacts], cells: Sequence[Cell], as_of: date
) -> Decision:
    """Return the eligible amount of every cell; cells of other grants get nothing."""
    reasons: list[IneligibleReason | None] = [None] * len(cells)
    by_line: dict[str | None, list[int]] = {}
    for index, cell in enumerate(cells):
        by_line.setdefault(cell.line, []).append(index)
        if cell.line is None:
            reasons[index] = IneligibleReason.NO_MEASURE
    lines: dict[str, _Line] = {}
    for invoice in invoices:
        payables = line_payables(invoice, as_of)
        for line in lines_of(invoice):
            indices = by_line.get(line.key, [])
            for index in indices:
                reasons[index] = _reason(terms, invoice, line, cells[index])
            lines[line.key] = _decided(terms, line, payables[line.key], cells, indices, reasons)
    outcomes, grant_cap_excess, reductions = _unit_caps(terms, lines)
    eligible = [ZERO] * len(cells)
    for key, line in lines.items():
        cut = reductions.get(key, ZERO)
        weights = [cells[index].paid for index in line.cells]
        parts = apportion(line.eligible - cut, weights) if total(weights) else [ZERO] * len(weights)
        for index, part in zip(line.cells, parts, strict=True):
            eligible[index] = part
            reasons[index] = IneligibleReason.CAP if cut else line.reason
    return Decision(eligible, reasons, outcomes, grant_cap_excess)


def _reason(
    terms: GrantTerms, invoice: InvoiceFacts, line: LineFacts, cell: Cell
) -> IneligibleReason | None:
    """Return why the cell cannot be eligible at all, None when it can."""
    verdicts = (
        (cell.measure is None or cell.category is None, IneligibleReason.NO_MEASURE),
        (line.eligible is None, IneligibleReason.UNDECIDED),
        (line.eligible is False, IneligibleReason.DECIDED),
        (_before(invoice.ordered_on, terms.ordered_from), IneligibleReason.ORDERED_TOO_EARLY),
        (_before(terms.delivered_until, invoice.delivered_on), IneligibleReason.DELIVERED_TOO_LATE),
        (_before(terms.paid_until, cell.paid_on), IneligibleReason.PAID_TOO_LATE),
    )
    return next((reason for holds, reason in verdicts if holds), None)


def _before(first: date | None, second: date | None) -> bool:
    return first is not None and second is not None and first < second


def _decided(
    terms: GrantTerms,
    line: LineFacts,
    payable: Decimal,
    cells: Sequence[Cell],
    indices: Sequence[int],
    reasons: Sequence[IneligibleReason | None],
) -> _Line:
    counting = [index for index in indices if cells[index].in_grant and reasons[index] is None]
    paid = total([cells[index].paid for index in counting])
    all_paid = total([cells[index].paid for index in indices])
    overpaid = abs(all_paid) > abs(payable)
    counted = exact(paid) * (exact(payable) / exact(all_paid) if overpaid else 1)
    factor = exact(line.eligible_part)
    if terms.basis is AmountBasis.NET:
        factor /= 1 + exact(line.vat_rate)
    due = exact(payable) * grant_part(line)
    return _Line(
        facts=line,
        cells=counting,
        paid=paid,
        eligible=cents(counted * factor),
        paid_part=min(Fraction(1), abs(counted / due)) if due else Fraction(0),
        reason=_partial_reason(terms, line, overpaid=overpaid),
    )


def _partial_reason(
    terms: GrantTerms, line: LineFacts, *, overpaid: bool
) -> IneligibleReason | None:
    if overpaid:
        return IneligibleReason.OVERPAID
    if line.eligible_part != 1:
        return IneligibleReason.PARTLY
    if terms.basis is AmountBasis.NET and line.vat_rate:
        return IneligibleReason.INPUT_TAX
    return None


def _unit_caps(
    terms: GrantTerms, lines: Mapping[str, _Line]
) -> tuple[tuple[CapOutcome, ...], Decimal, dict[str, Decimal]]:
    outcomes: list[CapOutcome] = []
    grant_excess = ZERO
    reductions: dict[str, Decimal] = {}
    for rule in terms.caps:
        if rule.kind is not CapKind.AMOUNT_PER_UNIT:
            continue
        outcome, cuts, excess = _unit_cap(terms, rule, lines)
        outcomes.append(outcome)
        grant_excess += excess
        for line, cut in cuts.items():
            reductions[line] = reductions.get(line, ZERO) + cut
    return tuple(outcomes), grant_excess, reductions


def _unit_cap(
    terms: GrantTerms, rule: CapRule, lines: Mapping[str, _Line]
) -> tuple[CapOutcome, dict[str, Decimal], Decimal]:
    """Return outcome, reduction per line, and what a cap measured in grant takes off the grant."""
    mains = {key: line for key, line in lines.items() if _is_capped(rule, line.facts)}
    parts = _unit_parts(mains, lines)
    limits = {
        key: unit_limit(
            rule.value, abs(line.facts.quantity), grant_part(line.facts) * line.paid_part
        )
        for key, line in mains.items()
    }
    cuts, excesses = unit_reductions(parts, limits)
    rate = rate_of(terms)
    in_grant = [UnitPart(part.line, part.main, cents(part.amount * rate)) for part in parts]
    _, grant_excesses = unit_reductions(in_grant, limits)
    measured_in_grant = rule.basis is CapBasis.GRANT
    readings = (
        CapReading(CapBasis.ELIGIBLE, cents(rule.value), total(list(excesses.values()))),
        CapReading(CapBasis.GRANT, cents(rule.value), total(list(grant_excesses.values()))),
    )
    chosen = readings[1] if measured_in_grant else readings[0]
    outcome = CapOutcome(
        key=rule.key,
        kind=rule.kind,
        category=rule.category,
        limit=chosen.limit,
        actual=_highest_per_unit(mains, parts, rate if measured_in_grant else Decimal(1)),
        excess=chosen.excess,
        reduction=ZERO if measured_in_grant else total(list(cuts.values())),
        readings=readings,
    )
    return outcome, {} if measured_in_grant else cuts, chosen.excess if measured_in_grant else ZERO


def _is_capped(rule: CapRule, line: LineFacts) -> bool:
    if line.incidental_to:
        return False
    return any(share.in_grant and share.category == rule.category for share in line.shares)


def _unit_parts(mains: Mapping[str, _Line], lines: Mapping[str, _Line]) -> list[UnitPart]:
    """Return the costs under the cap: the device lines and their incidental costs, by quantity."""
    parts = [UnitPart(key, key, line.eligible) for key, line in mains.items()]
    for key, line in lines.items():
        targets = [target for target in sorted(line.facts.incidental_to) if target in lines]
        weights = [abs(lines[target].facts.quantity) for target in targets]
        if not any(weights):
            continue
        shared = apportion(line.eligible, weights)
        parts.extend(
            UnitPart(key, target, amount)
            for target, amount in zip(targets, shared, strict=True)
            if target in mains
        )
    return parts


def _highest_per_unit(
    mains: Mapping[str, _Line], parts: Sequence[UnitPart], rate: Decimal
) -> Decimal:
    sums: dict[str, Fraction] = {}
    for part in parts:
        sums[part.main] = sums.get(part.main, Fraction(0)) + exact(part.amount) * exact(rate)
    highest = Fraction(0)
    for key, amount in sums.items():
        line = mains[key]
        units = abs(exact(line.facts.quantity)) * grant_part(line.facts) * line.paid_part
        highest = max(highest, abs(amount) / units if units else Fraction(0))
    return cents(highest)
