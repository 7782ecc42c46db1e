"""What people do with devices on the page: add, correct, move, change the state, note."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.accounts.audit import record_audit
from netzwart.clock import utcnow
from netzwart.errors import ForbiddenError, InvalidInputError
from netzwart.inventory.forms import DeviceChangeForm, DeviceForm, MoveForm, NoteForm, StatusForm
from netzwart.inventory.queries import UnknownDeviceError
from netzwart.inventory.service.recording_devices import record_device, update_device
from netzwart.inventory.tables import (
    Device,
    DeviceEvent,
    DeviceEventKind,
    DeviceModel,
    DeviceStatus,
)
from netzwart.schools.tables import Room, School

BY_OTHER_ACTS = frozenset({DeviceStatus.LENT, DeviceStatus.DISPOSED})
"""States that a device comes into and leaves by a loan or a disposal, never by a form."""


class StaleDeviceError(InvalidInputError):
    """Somebody else changed the device since the form was opened."""


class BadPlaceError(InvalidInputError):
    """The school or room is not there, or not for this actor."""


class UnknownModelError(InvalidInputError):
    """No such model."""


class UnknownStatusError(InvalidInputError):
    """No such state."""


class StatusByOtherActError(InvalidInputError):
    """Lending and disposing have rules of their own."""


async def load_device(session: AsyncSession, actor: Actor, device_id: int) -> Device:
    """Return a device that the actor may change, locked until the transaction ends.

    Raises:
        UnknownDeviceError: there is none that the actor may see.
        ForbiddenError: the actor may see it, but not change it.
    """
    device = await session.get(Device, device_id, with_for_update=True)
    if device is None or not actor.may_at(Right.READ_INVENTORY, device.school_id):
        raise UnknownDeviceError("Dieses Gerät gibt es nicht.", device_id=device_id)
    if not actor.may_at(Right.EDIT_INVENTORY, device.school_id):
        raise ForbiddenError("Dieses Gerät darfst du nicht ändern.", device_id=device_id)
    return device


async def add_device(session: AsyncSession, actor: Actor, form: DeviceForm) -> Device:
    """Take a new device into the record.

    Raises:
        BadPlaceError: the place is not there, or not for this actor.
        UnknownModelError: the model is not there.
        UnknownStatusError: the state is not there.
        StatusByOtherActError: a new device is neither lent nor disposed of.
        InvalidInputError: inventory number, serial number or MAC address do not fit.
    """
    await _check_place(session, actor, form.school_id, form.room_id)
    await _check_model(session, form.model_id)
    values = {**form.model_dump(), "status": _read_status(form.status)}
    device = await record_device(session, actor, values)
    await session.flush()
    written = form.model_dump(mode="json")
    changes = {name: [None, value] for name, value in written.items() if value is not None}
    await _audit(session, actor, "device_created", device, changes)
    return device


async def correct_device(
    session: AsyncSession, actor: Actor, device: Device, form: DeviceChangeForm
) -> None:
    """Change what is written on a device's card.

    Raises:
        StaleDeviceError: the form was opened before another change.
        UnknownModelError: the model is not there.
        InvalidInputError: inventory number, serial number or MAC address do not fit.
    """
    _check_version(device, form.version)
    await _check_model(session, form.model_id)
    await _update(session, actor, device, form.model_dump(exclude={"version"}))


async def move_device(session: AsyncSession, actor: Actor, device: Device, form: MoveForm) -> None:
    """Take a device to another school or room; the move stays in its history.

    Raises:
        StaleDeviceError: the form was opened before another change.
        BadPlaceError: the place is not there, not for this actor, or where the device stands.
    """
    _check_version(device, form.version)
    await _check_place(session, actor, form.school_id, form.room_id)
    if (device.school_id, device.room_id) == (form.school_id, form.room_id):
        message = "Dort steht das Gerät schon."
        raise BadPlaceError(message, {"room_id": message})
    place = {"school_id": form.school_id, "room_id": form.room_id}
    await _update(session, actor, device, place, reason=form.reason)


async def change_status(
    session: AsyncSession, actor: Actor, device: Device, form: StatusForm
) -> None:
    """Give a device another state, with the reason.

    Raises:
        StaleDeviceError: the form was opened before another change.
        UnknownStatusError: the state is not there.
        StatusByOtherActError: into or out of a loan or a disposal.
    """
    _check_version(device, form.version)
    status = _read_status(form.status)
    _read_status(device.status)
    await _update(session, actor, device, {"status": status}, reason=form.reason)


async def note_on_device(
    session: AsyncSession, actor: Actor, device: Device, form: NoteForm
) -> None:
    """Write a line into a device's history."""
    event = DeviceEvent(
        device_id=device.id,
        at=utcnow(),
        kind=DeviceEventKind.NOTED,
        actor=actor.name[:200],
        text=form.text,
    )
    session.add(event)
    await session.flush()
    await _audit(session, actor, "device_noted", device, {})


def _check_version(device: Device, version: int) -> None:
    if device.version != version:
        message = (
            "Jemand hat dieses Gerät inzwischen geändert. Hier stehen die aktuellen Angaben; "
            "bitte die Änderung noch einmal eintragen."
        )
        raise StaleDeviceError(message, {"version": message}, device_id=device.id)


def _read_status(text: str) -> DeviceStatus:
    """Return the state, if a form may bring a device into it or out of it."""
    if text in BY_OTHER_ACTS:
        message = "Verleihen und Aussondern sind eigene Vorgänge."
        raise StatusByOtherActError(message, {"status": message})
    if text not in set(DeviceStatus):
        message = "Diesen Status gibt es nicht."
        raise UnknownStatusError(message, {"status": message})
    return DeviceStatus(text)


async def _check_model(session: AsyncSession, model_id: int) -> None:
    if await session.get(DeviceModel, model_id) is None:
        message = "Dieses Modell gibt es nicht."
        raise UnknownModelError(message, {"model_id": message})


async def _check_place(
    session: AsyncSession, actor: Actor, school_id: int | None, room_id: int | None
) -> None:
    is_there = school_id is None or await session.get(School, school_id) is not None
    if not is_there or not actor.may_at(Right.EDIT_INVENTORY, school_id):
        message = "Bitte eine Schule wählen, deren Geräte du ändern darfst."
        raise BadPlaceError(message, {"school_id": message})
    if room_id is None:
        return
    room = await session.get(Room, room_id)
    if room is None or room.school_id != school_id:
        message = "Diesen Raum gibt es an der Schule nicht."
        raise BadPlaceError(message, {"room_id": message})


async def _update(
    session: AsyncSession,
    actor: Actor,
    device: Device,
    values: Mapping[str, Any],
    *,
    reason: str = "",
) -> None:
    before = {name: getattr(device, name) for name in values}
    await update_device(session, actor, device, values, reason=reason)
    changes = {
        name: [_plain(before[name]), _plain(getattr(device, name))]
        for name in values
        if before[name] != getattr(device, name)
    }
    if changes:
        await _audit(session, actor, "device_changed", device, changes, reason=reason)


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, DeviceStatus) else value


async def _audit(
    session: AsyncSession,
    actor: Actor,
    action: str,
    device: Device,
    changes: Mapping[str, list[Any]],
    *,
    reason: str = "",
) -> None:
    await record_audit(
        session,
        actor,
        action,
        "device",
        device.id,
        school_id=device.school_id,
        changes=changes,
        reason=reason or None,
    )
