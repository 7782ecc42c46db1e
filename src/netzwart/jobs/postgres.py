"""The job engine on PostgreSQL: procrastinate, with the same tasks as the embedded engine.

Its own worker does not free the jobs of a worker that was killed; `_take_care` does.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import structlog
from procrastinate import App, BaseRetryStrategy, PsycopgConnector, RetryDecision
from procrastinate import JobContext as RunningJob
from procrastinate.jobs import Job, Status
from sqlalchemy import URL

from netzwart.clock import utcnow
from netzwart.database import Database
from netzwart.jobs.schedule import pause
from netzwart.jobs.tasks import JobContext, Task
from netzwart.jobs.timing import Timing

_log = structlog.get_logger()


class _Retries(BaseRetryStrategy):
    """Our waits between attempts, in procrastinate's terms."""

    def __init__(self, task: Task) -> None:
        self._task = task

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Return when to try again; None gives the job up."""
        pause = self._task.wait_after(job.attempts + 1)
        _log.error(
            "job_failed",
            job_id=job.id,
            task=self._task.name,
            attempt=job.attempts + 1,
            will_retry=pause is not None,
            exc_info=exception,
        )
        return None if pause is None else RetryDecision(retry_at=utcnow() + pause)


class PostgresRunner:
    """Runs the jobs of one database until told to stop; any number of these may run."""

    def __init__(
        self, database: Database, tasks: Mapping[str, Task], concurrency: int, timing: Timing
    ) -> None:
        self._database = database
        self._tasks = tasks
        self._concurrency = concurrency
        self._timing = timing
        # One connection listens, one claims, one takes care: more jobs need no more connections.
        self._app = App(
            connector=PsycopgConnector(conninfo=_conninfo(database.url), min_size=1, max_size=4)
        )
        for task in tasks.values():
            self._register(task)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`; then wait for what is running, and abort what takes too long."""
        async with self._app.open_async():
            working = asyncio.create_task(
                self._app.run_worker_async(
                    concurrency=self._concurrency,
                    install_signal_handlers=False,
                    fetch_job_polling_interval=max(self._timing.look_s, 1.0),
                    shutdown_graceful_timeout=self._timing.grace_s,
                    update_heartbeat_interval=self._timing.heartbeat_s,
                    stalled_worker_timeout=self._timing.stalled_after_s,
                )
            )
            caretaking = asyncio.create_task(self._take_care(stop))
            stopping = asyncio.create_task(stop.wait())
            # A worker that ends by itself lost its database; whoever started us starts us again.
            await asyncio.wait({working, caretaking, stopping}, return_when=asyncio.FIRST_COMPLETED)
            for side in (working, caretaking, stopping):
                side.cancel()
            await asyncio.wait({working, caretaking, stopping})
            for side in (working, caretaking):
                if not side.cancelled() and (problem := side.exception()):
                    raise problem

    def _register(self, task: Task) -> None:
        async def run(context: RunningJob, /, **arguments: Any) -> None:  # noqa: ANN401 - JSON values
            job = context.job
            await task.run(JobContext(self._database, job.id or 0, job.attempts + 1), arguments)

        self._app.task(name=task.name, pass_context=True, retry=_Retries(task))(run)

    async def _take_care(self, stop: asyncio.Event) -> None:
        """Free what dead workers held, forget what finished long ago."""
        while not stop.is_set():
            await self.recover()
            await self._app.job_manager.delete_old_jobs(
                nb_hours=self._timing.keep_hours,
                include_failed=True,
                include_cancelled=True,
                include_aborted=True,
            )
            await pause(stop, self._timing.heartbeat_s)

    async def recover(self) -> int:
        """Give jobs of killed workers back to the queue; return how many.

        A job that kills its worker each time is given up after its last attempt.
        """
        manager = self._app.job_manager
        stalled = list(
            await manager.get_stalled_jobs(seconds_since_heartbeat=self._timing.stalled_after_s)
        )
        for job in stalled:
            given_up = job.attempts + 1 >= self._timing.attempts_of(self._tasks.get(job.task_name))
            if given_up:
                await manager.finish_job(job, status=Status.FAILED, delete_job=False)
            else:
                await manager.retry_job(job)
            _log.warning(
                "stalled_job_recovered", job_id=job.id, task=job.task_name, given_up=given_up
            )
        return len(stalled)


def _conninfo(url: URL) -> str:
    """Return the address as libpq reads it."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
