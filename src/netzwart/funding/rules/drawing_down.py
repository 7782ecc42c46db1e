"""The most that may be called on a day, and what forbids a call."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from netzwart.funding.rules.terms import DrawdownMode
from netzwart.money import ZERO, cents, exact


class DrawdownLimit(StrEnum):
    """Which of the limits is the lowest."""

    COSTS = "costs"
    AWARD = "award"
    TRANCHE = "tranche"


class DrawdownBlocker(StrEnum):
    """Why nothing may be called at all. Source: VVG 7.1, ANBest-G 1.4."""

    NOT_FINAL = "not_final"
    UNSPENT_MONEY = "unspent_money"


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawdownPosition:
    """Where a grant stands on the day of a call; amounts in euros."""

    on: date
    mode: DrawdownMode
    rate: Decimal
    awarded: Decimal
    eligible_paid: Decimal
    """Eligible costs paid up to the day."""
    eligible_due: Decimal = ZERO
    """Eligible costs due within two months after the day."""
    received: Decimal = ZERO
    """All grant money called so far, whether it has arrived or not."""
    tranche: Decimal | None = None
    """The budget year's tranche; None when the notice has none."""
    tranche_received: Decimal = ZERO
    final_on: date | None = None
    """Day from which the notice can no longer be contested."""
    unspent_overdue: Decimal = ZERO
    """Called money that was not spent within two months."""
    reduction: Decimal = ZERO
    """What income, caps on the grant and rounding take off the grant. Source: ANBest-G 2."""


@dataclass(frozen=True, slots=True)
class DrawdownMaximum:
    """The result with every limit it was the lowest of."""

    amount: Decimal
    binding: DrawdownLimit
    limits: dict[DrawdownLimit, Decimal]
    blockers: tuple[DrawdownBlocker, ...]


def drawdown_maximum(position: DrawdownPosition) -> DrawdownMaximum:
    """Return the most that may be called, zero when a precondition is missing.

    What lowers the grant lowers the call: a grant reduced by new income is not called in full only
    to be paid back. Source: ANBest-G 1.4, 2; VVG 7.1, 7.2; formulas 9.5 and 9.6.
    """
    left = position.awarded - position.reduction
    limits = {DrawdownLimit.AWARD: cents(left - position.received)}
    if position.mode in {DrawdownMode.TWO_MONTHS, DrawdownMode.REIMBURSEMENT}:
        limits[DrawdownLimit.COSTS] = _by_costs(position)
    if position.tranche is not None:
        limits[DrawdownLimit.TRANCHE] = cents(position.tranche - position.tranche_received)
    binding = min(limits, key=lambda limit: limits[limit])
    blockers = _blockers(position)
    amount = ZERO if blockers else max(ZERO, limits[binding])
    return DrawdownMaximum(amount, binding, limits, blockers)


def _by_costs(position: DrawdownPosition) -> Decimal:
    costs = exact(position.eligible_paid)
    if position.mode is DrawdownMode.TWO_MONTHS:
        costs += exact(position.eligible_due)
    return cents(exact(position.rate) * costs) - position.reduction - position.received


def reduction_of(rate: Decimal, costs: Decimal, awarded: Decimal, claimed: Decimal) -> Decimal:
    """Return by how much the grant claimed stays below the share of the costs and the award."""
    return max(ZERO, min(cents(exact(rate) * exact(costs)), awarded) - claimed)


def _blockers(position: DrawdownPosition) -> tuple[DrawdownBlocker, ...]:
    blockers: list[DrawdownBlocker] = []
    if position.final_on is None or position.final_on > position.on:
        blockers.append(DrawdownBlocker.NOT_FINAL)
    if position.unspent_overdue > 0:
        blockers.append(DrawdownBlocker.UNSPENT_MONEY)
    return tuple(blockers)
