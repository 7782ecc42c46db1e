"""Named reads of schools and rooms; what lies outside the reader's scope does not exist."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from netzwart.accounts.actors import Scope
from netzwart.database import table_of
from netzwart.errors import NotFoundError
from netzwart.schools.calendar import Closure, SchoolCalendar, land_of
from netzwart.schools.tables import Building, Room, School, SchoolClosure, SchoolOperator

AnyRow = Row[*tuple[Any, ...]]
"""A row of named columns."""

SCHOOL = table_of(School)
ROOM = table_of(Room)
BUILDING = table_of(Building)
_CLOSURE = table_of(SchoolClosure)
_OPERATOR = table_of(SchoolOperator)


class UnknownSchoolError(NotFoundError):
    """No such school, or not for this reader."""


class UnknownRoomError(NotFoundError):
    """No such room at this school."""


def at_schools(column: ColumnElement[Any], scope: Scope) -> ColumnElement[bool]:
    """Return the condition that a row belongs to a school in scope; None is every school."""
    return true() if scope is None else column.in_(sorted(scope))


async def list_schools(session: AsyncSession, scope: Scope) -> Sequence[AnyRow]:
    """Return every school in scope by name: id, number, name, short_name, kind, is_active."""
    columns = (
        SCHOOL.c.id,
        SCHOOL.c.number,
        SCHOOL.c.name,
        SCHOOL.c.short_name,
        SCHOOL.c.kind,
        SCHOOL.c.city,
        SCHOOL.c.pupils,
        SCHOOL.c.is_active,
    )
    statement = (
        select(*columns)
        .where(at_schools(SCHOOL.c.id, scope))
        .order_by(func.lower(SCHOOL.c.name), SCHOOL.c.id)
    )
    return (await session.execute(statement)).all()


async def get_school(session: AsyncSession, school_id: int, scope: Scope) -> AnyRow:
    """Return all columns of one school.

    Raises:
        UnknownSchoolError: there is none, or it is out of scope.
    """
    statement = select(SCHOOL).where(SCHOOL.c.id == school_id, at_schools(SCHOOL.c.id, scope))
    found = (await session.execute(statement)).one_or_none()
    if found is None:
        raise UnknownSchoolError("Diese Schule gibt es nicht.", school_id=school_id)
    return found


async def school_choices(session: AsyncSession, scope: Scope) -> list[tuple[int, str]]:
    """Return (id, name) of every school in scope, for a list to choose from."""
    return [(row.id, row.name) for row in await list_schools(session, scope)]


async def list_rooms(session: AsyncSession, school_id: int) -> Sequence[AnyRow]:
    """Return a school's rooms by building and number, with `building` as its name."""
    statement = (
        select(
            ROOM.c.id,
            ROOM.c.number,
            ROOM.c.name,
            ROOM.c.kind,
            ROOM.c.floor,
            BUILDING.c.name.label("building"),
        )
        .select_from(ROOM.outerjoin(BUILDING, BUILDING.c.id == ROOM.c.building_id))
        .where(ROOM.c.school_id == school_id)
        .order_by(func.coalesce(BUILDING.c.name, ""), ROOM.c.number)
    )
    return (await session.execute(statement)).all()


async def list_rooms_in_scope(session: AsyncSession, scope: Scope) -> Sequence[AnyRow]:
    """Return id, school_id, number and name of all rooms in scope, by school and number."""
    statement = (
        select(ROOM.c.id, ROOM.c.school_id, ROOM.c.number, ROOM.c.name, SCHOOL.c.short_name)
        .join(SCHOOL, SCHOOL.c.id == ROOM.c.school_id)
        .where(at_schools(ROOM.c.school_id, scope))
        .order_by(SCHOOL.c.short_name, ROOM.c.number)
    )
    return (await session.execute(statement)).all()


async def schools_and_rooms_of(
    session: AsyncSession, scope: Scope, school_id: int | None
) -> Sequence[AnyRow]:
    """Return every school in scope by name, the chosen one once for each of its rooms.

    Columns: id, name, room_id, room_number, room_name. Two lists to choose from, in one statement.
    """
    rooms = SCHOOL.outerjoin(
        ROOM.outerjoin(BUILDING, BUILDING.c.id == ROOM.c.building_id),
        (ROOM.c.school_id == SCHOOL.c.id) & (SCHOOL.c.id == (school_id or 0)),
    )
    statement = (
        select(
            SCHOOL.c.id,
            SCHOOL.c.name,
            ROOM.c.id.label("room_id"),
            ROOM.c.number.label("room_number"),
            ROOM.c.name.label("room_name"),
        )
        .select_from(rooms)
        .where(at_schools(SCHOOL.c.id, scope))
        .order_by(
            func.lower(SCHOOL.c.name),
            SCHOOL.c.id,
            func.coalesce(BUILDING.c.name, ""),
            ROOM.c.number,
        )
    )
    return (await session.execute(statement)).all()


async def get_room(session: AsyncSession, school_id: int, room_id: int) -> Room:
    """Return the room, to be changed.

    Raises:
        UnknownRoomError: this school has none by this id.
    """
    room = await session.get(Room, room_id)
    if room is None or room.school_id != school_id:
        raise UnknownRoomError("Diesen Raum gibt es nicht.", room_id=room_id)
    return room


async def list_buildings(session: AsyncSession, school_id: int) -> Sequence[AnyRow]:
    """Return id and name of a school's buildings, by name."""
    statement = (
        select(BUILDING.c.id, BUILDING.c.name)
        .where(BUILDING.c.school_id == school_id)
        .order_by(BUILDING.c.name)
    )
    return (await session.execute(statement)).all()


async def school_calendars(session: AsyncSession) -> dict[int, SchoolCalendar]:
    """Return every school's calendar: the holidays of its Land and its own closures."""
    key = func.coalesce(SCHOOL.c.municipality_key, _OPERATOR.c.municipality_key)
    schools = await session.execute(
        select(SCHOOL.c.id, key.label("key")).outerjoin(
            _OPERATOR, _OPERATOR.c.id == SCHOOL.c.operator_id
        )
    )
    found = await session.execute(
        select(_CLOSURE.c.school_id, _CLOSURE.c.from_on, _CLOSURE.c.until_on)
    )
    closures: dict[int | None, list[Closure]] = {}
    for row in found:
        closures.setdefault(row.school_id, []).append(Closure(row.from_on, row.until_on))
    everywhere = closures.get(None, [])
    return {
        row.id: SchoolCalendar(land_of(row.key), (*everywhere, *closures.get(row.id, ())))
        for row in schools
    }
