"""A real SNMPv2c agent on loopback whose manners a test can spoil, one by one."""

import asyncio
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import cast

from netzwart.network.protocols import ber, messages

COUNTER64, COUNTER32, TICKS, INTEGER, GAUGE = (
    ber.COUNTER64,
    ber.COUNTER32,
    ber.TIME_TICKS,
    ber.INTEGER,
    ber.GAUGE32,
)
IF, IFX = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"
Value = tuple[int, int | bytes | str]


def switch_values(ports: int = 52, first: int = 1) -> dict[str, Value]:
    """Return what a switch with so many ports has; ifIndex counts from `first`."""
    values: dict[str, Value] = {
        "1.3.6.1.2.1.1.1.0": (ber.OCTET_STRING, b"Musterschalter 48, Version 1.2"),
        "1.3.6.1.2.1.1.2.0": (ber.OBJECT_IDENTIFIER, "1.3.6.1.4.1.99999.1"),
        "1.3.6.1.2.1.1.3.0": (TICKS, 100_000_000),
        "1.3.6.1.2.1.1.5.0": (ber.OCTET_STRING, b"gym-sw-01"),
        "1.3.6.1.2.1.2.1.0": (INTEGER, ports),
        "1.3.6.1.2.1.31.1.5.0": (TICKS, 4711),
    }
    for index in range(first, first + ports):
        values |= {
            f"{IF}.3.{index}": (INTEGER, 6),
            f"{IF}.5.{index}": (GAUGE, 1_000_000_000),
            f"{IF}.6.{index}": (ber.OCTET_STRING, bytes((2, 0, 0, 0, index >> 8, index & 255))),
            f"{IF}.7.{index}": (INTEGER, 1),
            f"{IF}.8.{index}": (INTEGER, 1 + index % 2),
            f"{IF}.14.{index}": (COUNTER32, index * 3),
            f"{IF}.20.{index}": (COUNTER32, 0),
            f"{IFX}.1.{index}": (ber.OCTET_STRING, f"1/1/{index}".encode()),
            f"{IFX}.6.{index}": (COUNTER64, 10**12 + index),
            f"{IFX}.10.{index}": (COUNTER64, 2**40 + index),
            f"{IFX}.15.{index}": (GAUGE, 1000),
            f"{IFX}.18.{index}": (ber.OCTET_STRING, f"Dose {index}".encode()),
        }
    return values


def _arcs(oid: str) -> tuple[int, ...]:
    return tuple(map(int, oid.split(".")))


def _encoded(value: Value) -> bytes:
    tag, content = value
    if isinstance(content, bytes):
        return ber.encode_tlv(tag, content)
    if isinstance(content, str):
        return ber.encode_oid(content)
    return ber.encode_integer(content, tag)


@dataclass
class OddAgent(asyncio.DatagramProtocol):
    """Answers like an agent; its manners are what the tests change."""

    values: dict[str, Value] = field(default_factory=switch_values)
    most_octets: int = 1400
    """Bindings of one answer; a longer answer is cut, as RFC 3416 allows."""
    is_too_big: bool = False
    """Refuses with tooBig what does not fit, instead of cutting."""
    delay_s: float = 0.0
    is_silent: bool = False
    spoil: Callable[[bytes, int], Sequence[bytes]] | None = None
    """Makes what is sent of an answer and the number of the question."""
    asked: int = 0
    _order: tuple[tuple[int, int], list[str], list[tuple[int, ...]]] = ((0, 0), [], [])

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    @property
    def port(self) -> int:
        return self.transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.asked += 1
        question = messages.decode_message(data)
        assert isinstance(question, messages.CommunityMessage)
        if self.is_silent or question.community != b"public":
            return
        answer = self.answer(question.pdu)
        for sent in [answer] if self.spoil is None else self.spoil(answer, self.asked):
            loop = asyncio.get_running_loop()
            loop.call_later(self.delay_s, self.transport.sendto, sent, addr)

    def answer(self, pdu: messages.Pdu) -> bytes:
        status, bindings = 0, list[bytes]()
        if pdu.kind == messages.GET:
            bindings = [self._exact(name) for name, _, _ in pdu.varbinds]
        else:
            repetitions = pdu.error_index if pdu.kind == messages.GET_BULK else 1
            bindings = self._following([name for name, _, _ in pdu.varbinds], repetitions)
        size = 0
        for place, binding in enumerate(bindings):
            size += len(binding)
            if size > self.most_octets:
                status = 1 if self.is_too_big else 0
                bindings = [] if self.is_too_big else bindings[:place]
                break
        body = messages.encode_pdu(messages.RESPONSE, pdu.request_id, status, 0, b"".join(bindings))
        return messages.encode_community_message(1, b"public", body)

    def _exact(self, name: bytes) -> bytes:
        oid = ber.decode_oid(name)
        value = self.values.get(str(oid))
        shown = bytes((ber.NO_SUCH_INSTANCE, 0)) if value is None else _encoded(value)
        return ber.encode_tlv(ber.SEQUENCE, ber.encode_oid(oid) + shown)

    def _following(self, names: Sequence[bytes], repetitions: int) -> list[bytes]:
        if self._order[0] != (id(self.values), len(self.values)):
            order = sorted(self.values, key=_arcs)
            self._order = (id(self.values), len(self.values)), order, [_arcs(oid) for oid in order]
        _, order, keys = self._order
        places = [bisect_right(keys, _arcs(ber.decode_oid(name))) for name in names]
        bindings: list[bytes] = []
        for _ in range(repetitions):
            for column, place in enumerate(places):
                if place < len(order):
                    shown = ber.encode_oid(order[place]) + _encoded(self.values[order[place]])
                else:
                    shown = ber.encode_tlv(6, names[column]) + bytes((ber.END_OF_MIB_VIEW, 0))
                bindings.append(ber.encode_tlv(ber.SEQUENCE, shown))
                places[column] = place + 1
        return bindings


async def start_odd_agent(host: str = "127.0.0.1", **manners: object) -> OddAgent:
    agent = OddAgent(**manners)  # type: ignore[arg-type]
    await asyncio.get_running_loop().create_datagram_endpoint(lambda: agent, local_addr=(host, 0))
    return agent
