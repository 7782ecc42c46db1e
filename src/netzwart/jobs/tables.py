"""Jobs of the embedded engine on SQLite; PostgreSQL has procrastinate's own tables."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field

from netzwart.database import Record, UtcDateTime, choice, json_object


class JobStatus(StrEnum):
    """Where a job stands, in procrastinate's words."""

    TODO = "todo"
    DOING = "doing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Job(Record, table=True):
    """One piece of work to be done once."""

    __table_args__ = (
        Index("ix_job_status_scheduled_at", "status", "scheduled_at"),
        Index("ix_job_queueing_lock", "queueing_lock"),
    )

    task: str = Field(max_length=120)
    arguments: dict[str, Any] = json_object()
    status: JobStatus = choice(JobStatus)
    queueing_lock: str | None = Field(default=None, max_length=200)
    """No second waiting job with the same lock."""
    scheduled_at: datetime = Field(sa_type=UtcDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    heartbeat_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    attempts: int = 0
    error: str | None = Field(default=None, max_length=2000)


class JobSchedule(Record, table=True):
    """When a periodic task last started, so that a restart neither doubles nor skips it."""

    task: str = Field(max_length=120, unique=True)
    last_run_at: datetime = Field(sa_type=UtcDateTime)
