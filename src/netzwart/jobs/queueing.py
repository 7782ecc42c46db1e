"""Putting jobs into the queue, inside the caller's transaction, and looking how they are."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.clock import utcnow
from netzwart.database import Database, table_of
from netzwart.jobs.tables import Job, JobSchedule, JobStatus
from netzwart.jobs.tasks import Task

HEARTBEAT_TASK = "jobs.heartbeat"
_jobs = table_of(Job)
_schedules = table_of(JobSchedule)


@dataclass(frozen=True, slots=True)
class JobTicket:
    """Where to ask for a job."""

    id: int


@dataclass(frozen=True, slots=True)
class JobState:
    """How a job stands."""

    id: int
    task: str
    status: JobStatus
    attempts: int
    """Attempts that ended without success."""
    scheduled_at: datetime | None
    error: str | None = None
    """Why the last attempt failed; the embedded engine alone keeps it, workers log it."""


@dataclass(frozen=True, slots=True)
class QueueHealth:
    """What `doctor` says about the queue."""

    heartbeat_at: datetime | None
    """When the heartbeat job was last queued; None if no worker ever ran."""
    waiting: int
    doing: int
    failed: int
    """Failed jobs that are still kept."""
    overdue: int
    """Jobs that should have started more than a minute ago: nobody works, or not enough."""


async def is_embedded(session: AsyncSession) -> bool:
    """Tell whether the jobs of this session's database are the embedded engine's."""
    return (await session.connection()).dialect.name == "sqlite"


async def enqueue(
    place: AsyncSession | Database,
    task: Task | str,
    arguments: Mapping[str, Any] | None = None,
    *,
    queueing_lock: str | None = None,
    scheduled_at: datetime | None = None,
) -> JobTicket:
    """Queue a job and return its ticket; with a session it is queued when that commits.

    Args:
        place: The caller's session, or a database for a transaction of its own.
        task: What to do.
        arguments: JSON values for the task's function.
        queueing_lock: While a job with this lock waits, its ticket is returned instead of a second.
        scheduled_at: Not before this moment; None is now.
    """
    if isinstance(place, Database):
        async with place.session() as session:
            return await enqueue(
                session,
                task,
                arguments,
                queueing_lock=queueing_lock,
                scheduled_at=scheduled_at,
            )
    name = task if isinstance(task, str) else task.name
    if queueing_lock is not None:
        waiting = await _find_waiting(place, queueing_lock)
        if waiting is not None:
            return JobTicket(waiting)
    if await is_embedded(place):
        return await _insert_embedded(place, name, arguments or {}, queueing_lock, scheduled_at)
    return await _defer(place, name, arguments or {}, queueing_lock, scheduled_at)


async def _find_waiting(session: AsyncSession, queueing_lock: str) -> int | None:
    if await is_embedded(session):
        statement = select(_jobs.c.id).where(
            _jobs.c.queueing_lock == queueing_lock, _jobs.c.status == JobStatus.TODO
        )
        return (await session.execute(statement.limit(1))).scalar_one_or_none()
    found = await session.execute(
        text("SELECT id FROM procrastinate_jobs WHERE queueing_lock = :lock AND status = 'todo'"),
        {"lock": queueing_lock},
    )
    return found.scalar_one_or_none()


async def _insert_embedded(
    session: AsyncSession,
    name: str,
    arguments: Mapping[str, Any],
    queueing_lock: str | None,
    scheduled_at: datetime | None,
) -> JobTicket:
    now = utcnow()
    statement = (
        insert(_jobs)
        .values(
            task=name,
            arguments=dict(arguments),
            status=JobStatus.TODO,
            queueing_lock=queueing_lock,
            scheduled_at=scheduled_at or now,
            attempts=0,
            created_at=now,
            changed_at=now,
            version=1,
        )
        .returning(_jobs.c.id)
    )
    return JobTicket((await session.execute(statement)).scalar_one())


_DEFER = text(
    """
    SELECT unnest(procrastinate_defer_jobs_v1(ARRAY[ROW(
        'default', CAST(:task AS varchar), 0, NULL, CAST(:lock AS text), CAST(:arguments AS jsonb),
        CAST(:scheduled_at AS timestamptz)
    )::procrastinate_job_to_defer_v1]))
    """
)


async def _defer(
    session: AsyncSession,
    name: str,
    arguments: Mapping[str, Any],
    queueing_lock: str | None,
    scheduled_at: datetime | None,
) -> JobTicket:
    values = {
        "task": name,
        "lock": queueing_lock,
        "arguments": json.dumps(dict(arguments)),
        "scheduled_at": scheduled_at,
    }
    try:
        async with session.begin_nested():
            return JobTicket((await session.execute(_DEFER, values)).scalar_one())
    except IntegrityError:
        # Somebody queued a job with this lock between our look and our insert.
        waiting = await _find_waiting(session, queueing_lock) if queueing_lock else None
        if waiting is None:
            raise
        return JobTicket(waiting)


async def status(session: AsyncSession, job_id: int) -> JobState | None:
    """Return how a job stands, or None if there is none (finished ones are kept two days)."""
    if await is_embedded(session):
        statement = select(
            _jobs.c.id,
            _jobs.c.task,
            _jobs.c.status,
            _jobs.c.attempts,
            _jobs.c.scheduled_at,
            _jobs.c.error,
        ).where(_jobs.c.id == job_id)
        found = (await session.execute(statement)).one_or_none()
        return None if found is None else JobState(*found)
    row = (await session.execute(_FIND, {"id": job_id})).one_or_none()
    return None if row is None else _procrastinate_state(row)


_FIND = text(
    "SELECT id, task_name, CAST(status AS text) AS status, attempts, scheduled_at "
    "FROM procrastinate_jobs WHERE id = :id"
)


def _procrastinate_state(row: Row[Any]) -> JobState:
    known = {member.value for member in JobStatus}
    # cancelled and aborted jobs will not run any more.
    state = JobStatus(row.status) if row.status in known else JobStatus.FAILED
    return JobState(row.id, row.task_name, state, row.attempts, row.scheduled_at)


async def queue_health(session: AsyncSession) -> QueueHealth:
    """Return what `doctor` and the metrics say about the queue."""
    heartbeat = await session.execute(
        select(_schedules.c.last_run_at).where(_schedules.c.task == HEARTBEAT_TASK)
    )
    overdue_before = utcnow() - timedelta(minutes=1)
    if await is_embedded(session):
        overdue = (_jobs.c.status == JobStatus.TODO) & (_jobs.c.scheduled_at < overdue_before)
        by_status = select(_jobs.c.status, func.count(), func.count().filter(overdue))
        rows = (await session.execute(by_status.group_by(_jobs.c.status))).all()
    else:
        rows = (await session.execute(_COUNT, {"before": overdue_before})).all()
    counts = {str(name): count for name, count, _ in rows}
    return QueueHealth(
        heartbeat_at=heartbeat.scalar_one_or_none(),
        waiting=counts.get("todo", 0),
        doing=counts.get("doing", 0),
        failed=counts.get("failed", 0),
        overdue=sum(late for _, _, late in rows),
    )


_COUNT = text(
    """
    SELECT CAST(status AS text), count(*), count(*) FILTER (
        WHERE status = 'todo' AND coalesce(scheduled_at, (
            SELECT max(at) FROM procrastinate_events
            WHERE job_id = procrastinate_jobs.id AND type = 'deferred'
        )) < :before)
    FROM procrastinate_jobs GROUP BY status
    """
)
