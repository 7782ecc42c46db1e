"""What the standard MIBs say about any device, whether a profile knows it or not."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from netzwart.network.profiles import entities, interfaces, neighbours
from netzwart.network.profiles.answers import Answers, Questions
from netzwart.network.profiles.cleaning import mac_of, meaning_of
from netzwart.network.profiles.facts import PoeState, Supply, Temperature, UpsState
from netzwart.network.profiles.vocabulary import StandardText
from netzwart.network.protocols.replies import Index, Oid

_PRINTER_SERIAL = Oid("1.3.6.1.2.1.43.5.1.1.17.1")
_HR_DEVICE_TYPE = "1.3.6.1.2.1.25.3.2.1.2"
_HR_DEVICE_DESCR = "1.3.6.1.2.1.25.3.2.1.3"
_HR_DEVICE_PRINTER = "1.3.6.1.2.1.25.3.1.5"
_UPS_IDENT = "1.3.6.1.2.1.33.1.1"
_UPS_VENDOR = Oid(f"{_UPS_IDENT}.1.0")
_UPS_MODEL = Oid(f"{_UPS_IDENT}.2.0")
_UPS_SOFTWARE = Oid(f"{_UPS_IDENT}.3.0")
_UPS_AGENT = Oid(f"{_UPS_IDENT}.4.0")
_UPS_NAME = Oid(f"{_UPS_IDENT}.5.0")
_WIFI_PRODUCT = "1.2.840.10036.3.1.2.1"
_WIFI_VENDOR = f"{_WIFI_PRODUCT}.2"
_WIFI_MODEL = f"{_WIFI_PRODUCT}.3"
_WIFI_VERSION = f"{_WIFI_PRODUCT}.4"
_LLDP_LOC_SYS_DESC = Oid("1.0.8802.1.1.2.1.3.4.0")
_BRIDGE_ADDRESS = Oid("1.3.6.1.2.1.17.1.1.0")

IDENTITY = Questions.joined(
    (
        Questions(
            scalars=(
                _PRINTER_SERIAL,
                _UPS_VENDOR,
                _UPS_MODEL,
                _UPS_SOFTWARE,
                _UPS_AGENT,
                _UPS_NAME,
                _LLDP_LOC_SYS_DESC,
                _BRIDGE_ADDRESS,
            ),
            columns=tuple(
                map(
                    Oid,
                    (_HR_DEVICE_TYPE, _HR_DEVICE_DESCR, _WIFI_VENDOR, _WIFI_MODEL, _WIFI_VERSION),
                )
            ),
        ),
        interfaces.QUESTIONS,
        entities.QUESTIONS,
        neighbours.QUESTIONS,
    )
)
"""Sources: HOST-RESOURCES-MIB (RFC 2790), Printer-MIB (RFC 3805), UPS-MIB (RFC 1628),
dot11ResourceInfo of IEEE802dot11-MIB."""

_PROCESSOR_LOAD = "1.3.6.1.2.1.25.3.3.1.2"
_STORAGE = "1.3.6.1.2.1.25.2.3.1"
_STORAGE_TYPE = f"{_STORAGE}.2"
_STORAGE_DESCR = f"{_STORAGE}.3"
_STORAGE_UNIT = f"{_STORAGE}.4"
_STORAGE_SIZE = f"{_STORAGE}.5"
_STORAGE_USED = f"{_STORAGE}.6"
_STORAGE_RAM = "1.3.6.1.2.1.25.2.1.2"
_SENSOR = "1.3.6.1.2.1.99.1.1.1"
_SENSOR_TYPE = f"{_SENSOR}.1"
_SENSOR_SCALE = f"{_SENSOR}.2"
_SENSOR_PRECISION = f"{_SENSOR}.3"
_SENSOR_VALUE = f"{_SENSOR}.4"
_SENSOR_STATUS = f"{_SENSOR}.5"
_UPS_MINUTES = Oid("1.3.6.1.2.1.33.1.2.3.0")
_UPS_CHARGE = Oid("1.3.6.1.2.1.33.1.2.4.0")
_UPS_BATTERY_TEMPERATURE = Oid("1.3.6.1.2.1.33.1.2.7.0")
_UPS_LOAD = "1.3.6.1.2.1.33.1.4.4.1.5"
_SUPPLY = "1.3.6.1.2.1.43.11.1.1"
_SUPPLY_NAME = f"{_SUPPLY}.6"
_SUPPLY_MAX = f"{_SUPPLY}.8"
_SUPPLY_LEVEL = f"{_SUPPLY}.9"
_PSE_PORT = "1.3.6.1.2.1.105.1.1.1"
_PSE_DETECTION = f"{_PSE_PORT}.6"
_PSE_MAIN = "1.3.6.1.2.1.105.1.3.1.1"
_PSE_POWER = f"{_PSE_MAIN}.2"
_PSE_USED = f"{_PSE_MAIN}.4"

HEALTH = Questions(
    scalars=(_UPS_MINUTES, _UPS_CHARGE, _UPS_BATTERY_TEMPERATURE),
    columns=tuple(
        map(
            Oid,
            (
                _PROCESSOR_LOAD,
                _STORAGE_TYPE,
                _STORAGE_DESCR,
                _STORAGE_UNIT,
                _STORAGE_SIZE,
                _STORAGE_USED,
                _SENSOR_TYPE,
                _SENSOR_SCALE,
                _SENSOR_PRECISION,
                _SENSOR_VALUE,
                _SENSOR_STATUS,
                _UPS_LOAD,
                _SUPPLY_NAME,
                _SUPPLY_MAX,
                _SUPPLY_LEVEL,
                _PSE_DETECTION,
                _PSE_POWER,
                _PSE_USED,
            ),
        )
    ),
)
"""Sources: HOST-RESOURCES-MIB (RFC 2790), ENTITY-SENSOR-MIB (RFC 3433), UPS-MIB (RFC 1628),
Printer-MIB (RFC 3805), POWER-ETHERNET-MIB (RFC 3621)."""

_PHYSICAL_MEMORY = "physical memory"
_RECLAIMABLE = frozenset({"memory buffers", "cached memory"})
_SENSOR_CELSIUS = 8
_SENSOR_OK = 1
_SCALE_UNITS = 9
"""EntitySensorDataScale units(9); each step is three powers of ten."""
_DELIVERING = 3
_PLAUSIBLE_CELSIUS = (Decimal(-60), Decimal(200))


def _printer_model(answers: Answers) -> str | None:
    printers = (
        answers.cell_text(_HR_DEVICE_DESCR, row)
        for row in answers.rows(_HR_DEVICE_TYPE)
        if str(answers.cell(_HR_DEVICE_TYPE, row)).lstrip(".") == _HR_DEVICE_PRINTER
    )
    return next((text for text in printers if text), None)


def _scalar(oid: Oid) -> Callable[[Answers], str | None]:
    return lambda answers: answers.text(oid)


def _first_row(column: str) -> Callable[[Answers], str | None]:
    return lambda answers: next(
        (text for row in answers.rows(column) if (text := answers.cell_text(column, row))), None
    )


def _entity(*columns: str) -> Callable[[Answers], str | None]:
    return lambda answers: entities.of_device(answers, *columns)


_TEXTS: Mapping[StandardText, Callable[[Answers], str | None]] = {
    StandardText.ENTITY_MODEL: _entity(entities.MODEL),
    StandardText.ENTITY_SERIAL: _entity(entities.SERIAL),
    StandardText.ENTITY_SOFTWARE: lambda answers: (
        entities.of_device(answers, entities.SOFTWARE) or entities.module_software(answers)
    ),
    StandardText.ENTITY_FIRMWARE: _entity(entities.FIRMWARE),
    StandardText.ENTITY_HARDWARE: _entity(entities.HARDWARE),
    StandardText.ENTITY_VENDOR: _entity(entities.VENDOR),
    StandardText.ENTITY_DESCRIPTION: _entity(entities.DESCRIPTION),
    StandardText.ENTITY_NAME: _entity(entities.NAME),
    StandardText.PRINTER_MODEL: _printer_model,
    StandardText.PRINTER_SERIAL: _scalar(_PRINTER_SERIAL),
    StandardText.UPS_VENDOR: _scalar(_UPS_VENDOR),
    StandardText.UPS_MODEL: _scalar(_UPS_MODEL),
    StandardText.UPS_FIRMWARE: _scalar(_UPS_SOFTWARE),
    StandardText.UPS_SOFTWARE: _scalar(_UPS_AGENT),
    StandardText.UPS_NAME: _scalar(_UPS_NAME),
    StandardText.WIFI_VENDOR: _first_row(_WIFI_VENDOR),
    StandardText.WIFI_MODEL: _first_row(_WIFI_MODEL),
    StandardText.WIFI_VERSION: _first_row(_WIFI_VERSION),
    StandardText.LLDP_DESCRIPTION: _scalar(_LLDP_LOC_SYS_DESC),
    StandardText.BRIDGE_MAC: lambda answers: mac_of(answers.scalar(_BRIDGE_ADDRESS)),
    StandardText.INTERFACE_MAC: interfaces.first_mac,
}


def standard_text(wanted: StandardText, answers: Answers) -> str | None:
    """Return what a standard MIB says, or None if it says nothing of use."""
    return meaning_of(_TEXTS[wanted](answers))


def processor_percent(answers: Answers) -> tuple[float, ...]:
    """Return each processor's load. Source: hrProcessorLoad."""
    loads = (answers.cell_integer(_PROCESSOR_LOAD, row) for row in answers.rows(_PROCESSOR_LOAD))
    return tuple(float(load) for load in loads if load is not None and 0 <= load <= 100)  # noqa: PLR2004


def memory_percent(answers: Answers) -> tuple[float, ...]:
    """Return how full each memory is. Source: hrStorageTable rows of type hrStorageRam.

    Where the table names buffers and page cache in rows of their own, these are counted as free:
    an operating system gives them back at once.
    """
    reclaimable = sum(
        _storage_octets(answers, row, _STORAGE_USED)
        for row in answers.rows(_STORAGE_DESCR)
        if (answers.cell_text(_STORAGE_DESCR, row) or "").lower() in _RECLAIMABLE
    )
    shares: list[float] = []
    for row in answers.rows(_STORAGE_TYPE):
        if str(answers.cell(_STORAGE_TYPE, row)).lstrip(".") != _STORAGE_RAM:
            continue
        name = (answers.cell_text(_STORAGE_DESCR, row) or "").lower()
        size = _storage_octets(answers, row, _STORAGE_SIZE)
        used = _storage_octets(answers, row, _STORAGE_USED)
        if name == _PHYSICAL_MEMORY and used > reclaimable:
            used -= reclaimable
        if size > 0 and 0 <= used <= size and name not in _RECLAIMABLE:
            shares.append(round(100 * used / size, 1))
    return tuple(shares)


def _storage_octets(answers: Answers, row: Index, column: str) -> int:
    count = answers.cell_integer(column, row) or 0
    return count * (answers.cell_integer(_STORAGE_UNIT, row) or 1)


def temperatures(answers: Answers) -> tuple[Temperature, ...]:
    """Return every Celsius sensor that works. Source: entPhySensorTable, and the UPS's battery."""
    found = [
        Temperature(entities.name_of(answers, row), float(celsius))
        for row in answers.rows(_SENSOR_TYPE)
        if (celsius := _sensor_celsius(answers, row)) is not None
    ]
    battery = answers.scalar(_UPS_BATTERY_TEMPERATURE)
    if isinstance(battery, int) and battery:
        found.append(Temperature("Battery", float(battery)))
    return tuple(found)


def _sensor_celsius(answers: Answers, row: Index) -> Decimal | None:
    if answers.cell_integer(_SENSOR_TYPE, row) != _SENSOR_CELSIUS:
        return None
    if answers.cell_integer(_SENSOR_STATUS, row) not in {_SENSOR_OK, None}:
        return None
    value = answers.cell_integer(_SENSOR_VALUE, row)
    if value is None:
        return None
    scale = answers.cell_integer(_SENSOR_SCALE, row) or _SCALE_UNITS
    precision = answers.cell_integer(_SENSOR_PRECISION, row) or 0
    if not (0 < scale <= 17 and -8 <= precision <= 9):  # noqa: PLR2004 - RFC 3433's ranges
        return None
    celsius = Decimal(value).scaleb(3 * (scale - _SCALE_UNITS) - precision)
    low, high = _PLAUSIBLE_CELSIUS
    return celsius if low <= celsius <= high else None


def ups_state(answers: Answers) -> UpsState:
    """Return battery and load. Source: upsBattery and upsOutput groups."""
    loads = [
        load
        for row in answers.rows(_UPS_LOAD)
        if (load := answers.cell_integer(_UPS_LOAD, row)) is not None and load >= 0
    ]
    return UpsState(
        charge_percent=_scalar_number(answers, _UPS_CHARGE),
        runtime_minutes=_scalar_number(answers, _UPS_MINUTES),
        load_percent=float(max(loads)) if loads else None,
    )


def _scalar_number(answers: Answers, oid: Oid) -> float | None:
    value = answers.scalar(oid)
    return float(value) if isinstance(value, int) and value >= 0 else None


def supplies(answers: Answers) -> tuple[Supply, ...]:
    """Return each marker supply; a level below zero means that the printer cannot tell.

    Source: prtMarkerSuppliesTable.
    """
    found: list[Supply] = []
    for row in answers.rows(_SUPPLY_NAME):
        name = answers.cell_text(_SUPPLY_NAME, row)
        if name is None:
            continue
        capacity = answers.cell_integer(_SUPPLY_MAX, row)
        level = answers.cell_integer(_SUPPLY_LEVEL, row)
        found.append(Supply(name, supply_percent(level, capacity)))
    return tuple(found)


def supply_percent(level: float | None, capacity: float | None) -> float | None:
    """Return level of capacity; a capacity of unknown(-2) means that the level is a percentage."""
    if level is None or level < 0:
        return None
    if capacity is not None and capacity > 0:
        return round(100 * min(level / capacity, 1), 1)
    return float(level) if level <= 100 else None  # noqa: PLR2004


def poe_state(answers: Answers) -> PoeState:
    """Return ports, delivering ports, budget and draw. Source: POWER-ETHERNET-MIB."""
    ports = answers.column(_PSE_DETECTION)
    budget = [value for value in answers.column(_PSE_POWER).values() if isinstance(value, int)]
    used = [value for value in answers.column(_PSE_USED).values() if isinstance(value, int)]
    return PoeState(
        ports=len(ports) or None,
        delivering=sum(value == _DELIVERING for value in ports.values()) if ports else None,
        budget_watts=float(sum(budget)) if budget else None,
        used_watts=float(sum(used)) if used else None,
    )
