from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netzwart.funding.rules.drawing_down import (
    DrawdownBlocker,
    DrawdownLimit,
    DrawdownPosition,
    drawdown_maximum,
    reduction_of,
)
from netzwart.funding.rules.granting import (
    FundingRateMissingError,
    eligible_for_budget,
    grant_by_unit_price,
    grant_claimed,
    own_share,
    rate_of,
    reduced_by_income,
    split_grant,
)
from netzwart.funding.rules.sharing import WeightFacts, WeightsUnusableError, share_costs
from netzwart.funding.rules.terms import DrawdownMode, FinancingType, GrantRounding, GrantTerms
from netzwart.money import ZERO

HERTEN = GrantTerms(
    financing=FinancingType.SHARE, awarded=Decimal("750870.00"), rate=Decimal("0.90")
)
euros = st.decimals(min_value=0, max_value=10**8, places=2)
rates = st.decimals(min_value=0, max_value=1, places=4)


def terms(
    financing: FinancingType, awarded: str, rate: str | None = None, planned: str = "0.00"
) -> GrantTerms:
    return GrantTerms(
        financing=financing,
        awarded=Decimal(awarded),
        rate=Decimal(rate) if rate else None,
        planned_eligible=Decimal(planned),
    )


def test_herten_gets_ninety_percent_of_its_eligible_costs():
    grant = grant_claimed(HERTEN, Decimal("834300.00"))
    assert grant == Decimal("750870.00")
    assert own_share(Decimal("834300.00"), grant) == Decimal("83430.00")


def test_costs_above_the_plan_stay_with_the_city():
    assert grant_claimed(HERTEN, Decimal("900000.00")) == Decimal("750870.00")


def test_lower_costs_lower_the_grant_in_proportion():
    assert grant_claimed(HERTEN, Decimal("800000.00")) == Decimal("720000.00")


@pytest.mark.parametrize(
    ("budget", "eligible", "own"),
    [("2731728", "3035253.00", "303525.00"), ("640180", "711311.00", "71131.00")],
)
def test_a_budget_allows_eligible_costs_in_full_euros(budget: str, eligible: str, own: str):
    costs = eligible_for_budget(Decimal(budget), Decimal("0.90"), GrantRounding.EURO_DOWN)
    assert (costs, costs - Decimal(budget)) == (Decimal(eligible), Decimal(own))


def test_a_budget_allows_eligible_costs_to_the_cent():
    assert eligible_for_budget(Decimal(2731728), Decimal("0.90")) == Decimal("3035253.33")


def test_the_grant_is_rounded_as_the_notice_says():
    cent = terms(FinancingType.SHARE, "1000.00", "0.90")
    euro = replace(cent, rounding=GrantRounding.EURO_DOWN)
    assert grant_claimed(cent, Decimal("111.11")) == Decimal("100.00")
    assert grant_claimed(cent, Decimal("110.55")) == Decimal("99.50")
    assert grant_claimed(euro, Decimal("110.55")) == Decimal("99.00")


def test_new_income_lowers_a_share_in_proportion():
    assert reduced_by_income(
        Decimal("750870.00"), Decimal("83430.00"), ZERO, Decimal("10000.00")
    ) == Decimal("741870.00")
    assert reduced_by_income(
        Decimal("400.00"), Decimal("100.00"), Decimal("500.00"), Decimal("100.00")
    ) == Decimal("360.00")
    assert reduced_by_income(Decimal("400.00"), Decimal("100.00"), ZERO, ZERO) == Decimal("400.00")
    assert reduced_by_income(ZERO, ZERO, ZERO, Decimal("5.00")) == ZERO
    assert grant_claimed(HERTEN, Decimal("834300.00"), Decimal("10000.00")) == Decimal("741870.00")


def test_a_deficit_shrinks_by_savings_and_income():
    deficit = terms(FinancingType.DEFICIT, "50000.00", planned="80000.00")
    assert grant_claimed(deficit, Decimal("80000.00")) == Decimal("50000.00")
    assert grant_claimed(deficit, Decimal("75000.00"), Decimal("2000.00")) == Decimal("43000.00")
    assert grant_claimed(deficit, Decimal("90000.00")) == Decimal("50000.00")
    assert grant_claimed(deficit, Decimal("10000.00")) == ZERO


def test_a_fixed_amount_stays_unless_the_costs_are_lower():
    fixed = terms(FinancingType.FIXED, "5000.00")
    assert grant_claimed(fixed, Decimal("8000.00"), Decimal("100.00")) == Decimal("5000.00")
    assert grant_claimed(fixed, Decimal("4200.00")) == Decimal("4200.00")


def test_full_financing_shrinks_by_all_income():
    full = terms(FinancingType.FULL, "5000.00")
    assert grant_claimed(full, Decimal("6000.00")) == Decimal("5000.00")
    assert grant_claimed(full, Decimal("4000.00"), Decimal("500.00")) == Decimal("3500.00")


def test_of_a_flat_rate_the_unspent_rest_goes_back():
    flat = terms(FinancingType.FLAT, "10000.00")
    assert grant_claimed(flat, Decimal("8000.00")) == Decimal("8000.00")
    assert grant_claimed(flat, Decimal("12000.00")) == Decimal("10000.00")


def test_a_fixed_amount_per_device_pays_each_price_up_to_the_cap():
    prices = [Decimal("450.00"), Decimal("600.00"), Decimal("500.00")]
    assert grant_by_unit_price(Decimal("500.00"), prices, Decimal("9999.00")) == Decimal("1450.00")
    assert grant_by_unit_price(Decimal("500.00"), prices, Decimal("1000.00")) == Decimal("1000.00")


def test_a_share_without_a_rate_asks_for_the_notice():
    with pytest.raises(FundingRateMissingError, match="Zuwendungsbescheid"):
        grant_claimed(terms(FinancingType.SHARE, "1.00"), Decimal("1.00"))
    assert rate_of(terms(FinancingType.FIXED, "1.00")) == 1


@given(
    st.sampled_from(FinancingType),
    euros,
    euros,
    rates,
    euros,
    euros,
    st.sampled_from(GrantRounding),
)
def test_the_grant_never_exceeds_award_or_costs(
    kind: FinancingType,
    awarded: Decimal,
    eligible: Decimal,
    rate: Decimal,
    income: Decimal,
    cut: Decimal,
    how: GrantRounding,
):
    given_terms = GrantTerms(
        financing=kind, awarded=awarded, rate=rate, planned_eligible=eligible, rounding=how
    )
    grant = grant_claimed(given_terms, eligible, income, grant_cap_excess=cut)
    assert ZERO <= grant <= min(awarded, eligible)
    assert grant + own_share(eligible, grant) == eligible


def test_negative_costs_earn_no_grant():
    assert grant_claimed(HERTEN, Decimal("-5.00")) == ZERO
    assert split_grant(ZERO, [ZERO, ZERO]) == [ZERO, ZERO]


# Formula 9.2


def test_shared_costs_go_to_the_lower_school_on_a_tie():
    weights = [WeightFacts("b", "168269", Decimal(1)), WeightFacts("a", "100001", Decimal(1))]
    assert share_costs(Decimal("0.01"), weights) == {"a": Decimal("0.01"), "b": ZERO}


def test_shared_costs_follow_the_weights_exactly():
    weights = [
        WeightFacts(f"m{n}", f"10000{n}", Decimal(pupils)) for n, pupils in enumerate((824, 99, 64))
    ]
    shares = share_costs(Decimal("10000.00"), weights)
    assert shares == {"m0": Decimal("8348.53"), "m1": Decimal("1003.04"), "m2": Decimal("648.43")}
    assert share_costs(Decimal("10000.00"), weights[::-1]) == shares


@pytest.mark.parametrize(
    "weights",
    [
        [],
        [WeightFacts("a", "1", Decimal(-1)), WeightFacts("b", "2", Decimal(2))],
        [WeightFacts("a", "1", Decimal(0))],
        [WeightFacts("a", "1", Decimal(1)), WeightFacts("a", "2", Decimal(1))],
    ],
)
def test_unusable_weights_are_refused(weights: list[WeightFacts]):
    with pytest.raises(WeightsUnusableError):
        share_costs(Decimal("1.00"), weights)


# Formula 9.6

POSITION = DrawdownPosition(
    on=date(2022, 2, 21),
    mode=DrawdownMode.TWO_MONTHS,
    rate=Decimal("0.90"),
    awarded=Decimal("750870.00"),
    eligible_paid=Decimal("24256.96"),
    eligible_due=Decimal("10000.00"),
    final_on=date(2021, 12, 2),
)


def test_two_months_of_need_may_be_called():
    result = drawdown_maximum(POSITION)
    assert (result.amount, result.binding) == (Decimal("30831.26"), DrawdownLimit.COSTS)


def test_reimbursement_pays_only_what_is_paid():
    result = drawdown_maximum(replace(POSITION, mode=DrawdownMode.REIMBURSEMENT))
    assert result.amount == Decimal("21831.26")


def test_what_was_called_before_is_taken_off():
    assert drawdown_maximum(replace(POSITION, received=Decimal("21831.26"))).amount == Decimal(
        "9000.00"
    )
    assert drawdown_maximum(replace(POSITION, received=Decimal("40000.00"))).amount == ZERO


def test_award_and_tranche_limit_a_call():
    late = replace(POSITION, eligible_paid=Decimal("900000.00"), received=Decimal("740000.00"))
    assert drawdown_maximum(late).amount == Decimal("10870.00")
    assert drawdown_maximum(late).binding is DrawdownLimit.AWARD
    tranche = replace(POSITION, tranche=Decimal("20000.00"), tranche_received=Decimal("5000.00"))
    assert drawdown_maximum(tranche).amount == Decimal("15000.00")
    assert drawdown_maximum(tranche).binding is DrawdownLimit.TRANCHE


@pytest.mark.parametrize("mode", [DrawdownMode.FLAT, DrawdownMode.ONCE_WHEN_FINAL])
def test_flat_money_is_called_without_costs(mode: DrawdownMode):
    flat = replace(POSITION, mode=mode, eligible_paid=ZERO, eligible_due=ZERO)
    assert drawdown_maximum(flat).amount == Decimal("750870.00")


@pytest.mark.parametrize("final_on", [None, date(2022, 2, 22)])
def test_nothing_may_be_called_before_the_notice_is_final(final_on: date | None):
    result = drawdown_maximum(replace(POSITION, final_on=final_on))
    assert (result.amount, result.blockers) == (ZERO, (DrawdownBlocker.NOT_FINAL,))


def test_nothing_may_be_called_while_old_money_lies_idle():
    result = drawdown_maximum(replace(POSITION, unspent_overdue=Decimal("0.01")))
    assert (result.amount, result.blockers) == (ZERO, (DrawdownBlocker.UNSPENT_MONEY,))


def test_what_takes_off_the_grant_takes_off_the_call():
    less = drawdown_maximum(replace(POSITION, reduction=Decimal("1080.00")))
    assert (less.amount, less.binding) == (Decimal("29751.26"), DrawdownLimit.COSTS)
    flat = replace(POSITION, mode=DrawdownMode.FLAT, reduction=Decimal("1080.00"))
    assert drawdown_maximum(flat).amount == Decimal("749790.00")


@pytest.mark.parametrize(
    ("costs", "claimed", "reduction"),
    [
        ("1000.00", "900.00", "0.00"),
        ("1000.00", "850.00", "50.00"),
        ("1000.01", "900.00", "0.01"),  # rounded down to full euros
        ("2000.00", "1000.00", "0.00"),  # the award is a limit of its own, no reduction
        ("2000.00", "960.00", "40.00"),
    ],
)
def test_reduction_is_what_is_missing_to_the_share_or_the_award(
    costs: str, claimed: str, reduction: str
):
    found = reduction_of(Decimal("0.9"), Decimal(costs), Decimal("1000.00"), Decimal(claimed))
    assert found == Decimal(reduction)
