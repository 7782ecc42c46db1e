"""Puts a device's facts together: the profile's words, then the standards, then what any may say.

The order matters: a profile is exact, a standard MIB is right where it is filled in, and the
objects of agents and chip makers that many brands ship (`any_device`) come last.
"""

from collections.abc import Mapping
from dataclasses import replace

from netzwart.network.profiles import interpreting, parts, standard
from netzwart.network.profiles.answers import SYS_LOCATION, SYS_NAME, SYS_UP_TIME, Answers
from netzwart.network.profiles.cleaning import integer_of
from netzwart.network.profiles.entities import read_components
from netzwart.network.profiles.facts import (
    Component,
    ComponentKind,
    DeviceFacts,
    Health,
    PoeState,
    Temperature,
    UpsState,
)
from netzwart.network.profiles.interfaces import read_interfaces
from netzwart.network.profiles.neighbours import read_neighbours
from netzwart.network.profiles.schema import DeviceProfile, Numbers, Read, TextSource
from netzwart.network.profiles.vocabulary import StandardText

_DEFAULTS: Mapping[str, tuple[TextSource, ...]] = {
    "model": (
        TextSource(standard=StandardText.ENTITY_MODEL),
        TextSource(standard=StandardText.PRINTER_MODEL),
        TextSource(standard=StandardText.UPS_MODEL),
        TextSource(standard=StandardText.WIFI_MODEL),
    ),
    "firmware": (
        TextSource(standard=StandardText.ENTITY_SOFTWARE),
        TextSource(standard=StandardText.ENTITY_FIRMWARE),
        TextSource(standard=StandardText.UPS_FIRMWARE),
        TextSource(standard=StandardText.WIFI_VERSION),
    ),
    "serial": (
        TextSource(standard=StandardText.ENTITY_SERIAL),
        TextSource(standard=StandardText.PRINTER_SERIAL),
    ),
    "name": (TextSource(oid=SYS_NAME),),
    "location": (TextSource(oid=SYS_LOCATION),),
}

_TICKS_PER_SECOND = 100
_NO_PROFILE = Read()


def facts_from(
    answers: Answers,
    profile: DeviceProfile | None,
    maker: str | None,
    otherwise: Read = _NO_PROFILE,
) -> DeviceFacts:
    """Return a reachable device's facts from its answers alone.

    Args:
        answers: Everything the device said.
        profile: What is known about its family; None leaves it to the standards.
        maker: Who owns the enterprise number of its sysObjectID, if known.
        otherwise: What to read of any device that neither tells.
    """
    read = profile.read if profile else _NO_PROFILE
    interfaces = read_interfaces(answers)
    uptime = integer_of(answers.scalar(SYS_UP_TIME))
    serial = _identity("serial", answers, profile, otherwise)
    return DeviceFacts(
        reachable=True,
        profile=profile.name if profile else None,
        category=profile.category if profile else None,
        vendor=_vendor(answers, profile, maker),
        model=_identity("model", answers, profile, otherwise),
        firmware=_identity("firmware", answers, profile, otherwise),
        serial=serial,
        name=_identity("name", answers, profile, otherwise),
        location=_identity("location", answers, profile, otherwise),
        uptime_s=None if uptime is None else uptime // _TICKS_PER_SECOND,
        components=_components(read, answers, serial),
        interfaces=interfaces,
        neighbours=read_neighbours(answers, interfaces, read.neighbours),
        health=_health(read, answers, otherwise),
    )


def _vendor(answers: Answers, profile: DeviceProfile | None, maker: str | None) -> str | None:
    if profile is None:
        entity = standard.standard_text(StandardText.ENTITY_VENDOR, answers)
        return maker or entity or standard.standard_text(StandardText.UPS_VENDOR, answers)
    return interpreting.read_text(profile.read.vendor or (), answers) or profile.vendor or maker


def _identity(
    quantity: str, answers: Answers, profile: DeviceProfile | None, otherwise: Read
) -> str | None:
    """Return the first that says something; an empty list in the profile says "nobody knows"."""
    declared: tuple[TextSource, ...] | None = (
        getattr(profile.read, quantity) if profile is not None else None
    )
    if declared == ():
        return None
    last: tuple[TextSource, ...] = getattr(otherwise, quantity) or ()
    return interpreting.read_text((*(declared or ()), *_DEFAULTS[quantity], *last), answers)


def _components(read: Read, answers: Answers, serial: str | None) -> tuple[Component, ...]:
    own = tuple(
        # A controller that is an access point itself stands in its own list.
        replace(part, kind=ComponentKind.CHASSIS)
        if part.kind is ComponentKind.ACCESS_POINT and part.serial == serial
        else part
        for part in interpreting.read_component_tables(read.components, answers)
    )
    known = {part.serial for part in own}
    return (
        *own,
        *(part for part in read_components(answers) if not part.serial or part.serial not in known),
    )


def _health(read: Read, answers: Answers, otherwise: Read) -> Health:
    return Health(
        cpu_percent=_cpu(read, answers)
        or standard.processor_percent(answers)
        or _cpu(otherwise, answers),
        memory_percent=interpreting.read_shares(read.memory_percent, answers)
        or standard.memory_percent(answers)
        or interpreting.read_shares(otherwise.memory_percent, answers),
        temperatures=_temperatures(read, answers)
        or interpreting.read_temperatures(otherwise.temperatures, answers),
        fans=parts.read_fans(read.fans, answers) or parts.read_fans(otherwise.fans, answers),
        power_supplies=parts.read_power_supplies(read.power_supplies, answers)
        or parts.read_power_supplies(otherwise.power_supplies, answers),
        disks=parts.read_disks(read.disks, answers),
        wireless_clients=interpreting.read_count(read.wireless_clients, answers),
        access_points=interpreting.read_count(read.access_points, answers),
        ups=_ups(read, answers),
        supplies=interpreting.read_supplies(read.supplies, answers) or standard.supplies(answers),
        poe=_poe(read, answers),
    )


def _cpu(read: Read, answers: Answers) -> tuple[float, ...]:
    return interpreting.percentages(interpreting.read_numbers(read.cpu_percent, answers))


def _temperatures(read: Read, answers: Answers) -> tuple[Temperature, ...]:
    own = interpreting.read_temperatures(read.temperatures, answers)
    # A sensor that both name counts once.
    return tuple(dict.fromkeys((*own, *standard.temperatures(answers))))


def _ups(read: Read, answers: Answers) -> UpsState | None:
    said = standard.ups_state(answers)
    state = UpsState(
        charge_percent=_first(read.ups.charge_percent, answers, said.charge_percent),
        runtime_minutes=_first(read.ups.runtime_minutes, answers, said.runtime_minutes),
        load_percent=_first(read.ups.load_percent, answers, said.load_percent),
    )
    return None if state == UpsState() else state


def _poe(read: Read, answers: Answers) -> PoeState | None:
    said = standard.poe_state(answers)
    ports = _first(read.poe.ports, answers, said.ports)
    delivering = _first(read.poe.delivering, answers, said.delivering)
    state = PoeState(
        ports=None if ports is None else int(ports),
        delivering=None if delivering is None else int(delivering),
        budget_watts=_first(read.poe.budget_watts, answers, said.budget_watts),
        used_watts=_first(read.poe.used_watts, answers, said.used_watts),
    )
    return None if state == PoeState() else state


def _first(sources: Numbers, answers: Answers, otherwise: float | None) -> float | None:
    numbers = interpreting.read_numbers(sources, answers)
    return round(float(numbers[0]), 2) if numbers else otherwise
