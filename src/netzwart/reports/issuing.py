"""Issues a proof: number, bytes and hash are stored once, and never change again.

A download returns what was stored, not a new drawing; a correction is a new document that names the
one it replaces. Drafts are drawn with a watermark and not stored.
"""

import asyncio
import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.accounts.audit import record_audit
from netzwart.clock import BERLIN, utcnow
from netzwart.database import table_of
from netzwart.errors import ConflictError, NotFoundError
from netzwart.funding.queries import visible_grants
from netzwart.funding.tables import Grant
from netzwart.ledger.queries import latest_seal
from netzwart.proofs.serialising import content_sha256
from netzwart.proofs.values import ProofOfUse
from netzwart.reports.proof_files import PDF, build_proof_files
from netzwart.reports.tables import IssuedDocument

log = structlog.get_logger()

_DOCUMENT = table_of(IssuedDocument)
_GRANT = table_of(Grant)
_FIRST_ZIP_DAY = (1980, 1, 1, 0, 0, 0)


class DraftNotIssuableError(ConflictError):
    """A value that says it is a draft would be issued with its watermark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedRow:
    """One line of the list of issued documents."""

    id: int
    number: str
    title: str
    grant_id: int | None
    grant_number: str | None
    as_of: date
    issued_at: datetime
    issued_by: str
    sha256: str
    supersedes: str | None
    superseded_by: str | None


async def issue(
    session: AsyncSession, proof: ProofOfUse, grant_id: int, actor: Actor
) -> IssuedDocument:
    """Store the proof as paper and twins under the next number, replacing the one before it.

    Raises:
        DraftNotIssuableError: when the value is a draft.
    """
    if proof.is_draft:
        raise DraftNotIssuableError("Ein Entwurf wird nicht ausgestellt.")
    now = utcnow()
    seal = await latest_seal(session)
    numbered = replace(
        proof,
        number=await _next_number(session, now),
        seal_root=None if seal is None else seal.root,
    )
    files = await asyncio.to_thread(build_proof_files, numbered)
    pdf = files[PDF]
    document = IssuedDocument(
        number=numbered.number or "",
        kind=proof.kind,
        title=f"{proof.title} {proof.grant}",
        grant_id=grant_id,
        as_of=proof.as_of,
        issued_at=now,
        issued_by=actor.display_name,
        sha256=hashlib.sha256(pdf).hexdigest(),
        content_sha256=content_sha256(numbered),
        pdf=pdf,
        content=zip_of({name: data for name, data in files.items() if name != PDF}),
        supersedes_id=await _last_of(session, grant_id, proof.kind),
        seal_root=numbered.seal_root,
    )
    session.add(document)
    await session.flush()
    await record_audit(
        session,
        actor,
        "proof_issued",
        "issued_document",
        document.id,
        changes={"number": [None, document.number], "sha256": [None, document.sha256]},
    )
    log.info("proof_issued", document_id=document.id, size_bytes=len(pdf))
    return document


def zip_of(files: Mapping[str, bytes]) -> bytes:
    """Return the files as one archive; the same files give the same bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(
                zipfile.ZipInfo(name, _FIRST_ZIP_DAY), files[name], zipfile.ZIP_DEFLATED
            )
    return target.getvalue()


def twin_of(document: IssuedDocument, name: str) -> bytes:
    """Return one stored twin.

    Raises:
        NotFoundError: when the document has no file of that name.
    """
    with zipfile.ZipFile(io.BytesIO(document.content)) as archive:
        if name not in archive.namelist():
            raise NotFoundError("Diese Datei gehört nicht zum Nachweis.")
        return archive.read(name)


async def list_issued(session: AsyncSession, actor: Actor) -> list[IssuedRow]:
    """Return the issued documents the actor may see, newest first, without their bytes."""
    before, after = _DOCUMENT.alias("before"), _DOCUMENT.alias("after")
    joined = (
        _DOCUMENT.outerjoin(_GRANT, _GRANT.c.id == _DOCUMENT.c.grant_id)
        .outerjoin(before, before.c.id == _DOCUMENT.c.supersedes_id)
        .outerjoin(after, after.c.supersedes_id == _DOCUMENT.c.id)
    )
    names = ("id", "number", "title", "grant_id", "as_of", "issued_at", "issued_by", "sha256")
    rows = await session.execute(
        select(
            *(_DOCUMENT.c[name] for name in names),
            _GRANT.c.number.label("grant_number"),
            before.c.number.label("supersedes"),
            after.c.number.label("superseded_by"),
        )
        .select_from(joined)
        .where(visible_grants(actor))
        .order_by(_DOCUMENT.c.issued_at.desc(), _DOCUMENT.c.id.desc())
    )
    keys = (*names, "grant_number", "supersedes", "superseded_by")
    return [IssuedRow(**dict(zip(keys, row, strict=True))) for row in rows]


async def get_issued(session: AsyncSession, document_id: int, actor: Actor) -> IssuedDocument:
    """Return an issued document with its bytes.

    Raises:
        NotFoundError: when there is none, or the actor may not know of its grant.
    """
    document = await session.scalar(
        select(IssuedDocument)
        .join(_GRANT, _GRANT.c.id == _DOCUMENT.c.grant_id)
        .where(_DOCUMENT.c.id == document_id, visible_grants(actor))
    )
    if document is None:
        raise NotFoundError("Dieses Dokument gibt es nicht.")
    return document


async def _next_number(session: AsyncSession, now: datetime) -> str:
    """Return `VN-2026-0007`; two at the same moment meet the unique constraint."""
    start = f"VN-{now.astimezone(BERLIN).year}-"
    last = await session.scalar(
        select(func.max(_DOCUMENT.c.number)).where(_DOCUMENT.c.number.startswith(start))
    )
    return f"{start}{int(str(last).rpartition('-')[2]) + 1 if last else 1:04d}"


async def _last_of(session: AsyncSession, grant_id: int, kind: str) -> int | None:
    return await session.scalar(
        select(func.max(_DOCUMENT.c.id)).where(
            _DOCUMENT.c.grant_id == grant_id, _DOCUMENT.c.kind == kind
        )
    )
