"""Orders with how far each has come, in three statements whatever their number."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, TableClause, exists, func, literal, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.selectable import FromClause, ScalarSelect

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
from netzwart.funding.queries.order_progress import OrderLineProgress, OrderProgress
from netzwart.funding.queries.showing import visible_invoices
from netzwart.funding.queries.statements import invoices_of
from netzwart.inventory.tables import Device, DeviceModel
from netzwart.money import ZERO
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
    bought = select(INVOICE_LINE.c.id).where(_belongs_to_line())
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
            .where(_belongs_to_line())
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


def _belongs_to_line() -> ColumnElement[bool]:
    """Return the condition on `invoice_line` that it bills the order line.

    Invoices that were read from a file do not say which line they mean: there the model decides,
    or the text where no model is named; of several such order lines the first counts.
    """
    twin = LINE.alias("earlier_line")

    def alike(other: FromClause) -> ColumnElement[bool]:
        return or_(
            INVOICE_LINE.c.model_id == other.c.model_id,
            INVOICE_LINE.c.model_id.is_(None)
            & other.c.model_id.is_(None)
            & (INVOICE_LINE.c.text == other.c.text),
        )

    # Said twice over: without it the second level would look at any order's lines.
    of_order = (
        exists()
        .where(INVOICE.c.id == INVOICE_LINE.c.invoice_id, INVOICE.c.order_id == LINE.c.order_id)
        .correlate(INVOICE_LINE, LINE)
    )
    earlier = (
        exists()
        .where(twin.c.order_id == LINE.c.order_id, twin.c.number < LINE.c.number, alike(twin))
        .correlate(INVOICE_LINE, LINE)
    )
    return or_(
        INVOICE_LINE.c.order_line_id == LINE.c.id,
        INVOICE_LINE.c.order_line_id.is_(None) & of_order & alike(LINE) & ~earlier,
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
        goods = or_(LINE.c.model_id.is_not(None), func.coalesce(_delivered(), 0) > 0)
        return exists().where(mine, goods, func.coalesce(_delivered(), 0) < LINE.c.quantity)
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
