from datetime import UTC, datetime, timedelta

import pytest

from netzwart.network.polling.turns import (
    COMPONENTS_EVERY_S,
    LONGEST_BACK_OFF_S,
    backed_off_s,
    is_component_turn,
    is_readings_turn,
)

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def test_parts_are_read_every_twelfth_turn():
    turns = [is_component_turn(5, 300, NOW + timedelta(seconds=300 * n)) for n in range(24)]
    assert sum(turns) == 24 * 300 / COMPONENTS_EVERY_S


@pytest.mark.parametrize(("interval_s", "expected"), [(60, 2), (300, 2), (1800, 2), (3600, 1)])
def test_health_is_read_every_half_hour_or_with_each_slower_poll(interval_s: int, expected: int):
    polls = range(0, 3600, interval_s)
    turns = [is_readings_turn(5, interval_s, NOW + timedelta(seconds=at)) for at in polls]
    assert sum(turns) == expected


@pytest.mark.parametrize(
    ("failed", "interval_s", "expected"),
    [
        (0, 60, 60),
        (2, 60, 60),
        (6, 60, 60),
        (7, 60, 120),
        (12, 60, 240),
        (17, 60, 480),
        (999, 60, LONGEST_BACK_OFF_S),
        (999, 300, LONGEST_BACK_OFF_S),
        (999, 3600, 3600),
    ],
)
def test_the_dead_are_asked_less_and_less(failed: int, interval_s: int, expected: int):
    assert backed_off_s(interval_s, failed) == expected
