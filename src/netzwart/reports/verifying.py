"""Says what is true of a paper: was it issued here, is it unchanged, does it still stand?"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.database import table_of
from netzwart.errors import InvalidInputError
from netzwart.reports.code import SUM_LENGTH
from netzwart.reports.examining import FoundSignature, Insides, examine
from netzwart.reports.tables import IssuedDocument

_DOCUMENT = table_of(IssuedDocument)
_PDF_START: Final = b"%PDF-"
_START_WITHIN: Final = 1024


class NotAPdfError(InvalidInputError):
    """Something else than a PDF was sent."""


class Verdict(StrEnum):
    """What the register says about a paper."""

    GENUINE = "genuine"
    """Byte for byte as issued."""
    SAME_CONTENT = "same_content"
    """Issued here with these figures, but the file was written anew."""
    CHANGED = "changed"
    """It bears a number of ours, and other figures."""
    NOT_LISTED = "not_listed"
    """Signed by this installation's key, but not in its register."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPaper:
    """What the register tells about an issued paper to whoever holds it."""

    number: str
    title: str
    as_of: date
    issued_at: datetime
    sha256: str
    content_sha256: str
    superseded_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """The answer about one file."""

    verdict: Verdict
    sha256: str
    paper: ListedPaper | None
    signature: FoundSignature | None
    signed_by_us: bool
    """The signature was made with the key that signs here today."""
    is_readable: bool


async def verify_file(session: AsyncSession, pdf: bytes, key_sha256: str) -> Verification:
    """Return what is true of a file; `key_sha256` is the key that signs here.

    Raises:
        NotAPdfError: when it is no PDF.
    """
    if _PDF_START not in pdf[:_START_WITHIN]:
        message = "Das ist keine PDF-Datei."
        raise NotAPdfError(message, {"datei": message})
    digest = hashlib.sha256(pdf).hexdigest()
    inside = await examine(pdf)
    seen = inside or Insides()
    paper = await _find(session, _DOCUMENT.c.sha256 == digest)
    if paper is None and seen.number:
        paper = await _find(session, _DOCUMENT.c.number == seen.number)
    signature = seen.signature
    ours = signature is not None and signature.is_intact and signature.key_sha256 == key_sha256
    return Verification(
        verdict=judge(digest, seen, paper, signed_by_us=ours),
        sha256=digest,
        paper=paper,
        signature=signature,
        signed_by_us=ours,
        is_readable=inside is not None,
    )


def judge(
    digest: str, inside: Insides, paper: ListedPaper | None, *, signed_by_us: bool
) -> Verdict:
    """Return the verdict on a file from its hash, its insides and the register; pure."""
    if paper is not None and paper.sha256 == digest:
        return Verdict.GENUINE
    if paper is not None:
        same = inside.content_sha256 == paper.content_sha256
        return Verdict.SAME_CONTENT if same else Verdict.CHANGED
    return Verdict.NOT_LISTED if signed_by_us else Verdict.UNKNOWN


async def find_by_code(session: AsyncSession, number: str, start: str) -> ListedPaper | None:
    """Return the paper that a QR code names: its number and the beginning of its content's hash.

    Both must fit, so that numbers cannot be tried out one after the other.
    """
    if len(start) != SUM_LENGTH:
        return None
    paper = await _find(session, _DOCUMENT.c.number == number)
    return paper if paper is not None and paper.content_sha256.startswith(start.lower()) else None


async def _find(session: AsyncSession, condition: ColumnElement[bool]) -> ListedPaper | None:
    after = _DOCUMENT.alias("after")
    names = ("number", "title", "as_of", "issued_at", "sha256", "content_sha256")
    row = (
        await session.execute(
            select(*(_DOCUMENT.c[name] for name in names), after.c.number.label("superseded_by"))
            .select_from(_DOCUMENT.outerjoin(after, after.c.supersedes_id == _DOCUMENT.c.id))
            .where(condition)
            .order_by(_DOCUMENT.c.id)
            .limit(1)
        )
    ).first()
    if row is None:
        return None
    return ListedPaper(**dict(zip((*names, "superseded_by"), row, strict=True)))
