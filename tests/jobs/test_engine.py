"""Both engines, with the same tasks and the same expectations."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from netzwart.clock import utcnow
from netzwart.database import Database
from netzwart.jobs import (
    JobContext,
    JobState,
    JobTicket,
    QueueHealth,
    Task,
    Timing,
    enqueue,
    queue_health,
    run_jobs,
    status,
)
from netzwart.jobs.tables import JobStatus

QUICK = Timing(look_s=0.02, heartbeat_s=0.2, stalled_after_s=1.5, grace_s=2.0)


class Notebook:
    """A task that writes down what it was called with."""

    def __init__(self, failures: int = 0) -> None:
        self.seen: list[tuple[int, dict[str, Any]]] = []
        self.failures = failures

    async def run(self, context: JobContext, arguments: Mapping[str, Any]) -> None:
        self.seen.append((context.attempt, dict(arguments)))
        if len(self.seen) <= self.failures:
            raise ValueError("not yet")


@asynccontextmanager
async def working(database: Database, tasks: Sequence[Task]) -> AsyncGenerator[asyncio.Event]:
    stop = asyncio.Event()
    engine = asyncio.create_task(run_jobs(database, tasks, stop, timing=QUICK))
    try:
        yield stop
    finally:
        stop.set()
        await asyncio.wait_for(engine, 10)


async def state(database: Database, job_id: int) -> JobState:
    found: JobState | None = None
    async with database.session(writing=False) as session:
        found = await status(session, job_id)
    assert found is not None
    return found


async def until(database: Database, job_id: int, wanted: JobStatus) -> JobState:
    deadline = time.monotonic() + 15
    while (found := await state(database, job_id)).status is not wanted:
        assert time.monotonic() < deadline, f"job stayed {found}"
        await asyncio.sleep(0.02)
    return found


async def test_job_runs_once_with_its_arguments(database: Database):
    notebook = Notebook()
    ticket = await enqueue(database, "note", {"text": "für Ä", "count": 3})
    assert (await state(database, ticket.id)).status is JobStatus.TODO
    async with working(database, [Task("note", notebook.run)]):
        await until(database, ticket.id, JobStatus.SUCCEEDED)
    assert notebook.seen == [(1, {"text": "für Ä", "count": 3})]


async def test_job_of_a_rolled_back_transaction_never_was(database: Database):
    tickets: list[JobTicket] = []

    async def queue_and_fail() -> None:
        async with database.session() as session:
            tickets.append(await enqueue(session, "note"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await queue_and_fail()
    async with database.session(writing=False) as session:
        assert await status(session, tickets[0].id) is None


async def test_failing_job_is_tried_again_after_a_pause_then_succeeds(database: Database):
    notebook = Notebook(failures=2)
    task = Task("note", notebook.run, max_attempts=3, backoff_s=0)
    ticket = await enqueue(database, task)
    with capture_logs() as logs:
        async with working(database, [task]):
            await until(database, ticket.id, JobStatus.SUCCEEDED)
    assert [attempt for attempt, _ in notebook.seen] == [1, 2, 3]
    assert [line["will_retry"] for line in logs if line["event"] == "job_failed"] == [True, True]


async def test_job_without_attempts_left_is_failed_and_the_engine_goes_on(database: Database):
    bad, good = Notebook(failures=9), Notebook()
    tasks = [Task("bad", bad.run, max_attempts=1), Task("good", good.run)]
    first = await enqueue(database, "bad")
    second = await enqueue(database, "good")
    with capture_logs():
        async with working(database, tasks):
            failed = await until(database, first.id, JobStatus.FAILED)
            await until(database, second.id, JobStatus.SUCCEEDED)
    assert len(bad.seen) == 1
    if database.is_sqlite:
        assert failed.error == "ValueError: not yet"


async def test_second_job_with_a_waiting_lock_is_the_first_one(database: Database):
    tickets = [await enqueue(database, "note", {"n": n}, queueing_lock="node-7") for n in range(3)]
    assert len({ticket.id for ticket in tickets}) == 1
    other = await enqueue(database, "note", queueing_lock="node-8")
    assert other != tickets[0]


async def test_simultaneous_jobs_with_one_lock_become_one(database: Database):
    tickets = await asyncio.gather(
        *(enqueue(database, "note", queueing_lock="node-7") for _ in range(10))
    )
    assert len({ticket.id for ticket in tickets}) == 1


async def test_job_for_later_waits(database: Database):
    notebook = Notebook()
    later = await enqueue(database, "note", scheduled_at=utcnow() + timedelta(hours=1))
    now = await enqueue(database, "note")
    async with working(database, [Task("note", notebook.run)]):
        await until(database, now.id, JobStatus.SUCCEEDED)
    assert (await state(database, later.id)).status is JobStatus.TODO
    assert len(notebook.seen) == 1


async def test_many_jobs_in_two_engines_run_once_each(database: Database):
    notebook = Notebook()
    tickets = [await enqueue(database, "note", {"n": n}) for n in range(30)]
    task = Task("note", notebook.run)
    async with working(database, [task]), working(database, [task]):
        for ticket in tickets:
            await until(database, ticket.id, JobStatus.SUCCEEDED)
    assert sorted(arguments["n"] for _, arguments in notebook.seen) == list(range(30))


async def test_stop_waits_for_the_job_under_way(database: Database):
    started = asyncio.Event()

    async def slow(context: JobContext, arguments: Mapping[str, Any]) -> None:
        started.set()
        await asyncio.sleep(0.5)

    ticket = await enqueue(database, "slow")
    async with working(database, [Task("slow", slow)]) as stop:
        await asyncio.wait_for(started.wait(), 10)
        stop.set()
    assert (await state(database, ticket.id)).status is JobStatus.SUCCEEDED


async def test_unknown_task_fails_and_says_so(database: Database):
    ticket = await enqueue(database, "nobody_knows")
    with capture_logs():
        async with working(database, []):
            await until(database, ticket.id, JobStatus.FAILED)


HANGING_WORKER = """
import asyncio, sys
from pathlib import Path
from netzwart.database import Database
from netzwart.jobs import Task, Timing, run_jobs

async def hang(context, arguments):
    Path(sys.argv[2]).touch()
    await asyncio.sleep(3600)

timing = Timing(look_s=0.05, heartbeat_s=0.2, stalled_after_s=1.5)
tasks = [Task("survive", hang)]
asyncio.run(run_jobs(Database(sys.argv[1]), tasks, asyncio.Event(), timing=timing))
"""


async def test_job_of_a_killed_worker_is_done_by_the_next(database: Database, tmp_path: Path):
    ticket = await enqueue(database, "survive")
    marker = tmp_path / "started"
    address = database.url.render_as_string(hide_password=False)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HANGING_WORKER, address, str(marker)
    )
    deadline = time.monotonic() + 30
    while not marker.exists():
        assert time.monotonic() < deadline, "the worker never started its job"
        await asyncio.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    await process.wait()
    assert (await state(database, ticket.id)).status is JobStatus.DOING
    notebook = Notebook()
    with capture_logs() as logs:
        async with working(database, [Task("survive", notebook.run)]):
            await until(database, ticket.id, JobStatus.SUCCEEDED)
    assert notebook.seen == [(2, {})]
    assert "stalled_job_recovered" in [line["event"] for line in logs]


async def health(database: Database) -> QueueHealth:
    async with database.session(writing=False) as session:
        return await queue_health(session)


async def test_queue_health_counts_and_shows_the_heartbeat(database: Database):
    await enqueue(database, "note", scheduled_at=utcnow() - timedelta(minutes=5))
    await enqueue(database, "note")
    before = await health(database)
    assert (before.heartbeat_at, before.waiting, before.overdue) == (None, 2, 1)
    ticket = await enqueue(database, "note")
    async with working(database, [Task("note", Notebook().run)]):
        await until(database, ticket.id, JobStatus.SUCCEEDED)
        deadline = time.monotonic() + 5
        while (await health(database)).heartbeat_at is None:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
    assert (await health(database)).overdue == 0
