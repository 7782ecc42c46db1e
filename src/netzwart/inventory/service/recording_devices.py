"""Devices come into the record and change there; what is derived from them follows by itself."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.clock import utcnow
from netzwart.errors import InvalidInputError
from netzwart.inventory.rules import normalised_mac, normalised_serial, search_text
from netzwart.inventory.tables import (
    Device,
    DeviceEvent,
    DeviceEventKind,
    DeviceModel,
    Relocation,
)
from netzwart.schools.tables import Room


class RoomElsewhereError(InvalidInputError):
    """The room belongs to another school than the device."""


class BadAddressError(InvalidInputError):
    """A MAC address that is none."""


async def record_device(session: AsyncSession, actor: Actor, values: Mapping[str, Any]) -> Device:
    """Write a new device from checked column values, and the first line of its history.

    Raises:
        RoomElsewhereError: the room is not of the device's school.
        BadAddressError: the MAC address is none.
        InvalidInputError: (on flush) inventory number or serial number are taken.
    """
    device = Device(**values)
    await _derive(session, device)
    session.add(device)
    await session.flush()
    session.add(_event(device, DeviceEventKind.NOTED, actor, "In die Kartei aufgenommen"))
    return device


async def update_device(
    session: AsyncSession,
    actor: Actor,
    device: Device,
    values: Mapping[str, Any],
    *,
    reason: str = "",
) -> None:
    """Change a device; a move and a new status become lines of its history, with the reason.

    Raises:
        RoomElsewhereError: the room is not of the device's school.
        BadAddressError: the MAC address is none.
        InvalidInputError: (on flush) inventory number or serial number are taken.
    """
    place = (device.school_id, device.room_id)
    status = device.status
    for name, value in values.items():
        setattr(device, name, value)
    if device.school_id != place[0] and "room_id" not in values:
        device.room_id = None  # its room stayed behind
    await _derive(session, device)
    now = utcnow()
    if (device.school_id, device.room_id) != place:
        relocation = _relocation(device, place, now)
        relocation.reason = reason
        session.add(relocation)
        session.add(_event(device, DeviceEventKind.MOVED, actor, reason or "Umgesetzt"))
    if device.status != status:
        event = _event(device, DeviceEventKind.STATUS_CHANGED, actor, reason or "Status geändert")
        event.data = {"before": str(status), "after": str(device.status)}
        session.add(event)
    await session.flush()


async def _derive(session: AsyncSession, device: Device) -> None:
    """Set what follows from the rest: manufacturer, compared serial number, search text."""
    model = await session.get_one(DeviceModel, device.model_id)
    device.manufacturer_id = model.manufacturer_id
    device.serial_normalised = normalised_serial(device.serial)
    if device.mac is not None:
        device.mac = _checked_mac(device.mac)
    device.search_text = search_text(
        device.inventory_number, device.serial, device.serial_normalised, device.mac, model.name
    )
    if device.room_id is not None:
        room = await session.get_one(Room, device.room_id)
        if room.school_id != device.school_id:
            message = "Dieser Raum gehört zu einer anderen Schule."
            raise RoomElsewhereError(message, {"room_id": message})


def _checked_mac(text: str) -> str:
    mac = normalised_mac(text)
    if mac is None:
        message = "Eine MAC-Adresse hat zwölf Hexziffern, z. B. aa:bb:cc:00:00:01."
        raise BadAddressError(message, {"mac": message})
    return mac


def _relocation(device: Device, place: tuple[int | None, int | None], now: datetime) -> Relocation:
    return Relocation(
        device_id=device.id,
        at=now,
        from_school_id=place[0],
        from_room_id=place[1],
        to_school_id=device.school_id,
        to_room_id=device.room_id,
    )


def _event(device: Device, kind: DeviceEventKind, actor: Actor, text: str) -> DeviceEvent:
    return DeviceEvent(
        device_id=device.id, at=utcnow(), kind=kind, actor=actor.name[:200], text=text
    )
