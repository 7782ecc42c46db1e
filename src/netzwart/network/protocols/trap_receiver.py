"""Receives traps and informs of SNMPv1, v2c and v3 by pysnmp, and tells who sent which kind.

pysnmp answers informs and reports; what it decodes beyond the kind is not used: the node is asked.
"""

import contextlib
import socket
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from pysnmp.carrier.asyncio.dgram import udp, udp6  # pyright: ignore[reportMissingTypeStubs] - it ships none
from pysnmp.entity import config  # pyright: ignore[reportMissingTypeStubs] - it ships none
from pysnmp.entity import engine as engines  # pyright: ignore[reportMissingTypeStubs] - it ships none
from pysnmp.entity.rfc3413 import ntfrcv  # pyright: ignore[reportMissingTypeStubs] - it ships none

from netzwart.network.protocols.pysnmp_engine import AUTH_PROTOCOLS, CRASHES, PRIVACY_PROTOCOLS
from netzwart.network.protocols.pysnmp_values import Foreign
from netzwart.network.protocols.replies import Oid
from netzwart.network.protocols.traps import (
    ByCommunity,
    ByUser,
    Discovery,
    Notification,
    Passport,
    Refusal,
    Senders,
    plain_address,
    screen,
)

_SNMP_TRAP_OID = (1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0)
_RECEIVE_BUFFER_BYTES = 1024 * 1024
_MAX_ENGINES = 10_000
"""v3 users by engine that pysnmp may know; it never drops a row by itself."""
ACCEPTED, ANSWERED = "accepted", "answered"

Take = Callable[[Notification], None]
MayPass = Callable[[str], bool]
"""Tells whether one more message of this address may cost what it costs."""


@dataclass(frozen=True, slots=True)
class EngineIdentity:
    """Who we are to senders of v3 informs; boots grow with each start (RFC 3414, 2.3)."""

    engine_id: bytes
    boots: int


class TrapReceiver:
    """One bound port; `senders` may be exchanged while it is open."""

    def __init__(
        self, identity: EngineIdentity, take: Take, may_pass: MayPass | None = None
    ) -> None:
        """Make pysnmp's engine; that takes some 60 ms, in which it reads its MIBs."""
        self.senders: Senders = {}
        self.counts: Counter[str] = Counter()
        """Datagrams by `ACCEPTED`, `ANSWERED` (questions before an inform) or a `Refusal`."""
        self._identity = identity
        self._take = take
        self._may_pass = may_pass
        self._sender = ""
        self._is_decoded = False
        self._communities: set[bytes] = set()
        self._users: dict[tuple[bytes, str], ByUser] = {}
        self._engine: Foreign = _engine(identity)
        self._transport: Foreign = None

    def open(self, address: str, port: int) -> int:
        """Bind the port and return it; `0` takes a free one.

        Raises:
            OSError: the address cannot be had, or this user may not.
        """
        is_v6 = ":" in address
        bound = socket.socket(socket.AF_INET6 if is_v6 else socket.AF_INET, socket.SOCK_DGRAM)
        try:
            bound.settimeout(0)
            if is_v6:
                bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER_BYTES)
            bound.bind((address, port))
        except OSError:
            bound.close()
            raise
        settings: Foreign = config
        self._transport = _Udp6() if is_v6 else _Udp4()
        self._transport.hear = self._hear
        domain = udp6.DOMAIN_NAME if is_v6 else udp.DOMAIN_NAME
        settings.add_transport(self._engine, domain, self._transport.open_server_mode(sock=bound))
        ntfrcv.NotificationReceiver(self._engine, self._decoded)
        return int(bound.getsockname()[1])

    def close(self) -> None:
        """Free the port; may be called again."""
        if self._transport is not None:
            self._transport.close_transport()
            self._transport = None
            self._engine.close_dispatcher()

    def _hear(self, transport: Foreign, place: tuple[Foreign, ...], datagram: bytes) -> None:
        """Judge a datagram; give it to pysnmp if it may pass."""
        verdict = self._judge(str(place[0]), datagram)
        if isinstance(verdict, Refusal):
            self.counts[verdict] += 1
            return
        self._sender = plain_address(str(place[0]))
        self._is_decoded = False
        # A message that passed is its sender's own; if pysnmp stumbles over it, nobody is harmed.
        with contextlib.suppress(*CRASHES):
            self._admit(verdict)
            transport._callback_function(transport, place, datagram)  # noqa: SLF001 -- pysnmp has no other way in
        self.counts[self._outcome(verdict)] += 1

    def _outcome(self, passport: Passport) -> str:
        """Return what became of a message that passed."""
        if self._is_decoded:
            return ACCEPTED
        # An inform begins with two questions, who we are and what time it is here.
        own = self._identity.engine_id
        is_question = isinstance(passport, ByUser) and passport.engine_id == own
        if is_question or isinstance(passport, Discovery):
            return ANSWERED
        return Refusal.MALFORMED

    def _judge(self, address: str, datagram: bytes) -> Passport | Refusal:
        try:
            sender = self.senders.get(plain_address(address))
        except ValueError:
            sender = None
        if sender is None:
            return Refusal.UNKNOWN_SENDER
        passport = screen(datagram, sender, self._identity.engine_id)
        if isinstance(passport, Refusal) or self._may_pass is None:
            return passport
        return passport if self._may_pass(address) else Refusal.TOO_MANY

    def _admit(self, passport: Passport) -> None:
        """Make pysnmp know what this message was made with."""
        if isinstance(passport, ByCommunity):
            if passport.community not in self._communities:
                name = f"c{sha256(passport.community).hexdigest()[:30]}"
                settings: Foreign = config
                settings.add_v1_system(self._engine, name, passport.community)
                self._communities.add(passport.community)
        elif isinstance(passport, ByUser):
            self._admit_user(passport)

    def _admit_user(self, passport: ByUser) -> None:
        place = (passport.engine_id, passport.user.name)
        if self._users.get(place) == passport:
            return
        if len(self._users) >= _MAX_ENGINES:
            engine_id, name = next(iter(self._users))
            del self._users[engine_id, name]
            settings: Foreign = config
            settings.delete_v3_user(self._engine, name.encode(), self._octets(engine_id))
        _add_user(self._engine, passport, self._octets(passport.engine_id))
        self._users[place] = passport

    def _octets(self, engine_id: bytes) -> Foreign:
        return self._engine.snmpEngineID.clone(engine_id)

    def _decoded(self, *given: Foreign) -> None:
        """Take what pysnmp decoded; called while `_hear` holds the sender."""
        bindings: Foreign = given[4]
        kinds: list[Foreign] = [value for name, value in bindings if tuple(name) == _SNMP_TRAP_OID]
        with contextlib.suppress(TypeError):  # what should be an OID may be anything
            arcs = ".".join(str(int(arc)) for kind in kinds[:1] for arc in tuple(kind))
            self._is_decoded = True
            self._take(Notification(self._sender, Oid(arcs)))


class _Udp4(udp.UdpAsyncioTransport):
    hear: Foreign

    def datagram_received(self, datagram: bytes, transportAddress: Foreign) -> None:  # noqa: N803
        self.hear(self, transportAddress, datagram)


class _Udp6(udp6.Udp6AsyncioTransport):
    hear: Foreign

    def datagram_received(self, datagram: bytes, transportAddress: Foreign) -> None:  # noqa: N803
        self.hear(self, transportAddress, datagram)


def _engine(identity: EngineIdentity) -> Foreign:
    """Return an engine with our identity.

    Set afterwards, since an engine that is given its id keeps its boots in the folder for temporary
    files, which others may write.
    """
    engine: Foreign = engines.SnmpEngine()
    symbols = engine.get_mib_builder().import_symbols(
        "__SNMP-FRAMEWORK-MIB", "snmpEngineID", "snmpEngineBoots"
    )
    for symbol, value in zip(symbols, (identity.engine_id, identity.boots), strict=True):
        symbol.syntax = symbol.syntax.clone(value)
    engine.snmpEngineID = symbols[0].syntax
    return engine


def _add_user(engine: Foreign, passport: ByUser, engine_id: Foreign) -> None:
    user, settings = passport.user, config
    settings.add_v3_user(
        engine,
        user.name.encode(),
        AUTH_PROTOCOLS[user.auth] if user.auth and user.auth_key else config.USM_AUTH_NONE,
        user.auth_key.get_secret_value().encode() if user.auth_key else None,
        PRIVACY_PROTOCOLS[user.privacy, passport.extension]
        if user.privacy and user.privacy_key
        else config.USM_PRIV_NONE,
        user.privacy_key.get_secret_value().encode() if user.privacy_key else None,
        securityEngineId=engine_id,
    )
