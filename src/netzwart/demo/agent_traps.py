"""What a simulated agent says unasked: linkDown and linkUp of ports that flip.

Sources: IF-MIB (RFC 2863), SNMPv2-Trap-PDU (RFC 3416).
"""

from collections.abc import Sequence

from netzwart.demo.agent_descriptions import DOWN, UP, AgentDescription, AgentInterface
from netzwart.demo.agent_objects import Moment, flips
from netzwart.network.protocols.ber import (
    OBJECT_IDENTIFIER,
    SEQUENCE,
    TIME_TICKS,
    encode_integer,
    encode_oid,
    encode_oid_content,
    encode_tlv,
)
from netzwart.network.protocols.messages import VERSION_2C, encode_community_message, encode_pdu

LINK_DOWN = "1.3.6.1.6.3.1.1.5.3"
LINK_UP = "1.3.6.1.6.3.1.1.5.4"
TRAP_V2 = 0xA7
"""SNMPv2-Trap-PDU (RFC 3416, 3)."""

_SYS_UP_TIME = "1.3.6.1.2.1.1.3.0"
_TRAP_OID = "1.3.6.1.6.3.1.1.4.1.0"
_IF_INDEX, _IF_ADMIN, _IF_OPER = (f"1.3.6.1.2.1.2.2.1.{column}" for column in (1, 7, 8))
_TICKS_PER_SECOND = 100
_LARGEST_TICKS = 2**32


def loose_ports(description: AgentDescription) -> tuple[AgentInterface, ...]:
    """Return the ports that go up and down by themselves, of an agent that tells of it."""
    if not description.trap_port:
        return ()
    return tuple(port for port in description.interfaces if port.flips_every_s and port.admin == UP)


def states_of(ports: Sequence[AgentInterface], moment: Moment) -> dict[int, int]:
    """Return ifOperStatus by ifIndex at this moment."""
    return {
        port.index: (DOWN if port.oper == UP else UP)
        if flips(moment, port.flips_every_s)
        else port.oper
        for port in ports
    }


def steady_changes(before: AgentDescription, after: AgentDescription) -> dict[int, int]:
    """Return ifOperStatus of the ports that somebody plugged or unplugged, by ifIndex."""
    was = {port.index: port.oper for port in before.interfaces if not port.flips_every_s}
    return {
        port.index: port.oper
        for port in after.interfaces
        if not port.flips_every_s and was.get(port.index, port.oper) != port.oper
    }


def link_trap(community: str, number: int, uptime_s: float, index: int, oper: int) -> bytes:
    """Return a v2c message that tells of one port, as the objects of linkDown want it."""
    ticks = int(uptime_s * _TICKS_PER_SECOND) % _LARGEST_TICKS
    kind = LINK_UP if oper == UP else LINK_DOWN
    bindings = b"".join(
        (
            _binding(_SYS_UP_TIME, encode_integer(ticks, TIME_TICKS)),
            _binding(_TRAP_OID, encode_tlv(OBJECT_IDENTIFIER, encode_oid_content(kind))),
            _binding(f"{_IF_INDEX}.{index}", encode_integer(index)),
            _binding(f"{_IF_ADMIN}.{index}", encode_integer(UP)),
            _binding(f"{_IF_OPER}.{index}", encode_integer(oper)),
        )
    )
    pdu = encode_pdu(TRAP_V2, number, 0, 0, bindings)
    return encode_community_message(VERSION_2C, community.encode(), pdu)


def _binding(oid: str, value: bytes) -> bytes:
    return encode_tlv(SEQUENCE, encode_oid(oid) + value)
