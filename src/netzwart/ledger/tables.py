"""Chain entries and daily seals."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from netzwart.database import Record, UtcDateTime, register_messages

MESSAGES: dict[str, tuple[str, str]] = {}
register_messages(MESSAGES)


class LedgerEntry(Record, table=True):
    """The hash of one row that must not change."""

    __table_args__ = (
        UniqueConstraint("subject_type", "subject_id", "content_sha256"),
        Index("ix_ledger_entry_sealed_on", "sealed_on"),
    )

    at: datetime = Field(sa_type=UtcDateTime)
    subject_type: str = Field(max_length=60)
    subject_id: int
    content_sha256: str = Field(max_length=64)
    sealed_on: date | None = None


class DaySeal(Record, table=True):
    """The root over all entries of a day, chained to the day before."""

    __table_args__ = (UniqueConstraint("day"),)

    day: date
    entries: int
    root_sha256: str = Field(max_length=64)
    previous_sha256: str = Field(max_length=64)
