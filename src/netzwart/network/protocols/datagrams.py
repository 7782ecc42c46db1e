"""One UDP socket per address family for all agents; answers find their question by number."""

import asyncio
import ipaddress
import secrets
import socket
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from netzwart.network.protocols.ber import BerError
from netzwart.network.protocols.messages import CommunityMessage, SecureMessage, decode_message
from netzwart.network.protocols.replies import (
    MalformedReplyError,
    NoAnswerError,
    SnmpTarget,
)

Message = CommunityMessage | SecureMessage

_RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024
"""A round over some hundred agents answers in bursts; the kernel grants what it allows."""
_MAX_IDENTITY = 0x7FFFFFFF


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where an agent listens, resolved."""

    family: socket.AddressFamily
    host: str
    port: int
    scope: int = 0

    @property
    def socket_address(self) -> tuple[str, int] | tuple[str, int, int, int]:
        """Return the address as `sendto` wants it."""
        if self.family == socket.AF_INET6:
            return (self.host, self.port, 0, self.scope)
        return (self.host, self.port)


async def resolve(target: SnmpTarget) -> Endpoint:
    """Return the first address of the target's host.

    Raises:
        NoAnswerError: when the name has no address.
    """
    try:
        address = ipaddress.ip_address(target.host)
    except ValueError:
        return await _look_up(target)
    if isinstance(address, ipaddress.IPv6Address) and address.scope_id:
        return await _look_up(target)
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6  # noqa: PLR2004
    # As the system prints it: answers are compared with it.
    return Endpoint(family, socket.inet_ntop(family, address.packed), target.port)


async def _look_up(target: SnmpTarget) -> Endpoint:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(target.host, target.port, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError) as problem:
        raise NoAnswerError(f"host name {target.host!r} has no address") from problem
    family, _, _, _, address = found[0]
    scope = address[3] if len(address) == 4 else 0  # noqa: PLR2004
    return Endpoint(family, str(address[0]).partition("%")[0], target.port, int(scope))


class DatagramPort(asyncio.DatagramProtocol):
    """Sends questions and hands each answer to the one who asked.

    An answer counts only when it comes from the address that was asked and bears a number that is
    open; everything else is dropped without a word.
    """

    def __init__(self) -> None:
        self._transports: dict[socket.AddressFamily, asyncio.DatagramTransport] = {}
        self._open: dict[tuple[int, str, int], asyncio.Future[Message]] = {}
        self._waiting: Counter[tuple[str, int]] = Counter()
        self._garbled: set[tuple[str, int]] = set()
        self._identity = secrets.randbelow(_MAX_IDENTITY)

    def datagram_received(self, data: bytes, addr: tuple[str | int, ...]) -> None:
        """Give the message to its question, if there is one."""
        place = (str(addr[0]).partition("%")[0], int(addr[1]))
        try:
            message = decode_message(data)
        except BerError:
            if place in self._waiting:
                self._garbled.add(place)
            return
        future = self._open.get((message.identity, *place))
        if future is not None and not future.done():
            future.set_result(message)

    def error_received(self, exc: Exception) -> None:
        """Leave an unreachable network to the timeout; the error names no question."""

    async def ask(
        self, endpoint: Endpoint, build: Callable[[int], bytes], *, timeout_s: float, retries: int
    ) -> Message:
        """Return the first answer to any of `1 + retries` questions, each with a number of its own.

        Raises:
            NoAnswerError: when none came, each question having waited `timeout_s`.
            MalformedReplyError: when the agent sent something in that time, but no SNMP message.
        """
        place = (endpoint.host, endpoint.port)
        transport = await self._transport(endpoint.family)
        future: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        asked: list[tuple[int, str, int]] = []
        self._waiting[place] += 1
        try:
            for _ in range(1 + max(0, retries)):
                identity = self._next_identity()
                asked.append((identity, *place))
                self._open[asked[-1]] = future
                transport.sendto(build(identity), endpoint.socket_address)
                await asyncio.wait({future}, timeout=timeout_s)
                if future.done():
                    return future.result()
            if place in self._garbled:
                raise MalformedReplyError("the answer is not readable")
        finally:
            for key in asked:
                self._open.pop(key, None)
            self._stop_waiting(place)
        raise NoAnswerError(f"no answer within {timeout_s:g} s, {len(asked)} attempts")

    def close(self) -> None:
        """Close the sockets; questions still open end by their timeout."""
        for transport in self._transports.values():
            transport.close()
        self._transports.clear()

    def _stop_waiting(self, place: tuple[str, int]) -> None:
        self._waiting[place] -= 1
        if not self._waiting[place]:
            del self._waiting[place]
            self._garbled.discard(place)

    def _next_identity(self) -> int:
        self._identity = self._identity % _MAX_IDENTITY + 1
        return self._identity

    async def _transport(self, family: socket.AddressFamily) -> asyncio.DatagramTransport:
        transport = self._transports.get(family)
        if transport is None:
            outlet = socket.socket(family, socket.SOCK_DGRAM)
            outlet.setblocking(False)  # noqa: FBT003 -- socket's signature
            outlet.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER_BYTES)
            loop = asyncio.get_running_loop()
            transport, _ = await loop.create_datagram_endpoint(lambda: self, sock=outlet)
            # Two first questions may have opened one each; the later one steps back.
            earlier = self._transports.setdefault(family, transport)
            if earlier is not transport:
                transport.close()
                return earlier
        return transport
