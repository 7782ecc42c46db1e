"""Single rows for pages and acts, each only for whom it exists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, String, cast, exists, null, select, true, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.accounts.tables import UserAccount
from netzwart.database import table_of
from netzwart.documents.tables import Document
from netzwart.errors import InvalidInputError, NotFoundError
from netzwart.funding.purchase_tables import (
    CostShare,
    IncidentalCost,
    Invoice,
    InvoicedSerial,
    InvoiceLine,
    Payment,
)
from netzwart.funding.queries import statements
from netzwart.funding.queries.loading import invoices_from
from netzwart.funding.queries.records import InvoiceRecord, PaymentRecord
from netzwart.funding.queries.visibility import visible_grants
from netzwart.funding.tables import Drawdown, Grant, Measure
from netzwart.inventory.tables import Device, DeviceModel
from netzwart.schools.queries import at_schools

_GRANT = table_of(Grant)
_INVOICE = table_of(Invoice)
_LINE = table_of(InvoiceLine)
_SHARE = table_of(CostShare)
_MEASURE = table_of(Measure)
_PAYMENT = table_of(Payment)
_DRAWDOWN = table_of(Drawdown)
_INCIDENTAL = table_of(IncidentalCost)
_USER = table_of(UserAccount)
_DEVICE, _MODEL = table_of(Device), table_of(DeviceModel)
_SERIAL = table_of(InvoicedSerial)
_DOCUMENT = table_of(Document)


class UnknownInvoiceError(InvalidInputError):
    """The supplier has no invoice of that number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """Who decided about a line and who confirmed it."""

    decided_by: str | None
    decided_at: datetime | None
    confirmed_by: str | None
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRecord:
    """The file of an invoice."""

    id: int
    file_name: str
    media_type: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class InvoicedSerialRow:
    """A serial number of an invoice line, and the device of the inventory that has it."""

    serial: str
    device_id: int | None
    inventory_number: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicePage:
    """An invoice with all that its page shows."""

    invoice: InvoiceRecord
    decisions: dict[int, DecisionRecord]
    """By line id."""
    devices: dict[int, list[tuple[int, str]]]
    """By line id: device id and inventory number."""
    serials: dict[int, list[InvoicedSerialRow]]
    """By line id, as the invoice names them."""
    receipt: ReceiptRecord | None
    grants: dict[int, str]
    """Grant id → number, of the shares."""
    programmes: dict[int, tuple[str, date]]
    """Grant id → programme and day of the notice."""
    cancels: str | None
    """Number of the invoice that this one corrects."""


async def get_grant(session: AsyncSession, grant_id: int, actor: Actor) -> Grant:
    """Return the grant.

    Raises:
        NotFoundError: when there is none, or the actor may not know of it.
    """
    grant = await session.scalar(
        select(Grant).where(_GRANT.c.id == grant_id, visible_grants(actor))
    )
    if grant is None:
        raise NotFoundError("Diese Bewilligung gibt es nicht.")
    return grant


def visible_invoices(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on `invoice`: what no grant pays is for those without limits."""
    if actor.may(Right.READ_FUNDING) and actor.grant_scope() is None:
        return true()
    return exists(
        select(1)
        .select_from(
            _LINE.join(_SHARE, _SHARE.c.invoice_line_id == _LINE.c.id)
            .join(_MEASURE, _MEASURE.c.id == _SHARE.c.measure_id)
            .join(_GRANT, _GRANT.c.id == _MEASURE.c.grant_id)
        )
        .where(_LINE.c.invoice_id == _INVOICE.c.id, visible_grants(actor))
    )


async def get_invoice(session: AsyncSession, invoice_id: int, actor: Actor) -> Invoice:
    """Return the invoice.

    Raises:
        NotFoundError: when there is none, or the actor may not know of it.
    """
    invoice = await session.scalar(
        select(Invoice).where(_INVOICE.c.id == invoice_id, visible_invoices(actor))
    )
    if invoice is None:
        raise NotFoundError("Diese Rechnung gibt es nicht.")
    return invoice


async def get_invoice_line(session: AsyncSession, line_id: int, actor: Actor) -> InvoiceLine:
    """Return the invoice line.

    Raises:
        NotFoundError: when there is none, or the actor may not know of it.
    """
    line = await session.scalar(
        select(InvoiceLine)
        .join(_INVOICE, _INVOICE.c.id == _LINE.c.invoice_id)
        .where(_LINE.c.id == line_id, visible_invoices(actor))
    )
    if line is None:
        raise NotFoundError("Diese Rechnungsposition gibt es nicht.")
    return line


async def get_drawdown(session: AsyncSession, drawdown_id: int, actor: Actor) -> Drawdown:
    """Return the drawdown.

    Raises:
        NotFoundError: when there is none, or the actor may not know of it.
    """
    drawdown = await session.scalar(
        select(Drawdown)
        .join(_GRANT, _GRANT.c.id == _DRAWDOWN.c.grant_id)
        .where(_DRAWDOWN.c.id == drawdown_id, visible_grants(actor))
    )
    if drawdown is None:
        raise NotFoundError("Diesen Mittelabruf gibt es nicht.")
    return drawdown


async def get_measure(
    session: AsyncSession, grant_id: int, measure_id: int, actor: Actor
) -> Measure:
    """Return a measure of the grant.

    Raises:
        NotFoundError: when the grant has no such measure, or the actor may not know of it.
    """
    measure = await session.scalar(
        select(Measure)
        .join(_GRANT, _GRANT.c.id == _MEASURE.c.grant_id)
        .where(_MEASURE.c.id == measure_id, _GRANT.c.id == grant_id, visible_grants(actor))
    )
    if measure is None:
        raise NotFoundError("Diese Maßnahme gibt es nicht.")
    return measure


async def get_invoice_page(session: AsyncSession, invoice_id: int, actor: Actor) -> InvoicePage:
    """Return an invoice with lines, shares, payments, decisions, devices and receipt.

    Raises:
        NotFoundError: when there is none, or the actor may not know of it.
    """
    condition = (_INVOICE.c.id == invoice_id) & visible_invoices(actor)
    rows = (await session.execute(statements.invoice_lines(condition))).all()
    if not rows:
        raise NotFoundError("Diese Rechnung gibt es nicht.")
    paid = await session.execute(
        select(_PAYMENT)
        .where(_PAYMENT.c.invoice_id == invoice_id)
        .order_by(_PAYMENT.c.paid_on, _PAYMENT.c.id)
    )
    attached = await session.execute(
        select(_INCIDENTAL.c.line_id, _INCIDENTAL.c.device_line_id)
        .join(_LINE, _LINE.c.id == _INCIDENTAL.c.line_id)
        .where(_LINE.c.invoice_id == invoice_id)
        .order_by(_INCIDENTAL.c.id)
    )
    incidentals: dict[int, list[int]] = {}
    for row in attached:
        incidentals.setdefault(row.line_id, []).append(row.device_line_id)
    payments = {invoice_id: [_payment(row) for row in paid]}
    [invoice] = invoices_from(rows, payments, incidentals)
    numbers = {share.grant_id for line in invoice.lines for share in line.shares}
    named = await session.execute(
        select(_GRANT.c.id, _GRANT.c.number, _GRANT.c.programme, _GRANT.c.issued_on).where(
            _GRANT.c.id.in_(numbers), visible_grants(actor)
        )
    )
    grants = named.all()
    devices, serials = await _things(session, invoice_id, actor)
    return InvoicePage(
        invoice=invoice,
        decisions=await _decisions(session, invoice_id),
        devices=devices,
        serials=serials,
        receipt=await _receipt(session, invoice.document_id),
        grants={row.id: row.number for row in grants},
        programmes={row.id: (row.programme, row.issued_on) for row in grants},
        cancels=await _number_of(session, invoice.cancels_id),
    )


def _payment(row: Row[Any]) -> PaymentRecord:
    return PaymentRecord(
        id=row.id,
        receipt_number=row.receipt_number,
        paid_on=row.paid_on,
        amount=row.amount,
        discount=row.discount,
    )


async def _decisions(session: AsyncSession, invoice_id: int) -> dict[int, DecisionRecord]:
    decider, confirmer = _USER.alias("decider"), _USER.alias("confirmer")
    rows = await session.execute(
        select(
            _LINE.c.id,
            decider.c.display_name.label("decided_by"),
            _LINE.c.decided_at,
            confirmer.c.display_name.label("confirmed_by"),
            _LINE.c.confirmed_at,
        )
        .select_from(
            _LINE.outerjoin(decider, decider.c.id == _LINE.c.decided_by_id).outerjoin(
                confirmer, confirmer.c.id == _LINE.c.confirmed_by_id
            )
        )
        .where(_LINE.c.invoice_id == invoice_id)
        .order_by(_LINE.c.number)
    )
    return {
        row.id: DecisionRecord(
            decided_by=row.decided_by,
            decided_at=row.decided_at,
            confirmed_by=row.confirmed_by,
            confirmed_at=row.confirmed_at,
        )
        for row in rows
    }


async def _things(
    session: AsyncSession, invoice_id: int, actor: Actor
) -> tuple[dict[int, list[tuple[int, str]]], dict[int, list[InvoicedSerialRow]]]:
    """Return devices, and serial numbers with the maker's device that has them, by line."""
    visible = at_schools(_DEVICE.c.school_id, actor.scope(Right.READ_INVENTORY))
    device = (_DEVICE.c.id, _DEVICE.c.inventory_number)
    bought = (
        select(_LINE.c.id.label("line_id"), *device, cast(null(), String).label("serial"))
        .join(_DEVICE, _DEVICE.c.invoice_line_id == _LINE.c.id)
        .where(_LINE.c.invoice_id == invoice_id, visible)
    )
    same = (_DEVICE.c.serial_normalised == _SERIAL.c.serial_normalised) & visible
    of_maker = _MODEL.c.id.is_(None) | (_DEVICE.c.manufacturer_id == _MODEL.c.manufacturer_id)
    named = (
        select(_LINE.c.id.label("line_id"), *device, _SERIAL.c.serial)
        .select_from(
            _LINE.join(_SERIAL, _SERIAL.c.invoice_line_id == _LINE.c.id)
            .outerjoin(_MODEL, _MODEL.c.id == _LINE.c.model_id)
            .outerjoin(_DEVICE, same & of_maker)
        )
        .where(_LINE.c.invoice_id == invoice_id)
    )
    rows = await session.execute(
        union_all(bought, named).order_by("line_id", "serial", "inventory_number")
    )
    devices: dict[int, list[tuple[int, str]]] = {}
    serials: dict[int, dict[str, InvoicedSerialRow]] = {}
    for row in rows:
        if row.serial is None:
            devices.setdefault(row.line_id, []).append((row.id, row.inventory_number))
        else:
            found = InvoicedSerialRow(row.serial, row.id, row.inventory_number)
            serials.setdefault(row.line_id, {}).setdefault(row.serial, found)
    return devices, {line: list(named.values()) for line, named in serials.items()}


async def _number_of(session: AsyncSession, invoice_id: int | None) -> str | None:
    if invoice_id is None:
        return None
    return await session.scalar(select(_INVOICE.c.number).where(_INVOICE.c.id == invoice_id))


async def list_lines_of(
    session: AsyncSession, invoice_id: int, line_ids: Sequence[int]
) -> list[InvoiceLine]:
    """Return these lines of an invoice that the caller may see.

    Raises:
        NotFoundError: when one of them is not a line of the invoice.
    """
    wanted = set(line_ids)
    lines = (
        await session.scalars(
            select(InvoiceLine)
            .where(_LINE.c.invoice_id == invoice_id, _LINE.c.id.in_(wanted))
            .order_by(_LINE.c.number)
        )
    ).all()
    if len(lines) != len(wanted):
        raise NotFoundError("Diese Rechnungsposition gibt es nicht.")
    return list(lines)


async def find_invoice_id(session: AsyncSession, supplier_id: int, number: str) -> int | None:
    """Return the id of a supplier's invoice by its number, None for an empty number.

    Raises:
        UnknownInvoiceError: when the supplier has no such invoice.
    """
    if not number:
        return None
    found = await session.scalar(
        select(_INVOICE.c.id).where(
            _INVOICE.c.supplier_id == supplier_id, _INVOICE.c.number == number
        )
    )
    if found is None:
        message = f"Von diesem Lieferanten ist keine Rechnung {number} erfasst."
        raise UnknownInvoiceError(message, {"cancels": message})
    return int(found)


async def _receipt(session: AsyncSession, document_id: int | None) -> ReceiptRecord | None:
    if document_id is None:
        return None
    row = (await session.execute(select(_DOCUMENT).where(_DOCUMENT.c.id == document_id))).one()
    return ReceiptRecord(
        id=row.id,
        file_name=row.file_name,
        media_type=row.media_type,
        size_bytes=row.size_bytes,
        sha256=row.sha256,
    )
