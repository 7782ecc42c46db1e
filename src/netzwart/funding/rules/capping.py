"""Caps: what a programme limits per category, per school and per unit, and what exceeds it.

Cutting capped costs also lowers the total, so "20 % of the total" allows `0.20 / 0.80` of the
other costs. Whether the total is what was spent or what was budgeted is not known for every
programme, so both readings are computed and shown. Source: formulas 9.1 and 9.4.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from netzwart.funding.rules.terms import CapBasis, CapCombination, CapKind, CapRule, GrantTerms
from netzwart.money import ZERO, apportion, cents, exact, total


@dataclass(frozen=True, slots=True)
class CapReading:
    """What a cap means if it is measured on this basis."""

    basis: CapBasis
    limit: Decimal
    excess: Decimal


@dataclass(frozen=True, slots=True)
class CapOutcome:
    """One cap against what was spent: limit, actual and excess in euros.

    For a cap per school or unit, `limit` is the cap of one, `actual` the highest one, `excess` the
    sum over all. `ok` speaks of this cap alone; with `any`, one kept cap excuses the others.
    """

    key: str
    kind: CapKind
    category: str | None
    limit: Decimal
    actual: Decimal
    excess: Decimal
    reduction: Decimal
    """What the cap really took off the eligible costs."""
    readings: tuple[CapReading, ...] = ()

    @property
    def ok(self) -> bool:
        """Return whether the cap is kept."""
        return self.excess == 0


@dataclass(frozen=True, slots=True)
class CappedAmount:
    """An eligible amount with what caps look at."""

    category: str | None
    school: str | None
    amount: Decimal


@dataclass(frozen=True, slots=True)
class UnitPart:
    """Eligible costs of one line that belong to the units bought by line `main`."""

    line: str
    main: str
    amount: Decimal


def category_caps(
    amounts: Sequence[CappedAmount], terms: GrantTerms
) -> tuple[list[CapOutcome], list[Decimal]]:
    """Return each cap's outcome, and per amount what remains after all caps.

    Caps on one category that combine by `any` excuse one another; when none is kept the smallest
    excess is cut. Caps that combine by `all` are cut one after the other, per school first, which
    takes off the largest excess at least. Source: formula 9.4.
    """
    remaining = [entry.amount for entry in amounts]
    outcomes: dict[str, CapOutcome] = {}
    for rules in _cap_sets(terms.caps):
        judged = {rule.key: _judge(rule, amounts, remaining, terms) for rule in rules}
        for rule in _rules_to_cut(rules, judged):
            before = total(remaining)
            remaining = _cut(rule, amounts, remaining, terms)
            judged[rule.key] = replace(judged[rule.key], reduction=cents(before - total(remaining)))
        outcomes |= judged
    ordered = [outcomes[rule.key] for rule in terms.caps if rule.key in outcomes]
    return ordered, remaining


def _cap_sets(caps: Sequence[CapRule]) -> list[list[CapRule]]:
    sets: dict[tuple[str | None, CapCombination], list[CapRule]] = {}
    for rule in caps:
        if rule.kind is not CapKind.AMOUNT_PER_UNIT:
            sets.setdefault((rule.category, rule.combination), []).append(rule)
    return list(sets.values())


def _rules_to_cut(rules: Sequence[CapRule], judged: Mapping[str, CapOutcome]) -> list[CapRule]:
    if rules[0].combination is CapCombination.ALL:
        return sorted(rules, key=lambda rule: rule.kind is not CapKind.AMOUNT_PER_SCHOOL)
    return [min(rules, key=lambda rule: judged[rule.key].excess)]


def _capped(rule: CapRule, entry: CappedAmount, terms: GrantTerms) -> bool:
    inside = rule.category is None or rule.category == entry.category
    return inside and entry.school not in terms.exempt_schools


def _members(rule: CapRule, amounts: Sequence[CappedAmount], terms: GrantTerms) -> list[int]:
    return [index for index, entry in enumerate(amounts) if _capped(rule, entry, terms)]


def _by_school(members: Sequence[int], amounts: Sequence[CappedAmount]) -> list[list[int]]:
    schools: dict[str | None, list[int]] = {}
    for index in members:
        schools.setdefault(amounts[index].school, []).append(index)
    return list(schools.values())


def _judge(
    rule: CapRule,
    amounts: Sequence[CappedAmount],
    remaining: Sequence[Decimal],
    terms: GrantTerms,
) -> CapOutcome:
    members = _members(rule, amounts, terms)
    actual = total([remaining[index] for index in members])
    readings: tuple[CapReading, ...] = ()
    if rule.kind is CapKind.AMOUNT_PER_SCHOOL:
        schools = _by_school(members, amounts)
        sums = [total([remaining[index] for index in school]) for school in schools]
        limit, actual = cents(rule.value), max([ZERO, *sums])
        excess = total([max(ZERO, each - limit) for each in sums])
    elif rule.kind is CapKind.SHARE_OF_TOTAL:
        others = _others(members, amounts, remaining, terms)
        readings = share_readings(rule.value, actual, others, terms)
        limit, excess = _chosen(rule, readings)
    else:
        limit = cents(rule.value)
        excess = max(ZERO, actual - limit)
    return CapOutcome(rule.key, rule.kind, rule.category, limit, actual, excess, ZERO, readings)


def _others(
    members: Sequence[int],
    amounts: Sequence[CappedAmount],
    remaining: Sequence[Decimal],
    terms: GrantTerms,
) -> Decimal:
    inside = set(members)
    return total(
        [
            remaining[index]
            for index, entry in enumerate(amounts)
            if index not in inside and entry.school not in terms.exempt_schools
        ]
    )


def share_readings(
    share: Decimal, capped: Decimal, others: Decimal, terms: GrantTerms
) -> tuple[CapReading, ...]:
    """Return a cap "share of the total" in both readings: of what is spent, of the budget.

    Spent: `others x share / (1 - share)`. Budget: `share x awarded / rate`, left out while the
    rate is unknown. Source: formula 9.4.
    """
    readings: list[CapReading] = []
    if share < 1:
        spent = cents(max(exact(others), exact(0)) * exact(share) / (1 - exact(share)))
        readings.append(CapReading(CapBasis.SPENT, spent, max(ZERO, capped - spent)))
    if terms.rate:
        budget = cents(exact(share) * exact(terms.awarded) / exact(terms.rate))
        readings.append(CapReading(CapBasis.BUDGET, budget, max(ZERO, capped - budget)))
    return tuple(readings)


def _chosen(rule: CapRule, readings: Sequence[CapReading]) -> tuple[Decimal, Decimal]:
    basis = CapBasis.BUDGET if rule.basis is CapBasis.BUDGET else CapBasis.SPENT
    for reading in readings:
        if reading.basis is basis:
            return reading.limit, reading.excess
    return ZERO, ZERO


def _cut(
    rule: CapRule,
    amounts: Sequence[CappedAmount],
    remaining: Sequence[Decimal],
    terms: GrantTerms,
) -> list[Decimal]:
    members = _members(rule, amounts, terms)
    if rule.kind is CapKind.AMOUNT_PER_SCHOOL:
        groups = _by_school(members, amounts)
        limits = [cents(rule.value)] * len(groups)
    else:
        outcome = _judge(rule, amounts, remaining, terms)
        groups, limits = [members], [outcome.actual - outcome.excess]
    left = list(remaining)
    for group, limit in zip(groups, limits, strict=True):
        held = [left[index] for index in group]
        excess = total(held) - limit
        if excess > 0:
            for index, cut in zip(group, apportion(excess, held), strict=True):
                left[index] -= cut
    return left


def unit_limit(cap: Decimal, quantity: Decimal, paid_part: Decimal | Fraction) -> Decimal:
    """Return the most that so many units may cost, as far as they are paid (0 to 1)."""
    return cents(exact(cap) * exact(quantity) * exact(paid_part))


def unit_reductions(
    parts: Sequence[UnitPart], limits: Mapping[str, Decimal]
) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """Return what the cap per unit takes off each line, and the excess of each main line.

    A device and its incidental costs share one limit. A credit note (negative amounts) takes back
    no more than the cap once allowed. Source: formula 9.1; section 2 (500 EUR per device).
    """
    reductions: dict[str, Decimal] = {}
    excesses: dict[str, Decimal] = {}
    groups: dict[str, list[UnitPart]] = {main: [] for main in limits}
    for part in parts:
        groups[part.main].append(part)
    for main, group in groups.items():
        limit = limits[main]
        actual = total([part.amount for part in group])
        excess = abs(actual) - abs(limit)
        excesses[main] = max(ZERO, excess)
        if excess > 0:
            signed = excess if actual > 0 else -excess
            for part, cut in zip(
                group, apportion(signed, [part.amount for part in group]), strict=True
            ):
                reductions[part.line] = reductions.get(part.line, ZERO) + cut
    return reductions, excesses
