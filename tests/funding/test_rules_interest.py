from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netzwart.funding.programmes.law import load_law
from netzwart.funding.rules.charging_interest import (
    Movement,
    Slice,
    interest_on_unspent,
    slices_of,
    unspent_on,
)
from netzwart.money import ZERO, total

RATES = load_law().base_rates
START = date(2021, 1, 1)
movements = st.lists(
    st.builds(
        Movement,
        st.integers(0, 900).map(lambda days: START + timedelta(days=days)),
        st.decimals(min_value="0.01", max_value=10**6, places=2),
    ),
    max_size=12,
)


def money(day: str, amount: str) -> Movement:
    return Movement(date.fromisoformat(day), Decimal(amount))


def test_called_money_is_used_first_in_first_out():
    receipts = [money("2022-03-15", "100.00"), money("2022-04-15", "50.00")]
    uses = [money("2022-03-20", "120.00"), money("2022-05-01", "10.00")]
    assert slices_of(receipts, uses) == [
        Slice(Decimal("100.00"), date(2022, 3, 15), date(2022, 3, 20)),
        Slice(Decimal("20.00"), date(2022, 4, 15), date(2022, 4, 15)),
        Slice(Decimal("10.00"), date(2022, 4, 15), date(2022, 5, 1)),
        Slice(Decimal("20.00"), date(2022, 4, 15), None),
    ]


def test_a_refund_takes_the_latest_use_back():
    receipts = [money("2022-03-15", "100.00")]
    uses = [
        money("2022-03-20", "60.00"),
        money("2022-03-25", "40.00"),
        money("2022-04-01", "-50.00"),
    ]
    assert slices_of(receipts, uses) == [
        Slice(Decimal("50.00"), date(2022, 3, 15), date(2022, 3, 20)),
        Slice(Decimal("50.00"), date(2022, 3, 15), None),
    ]
    assert slices_of(receipts, [money("2022-03-01", "-5.00")]) == [
        Slice(Decimal("100.00"), date(2022, 3, 15), None)
    ]


@pytest.mark.parametrize(
    ("used_on", "late", "after_two_months", "from_receipt"),
    [
        ("2024-03-10", "0.00", "0.00", "0.00"),
        ("2024-03-11", "36500.00", "0.00", "525.82"),
        ("2024-04-10", "36500.00", "258.60", "784.42"),
    ],
)
def test_money_used_after_two_months_bears_interest(
    used_on: str, late: str, after_two_months: str, from_receipt: str
):
    # 36,500 EUR at 3.62 % + 5 % cost 8.62 EUR a day. Received 10 January, due 10 March; used
    # 10 April: 11 March to 9 April are 30 days = 258.60; 10 January to 9 April are 91 = 784.42.
    result = interest_on_unspent(
        [money("2024-01-10", "36500.00")], [money(used_on, "36500.00")], RATES, date(2024, 12, 31)
    )
    assert result.late_amount == Decimal(late)
    assert result.after_two_months == Decimal(after_two_months)
    assert result.from_receipt == Decimal(from_receipt)
    assert result.carried_forward_from is None


def test_interest_follows_the_base_rate_of_each_day():
    # Due 29 April. 30 April to 30 June: 62 days at 8.62 %; July: 31 days at 8.37 %.
    result = interest_on_unspent([money("2024-02-29", "10000.00")], [], RATES, date(2024, 7, 31))
    assert result.after_two_months == Decimal("217.51")


def test_interest_past_the_table_says_which_rate_it_carried_forward():
    result = interest_on_unspent([money("2025-10-01", "1000.00")], [], RATES, date(2026, 1, 31))
    assert result.carried_forward_from == date(2026, 1, 1)
    # 2 December to 31 January: 61 days at 1.27 % + 5 %.
    assert result.after_two_months == Decimal("10.48")


def test_before_the_table_only_the_surcharge_is_charged():
    result = interest_on_unspent([money("2010-01-01", "36500.00")], [], RATES, date(2010, 3, 11))
    assert result.after_two_months == Decimal("50.00")


def test_overdue_money_blocks_the_next_call():
    receipts, uses = [money("2022-03-15", "100.00")], [money("2022-04-01", "30.00")]
    assert unspent_on(receipts, uses, date(2022, 5, 15)) == ZERO
    assert unspent_on(receipts, uses, date(2022, 5, 16)) == Decimal("70.00")
    assert unspent_on(receipts, [], date(2022, 3, 1)) == ZERO


@given(movements, movements)
def test_slices_add_up_to_what_was_received(receipts: list[Movement], uses: list[Movement]):
    slices = slices_of(receipts, uses)
    received = total([receipt.amount for receipt in receipts])
    used = total([part.amount for part in slices if part.used_on is not None])
    assert total([part.amount for part in slices]) == received
    assert used == min(received, total([use.amount for use in uses]))


@given(movements, movements)
def test_the_order_of_entry_does_not_change_the_interest(
    receipts: list[Movement], uses: list[Movement]
):
    until = START + timedelta(days=1000)
    result = interest_on_unspent(receipts, uses, RATES, until)
    again = interest_on_unspent(receipts[::-1], uses[::-1], RATES, until)
    assert result == again
    assert result.from_receipt >= result.after_two_months >= ZERO
