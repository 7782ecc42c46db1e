"""The forms of devices: new, correct, move, change the state, note. Lists and pages: `overview`."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from litestar import Controller, get, post
from litestar.params import FromPath, FromQuery
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_inventory_editor, requires_inventory_reader
from netzwart.database import DbSession
from netzwart.errors import NotFoundError
from netzwart.inventory.codes import device_id_of
from netzwart.inventory.forms import DeviceChangeForm, DeviceForm, MoveForm, NoteForm, StatusForm
from netzwart.inventory.labels import STATUS_LABELS
from netzwart.inventory.queries import get_device, model_choices
from netzwart.inventory.rules import model_named
from netzwart.inventory.scheme_pages import NumberSchemeController
from netzwart.inventory.service.handling_devices import (
    BY_OTHER_ACTS,
    add_device,
    change_status,
    correct_device,
    load_device,
    move_device,
    note_on_device,
)
from netzwart.inventory.tables import Device
from netzwart.schools.queries import list_rooms_in_scope, school_choices
from netzwart.web.addresses import RowId
from netzwart.web.frame import NavItem
from netzwart.web.requests import Entered, TypedValues, go_to, nothing_entered, read_form

FIELDS = {
    "inventory_number": "Inventarnummer",
    "model_id": "Modell",
    "serial": "Seriennummer",
    "mac": "MAC-Adresse",
    "school_id": "Schule",
    "room_id": "Raum",
    "status": "Status",
    "delivered_on": "Geliefert am",
    "commissioned_on": "In Betrieb seit",
    "warranty_until": "Gewährleistung bis",
    "asset_number": "Anlagennummer",
    "note": "Bemerkung",
    "reason": "Grund",
    "text": "Notiz",
}


class UnknownCodeError(NotFoundError):
    """A code was mistyped, or there is no such device."""


class ShortAddressController(Controller):
    """The address in a label's QR code."""

    path = "/g"
    guards = [requires_inventory_reader]  # noqa: RUF012 - Litestar reads a plain attribute

    @get("/{code:str}")
    async def jump(self, session: DbSession, actor: CurrentActor, code: FromPath[str]) -> Redirect:
        """Go to the device whose label bears this code."""
        device_id = device_id_of(code)
        if device_id is None:
            raise UnknownCodeError(
                "Dieser Code ist kein Gerät: ein Zeichen ist falsch oder fehlt. Bitte noch einmal "
                "vom Etikett ablesen."
            )
        await get_device(session, device_id, actor.scope(Right.READ_INVENTORY))
        return Redirect(f"/geraete/{device_id}")


class DeviceFormsController(Controller):
    """What people do with a device."""

    path = "/geraete"
    guards = [requires_inventory_editor]  # noqa: RUF012 - Litestar reads a plain attribute

    @get("/neu")
    async def new(
        self,
        session: DbSession,
        actor: CurrentActor,
        school: FromQuery[str] = "",
        serial: FromQuery[str] = "",
        model: FromQuery[str] = "",
    ) -> Template:
        """Show the form for a new device, with what the network already told of it."""
        entered = nothing_entered()
        status = "in_service" if serial else "in_storage"
        entered.values |= {"school_id": school, "serial": serial[:120], "status": status}
        return await _new(session, actor, entered, model)

    @post()
    async def create(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor
    ) -> Template | Redirect:
        """Take a new device into the record."""
        entered = await read_form(request, DeviceForm)
        if entered.form is not None:
            async with entered.attempt(session):
                device = await add_device(session, actor, entered.form)
                return go_to(f"/geraete/{device.id}", "Das Gerät ist aufgenommen.")
        return await _new(session, actor, entered)

    @get("/{device_id:int}/bearbeiten")
    async def edit(self, session: DbSession, actor: CurrentActor, device_id: RowId) -> Template:
        """Show the form that corrects a device's card."""
        device = await load_device(session, actor, device_id)
        return await _edit(session, device, _present(device))

    @post("/{device_id:int}/bearbeiten")
    async def update(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        device_id: RowId,
    ) -> Template | Redirect:
        """Correct a device's card."""
        device = await load_device(session, actor, device_id)
        entered = await read_form(request, DeviceChangeForm)
        if entered.form is not None:
            async with entered.attempt(session):
                await correct_device(session, actor, device, entered.form)
        if entered.errors:
            return await _edit(session, device, await _refused(session, device, entered))
        return go_to(f"/geraete/{device_id}", "Gespeichert.")

    @get("/{device_id:int}/umsetzen")
    async def choose_place(
        self, session: DbSession, actor: CurrentActor, device_id: RowId
    ) -> Template:
        """Show the form that moves a device."""
        device = await load_device(session, actor, device_id)
        return await _move(session, actor, device, _present(device))

    @post("/{device_id:int}/umsetzen")
    async def move(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        device_id: RowId,
    ) -> Template | Redirect:
        """Take a device to another school or room."""
        device = await load_device(session, actor, device_id)
        entered = await read_form(request, MoveForm)
        if entered.form is not None:
            async with entered.attempt(session):
                await move_device(session, actor, device, entered.form)
        if entered.errors:
            return await _move(session, actor, device, await _refused(session, device, entered))
        return go_to(f"/geraete/{device_id}", "Das Gerät ist umgesetzt.")

    @get("/{device_id:int}/status")
    async def choose_status(
        self, session: DbSession, actor: CurrentActor, device_id: RowId
    ) -> Template:
        """Show the form that changes a device's state."""
        device = await load_device(session, actor, device_id)
        return _form_of("status", device, _present(device), statuses=_STATUSES)

    @post("/{device_id:int}/status")
    async def set_status(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        device_id: RowId,
    ) -> Template | Redirect:
        """Give a device another state, with the reason."""
        device = await load_device(session, actor, device_id)
        entered = await read_form(request, StatusForm)
        if entered.form is not None:
            async with entered.attempt(session):
                await change_status(session, actor, device, entered.form)
        if entered.errors:
            refused = await _refused(session, device, entered)
            return _form_of("status", device, refused, statuses=_STATUSES)
        return go_to(f"/geraete/{device_id}", "Der Status ist geändert.")

    @get("/{device_id:int}/notiz")
    async def write_note(
        self, session: DbSession, actor: CurrentActor, device_id: RowId
    ) -> Template:
        """Show the form for a line in a device's history."""
        device = await load_device(session, actor, device_id)
        return _form_of("note", device, nothing_entered())

    @post("/{device_id:int}/notiz")
    async def keep_note(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        device_id: RowId,
    ) -> Template | Redirect:
        """Write a line into a device's history."""
        device = await load_device(session, actor, device_id)
        entered = await read_form(request, NoteForm)
        if entered.form is None:
            return _form_of("note", device, entered)
        await note_on_device(session, actor, device, entered.form)
        return go_to(f"/geraete/{device_id}", "Die Notiz steht im Lebenslauf.")


NAV: Sequence[NavItem] = ()
CONTROLLERS: Sequence[ControllerRouterHandler] = (
    DeviceFormsController,
    ShortAddressController,
    NumberSchemeController,
)

_STATUSES = [
    (status.value, label) for status, label in STATUS_LABELS.items() if status not in BY_OTHER_ACTS
]


def _present(device: Device) -> Entered[Any]:
    """Return a device's present values as a form that was not sent yet."""
    entered = nothing_entered()
    entered.values = TypedValues(
        {
            name: value.isoformat() if isinstance(value, date) else value
            for name in (*FIELDS, "version")
            if (value := getattr(device, name, None)) is not None
        }
    )
    return entered


async def _refused(session: AsyncSession, device: Device, entered: Entered[Any]) -> Entered[Any]:
    """Return the refused form; after somebody else's change with what is written now."""
    await session.refresh(device)
    if "version" not in entered.errors:
        return entered
    present = _present(device)
    present.errors = {"version": entered.errors["version"]}
    return present


async def _rooms(session: AsyncSession, actor: Actor) -> list[tuple[int, str]]:
    rooms = await list_rooms_in_scope(session, actor.scope(Right.EDIT_INVENTORY))
    return [(room.id, f"{room.short_name} · {room.number} {room.name}".strip()) for room in rooms]


async def _new(
    session: AsyncSession, actor: Actor, entered: Entered[Any], model: str = ""
) -> Template:
    schools = await school_choices(session, actor.scope(Right.EDIT_INVENTORY))
    models = await model_choices(session)
    if model and (known := model_named(models, model)) is not None:
        entered.values.setdefault("model_id", known)
    if len(schools) == 1:
        entered.values.setdefault("school_id", schools[0][0])
    return _form_of(
        "new",
        None,
        entered,
        models=models,
        schools=schools,
        rooms=await _rooms(session, actor),
        statuses=_STATUSES,
        may_be_nowhere=actor.scope(Right.EDIT_INVENTORY) is None,
    )


async def _edit(session: AsyncSession, device: Device, entered: Entered[Any]) -> Template:
    return _form_of("edit", device, entered, models=await model_choices(session))


async def _move(
    session: AsyncSession, actor: Actor, device: Device, entered: Entered[Any]
) -> Template:
    return _form_of(
        "move",
        device,
        entered,
        schools=await school_choices(session, actor.scope(Right.EDIT_INVENTORY)),
        rooms=await _rooms(session, actor),
    )


def _form_of(
    name: str, device: Device | None, entered: Entered[Any], **choices: object
) -> Template:
    context = {
        "device": device,
        "values": entered.values,
        "errors": entered.errors,
        "fields": FIELDS,
        **choices,
    }
    return Template(f"inventory/{name}.html", context=context, status_code=entered.status)
