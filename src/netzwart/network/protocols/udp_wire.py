"""SNMP over UDP by netzwart's own codec: v1, v2c and v3, IPv4 and IPv6, one socket each."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from netzwart.network.protocols.ber import (
    END_OF_MIB_VIEW,
    BerError,
    Varbind,
    decode_sub_identifiers,
    decode_value,
    encode_oid_content,
)
from netzwart.network.protocols.datagrams import DatagramPort, Endpoint, resolve
from netzwart.network.protocols.dialogue import Dialogue, Question
from netzwart.network.protocols.engines import Engine
from netzwart.network.protocols.messages import GET, GET_BULK, GET_NEXT, Pdu
from netzwart.network.protocols.replies import (
    Index,
    MalformedReplyError,
    Oid,
    SnmpTarget,
    SnmpValue,
    SnmpVersion,
)
from netzwart.network.protocols.walking import Walk, bounded, read_instances


class UdpSnmpWire:
    """Speaks SNMP with any number of agents at once; one instance belongs to one event loop."""

    def __init__(self) -> None:
        self._port = DatagramPort()
        self._dialogue = Dialogue(self._port)

    async def get(self, target: SnmpTarget, oids: Sequence[Oid]) -> Mapping[Oid, SnmpValue]:
        """Return the instances the agent has, of those asked; any number, split as needed."""
        names = {encode_oid_content(oid): oid for oid in oids}
        values: dict[Oid, SnmpValue] = {}
        async with _readable(), bounded():
            endpoint = await resolve(target)

            async def ask(wanted: Sequence[bytes]) -> Pdu:
                return await self._dialogue.ask(target, endpoint, Question(GET, tuple(wanted)))

            for name, tag, content in await read_instances(list(names), ask):
                value = decode_value(tag, content)
                if name in names and value is not None:
                    values[names[name]] = value
        return values

    async def walk(
        self, target: SnmpTarget, columns: Sequence[Oid]
    ) -> Mapping[Oid, Mapping[Index, SnmpValue]]:
        """Return each column's instances by index, in the agent's order.

        Raises:
            NoAnswerError: also when the agent falls silent half-way, because half a table looks
                like vanished ports.
            EndlessTableError: when the table does not end within reason.
        """
        states = [_Column(oid, encode_oid_content(oid)) for oid in dict.fromkeys(columns)]
        async with _readable(), bounded():
            endpoint = await resolve(target)

            async def ask(names: Sequence[bytes], repetitions: int) -> Pdu:
                kind = GET_BULK if repetitions else GET_NEXT
                question = Question(kind, tuple(names), repetitions)
                return await self._dialogue.ask(target, endpoint, question)

            in_bulk = target.version is not SnmpVersion.V1
            await Walk[bytes, Varbind](ask, in_bulk=in_bulk).run(states)
        return {state.oid: state.found for state in states}

    def engine_at(self, endpoint: Endpoint) -> Engine | None:
        """Return the SNMPv3 engine that has answered from there with the right keys, if any."""
        return self._dialogue.engine_at(endpoint)

    async def close(self) -> None:
        """Close the sockets; the wire may not be used afterwards."""
        self._port.close()
        # Transports close in the loop's next turn; without it their sockets warn when collected.
        await asyncio.sleep(0)


@asynccontextmanager
async def _readable() -> AsyncGenerator[None]:
    try:
        yield
    except BerError as problem:
        raise MalformedReplyError(str(problem)) from problem


@dataclass(slots=True)
class _Column:
    """How far one column has been read."""

    oid: Oid
    prefix: bytes
    last: tuple[int, ...] = ()
    last_name: bytes = b""
    found: dict[Index, SnmpValue] = field(default_factory=dict[Index, SnmpValue])
    is_done: bool = False

    @property
    def question(self) -> bytes:
        """Return the name after which to go on."""
        return self.last_name or self.prefix

    def take(self, varbind: Varbind) -> None:
        """Keep an instance, or end the column: left behind, at the end, or not increasing."""
        if self.is_done:
            return
        name, tag, content = varbind
        if tag == END_OF_MIB_VIEW or not name.startswith(self.prefix):
            self.is_done = True
            return
        suffix = decode_sub_identifiers(name[len(self.prefix) :])
        if suffix <= self.last:
            self.is_done = True
            return
        self.last, self.last_name = suffix, name
        value = decode_value(tag, content)
        if value is not None:
            self.found[Index(".".join(map(str, suffix)))] = value
