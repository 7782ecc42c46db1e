"""What can be done later: a task is a named function, with its retries and its timetable."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, assert_never

from netzwart.clock import BERLIN
from netzwart.database import Database

_LONGEST_WAIT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class JobContext:
    """What a task's function is told about the job it runs for."""

    database: Database
    job_id: int
    attempt: int
    """1 for the first one."""


TaskFunction = Callable[[JobContext, Mapping[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Every:
    """A timetable: again as soon as this many seconds have passed since the last start."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Daily:
    """A timetable: once a day at this time in Berlin."""

    at: time


@dataclass(frozen=True, slots=True)
class Task:
    """A named piece of work; packages export theirs, `worker.py` collects them.

    A job may run more than once (its worker can die after the work and before the note of it), so
    the function must bear that.
    """

    name: str
    run: TaskFunction
    max_attempts: int = 1
    backoff_s: int = 10
    """Seconds before the second attempt; doubled for each further one."""
    timetable: Every | Daily | None = None

    def wait_after(self, failed_attempts: int) -> timedelta | None:
        """Return how long to wait before the next attempt; None when there is none left."""
        if failed_attempts >= self.max_attempts:
            return None
        return min(timedelta(seconds=self.backoff_s * 2 ** (failed_attempts - 1)), _LONGEST_WAIT)


def is_due(timetable: Every | Daily, last_run_at: datetime | None, now: datetime) -> bool:
    """Tell whether a periodic task should start; one that never ran starts at once."""
    return last_run_at is None or last_run_at <= latest_start(timetable, now)


def latest_start(timetable: Every | Daily, now: datetime) -> datetime:
    """Return the moment such that a last start at or before it makes the task due."""
    match timetable:
        case Every(seconds):
            return now - timedelta(seconds=seconds)
        case Daily(at):
            local = now.astimezone(BERLIN)
            today = datetime.combine(local.date(), at, BERLIN)
            latest = today if today <= local else today - timedelta(days=1)
            # Started exactly at its time means done for this time.
            return latest.astimezone(UTC) - timedelta(microseconds=1)
        case _:
            assert_never(timetable)
