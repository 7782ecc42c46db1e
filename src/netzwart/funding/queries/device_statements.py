"""The statements about funded devices: where they stand, and how they were seen."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from netzwart.database import table_of
from netzwart.evidence.rules import EvidenceClass
from netzwart.evidence.tables import Sighting
from netzwart.funding.purchase_tables import InvoiceLine
from netzwart.funding.queries.statements import invoices_of, measures_of
from netzwart.inventory.tables import Device, DeviceModel, Disposal, Manufacturer
from netzwart.schools.tables import Room, School

_LINE = table_of(InvoiceLine)
_SCHOOL = table_of(School)
_ROOM = table_of(Room)
_DEVICE = table_of(Device)
_MODEL = table_of(DeviceModel)
_MAKER = table_of(Manufacturer)
_DISPOSAL = table_of(Disposal)
_SIGHTING = table_of(Sighting)

_OF_DEVICE = [
    "id",
    "inventory_number",
    "serial",
    "status",
    "invoice_line_id",
    "measure_id",
    "delivered_on",
    "commissioned_on",
    "disposed_on",
    "labelled_on",
    "asset_number",
]


def _funded(ids: Sequence[int]) -> ColumnElement[bool]:
    """Return the condition for devices of these grants, or bought by their invoices."""
    bought = select(_LINE.c.id).where(_LINE.c.invoice_id.in_(invoices_of(ids)))
    return or_(
        _DEVICE.c.measure_id.in_(measures_of(ids)),
        and_(_DEVICE.c.measure_id.is_(None), _DEVICE.c.invoice_line_id.in_(bought)),
    )


def devices(ids: Sequence[int], until: datetime) -> Select[Any]:
    """Return the devices with model and place, and when each was last seen before the moment."""
    last_seen = (
        select(func.max(_SIGHTING.c.seen_at, type_=_SIGHTING.c.seen_at.type))
        .where(_SIGHTING.c.device_id == _DEVICE.c.id, _SIGHTING.c.seen_at < until)
        .scalar_subquery()
    )
    successor = _DEVICE.alias("successor")
    joined = (
        _DEVICE.join(_MODEL, _MODEL.c.id == _DEVICE.c.model_id)
        .join(_MAKER, _MAKER.c.id == _MODEL.c.manufacturer_id)
        .outerjoin(_SCHOOL, _SCHOOL.c.id == _DEVICE.c.school_id)
        .outerjoin(_ROOM, _ROOM.c.id == _DEVICE.c.room_id)
        .outerjoin(_DISPOSAL, _DISPOSAL.c.device_id == _DEVICE.c.id)
    )
    return (
        select(
            *(_DEVICE.c[name] for name in _OF_DEVICE),
            _MODEL.c.name.label("model"),
            _MODEL.c.category,
            _MODEL.c.is_network,
            _MAKER.c.name.label("manufacturer"),
            _SCHOOL.c.number.label("school"),
            _SCHOOL.c.short_name.label("school_short"),
            _ROOM.c.number.label("room"),
            _DISPOSAL.c.reason.label("disposal_reason"),
            _DISPOSAL.c.authority_informed_on,
            func.coalesce(_DISPOSAL.c.proceeds, 0, type_=_DISPOSAL.c.proceeds.type).label(
                "proceeds"
            ),
            exists(select(1).where(successor.c.predecessor_id == _DEVICE.c.id)).label(
                "has_successor"
            ),
            last_seen.label("last_seen_at"),
        )
        .select_from(joined)
        .where(_funded(ids))
        .order_by(_DEVICE.c.inventory_number)
    )


def best_sightings(ids: Sequence[int], since: datetime, until: datetime) -> Select[Any]:
    """Return each device's best sighting of the window: best class first, then the youngest."""
    rank = func.row_number().over(
        partition_by=_SIGHTING.c.device_id,
        order_by=(_SIGHTING.c.evidence_class, _SIGHTING.c.seen_at.desc(), _SIGHTING.c.id.desc()),
    )
    ranked = (
        select(
            _SIGHTING.c.device_id,
            _SIGHTING.c.evidence_class,
            _SIGHTING.c.seen_at,
            _SIGHTING.c.source,
            _SIGHTING.c.serial,
            _SIGHTING.c.school_id,
            rank.label("place"),
        )
        .where(
            _SIGHTING.c.device_id.in_(select(_DEVICE.c.id).where(_funded(ids))),
            _SIGHTING.c.seen_at >= since,
            _SIGHTING.c.seen_at < until,
            _SIGHTING.c.evidence_class != EvidenceClass.NONE,
        )
        .subquery()
    )
    return select(ranked).where(ranked.c.place == 1)
