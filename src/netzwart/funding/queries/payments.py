"""Lists of invoices and payments, and one payment with what it was spent on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.errors import NotFoundError
from netzwart.funding.queries.listing import PurchaseFilters, page_of
from netzwart.funding.queries.orders import (
    INVOICE,
    INVOICE_LINE,
    ORDER,
    PAYMENT,
    SUPPLIER,
    unpaid,
)
from netzwart.funding.queries.showing import visible_invoices
from netzwart.funding.queries.statements import invoices_of
from netzwart.schools.queries import AnyRow
from netzwart.web.resources.fields import field_of

INVOICE_MISSING = {
    "decision": "Entscheidung",
    "payment": "Zahlung",
    "order": "Bestellung",
    "receipt": "Belegdatei",
}
INVOICE_SORTABLE = {
    "id": field_of("id", INVOICE.c.id),
    "day": field_of("day", INVOICE.c.issued_on),
    "number": field_of("number", INVOICE.c.number),
    "supplier": field_of("supplier", SUPPLIER.c.name),
}
PAYMENT_SORTABLE = {
    "id": field_of("id", PAYMENT.c.id),
    "day": field_of("day", PAYMENT.c.paid_on),
    "number": field_of("number", PAYMENT.c.receipt_number),
    "amount": field_of("amount", PAYMENT.c.amount),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentHead:
    """A payment with the invoice it settles."""

    id: int
    receipt_number: str
    paid_on: date
    amount: Decimal
    discount: Decimal
    invoice_id: int
    invoice: str
    supplier: str
    order_id: int | None
    order: str | None


async def list_invoices(
    session: AsyncSession, actor: Actor, filters: PurchaseFilters
) -> tuple[Sequence[AnyRow], str | None]:
    """Return a page of invoices: head, gross, paid, discount, undecided lines.

    Raises:
        BadPurchaseFilterError: order or cursor are none of this list.
    """
    page = await page_of(session, _invoices(), INVOICE_SORTABLE, filters, *_wanted(actor, filters))
    return page.rows, page.next_cursor


async def list_payments(
    session: AsyncSession, actor: Actor, filters: PurchaseFilters
) -> tuple[Sequence[AnyRow], str | None]:
    """Return a page of payments with invoice, supplier and order.

    Raises:
        BadPurchaseFilterError: order or cursor are none of this list.
    """
    conditions = [visible_invoices(actor)]
    conditions += [
        or_(
            PAYMENT.c.receipt_number.icontains(word, autoescape=True),
            INVOICE.c.number.icontains(word, autoescape=True),
            SUPPLIER.c.name.icontains(word, autoescape=True),
        )
        for word in filters.words
    ]
    conditions += _narrowed(filters)
    page = await page_of(session, _payments(), PAYMENT_SORTABLE, filters, *conditions)
    return page.rows, page.next_cursor


async def get_payment_head(session: AsyncSession, payment_id: int, actor: Actor) -> PaymentHead:
    """Return one payment with its invoice.

    Raises:
        NotFoundError: there is none, or the actor may not know of it.
    """
    row = (
        await session.execute(
            _payments().where(PAYMENT.c.id == payment_id, visible_invoices(actor))
        )
    ).one_or_none()
    if row is None:
        raise NotFoundError("Diese Zahlung gibt es nicht.")
    return PaymentHead(**row._mapping)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - public in SQLAlchemy


def _invoices() -> Select[*tuple[Any, ...]]:
    def lines(*conditions: ColumnElement[bool]) -> Any:  # noqa: ANN401 - a Select of either
        return INVOICE_LINE.c.invoice_id == INVOICE.c.id, *conditions

    paid = PAYMENT.c.invoice_id == INVOICE.c.id
    return (
        select(
            INVOICE.c.id,
            INVOICE.c.number,
            INVOICE.c.kind,
            INVOICE.c.issued_on,
            INVOICE.c.due_on,
            INVOICE.c.order_id,
            INVOICE.c.document_id,
            SUPPLIER.c.name.label("supplier"),
            ORDER.c.number.label("order"),
            select(func.sum(INVOICE_LINE.c.gross)).where(*lines()).scalar_subquery().label("gross"),
            select(func.count())
            .select_from(INVOICE_LINE)
            .where(*lines(_undecided()))
            .scalar_subquery()
            .label("undecided"),
            select(func.sum(PAYMENT.c.amount)).where(paid).scalar_subquery().label("paid"),
            select(func.sum(PAYMENT.c.discount)).where(paid).scalar_subquery().label("discount"),
        )
        .join(SUPPLIER, SUPPLIER.c.id == INVOICE.c.supplier_id)
        .outerjoin(ORDER, ORDER.c.id == INVOICE.c.order_id)
    )


def _undecided() -> ColumnElement[bool]:
    waiting = INVOICE_LINE.c.decided_by_id.is_not(None) & INVOICE_LINE.c.confirmed_by_id.is_(None)
    return or_(INVOICE_LINE.c.is_eligible.is_(None), waiting)


def _payments() -> Select[*tuple[Any, ...]]:
    return (
        select(
            PAYMENT.c.id,
            PAYMENT.c.receipt_number,
            PAYMENT.c.paid_on,
            PAYMENT.c.amount,
            PAYMENT.c.discount,
            PAYMENT.c.invoice_id,
            INVOICE.c.number.label("invoice"),
            SUPPLIER.c.name.label("supplier"),
            INVOICE.c.order_id,
            ORDER.c.number.label("order"),
        )
        .join(INVOICE, INVOICE.c.id == PAYMENT.c.invoice_id)
        .join(SUPPLIER, SUPPLIER.c.id == INVOICE.c.supplier_id)
        .outerjoin(ORDER, ORDER.c.id == INVOICE.c.order_id)
    )


def _wanted(actor: Actor, filters: PurchaseFilters) -> list[ColumnElement[bool]]:
    conditions = [visible_invoices(actor)]
    conditions += [
        or_(
            INVOICE.c.number.icontains(word, autoescape=True),
            SUPPLIER.c.name.icontains(word, autoescape=True),
            exists().where(
                INVOICE_LINE.c.invoice_id == INVOICE.c.id,
                INVOICE_LINE.c.text.icontains(word, autoescape=True),
            ),
        )
        for word in filters.words
    ]
    conditions += _narrowed(filters)
    if filters.missing is not None:
        conditions.append(_lacks(filters.missing))
    return conditions


def _narrowed(filters: PurchaseFilters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.supplier is not None:
        conditions.append(INVOICE.c.supplier_id == filters.supplier)
    if filters.grant is not None:
        conditions.append(INVOICE.c.id.in_(invoices_of([filters.grant])))
    return conditions


def _lacks(what: str) -> ColumnElement[bool]:
    if what == "payment":
        return unpaid()
    if what == "order":
        return INVOICE.c.order_id.is_(None)
    if what == "receipt":
        return INVOICE.c.document_id.is_(None)
    return exists().where(INVOICE_LINE.c.invoice_id == INVOICE.c.id, _undecided())
