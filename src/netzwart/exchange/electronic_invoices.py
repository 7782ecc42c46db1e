"""An e-invoice as an import: planned and applied like every other file."""

from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import SYSTEM
from netzwart.documents.service import Upload, store_document
from netzwart.errors import InvalidInputError
from netzwart.exchange.problems import BrokenImportError, ImportProblem
from netzwart.exchange.service import Walk
from netzwart.exchange.upserting import Action, Outcome, PlannedRow
from netzwart.funding.electronic_invoices import read_electronic_invoice
from netzwart.funding.service import match_electronic_invoice, record_electronic_invoice
from netzwart.funding.service.receiving_invoices import ReceivedInvoice


def electronic_invoice_walk(
    content: bytes, file_name: str, folder: Path | None, limit_mib: int
) -> Walk:
    """Return the walk that records an e-invoice; without a folder the file is not stored.

    Raises:
        BrokenImportError: when the file is no e-invoice, or its totals disagree.
    """
    try:
        invoice = read_electronic_invoice(content)
    except InvalidInputError as error:
        raise BrokenImportError([ImportProblem("", error.message, None)]) from error

    async def walk(session: AsyncSession, outcome: Outcome) -> None:
        try:
            received = await match_electronic_invoice(session, invoice)
            document = None
            if folder is not None:
                upload = Upload(file_name, content)
                document = await store_document(
                    session, folder, upload, limit_mib=limit_mib, uploaded_by_id=None
                )
            await record_electronic_invoice(session, received, document, SYSTEM)
        except InvalidInputError as error:
            outcome.fault((), error.message)
            return
        outcome.rows.extend(_rows(received))

    return walk


def _rows(received: ReceivedInvoice) -> list[PlannedRow]:
    invoice = received.invoice
    head = PlannedRow(
        "invoices",
        invoice.number,
        Action.CREATE,
        {
            "supplier": (None, received.supplier),
            "kind": (None, invoice.kind.value),
            "issued_on": (None, invoice.issued_on.isoformat()),
            "order": (None, invoice.order_number if received.order_id is not None else None),
            "total": (None, str(invoice.recorded_total)),
        },
        " ".join(received.remarks),
    )
    lines = [
        PlannedRow(
            "invoices.lines",
            f"{invoice.number} Pos. {matched.line.number}",
            Action.CREATE,
            {
                "text": (None, matched.line.text),
                "quantity": (None, str(matched.line.quantity)),
                "net": (None, str(matched.line.net)),
                "vat_rate": (None, str(matched.line.vat_rate)),
            },
        )
        for matched in received.lines
    ]
    return [head, *lines]
