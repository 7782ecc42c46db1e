"""How much grant the eligible costs earn, by the way of financing, and what reduces it."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from netzwart.errors import InvalidInputError
from netzwart.funding.rules.terms import FinancingType, GrantRounding, GrantTerms
from netzwart.money import ZERO, apportion, cents, exact, full_euros, total


class FundingRateMissingError(InvalidInputError):
    """The programme does not know the rate, so the notice must say it."""


def round_grant(amount: Fraction | Decimal, rounding: GrantRounding) -> Decimal:
    """Return the grant as the notice rounds it: to the cent, or down to full euros."""
    return full_euros(amount) if rounding is GrantRounding.EURO_DOWN else cents(amount)


def rate_of(terms: GrantTerms) -> Decimal:
    """Return the funding rate; other ways of financing than by share count as 1 without one.

    Raises:
        FundingRateMissingError: for financing by share without a rate.
    """
    if terms.rate is not None:
        return terms.rate
    if terms.financing is FinancingType.SHARE:
        raise FundingRateMissingError(
            "Der Fördersatz ist nicht bekannt. Bitte den Wert aus dem Zuwendungsbescheid eintragen."
        )
    return Decimal(1)


def grant_claimed(
    terms: GrantTerms,
    eligible: Decimal,
    income: Decimal = ZERO,
    *,
    grant_cap_excess: Decimal = ZERO,
) -> Decimal:
    """Return the grant for the eligible costs, never above award or costs, never below zero.

    `income` is money that the financing plan did not count on; `grant_cap_excess` is what a cap
    measured in grant takes off. New income lowers a share in proportion, a deficit or full
    financing by all of it. Source: formulas 9.3 and 9.5; ANBest-G 2.

    Raises:
        FundingRateMissingError: when the rate is needed and unknown.
    """
    ceiling = max(ZERO, min(terms.awarded, eligible))
    capped = exact(eligible) - exact(grant_cap_excess)
    if terms.financing is FinancingType.SHARE:
        earned = exact(rate_of(terms)) * exact(eligible) - exact(grant_cap_excess)
        grant = max(Fraction(0), min(earned, exact(ceiling)))
        grant -= _reduction_by_income(grant, eligible - cents(grant), terms, income)
    elif terms.financing is FinancingType.DEFICIT:
        savings = max(ZERO, terms.planned_eligible - eligible)
        grant = min(exact(terms.awarded) - exact(savings) - exact(income), exact(ceiling))
    elif terms.financing is FinancingType.FULL:
        grant = min(exact(terms.awarded), capped) - exact(income)
    else:
        grant = min(exact(terms.awarded), capped)
    return round_grant(max(Fraction(0), grant), terms.rounding)


def _reduction_by_income(
    grant: Fraction, own_share: Decimal, terms: GrantTerms, income: Decimal
) -> Fraction:
    if income <= 0:
        return Fraction(0)
    financing = grant + exact(max(ZERO, own_share)) + exact(terms.other_grants)
    return min(grant, exact(income) * grant / financing) if financing > 0 else Fraction(0)


def own_share(eligible: Decimal, grant: Decimal) -> Decimal:
    """Return what the city bears of the eligible costs."""
    return cents(exact(eligible) - exact(grant))


def split_grant(grant: Decimal, eligible: Sequence[Decimal]) -> list[Decimal]:
    """Return the grant split by eligible costs, adding up to it; without costs there is none.

    Source: formula 9.11 (`eligible costs x Z / F`).
    """
    if total(eligible) == 0:
        return [ZERO] * len(eligible)
    return apportion(grant, eligible)


def eligible_for_budget(
    budget: Decimal, rate: Decimal, rounding: GrantRounding = GrantRounding.CENT
) -> Decimal:
    """Return the eligible costs that use up a budget: `F_max = B / share`. Source: formula 9.3."""
    return round_grant(exact(budget) / exact(rate), rounding)


def reduced_by_income(
    grant: Decimal, own: Decimal, other_grants: Decimal, income: Decimal
) -> Decimal:
    """Return a share's grant after new third-party money, which all financing parts share.

    `Z' = Z - D x Z / (Z + E + other grants)`. Source: formula 9.5.
    """
    terms = GrantTerms(financing=FinancingType.SHARE, awarded=grant, other_grants=other_grants)
    return cents(exact(grant) - _reduction_by_income(exact(grant), own, terms, income))


def grant_by_unit_price(cap: Decimal, prices: Sequence[Decimal], awarded: Decimal) -> Decimal:
    """Return a fixed amount per device: the price of each, at most the cap, at most the award.

    `Z' = sum of min(cap, price)`. Source: formula 9.5.
    """
    earned = sum((min(cap, price) for price in prices), ZERO)
    return cents(min(earned, awarded))
