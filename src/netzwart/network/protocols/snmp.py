"""SNMP over UDP behind the `SnmpWire` surface: v1, v2c and v3, IPv4 and IPv6, one socket each."""

import asyncio
from collections import deque
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
from netzwart.network.protocols.messages import GET, GET_BULK, GET_NEXT, Pdu
from netzwart.network.protocols.replies import (
    Index,
    MalformedReplyError,
    NoAnswerError,
    Oid,
    RefusedError,
    SnmpTarget,
    SnmpValue,
    SnmpVersion,
)

_TOO_BIG = 1
_NO_SUCH_NAME = 2
_GEN_ERR = 5
_STATUS_NAMES = {
    1: "tooBig",
    2: "noSuchName",
    3: "badValue",
    4: "readOnly",
    5: "genErr",
    6: "noAccess",
    13: "resourceUnavailable",
    16: "authorizationError",
}
"""Error-status of RFC 3416, 3, as far as a reader can meet it."""

_OIDS_PER_GET = 24
_COLUMNS_PER_PACKET = 12
_VALUES_PER_PACKET = 60
"""About what fits into 1,400 octets: firewalls drop fragments."""
_MAX_VALUES = 250_000
_MAX_PACKETS = 25_000
_MAX_SECONDS = 120.0
"""Bounds of one call, far above any honest table, so that no agent holds a poller for ever."""


def open_snmp_wire() -> "UdpSnmpWire":
    """Return the wire that this installation uses; `close()` it in the loop that used it."""
    return UdpSnmpWire()


class UdpSnmpWire:
    """Speaks SNMP with any number of agents at once; one instance belongs to one event loop."""

    def __init__(self) -> None:
        self._port = DatagramPort()
        self._dialogue = Dialogue(self._port)

    async def get(self, target: SnmpTarget, oids: Sequence[Oid]) -> Mapping[Oid, SnmpValue]:
        """Return the instances the agent has, of those asked; any number, split as needed."""
        names = {encode_oid_content(oid): oid for oid in oids}
        wanted = list(names)
        chunks = deque(
            wanted[start : start + _OIDS_PER_GET] for start in range(0, len(wanted), _OIDS_PER_GET)
        )
        values: dict[Oid, SnmpValue] = {}
        async with _bounded():
            endpoint = await resolve(target)
            while chunks:
                chunk = chunks.popleft()
                pdu = await self._dialogue.ask(target, endpoint, Question(GET, tuple(chunk)))
                if pdu.error_status:
                    chunks.extendleft(reversed(_smaller_chunks(chunk, pdu)))
                    continue
                for name, tag, content in pdu.varbinds:
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
            MalformedReplyError: also when the table does not end within reason.
        """
        states = [_Column(oid, encode_oid_content(oid)) for oid in dict.fromkeys(columns)]
        async with _bounded():
            walk = _Walk(self._dialogue, target, await resolve(target))
            for start in range(0, len(states), _COLUMNS_PER_PACKET):
                await walk.run(states[start : start + _COLUMNS_PER_PACKET])
        return {state.oid: state.found for state in states}

    async def close(self) -> None:
        """Close the sockets; the wire may not be used afterwards."""
        self._port.close()
        # Transports close in the loop's next turn; without it their sockets warn when collected.
        await asyncio.sleep(0)


@asynccontextmanager
async def _bounded() -> AsyncGenerator[None]:
    try:
        async with asyncio.timeout(_MAX_SECONDS):
            yield
    except TimeoutError as problem:
        raise NoAnswerError(f"not finished after {_MAX_SECONDS:g} s") from problem
    except BerError as problem:
        raise MalformedReplyError(str(problem)) from problem


def _refusal(pdu: Pdu) -> RefusedError:
    return RefusedError(_STATUS_NAMES.get(pdu.error_status, f"error-status {pdu.error_status}"))


def _smaller_chunks(chunk: list[bytes], pdu: Pdu) -> list[list[bytes]]:
    """Return what is still to be asked after an error-status, in smaller questions.

    Raises:
        RefusedError: when the agent refuses for a reason that smaller questions do not cure.
    """
    status, position = pdu.error_status, pdu.error_index - 1
    if status == _TOO_BIG and len(chunk) > 1:
        half = len(chunk) // 2
        return [chunk[:half], chunk[half:]]
    if status not in (_NO_SUCH_NAME, _GEN_ERR):
        raise _refusal(pdu)
    if len(chunk) == 1:
        return []
    if 0 <= position < len(chunk):
        return [chunk[:position] + chunk[position + 1 :]]
    return [[name] for name in chunk]


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


class _Walk:
    """Reads columns side by side and counts what it costs."""

    def __init__(self, dialogue: Dialogue, target: SnmpTarget, endpoint: Endpoint) -> None:
        self._dialogue = dialogue
        self._target = target
        self._endpoint = endpoint
        self._values_per_packet = _VALUES_PER_PACKET
        self._width = _COLUMNS_PER_PACKET
        self._packets = 0
        self._values = 0

    async def run(self, columns: Sequence[_Column]) -> None:
        """Fill the columns until each is done.

        Each answer with a binding moves or ends the first column asked for, so the loop ends.
        """
        while active := [column for column in columns if not column.is_done][: self._width]:
            pdu = await self._ask(active)
            if pdu.error_status:
                self._yield_to_error(pdu, active)
                continue
            if not pdu.varbinds:
                return
            for position, varbind in enumerate(pdu.varbinds):
                active[position % len(active)].take(varbind)

    async def _ask(self, active: Sequence[_Column]) -> Pdu:
        names = tuple(column.question for column in active)
        if self._target.version is SnmpVersion.V1:
            question = Question(GET_NEXT, names)
        else:
            repetitions = max(1, self._values_per_packet // len(active))
            question = Question(GET_BULK, names, repetitions)
        pdu = await self._dialogue.ask(self._target, self._endpoint, question)
        self._packets += 1
        self._values += len(pdu.varbinds)
        if self._packets > _MAX_PACKETS or self._values > _MAX_VALUES:
            raise MalformedReplyError("the table does not end")
        return pdu

    def _yield_to_error(self, pdu: Pdu, active: Sequence[_Column]) -> None:
        """Ask for less, or end the column that the agent complains of."""
        if pdu.error_status == _TOO_BIG:
            if self._values_per_packet > len(active):
                self._values_per_packet //= 2
            elif len(active) > 1:
                self._width = len(active) // 2
            else:
                raise _refusal(pdu)
            return
        if pdu.error_status not in (_NO_SUCH_NAME, _GEN_ERR):
            raise _refusal(pdu)
        position = pdu.error_index - 1
        if 0 <= position < len(active):
            active[position].is_done = True
        elif len(active) > 1:
            self._width = 1
        else:
            active[0].is_done = True
