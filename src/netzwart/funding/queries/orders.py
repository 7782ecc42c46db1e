"""Orders with how far each has come, in three statements whatever their number."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, TableClause, exists, func, literal, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.selectable import ScalarSelect

from netzwart.accounts.actors import Actor, Right
from netzwart.database import Quantity, table_of
from netzwart.errors import NotFoundError
from netzwart.funding.purchase_tables import (
    DeliveredSerial,
    Delivery,
    DeliveryLine,
    Invoice,
    InvoiceLine,
    Order,
    OrderLine,
    Payment,
    Supplier,
)
from netzwart.funding.queries.listing import PurchaseFilters, page_of
from netzwart.funding.queries.showing import visible_invoices
from netzwart.funding.queries.statements import invoices_of
from netzwart.funding.rules.purchasing import Gap, PurchaseFacts, gaps_of
from netzwart.inventory.tables import Device, DeviceModel
from netzwart.money import ZERO, cents, exact, total
from netzwart.schools.queries import AnyRow
from netzwart.web.resources.fields import field_of

ORDER = table_of(Order)
LINE = table_of(OrderLine)
DELIVERY = table_of(Delivery)
DELIVERY_LINE = table_of(DeliveryLine)
SERIAL = table_of(DeliveredSerial)
INVOICE = table_of(Invoice)
INVOICE_LINE = table_of(InvoiceLine)
PAYMENT = table_of(Payment)
SUPPLIER = table_of(Supplier)
DEVICE = table_of(Device)
MODEL = table_of(DeviceModel)

MISSING = {
    "delivery": "Lieferung",
    "serial": "Seriennummern",
    "invoice": "Rechnung",
    "payment": "Zahlung",
}
"""What an order may lack, in words."""

SORTABLE = {
    "id": field_of("id", ORDER.c.id),
    "day": field_of("day", ORDER.c.ordered_on),
    "number": field_of("number", ORDER.c.number),
    "supplier": field_of("supplier", SUPPLIER.c.name),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLineProgress:
    """One position with what became of it; pieces."""

    id: int
    number: int
    text: str
    model_id: int | None
    model: str | None
    quantity: Decimal
    unit_net: Decimal
    vat_rate: Decimal
    delivered: Decimal
    serials: int
    invoiced: Decimal
    devices: int

    @property
    def open(self) -> Decimal:
        """Return the pieces that have not come yet."""
        return max(self.quantity - self.delivered, Decimal(0))

    @property
    def gross(self) -> Decimal:
        """Return what the position costs with tax."""
        return cents(exact(self.quantity) * exact(self.unit_net) * (1 + exact(self.vat_rate)))


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderProgress:
    """An order as lists show it."""

    id: int
    number: str
    ordered_on: date
    supplier_id: int
    supplier: str
    deliveries: int
    invoices: int
    invoiced_gross: Decimal
    paid: Decimal
    lines: tuple[OrderLineProgress, ...]

    @property
    def gross(self) -> Decimal:
        """Return what was ordered, with tax."""
        return total([line.gross for line in self.lines])

    @property
    def ordered(self) -> Decimal:
        """Return the ordered pieces."""
        return sum((line.quantity for line in self.lines), Decimal(0))

    @property
    def delivered(self) -> Decimal:
        """Return the delivered pieces."""
        return sum((line.delivered for line in self.lines), Decimal(0))

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Return what is missing."""
        things = [line for line in self.lines if line.model_id is not None]
        return gaps_of(
            PurchaseFacts(
                ordered=self.ordered,
                delivered=self.delivered,
                needing_serial=sum((line.delivered for line in things), Decimal(0)),
                serials=sum(line.serials for line in things),
                devices=sum(line.devices for line in things),
                ordered_gross=self.gross,
                invoices=self.invoices,
                invoiced=sum((line.invoiced for line in self.lines), Decimal(0)),
                invoiced_gross=self.invoiced_gross,
                paid=self.paid,
            )
        )


def visible_orders(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on `purchase_order`: an auditor of a grant sees what it paid."""
    if actor.may(Right.READ_FUNDING) and actor.grant_scope() is None:
        return true()
    return exists().where(INVOICE.c.order_id == ORDER.c.id, visible_invoices(actor))


async def list_orders(
    session: AsyncSession, actor: Actor, filters: PurchaseFilters
) -> tuple[list[OrderProgress], str | None]:
    """Return a page of orders with their progress, and the cursor of the next.

    Raises:
        BadPurchaseFilterError: order or cursor are none of this list.
    """
    page = await page_of(session, _heads(), SORTABLE, filters, *_matching(actor, filters))
    lines = await lines_of(session, [row.id for row in page.rows])
    return [_progress(row, lines) for row in page.rows], page.next_cursor


async def get_order_progress(session: AsyncSession, order_id: int, actor: Actor) -> OrderProgress:
    """Return one order with its progress.

    Raises:
        NotFoundError: there is none, or the actor may not know of it.
    """
    row = (
        await session.execute(_heads().where(ORDER.c.id == order_id, visible_orders(actor)))
    ).one_or_none()
    if row is None:
        raise NotFoundError("Diese Bestellung gibt es nicht.")
    return _progress(row, await lines_of(session, [order_id]))


async def get_order(session: AsyncSession, order_id: int, actor: Actor) -> Order:
    """Return the order with its procurement facts.

    Raises:
        NotFoundError: there is none, or the actor may not know of it.
    """
    order = await session.scalar(select(Order).where(ORDER.c.id == order_id, visible_orders(actor)))
    if order is None:
        raise NotFoundError("Diese Bestellung gibt es nicht.")
    return order


async def lines_of(
    session: AsyncSession, order_ids: Iterable[int]
) -> dict[int, list[OrderLineProgress]]:
    """Return the positions of these orders, by order."""
    by_order: dict[int, list[OrderLineProgress]] = defaultdict(list)
    for row in await session.execute(_line_statement().where(LINE.c.order_id.in_(order_ids))):
        by_order[row.order_id].append(
            OrderLineProgress(
                id=row.id,
                number=row.number,
                text=row.text,
                model_id=row.model_id,
                model=row.model,
                quantity=row.quantity,
                unit_net=row.unit_net,
                vat_rate=row.vat_rate,
                delivered=row.delivered or Decimal(0),
                serials=row.serials,
                invoiced=row.invoiced or Decimal(0),
                devices=row.devices,
            )
        )
    return by_order


def _progress(row: AnyRow, lines: Mapping[int, list[OrderLineProgress]]) -> OrderProgress:
    return OrderProgress(
        id=row.id,
        number=row.number,
        ordered_on=row.ordered_on,
        supplier_id=row.supplier_id,
        supplier=row.supplier,
        deliveries=row.deliveries,
        invoices=row.invoices,
        invoiced_gross=row.invoiced_gross or ZERO,
        paid=(row.paid or ZERO) + (row.discount or ZERO),
        lines=tuple(lines.get(row.id, ())),
    )


def _heads() -> Select[*tuple[Any, ...]]:
    gross = (
        select(func.sum(INVOICE_LINE.c.gross))
        .join(INVOICE, INVOICE.c.id == INVOICE_LINE.c.invoice_id)
        .where(INVOICE.c.order_id == ORDER.c.id)
    )
    paid = select(func.sum(PAYMENT.c.amount)).where(PAYMENT.c.invoice_id.in_(_invoice_ids()))
    discount = select(func.sum(PAYMENT.c.discount)).where(PAYMENT.c.invoice_id.in_(_invoice_ids()))
    return select(
        ORDER.c.id,
        ORDER.c.number,
        ORDER.c.ordered_on,
        ORDER.c.supplier_id,
        SUPPLIER.c.name.label("supplier"),
        _count(DELIVERY, DELIVERY.c.order_id == ORDER.c.id).label("deliveries"),
        _count(INVOICE, INVOICE.c.order_id == ORDER.c.id).label("invoices"),
        gross.correlate(ORDER).scalar_subquery().label("invoiced_gross"),
        paid.correlate(ORDER).scalar_subquery().label("paid"),
        discount.correlate(ORDER).scalar_subquery().label("discount"),
    ).join(SUPPLIER, SUPPLIER.c.id == ORDER.c.supplier_id)


def _invoice_ids() -> Select[tuple[int]]:
    return select(INVOICE.c.id).where(INVOICE.c.order_id == ORDER.c.id).correlate(ORDER)


def _count(table: TableClause, condition: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).select_from(table).where(condition).scalar_subquery()


def _line_statement() -> Select[*tuple[Any, ...]]:
    bought = select(INVOICE_LINE.c.id).where(INVOICE_LINE.c.order_line_id == LINE.c.id)
    return (
        select(
            LINE.c.id,
            LINE.c.order_id,
            LINE.c.number,
            LINE.c.text,
            LINE.c.model_id,
            MODEL.c.name.label("model"),
            LINE.c.quantity,
            LINE.c.unit_net,
            LINE.c.vat_rate,
            _delivered().label("delivered"),
            _serials().label("serials"),
            select(func.sum(INVOICE_LINE.c.quantity))
            .where(INVOICE_LINE.c.order_line_id == LINE.c.id)
            .correlate(LINE)
            .scalar_subquery()
            .label("invoiced"),
            _count(
                DEVICE,
                or_(
                    DEVICE.c.order_line_id == LINE.c.id,
                    DEVICE.c.invoice_line_id.in_(bought.correlate(LINE)),
                ),
            ).label("devices"),
        )
        .outerjoin(MODEL, MODEL.c.id == LINE.c.model_id)
        .order_by(LINE.c.order_id, LINE.c.number)
    )


def _delivered() -> ScalarSelect[Decimal]:
    return (
        select(func.sum(DELIVERY_LINE.c.quantity))
        .where(DELIVERY_LINE.c.order_line_id == LINE.c.id)
        .correlate(LINE)
        .scalar_subquery()
    )


def _serials() -> ScalarSelect[int]:
    return (
        select(func.count(SERIAL.c.id))
        .join(DELIVERY_LINE, DELIVERY_LINE.c.id == SERIAL.c.delivery_line_id)
        .where(DELIVERY_LINE.c.order_line_id == LINE.c.id)
        .correlate(LINE)
        .scalar_subquery()
    )


def _matching(actor: Actor, filters: PurchaseFilters) -> list[ColumnElement[bool]]:
    conditions = [visible_orders(actor)]
    conditions += [
        or_(
            ORDER.c.number.icontains(word, autoescape=True),
            SUPPLIER.c.name.icontains(word, autoescape=True),
            exists().where(
                LINE.c.order_id == ORDER.c.id, LINE.c.text.icontains(word, autoescape=True)
            ),
        )
        for word in filters.words
    ]
    if filters.supplier is not None:
        conditions.append(ORDER.c.supplier_id == filters.supplier)
    if filters.grant is not None:
        paid_by = select(INVOICE.c.order_id).where(INVOICE.c.id.in_(invoices_of([filters.grant])))
        conditions.append(ORDER.c.id.in_(paid_by))
    if filters.missing is not None:
        conditions.append(_lacks(filters.missing))
    return conditions


def _lacks(what: str) -> ColumnElement[bool]:
    mine = LINE.c.order_id == ORDER.c.id
    has_invoice = exists().where(INVOICE.c.order_id == ORDER.c.id)
    if what == "delivery":
        return exists().where(mine, func.coalesce(_delivered(), 0) < LINE.c.quantity)
    if what == "serial":
        return exists().where(
            mine,
            LINE.c.model_id.is_not(None),
            as_quantity(_serials()) < func.coalesce(_delivered(), 0),
        )
    if what == "invoice":
        return exists().where(DELIVERY.c.order_id == ORDER.c.id) & ~has_invoice
    return has_invoice & exists().where(INVOICE.c.order_id == ORDER.c.id, unpaid())


def as_quantity(count: ColumnElement[int] | ScalarSelect[int]) -> ColumnElement[Decimal]:
    """Return a count that can be compared with quantities, which SQLite keeps as thousandths."""
    return literal(Decimal(1), Quantity()) * count


def unpaid() -> ColumnElement[bool]:
    """Return the condition on `invoice` that payments and discounts do not cover it."""
    gross = (
        select(func.coalesce(func.sum(INVOICE_LINE.c.gross), ZERO))
        .where(INVOICE_LINE.c.invoice_id == INVOICE.c.id)
        .correlate(INVOICE)
        .scalar_subquery()
    )
    paid = (
        select(func.coalesce(func.sum(PAYMENT.c.amount + PAYMENT.c.discount), ZERO))
        .where(PAYMENT.c.invoice_id == INVOICE.c.id)
        .correlate(INVOICE)
        .scalar_subquery()
    )
    return gross > paid
