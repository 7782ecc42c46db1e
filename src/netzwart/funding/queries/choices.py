"""What forms offer to choose from, in reading order."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.database import table_of
from netzwart.funding.purchase_tables import Supplier
from netzwart.funding.queries.visibility import visible_grants
from netzwart.funding.tables import Grant, Measure
from netzwart.schools.tables import School

_GRANT = table_of(Grant)
_MEASURE = table_of(Measure)
_SCHOOL = table_of(School)
_SUPPLIER = table_of(Supplier)

Choice = tuple[int, str]
"""Value and label of an option."""


async def list_grant_choices(session: AsyncSession, actor: Actor) -> list[Choice]:
    """Return the grants the actor may see, newest first, by number and programme."""
    rows = await session.execute(
        select(_GRANT.c.id, _GRANT.c.number, _GRANT.c.programme)
        .where(visible_grants(actor))
        .order_by(_GRANT.c.issued_on.desc(), _GRANT.c.id.desc())
    )
    return [(row.id, f"{row.number} ({row.programme})") for row in rows]


async def list_measure_choices(
    session: AsyncSession, actor: Actor, grant_id: int | None = None
) -> list[Choice]:
    """Return the measures of one grant or of all visible ones, by school number."""
    narrowed = [] if grant_id is None else [_GRANT.c.id == grant_id]
    rows = await session.execute(
        select(_MEASURE.c.id, _MEASURE.c.title, _SCHOOL.c.number, _GRANT.c.number.label("grant"))
        .join(_GRANT, _GRANT.c.id == _MEASURE.c.grant_id)
        .outerjoin(_SCHOOL, _SCHOOL.c.id == _MEASURE.c.school_id)
        .where(visible_grants(actor), *narrowed)
        .order_by(_GRANT.c.issued_on.desc(), _SCHOOL.c.number, _MEASURE.c.title, _MEASURE.c.id)
    )
    return [
        (row.id, " · ".join(part for part in (row.number, row.title, row.grant) if part))
        for row in rows
    ]


async def list_suppliers(session: AsyncSession) -> list[Choice]:
    """Return all suppliers by name."""
    rows = await session.execute(
        select(_SUPPLIER.c.id, _SUPPLIER.c.name).order_by(_SUPPLIER.c.name, _SUPPLIER.c.id)
    )
    return [(row.id, row.name) for row in rows]
