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
from datetime import datetime

import msgspec
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
from netzwart.reports.compiling import AnyPaper, PaperOrder, build_files
from netzwart.reports.kinds import KINDS, PaperKind
from netzwart.reports.papers.twins import DATA
from netzwart.reports.papers.values import ListPaper
from netzwart.reports.proof_files import PROOF
from netzwart.reports.signing import PaperSigner
from netzwart.reports.tables import IssuedDocument

log = structlog.get_logger()

_DOCUMENT = table_of(IssuedDocument)
_GRANT = table_of(Grant)
_LONGEST_TITLE = 300
_NUMBERS_LOCK = 0x4E5A_0002
"""Key of the advisory lock on the numbers of issued papers."""
_FIRST_ZIP_DAY = (1980, 1, 1, 0, 0, 0)


class DraftNotIssuableError(ConflictError):
    """A value that says it is a draft would be issued with its watermark."""


class _Hashed(msgspec.Struct):
    """The one key of a JSON twin that issuing reads; parsing the rest would take 100 megabytes."""

    sha256: str


_HASHED = msgspec.json.Decoder(_Hashed)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnPaper:
    """A paper with its number on it, drawn and signed, ready to be stored."""

    value: AnyPaper
    pdf: bytes
    twins: bytes
    sha256: str
    content_sha256: str
    drawn_at: datetime


async def issue(
    session: AsyncSession,
    paper: AnyPaper,
    order: PaperOrder,
    actor: Actor,
    signer: PaperSigner,
) -> IssuedDocument:
    """Store a compiled paper and its twins under the next number, replacing the one before it.

    It is drawn within the caller's transaction; thousands of rows belong into a job
    (`netzwart.reports.ordering`), which holds no lock meanwhile.

    Raises:
        DraftNotIssuableError: when the value is a draft.
        CertificateExpiredError: when the certificate is not valid today.
    """
    number = await reserve_number(session, order.kind)
    root = await last_seal_root(session)
    drawn = await asyncio.to_thread(draw_numbered, paper, number, signer, root)
    return await store(session, drawn, order, actor)


def draw_numbered(
    paper: AnyPaper, number: str, signer: PaperSigner, seal_root: str | None
) -> DrawnPaper:
    """Return the paper under a number, signed; takes seconds of CPU: call it in a thread.

    Raises:
        DraftNotIssuableError: when the value is a draft.
    """
    if paper.is_draft:
        raise DraftNotIssuableError("Ein Entwurf wird nicht ausgestellt.")
    numbered = replace(
        paper,
        number=number,
        seal_root=seal_root,
        signature_note=signer.note,
        check_address=signer.check_address,
    )
    files = build_files(numbered)
    name = next(iter(files))
    now = utcnow()
    pdf = signer.sign(files.pop(name), now)
    data = files[PROOF] if PROOF in files else files[DATA]
    return DrawnPaper(
        value=numbered,
        pdf=pdf,
        twins=zip_of(files),
        sha256=hashlib.sha256(pdf).hexdigest(),
        content_sha256=_HASHED.decode(data).sha256,
        drawn_at=now,
    )


async def store(
    session: AsyncSession, drawn: DrawnPaper, order: PaperOrder, actor: Actor
) -> IssuedDocument:
    """Write a drawn paper into the register; from here on nothing changes it."""
    paper = drawn.value
    about = paper.grant or (paper.subject if isinstance(paper, ListPaper) else "")
    document = IssuedDocument(
        number=paper.number or "",
        kind=str(paper.kind),
        title=f"{paper.title} {about}"[:_LONGEST_TITLE],
        grant_id=order.grant_id,
        school_id=order.school_id,
        as_of=paper.as_of,
        issued_at=drawn.drawn_at,
        issued_by=actor.display_name,
        sha256=drawn.sha256,
        content_sha256=drawn.content_sha256,
        pdf=drawn.pdf,
        content=drawn.twins,
        supersedes_id=await _last_of(session, order),
        seal_root=paper.seal_root,
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
    log.info("proof_issued", document_id=document.id, size_bytes=len(document.pdf))
    return document


async def last_seal_root(session: AsyncSession) -> str | None:
    """Return the root of the last sealed day, which each issued paper prints."""
    seal = await latest_seal(session)
    return None if seal is None else seal.root


def zip_of(files: Mapping[str, bytes]) -> bytes:
    """Return the files as one archive; the same files give the same bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(
                zipfile.ZipInfo(name, _FIRST_ZIP_DAY), files[name], zipfile.ZIP_DEFLATED
            )
    return target.getvalue()


async def get_issued(session: AsyncSession, document_id: int, actor: Actor) -> IssuedDocument:
    """Return an issued document with its bytes.

    Raises:
        NotFoundError: when there is none, or the actor may not know of its grant.
    """
    document = await session.scalar(
        select(IssuedDocument)
        .outerjoin(_GRANT, _GRANT.c.id == _DOCUMENT.c.grant_id)
        .where(_DOCUMENT.c.id == document_id, visible_grants(actor))
    )
    if document is None:
        raise NotFoundError("Dieses Dokument gibt es nicht.")
    return document


async def next_number(session: AsyncSession, kind: PaperKind) -> str:
    """Return `VN-2026-0007`, which somebody else may take before it is stored."""
    start = f"{KINDS[kind].prefix}-{utcnow().astimezone(BERLIN).year}-"
    last = await session.scalar(
        select(func.max(_DOCUMENT.c.number)).where(_DOCUMENT.c.number.startswith(start))
    )
    return f"{start}{int(str(last).rpartition('-')[2]) + 1 if last else 1:04d}"


async def reserve_number(session: AsyncSession, kind: PaperKind) -> str:
    """Return the next number, which nobody else gets before this transaction ends.

    SQLite has one writer anyway; on PostgreSQL, two that look at the same time would see the same.
    """
    if (await session.connection()).dialect.name == "postgresql":
        await session.execute(select(func.pg_advisory_xact_lock(_NUMBERS_LOCK)))
    return await next_number(session, kind)


async def _last_of(session: AsyncSession, order: PaperOrder) -> int | None:
    """Return the paper of this kind about the same thing, which the new one replaces."""
    return await session.scalar(
        select(func.max(_DOCUMENT.c.id)).where(
            _DOCUMENT.c.kind == order.kind.value,
            _DOCUMENT.c.grant_id.is_not_distinct_from(order.grant_id),
            _DOCUMENT.c.school_id.is_not_distinct_from(order.school_id),
        )
    )
