"""Simulated SNMP agents on loopback: real v2c and v3 answers, any number in one event loop.

Run beside the service as `python -m netzwart.demo.agents --config FILE`; the file may change while
they run, agents follow within a second.
"""

import argparse
import asyncio
import contextlib
import hashlib
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from pydantic import ValidationError

from netzwart.demo.agent_descriptions import AgentDescription, read_descriptions
from netzwart.demo.agent_objects import ObjectTree, flips
from netzwart.demo.agent_traps import link_trap, loose_ports, states_of, steady_changes
from netzwart.network.protocols.ber import (
    END_OF_MIB_VIEW,
    NO_SUCH_INSTANCE,
    SEQUENCE,
    BerError,
    Varbind,
    encode_integer,
    encode_oid,
    encode_tlv,
)
from netzwart.network.protocols.messages import (
    FLAG_AUTH,
    FLAG_PRIVACY,
    FLAG_REPORTABLE,
    GET,
    GET_BULK,
    GET_NEXT,
    REPORT,
    RESPONSE,
    VERSION_2C,
    CommunityMessage,
    Pdu,
    SecureHeader,
    SecureMessage,
    decode_message,
    decode_scoped_pdu,
    encode_community_message,
    encode_pdu,
    encode_scoped_pdu,
    encode_secure_message,
)
from netzwart.network.protocols.usm import DecryptionError, SecurityKeys, localized_keys

_MAX_BINDINGS_BYTES = 1300
"""As much of an answer as an Ethernet frame takes; real agents cut theirs alike."""
_MAX_REPETITIONS = 100
_TIME_WINDOW_S = 150
_TELL_EVERY_S = 0.25
"""How soon a port that changes is told of, and the file looked at."""
_BOOTS = 1
_USM_STATS = "1.3.6.1.6.3.15.1.1"
_UNSUPPORTED_LEVEL, _NOT_IN_TIME, _UNKNOWN_USER, _UNKNOWN_ENGINE, _WRONG_DIGEST, _UNDECRYPTABLE = (
    1,
    2,
    3,
    4,
    5,
    6,
)
"""Last number of the usmStats counters (RFC 3414, 5)."""


class _ReportError(Exception):
    """The message is refused with a report of this counter."""

    def __init__(self, counter: int, *, signed: bool = False) -> None:
        super().__init__(counter)
        self.counter = counter
        self.signed = signed


class SimulatedAgent(asyncio.DatagramProtocol):
    """One agent; `start` binds it, `close` ends it, `apply` changes what it is while it runs."""

    def __init__(self, description: AgentDescription) -> None:
        self.description = description
        self.is_silent = description.is_silent
        """Switch by hand; silence by `silent_every_s` comes on top."""
        self.answered = 0
        self._started = time.monotonic()
        self._tree = ObjectTree(description)
        self._engine_id = _engine_id(description)
        self._keys = _keys(description, self._engine_id)
        self._transport: asyncio.DatagramTransport | None = None
        self._told = self._states(0.0)
        self._traps = 0

    @property
    def address(self) -> tuple[str, int]:
        """Return where the agent listens."""
        if self._transport is None:
            return self.description.host, self.description.port
        bound = self._transport.get_extra_info("sockname")
        return str(bound[0]), int(bound[1])

    async def start(self) -> None:
        """Bind the agent's address.

        Raises:
            OSError: when the address is taken or not this machine's.
        """
        await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: self, local_addr=(self.description.host, self.description.port)
        )

    def close(self) -> None:
        """Stop answering and free the address."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def apply(self, description: AgentDescription) -> None:
        """Become another device at the same address; uptime and counters go on."""
        if description == self.description:
            return
        changed = steady_changes(self.description, description)
        self.description = description
        self.is_silent = description.is_silent
        self._tree = ObjectTree(description)
        self._keys = _keys(description, self._engine_id)
        self._told = self._states(time.monotonic() - self._started)
        self._send_traps(changed)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the bound socket."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str | int, ...]) -> None:
        """Answer a question, or stay silent as real agents do about wrong communities."""
        moment = time.monotonic() - self._started
        if self.is_silent or flips(moment, self.description.silent_every_s):
            return
        try:
            answer = self._answer(decode_message(data), moment + self.description.uptime_s)
        except BerError:
            return
        if answer is not None and self._transport is not None:
            self._transport.sendto(answer, addr)
            self.answered += 1

    def tell(self) -> None:
        """Send a trap for each port that has changed since the last time; silent ones do not."""
        moment = time.monotonic() - self._started
        before, self._told = self._told, self._states(moment)
        news = {
            index: oper for index, oper in self._told.items() if before.get(index, oper) != oper
        }
        self._send_traps(news)

    def _send_traps(self, states: Mapping[int, int]) -> None:
        description = self.description
        if self._transport is None or self.is_silent or not description.trap_port:
            return
        uptime_s = time.monotonic() - self._started + description.uptime_s
        for index, oper in states.items():
            self._traps += 1
            trap = link_trap(description.trap_community, self._traps, uptime_s, index, oper)
            self._transport.sendto(trap, (description.trap_host, description.trap_port))

    def _states(self, moment: float) -> dict[int, int]:
        # The tree's moments begin with the uptime; ports flip by the same clock.
        return states_of(loose_ports(self.description), moment + self.description.uptime_s)

    def _answer(self, message: CommunityMessage | SecureMessage, moment: float) -> bytes | None:
        if isinstance(message, SecureMessage):
            return self._answer_securely(message, moment) if self.description.user else None
        community = self.description.community
        if message.version != VERSION_2C or community is None:
            return None
        if message.community != community.encode():
            return None
        pdu = self._response(message.pdu, moment)
        return encode_community_message(VERSION_2C, message.community, pdu)

    def _answer_securely(self, message: SecureMessage, moment: float) -> bytes | None:
        engine_time = int(moment)
        try:
            context, pdu = self._open(message, engine_time)
        except _ReportError as refusal:
            if not message.flags & FLAG_REPORTABLE:
                return None
            oid = f"{_USM_STATS}.{refusal.counter}.0"
            binding = encode_tlv(SEQUENCE, encode_oid(oid) + encode_integer(1, 0x41))
            report = encode_pdu(REPORT, message.identity, 0, 0, binding)
            flags = FLAG_AUTH if refusal.signed else 0
            return self._seal(message, flags, engine_time, report, b"")
        flags = message.flags & (FLAG_AUTH | FLAG_PRIVACY)
        return self._seal(message, flags, engine_time, self._response(pdu, moment), context)

    def _open(self, message: SecureMessage, engine_time: int) -> tuple[bytes, Pdu]:
        """Return context name and PDU after the checks of RFC 3414, 3.2, in their order."""
        if message.engine_id != self._engine_id:
            raise _ReportError(_UNKNOWN_ENGINE)
        if message.user != (self.description.user or "").encode():
            raise _ReportError(_UNKNOWN_USER)
        if message.flags & (FLAG_AUTH | FLAG_PRIVACY) != _level(self._keys):
            raise _ReportError(_UNSUPPORTED_LEVEL)
        if not self._keys.verifies(message.whole, message.digest_position, message.digest):
            raise _ReportError(_WRONG_DIGEST)
        if message.boots != _BOOTS or abs(message.engine_time - engine_time) > _TIME_WINDOW_S:
            raise _ReportError(_NOT_IN_TIME, signed=True)
        payload = message.payload
        try:
            if message.flags & FLAG_PRIVACY:
                boots, their_time = message.boots, message.engine_time
                payload = self._keys.decrypt(payload, message.salt, boots, their_time)
            _, context, pdu = decode_scoped_pdu(payload)
        except (BerError, DecryptionError) as problem:
            raise _ReportError(_UNDECRYPTABLE, signed=True) from problem
        return context, pdu

    def _seal(
        self, message: SecureMessage, flags: int, engine_time: int, pdu: bytes, context: bytes
    ) -> bytes:
        payload, salt = encode_scoped_pdu(self._engine_id, context, pdu), b""
        keys = self._keys if flags & FLAG_AUTH else SecurityKeys()
        if flags & FLAG_PRIVACY:
            payload, salt = keys.encrypt(payload, _BOOTS, engine_time)
        header = SecureHeader(
            identity=message.identity,
            flags=flags,
            engine_id=self._engine_id,
            boots=_BOOTS,
            engine_time=engine_time,
            user=message.user,
            salt=salt,
            digest_size=keys.digest_size,
        )
        encoded, position = encode_secure_message(header, payload)
        return keys.sign(encoded, position)

    def _response(self, pdu: Pdu, moment: float) -> bytes:
        if pdu.kind == GET:
            bindings = [self._instance(varbind, moment) for varbind in pdu.varbinds]
        elif pdu.kind == GET_NEXT:
            bindings = self._rows(pdu.varbinds, 1, moment)
        elif pdu.kind == GET_BULK:
            # The error fields of a GETBULK are non-repeaters and max-repetitions (RFC 3416, 3).
            single = max(0, pdu.error_status)
            bindings = self._rows(pdu.varbinds[:single], 1, moment)
            repetitions = min(max(0, pdu.error_index), _MAX_REPETITIONS)
            bindings += self._rows(pdu.varbinds[single:], repetitions, moment)
        else:
            raise BerError("not a question")
        return encode_pdu(RESPONSE, pdu.request_id, 0, 0, b"".join(bindings))

    def _instance(self, varbind: Varbind, moment: float) -> bytes:
        place = self._tree.find(varbind[0])
        if place is not None:
            return self._tree.binding(place, moment)
        return encode_tlv(SEQUENCE, encode_tlv(0x06, varbind[0]) + bytes((NO_SUCH_INSTANCE, 0)))

    def _rows(self, varbinds: Sequence[Varbind], repetitions: int, moment: float) -> list[bytes]:
        """Return the instances that follow each name, row by row, as far as a frame takes."""
        places = [self._tree.after(name) for name, _, _ in varbinds]
        names = [encode_tlv(0x06, name) for name, _, _ in varbinds]
        bindings: list[bytes] = []
        size = 0
        for _ in range(repetitions):
            if size > _MAX_BINDINGS_BYTES or all(place >= len(self._tree) for place in places):
                break
            for column, place in enumerate(places):
                if place < len(self._tree):
                    bindings.append(self._tree.binding(place, moment))
                    names[column] = self._tree.name(place)
                    places[column] = place + 1
                else:
                    end = names[column] + bytes((END_OF_MIB_VIEW, 0))
                    bindings.append(encode_tlv(SEQUENCE, end))
                size += len(bindings[-1])
        if not bindings and repetitions:
            ends = [name + bytes((END_OF_MIB_VIEW, 0)) for name in names]
            return [encode_tlv(SEQUENCE, end) for end in ends]
        return bindings


def _engine_id(description: AgentDescription) -> bytes:
    place = f"{description.host}:{description.port}:{description.name}"
    return b"\x80\x00\x1f\x88\x05" + hashlib.sha256(place.encode()).digest()[:12]


def _keys(description: AgentDescription, engine_id: bytes) -> SecurityKeys:
    if description.user is None:
        return SecurityKeys()
    return localized_keys(
        engine_id,
        description.auth,
        description.auth_key,
        description.privacy,
        description.privacy_key,
    )


def _level(keys: SecurityKeys) -> int:
    return (FLAG_AUTH if keys.auth else 0) | (FLAG_PRIVACY if keys.privacy else 0)


class AgentFleet:
    """Agents that follow a file of descriptions."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._changed_at = 0.0
        self.agents: dict[tuple[str, int], SimulatedAgent] = {}

    async def refresh(self) -> None:
        """Start, change and end agents until they are those of the file."""
        changed_at = self._path.stat().st_mtime
        if changed_at == self._changed_at:
            return
        self._changed_at = changed_at
        wanted = {(each.host, each.port): each for each in read_descriptions(self._path)}
        for key in self.agents.keys() - wanted.keys():
            self.agents.pop(key).close()
        for key, description in wanted.items():
            agent = self.agents.get(key)
            if agent is not None:
                agent.apply(description)
                continue
            agent = SimulatedAgent(description)
            await agent.start()
            self.agents[key] = agent

    def tell(self) -> None:
        """Let every agent send the traps that are due."""
        for agent in self.agents.values():
            agent.tell()

    def close(self) -> None:
        """End all agents."""
        for agent in self.agents.values():
            agent.close()
        self.agents.clear()


async def serve_agents(path: Path, *, with_parent: bool = False) -> None:
    """Run the agents of a file until SIGTERM, SIGINT or, if wanted, the parent process's end.

    Raises:
        OSError, ValidationError: when the file or an address cannot be used at the start.
    """
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    parent = os.getppid()
    fleet = AgentFleet(path)
    try:
        await fleet.refresh()
        sys.stdout.write(f"agents_ready count={len(fleet.agents)}\n")
        sys.stdout.flush()
        while not stopped.is_set() and not (with_parent and os.getppid() != parent):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopped.wait(), _TELL_EVERY_S)
            # A file that is being written or was removed leaves the fleet as it is.
            with contextlib.suppress(OSError, ValidationError):
                await fleet.refresh()
            fleet.tell()
    finally:
        fleet.close()


def main() -> None:
    """Run the fleet from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m netzwart.demo.agents",
        description="Simulierte SNMP-Agenten auf Loopback.",
        epilog="Beispiel: python -m netzwart.demo.agents --config var/demo/agents.json",
    )
    parser.add_argument("--config", type=Path, required=True, metavar="DATEI")
    parser.add_argument(
        "--with-parent", action="store_true", help="endet mit dem Prozess, der sie gestartet hat"
    )
    options = parser.parse_args()
    try:
        asyncio.run(serve_agents(options.config, with_parent=options.with_parent))
    except OSError as error:
        sys.exit(f"Simulierte Agenten: {error.strerror or error}")


if __name__ == "__main__":
    main()
