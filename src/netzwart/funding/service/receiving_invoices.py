"""E-invoices as they come in: matched with what is known, shown, then recorded as they stand.

Lines arrive undecided. What the file names is looked up (supplier, order, corrected invoice, order
line, model by part number); what is not found is said, never guessed.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.database import table_of
from netzwart.documents.tables import Document
from netzwart.errors import InvalidInputError
from netzwart.funding.electronic_invoices import ElectronicInvoice, ElectronicLine
from netzwart.funding.forms import InvoiceForm, InvoiceLineForm, ShareForm
from netzwart.funding.purchase_tables import Invoice, Order, OrderLine, OrderShare, Supplier
from netzwart.funding.service.invoicing import (
    DuplicateInvoiceError,
    attach_receipt,
    record_invoice,
)
from netzwart.funding.service.ordering import record_supplier
from netzwart.inventory.tables import DeviceModel
from netzwart.schools.tables import SchoolOperator

_SUPPLIER = table_of(Supplier)
_ORDER = table_of(Order)
_ORDER_LINE = table_of(OrderLine)
_ORDER_SHARE = table_of(OrderShare)
_INVOICE = table_of(Invoice)
_MODEL = table_of(DeviceModel)
_OPERATOR = table_of(SchoolOperator)
_PRICE = Decimal("0.0001")
_PIECES = Decimal("0.001")


class ForeignCurrencyError(InvalidInputError):
    """Grants are settled in euros; an invoice in another currency needs a person."""


@dataclass(frozen=True, slots=True)
class OrderLineMatch:
    """An order line that an invoice line can belong to."""

    id: int
    number: int
    model_id: int | None
    shares: tuple[tuple[int, Decimal], ...]
    """Measure and weight."""


@dataclass(frozen=True, slots=True)
class MatchedLine:
    """An invoice line with what was found for it."""

    line: ElectronicLine
    order_line: OrderLineMatch | None
    model_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedInvoice:
    """An e-invoice with everything netzwart knows about it, before anything is written."""

    invoice: ElectronicInvoice
    supplier_id: int | None
    """None: the supplier will be recorded."""
    supplier: str
    order_id: int | None
    corrects_id: int | None
    lines: tuple[MatchedLine, ...]
    remarks: tuple[str, ...] = field(default=())
    """What a person should know before recording it."""


async def match_electronic_invoice(
    session: AsyncSession, invoice: ElectronicInvoice
) -> ReceivedInvoice:
    """Return the invoice with supplier, order and models that fit; writes nothing.

    Raises:
        ForeignCurrencyError: when it is not in euros.
        DuplicateInvoiceError: when the supplier's number is recorded already.
    """
    if invoice.currency != "EUR":
        message = (
            f"Die Rechnung lautet auf {invoice.currency}; netzwart rechnet in Euro. "
            "Bitte den gezahlten Eurobetrag von Hand erfassen."
        )
        raise ForeignCurrencyError(message, {"file": message})
    supplier_id, supplier = await _find_supplier(session, invoice)
    known = await _known_invoices(session, supplier_id, invoice)
    if invoice.number in known:
        message = f"Die Rechnung {invoice.number} von {supplier} ist schon erfasst."
        raise DuplicateInvoiceError(message, {"file": message})
    order_id, order_lines = await _find_order(session, invoice, supplier_id)
    models = await _find_models(session, invoice)
    operator = await session.scalar(select(_OPERATOR.c.name).order_by(_OPERATOR.c.id).limit(1))
    corrects_id = known.get(invoice.corrected_number or "")
    return ReceivedInvoice(
        invoice=invoice,
        supplier_id=supplier_id,
        supplier=supplier,
        order_id=order_id,
        corrects_id=corrects_id,
        lines=tuple(_matched(line, order_lines, models) for line in invoice.lines),
        remarks=tuple(_remarks(invoice, supplier_id, order_id, corrects_id, operator)),
    )


def invoice_form(
    received: ReceivedInvoice, supplier_id: int, measure_id: int | None = None
) -> InvoiceForm:
    """Return the form that records the invoice as it stands.

    A line is charged to the measures that its order line is meant for, else to `measure_id`, which
    a person chose for the whole invoice; else to none.
    """
    invoice = received.invoice
    return InvoiceForm(
        number=invoice.number,
        supplier_id=supplier_id,
        order_id=received.order_id,
        issued_on=invoice.issued_on,
        kind=invoice.kind,
        delivered_on=invoice.delivered_on,
        service_from=invoice.service_from,
        due_on=invoice.due_on,
        discount_rate=invoice.discount.rate if invoice.discount else None,
        discount_days=invoice.discount.days if invoice.discount else None,
        currency=invoice.currency,
        buyer=invoice.buyer and invoice.buyer[:200],
        cancels_id=received.corrects_id,
        stated_total=invoice.recorded_total,
        lines=tuple(_line_form(matched, measure_id) for matched in received.lines),
    )


async def record_electronic_invoice(
    session: AsyncSession,
    received: ReceivedInvoice,
    document: Document | None,
    actor: Actor,
    measure_id: int | None = None,
) -> Invoice:
    """Record the invoice with undecided lines; the original file hangs on it.

    Raises:
        CreditNoteError: when a credit note corrects an invoice that is not recorded.
        TotalsDisagreeError: when the lines are not the total.
    """
    supplier_id = received.supplier_id
    if supplier_id is None:
        supplier = await record_supplier(
            session, received.supplier, received.invoice.supplier_vat_id, actor
        )
        supplier_id = supplier.id
    form = invoice_form(received, supplier_id, measure_id)
    invoice = await record_invoice(session, form, actor, received.invoice.format)
    if document is not None:
        await attach_receipt(session, invoice, document, actor)
    return invoice


def _line_form(matched: MatchedLine, measure_id: int | None) -> InvoiceLineForm:
    line = matched.line
    meant = matched.order_line.shares if matched.order_line is not None else ()
    shares = [ShareForm(measure_id=measure, weight=weight) for measure, weight in meant]
    if not shares and measure_id is not None:
        shares = [ShareForm(measure_id=measure_id, weight=Decimal(1))]
    return InvoiceLineForm(
        number=line.number,
        model_id=matched.model_id,
        order_line_id=matched.order_line.id if matched.order_line is not None else None,
        text=line.text,
        quantity=line.quantity.quantize(_PIECES, ROUND_HALF_UP),
        unit_net=line.unit_net.quantize(_PRICE, ROUND_HALF_UP),
        vat_rate=line.vat_rate,
        net=line.net,
        serials=line.serials,
        shares=tuple(shares),
    )


async def _find_supplier(
    session: AsyncSession, invoice: ElectronicInvoice
) -> tuple[int | None, str]:
    """Return the supplier by its VAT number, else by its name."""
    vat_id = invoice.supplier_vat_id
    same_name = func.lower(_SUPPLIER.c.name) == invoice.supplier.lower()
    rows = (
        await session.execute(
            select(_SUPPLIER.c.id, _SUPPLIER.c.name, _SUPPLIER.c.vat_id)
            .where(same_name if vat_id is None else or_(same_name, _SUPPLIER.c.vat_id == vat_id))
            .order_by(_SUPPLIER.c.id)
        )
    ).all()
    best = sorted(rows, key=lambda row: (row.vat_id != vat_id or vat_id is None, row.id))
    return (best[0].id, best[0].name) if best else (None, invoice.supplier)


async def _known_invoices(
    session: AsyncSession, supplier_id: int | None, invoice: ElectronicInvoice
) -> Mapping[str, int]:
    if supplier_id is None:
        return {}
    wanted = [number for number in (invoice.number, invoice.corrected_number) if number]
    rows = await session.execute(
        select(_INVOICE.c.number, _INVOICE.c.id).where(
            _INVOICE.c.supplier_id == supplier_id, _INVOICE.c.number.in_(wanted)
        )
    )
    return {row.number: row.id for row in rows}


async def _find_order(
    session: AsyncSession, invoice: ElectronicInvoice, supplier_id: int | None
) -> tuple[int | None, list[OrderLineMatch]]:
    if invoice.order_number is None or supplier_id is None:
        return None, []
    rows = (
        await session.execute(
            select(
                _ORDER.c.id.label("order_id"),
                _ORDER_LINE.c.id,
                _ORDER_LINE.c.number,
                _ORDER_LINE.c.model_id,
                _ORDER_SHARE.c.measure_id,
                _ORDER_SHARE.c.weight,
            )
            .select_from(
                _ORDER.outerjoin(_ORDER_LINE, _ORDER_LINE.c.order_id == _ORDER.c.id).outerjoin(
                    _ORDER_SHARE, _ORDER_SHARE.c.order_line_id == _ORDER_LINE.c.id
                )
            )
            .where(_ORDER.c.number == invoice.order_number, _ORDER.c.supplier_id == supplier_id)
            .order_by(_ORDER_LINE.c.number, _ORDER_SHARE.c.id)
        )
    ).all()
    if not rows:
        return None, []
    lines: dict[int, list[Any]] = {}
    for row in rows:
        if row.id is not None:
            lines.setdefault(row.id, []).append(row)
    return rows[0].order_id, [_order_line(same) for same in lines.values()]


def _order_line(rows: Sequence[Any]) -> OrderLineMatch:
    shares = tuple((row.measure_id, row.weight) for row in rows if row.measure_id is not None)
    return OrderLineMatch(rows[0].id, rows[0].number, rows[0].model_id, shares)


async def _find_models(session: AsyncSession, invoice: ElectronicInvoice) -> Mapping[str, int]:
    """Return the models by part number, as far as only one model has it."""
    wanted = {number for line in invoice.lines for number in line.article_numbers}
    if not wanted:
        return {}
    rows = (
        await session.execute(
            select(_MODEL.c.part_number, _MODEL.c.id).where(_MODEL.c.part_number.in_(wanted))
        )
    ).all()
    counted = Counter(row.part_number for row in rows)
    return {row.part_number: row.id for row in rows if counted[row.part_number] == 1}


def _matched(
    line: ElectronicLine, order_lines: Sequence[OrderLineMatch], models: Mapping[str, int]
) -> MatchedLine:
    model_id = next((models[one] for one in line.article_numbers if one in models), None)
    order_line = next((one for one in order_lines if one.number == line.order_line), None)
    if order_line is None and model_id is not None:
        same = [one for one in order_lines if one.model_id == model_id]
        order_line = same[0] if len(same) == 1 else None
    if model_id is None and order_line is not None:
        model_id = order_line.model_id
    return MatchedLine(line, order_line, model_id)


def _remarks(
    invoice: ElectronicInvoice,
    supplier_id: int | None,
    order_id: int | None,
    corrects_id: int | None,
    operator: str | None,
) -> list[str]:
    remarks: list[str] = []
    if supplier_id is None:
        remarks.append(f"Der Lieferant „{invoice.supplier}“ wird neu angelegt.")
    if invoice.order_number is None:
        remarks.append("Die Rechnung nennt keine Bestellung.")
    elif order_id is None:
        remarks.append(
            f"Eine Bestellung {invoice.order_number} ist bei diesem Lieferanten nicht erfasst."
        )
    if invoice.corrected_number and corrects_id is None:
        remarks.append(f"Die berichtigte Rechnung {invoice.corrected_number} ist nicht erfasst.")
    if operator and invoice.buyer and invoice.buyer.casefold() != operator.casefold():
        remarks.append(f"Als Käufer nennt die Rechnung „{invoice.buyer}“, nicht „{operator}“.")
    return remarks
