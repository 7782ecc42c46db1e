from datetime import date

import pytest

from netzwart.schools.calendar import (
    Closure,
    SchoolCalendar,
    free_days_of,
    holidays_known_until,
    land_of,
)

NRW = SchoolCalendar("NW")


@pytest.mark.parametrize(
    ("key", "land"),
    [("05562020", "NW"), ("09162000", "BY"), ("11000000", "BE"), (None, "NW"), ("99", "NW")],
)
def test_land_comes_from_the_municipality_key(key: str | None, land: str):
    assert land_of(key) == land


@pytest.mark.parametrize(
    ("day", "is_school_day"),
    [
        (date(2026, 11, 20), True),  # a Friday
        (date(2026, 11, 21), False),  # a Saturday
        (date(2026, 6, 4), False),  # Fronleichnam, a Thursday
        (date(2026, 6, 5), True),
        (date(2026, 7, 17), True),  # last day before the summer holidays
        (date(2026, 7, 20), False),
        (date(2026, 9, 1), False),  # their last day
        (date(2026, 9, 2), True),
        (date(2026, 10, 19), False),  # autumn
        (date(2026, 12, 23), False),  # Christmas
        (date(2027, 1, 6), False),
        (date(2027, 1, 7), True),
        (date(2024, 5, 21), False),  # the one day after Whitsun
    ],
)
def test_school_days_of_nrw(day: date, is_school_day: bool):  # noqa: FBT001 - a table's column
    assert NRW.is_school_day(day) is is_school_day


def test_lands_differ():
    corpus_christi = date(2026, 6, 4)
    assert SchoolCalendar("BE").is_school_day(corpus_christi)
    assert not NRW.is_school_day(corpus_christi)


def test_closure_of_a_school_stops_its_days_only():
    carnival = SchoolCalendar("NW", (Closure(date(2027, 2, 5), date(2027, 2, 8)),))
    assert not carnival.is_school_day(date(2027, 2, 8))
    assert NRW.is_school_day(date(2027, 2, 8))
    assert carnival.school_days(date(2027, 2, 4), date(2027, 2, 9)) == [date(2027, 2, 9)]


def test_days_are_counted_over_holidays():
    assert NRW.school_days(date(2026, 7, 17), date(2026, 9, 3)) == [
        date(2026, 9, 2), date(2026, 9, 3),
    ]  # fmt: skip
    assert NRW.day_after(date(2026, 7, 16), 2) == date(2026, 9, 2)
    assert NRW.day_after(date(2026, 7, 16), 0) == date(2026, 7, 16)


def test_holidays_have_german_names_and_a_known_end():
    assert free_days_of("NW", 2026)[date(2026, 10, 19)] == "Herbstferien"
    known = holidays_known_until("NW")
    assert known is not None
    assert known >= date(2029, 8, 1)
