"""What each decision does to the record, and the sentence that says so."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.clock import today, utcnow
from netzwart.database import table_of
from netzwart.errors import ConflictError, ForbiddenError, InvalidInputError
from netzwart.evidence.tables import Decision, Finding, FindingKind
from netzwart.inventory.rules import normalised_serial
from netzwart.inventory.service.recording_devices import update_device
from netzwart.inventory.tables import (
    Device,
    DeviceEvent,
    DeviceEventKind,
    DeviceModel,
    DeviceStatus,
    Disposal,
)

_devices = table_of(Device)
_models = table_of(DeviceModel)
_WAITING = frozenset({DeviceStatus.DELIVERED, DeviceStatus.IN_STORAGE, DeviceStatus.ORDERED})

Effect = Callable[[AsyncSession, Actor, Finding, str], Awaitable[str]]


class DecisionDoesNotFitError(InvalidInputError):
    """This decision means nothing for this kind of finding, or lacks what it needs."""


async def take_effect(
    session: AsyncSession, actor: Actor, finding: Finding, decision: Decision, reason: str
) -> str:
    """Change the record as the decision wants it; returns a German sentence that says so.

    Raises:
        DecisionDoesNotFitError: what it would change is not there.
        ForbiddenError: the actor may not change it.
    """
    effect = _EFFECTS.get((decision, finding.kind))
    if effect is not None:
        return await effect(session, actor, finding, reason)
    if finding.ignored_until is not None:
        return f"Nichts geändert; fragt nach dem {finding.ignored_until:%d.%m.%Y} wieder."
    return "Nichts geändert; die Entscheidung gilt, solange der Anlass besteht."


async def _move(session: AsyncSession, actor: Actor, finding: Finding, reason: str) -> str:
    """Let the record follow the device to the school it was seen at."""
    target = finding.facts.get("seen_school_id")
    device = await _device(session, actor, finding.device_id)
    if not isinstance(target, int) or not actor.may_at(Right.EDIT_INVENTORY, target):
        raise ForbiddenError("Umsetzen darf nur, wer an beiden Schulen die Geräte führt.")
    if device.measure_id is not None and not actor.may(Right.EDIT_FUNDING):
        raise ForbiddenError(
            "Ein gefördertes Gerät verlässt seine Schule nur mit Zustimmung der Fördermittelstelle."
        )
    await update_device(session, actor, device, {"school_id": target}, reason=reason)
    return f"{device.inventory_number} wird jetzt an der Schule geführt, die es sieht."


async def _swap(session: AsyncSession, actor: Actor, finding: Finding, reason: str) -> str:
    """Make the new device the successor of the one that stood in its place."""
    new = await _device(session, actor, finding.device_id)
    old = await _replaced(session, actor, finding, new.id)
    if new.predecessor_id is not None:
        raise ConflictError("Das neue Gerät ersetzt schon ein anderes.")
    await _check_no_circle(session, old, new)
    new.predecessor_id = old.id
    text = f"Ersetzt {old.inventory_number} (Seriennummer {old.serial})"
    session.add(_event(new.id, DeviceEventKind.SWAPPED, actor, text))
    text = f"Ersetzt durch {new.inventory_number} (Seriennummer {new.serial})"
    session.add(_event(old.id, DeviceEventKind.SWAPPED, actor, text))
    place: dict[str, object] = {"school_id": old.school_id, "room_id": old.room_id}
    if new.status in _WAITING:
        place["status"] = DeviceStatus.IN_SERVICE
    await update_device(session, actor, new, place, reason=reason)
    if old.status is DeviceStatus.IN_SERVICE:
        values = {"status": DeviceStatus.IN_STORAGE}
        await update_device(session, actor, old, values, reason=reason)
    return f"{new.inventory_number} tritt an die Stelle von {old.inventory_number}."


async def _check_no_circle(session: AsyncSession, old: Device, new: Device) -> None:
    """A device cannot stand in for one that stands in for it."""
    seen, current = {new.id}, old
    while current.predecessor_id is not None:
        if current.predecessor_id in seen:
            raise ConflictError("Die beiden Geräte ersetzten einander schon einmal.")
        seen.add(current.id)
        current = await session.get_one(Device, current.predecessor_id)


async def _replaced(session: AsyncSession, actor: Actor, finding: Finding, not_id: int) -> Device:
    before = normalised_serial(str(finding.facts.get("replaced") or ""))
    found = await session.execute(
        select(_devices.c.id).where(_devices.c.serial_normalised == before, _devices.c.id != not_id)
    )
    ids = found.scalars().all()
    if len(ids) != 1:
        message = "Das bisherige Gerät ist in der Kartei nicht eindeutig zu finden."
        raise DecisionDoesNotFitError(message, {"decision": message})
    return await _device(session, actor, ids[0])


async def _correct_serial(
    session: AsyncSession, actor: Actor, finding: Finding, reason: str
) -> str:
    """The same bought thing tells another number (a new mainboard): the record follows."""
    serial = str(finding.facts.get("serial") or "")
    if finding.device_id is not None:
        message = "Die neue Seriennummer gehört schon zu einem anderen Gerät; das wäre ein Tausch."
        raise DecisionDoesNotFitError(message, {"decision": message})
    device = await _replaced(session, actor, finding, 0)
    before = device.serial
    await update_device(session, actor, device, {"serial": serial}, reason=reason)
    text = f"Seriennummer {before} ist jetzt {serial}"
    session.add(_event(device.id, DeviceEventKind.CHANGED, actor, text))
    return f"{device.inventory_number}: {text}."


async def _lose(session: AsyncSession, actor: Actor, finding: Finding, reason: str) -> str:
    device = await _device(session, actor, finding.device_id)
    await update_device(session, actor, device, {"status": DeviceStatus.LOST}, reason=reason)
    return f"{device.inventory_number} gilt als verloren."


async def _dispose(session: AsyncSession, actor: Actor, finding: Finding, reason: str) -> str:
    device = await _device(session, actor, finding.device_id)
    _check_earmark(actor, finding, device)
    now = today()
    session.add(
        Disposal(
            device_id=device.id,
            disposed_on=now,
            reason=reason[:1000],
            consented_by_id=actor.user_id,
        )
    )
    values = {"status": DeviceStatus.DISPOSED, "disposed_on": now}
    await update_device(session, actor, device, values, reason=reason)
    session.add(_event(device.id, DeviceEventKind.DISPOSED, actor, reason))
    return f"{device.inventory_number} ist ausgesondert."


def _check_earmark(actor: Actor, finding: Finding, device: Device) -> None:
    """While it is bound, the funding office consents; a funded thing of unknown end is bound."""
    told = finding.facts.get("earmarked_until")
    until = date.fromisoformat(told) if isinstance(told, str) else None
    is_bound = until >= today() if until is not None else device.measure_id is not None
    if is_bound and not actor.may(Right.EDIT_FUNDING):
        end = f"bis {until:%d.%m.%Y}" if until is not None else "ohne bekanntes Ende"
        raise ForbiddenError(
            f"Das Gerät ist zweckgebunden ({end}); aussondern darf es die Fördermittelstelle."
        )


async def _follow_model(session: AsyncSession, actor: Actor, finding: Finding, reason: str) -> str:
    device = await _device(session, actor, finding.device_id)
    model = await session.get_one(DeviceModel, device.model_id)
    if firmware := finding.facts.get("seen_firmware"):
        model.target_firmware = str(firmware)[:120]
        return f"{model.name} soll jetzt mit {model.target_firmware} laufen."
    name = str(finding.facts.get("seen_model") or "")[:200]
    known = await session.execute(
        select(_models.c.id).where(
            _models.c.manufacturer_id == device.manufacturer_id, _models.c.name == name
        )
    )
    model_id = known.scalar_one_or_none()
    if model_id is None:
        other = DeviceModel(
            manufacturer_id=device.manufacturer_id,
            name=name,
            category=model.category,
            useful_life_years=model.useful_life_years,
            is_network=model.is_network,
        )
        session.add(other)
        await session.flush()
        model_id = other.id
    await update_device(session, actor, device, {"model_id": model_id}, reason=reason)
    text = f"Modell {model.name} ist jetzt {name}"
    session.add(_event(device.id, DeviceEventKind.CHANGED, actor, text))
    return f"{device.inventory_number}: {text}."


_EFFECTS: Mapping[tuple[Decision, FindingKind], Effect] = {
    (Decision.MOVE, FindingKind.WRONG_SCHOOL): _move,
    (Decision.SWAP, FindingKind.SERIAL_CHANGED): _swap,
    (Decision.ACCEPT_REALITY, FindingKind.SERIAL_CHANGED): _correct_serial,
    (Decision.ACCEPT_REALITY, FindingKind.UNSEEN): _lose,
    (Decision.ACCEPT_REALITY, FindingKind.MODEL_DIFFERS): _follow_model,
    (Decision.DISPOSE, FindingKind.UNSEEN): _dispose,
}


async def _device(session: AsyncSession, actor: Actor, device_id: int | None) -> Device:
    device = await session.get(Device, device_id) if device_id is not None else None
    if device is None:
        message = "Bitte zuerst das Gerät in der Kartei erfassen."
        raise DecisionDoesNotFitError(message, {"decision": message})
    if not actor.may_at(Right.EDIT_INVENTORY, device.school_id):
        raise ForbiddenError("Dieses Gerät darf hier nicht geändert werden.")
    return device


def _event(device_id: int, kind: DeviceEventKind, actor: Actor, text: str) -> DeviceEvent:
    return DeviceEvent(
        device_id=device_id, at=utcnow(), kind=kind, actor=actor.name[:200], text=text[:500]
    )
