"""Reads a node's slow tables: neighbours, which MAC is behind which port, and which IP is whose.

Sources: LLDP-MIB (IEEE 802.1AB), CISCO-CDP-MIB, BRIDGE-MIB (RFC 4188), Q-BRIDGE-MIB (RFC 4363),
IP-MIB (RFC 4293 and its predecessor RFC 1213).
"""

import ipaddress
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace

from netzwart.clock import utcnow
from netzwart.network.profiles import neighbours
from netzwart.network.profiles.answers import Answers
from netzwart.network.profiles.cleaning import mac_of, text_of
from netzwart.network.profiles.facts import Neighbour
from netzwart.network.profiles.identifying import tables, within
from netzwart.network.profiles.interfaces import read_interfaces
from netzwart.network.profiles.interpreting import compiled
from netzwart.network.profiles.schema import NeighbourSource, VlanContexts
from netzwart.network.protocols.replies import (
    Index,
    NoAnswerError,
    Oid,
    SnmpTarget,
    SnmpValue,
    SnmpVersion,
    SnmpWire,
    WireError,
)
from netzwart.network.topology.told import ToldAddress, ToldMac, TopologyTables

LLDP_CHASSIS_SUBTYPE = Oid("1.0.8802.1.1.2.1.3.1.0")
LLDP_CHASSIS = Oid("1.0.8802.1.1.2.1.3.2.0")
BRIDGE_ADDRESS = Oid("1.3.6.1.2.1.17.1.1.0")
_SCALARS = (LLDP_CHASSIS_SUBTYPE, LLDP_CHASSIS, BRIDGE_ADDRESS)

IF_DESCR = Oid("1.3.6.1.2.1.2.2.1.2")
IF_PHYS_ADDRESS = Oid("1.3.6.1.2.1.2.2.1.6")
IF_NAME = Oid("1.3.6.1.2.1.31.1.1.1.1")
IF_ALIAS = Oid("1.3.6.1.2.1.31.1.1.1.18")
BASE_PORT_IF_INDEX = Oid("1.3.6.1.2.1.17.1.4.1.2")
FDB_PORT = Oid("1.3.6.1.2.1.17.4.3.1.2")
FDB_STATUS = Oid("1.3.6.1.2.1.17.4.3.1.3")
VLAN_FDB_ID = Oid("1.3.6.1.2.1.17.7.1.4.2.1.3")
Q_FDB_PORT = Oid("1.3.6.1.2.1.17.7.1.2.2.1.2")
Q_FDB_STATUS = Oid("1.3.6.1.2.1.17.7.1.2.2.1.3")
ARP_MAC = Oid("1.3.6.1.2.1.4.22.1.2")
ARP_TYPE = Oid("1.3.6.1.2.1.4.22.1.4")
ND_MAC = Oid("1.3.6.1.2.1.4.35.1.4")
ND_TYPE = Oid("1.3.6.1.2.1.4.35.1.6")

_COLUMNS = (
    IF_DESCR,
    IF_PHYS_ADDRESS,
    IF_NAME,
    IF_ALIAS,
    BASE_PORT_IF_INDEX,
    FDB_PORT,
    FDB_STATUS,
    VLAN_FDB_ID,
    Q_FDB_PORT,
    Q_FDB_STATUS,
    ARP_MAC,
    ARP_TYPE,
    ND_MAC,
    ND_TYPE,
)
_BRIDGE_COLUMNS = (BASE_PORT_IF_INDEX, FDB_PORT, FDB_STATUS)
_MOST_VLANS = 128
"""Each VLAN costs three walks; a school has some ten."""
_INVALID = 2
"""dot1dTpFdbStatus, ipNetToMediaType and ipNetToPhysicalType alike: aged out or marked unusable."""
_SELF = 4
"""dot1dTpFdbStatus: an address of the bridge itself."""
_ARP_LOCAL = 5
"""ipNetToPhysicalType: the node's own address."""
_CHASSIS_MAC = 4
_IPV4, _IPV6 = 1, 2
_MAC_PARTS = 6
_LARGEST_VLAN = 4094
_PATIENCE = 2
"""Silences before a node is left alone until its next turn."""


async def read_topology(
    target: SnmpTarget,
    wire: SnmpWire,
    own: Iterable[NeighbourSource] = (),
    vlans: VlanContexts | None = None,
) -> TopologyTables:
    """Return what the node tells; a table that failed is None, and `error` says why.

    Args:
        target: The node.
        wire: How to ask it.
        own: Tables of neighbours that the node's profile names beside the standard ones.
        vlans: Where the node keeps MAC tables by VLAN, if its profile knows.
    """
    own, started = tuple(own), time.monotonic()
    scalars, columns, failed, error = await _ask(target, wire, own)
    answers = Answers(scalars, columns)

    def all_of(*wanted: Oid) -> bool:
        return failed.isdisjoint(wanted)

    macs = (
        read_macs(answers)
        if all_of(BASE_PORT_IF_INDEX, FDB_PORT, FDB_STATUS, Q_FDB_PORT, Q_FDB_STATUS, IF_NAME)
        else None
    )
    if macs is not None and vlans is not None and not answers.column(Q_FDB_PORT):
        macs = await with_vlans(target, wire, vlans, answers, macs)
    heard = (*neighbours.QUESTIONS.columns, *_own_columns(own))
    return TopologyTables(
        read_at=utcnow(),
        duration_ms=round((time.monotonic() - started) * 1000),
        chassis=_chassis(answers),
        bridge_mac=mac_of(answers.scalar(BRIDGE_ADDRESS)),
        neighbours=_neighbours(answers, own) if all_of(*heard, IF_NAME, IF_DESCR) else None,
        macs=macs,
        addresses=read_addresses(answers) if all_of(ARP_MAC, ND_MAC, IF_NAME) else None,
        error=error,
    )


async def with_vlans(
    target: SnmpTarget,
    wire: SnmpWire,
    vlans: VlanContexts,
    answers: Answers,
    macs: tuple[ToldMac, ...],
) -> tuple[ToldMac, ...] | None:
    """Return the MAC table of every VLAN together; None where one of them failed half-way.

    An agent that does not answer in the first context has none (SNMPv3 needs them configured): then
    the default context's table is all there is.
    """
    found: dict[tuple[str, int], ToldMac] = {}
    try:
        numbers = vlan_numbers(vlans, (await wire.walk(target, (Oid(vlans.column),))))
    except WireError:
        return macs
    for count, vlan in enumerate(numbers):
        try:
            table = await wire.walk(_in_vlan(target, vlans, vlan), _BRIDGE_COLUMNS)
        except WireError:
            return None if count else macs
        told = read_macs(Answers({}, {**answers.columns, **table}))
        found |= {(one.mac, vlan): replace(one, vlan=vlan) for one in told}
    placed = {mac for mac, _ in found}
    return (*(one for one in macs if one.mac not in placed), *found.values())


def vlan_numbers(
    vlans: VlanContexts, columns: Mapping[Oid, Mapping[Index, SnmpValue]]
) -> tuple[int, ...]:
    """Return the VLANs to ask, in the order of their numbers."""
    wanted = compiled(vlans.matches) if vlans.matches else None
    found: set[int] = set()
    for index, value in columns.get(Oid(vlans.column), {}).items():
        last = index.rpartition(".")[2]
        if last.isdigit() and (wanted is None or wanted.search(text_of(value) or "")):
            found.add(int(last))
    usable = sorted(one for one in found if 0 < one <= _LARGEST_VLAN and one not in vlans.unless)
    return tuple(usable[:_MOST_VLANS])


def _in_vlan(target: SnmpTarget, vlans: VlanContexts, vlan: int) -> SnmpTarget:
    is_v3 = target.version is SnmpVersion.V3
    return within(target, vlans.context.format(vlan=vlan) if is_v3 else str(vlan))


def _own_columns(own: tuple[NeighbourSource, ...]) -> tuple[Oid, ...]:
    return tuple(
        Oid(column)
        for source in own
        for column in (source.local, source.name, source.interface, source.chassis)
        if column is not None
    )


async def _ask(
    target: SnmpTarget, wire: SnmpWire, own: tuple[NeighbourSource, ...]
) -> tuple[Mapping[Oid, SnmpValue], dict[Oid, Mapping[Index, SnmpValue]], set[Oid], str | None]:
    """Return the answers, the columns that failed, and why the last of them did."""
    scalars: Mapping[Oid, SnmpValue] = {}
    columns: dict[Oid, Mapping[Index, SnmpValue]] = {}
    wanted = dict.fromkeys((*_COLUMNS, *neighbours.QUESTIONS.columns, *_own_columns(own)))
    waiting: list[tuple[Oid, ...]] = [(), *tables(wanted)]
    failed: set[Oid] = set()
    error: str | None = None
    silences = 0
    for number, table in enumerate(waiting):
        try:
            if table:
                columns |= await wire.walk(target, table)
            else:
                scalars = await wire.get(target, _SCALARS)
        except WireError as problem:
            failed |= set(table)
            error = str(problem) or type(problem).__name__
            silences += isinstance(problem, NoAnswerError)
            if silences >= _PATIENCE:
                failed |= {column for rest in waiting[number:] for column in rest}
                break
    return scalars, columns, failed, error


def _chassis(answers: Answers) -> str | None:
    """Return the name others hear this node by: a MAC address or what it calls itself."""
    value = answers.scalar(LLDP_CHASSIS)
    if answers.scalar(LLDP_CHASSIS_SUBTYPE) == _CHASSIS_MAC:
        return mac_of(value)
    return text_of(value, 120)


def _neighbours(answers: Answers, own: tuple[NeighbourSource, ...]) -> tuple[Neighbour, ...]:
    return neighbours.read_neighbours(answers, read_interfaces(answers), own)


def _port_names(answers: Answers) -> dict[int, str]:
    """Return the shown name of each interface by ifIndex."""
    return {port.index: port.name or str(port.index) for port in read_interfaces(answers)}


def _bridge_ports(answers: Answers) -> dict[int, str]:
    """Return the shown name of the interface behind each bridge port."""
    names = _port_names(answers)
    found: dict[int, str] = {}
    for index, value in answers.column(BASE_PORT_IF_INDEX).items():
        if index.isdigit() and isinstance(value, int):
            found[int(index)] = names.get(value, str(value))
    return found


def read_macs(answers: Answers) -> tuple[ToldMac, ...]:
    """Return which MAC address is behind which port, by VLAN where the node tells it.

    What BRIDGE-MIB and Q-BRIDGE-MIB both say is told once, with the VLAN. Own addresses and
    entries without a port (0: learned, but the port is not known) are left out.
    """
    ports = _bridge_ports(answers)
    vlans = _vlans(answers)
    told: dict[tuple[str, int], ToldMac] = {}
    for index, port in answers.column(Q_FDB_PORT).items():
        fdb_id, _, rest = index.partition(".")
        mac = _mac_in(rest)
        if mac and fdb_id.isdigit() and _is_learned(answers, Q_FDB_STATUS, index):
            number = int(fdb_id)
            vlan = vlans.get(number, number if 0 < number <= _LARGEST_VLAN else 0)
            _note(told, mac, vlan, port, ports)
    with_vlan = {mac for mac, _ in told}
    for index, port in answers.column(FDB_PORT).items():
        mac = _mac_in(index)
        if mac and mac not in with_vlan and _is_learned(answers, FDB_STATUS, index):
            _note(told, mac, 0, port, ports)
    return tuple(told.values())


def _note(
    told: dict[tuple[str, int], ToldMac],
    mac: str,
    vlan: int,
    port: SnmpValue,
    ports: Mapping[int, str],
) -> None:
    if isinstance(port, int) and port > 0:
        # Without dot1dBasePortTable a bridge port is all one knows; many agents use ifIndex.
        told[mac, vlan] = ToldMac(mac, vlan, ports.get(port, str(port))[:200])


def _is_learned(answers: Answers, column: Oid, index: Index) -> bool:
    return answers.cell_integer(column, index) not in {_INVALID, _SELF}


def _vlans(answers: Answers) -> dict[int, int]:
    """Return VLAN ids by filtering database (dot1qVlanFdbId, index: TimeMark and VLAN)."""
    found: dict[int, int] = {}
    for index, fdb_id in answers.column(VLAN_FDB_ID).items():
        vlan = index.rpartition(".")[2]
        if isinstance(fdb_id, int) and vlan.isdigit() and int(vlan) <= _LARGEST_VLAN:
            found.setdefault(fdb_id, int(vlan))
    return found


def _mac_in(index: str) -> str | None:
    """Return the MAC address that an index spells; group addresses are nobody's."""
    parts = index.split(".")
    if len(parts) != _MAC_PARTS or not all(part.isdigit() for part in parts):
        return None
    numbers = [int(part) for part in parts]
    if max(numbers) > 255 or numbers[0] & 1:  # noqa: PLR2004 - an octet
        return None
    return mac_of(bytes(numbers))


def read_addresses(answers: Answers) -> tuple[ToldAddress, ...]:
    """Return which MAC address each IP address has; the older table fills what the newer lacks."""
    names = _port_names(answers)
    told: dict[str, ToldAddress] = {}
    for index, value in answers.column(ND_MAC).items():
        if answers.cell_integer(ND_TYPE, index) not in {_INVALID, _ARP_LOCAL}:
            _note_address(told, _physical_address(index), value, index, names)
    for index, value in answers.column(ARP_MAC).items():
        if answers.cell_integer(ARP_TYPE, index) != _INVALID:
            _note_address(told, index.partition(".")[2], value, index, names)
    return tuple(told.values())


def _physical_address(index: str) -> str:
    """Return the address in an ipNetToPhysical index: ifIndex, type, length, octets."""
    _, kind, _, *octets = [*index.split("."), "", "", ""]
    octets = [octet for octet in octets if octet]
    if kind == str(_IPV4):
        return ".".join(octets)
    if kind == str(_IPV6) and all(octet.isdigit() and int(octet) < 256 for octet in octets):  # noqa: PLR2004 - an octet
        return bytes(map(int, octets)).hex(":", 2)
    return ""


def _note_address(
    told: dict[str, ToldAddress],
    text: str,
    value: SnmpValue,
    index: str,
    names: Mapping[int, str],
) -> None:
    mac = mac_of(value)
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return
    if mac is None or address.is_multicast or address.is_unspecified or int(mac[:2], 16) & 1:
        return
    if_index = index.partition(".")[0]
    port = names.get(int(if_index), "") if if_index.isdigit() else ""
    told.setdefault(str(address), ToldAddress(str(address), mac, port[:200]))
