"""Whatever was paid, called, earned or split: calls stay within the grant, shares are the whole."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from netzwart.funding.rules.drawing_down import (
    DrawdownPosition,
    drawdown_maximum,
    reduction_of,
)
from netzwart.funding.rules.sharing import WeightFacts, share_costs
from netzwart.funding.rules.terms import DrawdownMode
from netzwart.money import ZERO, total

money = st.decimals(min_value=0, max_value=900_000, places=2)
positions = st.builds(
    DrawdownPosition,
    on=st.just(date(2022, 6, 1)),
    mode=st.sampled_from(DrawdownMode),
    rate=st.sampled_from([Decimal("0.90"), Decimal("0.65"), Decimal(1)]),
    awarded=money,
    eligible_paid=money,
    eligible_due=money,
    received=money,
    tranche=st.none() | money,
    final_on=st.just(date(2022, 1, 1)),
    reduction=money,
)
weights = st.lists(
    st.tuples(st.integers(0, 50), st.integers(0, 1200)), min_size=1, max_size=14,
    unique_by=lambda pair: pair[0],
).filter(lambda pairs: any(weight for _, weight in pairs))  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(positions, money)
def test_call_never_exceeds_the_award_and_shrinks_with_what_takes_off_the_grant(
    position: DrawdownPosition, more: Decimal
):
    found = drawdown_maximum(position)
    assert ZERO <= found.amount <= max(ZERO, position.awarded - position.received)
    lowered = drawdown_maximum(replace(position, reduction=position.reduction + more))
    assert lowered.amount <= found.amount
    after = replace(
        position,
        received=position.received + found.amount,
        tranche_received=position.tranche_received + found.amount,
    )
    assert drawdown_maximum(after).amount == ZERO


@settings(max_examples=80, deadline=None)
@given(money, money, money)
def test_reduction_is_never_negative_nor_more_than_the_award(
    costs: Decimal, awarded: Decimal, claimed: Decimal
):
    found = reduction_of(Decimal("0.9"), costs, awarded, claimed)
    assert ZERO <= found <= awarded


@settings(max_examples=80, deadline=None)
@given(money, weights, st.randoms(use_true_random=False))
def test_shares_are_the_whole_in_whatever_order(
    amount: Decimal, pairs: list[tuple[int, int]], random: Random
):
    entered = [WeightFacts(f"m{key}", f"{key:06}", Decimal(weight)) for key, weight in pairs]
    found = share_costs(amount, entered)
    assert total(list(found.values())) == amount
    assert all(ZERO <= part <= amount for part in found.values())
    assert share_costs(amount, random.sample(entered, len(entered))) == found
