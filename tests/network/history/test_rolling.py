from datetime import UTC, date, datetime, timedelta

import pytest

from netzwart.network.history.packing import (
    UNKNOWN_ERRORS,
    UNKNOWN_OCTETS,
    CounterSample,
    PortSet,
)
from netzwart.network.history.rolling import combined, day_bounds, day_of, hour_of, roll_up

START = datetime(2026, 11, 26, 10, tzinfo=UTC)
ONE_PORT = PortSet((7,), b"\x01")


def at(
    minute: float,
    octets: tuple[int, ...],
    *,
    uptime_s: int | None = None,
    errors: tuple[int, ...] | None = (0, 0),
    ports: PortSet = ONE_PORT,
) -> tuple[datetime, CounterSample]:
    uptime = round(100_000 + minute * 60) if uptime_s is None else uptime_s
    return START + timedelta(minutes=minute), CounterSample(ports, uptime, octets, errors)


def test_hour_is_the_difference_of_its_polls_and_the_one_before():
    (port,) = roll_up(
        [
            at(-5, (0, 0)),
            at(0, (3000, 100), errors=None),
            at(30, (9000, 100), errors=(3, 1)),
            at(59, (9600, 5100), errors=(3, 4)),
            at(64, (99_999, 99_999)),
        ],
        START,
    )
    assert (port.index, port.observed_s, port.up_s) == (7, 5 * 60 + 59 * 60, 5 * 60 + 59 * 60)
    assert (port.in_octets, port.out_octets) == (9600, 5100)
    assert (port.in_errors, port.out_errors) == (3, 4)
    assert port.peak_in_bps == 3000 * 8 / 300
    assert port.peak_out_bps == round(5000 * 8 / (29 * 60))


def test_time_up_counts_only_polls_that_saw_it_up():
    down = PortSet((7,), b"\x00")
    (port,) = roll_up([at(0, (0, 0)), at(20, (0, 0), ports=down), at(40, (0, 0))], START)
    assert (port.observed_s, port.up_s) == (2400, 1200)


@pytest.mark.parametrize(
    ("before", "after", "narrow", "expected"),
    [
        (2**32 - 100, 400, b"\x01", 500),  # a 32-bit counter wraps within minutes
        (2**64 - 100, 400, b"", 500),  # a 64-bit one hardly ever, but it may
        (10**12, 400, b"", 0),  # that is a reset: no port carries 18 exabytes
        (400, UNKNOWN_OCTETS, b"", 0),
        (UNKNOWN_OCTETS, UNKNOWN_OCTETS, b"", 0),
        (0, 10**18, b"", 0),
    ],
)
def test_counter_that_went_back_has_wrapped_or_was_reset(
    before: int, after: int, narrow: bytes, expected: int
):
    ports = PortSet((7,), b"\x01", narrow)
    (port,) = roll_up([at(0, (before, 0), ports=ports), at(5, (after, 0), ports=ports)], START)
    assert port.in_octets == expected


def test_restart_and_long_silence_are_left_out():
    restart = [at(0, (500, 0)), at(5, (900, 0), uptime_s=12), at(10, (950, 0), uptime_s=312)]
    (port,) = roll_up(restart, START)
    assert (port.in_octets, port.observed_s) == (50, 300)
    assert roll_up([at(-70, (0, 0)), at(5, (10**9, 0))], START) == ()


def test_unknown_errors_are_no_errors():
    (port,) = roll_up(
        [at(0, (0, 0), errors=(UNKNOWN_ERRORS, 5)), at(5, (0, 0), errors=(8, 4))], START
    )
    assert (port.in_errors, port.out_errors) == (0, 0)


def test_new_set_of_ports_begins_anew():
    two = PortSet((7, 8), b"\x03")
    rows = roll_up(
        [
            at(0, (0, 0)),
            at(5, (10, 0)),
            at(10, (10, 0, 5, 5), ports=two, errors=(0,) * 4),
            at(15, (30, 0, 9, 5), ports=two, errors=None),
        ],
        START,
    )
    assert [(row.index, row.in_octets, row.observed_s) for row in rows] == [
        (7, 30, 600),
        (8, 4, 300),
    ]


def test_hours_make_a_day():
    hour = roll_up([at(0, (0, 0)), at(30, (900, 0))], START)
    later = roll_up([at(0, (0, 0)), at(10, (900, 60))], START)
    (day,) = combined([hour, later])
    assert (day.in_octets, day.out_octets, day.observed_s) == (1800, 60, 2400)
    assert day.peak_in_bps == later[0].peak_in_bps


def test_day_is_one_in_berlin():
    start, end = day_bounds(date(2026, 10, 25))  # clocks go back
    assert (start.hour, (end - start) / timedelta(hours=1)) == (22, 25)
    assert day_of(start) == date(2026, 10, 25)
    assert day_of(start - timedelta(seconds=1)) == date(2026, 10, 24)
    assert hour_of(START + timedelta(minutes=59)) == START
