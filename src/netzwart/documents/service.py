"""Stores files under the SHA-256 of their bytes, and gives back exactly those bytes."""

import asyncio
import hashlib
import os
import re
import tempfile
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.database import table_of
from netzwart.documents.tables import Document
from netzwart.errors import InvalidInputError, NetzwartError, NotFoundError

log = structlog.get_logger()

_DOCUMENT = table_of(Document)
_MEBIBYTE = 1024 * 1024
_LONGEST_NAME = 200
_SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)
_XML = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<\?xml[\s>]")


class DocumentExistsError(InvalidInputError):
    """These very bytes are stored already."""


class FileRefusedError(InvalidInputError):
    """The file is empty, too large or of no kind that a receipt can be."""


class FileDamagedError(NetzwartError):
    """The stored bytes are gone or are not those of the hash any more."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as somebody sent it; neither name nor announced type are trusted."""

    file_name: str
    content: bytes


def media_type_of(content: bytes) -> str | None:
    """Return the media type by the first bytes, None for what is no receipt."""
    for signature, media_type in _SIGNATURES:
        if content.startswith(signature):
            return media_type
    return "application/xml" if _XML.match(content[:200]) else None


async def store_document(
    session: AsyncSession,
    folder: Path,
    upload: Upload,
    *,
    limit_mib: int,
    uploaded_by_id: int | None,
    kind: str = "receipt",
) -> Document:
    """Store the file once, named by its hash, and return its row.

    The bytes are on disk before the row is; without the row nobody finds them, and the next try
    with the same file meets the same name.

    Raises:
        FileRefusedError: when it is empty, larger than the limit, or no PDF, XML or picture.
        DocumentExistsError: when these bytes are stored already.
    """
    content = upload.content
    media_type = _accepted(content, limit_mib)
    digest = hashlib.sha256(content).hexdigest()
    known = await session.scalar(select(_DOCUMENT.c.file_name).where(_DOCUMENT.c.sha256 == digest))
    if known is not None:
        message = f"Dieser Beleg ist schon erfasst, als „{known}“."
        raise DocumentExistsError(message, {"file": message}, sha256=digest)
    await asyncio.to_thread(_write, path_of(folder, digest), content)
    document = Document(
        sha256=digest,
        file_name=safe_name(upload.file_name),
        media_type=media_type,
        size_bytes=len(content),
        kind=kind,
        uploaded_by_id=uploaded_by_id,
    )
    session.add(document)
    await session.flush()
    log.info("document_stored", document_id=document.id, size_bytes=len(content))
    return document


async def read_document(folder: Path, document: Document) -> bytes:
    """Return the stored bytes, checked against their hash.

    Raises:
        FileDamagedError: when they are gone or changed.
    """
    try:
        content = await asyncio.to_thread(path_of(folder, document.sha256).read_bytes)
    except FileNotFoundError as error:
        raise FileDamagedError(
            "Die Belegdatei fehlt im Speicher.", sha256=document.sha256
        ) from error
    if hashlib.sha256(content).hexdigest() != document.sha256:
        raise FileDamagedError(
            "Die Belegdatei ist verändert; ihr Fingerabdruck stimmt nicht mehr.",
            sha256=document.sha256,
        )
    return content


async def find_document(session: AsyncSession, content: bytes) -> Document | None:
    """Return the row of these very bytes, None when nobody stored them."""
    digest = hashlib.sha256(content).hexdigest()
    return await session.scalar(select(Document).where(_DOCUMENT.c.sha256 == digest))


async def get_document(session: AsyncSession, document_id: int) -> Document:
    """Return the row of a file; who may know of it, the caller asks.

    Raises:
        NotFoundError: when there is none.
    """
    document = await session.get(Document, document_id)
    if document is None:
        raise NotFoundError("Diese Datei gibt es nicht.")
    return document


def path_of(folder: Path, digest: str) -> Path:
    """Return where the bytes of a hash lie: 256 folders by its first two letters."""
    return folder / digest[:2] / digest


def safe_name(file_name: str) -> str:
    """Return the last part of a name without control characters, never empty."""
    last = re.split(r"[/\\]", file_name)[-1]
    kept = "".join(char for char in last if unicodedata.category(char)[0] != "C").strip(" .")
    stem, dot, ending = kept.rpartition(".")
    if len(kept) > _LONGEST_NAME and dot and len(ending) < _LONGEST_NAME // 10:
        return f"{stem[: _LONGEST_NAME - len(ending) - 1]}.{ending}"
    return kept[:_LONGEST_NAME] or "Beleg"


def _accepted(content: bytes, limit_mib: int) -> str:
    if not content:
        _refuse("Die Datei ist leer.")
    if len(content) > limit_mib * _MEBIBYTE:
        _refuse(f"Die Datei ist größer als {limit_mib} MiB.")
    media_type = media_type_of(content)
    if media_type is None:
        _refuse("Belege sind PDF, XML (E-Rechnung), PNG, JPEG oder TIFF.")
    return media_type or ""


def _refuse(message: str) -> None:
    raise FileRefusedError(message, {"file": message})


def _write(path: Path, content: bytes) -> None:
    """Write beside the final name, then rename: a half-written file never bears a hash."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
