from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from netzwart.clock import frozen_at
from netzwart.web import formatting
from netzwart.web.components import MoneyBar, ShareBar

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_days_and_moments_are_those_of_berlin() -> None:
    late = datetime(2026, 7, 31, 22, 30, tzinfo=UTC)
    assert formatting.format_day(late) == "01.08.2026"
    assert formatting.format_moment(late) == "01.08.2026, 00:30"
    assert formatting.format_moment_exact(late) == "01.08.2026, 00:30:00 Uhr"
    assert formatting.format_weekday(date(2026, 11, 20)) == "Fr, 20.11.2026"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (-5, "0 Sek."),
        (59, "59 Sek."),
        (60, "1 Min."),
        (3599, "59 Min."),
        (3600, "1 Std."),
        (86_400, "1 Tag"),
        (12 * 86_400, "12 Tage"),
        (70 * 86_400, "2 Monate"),
        (800 * 86_400, "2 Jahre"),
        (timedelta(minutes=3), "3 Min."),
        (None, "–"),
    ],
)
def test_durations_use_the_largest_fitting_unit(
    seconds: float | timedelta | None, expected: str
) -> None:
    assert plain(formatting.format_duration(seconds)) == expected


def test_spans_from_now_are_said_in_german() -> None:
    with frozen_at(NOW):
        assert plain(formatting.format_ago(NOW - timedelta(minutes=3))) == "vor 3 Min."
        assert plain(formatting.format_ago(NOW - timedelta(days=12))) == "vor 12 Tagen"
        assert plain(formatting.format_ago(NOW + timedelta(hours=5))) == "in 5 Std."
        assert formatting.format_ago(NOW - timedelta(seconds=2)) == "gerade eben"
        assert plain(formatting.format_since(NOW - timedelta(days=900))) == "seit 2 Jahren"
        assert formatting.format_since(NOW) == "seit eben"


def test_numbers_have_german_separators_and_round_half_up() -> None:
    assert formatting.format_number(1234567) == "1.234.567"
    assert formatting.format_number(Decimal("0.125"), 2) == "0,13"
    assert formatting.format_number(-1234.5, 1) == "-1.234,5"
    assert plain(formatting.format_percent(Decimal("0.9731"), 1)) == "97,3 %"
    assert plain(formatting.format_speed(2_500_000_000)) == "2,5 Gbit/s"
    assert plain(formatting.format_speed(100_000_000)) == "100 Mbit/s"
    assert plain(formatting.format_size(4_404_019)) == "4,2 MiB"


def test_money_bar_keeps_inside_when_more_is_committed_than_approved() -> None:
    bar = MoneyBar.of(Decimal(100), Decimal(125), Decimal(50), Decimal(0))
    assert [part.width for part in bar.parts] == [800, 1000, 400, 0]
    assert bar.limit_at == 800
    assert bar.parts[1].share == Decimal("1.25")


def test_money_bar_of_nothing_has_no_shares() -> None:
    bar = MoneyBar.of(Decimal(0), Decimal(0), Decimal(0), Decimal(0))
    assert {part.width for part in bar.parts} == {0}
    assert {part.share for part in bar.parts} == {None}
    assert bar.limit_at is None


def test_share_bar_fills_the_whole_width_without_gaps() -> None:
    bar = ShareBar.of([("a", "A", 1), ("b", "B", 1), ("c", "C", 1), ("d", "D", -4)])
    starts = [part.start for part in bar.parts]
    ends = [part.start + part.width for part in bar.parts]
    assert starts == [0, *ends[:-1]]
    assert ends[-1] == 1000
    assert bar.parts[-1].width == 0
