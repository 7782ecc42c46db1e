"""Looks whether somebody is at an address, without telling any secret.

An SNMPv3 engine discovery asks for nothing and names nobody (RFC 3414, 4): who answers it speaks
SNMP, and a closed UDP port is refused at once, which is an answer too. Beside it a few TCP ports
are knocked on: a refusal shows life just as well as a welcome. No ICMP, which needs privileges.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from netzwart.network.protocols.messages import (
    FLAG_REPORTABLE,
    GET,
    SecureHeader,
    encode_pdu,
    encode_scoped_pdu,
    encode_secure_message,
)

TCP_PORTS = (22, 443, 80)
PATIENCE_S = 0.8
_LARGEST_DATAGRAM = 4096


class Liveness(StrEnum):
    """What an address shows of itself."""

    SILENT = "silent"
    ALIVE = "alive"
    """Somebody is there; nothing is known about SNMP."""
    SPEAKS_SNMP = "speaks_snmp"
    NO_SNMP = "no_snmp"
    """Somebody is there, and the SNMP port is closed."""


@dataclass(frozen=True, slots=True)
class Look:
    """What came back from the two ways of looking."""

    udp: str
    """`answered`, `refused` or `silent`."""
    tcp: bool


LookAt = Callable[[str, int], Awaitable[Liveness]]


def liveness_of(look: Look) -> Liveness:
    """Return what both ways of looking mean together."""
    if look.udp == "answered":
        return Liveness.SPEAKS_SNMP
    if look.udp == "refused":
        return Liveness.NO_SNMP
    return Liveness.ALIVE if look.tcp else Liveness.SILENT


async def look_at(host: str, port: int, patience_s: float = PATIENCE_S) -> Liveness:
    """Return what an address shows of itself within `patience_s` seconds. Raises nothing."""
    knocking = [asyncio.create_task(_knock(host, tcp, patience_s)) for tcp in TCP_PORTS]
    try:
        udp = await _ask_engine(host, port, patience_s)
        # A clear word about SNMP makes the knocking idle.
        tcp = udp == "silent" and any(await asyncio.gather(*knocking))
    finally:
        for knock in knocking:
            knock.cancel()
        await asyncio.gather(*knocking, return_exceptions=True)
    return liveness_of(Look(udp, tcp))


def engine_question() -> bytes:
    """Return an SNMPv3 discovery message: no user, no secret, no object asked for."""
    pdu = encode_scoped_pdu(b"", b"", encode_pdu(GET, 1, 0, 0, b""))
    return encode_secure_message(SecureHeader(1, FLAG_REPORTABLE), pdu)[0]


async def _ask_engine(host: str, port: int, patience_s: float) -> str:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    loop = asyncio.get_running_loop()
    with socket.socket(family, socket.SOCK_DGRAM) as asking:
        asking.setblocking(False)  # noqa: FBT003 - the library's own signature
        try:
            # Connected, so that the kernel tells when the port is closed.
            asking.connect((host, port))
            async with asyncio.timeout(patience_s):
                await loop.sock_sendall(asking, engine_question())
                await loop.sock_recv(asking, _LARGEST_DATAGRAM)
        except ConnectionRefusedError:
            return "refused"
        except (OSError, TimeoutError):
            return "silent"
    return "answered"


async def _knock(host: str, port: int, patience_s: float) -> bool:
    try:
        async with asyncio.timeout(patience_s):
            _, writer = await asyncio.open_connection(host, port)
    except ConnectionRefusedError:
        return True
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True
