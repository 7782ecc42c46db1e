"""The door to SNMP: one wire that asks each agent by the codec that suits it.

netzwart's own codec carries the bulk (v2c, and v3 with today's algorithms), because it costs a
fraction of the CPU time. pysnmp carries what is rare and old: SNMPv1, MD5, DES, and agents whose
answers our codec gives up on. Why: `docs/decisions/0011-own-snmp-wire.md`.
"""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import structlog

from netzwart.network.protocols.datagrams import Endpoint, resolve
from netzwart.network.protocols.engines import Engine
from netzwart.network.protocols.envelopes import CommunityEnvelope, Envelope
from netzwart.network.protocols.fleet import FleetWire
from netzwart.network.protocols.replies import (
    AuthProtocol,
    EndlessTableError,
    Index,
    MalformedReplyError,
    NoAnswerError,
    Oid,
    PrivacyProtocol,
    SnmpTarget,
    SnmpValue,
    SnmpVersion,
    SnmpWire,
    WireError,
)
from netzwart.network.protocols.secure_envelopes import SecureEnvelope
from netzwart.network.protocols.udp_wire import UdpSnmpWire

_REMEMBERED_S = 3600.0
_MAX_REMEMBERED = 4096
"""Agents whose answers are odd; far more than a city has."""

_log = structlog.get_logger()

AnswerT = TypeVar("AnswerT")


@dataclass(frozen=True, slots=True)
class FleetPlace:
    """Where the fast wire sends an agent's questions, and how it wraps them."""

    endpoint: Endpoint
    envelope: Envelope


class ClosableSnmpWire(SnmpWire, Protocol):
    """An `SnmpWire` that holds sockets."""

    async def close(self) -> None:
        """Close the sockets; the wire may not be used afterwards."""
        ...


class MeetingWire(ClosableSnmpWire, Protocol):
    """A wire that remembers which SNMPv3 engines it met."""

    def engine_at(self, endpoint: Endpoint) -> Engine | None:
        """Return the engine that has answered from there with the right keys, if any."""
        ...


def open_snmp_wire() -> "ChoosingWire":
    """Return the wire that this installation uses; `close()` it in the loop that used it."""
    return ChoosingWire(UdpSnmpWire(), _open_pysnmp_wire)


def _open_pysnmp_wire() -> ClosableSnmpWire:
    # pysnmp and its MIBs take a quarter of a second that a town without old devices need not wait.
    from netzwart.network.protocols.pysnmp_wire import PysnmpWire  # noqa: PLC0415

    return PysnmpWire()


def is_legacy(target: SnmpTarget) -> bool:
    """Tell whether the target is to be asked by pysnmp from the start: out of date, and routable.

    pysnmp drops the zone of a link-local address.
    """
    if "%" in target.host:
        return False
    if target.version is SnmpVersion.V3:
        return target.auth is AuthProtocol.MD5 or target.privacy is PrivacyProtocol.DES
    return target.version is SnmpVersion.V1


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What was learned about an agent whose answer our codec gave up on."""

    is_read_by_pysnmp: bool
    until: float


class ChoosingWire:
    """Asks each agent by our codec or by pysnmp; one instance belongs to one event loop."""

    def __init__(
        self,
        own: MeetingWire,
        open_pysnmp: Callable[[], ClosableSnmpWire],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Keep both ways to ask.

        Args:
            own: Asks everybody else.
            open_pysnmp: Called once, when the first agent needs it.
            clock: Seconds, from any start.
        """
        self._own = own
        self._open_pysnmp = open_pysnmp
        self._clock = clock
        self._pysnmp: ClosableSnmpWire | None = None
        self._fleet: FleetWire | None = None
        self._communities: dict[str, CommunityEnvelope] = {}
        self._verdicts: dict[tuple[str, int], _Verdict] = {}

    async def get(self, target: SnmpTarget, oids: Sequence[Oid]) -> Mapping[Oid, SnmpValue]:
        """Return the instances the agent has, of those asked; any number, split as needed."""
        return await self._ask(target, lambda wire: wire.get(target, oids))

    async def walk(
        self, target: SnmpTarget, columns: Sequence[Oid]
    ) -> Mapping[Oid, Mapping[Index, SnmpValue]]:
        """Return each column's instances by index, in the agent's order; see `SnmpWire.walk`."""
        return await self._ask(target, lambda wire: wire.walk(target, columns))

    async def close(self) -> None:
        """Close all sockets; the wire may not be used afterwards."""
        try:
            if self._fleet is not None:
                await self._fleet.close()
            await self._own.close()
        finally:
            if self._pysnmp is not None:
                await self._pysnmp.close()

    @property
    def fleet(self) -> FleetWire:
        """Return the fast wire, which asks agents that have been learned by this one."""
        if self._fleet is None:
            self._fleet = FleetWire()
        return self._fleet

    async def fleet_place(self, target: SnmpTarget) -> FleetPlace | None:
        """Return how the fast wire reaches an agent; None where it cannot.

        That is who is asked by pysnmp, and who speaks SNMPv3 and has not answered this wire yet:
        it meets the engines.
        """
        verdict = self._verdict(target)
        if is_legacy(target) or (verdict is not None and verdict.is_read_by_pysnmp):
            return None
        try:
            endpoint = await resolve(target)
        except NoAnswerError:
            return None
        if target.version is SnmpVersion.V2C and target.community is not None:
            return FleetPlace(endpoint, self._community(target.community.get_secret_value()))
        engine = self._own.engine_at(endpoint)
        return None if engine is None else FleetPlace(endpoint, SecureEnvelope(target, engine))

    def _community(self, word: str) -> CommunityEnvelope:
        envelope = self._communities.get(word)
        if envelope is None:
            envelope = self._communities[word] = CommunityEnvelope(word.encode())
        return envelope

    async def _ask(
        self, target: SnmpTarget, act: Callable[[SnmpWire], Awaitable[AnswerT]]
    ) -> AnswerT:
        verdict = self._verdict(target)
        if is_legacy(target) or (verdict is not None and verdict.is_read_by_pysnmp):
            return await act(self._by_pysnmp())
        try:
            return await act(self._own)
        except EndlessTableError:
            # It was readable; pysnmp would spend minutes to find the same.
            raise
        except MalformedReplyError as problem:
            if verdict is not None:
                raise
            return await self._fall_back(target, act, problem)

    async def _fall_back(
        self,
        target: SnmpTarget,
        act: Callable[[SnmpWire], Awaitable[AnswerT]],
        problem: MalformedReplyError,
    ) -> AnswerT:
        try:
            answer = await act(self._by_pysnmp())
        except WireError:
            self._remember(target, is_read_by_pysnmp=False)
            raise problem from None
        self._remember(target, is_read_by_pysnmp=True)
        _log.info("snmp_read_by_pysnmp", host=target.host, port=target.port, reason=str(problem))
        return answer

    def _by_pysnmp(self) -> ClosableSnmpWire:
        if self._pysnmp is None:
            self._pysnmp = self._open_pysnmp()
        return self._pysnmp

    def _verdict(self, target: SnmpTarget) -> _Verdict | None:
        verdict = self._verdicts.get((target.host, target.port))
        return verdict if verdict is not None and verdict.until > self._clock() else None

    def _remember(self, target: SnmpTarget, *, is_read_by_pysnmp: bool) -> None:
        place = (target.host, target.port)
        self._verdicts.pop(place, None)
        self._verdicts[place] = _Verdict(is_read_by_pysnmp, self._clock() + _REMEMBERED_S)
        if len(self._verdicts) > _MAX_REMEMBERED:
            del self._verdicts[next(iter(self._verdicts))]
