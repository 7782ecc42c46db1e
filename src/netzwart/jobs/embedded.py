"""The job engine inside the service, on SQLite: claims one job after another, several at a time."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import delete, select, update

from netzwart.clock import utcnow
from netzwart.database import Database, table_of
from netzwart.jobs.schedule import pause
from netzwart.jobs.tables import Job, JobStatus
from netzwart.jobs.tasks import JobContext, Task
from netzwart.jobs.timing import Timing

_log = structlog.get_logger()
_ERROR_LIMIT = 2000
_jobs = table_of(Job)


@dataclass(frozen=True, slots=True)
class _Claimed:
    id: int
    task: str
    arguments: Mapping[str, Any]
    attempts: int


class EmbeddedRunner:
    """Runs the jobs of one database until told to stop; jobs under way may finish first."""

    def __init__(
        self, database: Database, tasks: Mapping[str, Task], concurrency: int, timing: Timing
    ) -> None:
        self._database = database
        self._tasks = tasks
        self._concurrency = concurrency
        self._timing = timing
        self._running: dict[int, asyncio.Task[None]] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`; then wait for what is running, and abort what takes too long."""
        caretaking = asyncio.create_task(self._take_care(stop))
        try:
            while not stop.is_set():
                if not await self._start_next():
                    await pause(stop, self._timing.look_s)
            await self._finish()
        finally:
            caretaking.cancel()
            await asyncio.wait({caretaking})
        if not caretaking.cancelled() and (problem := caretaking.exception()):
            raise problem

    async def _finish(self) -> None:
        if self._running:
            await asyncio.wait(self._running.values(), timeout=self._timing.grace_s)
        for job in list(self._running.values()):
            job.cancel()  # stays `doing` without heartbeat; another start will recover it
        if self._running:
            await asyncio.wait(self._running.values())

    async def _start_next(self) -> bool:
        if len(self._running) >= self._concurrency:
            return False
        claimed = await self._claim()
        if claimed is None:
            return False
        job = asyncio.create_task(self._work(claimed), name=f"job {claimed.id}")
        self._running[claimed.id] = job
        job.add_done_callback(lambda _: self._running.pop(claimed.id, None))
        return True

    async def _claim(self) -> _Claimed | None:
        now = utcnow()
        due = (
            select(_jobs.c.id)
            .where(_jobs.c.status == JobStatus.TODO, _jobs.c.scheduled_at <= now)
            .order_by(_jobs.c.scheduled_at, _jobs.c.id)
            .limit(1)
        )
        async with self._database.session(writing=False) as session:
            if (await session.execute(due)).scalar_one_or_none() is None:
                return None  # a look takes no lock, so an idle runner disturbs no writer
        async with self._database.session() as session:
            statement = (
                update(_jobs)
                .where(_jobs.c.id == due.scalar_subquery())
                .values(status=JobStatus.DOING, started_at=now, heartbeat_at=now)
                .returning(_jobs.c.id, _jobs.c.task, _jobs.c.arguments, _jobs.c.attempts)
            )
            row = (await session.execute(statement)).one_or_none()
        return None if row is None else _Claimed(*row)

    async def _work(self, claimed: _Claimed) -> None:
        task = self._tasks.get(claimed.task)
        if task is None:
            await self._settle(claimed, None, LookupError(f"no task {claimed.task}"))
            return
        context = JobContext(self._database, claimed.id, claimed.attempts + 1)
        running = asyncio.ensure_future(task.run(context, claimed.arguments))
        try:
            await asyncio.wait({running})
        except asyncio.CancelledError:
            running.cancel()
            await asyncio.wait({running})
            raise
        await self._settle(claimed, task, None if running.cancelled() else running.exception())

    async def _settle(
        self, claimed: _Claimed, task: Task | None, problem: BaseException | None
    ) -> None:
        """Note how an attempt ended, and plan the next one if there is one."""
        now = utcnow()
        values: dict[str, Any] = {"status": JobStatus.SUCCEEDED, "finished_at": now, "error": None}
        if problem is not None:
            attempts = claimed.attempts + 1
            pause = task.wait_after(attempts) if task else None
            values = {
                "status": JobStatus.FAILED if pause is None else JobStatus.TODO,
                "finished_at": now if pause is None else None,
                "scheduled_at": now + (pause or timedelta()),
                "attempts": attempts,
                "error": f"{type(problem).__name__}: {problem}"[:_ERROR_LIMIT],
            }
            _log.error(
                "job_failed",
                job_id=claimed.id,
                task=claimed.task,
                attempt=attempts,
                will_retry=pause is not None,
                exc_info=problem,
            )
        async with self._database.session() as session:
            await session.execute(
                update(_jobs)
                .where(_jobs.c.id == claimed.id, _jobs.c.status == JobStatus.DOING)
                .values(**values, changed_at=now, version=_jobs.c.version + 1)
            )

    async def _take_care(self, stop: asyncio.Event) -> None:
        """Keep heartbeats, free what dead runners held, forget what finished long ago."""
        while True:
            await self._beat()
            await self.recover()
            await self._forget()
            await pause(stop, self._timing.heartbeat_s)
            if stop.is_set():
                await asyncio.sleep(self._timing.heartbeat_s)

    async def _beat(self) -> None:
        if self._running:
            async with self._database.session() as session:
                await session.execute(
                    update(_jobs).where(_jobs.c.id.in_(self._running)).values(heartbeat_at=utcnow())
                )

    async def recover(self) -> int:
        """Give jobs of a killed runner back to the queue; return how many.

        A job that kills its runner each time is given up after its last attempt.
        """
        now = utcnow()
        dead = (_jobs.c.status == JobStatus.DOING) & (
            _jobs.c.heartbeat_at < now - timedelta(seconds=self._timing.stalled_after_s)
        )
        async with self._database.session(writing=False) as session:
            rows = (
                await session.execute(
                    select(_jobs.c.id, _jobs.c.task, _jobs.c.attempts).where(dead)
                )
            ).all()
        for job_id, name, attempts in rows:
            given_up = attempts + 1 >= self._timing.attempts_of(self._tasks.get(name))
            async with self._database.session() as session:
                await session.execute(
                    update(_jobs)
                    .where(dead, _jobs.c.id == job_id)
                    .values(
                        status=JobStatus.FAILED if given_up else JobStatus.TODO,
                        attempts=attempts + 1,
                        error="the worker died",
                        finished_at=now if given_up else None,
                    )
                )
            _log.warning("stalled_job_recovered", job_id=job_id, task=name, given_up=given_up)
        return len(rows)

    async def _forget(self) -> None:
        old = _jobs.c.finished_at < utcnow() - timedelta(hours=self._timing.keep_hours)
        async with self._database.session(writing=False) as session:
            if (await session.execute(select(_jobs.c.id).where(old).limit(1))).first() is None:
                return
        async with self._database.session() as session:
            await session.execute(delete(_jobs).where(old))
