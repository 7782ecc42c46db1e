"""Paper as it was issued; rows are never changed or deleted."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlmodel import Field

from netzwart.database import Record, UtcDateTime, choice, link, register_messages

MESSAGES = {"uq_issued_document_number": ("number", "Diese Dokumentnummer ist schon vergeben.")}
register_messages(MESSAGES)


class IssuedDocument(Record, table=True):
    """One issued paper: its bytes, what they were made from, and who issued them."""

    __table_args__ = (UniqueConstraint("number"),)

    number: str = Field(max_length=60)
    kind: str = Field(max_length=40)
    title: str = Field(max_length=300)
    grant_id: int | None = link("funding_grant.id", nullable=True)
    school_id: int | None = link("school.id", nullable=True)
    as_of: date
    issued_at: datetime = Field(sa_type=UtcDateTime)
    issued_by: str = Field(max_length=200)
    sha256: str = Field(max_length=64)
    """Of the PDF's bytes."""
    content_sha256: str = Field(max_length=64)
    """Of the frozen value it was drawn from."""
    pdf: bytes = Field(sa_type=LargeBinary)
    content: bytes = Field(sa_type=LargeBinary)
    """A ZIP of the CSV and JSON twins."""
    supersedes_id: int | None = link("issued_document.id", nullable=True)
    seal_root: str | None = Field(default=None, max_length=64)


class PaperJobState(StrEnum):
    """Where an ordered paper stands, in the words of the job engine."""

    TODO = "todo"
    DOING = "doing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class PaperJob(Record, table=True):
    """A paper that was ordered and is made by a worker, with how far it has come."""

    kind: str = Field(max_length=40)
    grant_id: int | None = link("funding_grant.id", nullable=True)
    school_id: int | None = link("school.id", nullable=True)
    as_of: date
    ordered_by: str = Field(max_length=200)
    ordered_by_name: str = Field(max_length=200)
    """Sign-in or token name, for the audit trail."""
    user_id: int | None = link("user_account.id", nullable=True)
    state: PaperJobState = choice(PaperJobState)
    stage: str = Field(default="", max_length=100)
    """What is being done, German."""
    percent: int = 0
    problem: str | None = Field(default=None, max_length=1000)
    """Why it failed, German."""
    document_id: int | None = link("issued_document.id", nullable=True)
