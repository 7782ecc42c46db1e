"""Named reads of a goods receipt: orders that wait, what of them is open, what is known of a code.

No money in here: whoever takes delivery need not see what it cost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Select, Subquery, exists, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from netzwart.accounts.actors import Scope
from netzwart.database import table_of
from netzwart.errors import NotFoundError
from netzwart.funding.goods.judging import ExpectedLine, KnownSerial, Surroundings, folded_code
from netzwart.funding.purchase_tables import (
    DeliveredSerial,
    Delivery,
    DeliveryLine,
    Order,
    OrderLine,
    OrderShare,
    Supplier,
)
from netzwart.funding.tables import Measure
from netzwart.inventory.queries import DEVICE, MANUFACTURER, MODEL
from netzwart.inventory.rules import normalised_serial
from netzwart.schools.queries import AnyRow

ORDER, LINE, SUPPLIER = table_of(Order), table_of(OrderLine), table_of(Supplier)
DELIVERY, CAME = table_of(Delivery), table_of(DeliveryLine)
SERIAL, SHARE, MEASURE = table_of(DeliveredSerial), table_of(OrderShare), table_of(Measure)
MOST_ORDERS = 100
_CHUNK = 1000


class UnknownReceiptError(NotFoundError):
    """No such order, or none this person takes deliveries of."""


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """A position with what a new device of it needs."""

    expected: ExpectedLine
    model_id: int | None
    manufacturer_id: int | None
    category: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """An order as whoever takes delivery sees it."""

    order_id: int
    number: str
    supplier: str
    lines: Sequence[ReceiptLine]

    @property
    def open(self) -> int:
        """Return the pieces that have not come yet."""
        return sum(line.expected.open for line in self.lines)


def _for_schools(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that an order is meant for a school in scope."""
    if scope is None:
        return true()
    return exists().where(
        LINE.c.order_id == ORDER.c.id,
        SHARE.c.order_line_id == LINE.c.id,
        MEASURE.c.id == SHARE.c.measure_id,
        MEASURE.c.school_id.in_(sorted(scope)),
    )


def _delivered() -> Subquery:
    """Return what came of each position."""
    return (
        select(
            CAME.c.order_line_id, func.sum(CAME.c.quantity, type_=CAME.c.quantity.type).label("n")
        )
        .group_by(CAME.c.order_line_id)
        .subquery("came")
    )


async def list_receivable(session: AsyncSession, scope: Scope) -> Sequence[AnyRow]:
    """Return orders that wait for devices, newest first: id, number, supplier, day, positions."""
    came = _delivered()
    waiting = (
        select(LINE.c.order_id, func.count().label("positions"))
        .select_from(LINE.outerjoin(came, came.c.order_line_id == LINE.c.id))
        .where(
            LINE.c.model_id.is_not(None),
            or_(came.c.n.is_(None), came.c.n < LINE.c.quantity),
        )
        .group_by(LINE.c.order_id)
        .subquery("waiting")
    )
    statement = (
        select(
            ORDER.c.id,
            ORDER.c.number,
            ORDER.c.ordered_on,
            SUPPLIER.c.name.label("supplier"),
            waiting.c.positions,
        )
        .join(waiting, waiting.c.order_id == ORDER.c.id)
        .join(SUPPLIER, SUPPLIER.c.id == ORDER.c.supplier_id)
        .where(_for_schools(scope))
        .order_by(ORDER.c.ordered_on.desc(), ORDER.c.id.desc())
        .limit(MOST_ORDERS)
    )
    return (await session.execute(statement)).all()


async def get_receipt(session: AsyncSession, order_id: int, scope: Scope) -> Receipt:
    """Return an order's positions and what of them is open.

    Raises:
        UnknownReceiptError: there is no such order, or it is meant for other schools.
    """
    head = (
        await session.execute(
            select(ORDER.c.id, ORDER.c.number, SUPPLIER.c.name)
            .join(SUPPLIER, SUPPLIER.c.id == ORDER.c.supplier_id)
            .where(ORDER.c.id == order_id, _for_schools(scope))
        )
    ).one_or_none()
    if head is None:
        raise UnknownReceiptError("Diese Bestellung gibt es nicht.", order_id=order_id)
    rows = (await session.execute(_lines(order_id))).all()
    return Receipt(head[0], head[1], head[2], [_line(row) for row in rows])


def _lines(order_id: int) -> Select[*tuple[object, ...]]:
    came = _delivered()
    return (
        select(
            LINE.c.number,
            LINE.c.text,
            LINE.c.quantity,
            came.c.n.label("delivered"),
            LINE.c.model_id,
            MODEL.c.manufacturer_id,
            MODEL.c.category,
            MODEL.c.name.label("model"),
            MODEL.c.part_number,
            MANUFACTURER.c.name.label("manufacturer"),
        )
        .select_from(
            LINE.outerjoin(came, came.c.order_line_id == LINE.c.id)
            .outerjoin(MODEL, MODEL.c.id == LINE.c.model_id)
            .outerjoin(MANUFACTURER, MANUFACTURER.c.id == MODEL.c.manufacturer_id)
        )
        .where(LINE.c.order_id == order_id)
        .order_by(LINE.c.number)
    )


def _line(row: AnyRow) -> ReceiptLine:
    delivered: Decimal = row.delivered or Decimal(0)
    names = [text for text in (row.model, row.part_number) if text]
    expected = ExpectedLine(
        number=row.number,
        name=f"{row.manufacturer} {row.model}" if row.model else row.text,
        codes=frozenset(folded_code(text) for text in names),
        open=max(int(row.quantity - delivered), 0),
        delivered=int(delivered),
        ordered=int(row.quantity),
    )
    return ReceiptLine(expected, row.model_id, row.manufacturer_id, str(row.category or "other"))


async def surroundings_of(
    session: AsyncSession, receipt: Receipt, codes: Sequence[str], serials: Sequence[str]
) -> Surroundings:
    """Return what is known of these codes, each kind in one statement.

    `codes` are as scanned: one may be the part number of a model that was not ordered. `serials`
    are as read from them.
    """
    makers = {line.manufacturer_id for line in receipt.lines if line.manufacturer_id is not None}
    known: dict[str, KnownSerial] = {}
    wanted = sorted({found for one in serials if (found := normalised_serial(one))})
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        known |= await _device_serials(session, receipt, part, sorted(makers))
        # A delivery note weighs more: what came once does not come again.
        known |= await _delivered_serials(session, receipt, part, serials)
    return Surroundings(
        lines=[line.expected for line in receipt.lines if line.model_id is not None],
        other_models=await _models(session, codes),
        serials=known,
    )


async def _models(session: AsyncSession, codes: Sequence[str]) -> Mapping[str, str]:
    folded = sorted({folded_code(code) for code in codes})
    if not folded:
        return {}
    statement = (
        select(MODEL.c.name, MODEL.c.part_number, MANUFACTURER.c.name.label("manufacturer"))
        .join(MANUFACTURER, MANUFACTURER.c.id == MODEL.c.manufacturer_id)
        .where(
            or_(func.upper(MODEL.c.name).in_(folded), func.upper(MODEL.c.part_number).in_(folded))
        )
        .limit(len(folded) * 2)
    )
    return {
        folded_code(text): f"{row.manufacturer} {row.name}"
        for row in await session.execute(statement)
        for text in (row.name, row.part_number)
        if text
    }


async def _delivered_serials(
    session: AsyncSession, receipt: Receipt, wanted: Sequence[str], serials: Sequence[str]
) -> dict[str, KnownSerial]:
    """Return serial numbers that stand on a delivery note of a model of the same makers."""
    makers = {line.manufacturer_id for line in receipt.lines}
    spelled = sorted({*wanted, *serials, *(one.upper() for one in serials)})
    statement = (
        select(SERIAL.c.serial, DELIVERY.c.note_number)
        .join(CAME, CAME.c.id == SERIAL.c.delivery_line_id)
        .join(DELIVERY, DELIVERY.c.id == CAME.c.delivery_id)
        .join(LINE, LINE.c.id == CAME.c.order_line_id)
        .join(MODEL, MODEL.c.id == LINE.c.model_id)
        .where(
            SERIAL.c.serial.in_(spelled), MODEL.c.manufacturer_id.in_(sorted(filter(None, makers)))
        )
    )
    return {
        found: KnownSerial(f"auf Lieferschein {row.note_number}", may_join=False)
        for row in await session.execute(statement)
        if (found := normalised_serial(row.serial))
    }


async def _device_serials(
    session: AsyncSession, receipt: Receipt, wanted: Sequence[str], makers: Sequence[int]
) -> dict[str, KnownSerial]:
    """Return serial numbers of devices in the record; one of another order may not join."""
    statement = (
        select(DEVICE.c.serial_normalised, DEVICE.c.inventory_number, LINE.c.order_id)
        .select_from(DEVICE.outerjoin(LINE, LINE.c.id == DEVICE.c.order_line_id))
        .where(DEVICE.c.serial_normalised.in_(wanted), DEVICE.c.manufacturer_id.in_(makers))
    )
    return {
        row.serial_normalised: KnownSerial(
            f"als {row.inventory_number}", may_join=row.order_id in {None, receipt.order_id}
        )
        for row in await session.execute(statement)
    }
