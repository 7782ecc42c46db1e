"""Journal of money and decisions, sealed segments, daily seals, and the hashes of erased rows."""

from datetime import date, datetime

from sqlalchemy import Index, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field

from netzwart.database import Record, UtcDateTime, register_messages

MESSAGES: dict[str, tuple[str, str]] = {}
register_messages(MESSAGES)


class JournalEntry(Record, table=True):
    """One version of a row that may change; written by the database itself, never changed."""

    __table_args__ = (Index("ix_journal_entry_subject_row_id", "subject", "row_id", "id"),)

    subject: str = Field(max_length=60)
    """The table whose row it is."""
    row_id: int
    act: str = Field(max_length=10)
    """insert, update, delete; begin for what was there before the journal; migration."""
    content: str = Field(sa_type=Text)
    """The row as JSON, in the database's own words."""


class LedgerSegment(Record, table=True):
    """What a day's seal covers of one table: the hashes of its rows, in the order of their ids."""

    __table_args__ = (UniqueConstraint("day", "subject", "part"),)

    day: date
    subject: str = Field(max_length=60)
    part: int
    columns: str = Field(max_length=2000)
    """What was hashed of each row, so that a table may grow: `id seen_at:t raw:j`."""
    first_id: int
    last_id: int
    rows: int
    ids: str = Field(sa_type=Text)
    """Runs of ids, `1-500 502-700`."""
    leaves: bytes = Field(sa_type=LargeBinary)
    """The first eight bytes of each row's hash: they tell which row was touched."""
    sha256: str = Field(max_length=64)
    """Over the whole hashes of the rows, one after another."""


class DaySeal(Record, table=True):
    """The root over all segments of a day, chained to the day before."""

    __table_args__ = (UniqueConstraint("day"),)

    day: date
    entries: int
    root_sha256: str = Field(max_length=64)
    previous_sha256: str = Field(max_length=64)


class ErasedRow(Record, table=True):
    """The hash that a sealed row leaves behind when its last retention period has ended."""

    __table_args__ = (UniqueConstraint("subject", "row_id"),)

    subject: str = Field(max_length=60)
    row_id: int
    leaf_sha256: str = Field(max_length=64)
    retained_until: date
    reason: str = Field(max_length=300)
    erased_at: datetime = Field(sa_type=UtcDateTime)
