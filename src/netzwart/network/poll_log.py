"""The last polls of a node in one column: twelve octets each, newest first.

A row per poll would be seven million a day for five thousand switches a minute. A node's row is
written by each poll anyway, and there some hundred octets more cost nothing that can be measured.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from netzwart.network.polling.reading import PollError

KEPT = 48
"""Polls that are remembered: four hours at the usual interval."""

_RECORD = struct.Struct(">IIHBB")
_MAX_VALUES = 0xFFFF
_MAX_DURATION_MS = 0xFFFFFFFF
_OK = 0
_UNKNOWN = 255


class PollCause(StrEnum):
    """Why a node was polled."""

    SCHEDULE = "schedule"
    VERIFY = "verify"
    TRAP = "trap"
    PERSON = "person"


_CAUSES = (PollCause.SCHEDULE, PollCause.VERIFY, PollCause.TRAP, PollCause.PERSON)
_ERRORS = (
    PollError.NO_ANSWER,
    PollError.REFUSED,
    PollError.AUTHENTICATION_FAILED,
    PollError.MALFORMED_REPLY,
)


@dataclass(frozen=True, slots=True)
class PollEntry:
    """One poll: when, how long, how many values, and why it failed or was incomplete."""

    at: datetime
    duration_ms: int
    values: int
    is_reachable: bool
    error: PollError | None = None
    cause: PollCause = PollCause.SCHEDULE


def with_entry(log: bytes | None, entry: PollEntry) -> bytes:
    """Return the log with one more poll in front, and without the oldest if it is full."""
    record = _RECORD.pack(
        int(entry.at.timestamp()),
        min(max(entry.duration_ms, 0), _MAX_DURATION_MS),
        min(entry.values, _MAX_VALUES),
        _outcome(entry),
        _CAUSES.index(entry.cause),
    )
    return record + (log or b"")[: (KEPT - 1) * _RECORD.size]


def _outcome(entry: PollEntry) -> int:
    """Return 0 for a whole answer, n for silence, 16 + n for an answer that broke off."""
    if entry.error is None:
        return _OK if entry.is_reachable else _UNKNOWN
    number = 1 + _ERRORS.index(entry.error)
    return 16 + number if entry.is_reachable else number


def entries(log: bytes | None) -> Iterator[PollEntry]:
    """Return the polls, newest first; a torn record at the end is passed over."""
    log = log or b""
    whole = len(log) - len(log) % _RECORD.size
    for record in _RECORD.iter_unpack(log[:whole]):
        seconds, duration_ms, values, outcome, cause = map(int, record)
        kind = outcome % 16
        yield PollEntry(
            at=datetime.fromtimestamp(seconds, UTC),
            duration_ms=duration_ms,
            values=values,
            is_reachable=outcome == _OK or outcome // 16 == 1,
            error=_ERRORS[kind - 1] if 0 < kind <= len(_ERRORS) else None,
            cause=_CAUSES[cause] if cause < len(_CAUSES) else PollCause.SCHEDULE,
        )
