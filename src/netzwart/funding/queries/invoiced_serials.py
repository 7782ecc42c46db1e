"""Serial numbers that invoices name, offered to the order's next delivery note."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.database import table_of
from netzwart.funding.purchase_tables import (
    DeliveredSerial,
    DeliveryLine,
    InvoicedSerial,
    InvoiceLine,
    OrderLine,
)

_INVOICED, _LINE = table_of(InvoicedSerial), table_of(InvoiceLine)
_ORDER_LINE = table_of(OrderLine)
_DELIVERED, _DELIVERY_LINE = table_of(DeliveredSerial), table_of(DeliveryLine)


async def list_undelivered_serials(
    session: AsyncSession, order_id: int
) -> Mapping[int, Sequence[str]]:
    """Return what invoices of an order name and no delivery note does, by order line number."""
    delivered = exists().where(
        _DELIVERY_LINE.c.order_line_id == _ORDER_LINE.c.id,
        _DELIVERED.c.delivery_line_id == _DELIVERY_LINE.c.id,
        func.upper(_DELIVERED.c.serial) == func.upper(_INVOICED.c.serial),
    )
    rows = await session.execute(
        select(_ORDER_LINE.c.number, _INVOICED.c.serial)
        .join(_LINE, _LINE.c.order_line_id == _ORDER_LINE.c.id)
        .join(_INVOICED, _INVOICED.c.invoice_line_id == _LINE.c.id)
        .where(_ORDER_LINE.c.order_id == order_id, _LINE.c.quantity > 0, ~delivered)
        .order_by(_ORDER_LINE.c.number, _INVOICED.c.id)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        found[row.number].append(row.serial)
    return found
