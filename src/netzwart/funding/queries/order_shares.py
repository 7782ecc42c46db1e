"""The measures that the positions of an order are meant for, for an invoice to start from."""

from collections import defaultdict
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.database import table_of
from netzwart.funding.purchase_tables import OrderLine, OrderShare
from netzwart.funding.queries.order_progress import OrderedShare, OrderProgress
from netzwart.funding.queries.visibility import visible_grants
from netzwart.funding.tables import Grant, Measure

_LINE, _SHARE = table_of(OrderLine), table_of(OrderShare)
_MEASURE, _GRANT = table_of(Measure), table_of(Grant)


async def with_shares(session: AsyncSession, order: OrderProgress, actor: Actor) -> OrderProgress:
    """Return the order with the measures of its positions, as far as the actor may know them."""
    rows = await session.execute(
        select(_SHARE.c.order_line_id, _SHARE.c.measure_id, _SHARE.c.weight)
        .join(_LINE, _LINE.c.id == _SHARE.c.order_line_id)
        .join(_MEASURE, _MEASURE.c.id == _SHARE.c.measure_id)
        .join(_GRANT, _GRANT.c.id == _MEASURE.c.grant_id)
        .where(_LINE.c.order_id == order.id, visible_grants(actor))
        .order_by(_SHARE.c.id)
    )
    shares: dict[int, list[OrderedShare]] = defaultdict(list)
    for row in rows:
        shares[row.order_line_id].append(OrderedShare(row.measure_id, row.weight))
    lines = tuple(replace(line, shares=tuple(shares[line.id])) for line in order.lines)
    return replace(order, lines=lines)
