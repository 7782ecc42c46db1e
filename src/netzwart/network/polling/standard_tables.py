"""Which standard objects a status poll asks for, and how their rows become values.

Sources: SNMPv2-MIB (RFC 3418), SNMP-FRAMEWORK-MIB (RFC 3411), IF-MIB (RFC 2863), ENTITY-MIB
(RFC 6933). Text limits are those of the tables that keep the values.
"""

from collections.abc import Mapping

from netzwart.network.polling.reading import ComponentReading, InterfaceState, InterfaceStatus
from netzwart.network.profiles.cleaning import mac_of, meaning_of, text_of, whole_index
from netzwart.network.profiles.facts import ComponentKind
from netzwart.network.protocols.replies import Index, Oid, SnmpValue

Table = Mapping[Oid, Mapping[Index, SnmpValue]]

SYS_DESCR = Oid("1.3.6.1.2.1.1.1.0")
SYS_OBJECT_ID = Oid("1.3.6.1.2.1.1.2.0")
SYS_UPTIME = Oid("1.3.6.1.2.1.1.3.0")
SYS_NAME = Oid("1.3.6.1.2.1.1.5.0")
SNMP_ENGINE_TIME = Oid("1.3.6.1.6.3.10.2.1.3.0")
SYSTEM = (SYS_UPTIME, SYS_NAME, SYS_OBJECT_ID, SYS_DESCR, SNMP_ENGINE_TIME)

IF_NUMBER = Oid("1.3.6.1.2.1.2.1.0")
IF_TABLE_LAST_CHANGE = Oid("1.3.6.1.2.1.31.1.5.0")
IF_DESCR = Oid("1.3.6.1.2.1.2.2.1.2")
IF_TYPE = Oid("1.3.6.1.2.1.2.2.1.3")
IF_SPEED = Oid("1.3.6.1.2.1.2.2.1.5")
IF_PHYS_ADDRESS = Oid("1.3.6.1.2.1.2.2.1.6")
IF_ADMIN_STATUS = Oid("1.3.6.1.2.1.2.2.1.7")
IF_OPER_STATUS = Oid("1.3.6.1.2.1.2.2.1.8")
IF_IN_OCTETS = Oid("1.3.6.1.2.1.2.2.1.10")
IF_IN_ERRORS = Oid("1.3.6.1.2.1.2.2.1.14")
IF_OUT_OCTETS = Oid("1.3.6.1.2.1.2.2.1.16")
IF_OUT_ERRORS = Oid("1.3.6.1.2.1.2.2.1.20")
IF_NAME = Oid("1.3.6.1.2.1.31.1.1.1.1")
IF_HC_IN_OCTETS = Oid("1.3.6.1.2.1.31.1.1.1.6")
IF_HC_OUT_OCTETS = Oid("1.3.6.1.2.1.31.1.1.1.10")
IF_HIGH_SPEED = Oid("1.3.6.1.2.1.31.1.1.1.15")
IF_ALIAS = Oid("1.3.6.1.2.1.31.1.1.1.18")

INTERFACE_COLUMNS = (
    IF_TYPE,
    IF_PHYS_ADDRESS,
    IF_ADMIN_STATUS,
    IF_OPER_STATUS,
    IF_IN_ERRORS,
    IF_OUT_ERRORS,
    IF_NAME,
    IF_HC_IN_OCTETS,
    IF_HC_OUT_OCTETS,
    IF_HIGH_SPEED,
    IF_SPEED,
    IF_ALIAS,
)
"""Asked together: twelve columns with one index fit one question."""

ENT_DESCR = Oid("1.3.6.1.2.1.47.1.1.1.1.2")
ENT_CLASS = Oid("1.3.6.1.2.1.47.1.1.1.1.5")
ENT_NAME = Oid("1.3.6.1.2.1.47.1.1.1.1.7")
ENT_FIRMWARE = Oid("1.3.6.1.2.1.47.1.1.1.1.9")
ENT_SOFTWARE = Oid("1.3.6.1.2.1.47.1.1.1.1.10")
ENT_SERIAL = Oid("1.3.6.1.2.1.47.1.1.1.1.11")
ENT_MANUFACTURER = Oid("1.3.6.1.2.1.47.1.1.1.1.12")
ENT_MODEL = Oid("1.3.6.1.2.1.47.1.1.1.1.13")

COMPONENT_COLUMNS = (
    ENT_DESCR,
    ENT_CLASS,
    ENT_NAME,
    ENT_FIRMWARE,
    ENT_SOFTWARE,
    ENT_SERIAL,
    ENT_MANUFACTURER,
    ENT_MODEL,
)

_STATES = {
    1: InterfaceState.UP,
    2: InterfaceState.DOWN,
    3: InterfaceState.TESTING,
    4: InterfaceState.UNKNOWN,
    5: InterfaceState.DORMANT,
    6: InterfaceState.NOT_PRESENT,
    7: InterfaceState.LOWER_LAYER_DOWN,
}
_KINDS = {
    3: ComponentKind.CHASSIS,
    6: ComponentKind.POWER_SUPPLY,
    7: ComponentKind.FAN,
    9: ComponentKind.MODULE,
    10: ComponentKind.TRANSCEIVER,
    11: ComponentKind.STACK,
}
"""PhysicalClass of ENTITY-MIB; a port with a serial number is a transceiver."""
_ALWAYS_KEPT = frozenset({ComponentKind.CHASSIS, ComponentKind.STACK, ComponentKind.MODULE})

_COUNTER32_FULL = 2**32 - 1
_COUNTER64_FULL = 2**64 - 1
_MAX_SIGNED_64 = 2**63 - 1
_MAX_SIGNED_32 = 2**31 - 1
_SYS_UPTIME_WRAP_S = 2**32 // 100
_NAME_LIMIT = 200
_IDENTITY_LIMIT = 120


def within(value: SnmpValue | None, highest: int) -> int | None:
    """Return a number between 0 and `highest`; anything else a device sends is not one."""
    return value if isinstance(value, int) and 0 <= value <= highest else None


def uptime_s(system: Mapping[Oid, SnmpValue]) -> int | None:
    """Return the seconds since the agent started.

    sysUpTime counts hundredths in 32 bits and wraps after 497 days; snmpEngineTime counts seconds
    and takes over where it shows more than that.
    """
    ticks = within(system.get(SYS_UPTIME), _COUNTER32_FULL)
    engine = within(system.get(SNMP_ENGINE_TIME), _MAX_SIGNED_32)
    if ticks is not None and engine is not None and engine > _SYS_UPTIME_WRAP_S:
        return engine
    return None if ticks is None else ticks // 100


def missing_interface_columns(table: Table) -> tuple[Oid, ...]:
    """Return the older columns to ask for, where ifXTable leaves gaps."""
    rows = table[IF_OPER_STATUS] or table[IF_TYPE]
    missing: list[Oid] = []
    if any(not table[IF_NAME].get(index) for index in rows):
        missing.append(IF_DESCR)
    for high, low in ((IF_HC_IN_OCTETS, IF_IN_OCTETS), (IF_HC_OUT_OCTETS, IF_OUT_OCTETS)):
        if any(index not in table[high] for index in rows):
            missing.append(low)
    return tuple(missing)


def read_interfaces(table: Table) -> tuple[InterfaceStatus, ...]:
    """Return the rows by ifIndex; a row is what has a type, a state or a name."""
    indexes = dict.fromkeys((*table[IF_OPER_STATUS], *table[IF_TYPE], *table[IF_NAME]))
    return tuple(
        _interface(table, index)
        for index in sorted(indexes, key=whole_index)
        if index.isdigit() and int(index) <= _MAX_SIGNED_32
    )


def _cell(table: Table, column: Oid, index: Index) -> SnmpValue | None:
    return table[column].get(index) if column in table else None


def _interface(table: Table, index: Index) -> InterfaceStatus:
    in_octets = within(_cell(table, IF_HC_IN_OCTETS, index), _COUNTER64_FULL)
    out_octets = within(_cell(table, IF_HC_OUT_OCTETS, index), _COUNTER64_FULL)
    has_high_capacity = in_octets is not None and out_octets is not None
    if not has_high_capacity:
        in_octets = within(_cell(table, IF_IN_OCTETS, index), _COUNTER32_FULL)
        out_octets = within(_cell(table, IF_OUT_OCTETS, index), _COUNTER32_FULL)
    name = text_of(_cell(table, IF_NAME, index), _NAME_LIMIT)
    return InterfaceStatus(
        index=int(index),
        name=name or text_of(_cell(table, IF_DESCR, index), _NAME_LIMIT) or index,
        alias=text_of(_cell(table, IF_ALIAS, index)) or "",
        type=within(_cell(table, IF_TYPE, index), _MAX_SIGNED_32),
        mac=mac_of(_cell(table, IF_PHYS_ADDRESS, index)),
        speed_bps=_speed_bps(table, index),
        admin=_state(_cell(table, IF_ADMIN_STATUS, index)),
        oper=_state(_cell(table, IF_OPER_STATUS, index)),
        in_octets=in_octets,
        out_octets=out_octets,
        in_errors=within(_cell(table, IF_IN_ERRORS, index), _COUNTER32_FULL),
        out_errors=within(_cell(table, IF_OUT_ERRORS, index), _COUNTER32_FULL),
        counter_bits=64 if has_high_capacity else 32,
    )


def _state(value: SnmpValue | None) -> InterfaceState:
    if not isinstance(value, int):
        return InterfaceState.UNKNOWN
    return _STATES.get(value, InterfaceState.UNKNOWN)


def _speed_bps(table: Table, index: Index) -> int | None:
    """Return ifHighSpeed, and ifSpeed where that rounds to zero or is absent."""
    high = within(_cell(table, IF_HIGH_SPEED, index), _COUNTER32_FULL)
    if high:
        return min(high * 1_000_000, _MAX_SIGNED_64)
    # A full gauge means "more than I can say", not 4.29 Gbit/s.
    return within(_cell(table, IF_SPEED, index), _COUNTER32_FULL - 1)


def read_components(table: Table) -> tuple[ComponentReading, ...]:
    """Return chassis, stacks, modules and whatever bears a serial number, in the MIB's order."""
    components: list[ComponentReading] = []
    taken: set[str] = set()
    for index in sorted(table[ENT_CLASS], key=whole_index):
        number = table[ENT_CLASS][index]
        kind = _KINDS.get(number, ComponentKind.OTHER) if isinstance(number, int) else None
        serial = _identity(table, ENT_SERIAL, index)
        if kind is None or not (serial or kind in _ALWAYS_KEPT):
            continue
        position = _position(table, index)
        # Some firmware gives every power supply the same name.
        if position in taken:
            position = f"{position[: _IDENTITY_LIMIT - len(index) - 3]} ({index})"
        taken.add(position)
        components.append(
            ComponentReading(
                position=position,
                kind=kind,
                model=meaning_of(text_of(_cell(table, ENT_MODEL, index), _NAME_LIMIT)),
                serial=serial,
                firmware=_identity(table, ENT_SOFTWARE, index)
                or _identity(table, ENT_FIRMWARE, index),
                manufacturer=_identity(table, ENT_MANUFACTURER, index),
            )
        )
    return tuple(components)


def _identity(table: Table, column: Oid, index: Index) -> str | None:
    return meaning_of(text_of(_cell(table, column, index), _IDENTITY_LIMIT))


def _position(table: Table, index: Index) -> str:
    name = text_of(_cell(table, ENT_NAME, index), _IDENTITY_LIMIT)
    return name or text_of(_cell(table, ENT_DESCR, index), _IDENTITY_LIMIT) or index
