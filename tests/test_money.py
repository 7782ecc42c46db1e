from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netzwart.errors import InvalidInputError
from netzwart.money import (
    ZERO,
    apportion,
    cents,
    format_amount,
    format_euro,
    format_percent,
    full_euros,
    parse_amount,
    percentages,
    total,
)

amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=2)
weights = st.lists(st.decimals(min_value=0, max_value=10**6, places=3), min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("given_amount", "rounded"),
    [
        ("0.005", "0.01"),
        ("0.0049999", "0.00"),
        ("2.675", "2.68"),
        ("-0.005", "-0.01"),
        ("-0.004", "0.00"),
        ("834300", "834300.00"),
    ],
)
def test_halves_are_rounded_away_from_zero(given_amount: str, rounded: str):
    assert str(cents(Decimal(given_amount))) == rounded


def test_minus_zero_does_not_exist():
    assert str(cents(Decimal("-0.00"))) == "0.00"


def test_huge_amounts_lose_no_cent():
    assert cents(Decimal("123456789012345678901234567890.125")) == Decimal(
        "123456789012345678901234567890.13"
    )


@pytest.mark.parametrize("wrong", [0.1, True, "1.00", None])
def test_money_that_is_not_decimal_is_refused(wrong: object):
    with pytest.raises(TypeError):
        cents(wrong)  # pyright: ignore[reportArgumentType] - callers without types exist


@pytest.mark.parametrize("wrong", ["NaN", "Infinity"])
def test_money_that_is_no_number_is_refused(wrong: str):
    with pytest.raises(ValueError, match="no amount"):
        cents(Decimal(wrong))


def test_full_euros_are_cut_towards_zero():
    assert [str(full_euros(Decimal(text))) for text in ("3.99", "-3.99", "0.50")] == [
        "3.00",
        "-3.00",
        "0.00",
    ]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1.234,56", "1234.56"),
        ("1234.56", "1234.56"),
        ("1234,5", "1234.50"),
        ("1.234.567", "1234567.00"),
        ("1.234", "1234.00"),
        ("750870.00", "750870.00"),
        (" 1.234,56\N{NO-BREAK SPACE}€ ", "1234.56"),
        ("-12,00 EUR", "-12.00"),
        ("\N{MINUS SIGN}12", "-12.00"),
        ("+3", "3.00"),
        ("0,00", "0.00"),
    ],
)
def test_written_amounts_are_read(text: str, amount: str):
    assert str(parse_amount(text)) == amount


@pytest.mark.parametrize(
    "wrong",
    [
        *("", "abc", "1,234.56", "1.23.456", "1e5", "NaN", "1,234", "12,345,00", "--1", "١٢"),
        *("9" * 11, "9" * 99, "1.2.3", ",5", "5 €€", "12.345,678"),
        *(None, 1.5, 12, Decimal(1)),
    ],
)
def test_what_is_no_amount_is_refused_in_german(wrong: object):
    with pytest.raises(InvalidInputError) as error:
        parse_amount(wrong)
    assert error.value.message.endswith(".")


@given(amounts)
def test_a_written_amount_reads_back_the_same(amount: Decimal):
    assert parse_amount(format_euro(amount)) == amount


@pytest.mark.parametrize(
    ("amount", "text"),
    [("1234.56", "1.234,56"), ("-1234567.5", "-1.234.567,50"), ("0", "0,00"), ("-0.001", "0,00")],
)
def test_amounts_are_written_in_german(amount: str, text: str):
    assert format_amount(Decimal(amount)) == text


def test_the_euro_sign_never_breaks_off():
    assert format_euro(Decimal("750870.00")) == "750.870,00\N{NO-BREAK SPACE}€"


def test_shares_are_written_as_percent():
    assert format_percent(Decimal("0.9")) == "90,00\N{NO-BREAK SPACE}%"
    assert format_percent(Decimal("0.973"), 1) == "97,3\N{NO-BREAK SPACE}%"
    assert format_percent(Decimal("0.905"), 0) == "91\N{NO-BREAK SPACE}%"


@given(amounts, weights)
def test_parts_add_up_to_the_whole(amount: Decimal, given_weights: list[Decimal]):
    if sum(given_weights) == 0:
        given_weights = [*given_weights, Decimal(1)]
    assert sum(apportion(amount, given_weights)) == amount


@given(amounts, weights)
def test_no_part_is_more_than_a_cent_from_its_ideal(amount: Decimal, given_weights: list[Decimal]):
    given_weights = [*given_weights, Decimal(1)]
    base = sum(Fraction(weight) for weight in given_weights)
    for part, weight in zip(apportion(amount, given_weights), given_weights, strict=True):
        assert abs(Fraction(part) - Fraction(amount) * Fraction(weight) / base) < Fraction(1, 100)


@given(amounts, weights)
def test_a_credit_note_takes_back_what_the_invoice_gave(
    amount: Decimal, given_weights: list[Decimal]
):
    given_weights = [*given_weights, Decimal(1)]
    taken = apportion(-amount, given_weights)
    assert [-part for part in taken] == apportion(amount, given_weights)


@given(amounts, st.dictionaries(st.text("0123456789", min_size=6, max_size=6), st.integers(1, 99)))
def test_with_keys_the_order_of_entry_does_not_matter(amount: Decimal, by_school: dict[str, int]):
    by_school["168269"] = 1
    forwards = list(by_school)
    backwards = forwards[::-1]
    one = dict(zip(forwards, apportion(amount, [by_school[k] for k in forwards], forwards)))  # noqa: B905 - same length
    two = dict(zip(backwards, apportion(amount, [by_school[k] for k in backwards], backwards)))  # noqa: B905 - same length
    assert one == two


def test_ties_go_to_the_lower_key():
    assert apportion(Decimal("0.01"), [1, 1], ["200000", "100000"]) == [ZERO, Decimal("0.01")]
    assert apportion(Decimal("0.02"), [1, 1, 1]) == [Decimal("0.01"), Decimal("0.01"), ZERO]


def test_a_discount_line_among_the_weights_is_split_along():
    assert apportion(Decimal("900.00"), [Decimal(1000), Decimal(-100)]) == [
        Decimal("1000.00"),
        Decimal("-100.00"),
    ]


def test_nothing_is_split_without_weights():
    assert apportion(ZERO, [0, 0]) == [ZERO, ZERO]
    assert apportion(ZERO, []) == []
    with pytest.raises(InvalidInputError, match="Gewichte"):
        apportion(Decimal("1.00"), [0, 0])


def test_half_cents_and_missing_keys_are_programming_errors():
    with pytest.raises(ValueError, match="whole cents"):
        apportion(Decimal("0.005"), [1])
    with pytest.raises(ValueError, match="one key"):
        apportion(Decimal("1.00"), [1, 1], ["a"])
    with pytest.raises(TypeError):
        apportion(Decimal("1.00"), [0.5, 0.5])  # pyright: ignore[reportArgumentType] - as above


@given(st.lists(st.decimals(min_value=0, max_value=10**7, places=2), max_size=20))
def test_percentages_add_up_to_a_hundred(parts: list[Decimal]):
    expected = Decimal("100.00") if sum(parts) else ZERO
    assert sum(percentages(parts), ZERO) == expected


def test_percentages_are_rounded_by_largest_remainder():
    assert percentages([Decimal(1), Decimal(1), Decimal(1)]) == [
        Decimal("33.34"),
        Decimal("33.33"),
        Decimal("33.33"),
    ]
    assert percentages([ZERO, ZERO]) == [ZERO, ZERO]


def test_the_sum_of_nothing_is_zero_euros():
    assert str(total([])) == "0.00"
