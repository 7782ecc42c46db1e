"""Puts a device's facts together: the profile's words first, then what the standards say."""

from collections.abc import Mapping

from netzwart.network.profiles import interpreting, standard
from netzwart.network.profiles.answers import SYS_LOCATION, SYS_NAME, SYS_UP_TIME, Answers
from netzwart.network.profiles.cleaning import integer_of
from netzwart.network.profiles.entities import read_components
from netzwart.network.profiles.facts import (
    Component,
    DeviceFacts,
    Health,
    PoeState,
    Temperature,
    UpsState,
)
from netzwart.network.profiles.interfaces import read_interfaces
from netzwart.network.profiles.neighbours import read_neighbours
from netzwart.network.profiles.schema import (
    DeviceProfile,
    Numbers,
    Read,
    StandardText,
    TextSource,
)

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

_UNPROFILED_DEFAULTS: Mapping[str, tuple[TextSource, ...]] = {
    # RFC 3418: sysDescr "should include the full name and version identification of the system's
    # hardware type, software operating-system". A short first part with a digit is that name.
    "model": (
        TextSource(
            description=r"^[^,;:(\n]{2,60}",
            pattern=r"^(?=.*\d)(?!.*\b(?:linux|freebsd|windows|version|software)\b)[^@]+$",
        ),
    ),
    "firmware": (
        TextSource(
            description=(
                r"\b(?:version|firmware|software|release|revision|rev\.?|fw|sw|ver\.?)"
                r"[\s:=]*v?(\d+\.\d[\w.()-]*)"
            )
        ),
    ),
}

_TICKS_PER_SECOND = 100
_NO_PROFILE = Read()


def facts_from(answers: Answers, profile: DeviceProfile | None, maker: str | None) -> DeviceFacts:
    """Return a reachable device's facts from its answers alone.

    Args:
        answers: Everything the device said.
        profile: What is known about its family; None leaves it to the standards.
        maker: Who owns the enterprise number of its sysObjectID, if known.
    """
    read = profile.read if profile else _NO_PROFILE
    interfaces = read_interfaces(answers)
    uptime = integer_of(answers.scalar(SYS_UP_TIME))
    return DeviceFacts(
        reachable=True,
        profile=profile.name if profile else None,
        category=profile.category if profile else None,
        vendor=_vendor(answers, profile, maker),
        model=_identity("model", answers, profile),
        firmware=_identity("firmware", answers, profile),
        serial=_identity("serial", answers, profile),
        name=_identity("name", answers, profile),
        location=_identity("location", answers, profile),
        uptime_s=None if uptime is None else uptime // _TICKS_PER_SECOND,
        components=_components(read, answers),
        interfaces=interfaces,
        neighbours=read_neighbours(answers, interfaces, read.neighbours),
        health=_health(read, answers),
    )


def _vendor(answers: Answers, profile: DeviceProfile | None, maker: str | None) -> str | None:
    if profile is None:
        entity = standard.standard_text(StandardText.ENTITY_VENDOR, answers)
        return maker or entity or standard.standard_text(StandardText.UPS_VENDOR, answers)
    return interpreting.read_text(profile.read.vendor or (), answers) or profile.vendor or maker


def _identity(quantity: str, answers: Answers, profile: DeviceProfile | None) -> str | None:
    declared: tuple[TextSource, ...] | None = (
        getattr(profile.read, quantity) if profile is not None else None
    )
    if declared is not None:
        return interpreting.read_text(declared, answers)
    sources = _DEFAULTS[quantity]
    if profile is None:
        sources = (*sources, *_UNPROFILED_DEFAULTS.get(quantity, ()))
    return interpreting.read_text(sources, answers)


def _components(read: Read, answers: Answers) -> tuple[Component, ...]:
    own = interpreting.read_component_tables(read.components, answers)
    known = {part.serial for part in own}
    return (
        *own,
        *(part for part in read_components(answers) if not part.serial or part.serial not in known),
    )


def _health(read: Read, answers: Answers) -> Health:
    return Health(
        cpu_percent=interpreting.percentages(interpreting.read_numbers(read.cpu_percent, answers))
        or standard.processor_percent(answers),
        memory_percent=interpreting.read_shares(read.memory_percent, answers)
        or standard.memory_percent(answers),
        temperatures=_temperatures(read, answers),
        wireless_clients=interpreting.read_count(read.wireless_clients, answers),
        access_points=interpreting.read_count(read.access_points, answers),
        ups=_ups(read, answers),
        supplies=interpreting.read_supplies(read.supplies, answers) or standard.supplies(answers),
        poe=_poe(read, answers),
    )


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
