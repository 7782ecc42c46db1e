"""Orders, and what was delivered of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.accounts.audit import record_audit
from netzwart.database import table_of
from netzwart.errors import InvalidInputError, NotFoundError
from netzwart.funding.forms import (
    DeliveryChangeForm,
    DeliveryForm,
    DeliveryLineForm,
    OrderChangeForm,
    OrderForm,
    SerialsForm,
)
from netzwart.funding.purchase_tables import (
    DeliveredSerial,
    Delivery,
    DeliveryLine,
    Order,
    OrderLine,
    OrderShare,
    Supplier,
)
from netzwart.inventory.rules import normalised_serial
from netzwart.inventory.tables import Device, DeviceModel

_ORDER_LINE = table_of(OrderLine)
_SERIAL = table_of(DeliveredSerial)
_SUPPLIER = table_of(Supplier)
_DEVICE = table_of(Device)
_MODEL = table_of(DeviceModel)


class UnknownOrderLineError(InvalidInputError):
    """A delivery names a position that its order does not have."""


class SerialsDoNotFitError(InvalidInputError):
    """A delivery line names more serial numbers than pieces, or one twice."""


async def record_supplier(
    session: AsyncSession, name: str, vat_id: str | None, actor: Actor
) -> Supplier:
    """Store a supplier; the name is unique."""
    supplier = Supplier(name=name, vat_id=vat_id)
    session.add(supplier)
    await session.flush()
    await record_audit(session, actor, "supplier_recorded", "supplier", supplier.id)
    return supplier


async def supplier_named(session: AsyncSession, name: str, actor: Actor) -> Supplier:
    """Return the supplier of this name, however it is capitalised; an unknown one is recorded."""
    known = await session.scalar(
        select(Supplier)
        .where(func.lower(_SUPPLIER.c.name) == name.lower())
        .order_by(_SUPPLIER.c.id)
        .limit(1)
    )
    return known or await record_supplier(session, name, None, actor)


async def record_order(session: AsyncSession, form: OrderForm, actor: Actor) -> Order:
    """Store an order with its lines and procurement facts."""
    order = Order(**form.model_dump(exclude={"lines"}))
    session.add(order)
    await session.flush()
    rows = [
        OrderLine(order_id=order.id, **line.model_dump(exclude={"shares"})) for line in form.lines
    ]
    session.add_all(rows)
    await session.flush()
    session.add_all(
        OrderShare(order_line_id=row.id, **share.model_dump())
        for row, line in zip(rows, form.lines, strict=True)
        for share in line.shares
    )
    await session.flush()
    await record_audit(
        session,
        actor,
        "order_recorded",
        "purchase_order",
        order.id,
        changes={"number": [None, order.number], "lines": [None, len(form.lines)]},
    )
    return order


async def change_order(
    session: AsyncSession, order: Order, form: OrderChangeForm, actor: Actor
) -> None:
    """Correct the procurement facts of an order; each change stands in the audit trail."""
    changes = _assign(order, form.model_dump())
    await session.flush()
    await record_audit(session, actor, "order_changed", "purchase_order", order.id, changes=changes)


async def change_delivery(
    session: AsyncSession, delivery: Delivery, form: DeliveryChangeForm, actor: Actor
) -> None:
    """Correct number or day of a delivery note."""
    changes = _assign(delivery, form.model_dump())
    await session.flush()
    await record_audit(session, actor, "delivery_changed", "delivery", delivery.id, changes=changes)


async def add_serials(
    session: AsyncSession, line: DeliveryLine, form: SerialsForm, actor: Actor
) -> None:
    """Store serial numbers that were read after the delivery, and tie known devices to them.

    Raises:
        SerialsDoNotFitError: when they repeat or become more than the pieces.
    """
    ordered = await session.get_one(OrderLine, line.order_line_id)
    present = await session.scalars(
        select(_SERIAL.c.serial).where(_SERIAL.c.delivery_line_id == line.id)
    )
    together = DeliveryLineForm(
        order_line=ordered.number,
        quantity=line.quantity,
        serials=(*present.all(), *form.serials),
    )
    _check_serials(together, "serials")
    session.add_all(
        DeliveredSerial(delivery_line_id=line.id, serial=serial) for serial in form.serials
    )
    await session.flush()
    await _tie_devices(session, (ordered.id, ordered.model_id), form.serials)
    await record_audit(
        session,
        actor,
        "serials_recorded",
        "delivery",
        line.delivery_id,
        changes={"serials": [None, len(form.serials)]},
    )


async def record_delivery(session: AsyncSession, form: DeliveryForm, actor: Actor) -> Delivery:
    """Store a delivery note with its serial numbers and tie known devices to the order line.

    A device belongs to the line when its serial number and its model's manufacturer do; no device
    is made here, since only the inventory gives out inventory numbers.

    Raises:
        NotFoundError: when there is no such order.
        UnknownOrderLineError: when the order does not have a line of that number.
        SerialsDoNotFitError: when serial numbers repeat or are more than the pieces.
    """
    if await session.get(Order, form.order_id) is None:
        raise NotFoundError("Diese Bestellung gibt es nicht.")
    lines = await _lines_of(session, form.order_id)
    for index, line in enumerate(form.lines):
        _check(index, line, lines)
    delivery = Delivery(**form.model_dump(exclude={"lines"}))
    session.add(delivery)
    await session.flush()
    for line in form.lines:
        row = DeliveryLine(
            delivery_id=delivery.id,
            order_line_id=lines[line.order_line][0],
            quantity=line.quantity,
        )
        session.add(row)
        await session.flush()
        session.add_all(
            DeliveredSerial(delivery_line_id=row.id, serial=serial) for serial in line.serials
        )
        await session.flush()
        await _tie_devices(session, lines[line.order_line], line.serials)
    await record_audit(
        session,
        actor,
        "delivery_recorded",
        "delivery",
        delivery.id,
        changes={
            "note_number": [None, delivery.note_number],
            "serials": [None, sum(len(line.serials) for line in form.lines)],
        },
    )
    return delivery


def _assign(row: Order | Delivery, values: Mapping[str, Any]) -> dict[str, Any]:
    """Set the values that differ and return them as the audit trail shows them."""
    changes: dict[str, Any] = {}
    for name, value in values.items():
        before = getattr(row, name)
        if before != value:
            setattr(row, name, value)
            changes[name] = [None if each is None else str(each) for each in (before, value)]
    return changes


OrderLineKey = tuple[int, int | None]
"""Id of the line and of its model."""


async def _lines_of(session: AsyncSession, order_id: int) -> Mapping[int, OrderLineKey]:
    rows = await session.execute(
        select(_ORDER_LINE.c.number, _ORDER_LINE.c.id, _ORDER_LINE.c.model_id).where(
            _ORDER_LINE.c.order_id == order_id
        )
    )
    return {row.number: (row.id, row.model_id) for row in rows}


def _check(index: int, line: DeliveryLineForm, lines: Mapping[int, OrderLineKey]) -> None:
    if line.order_line not in lines:
        message = f"Die Bestellung hat keine Position {line.order_line}."
        raise UnknownOrderLineError(message, {f"lines.{index}.order_line": message})
    _check_serials(line, f"lines.{index}.serials")


def _check_serials(line: DeliveryLineForm, field: str) -> None:
    repeated = [serial for serial, count in Counter(line.serials).items() if count > 1]
    if repeated:
        message = f"Die Seriennummer {repeated[0]} steht zweimal auf dem Lieferschein."
        raise SerialsDoNotFitError(message, {field: message})
    if len(line.serials) > line.quantity:
        message = (
            f"Position {line.order_line}: {len(line.serials)} Seriennummern "
            f"für {line.quantity.normalize():f} Stück."
        )
        raise SerialsDoNotFitError(message, {field: message})


async def _tie_devices(session: AsyncSession, line: OrderLineKey, serials: Sequence[str]) -> None:
    line_id, model_id = line
    normalised = [found for serial in serials if (found := normalised_serial(serial)) is not None]
    if not normalised or model_id is None:
        return
    maker = select(_MODEL.c.manufacturer_id).where(_MODEL.c.id == model_id).scalar_subquery()
    await session.execute(
        update(_DEVICE)
        .where(
            and_(
                _DEVICE.c.serial_normalised.in_(normalised),
                _DEVICE.c.manufacturer_id == maker,
                or_(_DEVICE.c.order_line_id.is_(None), _DEVICE.c.order_line_id == line_id),
            )
        )
        .values(order_line_id=line_id)
    )
