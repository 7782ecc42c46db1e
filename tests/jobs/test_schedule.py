import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, table

from netzwart.database import Database
from netzwart.jobs import Daily, Every, JobContext, Task
from netzwart.jobs.schedule import start_due
from netzwart.jobs.tasks import is_due

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


async def nothing(context: JobContext, arguments: Mapping[str, Any]) -> None:
    del context, arguments


async def waiting(database: Database) -> int:
    name = "job" if database.is_sqlite else "procrastinate_jobs"
    async with database.session(writing=False) as session:
        return (await session.execute(select(func.count()).select_from(table(name)))).scalar_one()


@pytest.mark.parametrize(
    ("timetable", "last", "due"),
    [
        (Every(60), None, True),
        (Every(60), NOON - timedelta(seconds=59), False),
        (Every(60), NOON - timedelta(seconds=60), True),
        (Daily(time(4)), NOON - timedelta(hours=3), False),
        (Daily(time(4)), NOON - timedelta(hours=10), True),
        (Daily(time(4)), datetime(2026, 11, 20, 3, 0, tzinfo=UTC), False),
        (Daily(time(4)), datetime(2026, 11, 20, 2, 59, tzinfo=UTC), True),
        (Daily(time(23)), NOON - timedelta(hours=10), False),
        (Daily(time(23)), NOON - timedelta(hours=20), True),
    ],
)
def test_due_by_timetable(timetable: Every | Daily, last: datetime | None, *, due: bool):
    assert is_due(timetable, last, NOON) is due


def test_pauses_double_up_to_an_hour():
    task = Task("t", nothing, max_attempts=20, backoff_s=10)
    assert task.wait_after(1) == timedelta(seconds=10)
    assert task.wait_after(3) == timedelta(seconds=40)
    assert task.wait_after(15) == timedelta(hours=1)
    assert task.wait_after(20) is None


async def test_periodic_task_is_queued_when_due_and_not_before(database: Database):
    task = Task("tidy", nothing, timetable=Every(60))
    assert await start_due(database, [task], NOON) == ["tidy"]
    assert await start_due(database, [task], NOON + timedelta(seconds=30)) == []
    assert await start_due(database, [task], NOON + timedelta(seconds=60)) == ["tidy"]
    assert await waiting(database) == 1, "a job that still waits is not queued again"


async def test_many_workers_start_a_periodic_task_once(database: Database):
    task = Task("tidy", nothing, timetable=Every(60))
    for moment in (NOON, NOON + timedelta(minutes=2)):
        started = await asyncio.gather(*(start_due(database, [task], moment) for _ in range(8)))
        assert sum(map(len, started)) == 1
    assert await waiting(database) == 1
