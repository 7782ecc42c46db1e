"""The papers that hang on one order: deliveries, invoices, payments."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.funding.queries.orders import (
    DELIVERY,
    DELIVERY_LINE,
    INVOICE,
    INVOICE_LINE,
    PAYMENT,
    SERIAL,
)
from netzwart.funding.queries.showing import visible_invoices
from netzwart.schools.queries import AnyRow


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPapers:
    """What followed from an order, oldest first."""

    deliveries: Sequence[AnyRow]
    """id, note_number, received_on, pieces, serials."""
    invoices: Sequence[AnyRow]
    """id, number, kind, issued_on, gross, paid, discount."""
    payments: Sequence[AnyRow]
    """id, receipt_number, paid_on, amount, discount, invoice_id, invoice."""


async def list_papers_of_order(session: AsyncSession, order_id: int, actor: Actor) -> OrderPapers:
    """Return the order's deliveries, and of invoices and payments what the actor may see."""
    invoices = _invoices().where(INVOICE.c.order_id == order_id, visible_invoices(actor))
    payments = (
        select(
            PAYMENT.c.id,
            PAYMENT.c.receipt_number,
            PAYMENT.c.paid_on,
            PAYMENT.c.amount,
            PAYMENT.c.discount,
            PAYMENT.c.invoice_id,
            INVOICE.c.number.label("invoice"),
        )
        .join(INVOICE, INVOICE.c.id == PAYMENT.c.invoice_id)
        .where(INVOICE.c.order_id == order_id, visible_invoices(actor))
        .order_by(PAYMENT.c.paid_on, PAYMENT.c.id)
    )
    return OrderPapers(
        deliveries=(await session.execute(_deliveries(order_id))).all(),
        invoices=(await session.execute(invoices)).all(),
        payments=(await session.execute(payments)).all(),
    )


def _deliveries(order_id: int) -> Select[*tuple[Any, ...]]:
    pieces = select(func.sum(DELIVERY_LINE.c.quantity)).where(
        DELIVERY_LINE.c.delivery_id == DELIVERY.c.id
    )
    serials = (
        select(func.count(SERIAL.c.id))
        .join(DELIVERY_LINE, DELIVERY_LINE.c.id == SERIAL.c.delivery_line_id)
        .where(DELIVERY_LINE.c.delivery_id == DELIVERY.c.id)
    )
    return (
        select(
            DELIVERY.c.id,
            DELIVERY.c.note_number,
            DELIVERY.c.received_on,
            pieces.correlate(DELIVERY).scalar_subquery().label("pieces"),
            serials.correlate(DELIVERY).scalar_subquery().label("serials"),
        )
        .where(DELIVERY.c.order_id == order_id)
        .order_by(DELIVERY.c.received_on, DELIVERY.c.id)
    )


def _invoices() -> Select[*tuple[Any, ...]]:
    paid = PAYMENT.c.invoice_id == INVOICE.c.id
    return select(
        INVOICE.c.id,
        INVOICE.c.number,
        INVOICE.c.kind,
        INVOICE.c.issued_on,
        select(func.sum(INVOICE_LINE.c.gross))
        .where(INVOICE_LINE.c.invoice_id == INVOICE.c.id)
        .scalar_subquery()
        .label("gross"),
        select(func.sum(PAYMENT.c.amount)).where(paid).scalar_subquery().label("paid"),
        select(func.sum(PAYMENT.c.discount)).where(paid).scalar_subquery().label("discount"),
    ).order_by(INVOICE.c.issued_on, INVOICE.c.id)
