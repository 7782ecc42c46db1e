"""The original file of an e-invoice: read before it is kept, kept before it is recorded."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.accounts.audit import record_audit
from netzwart.database import table_of
from netzwart.documents.service import (
    DocumentExistsError,
    Upload,
    find_document,
    read_document,
    store_document,
)
from netzwart.documents.tables import Document
from netzwart.errors import ConflictError, NotFoundError
from netzwart.funding.electronic_invoices import read_electronic_invoice
from netzwart.funding.purchase_tables import Invoice
from netzwart.funding.service.receiving_invoices import ReceivedInvoice, match_electronic_invoice

_INVOICE = table_of(Invoice)
_DOCUMENT = table_of(Document)


class InvoiceOfFileExistsError(ConflictError):
    """The file is an invoice's receipt already."""


@dataclass(frozen=True, slots=True)
class KeptInvoice:
    """A kept file with what it says and what fits it."""

    document: Document
    received: ReceivedInvoice


async def keep_electronic_invoice(
    session: AsyncSession, folder: Path, upload: Upload, actor: Actor, *, limit_mib: int
) -> Document:
    """Keep the original bytes of an e-invoice; a file that is none is not kept.

    The same bytes once more give the row there is, as long as no invoice was made of it.

    Raises:
        ElectronicInvoiceError: when the file is no e-invoice.
        TotalsDisagreeError: when its own totals disagree.
        DocumentExistsError: when an invoice was made of the same bytes before.
        FileRefusedError: when it is empty or too large.
    """
    await asyncio.to_thread(read_electronic_invoice, upload.content)
    known = await find_document(session, upload.content)
    if known is not None:
        if await _is_used(session, known.id):
            message = f"Diese Datei ist schon als Rechnung erfasst („{known.file_name}“)."
            raise DocumentExistsError(message, {"file": message})
        return known
    document = await store_document(
        session, folder, upload, limit_mib=limit_mib, uploaded_by_id=actor.user_id
    )
    await record_audit(
        session,
        actor,
        "document_uploaded",
        "document",
        document.id,
        changes={"sha256": [None, document.sha256]},
    )
    return document


async def read_kept_invoice(session: AsyncSession, folder: Path, document_id: int) -> KeptInvoice:
    """Return a kept file as an e-invoice, matched with what is known today.

    Raises:
        NotFoundError: when there is no such file.
        InvoiceOfFileExistsError: when an invoice was made of it.
        ElectronicInvoiceError: when the file is no e-invoice.
        DuplicateInvoiceError: when the supplier's number is recorded.
    """
    used = exists(select(1).where(_INVOICE.c.document_id == document_id))
    row = (
        await session.execute(select(Document, used).where(_DOCUMENT.c.id == document_id))
    ).one_or_none()
    if row is None:
        raise NotFoundError("Diese Datei gibt es nicht.")
    document, is_used = row
    if is_used:
        raise InvoiceOfFileExistsError("Aus dieser Datei ist schon eine Rechnung geworden.")
    content = await read_document(folder, document)
    invoice = await asyncio.to_thread(read_electronic_invoice, content)
    return KeptInvoice(document, await match_electronic_invoice(session, invoice))


async def _is_used(session: AsyncSession, document_id: int) -> bool:
    used = select(_INVOICE.c.id).where(_INVOICE.c.document_id == document_id).limit(1)
    return await session.scalar(used) is not None
