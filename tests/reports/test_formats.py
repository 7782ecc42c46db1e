from datetime import UTC, date, datetime
from decimal import Decimal

from netzwart.reports import formats


def test_amounts_have_german_marks_and_a_real_minus():
    assert formats.amount(Decimal("-1234567.89")) == "−1.234.567,89"
    assert formats.euro(Decimal("0.5")) == "0,50\u00a0€"


def test_unknown_values_are_a_dash():
    unknown = (formats.amount, formats.euro, formats.percent, formats.rate, formats.day)
    assert {write(None) for write in unknown} == {"–"}
    assert formats.moment(None) == "–"


def test_rates_lose_needless_places():
    assert formats.rate(Decimal("0.19")) == "19\u00a0%"
    assert formats.rate(Decimal("0.075")) == "7,5\u00a0%"
    assert formats.rate(Decimal("0.20")) == "20\u00a0%"
    assert formats.rate(Decimal(0)) == "0\u00a0%"


def test_one_day_is_no_span():
    day = date(2022, 2, 1)
    assert formats.span(day, day) == "01.02.2022"
    assert formats.span(day, None) == "01.02.2022"
    assert formats.span(day, date(2022, 2, 2)) == "01.02.2022 – 02.02.2022"


def test_moments_are_read_from_clocks_in_berlin():
    assert formats.moment(datetime(2024, 7, 1, 22, 30, tzinfo=UTC)) == "02.07.2024, 00:30 Uhr"
