"""A settlement as figures that can be kept, and what differs from it later.

A proof that went out is frozen; the data behind it lives on. What was changed afterwards, for days
the proof already covered, needs a correction (CHK-32).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from netzwart.funding.rules.settling import Settlement

Figures = dict[str, str]
"""Name → decimal string; names begin with the breakdown they belong to."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure that is another one now; None where it did not or does not exist."""

    name: str
    then: Decimal | None
    now: Decimal | None


def figures_of(settlement: Settlement) -> Figures:
    """Return the totals, every category and school, and every payment as decimal strings."""
    totals = settlement.totals
    figures: Figures = {
        "totals.spent": str(totals.spent),
        "totals.eligible": str(totals.eligible),
        "totals.grant_claimed": str(totals.grant_claimed),
        "totals.received": str(totals.received),
    }
    for row in settlement.by_category:
        figures[f"category.{row.category or '-'}.eligible"] = str(row.eligible)
    for school in settlement.by_school:
        figures[f"school.{school.school or '-'}.eligible"] = str(school.eligible)
    for expense in settlement.expenses:
        figures[f"payment.{expense.payment}.paid"] = str(expense.paid)
        figures[f"payment.{expense.payment}.eligible"] = str(expense.eligible)
    return figures


def differences(then: Mapping[str, str], now: Mapping[str, str]) -> list[Difference]:
    """Return what differs, by name; a figure of zero that appears or vanishes is no difference."""
    found: list[Difference] = []
    for name in sorted({*then, *now}):
        before, after = _amount(then.get(name)), _amount(now.get(name))
        if (before or Decimal(0)) != (after or Decimal(0)):
            found.append(Difference(name, before, after))
    return found


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
