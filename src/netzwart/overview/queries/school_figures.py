"""Figures per school, each for all schools in one statement."""

from decimal import Decimal
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right, Scope
from netzwart.database import table_of
from netzwart.funding.purchase_tables import CostShare, InvoiceLine, Payment
from netzwart.funding.queries.visibility import visible_grants
from netzwart.funding.tables import Grant, Measure
from netzwart.inventory.queries import DEVICE
from netzwart.inventory.tables import DeviceStatus
from netzwart.money import cents, exact
from netzwart.schools.queries import at_schools

GRANT = table_of(Grant)
MEASURE = table_of(Measure)
SHARE = table_of(CostShare)
LINE = table_of(InvoiceLine)
PAYMENT = table_of(Payment)


async def devices_by_school(session: AsyncSession, scope: Scope) -> dict[int, int]:
    """Return how many devices that are not disposed of each school has."""
    statement = (
        select(DEVICE.c.school_id, func.count())
        .where(
            DEVICE.c.school_id.is_not(None),
            DEVICE.c.status != DeviceStatus.DISPOSED,
            at_schools(DEVICE.c.school_id, scope),
        )
        .group_by(DEVICE.c.school_id)
        .order_by(DEVICE.c.school_id)
    )
    return {row[0]: row[1] for row in await session.execute(statement)}


async def spent_by_school(session: AsyncSession, actor: Actor) -> dict[int | None, Decimal]:
    """Return what was paid for each school, of the grants the actor may see, to the nearest cent.

    A payment pays each share of its invoice in proportion. The cent-exact spreading of a proof is
    `funding.rules.spreading`; here a sum may differ from it by cents, so lists show whole euros.
    """
    gross = (
        select(func.sum(LINE.c.gross))
        .where(LINE.c.invoice_id == PAYMENT.c.invoice_id)
        .correlate(PAYMENT)
        .scalar_subquery()
    )
    paid = (
        select(
            PAYMENT.c.invoice_id,
            func.sum(PAYMENT.c.amount).label("amount"),
            gross.label("gross"),
        )
        .group_by(PAYMENT.c.invoice_id)
        .subquery("paid")
    )
    statement = (
        select(MEASURE.c.school_id, func.sum(SHARE.c.amount), paid.c.amount, paid.c.gross)
        .select_from(SHARE)
        .join(LINE, LINE.c.id == SHARE.c.invoice_line_id)
        .join(paid, paid.c.invoice_id == LINE.c.invoice_id)
        .join(MEASURE, MEASURE.c.id == SHARE.c.measure_id)
        .join(GRANT, GRANT.c.id == MEASURE.c.grant_id)
        .where(
            visible_grants(actor), at_schools(MEASURE.c.school_id, actor.scope(Right.READ_FUNDING))
        )
        .group_by(MEASURE.c.school_id, LINE.c.invoice_id, paid.c.amount, paid.c.gross)
        .order_by(MEASURE.c.school_id, LINE.c.invoice_id)
    )
    sums: dict[int | None, Fraction] = {}
    for school_id, shares, amount, whole in await session.execute(statement):
        if whole:
            part = exact(shares) * exact(amount) / exact(whole)
            sums[school_id] = sums.get(school_id, Fraction(0)) + part
    return {school_id: cents(amount) for school_id, amount in sums.items()}
