from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from netzwart.funding.rules.capping import (
    CappedAmount,
    UnitPart,
    category_caps,
    unit_limit,
    unit_reductions,
)
from netzwart.funding.rules.terms import (
    CapBasis,
    CapCombination,
    CapKind,
    CapRule,
    FinancingType,
    GrantTerms,
)
from netzwart.money import ZERO, total

MOBILE = "mobile_endgeraete"


def mobile_terms(
    combination: CapCombination = CapCombination.ANY,
    basis: CapBasis | None = None,
    rate: str | None = "0.90",
    exempt: frozenset[str] = frozenset(),
) -> GrantTerms:
    share = CapRule(
        key="mobil20",
        kind=CapKind.SHARE_OF_TOTAL,
        value=Decimal("0.20"),
        category=MOBILE,
        basis=basis,
        combination=combination,
    )
    school = CapRule(
        key="mobil25k",
        kind=CapKind.AMOUNT_PER_SCHOOL,
        value=Decimal("25000.00"),
        category=MOBILE,
        combination=combination,
    )
    return GrantTerms(
        financing=FinancingType.SHARE,
        awarded=Decimal("180000.00"),
        rate=Decimal(rate) if rate else None,
        caps=(share, school),
        exempt_schools=exempt,
    )


def spending(other: str, *mobile: str) -> list[CappedAmount]:
    return [
        CappedAmount("it_grundstruktur", "1", Decimal(other)),
        *(CappedAmount(MOBILE, str(n), Decimal(amount)) for n, amount in enumerate(mobile, 1)),
    ]


def test_one_kept_cap_excuses_the_other():
    outcomes, left = category_caps(spending("100000.00", "24000.00", "25000.00"), mobile_terms())
    share, school = outcomes
    assert (share.ok, share.limit, share.actual, share.excess) == (
        False,
        Decimal("25000.00"),
        Decimal("49000.00"),
        Decimal("24000.00"),
    )
    assert (school.ok, school.actual, school.excess) == (True, Decimal("25000.00"), ZERO)
    assert total(left) == Decimal("149000.00")


def test_when_no_cap_is_kept_the_smaller_excess_is_cut():
    outcomes, left = category_caps(spending("100000.00", "40000.00", "20000.00"), mobile_terms())
    assert [outcome.excess for outcome in outcomes] == [Decimal("35000.00"), Decimal("15000.00")]
    assert [outcome.reduction for outcome in outcomes] == [ZERO, Decimal("15000.00")]
    assert left == [Decimal("100000.00"), Decimal("25000.00"), Decimal("20000.00")]


def test_the_share_is_cut_from_all_schools_alike():
    outcomes, left = category_caps(spending("300000.00", "60000.00", "30000.00"), mobile_terms())
    assert outcomes[0].reduction == Decimal("15000.00")
    assert left[1:] == [Decimal("50000.00"), Decimal("25000.00")]


def test_when_all_caps_must_be_kept_the_larger_excess_is_cut():
    outcomes, left = category_caps(
        spending("100000.00", "40000.00", "20000.00"), mobile_terms(CapCombination.ALL)
    )
    assert [outcome.reduction for outcome in outcomes] == [
        Decimal("20000.00"),
        Decimal("15000.00"),
    ]
    assert total(left[1:]) == Decimal("25000.00")


def test_both_readings_of_the_share_are_shown():
    (share, _), _ = category_caps(spending("100000.00", "60000.00"), mobile_terms())
    spent, budget = share.readings
    assert (spent.basis, spent.limit, spent.excess) == (
        CapBasis.SPENT,
        Decimal("25000.00"),
        Decimal("35000.00"),
    )
    assert (budget.basis, budget.limit, budget.excess) == (
        CapBasis.BUDGET,
        Decimal("40000.00"),
        Decimal("20000.00"),
    )


def test_the_notice_can_choose_the_budget_as_basis():
    (share, _), _ = category_caps(
        spending("100000.00", "60000.00"), mobile_terms(basis=CapBasis.BUDGET)
    )
    assert share.limit == Decimal("40000.00")


def test_without_a_rate_there_is_no_budget_reading():
    (share, _), left = category_caps(
        spending("0.00", "30000.00"), mobile_terms(basis=CapBasis.BUDGET, rate=None)
    )
    assert [reading.basis for reading in share.readings] == [CapBasis.SPENT]
    assert share.ok
    assert total(left) == Decimal("30000.00")


def test_exempt_schools_do_not_count():
    outcomes, _ = category_caps(
        spending("100000.00", "20000.00", "90000.00"), mobile_terms(exempt=frozenset({"2"}))
    )
    assert outcomes[0].actual == Decimal("20000.00")
    assert outcomes[1].actual == Decimal("20000.00")


def test_a_share_of_everything_limits_nothing():
    rule = CapRule(key="all", kind=CapKind.SHARE_OF_TOTAL, value=Decimal(1), category=MOBILE)
    terms = GrantTerms(financing=FinancingType.FULL, awarded=Decimal(1), caps=(rule,))
    outcomes, left = category_caps(spending("1.00", "5.00"), terms)
    assert outcomes[0].ok
    assert total(left) == Decimal("6.00")


def test_a_total_cap_cuts_what_exceeds_it():
    rule = CapRule(key="gesamt", kind=CapKind.AMOUNT_TOTAL, value=Decimal("100.00"))
    terms = GrantTerms(financing=FinancingType.FULL, awarded=Decimal(999), caps=(rule,))
    outcomes, left = category_caps(spending("90.00", "60.00"), terms)
    assert (outcomes[0].excess, outcomes[0].reduction) == (Decimal("50.00"), Decimal("50.00"))
    assert left == [Decimal("60.00"), Decimal("40.00")]


@given(
    st.lists(
        st.builds(
            CappedAmount,
            st.sampled_from([MOBILE, "it_grundstruktur"]),
            st.sampled_from(["1", "2", "3", None]),
            st.decimals(min_value=0, max_value=10**6, places=2),
        ),
        max_size=20,
    ),
    st.sampled_from(CapCombination),
    st.sampled_from([None, CapBasis.BUDGET]),
)
def test_caps_hold_and_excess_is_never_negative(
    amounts: list[CappedAmount], combination: CapCombination, basis: CapBasis | None
):
    terms = mobile_terms(combination, basis)
    outcomes, left = category_caps(amounts, terms)
    assert all(outcome.excess >= 0 and outcome.reduction >= 0 for outcome in outcomes)
    assert all(ZERO <= after <= entry.amount for entry, after in zip(amounts, left, strict=True))
    assert total([entry.amount for entry in amounts]) - total(left) == total(
        [outcome.reduction for outcome in outcomes]
    )
    capped = [
        CappedAmount(e.category, e.school, after) for e, after in zip(amounts, left, strict=True)
    ]
    again, _ = category_caps(capped, terms)
    kept = [outcome.ok for outcome in again]
    assert all(kept) if combination is CapCombination.ALL else any(kept)


def test_a_unit_and_its_incidental_costs_share_one_limit():
    parts = [
        UnitPart("tablet", "tablet", Decimal("4500.00")),
        UnitPart("setup", "tablet", Decimal("1500.00")),
    ]
    limit = unit_limit(Decimal("500.00"), Decimal(10), Decimal(1))
    reductions, excesses = unit_reductions(parts, {"tablet": limit})
    assert reductions == {"tablet": Decimal("750.00"), "setup": Decimal("250.00")}
    assert excesses == {"tablet": Decimal("1000.00")}


def test_a_credit_note_takes_back_no_more_than_the_cap_allowed():
    parts = [UnitPart("credit", "credit", Decimal("-595.00"))]
    reductions, _ = unit_reductions(parts, {"credit": Decimal("500.00")})
    assert reductions == {"credit": Decimal("-95.00")}


def test_units_below_the_cap_are_left_alone():
    parts = [UnitPart("a", "a", Decimal("499.99"))]
    assert unit_reductions(parts, {"a": Decimal("500.00")}) == ({}, {"a": ZERO})
