"""A stored file: its bytes lie on disk under their SHA-256, its facts here."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from netzwart.database import Record, UtcDateTime, link, register_messages

MESSAGES = {
    "uq_document_sha256": ("file", "Dieser Beleg ist schon erfasst."),
    "ck_document_size": ("file", "Die Datei ist leer."),
}
register_messages(MESSAGES)


class Document(Record, table=True):
    """A file (Belegdatei), kept by its SHA-256; never changed, never deleted."""

    __table_args__ = (
        UniqueConstraint("sha256"),
        CheckConstraint("size_bytes > 0", name="size"),
    )

    sha256: str = Field(max_length=64)
    file_name: str = Field(max_length=255)
    media_type: str = Field(max_length=100)
    size_bytes: int
    kind: str = Field(default="receipt", max_length=40)
    school_id: int | None = link("school.id", nullable=True)
    retain_until: date | None = None
    checked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the stored bytes were last held against the hash; None until the first night."""
    is_damaged: bool = False
    """The bytes were gone or others than the hash says, when they were last looked at."""
    uploaded_by_id: int | None = link("user_account.id", nullable=True)
