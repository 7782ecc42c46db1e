"""Lists of devices that were brought in: the file, the plan, what it did, and how to undo it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlmodel import Field

from netzwart.database import (
    Id,
    Record,
    UtcDateTime,
    choice,
    json_object,
    link,
    register_messages,
)

MESSAGES = {
    "uq_import_profile_name": ("name", "Eine Zuordnung mit diesem Namen gibt es schon."),
}
register_messages(MESSAGES)


class ImportProfile(Record, table=True):
    """Which column of somebody's lists means what: saved once per supplier, used by name."""

    __table_args__ = (UniqueConstraint("name"),)

    name: str = Field(max_length=80)
    supplier_id: int | None = link("supplier.id", nullable=True)
    settings: dict[str, Any] = json_object()
    """As `exchange.lists.columns.ListSettings` writes it."""


class ImportState(StrEnum):
    """How far a list has come."""

    MAPPING = "mapping"
    """A person says which column means what."""
    PLANNING = "planning"
    PLANNED = "planned"
    BROKEN = "broken"
    """The file cannot be taken; `problems` says why."""
    APPLYING = "applying"
    APPLIED = "applied"
    UNDOING = "undoing"
    UNDONE = "undone"


class ImportKind(StrEnum):
    """Where the rows of a run come from."""

    LIST = "list"
    """A file that somebody brought."""
    BULK = "bulk"
    """A selection of the device list that somebody changes at once."""


class ImportRun(Record, table=True):
    """One list on its way into the record."""

    kind: ImportKind = choice(ImportKind, default=ImportKind.LIST)
    file_name: str = Field(max_length=200)
    """Of a bulk edit: what it is for."""
    content: bytes = Field(sa_type=LargeBinary)
    """The file as it came, so that applying reads what planning read."""
    sheet: dict[str, Any] = json_object()
    """What stands in it: `header`, `samples`, `rows`, and `told`, how it was read."""
    settings: dict[str, Any] = json_object()
    """As `exchange.lists.columns.ListSettings` writes it; empty until a person chose."""
    state: ImportState = choice(ImportState, index=True)
    stage: str = Field(default="", max_length=100)
    """What is being done, German."""
    percent: int = 0
    plan_id: str | None = Field(default=None, max_length=32)
    """HMAC over every row of the plan; applying does this plan or nothing."""
    counts: dict[str, Any] = json_object()
    problems: dict[str, Any] = json_object()
    """`{"list": [sentence, …]}`: why it cannot be planned, applied or undone."""
    scope: dict[str, Any] = json_object()
    """`{"schools": [id, …]}` of whoever brought it; empty for every school."""
    user_id: int | None = link("user_account.id", nullable=True)
    actor: str = Field(max_length=200)
    """Sign-in or token name, for the audit trail."""
    actor_name: str = Field(max_length=200)
    applied_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ImportRow(Record, table=True):
    """What one line of a list means, and once applied, what it did."""

    __table_args__ = (
        UniqueConstraint("run_id", "line"),
        Index("ix_import_row_run_id_action_line", "run_id", "action", "line"),
    )

    run_id: int = link("import_run.id", index=False)
    line: int
    """Of the file, counted from 1."""
    action: str = Field(max_length=10)
    """create, update, skip, conflict."""
    label: str = Field(max_length=200)
    device_id: int | None = Field(default=None, sa_type=Id, index=True)
    """No foreign key: an import that was undone outlives the devices it had created."""
    changes: dict[str, Any] = json_object()
    """Field → [before, after], as people read them."""
    faults: dict[str, Any] = json_object()
    """Field → why it cannot be so."""
    before: dict[str, Any] = json_object()
    """Column → what stood there, for undoing."""
    version_after: int | None = None
    """The device's version when the import had written it; another one means: touched since."""
