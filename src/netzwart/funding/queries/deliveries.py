"""Deliveries with what came and which serial numbers are still missing."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.errors import NotFoundError
from netzwart.funding.purchase_tables import Delivery, DeliveryLine
from netzwart.funding.queries.listing import PurchaseFilters, page_of
from netzwart.funding.queries.orders import (
    DELIVERY,
    DELIVERY_LINE,
    DEVICE,
    INVOICE,
    LINE,
    MODEL,
    ORDER,
    SERIAL,
    SUPPLIER,
    as_quantity,
    visible_orders,
)
from netzwart.funding.queries.statements import invoices_of
from netzwart.inventory.rules import normalised_serial
from netzwart.schools.queries import AnyRow, at_schools
from netzwart.web.resources.fields import field_of

MISSING = {"serial": "Seriennummern", "invoice": "Rechnung"}

SORTABLE = {
    "id": field_of("id", DELIVERY.c.id),
    "day": field_of("day", DELIVERY.c.received_on),
    "number": field_of("number", DELIVERY.c.note_number),
    "supplier": field_of("supplier", SUPPLIER.c.name),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveredSerialRow:
    """A serial number on the note, and the device of the inventory that has it."""

    serial: str
    device_id: int | None
    inventory_number: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryLineRow:
    """What came of one position of the order."""

    id: int
    number: int
    text: str
    model_id: int | None
    model: str | None
    ordered: Decimal
    quantity: Decimal
    serials: tuple[DeliveredSerialRow, ...]

    @property
    def unread(self) -> Decimal:
        """Return how many pieces of a model lack their serial number."""
        return max(self.quantity - len(self.serials), Decimal(0)) if self.model_id else Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPage:
    """A delivery note with its order."""

    id: int
    note_number: str
    received_on: date
    order_id: int
    order: str
    supplier: str
    lines: tuple[DeliveryLineRow, ...]
    invoices: Sequence[AnyRow]
    """Invoices of the order: id, number, issued_on."""


async def list_deliveries(
    session: AsyncSession, actor: Actor, filters: PurchaseFilters
) -> tuple[Sequence[AnyRow], str | None]:
    """Return a page of deliveries: head, pieces, pieces of a model, serials, invoices of the order.

    Raises:
        BadPurchaseFilterError: order or cursor are none of this list.
    """
    page = await page_of(session, _heads(), SORTABLE, filters, *_matching(actor, filters))
    return page.rows, page.next_cursor


async def get_delivery(session: AsyncSession, delivery_id: int, actor: Actor) -> Delivery:
    """Return the delivery.

    Raises:
        NotFoundError: there is none, or the actor may not know of it.
    """
    delivery = await session.scalar(
        select(Delivery)
        .join(ORDER, ORDER.c.id == DELIVERY.c.order_id)
        .where(DELIVERY.c.id == delivery_id, visible_orders(actor))
    )
    if delivery is None:
        raise NotFoundError("Diese Lieferung gibt es nicht.")
    return delivery


async def get_delivery_line(session: AsyncSession, delivery_id: int, line_id: int) -> DeliveryLine:
    """Return a line of the delivery.

    Raises:
        NotFoundError: the delivery does not have it.
    """
    line = await session.scalar(
        select(DeliveryLine).where(
            DELIVERY_LINE.c.id == line_id, DELIVERY_LINE.c.delivery_id == delivery_id
        )
    )
    if line is None:
        raise NotFoundError("Diese Position gibt es in der Lieferung nicht.")
    return line


async def get_delivery_page(session: AsyncSession, delivery_id: int, actor: Actor) -> DeliveryPage:
    """Return a delivery with lines, serial numbers, their devices and the order's invoices.

    Raises:
        NotFoundError: there is none, or the actor may not know of it.
    """
    head = (
        await session.execute(_heads().where(DELIVERY.c.id == delivery_id, visible_orders(actor)))
    ).one_or_none()
    if head is None:
        raise NotFoundError("Diese Lieferung gibt es nicht.")
    serials = await _serials(session, delivery_id, actor)
    lines = await session.execute(
        select(
            DELIVERY_LINE.c.id,
            LINE.c.number,
            LINE.c.text,
            LINE.c.model_id,
            MODEL.c.name.label("model"),
            LINE.c.quantity.label("ordered"),
            DELIVERY_LINE.c.quantity,
        )
        .join(LINE, LINE.c.id == DELIVERY_LINE.c.order_line_id)
        .outerjoin(MODEL, MODEL.c.id == LINE.c.model_id)
        .where(DELIVERY_LINE.c.delivery_id == delivery_id)
        .order_by(LINE.c.number, DELIVERY_LINE.c.id)
    )
    invoices = await session.execute(
        select(INVOICE.c.id, INVOICE.c.number, INVOICE.c.issued_on)
        .where(INVOICE.c.order_id == head.order_id)
        .order_by(INVOICE.c.issued_on, INVOICE.c.id)
    )
    return DeliveryPage(
        id=head.id,
        note_number=head.note_number,
        received_on=head.received_on,
        order_id=head.order_id,
        order=head.order,
        supplier=head.supplier,
        lines=tuple(
            DeliveryLineRow(
                id=row.id,
                number=row.number,
                text=row.text,
                model_id=row.model_id,
                model=row.model,
                ordered=row.ordered,
                quantity=row.quantity,
                serials=tuple(serials.get(row.id, ())),
            )
            for row in lines
        ),
        invoices=invoices.all(),
    )


async def _serials(
    session: AsyncSession, delivery_id: int, actor: Actor
) -> dict[int, list[DeliveredSerialRow]]:
    """Return serial numbers by line, with the device of the same maker that has the number."""
    maker = MODEL.alias("delivered_model")
    rows = (
        await session.execute(
            select(SERIAL.c.delivery_line_id, SERIAL.c.serial, maker.c.manufacturer_id)
            .join(DELIVERY_LINE, DELIVERY_LINE.c.id == SERIAL.c.delivery_line_id)
            .join(LINE, LINE.c.id == DELIVERY_LINE.c.order_line_id)
            .outerjoin(maker, maker.c.id == LINE.c.model_id)
            .where(DELIVERY_LINE.c.delivery_id == delivery_id)
            .order_by(SERIAL.c.delivery_line_id, SERIAL.c.serial)
        )
    ).all()
    normalised = [normalised_serial(row.serial) for row in rows]
    wanted = {serial for serial in normalised if serial is not None}
    known = await session.execute(
        select(
            DEVICE.c.serial_normalised,
            DEVICE.c.manufacturer_id,
            DEVICE.c.id,
            DEVICE.c.inventory_number,
        ).where(
            DEVICE.c.serial_normalised.in_(wanted),
            at_schools(DEVICE.c.school_id, actor.scope(Right.READ_INVENTORY)),
        )
    )
    devices = {(row.serial_normalised, row.manufacturer_id): row for row in known}
    by_line: dict[int, list[DeliveredSerialRow]] = defaultdict(list)
    for row in rows:
        device = devices.get((normalised_serial(row.serial), row.manufacturer_id))
        by_line[row.delivery_line_id].append(
            DeliveredSerialRow(
                serial=row.serial,
                device_id=device.id if device else None,
                inventory_number=device.inventory_number if device else None,
            )
        )
    return by_line


def _heads() -> Select[*tuple[Any, ...]]:
    things = DELIVERY_LINE.join(LINE, LINE.c.id == DELIVERY_LINE.c.order_line_id)
    mine = DELIVERY_LINE.c.delivery_id == DELIVERY.c.id
    serials = (
        select(func.count(SERIAL.c.id))
        .join(DELIVERY_LINE, DELIVERY_LINE.c.id == SERIAL.c.delivery_line_id)
        .where(mine)
    )
    return (
        select(
            DELIVERY.c.id,
            DELIVERY.c.note_number,
            DELIVERY.c.received_on,
            DELIVERY.c.order_id,
            ORDER.c.number.label("order"),
            SUPPLIER.c.name.label("supplier"),
            select(func.sum(DELIVERY_LINE.c.quantity))
            .where(mine)
            .correlate(DELIVERY)
            .scalar_subquery()
            .label("pieces"),
            select(func.sum(DELIVERY_LINE.c.quantity))
            .select_from(things)
            .where(mine, LINE.c.model_id.is_not(None))
            .correlate(DELIVERY)
            .scalar_subquery()
            .label("things"),
            serials.correlate(DELIVERY).scalar_subquery().label("serials"),
            select(func.count())
            .select_from(INVOICE)
            .where(INVOICE.c.order_id == DELIVERY.c.order_id)
            .correlate(DELIVERY)
            .scalar_subquery()
            .label("invoices"),
        )
        .join(ORDER, ORDER.c.id == DELIVERY.c.order_id)
        .join(SUPPLIER, SUPPLIER.c.id == ORDER.c.supplier_id)
    )


def _matching(actor: Actor, filters: PurchaseFilters) -> list[ColumnElement[bool]]:
    conditions = [visible_orders(actor)]
    conditions += [
        or_(
            DELIVERY.c.note_number.icontains(word, autoescape=True),
            ORDER.c.number.icontains(word, autoescape=True),
            SUPPLIER.c.name.icontains(word, autoescape=True),
            exists().where(
                DELIVERY_LINE.c.delivery_id == DELIVERY.c.id,
                SERIAL.c.delivery_line_id == DELIVERY_LINE.c.id,
                SERIAL.c.serial.icontains(word, autoescape=True),
            ),
        )
        for word in filters.words
    ]
    if filters.supplier is not None:
        conditions.append(ORDER.c.supplier_id == filters.supplier)
    if filters.grant is not None:
        paid_by = select(INVOICE.c.order_id).where(INVOICE.c.id.in_(invoices_of([filters.grant])))
        conditions.append(DELIVERY.c.order_id.in_(paid_by))
    if filters.missing == "invoice":
        conditions.append(~exists().where(INVOICE.c.order_id == DELIVERY.c.order_id))
    if filters.missing == "serial":
        conditions.append(_lacks_serials())
    return conditions


def _lacks_serials() -> ColumnElement[bool]:
    counted = (
        select(func.count(SERIAL.c.id))
        .where(SERIAL.c.delivery_line_id == DELIVERY_LINE.c.id)
        .correlate(DELIVERY_LINE)
        .scalar_subquery()
    )
    return exists().where(
        DELIVERY_LINE.c.delivery_id == DELIVERY.c.id,
        LINE.c.id == DELIVERY_LINE.c.order_line_id,
        LINE.c.model_id.is_not(None),
        as_quantity(counted) < DELIVERY_LINE.c.quantity,
    )
