"""Starts periodic tasks on time: with any number of workers, each start happens once."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.clock import utcnow
from netzwart.database import Database, UtcDateTime, table_of
from netzwart.jobs.queueing import enqueue
from netzwart.jobs.tables import JobSchedule
from netzwart.jobs.tasks import Daily, Every, Task, is_due, latest_start

_schedules = table_of(JobSchedule)


async def run_schedule(
    database: Database, tasks: Sequence[Task], stop: asyncio.Event, *, tick_s: float = 1.0
) -> None:
    """Queue each periodic task when it is due, until told to stop."""
    periodic = [task for task in tasks if task.timetable is not None]
    while not stop.is_set():
        await start_due(database, periodic, utcnow())
        await pause(stop, tick_s)


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Sleep, but no longer than until told to stop."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return


async def start_due(database: Database, tasks: Sequence[Task], now: datetime) -> list[str]:
    """Queue the periodic tasks that are due and return their names."""
    async with database.session(writing=False) as session:
        rows = await session.execute(select(_schedules.c.task, _schedules.c.last_run_at))
        last: dict[str, datetime] = {row.task: row.last_run_at for row in rows}
    started: list[str] = []
    for task in tasks:
        if task.timetable is not None and is_due(task.timetable, last.get(task.name), now):
            async with database.session() as session:
                if await _take_turn(session, task, task.timetable, now):
                    await enqueue(session, task, queueing_lock=f"periodic:{task.name}")
                    started.append(task.name)
    return started


async def _take_turn(
    session: AsyncSession, task: Task, timetable: Every | Daily, now: datetime
) -> bool:
    """Note the start; False if another worker was faster."""
    changed = await session.execute(
        update(_schedules)
        .where(
            _schedules.c.task == task.name,
            _schedules.c.last_run_at <= latest_start(timetable, now),
        )
        .values(last_run_at=now, changed_at=now, version=_schedules.c.version + 1)
        .returning(_schedules.c.id)
    )
    if changed.scalar_one_or_none() is not None:
        return True
    first = await session.execute(_FIRST_START, {"task": task.name, "now": now})
    return first.scalar_one_or_none() is not None


_FIRST_START = text(
    "INSERT INTO job_schedule (task, last_run_at, created_at, changed_at, version) "
    "VALUES (:task, :now, :now, :now, 1) ON CONFLICT (task) DO NOTHING RETURNING id"
).bindparams(bindparam("now", type_=UtcDateTime))
