"""Waiting, passwords, paths and days: the pure part of signing in."""

from datetime import UTC, date, datetime, timedelta

import pytest

from netzwart.accounts.rules import (
    LONGEST_WAIT,
    end_of_day,
    last_day,
    local_path,
    password_problem,
    waiting_time,
)


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (4, 0), (5, 2), (6, 4), (10, 64), (13, 512), (14, 900), (10_000, 900)],
)
def test_waiting_doubles_up_to_a_quarter_of_an_hour(failures: int, seconds: int):
    assert waiting_time(failures, 5) == timedelta(seconds=seconds)
    assert waiting_time(failures, 5) <= LONGEST_WAIT


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("elf Zeichen", "mindestens 12"),
        ("x" * 201, "höchstens 200"),
        ("Verwaltung2026!", "Anmeldenamen"),
        ("aaaaaaaaaaaab", "zu wenige"),
        ("korrekt Pferd Batterie", None),
        ("日本語のパスワードでも長い", None),
    ],
)
def test_password_is_judged_by_length_and_sense(password: str, fault: str | None):
    problem = password_problem(password, "verwaltung")
    assert (problem is None) if fault is None else (problem is not None and fault in problem)


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        ("/geraete?status=lent&cursor=x", "/geraete?status=lent&cursor=x"),
        ("/", "/"),
        (None, "/"),
        ("", "/"),
        ("geraete", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/\t/evil.example", "/"),
        ("/a\r\nSet-Cookie: x", "/"),
    ],
)
def test_only_paths_of_this_site_are_gone_on_to(wanted: str | None, path: str):
    assert local_path(wanted) == path


def test_last_day_counts_to_its_end_in_berlin():
    assert end_of_day(date(2026, 7, 31)) == datetime(2026, 7, 31, 22, tzinfo=UTC)
    assert end_of_day(date(2026, 12, 31)) == datetime(2026, 12, 31, 23, tzinfo=UTC)
    assert end_of_day(None) is None
    assert last_day(end_of_day(date(2026, 3, 29))) == date(2026, 3, 29)
    assert last_day(None) is None
