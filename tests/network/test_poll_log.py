from datetime import UTC, datetime, timedelta

import pytest

from netzwart.network.poll_log import KEPT, PollCause, PollEntry, entries, with_entry
from netzwart.network.polling.reading import PollError

NOW = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)

CASES = [
    PollEntry(NOW, 412, 523, is_reachable=True),
    PollEntry(NOW, 3000, 0, is_reachable=False, error=PollError.NO_ANSWER, cause=PollCause.VERIFY),
    PollEntry(NOW, 90, 0, is_reachable=False, error=PollError.AUTHENTICATION_FAILED),
    PollEntry(NOW, 5000, 6, is_reachable=True, error=PollError.NO_ANSWER, cause=PollCause.TRAP),
    PollEntry(NOW, 5, 6, is_reachable=True, error=PollError.MALFORMED_REPLY),
    PollEntry(NOW, 5, 0, is_reachable=False, error=PollError.REFUSED, cause=PollCause.PERSON),
    PollEntry(NOW, 5, 0, is_reachable=False),
]


@pytest.mark.parametrize("entry", CASES)
def test_poll_comes_back_as_it_was(entry: PollEntry):
    assert list(entries(with_entry(None, entry))) == [entry]


def test_newest_is_first_and_the_oldest_falls_out():
    log: bytes | None = None
    for number in range(KEPT + 5):
        moment = NOW + timedelta(minutes=number)
        log = with_entry(log, PollEntry(moment, number, number, is_reachable=True))
    found = list(entries(log))
    assert len(found) == KEPT
    assert [found[0].values, found[-1].values] == [KEPT + 4, 5]
    assert len(log or b"") == KEPT * 12


def test_numbers_too_large_are_cut_and_not_refused():
    entry = PollEntry(NOW, 2**40, 100_000, is_reachable=True)
    found = next(entries(with_entry(b"", entry)))
    assert (found.duration_ms, found.values) == (2**32 - 1, 65_535)


@pytest.mark.parametrize("log", [None, b"", b"\x00" * 5, b"\xff" * 12, b"\xff" * 25])
def test_damaged_log_is_read_as_far_as_it_goes(log: bytes | None):
    found = list(entries(log))
    assert len(found) == len(log or b"") // 12
    assert all(one.error is None and not one.is_reachable for one in found)
