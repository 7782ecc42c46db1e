"""The form of a room. The list of schools and a school's page join more: see `overview`."""

from collections.abc import Sequence
from typing import Any

from litestar import Controller, get, post
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires
from netzwart.database import DbSession
from netzwart.schools.forms import RoomForm
from netzwart.schools.labels import ROOM_KIND_LABELS
from netzwart.schools.queries import get_room, get_school, list_buildings
from netzwart.schools.service import change_room, check_rooms_of, create_room
from netzwart.schools.tables import Room
from netzwart.web.addresses import RowId
from netzwart.web.frame import NavItem
from netzwart.web.requests import Entered, TypedValues, go_to, nothing_entered, read_form

FIELDS = {
    "number": "Raumnummer",
    "name": "Bezeichnung",
    "kind": "Nutzung",
    "building": "Gebäude",
    "floor": "Geschoss",
}
requires_rooms_editor = requires(Right.EDIT_SCHOOLS, Right.EDIT_INVENTORY)


class RoomFormsController(Controller):
    """Rooms are created and changed here."""

    path = "/schulen/{school_id:int}/raeume"
    guards = [requires_rooms_editor]  # noqa: RUF012 - Litestar reads a plain attribute

    @get("/neu")
    async def new(self, session: DbSession, actor: CurrentActor, school_id: RowId) -> Template:
        """Show the form for a new room."""
        await check_rooms_of(session, actor, school_id)
        entered = nothing_entered()
        entered.values |= {"kind": "classroom"}
        return await _form(session, actor, school_id, None, entered)

    @post()
    async def create(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        school_id: RowId,
    ) -> Template | Redirect:
        """Add a room."""
        await check_rooms_of(session, actor, school_id)
        entered = await read_form(request, RoomForm)
        if entered.form is not None:
            async with entered.attempt(session):
                await create_room(session, actor, school_id, entered.form)
        if entered.errors:
            return await _form(session, actor, school_id, None, entered)
        return go_to(f"/schulen/{school_id}/raeume", "Der Raum ist angelegt.")

    @get("/{room_id:int}/bearbeiten")
    async def edit(
        self,
        session: DbSession,
        actor: CurrentActor,
        school_id: RowId,
        room_id: RowId,
    ) -> Template:
        """Show the form that changes a room."""
        await check_rooms_of(session, actor, school_id)
        room = await get_room(session, school_id, room_id)
        return await _form(session, actor, school_id, room, nothing_entered())

    @post("/{room_id:int}/bearbeiten")
    async def update(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        school_id: RowId,
        room_id: RowId,
    ) -> Template | Redirect:
        """Change a room."""
        await check_rooms_of(session, actor, school_id)
        room = await get_room(session, school_id, room_id)
        entered = await read_form(request, RoomForm)
        if entered.form is not None:
            async with entered.attempt(session):
                await change_room(session, actor, school_id, room_id, entered.form)
        if entered.errors:
            await session.refresh(room)
            return await _form(session, actor, school_id, room, entered)
        return go_to(f"/schulen/{school_id}/raeume", "Gespeichert.")


NAV: Sequence[NavItem] = ()
CONTROLLERS: Sequence[ControllerRouterHandler] = (RoomFormsController,)


async def _form(
    session: AsyncSession,
    actor: Actor,
    school_id: int,
    room: Room | None,
    entered: Entered[Any],
) -> Template:
    buildings = await list_buildings(session, school_id)
    values = entered.values
    if room is not None and (not values or "version" in entered.errors):
        values = _present(room, {row.id: row.name for row in buildings})
    kinds = list(ROOM_KIND_LABELS.items())
    if values["kind"] and values["kind"] not in ROOM_KIND_LABELS:
        kinds.append((values["kind"], values["kind"]))
    context = {
        "school": await get_school(session, school_id, actor.scope(Right.READ_SCHOOLS)),
        "room": room,
        "values": values,
        "errors": entered.errors,
        "fields": FIELDS,
        "kinds": kinds,
        "buildings": [row.name for row in buildings],
    }
    return Template("schools/room_form.html", context=context, status_code=entered.status)


def _present(room: Room, buildings: dict[int, str]) -> TypedValues:
    building = "" if room.building_id is None else buildings.get(room.building_id, "")
    return TypedValues(
        version=room.version,
        number=room.number,
        name=room.name,
        kind=room.kind,
        floor=room.floor,
        building=building,
    )
