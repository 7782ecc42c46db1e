"""Reads what a shell answered, by ntc-templates' TextFSM, into the same facts that SNMP gives.

The templates name one thing in a dozen ways; the tables below say which of their fields mean what.
Commands per family stand in the profiles (`ssh:`).
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast

from ntc_templates.parse import ParsingException  # pyright: ignore[reportMissingTypeStubs]
from ntc_templates.parse import (  # pyright: ignore[reportMissingTypeStubs]
    parse_output as _untyped_parse,  # pyright: ignore[reportUnknownVariableType]
)
from textfsm import TextFSMError  # pyright: ignore[reportMissingTypeStubs]

from netzwart.network.profiles.cleaning import meaning_of, text_of
from netzwart.network.profiles.facts import Component, ComponentKind, DeviceFacts
from netzwart.network.profiles.interpreting import compiled
from netzwart.network.profiles.loading import Knowledge
from netzwart.network.profiles.schema import DeviceProfile

_NAME = ("hostname", "system_name", "name")
_FIRMWARE = (
    "version",
    "os",
    "software_version",
    "product_version",
    "junos_version",
    "sw_version",
    "current_firmware",
)
_MODEL = (
    "hardware",
    "board_name",
    "platform",
    "model",
    "product",
    "switch_model",
    "system_product_name",
    "chassis_description",
)
_SERIAL = ("serial", "serial_number", "chassis_serial_number", "system_serial_number")
_UPTIME_S = {
    "uptime_years": 31_536_000,
    "uptime_weeks": 604_800,
    "uptime_days": 86_400,
    "uptime_hours": 3_600,
    "uptime_minutes": 60,
    "uptime_seconds": 1,
}

_PART_NAME = ("name", "module", "slot_id", "member_id", "chassis_id")
_PART_MODEL = ("pid", "model", "model_name", "device_name")
_PART_SERIAL = ("sn", "serial", "serial_number", "device_serial_number")
_PART_TEXT = ("descr", "description", "cardtype", "slot_type", "module_type")
_PART_FIRMWARE = ("mod_sw",)

_LISTS_PARTS = re.compile(r"\b(inventory|module|manuinfo|vsf|chassis)\b")
_KINDS = (
    (re.compile(r"power|\bpsu?\b|\bpwr\b", re.IGNORECASE), ComponentKind.POWER_SUPPLY),
    (re.compile(r"\bfan", re.IGNORECASE), ComponentKind.FAN),
    (re.compile(r"\b[qx]?sfp|transceiver|\bgbic", re.IGNORECASE), ComponentKind.TRANSCEIVER),
    (re.compile(r"storage|\bssd\b|\bdisk", re.IGNORECASE), ComponentKind.DISK),
    (re.compile(r"\bstack\b", re.IGNORECASE), ComponentKind.STACK),
    (re.compile(r"chassis|^switch \d+$", re.IGNORECASE), ComponentKind.CHASSIS),
)

Row = Mapping[str, Any]

_parse = cast("Callable[[str, str, str], list[Row]]", _untyped_parse)


def families_of(platform: str, known: Knowledge) -> Sequence[DeviceProfile]:
    """Return the profiles that name this platform; one named like it stands for all.

    Several families may share a shell, firewalls and switches say; then nobody guesses which.
    """
    name = platform.removesuffix("_ssh")
    found = [
        profile
        for profile in known.profiles.values()
        if profile.ssh is not None
        and not {profile.ssh.platform, profile.ssh.templates}.isdisjoint({platform, name})
    ]
    return [profile for profile in found if profile.name == name] or found


def read_shell(
    platform: str, outputs: Mapping[str, str], family: Sequence[DeviceProfile] = ()
) -> DeviceFacts:
    """Return the facts in these outputs by command; what no template understands is left out.

    `family` are the profiles that share this shell, see `families_of`; what they agree on holds.
    """
    identity: list[Row] = []
    parts: list[Row] = []
    for command, output in outputs.items():
        rows = parse_rows(platform, command, output, family)
        (parts if _LISTS_PARTS.search(command) else identity).extend(rows)
    components = tuple(_components(parts)) or tuple(_stack_members(identity))
    model, firmware = _model_and_firmware(identity, family)
    profile = family[0] if len(family) == 1 else None
    vendors = {one.vendor for one in family}
    vendor = vendors.pop() if len(vendors) == 1 else None
    return DeviceFacts(
        reachable=True,
        profile=profile.name if profile else None,
        vendor=vendor or _first(identity, ("vendor", "system_manufacturer")),
        category=profile.category if profile else None,
        model=model or _of_whole(components, "model") or _first(parts, ("chassis_description",)),
        firmware=firmware,
        serial=_first(identity, _SERIAL)
        or _of_whole(components, "serial")
        or _first(parts, ("chassis_serial_number",)),
        name=_first(identity, _NAME),
        uptime_s=_uptime_s(identity),
        components=components,
    )


def parse_rows(
    platform: str, command: str, output: str, family: Sequence[DeviceProfile] = ()
) -> list[Row]:
    """Return the template's rows; none where no template fits.

    The profiles say what ntc-templates calls the platform where netmiko has another name for it.
    """
    told = [one.ssh.templates for one in family if one.ssh is not None and one.ssh.templates]
    for name in dict.fromkeys((platform, *told)):
        try:
            return _parse(name, command, output)
        except (ParsingException, TextFSMError):
            # Devices differ from their platform's template; that is a gap in the facts, no bug.
            continue
    return []


def _texts(value: object) -> Iterator[str]:
    """Give each usable text of a field, which TextFSM makes a string or a list of strings."""
    several = cast("list[object]", value) if isinstance(value, list) else [value]
    for one in several:
        text = meaning_of(text_of(one.encode())) if isinstance(one, str) else None
        if text is not None:
            yield text


def _all(rows: Sequence[Row], names: Sequence[str]) -> list[str]:
    """Return the texts of the first of these fields that any row fills."""
    for name in names:
        found = [text for row in rows for text in _texts(row.get(name))]
        if found:
            return found
    return []


def _first(rows: Sequence[Row], names: Sequence[str]) -> str | None:
    return next(iter(_all(rows, names)), None)


def _model_and_firmware(
    identity: Sequence[Row], family: Sequence[DeviceProfile]
) -> tuple[str | None, str | None]:
    """Return both, taken apart as the profile says where the device writes them into one line."""
    firmware = _first(identity, _FIRMWARE)
    model = _first(identity, _MODEL)
    patterns = [pattern for one in family if one.ssh is not None for pattern in one.ssh.refine]
    for pattern in dict.fromkeys(patterns):
        found = compiled(pattern).search(firmware or "")
        if found:
            said = found.groupdict()
            return said.get("model") or model, said.get("firmware") or firmware
    return model, firmware


def _uptime_s(identity: Sequence[Row]) -> int | None:
    for row in identity:
        said = {name: str(row.get(name) or "") for name in _UPTIME_S}
        if any(text.isdecimal() for text in said.values()):
            return sum(
                int(text) * _UPTIME_S[name] for name, text in said.items() if text.isdecimal()
            )
    return None


def _components(parts: Sequence[Row]) -> Iterator[Component]:
    for row in parts:
        serial = _first([row], _PART_SERIAL)
        if serial is None:
            continue
        name = _first([row], _PART_NAME)
        text = _first([row], _PART_TEXT)
        yield Component(
            position=name or text or serial,
            kind=_kind(name or "", text or ""),
            model=_first([row], _PART_MODEL),
            serial=serial,
            firmware=_first([row], _PART_FIRMWARE),
        )


def _kind(name: str, text: str) -> ComponentKind:
    for pattern, kind in _KINDS:
        if pattern.search(name):
            return kind
    for pattern, kind in _KINDS:
        if pattern.search(text):
            return kind
    return ComponentKind.MODULE


def _stack_members(identity: Sequence[Row]) -> Iterator[Component]:
    """Give the members that `show version` lists, where no inventory was to be had."""
    serials = list(dict.fromkeys(_all(identity, _SERIAL)))
    models = _all(identity, _MODEL)
    for number, serial in enumerate(serials, start=1):
        model = models[number - 1] if len(models) >= number else next(iter(models), None)
        yield Component(f"Switch {number}", ComponentKind.CHASSIS, model, serial)


def _of_whole(components: Sequence[Component], field: str) -> str | None:
    whole = [part for part in components if part.kind is ComponentKind.CHASSIS]
    return next((value for part in whole if (value := getattr(part, field))), None)
