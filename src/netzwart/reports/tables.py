"""Paper as it was issued; rows are never changed or deleted."""

from datetime import date, datetime

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlmodel import Field

from netzwart.database import Record, UtcDateTime, link, register_messages

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
