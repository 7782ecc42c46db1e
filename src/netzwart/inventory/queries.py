"""Named reads of devices, models and their history; out of scope means not there."""

from collections.abc import Sequence

from sqlalchemy import String, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Scope
from netzwart.database import table_of
from netzwart.errors import NotFoundError
from netzwart.inventory.import_tables import ImportRow, ImportRun
from netzwart.inventory.tables import (
    Device,
    DeviceEvent,
    DeviceEventKind,
    DeviceModel,
    Manufacturer,
    Relocation,
)
from netzwart.schools.queries import ROOM, SCHOOL, AnyRow, at_schools

DEVICE = table_of(Device)
MODEL = table_of(DeviceModel)
MANUFACTURER = table_of(Manufacturer)
EVENT = table_of(DeviceEvent)
RELOCATION = table_of(Relocation)
_RUN = table_of(ImportRun)
_ROW = table_of(ImportRow)

MOST_EVENTS = 200


class UnknownDeviceError(NotFoundError):
    """No such device, or not for this reader."""


async def get_device(session: AsyncSession, device_id: int, scope: Scope) -> AnyRow:
    """Return the device's columns with model, manufacturer, category, school and room in words.

    Raises:
        UnknownDeviceError: there is none, or it is out of scope.
    """
    predecessor = DEVICE.alias("predecessor")
    source = (
        DEVICE.join(MODEL, MODEL.c.id == DEVICE.c.model_id)
        .join(MANUFACTURER, MANUFACTURER.c.id == MODEL.c.manufacturer_id)
        .outerjoin(SCHOOL, SCHOOL.c.id == DEVICE.c.school_id)
        .outerjoin(ROOM, ROOM.c.id == DEVICE.c.room_id)
        .outerjoin(predecessor, predecessor.c.id == DEVICE.c.predecessor_id)
    )
    statement = (
        select(
            DEVICE,
            MODEL.c.name.label("model"),
            MODEL.c.part_number,
            MODEL.c.category,
            MODEL.c.is_network,
            MODEL.c.end_of_life_on,
            MODEL.c.useful_life_years,
            MANUFACTURER.c.name.label("manufacturer"),
            SCHOOL.c.name.label("school"),
            SCHOOL.c.short_name.label("school_short"),
            ROOM.c.number.label("room"),
            ROOM.c.name.label("room_name"),
            predecessor.c.inventory_number.label("predecessor"),
        )
        .select_from(source)
        .where(DEVICE.c.id == device_id, at_schools(DEVICE.c.school_id, scope))
    )
    found = (await session.execute(statement)).one_or_none()
    if found is None:
        raise UnknownDeviceError("Dieses Gerät gibt es nicht.", device_id=device_id)
    return found


async def list_models(session: AsyncSession) -> Sequence[AnyRow]:
    """Return id, name, manufacturer and category of every model, by manufacturer and name."""
    statement = (
        select(
            MODEL.c.id, MODEL.c.name, MODEL.c.category, MANUFACTURER.c.name.label("manufacturer")
        )
        .join(MANUFACTURER, MANUFACTURER.c.id == MODEL.c.manufacturer_id)
        .order_by(func.lower(MANUFACTURER.c.name), func.lower(MODEL.c.name), MODEL.c.id)
    )
    return (await session.execute(statement)).all()


async def model_choices(session: AsyncSession) -> list[tuple[int, str]]:
    """Return (id, "Manufacturer Model") of every model."""
    return [(row.id, f"{row.manufacturer} {row.name}") for row in await list_models(session)]


async def list_events(session: AsyncSession, device_id: int) -> Sequence[AnyRow]:
    """Return a device's newest events: at, kind, actor, text, data.

    A device that came by a list has no event of its own for that: the list's row tells it, so that
    the import can be undone.
    """
    told = select(EVENT.c.at, EVENT.c.kind, EVENT.c.actor, EVENT.c.text, EVENT.c.data, EVENT.c.id)
    came = (
        select(
            _RUN.c.applied_at,
            literal(DeviceEventKind.NOTED, EVENT.c.kind.type),
            _RUN.c.actor,
            literal("In die Kartei aufgenommen aus „", String) + _RUN.c.file_name + "“",
            literal({}, EVENT.c.data.type),
            literal(0, EVENT.c.id.type),
        )
        .join(_ROW, _ROW.c.run_id == _RUN.c.id)
        .where(
            _ROW.c.device_id == device_id,
            _ROW.c.action == "create",
            _RUN.c.applied_at.is_not(None),
            _RUN.c.undone_at.is_(None),
        )
    )
    both = union_all(told.where(EVENT.c.device_id == device_id), came).subquery("events")
    statement = (
        select(both.c.at, both.c.kind, both.c.actor, both.c.text, both.c.data)
        .order_by(both.c.at.desc(), both.c.id.desc())
        .limit(MOST_EVENTS)
    )
    return (await session.execute(statement)).all()


async def list_relocations(session: AsyncSession, device_id: int) -> Sequence[AnyRow]:
    """Return a device's moves, newest first, with schools and rooms in words."""
    old_school, new_school = SCHOOL.alias("old_school"), SCHOOL.alias("new_school")
    old_room, new_room = ROOM.alias("old_room"), ROOM.alias("new_room")
    source = (
        RELOCATION.outerjoin(old_school, old_school.c.id == RELOCATION.c.from_school_id)
        .outerjoin(new_school, new_school.c.id == RELOCATION.c.to_school_id)
        .outerjoin(old_room, old_room.c.id == RELOCATION.c.from_room_id)
        .outerjoin(new_room, new_room.c.id == RELOCATION.c.to_room_id)
    )
    statement = (
        select(
            RELOCATION.c.at,
            RELOCATION.c.reason,
            old_school.c.short_name.label("from_school"),
            new_school.c.short_name.label("to_school"),
            old_room.c.number.label("from_room"),
            new_room.c.number.label("to_room"),
        )
        .select_from(source)
        .where(RELOCATION.c.device_id == device_id)
        .order_by(RELOCATION.c.at.desc(), RELOCATION.c.id.desc())
        .limit(MOST_EVENTS)
    )
    return (await session.execute(statement)).all()


async def devices_per_room(session: AsyncSession, school_id: int) -> dict[int | None, int]:
    """Return how many devices that are not disposed of stand in each room; None is no room."""
    statement = (
        select(DEVICE.c.room_id, func.count())
        .where(DEVICE.c.school_id == school_id, DEVICE.c.status != "disposed")
        .group_by(DEVICE.c.room_id)
        .order_by(DEVICE.c.room_id)
    )
    return {row[0]: row[1] for row in await session.execute(statement)}
