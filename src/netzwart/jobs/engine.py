"""Runs jobs: one function for both databases."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from netzwart.database import Database
from netzwart.jobs.embedded import EmbeddedRunner
from netzwart.jobs.postgres import PostgresRunner
from netzwart.jobs.queueing import HEARTBEAT_TASK
from netzwart.jobs.schedule import run_schedule
from netzwart.jobs.tasks import Every, JobContext, Task
from netzwart.jobs.timing import Timing

_HEARTBEAT_INTERVAL_S = 60


async def _beat(context: JobContext, arguments: Mapping[str, Any]) -> None:
    """Do nothing: that it ran is the message."""
    del context, arguments


HEARTBEAT = Task(HEARTBEAT_TASK, _beat, timetable=Every(_HEARTBEAT_INTERVAL_S))
"""Shows that schedule, queue and a worker are alive; `queue_health` reads it."""


async def run_jobs(
    database: Database,
    tasks: Iterable[Task],
    stop: asyncio.Event,
    *,
    concurrency: int = 4,
    timing: Timing | None = None,
) -> None:
    """Queue periodic tasks and run jobs until `stop` is set; any number of processes may do so.

    Raises:
        Exception: whatever ended the engine; a failing job does not.
    """
    known = {task.name: task for task in (*tasks, HEARTBEAT)}
    kind = EmbeddedRunner if database.is_sqlite else PostgresRunner
    runner = kind(database, known, concurrency, timing or Timing())
    async with asyncio.TaskGroup() as group:
        group.create_task(run_schedule(database, list(known.values()), stop))
        group.create_task(runner.run(stop))
