"""Invoices with lines and shares, and what was really paid."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.accounts.audit import record_audit
from netzwart.database import table_of
from netzwart.documents.tables import Document
from netzwart.errors import ConflictError, InvalidInputError, NotFoundError
from netzwart.funding.forms import InvoiceForm, InvoiceLineForm, PaymentForm
from netzwart.funding.purchase_tables import (
    CostShare,
    IncidentalCost,
    Invoice,
    InvoicedSerial,
    InvoiceKind,
    InvoiceLine,
    Payment,
    Supplier,
)
from netzwart.funding.rules.kinds import InvoiceFormat
from netzwart.funding.rules.taxing import gross_of_lines
from netzwart.funding.service.splitting import split_lines
from netzwart.inventory.rules import normalised_serial
from netzwart.money import ZERO, cents, exact, total

_INVOICE = table_of(Invoice)

_TAKING_BACK = frozenset({InvoiceKind.CREDIT_NOTE, InvoiceKind.CANCELLATION})


class DuplicateInvoiceError(InvalidInputError):
    """The supplier's invoice number is already recorded."""


class CreditNoteError(InvalidInputError):
    """A credit note names no invoice, another supplier's, or gives money instead of taking it."""


class PaymentError(InvalidInputError):
    """A payment that is none, or has the wrong sign for its invoice."""


class ReceiptExistsError(ConflictError):
    """The invoice has its file already; files are never exchanged."""


class IncidentalUnknownError(InvalidInputError):
    """A line says it belongs to a line that the invoice does not have, or to itself."""


def line_gross(quantity: Decimal, unit_net: Decimal, vat_rate: Decimal) -> Decimal:
    """Return what a line costs with tax, rounded once to the cent."""
    return cents(exact(quantity) * exact(unit_net) * (1 + exact(vat_rate)))


def net_of(line: InvoiceLineForm) -> Decimal:
    """Return the line's net amount: as the invoice states it, else quantity times price, unrounded.

    Hand entry rounds a line once, with its tax.
    """
    return line.quantity * line.unit_net if line.net is None else line.net


async def record_invoice(
    session: AsyncSession,
    form: InvoiceForm,
    actor: Actor,
    source: InvoiceFormat = InvoiceFormat.TYPED,
) -> Invoice:
    """Store an invoice with its lines, each split to the cent over the measures that bear it.

    Every line starts undecided. Source: formula 9.2; CHK-02, CHK-03.

    Raises:
        NotFoundError: when supplier, corrected invoice or a measure does not exist.
        DuplicateInvoiceError: when the supplier's number is known.
        CreditNoteError: when a credit note does not correct anything.
        SharesDoNotSumError: when amounts do not add up to the line.
        TotalsDisagreeError: when the lines are not the total that the invoice states.
        IncidentalUnknownError: when an incidental line names a line that is not there.
    """
    if await session.get(Supplier, form.supplier_id) is None:
        raise NotFoundError("Diesen Lieferanten gibt es nicht.")
    await _refuse_duplicate(session, form)
    grosses = gross_of_lines(
        [(net_of(line), line.vat_rate) for line in form.lines], form.stated_total
    )
    await _check_kind(session, form, total(grosses))
    _check_incidentals(form.lines)
    split = await split_lines(session, form.lines, grosses)
    invoice = Invoice(**form.model_dump(exclude={"lines"}), format=source)
    session.add(invoice)
    await session.flush()
    rows = [
        InvoiceLine(
            invoice_id=invoice.id,
            gross=gross,
            **line.model_dump(exclude={"shares", "incidental_to", "serials"}),
        )
        for line, gross in zip(form.lines, grosses, strict=True)
    ]
    session.add_all(rows)
    await session.flush()
    for row, shares in zip(rows, split, strict=True):
        session.add_all(CostShare(invoice_line_id=row.id, **share) for share in shares)
    by_number = {row.number: row.id for row in rows}
    session.add_all(
        InvoicedSerial(
            invoice_line_id=by_number[line.number],
            serial=serial,
            serial_normalised=normalised_serial(serial),
        )
        for line in form.lines
        for serial in dict.fromkeys(line.serials)
    )
    session.add_all(
        IncidentalCost(line_id=by_number[line.number], device_line_id=by_number[target])
        for line in form.lines
        for target in line.incidental_to
    )
    await session.flush()
    await record_audit(
        session,
        actor,
        "invoice_recorded",
        "invoice",
        invoice.id,
        changes={"number": [None, invoice.number], "gross": [None, str(total(grosses))]},
    )
    return invoice


async def record_payment(session: AsyncSession, form: PaymentForm, actor: Actor) -> Payment:
    """Store what left the account; a credit note is paid with a negative amount.

    Paying too much is recorded, because it happened; the checks then say so.

    Raises:
        NotFoundError: when there is no such invoice.
        PaymentError: when the amount is zero or has the other sign than the invoice.
    """
    invoice = await session.get(Invoice, form.invoice_id)
    if invoice is None:
        raise NotFoundError("Diese Rechnung gibt es nicht.")
    if form.amount == ZERO:
        message = "Eine Zahlung über null Euro ist keine."
        raise PaymentError(message, {"amount": message})
    if (form.amount < 0) != (invoice.kind in _TAKING_BACK):
        message = (
            "Eine Gutschrift wird mit negativem Betrag verbucht."
            if invoice.kind in _TAKING_BACK
            else "Eine Rechnung wird mit positivem Betrag bezahlt; Geld zurück ist eine Gutschrift."
        )
        raise PaymentError(message, {"amount": message})
    payment = Payment(**form.model_dump())
    session.add(payment)
    await session.flush()
    await record_audit(
        session,
        actor,
        "payment_recorded",
        "payment",
        payment.id,
        changes={
            "receipt_number": [None, payment.receipt_number],
            "amount": [None, str(payment.amount)],
        },
    )
    return payment


async def attach_receipt(
    session: AsyncSession, invoice: Invoice, document: Document, actor: Actor
) -> None:
    """Tie the stored file to the invoice it is the image of.

    Raises:
        ReceiptExistsError: when the invoice has one already.
    """
    if invoice.document_id is not None:
        raise ReceiptExistsError("Zu dieser Rechnung liegt der Beleg schon vor.")
    invoice.document_id = document.id
    await session.flush()
    await record_audit(
        session,
        actor,
        "receipt_attached",
        "invoice",
        invoice.id,
        changes={"document_sha256": [None, document.sha256]},
    )


async def _refuse_duplicate(session: AsyncSession, form: InvoiceForm) -> None:
    known = await session.scalar(
        select(_INVOICE.c.issued_on).where(
            _INVOICE.c.supplier_id == form.supplier_id, _INVOICE.c.number == form.number
        )
    )
    if known is not None:
        message = (
            f"Die Rechnung {form.number} dieses Lieferanten vom {known:%d.%m.%Y} ist schon erfasst."
        )
        raise DuplicateInvoiceError(message, {"number": message})


async def _check_kind(session: AsyncSession, form: InvoiceForm, gross: Decimal) -> None:
    if form.retained > abs(gross):
        _refuse_credit("retained", "Der Einbehalt ist höher als die Rechnung.")
    if form.kind is InvoiceKind.RETENTION and form.cancels_id is None:
        _refuse_credit(
            "cancels_id", "Die Abrechnung eines Einbehalts nennt die Rechnung, von der er stammt."
        )
    if form.kind not in _TAKING_BACK:
        if gross < 0:
            _refuse_credit("kind", "Eine Rechnung mit negativer Summe ist eine Gutschrift.")
        return
    if gross >= 0:
        _refuse_credit("lines", "Eine Gutschrift hat negative Beträge.")
    if form.cancels_id is None:
        _refuse_credit("cancels_id", "Eine Gutschrift nennt die Rechnung, die sie berichtigt.")
    corrected = await session.get(Invoice, form.cancels_id)
    if corrected is None or corrected.supplier_id != form.supplier_id:
        _refuse_credit("cancels_id", "Die berichtigte Rechnung ist nicht von diesem Lieferanten.")


def _check_incidentals(lines: Sequence[InvoiceLineForm]) -> None:
    numbers = {line.number for line in lines}
    for index, line in enumerate(lines):
        for target in line.incidental_to:
            if target not in numbers or target == line.number:
                message = f"Position {line.number} kann nicht zu Position {target} gehören."
                raise IncidentalUnknownError(message, {f"lines.{index}.incidental_to": message})


def _refuse_credit(field: str, message: str) -> None:
    raise CreditNoteError(message, {field: message})
