"""Acts on schools and their rooms."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.accounts.audit import record_audit
from netzwart.errors import ForbiddenError, InvalidInputError
from netzwart.schools.forms import RoomForm
from netzwart.schools.queries import BUILDING, get_room, get_school
from netzwart.schools.tables import Building, Room

_AUDITED = ("number", "name", "kind", "floor", "building_id")


class StaleRoomError(InvalidInputError):
    """Somebody else changed the room since the form was opened."""


def may_edit_rooms(actor: Actor, school_id: int) -> bool:
    """Tell whether somebody may create and change rooms at a school."""
    return actor.may_at(Right.EDIT_SCHOOLS, school_id) or actor.may_at(
        Right.EDIT_INVENTORY, school_id
    )


async def check_rooms_of(session: AsyncSession, actor: Actor, school_id: int) -> None:
    """Let pass whoever may change the rooms of a school.

    Raises:
        UnknownSchoolError: there is none that the actor may see.
        ForbiddenError: the actor may see the school, but not change its rooms.
    """
    await get_school(session, school_id, actor.scope(Right.READ_SCHOOLS))
    if not may_edit_rooms(actor, school_id):
        raise ForbiddenError("Die Räume dieser Schule darfst du nicht ändern.")


async def create_room(session: AsyncSession, actor: Actor, school_id: int, form: RoomForm) -> Room:
    """Add a room.

    Raises:
        InvalidInputError: (on flush) the school has a room of that number.
    """
    room = Room(
        school_id=school_id,
        building_id=await _building_of(session, school_id, form.building),
        number=form.number,
        name=form.name,
        kind=form.kind,
        floor=form.floor,
    )
    session.add(room)
    await session.flush()
    changes = {name: [None, getattr(room, name)] for name in _AUDITED}
    await record_audit(
        session, actor, "room_created", "room", room.id, school_id=school_id, changes=changes
    )
    return room


async def change_room(
    session: AsyncSession, actor: Actor, school_id: int, room_id: int, form: RoomForm
) -> None:
    """Change a room.

    Raises:
        UnknownRoomError: the school has no such room.
        StaleRoomError: the form was opened before another change.
        InvalidInputError: (on flush) the school has another room of that number.
    """
    room = await get_room(session, school_id, room_id)
    if room.version != form.version:
        message = (
            "Jemand hat diesen Raum inzwischen geändert. Hier stehen die aktuellen Angaben; "
            "bitte die Änderung noch einmal eintragen."
        )
        raise StaleRoomError(message, {"version": message})
    before = {name: getattr(room, name) for name in _AUDITED}
    room.building_id = await _building_of(session, school_id, form.building)
    room.number, room.name, room.kind, room.floor = form.number, form.name, form.kind, form.floor
    await session.flush()
    changes = {
        name: [before[name], getattr(room, name)]
        for name in _AUDITED
        if before[name] != getattr(room, name)
    }
    if changes:
        await record_audit(
            session, actor, "room_changed", "room", room.id, school_id=school_id, changes=changes
        )


async def _building_of(session: AsyncSession, school_id: int, name: str) -> int | None:
    """Return the key of the school's building of that name, made if there is none."""
    if not name:
        return None
    found = await session.scalar(
        select(BUILDING.c.id).where(BUILDING.c.school_id == school_id, BUILDING.c.name == name)
    )
    if found is not None:
        return int(found)
    building = Building(school_id=school_id, name=name)
    session.add(building)
    await session.flush()
    return building.id
