"""Reads who is on the other end of each cable: LLDP and CDP.

The awkward part is the local port. LLDP numbers its ports itself; the standard lets that number
be an ifIndex, a bridge port or anything else, so the port's own row is asked first.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from netzwart.network.profiles.answers import Answers, Questions
from netzwart.network.profiles.cleaning import mac_of, text_of
from netzwart.network.profiles.facts import Interface, Neighbour, NeighbourProtocol
from netzwart.network.profiles.interfaces import interface_names
from netzwart.network.profiles.schema import NeighbourSource
from netzwart.network.protocols.replies import Index, Oid, SnmpValue

_LLDP_LOC_PORT = "1.0.8802.1.1.2.1.3.7.1"
_LOC_PORT_ID_SUBTYPE = f"{_LLDP_LOC_PORT}.2"
_LOC_PORT_ID = f"{_LLDP_LOC_PORT}.3"
_LOC_PORT_DESC = f"{_LLDP_LOC_PORT}.4"
_BASE_PORT_IF_INDEX = "1.3.6.1.2.1.17.1.4.1.2"
_CDP_CACHE = "1.3.6.1.4.1.9.9.23.1.2.1.1"
_CDP_DEVICE_ID = f"{_CDP_CACHE}.6"
_CDP_DEVICE_PORT = f"{_CDP_CACHE}.7"


@dataclass(frozen=True, slots=True)
class _Remote:
    """The columns of a table of LLDP neighbours, which the two editions number differently."""

    chassis_subtype: str
    chassis: str
    port_subtype: str
    port: str
    port_description: str
    name: str

    def columns(self) -> tuple[str, ...]:
        return (
            self.chassis_subtype,
            self.chassis,
            self.port_subtype,
            self.port,
            self.port_description,
            self.name,
        )


def _remote(entry: str, first: int) -> _Remote:
    return _Remote(*(f"{entry}.{number}" for number in range(first, first + 6)))


_REMOTE = _remote("1.0.8802.1.1.2.1.4.1.1", 4)
_REMOTE_V2 = _remote("1.3.111.2.802.1.1.13.1.4.1.1", 5)

QUESTIONS = Questions(
    columns=tuple(
        map(
            Oid,
            (
                _LOC_PORT_ID_SUBTYPE,
                _LOC_PORT_ID,
                _LOC_PORT_DESC,
                *_REMOTE.columns(),
                *_REMOTE_V2.columns(),
                _BASE_PORT_IF_INDEX,
                _CDP_DEVICE_ID,
                _CDP_DEVICE_PORT,
            ),
        )
    )
)
"""Sources: LLDP-MIB (IEEE 802.1AB-2005), LLDP-V2-MIB (IEEE 802.1AB-2009), BRIDGE-MIB (RFC 4188),
CISCO-CDP-MIB, which other makers implement too."""

_CHASSIS_MAC = 4
_CHASSIS_NETWORK_ADDRESS = 5
_PORT_MAC = 3
_PORT_NETWORK_ADDRESS = 4
_IPV4_FAMILY = 1
_MAC_LENGTH = 6
_IPV4_LENGTH = 5


@dataclass(frozen=True, slots=True)
class _Ports:
    """The device's interfaces by each way in which LLDP may point at one."""

    answers: Answers
    by_name: dict[str, str]
    by_index: dict[int, str]
    by_mac: dict[str, str]

    @classmethod
    def of(cls, answers: Answers, interfaces: tuple[Interface, ...]) -> "_Ports":
        named = [port for port in interfaces if port.name]
        seen = Counter(port.mac for port in named)
        return cls(
            answers,
            interface_names(answers),
            {port.index: port.name or "" for port in named},
            {port.mac: port.name or "" for port in named if port.mac and seen[port.mac] == 1},
        )

    def lldp_port(self, number: Index) -> str | None:
        """Return the interface behind an LLDP port number, or the device's words for it."""
        ways: tuple[Callable[[Index], str | None], ...] = (
            self._by_port_id,
            self._by_description,
            self._by_bridge_port,
            self._by_if_index,
        )
        for way in ways:
            name = way(number)
            if name:
                return name
        local = self.answers
        return local.cell_text(_LOC_PORT_DESC, number) or local.cell_text(_LOC_PORT_ID, number)

    def named(self, text: str | None) -> str | None:
        """Return the interface that goes by this name, or whose name ends with it: 1/0/18."""
        if text is None:
            return None
        wanted = text.lower()
        if wanted in self.by_name:
            return self.by_name[wanted]
        ending = re.compile(rf"(?<![\w/.]){re.escape(wanted)}$")
        fitting = {shown for name, shown in self.by_name.items() if ending.search(name)}
        return fitting.pop() if len(fitting) == 1 else text

    def _by_port_id(self, number: Index) -> str | None:
        value = self.answers.cell(_LOC_PORT_ID, number)
        if self.answers.cell_integer(_LOC_PORT_ID_SUBTYPE, number) == _PORT_MAC:
            return self.by_mac.get(mac_of(value) or "")
        text = text_of(value)
        return self.by_name.get(text.lower()) if text else None

    def _by_description(self, number: Index) -> str | None:
        text = self.answers.cell_text(_LOC_PORT_DESC, number)
        return self.by_name.get(text.lower()) if text else None

    def _by_bridge_port(self, number: Index) -> str | None:
        return self.by_index.get(self.answers.cell_integer(_BASE_PORT_IF_INDEX, number) or -1)

    def _by_if_index(self, number: Index) -> str | None:
        return self.by_index.get(int(number))


def read_neighbours(
    answers: Answers, interfaces: tuple[Interface, ...], own: Iterable[NeighbourSource] = ()
) -> tuple[Neighbour, ...]:
    """Return each neighbour once; what LLDP and others both say is told by LLDP.

    `own` are the tables of a profile, for agents without the standard ones.
    """
    ports = _Ports.of(answers, interfaces)
    heard = [*_lldp(answers, ports), *_lldp_v2(answers, ports), *_cdp(answers, ports)]
    for source in own:
        heard += _own(source, answers, ports)
    told: dict[tuple[str | None, str | None], Neighbour] = {}
    for neighbour in heard:
        who = (neighbour.remote_name or neighbour.remote_chassis or "").split(".")[0].lower()
        told.setdefault((neighbour.local_interface, who or neighbour.remote_interface), neighbour)
    return tuple(told.values())


def _lldp(answers: Answers, ports: _Ports) -> list[Neighbour]:
    neighbours: list[Neighbour] = []
    for index in answers.rows(_REMOTE.chassis, _REMOTE.port, _REMOTE.name):
        parts = index.split(".")
        # lldpRemTimeMark, lldpRemLocalPortNum, lldpRemIndex; some agents leave the mark out.
        number = parts[1] if len(parts) > 2 else parts[0]  # noqa: PLR2004
        if number.isdigit():
            local = ports.lldp_port(Index(number))
            neighbours.append(_neighbour(_REMOTE, answers, index, local))
    return neighbours


def _lldp_v2(answers: Answers, ports: _Ports) -> list[Neighbour]:
    neighbours: list[Neighbour] = []
    for index in answers.rows(_REMOTE_V2.chassis, _REMOTE_V2.port, _REMOTE_V2.name):
        # lldpV2RemTimeMark, then an ifIndex, the destination address and a running number.
        number = index.split(".")[1:2]
        local = ports.by_index.get(int(number[0])) if number else None
        neighbours.append(_neighbour(_REMOTE_V2, answers, index, local))
    return neighbours


def _neighbour(table: _Remote, answers: Answers, index: Index, local: str | None) -> Neighbour:
    chassis_subtype = answers.cell_integer(table.chassis_subtype, index)
    port_subtype = answers.cell_integer(table.port_subtype, index)
    description = answers.cell_text(table.port_description, index)
    port_id = _identifier(
        answers.cell(table.port, index),
        is_mac=port_subtype == _PORT_MAC,
        is_address=port_subtype == _PORT_NETWORK_ADDRESS,
    )
    # A MAC address names a port to machines only.
    shown = description or port_id if port_subtype == _PORT_MAC else port_id or description
    return Neighbour(
        local_interface=local,
        remote_name=answers.cell_text(table.name, index),
        remote_interface=shown,
        remote_chassis=_identifier(
            answers.cell(table.chassis, index),
            is_mac=chassis_subtype == _CHASSIS_MAC,
            is_address=chassis_subtype == _CHASSIS_NETWORK_ADDRESS,
        ),
        protocol=NeighbourProtocol.LLDP,
        remote_port_id=port_id,
    )


def _identifier(value: SnmpValue | None, *, is_mac: bool, is_address: bool) -> str | None:
    if isinstance(value, bytes):
        if is_address and len(value) == _IPV4_LENGTH and value[0] == _IPV4_FAMILY:
            return ".".join(map(str, value[1:]))
        looks_binary = len(value) == _MAC_LENGTH and not value.isascii()
        if (is_mac or looks_binary) and len(value) == _MAC_LENGTH:
            return value.hex(":")
    return text_of(value)


def _cdp(answers: Answers, ports: _Ports) -> list[Neighbour]:
    neighbours: list[Neighbour] = []
    for index in answers.rows(_CDP_DEVICE_ID):
        if_index = index.split(".")[0]
        raw = answers.cell(_CDP_DEVICE_ID, index)
        chassis = _identifier(raw, is_mac=False, is_address=False)
        is_mac = chassis is not None and chassis != text_of(raw)
        neighbours.append(
            Neighbour(
                local_interface=ports.by_index.get(int(if_index)) if if_index.isdigit() else None,
                remote_name=None if is_mac else chassis,
                remote_interface=answers.cell_text(_CDP_DEVICE_PORT, index),
                remote_chassis=chassis if is_mac else None,
                protocol=NeighbourProtocol.CDP,
                remote_port_id=answers.cell_text(_CDP_DEVICE_PORT, index),
            )
        )
    return neighbours


def _own(source: NeighbourSource, answers: Answers, ports: _Ports) -> list[Neighbour]:
    neighbours: list[Neighbour] = []
    for index in answers.rows(source.name):
        port = answers.cell_text(source.interface, index) if source.interface else None
        chassis = answers.cell(source.chassis, index) if source.chassis else None
        neighbours.append(
            Neighbour(
                local_interface=_own_port(source, answers, ports, index),
                remote_name=answers.cell_text(source.name, index),
                remote_interface=port,
                remote_chassis=mac_of(chassis) or text_of(chassis),
                protocol=source.protocol,
                remote_port_id=port,
            )
        )
    return neighbours


def _own_port(source: NeighbourSource, answers: Answers, ports: _Ports, index: Index) -> str | None:
    if source.local is not None:
        return ports.named(answers.cell_text(source.local, index))
    return ports.by_index.get(int(index.split(".")[0]))
