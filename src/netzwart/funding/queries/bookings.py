"""What is known of the accountants' list of assets."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.database import table_of
from netzwart.funding.tables import AssetBooking

_BOOKING = table_of(AssetBooking)


@dataclass(frozen=True, slots=True)
class BookingState:
    """How many assets the list has, what they cost, and when it was taken over."""

    assets: int
    cost: Decimal
    taken_at: datetime


async def find_booking_state(session: AsyncSession) -> BookingState | None:
    """Return the state of the list, None before the first one."""
    row = (
        await session.execute(
            select(
                func.count(_BOOKING.c.id).label("assets"),
                func.sum(_BOOKING.c.cost).label("cost"),
                func.max(_BOOKING.c.created_at).label("taken_at"),
            )
        )
    ).one()
    return BookingState(row.assets, row.cost, row.taken_at) if row.assets else None
