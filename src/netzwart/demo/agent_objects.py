"""A simulated agent's MIB: sorted instances whose answers are encoded beforehand where they can be.

A GETBULK then costs one search per column and a copy per value, so that forty agents with
forty-eight ports each fit into a few per cent of a core.
"""

import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from netzwart.demo.agent_descriptions import (
    DOWN,
    UP,
    AgentComponent,
    AgentDescription,
    AgentInterface,
    AgentNeighbour,
)
from netzwart.network.protocols.ber import (
    COUNTER32,
    COUNTER64,
    GAUGE32,
    OBJECT_IDENTIFIER,
    SEQUENCE,
    TIME_TICKS,
    decode_sub_identifiers,
    encode_integer,
    encode_octets,
    encode_oid,
    encode_oid_content,
    encode_tlv,
)

_SYSTEM = "1.3.6.1.2.1.1"
_IF_ENTRY = "1.3.6.1.2.1.2.2.1"
_IF_X_ENTRY = "1.3.6.1.2.1.31.1.1.1"
_ENT_ENTRY = "1.3.6.1.2.1.47.1.1.1.1"
_LLDP_LOCAL = "1.0.8802.1.1.2.1.3"
_LLDP_REMOTE = "1.0.8802.1.1.2.1.4.1.1"
_ARP_ENTRY = "1.3.6.1.2.1.4.22.1"
_MAC_SUBTYPE, _INTERFACE_NAME_SUBTYPE = 4, 5
_COUNTER32_SIZE = 2**32
_GAUGE32_FULL = 2**32 - 1
_HOUR_S = 3600

Moment = float
"""Seconds since the simulated device started."""

Value = bytes | Callable[[Moment], bytes]
"""An encoded value, or what encodes it at a moment."""

Row = tuple[str, Value]


def _text(value: str) -> bytes:
    return encode_octets(value.encode())


def _mac(value: str) -> bytes:
    return encode_octets(bytes.fromhex(value.replace(":", "")))


def flips(moment: Moment, every_s: int) -> bool:
    """Tell whether something that flips after each period is the other way round now."""
    return every_s > 0 and int(moment // every_s) % 2 == 1


@dataclass(frozen=True, slots=True)
class _Port:
    """One interface's values that depend on the moment."""

    interface: AgentInterface
    start: int
    """A fixed number to count octets from, so that ports differ; errors count from zero."""

    def oper(self, moment: Moment) -> int:
        usual = self.interface.oper if self.interface.admin == UP else DOWN
        if usual in (UP, DOWN) and flips(moment, self.interface.flips_every_s):
            return DOWN if usual == UP else UP
        return usual

    def counter(self, tag: int, rate: int, per_s: int = 1) -> Callable[[Moment], bytes]:
        def encoded(moment: Moment) -> bytes:
            passed = int(moment) if self.oper(0) == UP else 0
            before = self.start if rate and per_s == 1 else 0
            value = before + rate * passed // per_s
            return encode_integer(value % _COUNTER32_SIZE if tag == COUNTER32 else value, tag)

        return encoded


def _system_rows(agent: AgentDescription) -> Iterator[Row]:
    yield f"{_SYSTEM}.1.0", _text(agent.description)
    yield f"{_SYSTEM}.2.0", encode_oid(agent.object_id)
    yield f"{_SYSTEM}.3.0", lambda now: encode_integer(int(now * 100) % 2**32, TIME_TICKS)
    yield f"{_SYSTEM}.4.0", _text(agent.contact)
    yield f"{_SYSTEM}.5.0", _text(agent.name)
    yield f"{_SYSTEM}.6.0", _text(agent.location)
    yield f"{_SYSTEM}.7.0", encode_integer(2)
    yield "1.3.6.1.2.1.2.1.0", encode_integer(len(agent.interfaces))
    yield "1.3.6.1.6.3.10.2.1.3.0", lambda now: encode_integer(int(now))
    for oid, number in agent.numbers.items():
        yield oid, encode_integer(number)
    for oid, text in agent.texts.items():
        yield oid, _text(text)


def _interface_rows(interface: AgentInterface, agent_name: str) -> Iterator[Row]:
    index = interface.index
    start = zlib.crc32(f"{agent_name}/{index}".encode()) % 1_000_000_000
    port = _Port(interface, start)
    speed = min(interface.speed_mbps * 1_000_000, _GAUGE32_FULL)
    inward, outward = interface.in_octets_per_s, interface.out_octets_per_s
    columns: dict[int, Value] = {
        1: encode_integer(index),
        2: _text(interface.name),
        3: encode_integer(interface.type),
        4: encode_integer(1500),
        5: encode_integer(speed, GAUGE32),
        6: _mac(interface.mac),
        7: encode_integer(interface.admin),
        8: lambda now: encode_integer(port.oper(now)),
        10: port.counter(COUNTER32, inward),
        13: encode_integer(0, COUNTER32),
        14: port.counter(COUNTER32, interface.in_errors_per_hour, _HOUR_S),
        16: port.counter(COUNTER32, outward),
        19: encode_integer(0, COUNTER32),
        20: port.counter(COUNTER32, interface.out_errors_per_hour, _HOUR_S),
    }
    for column, value in columns.items():
        yield f"{_IF_ENTRY}.{column}.{index}", value
    more: dict[int, Value] = {
        1: _text(interface.name),
        6: port.counter(COUNTER64, inward),
        10: port.counter(COUNTER64, outward),
        15: encode_integer(interface.speed_mbps, GAUGE32),
        18: _text(interface.alias),
    }
    for column, value in more.items():
        yield f"{_IF_X_ENTRY}.{column}.{index}", value


def _component_rows(component: AgentComponent) -> Iterator[Row]:
    columns = {
        2: _text(component.description or component.name),
        3: encode_oid("0.0"),
        4: encode_integer(component.contained_in),
        5: encode_integer(component.kind),
        6: encode_integer(1),
        7: _text(component.name),
        8: _text(""),
        9: _text(""),
        10: _text(component.firmware),
        11: _text(component.serial),
        12: _text(component.manufacturer),
        13: _text(component.model),
        16: encode_integer(1),
    }
    for column, value in columns.items():
        yield f"{_ENT_ENTRY}.{column}.{component.index}", value


def _lldp_rows(agent: AgentDescription) -> Iterator[Row]:
    yield f"{_LLDP_LOCAL}.1.0", encode_integer(_MAC_SUBTYPE)
    yield f"{_LLDP_LOCAL}.2.0", _mac(agent.mac)
    yield f"{_LLDP_LOCAL}.3.0", _text(agent.name)
    yield f"{_LLDP_LOCAL}.4.0", _text(agent.description)
    for interface in agent.interfaces:
        local = f"{_LLDP_LOCAL}.7.1"
        yield f"{local}.2.{interface.index}", encode_integer(_INTERFACE_NAME_SUBTYPE)
        yield f"{local}.3.{interface.index}", _text(interface.name)
        yield f"{local}.4.{interface.index}", _text(interface.alias or interface.name)
    for number, neighbour in enumerate(agent.neighbours, start=1):
        yield from _neighbour_rows(neighbour, number)


def _neighbour_rows(neighbour: AgentNeighbour, number: int) -> Iterator[Row]:
    columns = {
        4: encode_integer(_MAC_SUBTYPE),
        5: _mac(neighbour.chassis),
        6: encode_integer(_INTERFACE_NAME_SUBTYPE),
        7: _text(neighbour.port),
        8: _text(neighbour.port_description or neighbour.port),
        9: _text(neighbour.name),
        10: _text(neighbour.description),
    }
    for column, value in columns.items():
        yield f"{_LLDP_REMOTE}.{column}.0.{neighbour.local_index}.{number}", value


def _arp_rows(agent: AgentDescription) -> Iterator[Row]:
    for address, mac in agent.arp.items():
        yield f"{_ARP_ENTRY}.2.1.{address}", _mac(mac)
        yield f"{_ARP_ENTRY}.4.1.{address}", encode_integer(3)


def _rows(agent: AgentDescription) -> Iterator[Row]:
    yield from _system_rows(agent)
    yield from _arp_rows(agent)
    for interface in agent.interfaces:
        yield from _interface_rows(interface, agent.name)
    for component in agent.components:
        yield from _component_rows(component)
    if agent.mac:
        yield from _lldp_rows(agent)


class ObjectTree:
    """All instances of one agent in the order of the MIB."""

    def __init__(self, agent: AgentDescription) -> None:
        named = {encode_oid_content(oid): value for oid, value in _rows(agent)}
        ordered = sorted((decode_sub_identifiers(name), name) for name in named)
        self._numbers = [numbers for numbers, _ in ordered]
        self._names = [encode_tlv(OBJECT_IDENTIFIER, name) for _, name in ordered]
        self._values = [named[name] for _, name in ordered]
        self._places = {name: place for place, (_, name) in enumerate(ordered)}

    def __len__(self) -> int:
        return len(self._names)

    def find(self, name: bytes) -> int | None:
        """Return the place of an instance by its OID's content."""
        return self._places.get(name)

    def after(self, name: bytes) -> int:
        """Return the place of the first instance behind this OID; `len()` at the end."""
        return bisect_right(self._numbers, decode_sub_identifiers(name))

    def binding(self, place: int, moment: Moment) -> bytes:
        """Return the instance at this place as an encoded VarBind."""
        value = self._values[place]
        encoded = value if isinstance(value, bytes) else value(moment)
        return encode_tlv(SEQUENCE, self._names[place] + encoded)

    def name(self, place: int) -> bytes:
        """Return the encoded OID at this place."""
        return self._names[place]
