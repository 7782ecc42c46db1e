"""Record and reality side by side, as the page of a finding shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.clock import BERLIN
from netzwart.database import table_of
from netzwart.evidence.queries import Presence
from netzwart.evidence.rules import FindingKind
from netzwart.inventory.labels import STATUS_LABELS
from netzwart.inventory.tables import Device, DeviceModel, DeviceStatus, Manufacturer
from netzwart.schools.tables import Room, School

_devices = table_of(Device)
_makers = table_of(Manufacturer)
_models = table_of(DeviceModel)
_rooms = table_of(Room)
_schools = table_of(School)


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """What the record says of a device."""

    manufacturer: str
    model: str
    serial: str | None
    school: str | None
    room: str | None
    status: DeviceStatus


@dataclass(frozen=True, slots=True)
class Compared:
    """One line: what is compared, what the record says, what was seen; None: nothing."""

    label: str
    record: str | None
    reality: str | None
    differs: bool = False


async def find_device_facts(session: AsyncSession, device_id: int | None) -> DeviceFacts | None:
    """Return what the record says of a device; None where a finding is about none."""
    if device_id is None:
        return None
    found = await session.execute(
        select(
            _makers.c.name,
            _models.c.name,
            _devices.c.serial,
            _schools.c.name,
            _rooms.c.number,
            _devices.c.status,
        )
        .join_from(_devices, _models, _models.c.id == _devices.c.model_id)
        .join(_makers, _makers.c.id == _models.c.manufacturer_id)
        .outerjoin(_schools, _schools.c.id == _devices.c.school_id)
        .outerjoin(_rooms, _rooms.c.id == _devices.c.room_id)
        .where(_devices.c.id == device_id)
    )
    row = found.one_or_none()
    return None if row is None else DeviceFacts(*row)


def schools_named(facts: Mapping[str, Any]) -> set[int]:
    """Return the ids of schools that a finding's facts speak of."""
    told = (facts.get(name) for name in ("recorded_school_id", "seen_school_id"))
    return {one for one in told if isinstance(one, int)}


def side_by_side(
    kind: FindingKind,
    facts: Mapping[str, Any],
    device: DeviceFacts | None,
    seen: Sequence[Presence],
    schools: Mapping[int, str],
) -> list[Compared]:
    """Return the lines that a person needs to decide; pure."""
    lines = _DIFFERING.get(kind, _of_nothing)(facts, schools)
    if device is None:
        return lines
    read = next((one.serial_read for one in seen if one.serial_read), None)
    known = {line.label for line in lines}
    more = [
        Compared("Seriennummer", device.serial, read),
        Compared("Modell", f"{device.manufacturer} {device.model}", None),
        Compared("Ort", " · ".join(filter(None, (device.school, device.room))) or None, None),
        Compared("Status", STATUS_LABELS[device.status], _last_seen(seen)),
    ]
    return [*lines, *(line for line in more if line.label not in known)]


def _last_seen(seen: Sequence[Presence]) -> str:
    if not seen:
        return "nie gesehen"
    last = max(seen, key=lambda one: one.last_seen_at)
    moment = last.last_seen_at.astimezone(BERLIN)
    return f"zuletzt gesehen {moment:%d.%m.%Y, %H:%M} (Klasse {last.evidence_class})"


def _of_nothing(facts: Mapping[str, Any], schools: Mapping[int, str]) -> list[Compared]:
    del schools
    serial = facts.get("serial")
    return [Compared("Seriennummer", None, str(serial), differs=True)] if serial else []


def _unknown(facts: Mapping[str, Any], schools: Mapping[int, str]) -> list[Compared]:
    del schools
    maker_and_model = " ".join(filter(None, (facts.get("manufacturer"), facts.get("model"))))
    return [
        Compared("Seriennummer", "nicht in der Kartei", _text(facts, "serial"), differs=True),
        Compared("Modell", None, maker_and_model or None),
        Compared("Platz am Knoten", None, _text(facts, "position")),
    ]


def _serial(facts: Mapping[str, Any], schools: Mapping[int, str]) -> list[Compared]:
    del schools
    replaced, serial = _text(facts, "replaced"), _text(facts, "serial")
    return [
        Compared("Seriennummer", replaced, serial, differs=True),
        Compared("Platz am Knoten", _text(facts, "position"), _text(facts, "position")),
    ]


def _place(facts: Mapping[str, Any], schools: Mapping[int, str]) -> list[Compared]:
    recorded = schools.get(facts.get("recorded_school_id") or 0)
    seen = schools.get(facts.get("seen_school_id") or 0)
    return [Compared("Ort", recorded, seen, differs=True)]


def _unseen(facts: Mapping[str, Any], schools: Mapping[int, str]) -> list[Compared]:
    del schools
    bound = _day(facts.get("earmarked_until")) or "ohne bekanntes Ende"
    days = f"seit {facts.get('missed_days', '?')} Schultagen nicht"
    limit = f"alle {facts.get('limit_days', '?')} Schultage"
    lines = [
        Compared("Gesehen", limit, days, differs=True),
        Compared("Zweckgebunden bis", bound, None),
    ]
    if behind := facts.get("behind"):
        told = ", ".join(map(str, behind))
        rest = int(facts.get("behind_count", 0)) - len(behind)
        more = f" und {rest} weitere" if rest > 0 else ""
        lines.append(Compared("Dahinter ebenfalls", None, told + more, differs=True))
    return lines


def _model(facts: Mapping[str, Any], schools: Mapping[int, str]) -> list[Compared]:
    del schools
    if "seen_firmware" in facts:
        read, wanted = _text(facts, "seen_firmware"), _text(facts, "recorded_firmware")
        return [Compared("Firmware", wanted, read, differs=True)]
    read, recorded = _text(facts, "seen_model"), _text(facts, "recorded_model")
    return [Compared("Modell", recorded, read, differs=True)]


def _quantity(facts: Mapping[str, Any], schools: Mapping[int, str]) -> list[Compared]:
    del schools
    return [
        Compared("Bestellt", _text(facts, "ordered"), None),
        Compared("Geliefert", _text(facts, "delivered"), None, differs=True),
        Compared("Berechnet", _text(facts, "invoiced"), None, differs=True),
        Compared("In der Kartei / gesehen", _text(facts, "recorded"), _text(facts, "seen")),
    ]


def _double(facts: Mapping[str, Any], schools: Mapping[int, str]) -> list[Compared]:
    del schools
    grants = ", ".join(map(str, facts.get("grants", ())))
    return [Compared("Bewilligungen", grants, "ein Gerät", differs=True)]


def _end(facts: Mapping[str, Any], schools: Mapping[int, str]) -> list[Compared]:
    del schools
    bound, end = _day(facts.get("earmarked_until")), _day(facts.get("end_of_life_on"))
    return [
        Compared("Bis", f"zweckgebunden bis {bound}", f"gepflegt bis {end}", differs=True),
        Compared("Geräte", ", ".join(map(str, facts.get("devices", ()))), None),
    ]


def _idle(facts: Mapping[str, Any], schools: Mapping[int, str]) -> list[Compared]:
    del schools
    since = _day(facts.get("idle_since"))
    return [Compared("Benutzt", "im Einsatz", f"kein Anschluss aktiv seit {since}", differs=True)]


_DIFFERING = {
    FindingKind.UNKNOWN_DEVICE: _unknown,
    FindingKind.SERIAL_CHANGED: _serial,
    FindingKind.WRONG_SCHOOL: _place,
    FindingKind.UNSEEN: _unseen,
    FindingKind.MODEL_DIFFERS: _model,
    FindingKind.QUANTITY_MISMATCH: _quantity,
    FindingKind.DOUBLE_FUNDING: _double,
    FindingKind.END_OF_LIFE: _end,
    FindingKind.IDLE_PURCHASE: _idle,
}


def _text(facts: Mapping[str, Any], name: str) -> str | None:
    value = facts.get(name)
    return None if value is None else str(value)


def _day(value: object) -> str | None:
    return f"{date.fromisoformat(value):%d.%m.%Y}" if isinstance(value, str) else None
