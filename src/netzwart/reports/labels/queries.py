"""The devices that labels are wanted for, in one statement, within the reader's schools."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from netzwart.accounts.actors import Scope
from netzwart.database import table_of
from netzwart.funding.purchase_tables import InvoiceLine, OrderLine
from netzwart.funding.tables import Grant, Measure
from netzwart.inventory.codes import short_code
from netzwart.inventory.queries import DEVICE, MANUFACTURER, MODEL
from netzwart.reports.labels.layout import Label
from netzwart.reports.labels.requests import LabelRequest
from netzwart.schools.queries import ROOM, SCHOOL, at_schools
from netzwart.schools.tables import SchoolOperator

_GRANT = table_of(Grant)
_MEASURE = table_of(Measure)
_OPERATOR = table_of(SchoolOperator)
_ORDER_LINE = table_of(OrderLine)
_INVOICE_LINE = table_of(InvoiceLine)
MOST_LABELS = 2_000
"""Per print-out; thirty sheets of the smallest labels."""


@dataclass(frozen=True, slots=True)
class LabelledDevice:
    """A device and its label."""

    id: int
    label: Label


async def list_labels(
    session: AsyncSession, wanted: LabelRequest, scope: Scope, base: str
) -> Sequence[LabelledDevice]:
    """Return the labels in the order of the inventory numbers, at most `MOST_LABELS`.

    Args:
        session: To read with.
        wanted: Which devices; nothing chosen is none.
        scope: Schools whose devices the reader may see.
        base: The installation's outside address, without a slash at the end.
    """
    if wanted.selects_nothing:
        return []
    source = (
        DEVICE.join(MODEL, MODEL.c.id == DEVICE.c.model_id)
        .join(MANUFACTURER, MANUFACTURER.c.id == MODEL.c.manufacturer_id)
        .outerjoin(SCHOOL, SCHOOL.c.id == DEVICE.c.school_id)
        .outerjoin(ROOM, ROOM.c.id == DEVICE.c.room_id)
        .outerjoin(_MEASURE, _MEASURE.c.id == DEVICE.c.measure_id)
        .outerjoin(_GRANT, _GRANT.c.id == _MEASURE.c.grant_id)
    )
    owner = select(_OPERATOR.c.name).order_by(_OPERATOR.c.id).limit(1).scalar_subquery()
    statement = (
        select(
            DEVICE.c.id,
            DEVICE.c.inventory_number,
            DEVICE.c.delivered_on,
            MODEL.c.name.label("model"),
            MANUFACTURER.c.name.label("manufacturer"),
            SCHOOL.c.short_name.label("school"),
            ROOM.c.number.label("room"),
            _GRANT.c.programme,
            _GRANT.c.number.label("notice"),
            owner.label("owner"),
        )
        .select_from(source)
        .where(
            *_conditions(wanted),
            DEVICE.c.status != "disposed",
            at_schools(DEVICE.c.school_id, scope),
        )
        .order_by(DEVICE.c.inventory_number, DEVICE.c.id)
        .limit(MOST_LABELS)
    )
    return [
        LabelledDevice(
            row.id,
            Label(
                code=short_code(row.id),
                address=f"{base}/g/{short_code(row.id)}",
                inventory_number=row.inventory_number,
                model=f"{row.manufacturer} {row.model}",
                place=" · ".join(part for part in (row.school, row.room) if part),
                programme=row.programme or "",
                notice_number=row.notice or "",
                delivered_on=row.delivered_on,
                owner=f"Eigentum: {row.owner}" if row.owner else "",
            ),
        )
        for row in await session.execute(statement)
    ]


def _conditions(wanted: LabelRequest) -> Sequence[ColumnElement[bool]]:
    conditions = [
        column == wanted
        for column, wanted in (
            (DEVICE.c.id, wanted.device),
            (DEVICE.c.school_id, wanted.school),
            (DEVICE.c.room_id, wanted.room),
            (DEVICE.c.model_id, wanted.model),
        )
        if wanted is not None
    ]
    if wanted.order is not None:
        ordered = select(_ORDER_LINE.c.id).where(_ORDER_LINE.c.order_id == wanted.order)
        invoiced = select(_INVOICE_LINE.c.id).where(_INVOICE_LINE.c.order_line_id.in_(ordered))
        conditions.append(
            or_(DEVICE.c.order_line_id.in_(ordered), DEVICE.c.invoice_line_id.in_(invoiced))
        )
    if wanted.unlabelled:
        conditions.append(DEVICE.c.labelled_on.is_(None))
    return conditions
