"""Invoices with lines and shares, and what was really paid."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.accounts.audit import record_audit
from netzwart.database import table_of
from netzwart.documents.tables import Document
from netzwart.errors import ConflictError, InvalidInputError, NotFoundError
from netzwart.funding.forms import InvoiceForm, InvoiceLineForm, PaymentForm, ShareForm
from netzwart.funding.purchase_tables import (
    CostShare,
    Invoice,
    InvoiceKind,
    InvoiceLine,
    Payment,
    Supplier,
)
from netzwart.funding.rules.sharing import WeightFacts, share_costs
from netzwart.funding.tables import Measure
from netzwart.money import ZERO, cents, exact, format_euro, total
from netzwart.schools.tables import School

_MEASURE = table_of(Measure)
_SCHOOL = table_of(School)
_INVOICE = table_of(Invoice)

_TAKING_BACK = frozenset({InvoiceKind.CREDIT_NOTE, InvoiceKind.CANCELLATION})


class DuplicateInvoiceError(InvalidInputError):
    """The supplier's invoice number is already recorded."""


class SharesDoNotSumError(InvalidInputError):
    """The shares of a line are not the line."""


class CreditNoteError(InvalidInputError):
    """A credit note names no invoice, another supplier's, or gives money instead of taking it."""


class PaymentError(InvalidInputError):
    """A payment that is none, or has the wrong sign for its invoice."""


class ReceiptExistsError(ConflictError):
    """The invoice has its file already; files are never exchanged."""


def line_gross(quantity: Decimal, unit_net: Decimal, vat_rate: Decimal) -> Decimal:
    """Return what a line costs with tax, rounded once to the cent."""
    return cents(exact(quantity) * exact(unit_net) * (1 + exact(vat_rate)))


async def record_invoice(session: AsyncSession, form: InvoiceForm, actor: Actor) -> Invoice:
    """Store an invoice with its lines, each split to the cent over the measures that bear it.

    Every line starts undecided. Source: formula 9.2; CHK-02, CHK-03.

    Raises:
        NotFoundError: when supplier, corrected invoice or a measure does not exist.
        DuplicateInvoiceError: when the supplier's number is known.
        CreditNoteError: when a credit note does not correct anything.
        SharesDoNotSumError: when amounts do not add up to the line.
    """
    if await session.get(Supplier, form.supplier_id) is None:
        raise NotFoundError("Diesen Lieferanten gibt es nicht.")
    await _refuse_duplicate(session, form)
    grosses = [line_gross(line.quantity, line.unit_net, line.vat_rate) for line in form.lines]
    await _check_kind(session, form, total(grosses))
    schools = await _schools_of_measures(session, form.lines)
    split = [
        _shares(index, line, gross, schools)
        for index, (line, gross) in enumerate(zip(form.lines, grosses, strict=True))
    ]
    invoice = Invoice(**form.model_dump(exclude={"lines"}))
    session.add(invoice)
    await session.flush()
    rows = [
        InvoiceLine(invoice_id=invoice.id, gross=gross, **line.model_dump(exclude={"shares"}))
        for line, gross in zip(form.lines, grosses, strict=True)
    ]
    session.add_all(rows)
    await session.flush()
    for row, shares in zip(rows, split, strict=True):
        session.add_all(
            CostShare(invoice_line_id=row.id, measure_id=measure, amount=amount, weight=weight)
            for measure, amount, weight in shares
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


def _refuse_credit(field: str, message: str) -> None:
    raise CreditNoteError(message, {field: message})


async def _schools_of_measures(
    session: AsyncSession, lines: Sequence[InvoiceLineForm]
) -> Mapping[int, str]:
    wanted = {share.measure_id for line in lines for share in line.shares}
    rows = await session.execute(
        select(_MEASURE.c.id, _SCHOOL.c.number)
        .select_from(_MEASURE.outerjoin(_SCHOOL, _SCHOOL.c.id == _MEASURE.c.school_id))
        .where(_MEASURE.c.id.in_(wanted))
    )
    schools = {row.id: row.number or "" for row in rows}
    if missing := wanted - schools.keys():
        raise NotFoundError("Diese Maßnahme gibt es nicht.", measures=sorted(missing))
    return schools


SplitShare = tuple[int, Decimal, Decimal | None]
"""Measure, amount, and the weight it was split by."""


def _shares(
    index: int, line: InvoiceLineForm, gross: Decimal, schools: Mapping[int, str]
) -> list[SplitShare]:
    shares = line.shares
    if not shares:
        return []
    if len({share.measure_id for share in shares}) != len(shares):
        _refuse_shares(index, f"Position {line.number} nennt eine Maßnahme zweimal.")
    amounts = [share.amount for share in shares if share.amount is not None]
    if len(amounts) == len(shares):
        if total(amounts) != gross:
            _refuse_shares(
                index,
                f"Position {line.number} kostet {format_euro(gross)}, die Anteile ergeben "
                f"{format_euro(total(amounts))}; es fehlen {format_euro(gross - total(amounts))}.",
            )
        return [(share.measure_id, share.amount or ZERO, None) for share in shares]
    if amounts or any(share.weight is None for share in shares):
        _refuse_shares(
            index,
            f"Position {line.number}: Anteile stehen alle als Betrag oder alle als Gewicht da.",
        )
    return _weighted(shares, gross, schools)


def _weighted(
    shares: Sequence[ShareForm], gross: Decimal, schools: Mapping[int, str]
) -> list[SplitShare]:
    weights = [
        WeightFacts(str(share.measure_id), schools[share.measure_id], share.weight or Decimal(0))
        for share in shares
    ]
    parts = share_costs(gross, weights)
    return [(share.measure_id, parts[str(share.measure_id)], share.weight) for share in shares]


def _refuse_shares(index: int, message: str) -> None:
    raise SharesDoNotSumError(message, {f"lines.{index}.shares": message})
