"""The accountants' assets around a grant, as short rows."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Select, func, select

from netzwart.database import table_of
from netzwart.funding.queries.statements import small
from netzwart.funding.queries.surroundings import BookedAround
from netzwart.funding.tables import AssetBooking, Measure
from netzwart.inventory.tables import Device

BOOKED, UNBOOKED = "around_booked", "around_unbooked"
_BOOKING, _MEASURE, _DEVICE = table_of(AssetBooking), table_of(Measure), table_of(Device)


def booked_rows(ids: Sequence[int]) -> list[Select[*tuple[Any, ...]]]:
    """Return the asset numbers of these grants' devices, with and without a booking.

    Before any list was taken over there are no rows at all.
    """
    same = _DEVICE.alias("same_number")
    sharing = (
        select(func.count(same.c.id))
        .where(same.c.asset_number == _DEVICE.c.asset_number)
        .correlate(_DEVICE)
        .scalar_subquery()
    )
    mine = _DEVICE.join(_MEASURE, _MEASURE.c.id == _DEVICE.c.measure_id)
    numbered = (_MEASURE.c.grant_id.in_(ids), _DEVICE.c.asset_number.is_not(None))
    booked = (
        small(
            BOOKED,
            _DEVICE,
            owner=_MEASURE.c.grant_id,
            key=_DEVICE.c.asset_number,
            amount=_BOOKING.c.cost,
            number=sharing,
        )
        .select_from(mine.join(_BOOKING, _BOOKING.c.asset_number == _DEVICE.c.asset_number))
        .where(*numbered)
    )
    unbooked = (
        small(
            UNBOOKED,
            _DEVICE,
            owner=_MEASURE.c.grant_id,
            key=_DEVICE.c.asset_number,
            number=sharing,
        )
        .select_from(mine)
        .where(
            *numbered,
            select(_BOOKING.c.id).exists(),
            ~select(_BOOKING.c.id)
            .where(_BOOKING.c.asset_number == _DEVICE.c.asset_number)
            .exists(),
        )
    )
    return [booked, unbooked]


def booked_from(booked: Iterable[Any], unbooked: Iterable[Any]) -> tuple[BookedAround, ...]:
    """Return each asset number once."""
    found = {
        row.key: BookedAround(asset_number=row.key, devices=row.number or 0, cost=row.amount)
        for row in booked
    }
    found |= {
        row.key: BookedAround(asset_number=row.key, devices=row.number or 0, cost=None)
        for row in unbooked
    }
    return tuple(found[key] for key in sorted(found))
