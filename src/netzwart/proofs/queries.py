"""What a proof needs beside the grant itself."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.database import table_of
from netzwart.schools.tables import SchoolOperator

_OPERATOR = table_of(SchoolOperator)


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorRecord:
    """The recipient of all grants."""

    name: str
    street: str
    postcode: str
    city: str
    phone: str
    is_demo: bool


async def find_operator(session: AsyncSession) -> OperatorRecord | None:
    """Return the municipality this installation works for, None before one is recorded."""
    columns = ("name", "street", "postcode", "city", "phone", "is_demo")
    row = (
        await session.execute(
            select(*(_OPERATOR.c[name] for name in columns)).order_by(_OPERATOR.c.id).limit(1)
        )
    ).first()
    return None if row is None else OperatorRecord(**dict(zip(columns, row, strict=True)))
