"""What paper, network and people know of one device, for its page and its timeline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, cast, extract, func, literal, null, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Scope
from netzwart.database import table_of
from netzwart.evidence.tables import Sighting
from netzwart.funding.programmes.judging import earmark_rule
from netzwart.funding.purchase_tables import (
    DeliveredSerial,
    Delivery,
    DeliveryLine,
    Invoice,
    Order,
    OrderLine,
    Supplier,
)
from netzwart.funding.queries.visibility import visible_grants
from netzwart.funding.rules.dating import earmark_from, earmarked_until
from netzwart.money import cents, exact
from netzwart.network.rules import IncidentKind
from netzwart.network.tables import Component
from netzwart.overview.queries.attention import INCIDENT, NODE
from netzwart.overview.queries.due_dates import OVERRIDE, last_payment_on, programme_of
from netzwart.overview.queries.school_figures import GRANT, LINE, MEASURE, PAYMENT, SHARE
from netzwart.schools.queries import SCHOOL, AnyRow, at_schools

SIGHTING = table_of(Sighting)
INVOICE = table_of(Invoice)
ORDER = table_of(Order)
ORDER_LINE = table_of(OrderLine)
SUPPLIER = table_of(Supplier)
DELIVERY = table_of(Delivery)
DELIVERY_LINE = table_of(DeliveryLine)
DELIVERED_SERIAL = table_of(DeliveredSerial)
COMPONENT = table_of(Component)

MOST_MONTHS = 36
MOST_OUTAGES = 20


async def sightings_by_month(session: AsyncSession, device_id: int) -> Sequence[AnyRow]:
    """Return a device's sightings summed up by month, place, class and source, newest first."""
    year = extract("year", SIGHTING.c.seen_at).label("year")
    month = extract("month", SIGHTING.c.seen_at).label("month")
    first = func.min(SIGHTING.c.seen_at, type_=SIGHTING.c.seen_at.type).label("first_at")
    last = func.max(SIGHTING.c.seen_at, type_=SIGHTING.c.seen_at.type).label("last_at")
    statement = (
        select(
            year,
            month,
            SIGHTING.c.evidence_class,
            SIGHTING.c.source,
            SIGHTING.c.school_id,
            SCHOOL.c.short_name.label("school"),
            func.count().label("number"),
            first,
            last,
        )
        .select_from(SIGHTING.outerjoin(SCHOOL, SCHOOL.c.id == SIGHTING.c.school_id))
        .where(SIGHTING.c.device_id == device_id)
        .group_by(
            year,
            month,
            SIGHTING.c.evidence_class,
            SIGHTING.c.source,
            SIGHTING.c.school_id,
            SCHOOL.c.short_name,
        )
        .order_by(last.desc())
        .limit(MOST_MONTHS)
    )
    return (await session.execute(statement)).all()


@dataclass(frozen=True, slots=True)
class NodeWithOutages:
    """The node a device answers at, and when it did not."""

    node: AnyRow
    outages: Sequence[AnyRow]


async def find_node_of(
    session: AsyncSession, device_id: int, scope: Scope
) -> NodeWithOutages | None:
    """Return the node one of whose parts is this device, with its newest outages."""
    newest = (
        select(COMPONENT.c.node_id, COMPONENT.c.position)
        .join(NODE, NODE.c.id == COMPONENT.c.node_id)
        .where(
            COMPONENT.c.device_id == device_id,
            COMPONENT.c.is_gone.is_(False),
            at_schools(NODE.c.school_id, scope),
        )
        .order_by(COMPONENT.c.last_seen_at.desc(), COMPONENT.c.id)
        .limit(1)
        .subquery("part")
    )
    is_outage = (INCIDENT.c.node_id == NODE.c.id) & (INCIDENT.c.kind == IncidentKind.UNREACHABLE)
    statement = (
        select(
            NODE.c.id,
            NODE.c.name,
            NODE.c.address,
            NODE.c.school_id,
            NODE.c.reachability,
            NODE.c.reachability_since,
            NODE.c.is_enabled,
            NODE.c.firmware,
            NODE.c.last_polled_at,
            newest.c.position,
            INCIDENT.c.started_at,
            INCIDENT.c.ended_at,
            INCIDENT.c.text,
        )
        .select_from(newest)
        .join(NODE, NODE.c.id == newest.c.node_id)
        .outerjoin(INCIDENT, is_outage)
        .order_by(INCIDENT.c.started_at.desc())
        .limit(MOST_OUTAGES)
    )
    rows = (await session.execute(statement)).all()
    if not rows:
        return None
    return NodeWithOutages(rows[0], [row for row in rows if row.started_at is not None])


async def list_papers(session: AsyncSession, device: AnyRow) -> Sequence[AnyRow]:
    """Return what was written about a device: order, deliveries, invoice, payments.

    Rows of kind, day, number, text, amount, link (the invoice's id). Whoever calls this has checked
    that the reader may see the money.
    """
    order_ids = _orders(device)
    ordered = (
        select(
            literal("order").label("kind"),
            ORDER.c.ordered_on.label("day"),
            ORDER.c.number.label("number"),
            SUPPLIER.c.name.label("text"),
            cast(null(), PAYMENT.c.amount.type).label("amount"),
            cast(null(), INVOICE.c.id.type).label("link"),
        )
        .select_from(ORDER)
        .join(SUPPLIER, SUPPLIER.c.id == ORDER.c.supplier_id)
        .where(ORDER.c.id.in_(order_ids))
    )
    delivered = (
        select(
            literal("delivery"),
            DELIVERY.c.received_on,
            DELIVERY.c.note_number,
            ORDER.c.number,
            cast(null(), PAYMENT.c.amount.type),
            cast(null(), INVOICE.c.id.type),
        )
        .select_from(DELIVERED_SERIAL)
        .join(DELIVERY_LINE, DELIVERY_LINE.c.id == DELIVERED_SERIAL.c.delivery_line_id)
        .join(DELIVERY, DELIVERY.c.id == DELIVERY_LINE.c.delivery_id)
        .join(ORDER, ORDER.c.id == DELIVERY.c.order_id)
        .where(
            DELIVERED_SERIAL.c.serial == (device.serial or ""),
            DELIVERY.c.order_id.in_(order_ids),
        )
    )
    invoiced = (
        select(
            literal("invoice"),
            INVOICE.c.issued_on,
            INVOICE.c.number,
            SUPPLIER.c.name,
            cast(null(), PAYMENT.c.amount.type),
            INVOICE.c.id,
        )
        .select_from(LINE)
        .join(INVOICE, INVOICE.c.id == LINE.c.invoice_id)
        .join(SUPPLIER, SUPPLIER.c.id == INVOICE.c.supplier_id)
        .where(LINE.c.id == device.invoice_line_id)
    )
    paid = (
        select(
            literal("payment"),
            PAYMENT.c.paid_on,
            PAYMENT.c.receipt_number,
            INVOICE.c.number,
            PAYMENT.c.amount,
            INVOICE.c.id,
        )
        .select_from(LINE)
        .join(INVOICE, INVOICE.c.id == LINE.c.invoice_id)
        .join(PAYMENT, PAYMENT.c.invoice_id == INVOICE.c.id)
        .where(LINE.c.id == device.invoice_line_id)
    )
    papers = union_all(ordered, delivered, invoiced, paid).subquery()
    return (await session.execute(select(papers).order_by(papers.c.day, papers.c.kind))).all()


def _orders(device: AnyRow) -> Select[Any]:
    """Return the id of the order a device came from: its own line's, or its invoice's."""
    if device.order_line_id is not None:
        return select(ORDER_LINE.c.order_id).where(ORDER_LINE.c.id == device.order_line_id)
    return (
        select(INVOICE.c.order_id)
        .join(LINE, LINE.c.invoice_id == INVOICE.c.id)
        .where(LINE.c.id == device.invoice_line_id, INVOICE.c.order_id.is_not(None))
    )


@dataclass(frozen=True, slots=True)
class Purchase:
    """How a device was paid: the grant, the invoice line, and until when it is bound."""

    grant_id: int
    grant: str
    measure: str
    invoice_id: int | None
    invoice: str | None
    line_number: int | None
    unit_cost: Decimal | None
    """Gross price of one unit of the invoice line, rounded."""
    earmarked_until: date | None


async def find_purchase(session: AsyncSession, device: AnyRow, actor: Actor) -> Purchase | None:
    """Return what the reader may know of a device's purchase, None where that is nothing."""
    if device.invoice_line_id is None and device.measure_id is None:
        return None
    charged = select(SHARE.c.measure_id).where(SHARE.c.invoice_line_id == device.invoice_line_id)
    is_its_measure = (
        MEASURE.c.id == device.measure_id
        if device.measure_id is not None
        else MEASURE.c.id.in_(charged)
    )
    statement = (
        select(
            GRANT.c.id.label("grant_id"),
            GRANT.c.number.label("grant"),
            GRANT.c.programme,
            GRANT.c.issued_on,
            GRANT.c.execution_until,
            last_payment_on().label("last_payment_on"),
            MEASURE.c.title.label("measure"),
            LINE.c.gross,
            LINE.c.quantity,
            LINE.c.number.label("line_number"),
            INVOICE.c.id.label("invoice_id"),
            INVOICE.c.number.label("invoice"),
            OVERRIDE.c.key,
            OVERRIDE.c.value,
        )
        .select_from(GRANT)
        .join(MEASURE, MEASURE.c.grant_id == GRANT.c.id)
        .outerjoin(LINE, LINE.c.id == device.invoice_line_id)
        .outerjoin(INVOICE, INVOICE.c.id == LINE.c.invoice_id)
        .outerjoin(OVERRIDE, OVERRIDE.c.grant_id == GRANT.c.id)
        .where(is_its_measure, visible_grants(actor))
        .order_by(GRANT.c.id, MEASURE.c.id, OVERRIDE.c.created_at, OVERRIDE.c.id)
    )
    rows = (await session.execute(statement)).all()
    return _purchase(rows, device) if rows else None


def _purchase(rows: Sequence[AnyRow], device: AnyRow) -> Purchase:
    first = rows[0]
    mine = [row for row in rows if row.grant_id == first.grant_id and row.key is not None]
    programme = programme_of(first, {row.key: row.value for row in mine})
    rule = earmark_rule(programme)
    begun = earmark_from(
        rule,
        execution_until=first.execution_until,
        last_payment_on=first.last_payment_on,
        delivered_on=device.delivered_on,
    )
    return Purchase(
        grant_id=first.grant_id,
        grant=first.grant,
        measure=first.measure,
        invoice_id=first.invoice_id,
        invoice=first.invoice,
        line_number=first.line_number,
        unit_cost=_unit_cost(first.gross, first.quantity),
        earmarked_until=earmarked_until(rule, begun),
    )


def _unit_cost(gross: Decimal | None, quantity: Decimal | None) -> Decimal | None:
    return cents(exact(gross) / exact(quantity)) if gross is not None and quantity else None
