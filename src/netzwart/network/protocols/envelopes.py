"""How a question of the fleet is wrapped for its agent, and an answer unwrapped.

Both ends work on octets: nothing is decoded that need not be. An answer that is not written as
expected is `None` here, and the general wire asks again (`dialogue.py`).
"""

from dataclasses import dataclass
from typing import Protocol

from netzwart.network.protocols.ber import SEQUENCE, encode_octets
from netzwart.network.protocols.messages import RESPONSE
from netzwart.network.protocols.sheets import Question

FRAME = 1420
"""Of 1,500 octets IPv6 and UDP take 48, SNMP's own headers some 30."""
LONG = 0x80
"""A length from here on has octets of its own (X.690, 8.1.3.5)."""


@dataclass(frozen=True, slots=True)
class Report:
    """What came instead of an answer."""

    asks_again: bool = False
    """The engine's time was off and is right now; otherwise no new question cures it."""


Opened = bytes | Report | None
"""What follows the request-id of a response; None if nobody can tell who sent it."""


class Envelope(Protocol):
    """Wraps questions for one agent; may be shared where agents share a secret."""

    def seal(self, question: Question, identity: int) -> bytes | bytearray:
        """Return the message to send at once: the buffer is used again."""
        ...

    @property
    def room(self) -> int:
        """Return how many octets of bindings an answer may have to fit an Ethernet frame."""
        ...

    def open(self, data: bytes, identity: int) -> Opened:
        """Return what is in an answer to the question with this number."""
        ...


def pdu_body(data: bytes, position: int, end: int, identity: int) -> bytes | None:
    """Return what follows the request-id of the response at `position`, which fills up to `end`."""
    if position + 8 > end or data[position] != RESPONSE:
        return None
    size = data[position + 1]
    start = position + 2
    if size >= LONG:
        start += size & 0x7F
        size = int.from_bytes(data[position + 2 : start], "big")
    head = data[start : start + 6]
    if start + size != end or head != b"\x02\x04" + identity.to_bytes(4, "big"):
        return None
    return data[start + 6 : end]


def identity_of(data: bytes) -> int | None:
    """Return the number by which an answer names its question; None if it is not written so.

    Of SNMPv2c that is the request-id, of SNMPv3 the msgID: both INTEGERs of four octets.
    """
    try:
        size = data[1]
        place = 2 if size < LONG else 2 + (size & 0x7F)
        version = data[place + 2]
        # Behind the version stands the community, shorter than 128 octets, or the global data.
        place += 5 + data[place + 4] if version == 1 else 3
        size = data[place + 1]
        place += 2 if size < LONG else 2 + (size & 0x7F)
        if data[place : place + 2] != b"\x02\x04":
            return None
        return int.from_bytes(data[place + 2 : place + 6], "big")
    except IndexError:
        return None


class CommunityEnvelope:
    """SNMPv2c: the community in clear, and nothing else."""

    __slots__ = ("_community", "_fronts", "_head")

    def __init__(self, community: bytes) -> None:
        self._community = community
        self._head = b"\x02\x01\x01" + encode_octets(community)
        self._fronts: dict[int, bytes] = {}
        """What stood before the request-id of a good answer of so many octets. Every length in it
        follows from that size, so it is good for all answers of the size."""

    def seal(self, question: Question, identity: int) -> bytearray:
        """Return the message: the question's template for this community with the number in it."""
        return question.message(self._community, identity)

    @property
    def room(self) -> int:
        """Return what a frame of 1,500 octets leaves beside the headers."""
        return FRAME - len(self._head)

    def open(self, data: bytes, identity: int) -> Opened:
        """Return the body if version, community, number and every length are as they should be."""
        end = len(data)
        front = self._fronts.get(end)
        if front is not None and data.startswith(front):
            place = len(front)
            return (
                data[place + 4 :]
                if data[place : place + 4] == identity.to_bytes(4, "big")
                else None
            )
        size, start = data[1], 2
        if size >= LONG:
            start += size & 0x7F
            size = int.from_bytes(data[2:start], "big")
        place = start + len(self._head)
        if data[0] != SEQUENCE or start + size != end or data[start:place] != self._head:
            return None
        body = pdu_body(data, place, end, identity)
        if body is not None:
            self._fronts[end] = data[: end - len(body) - 4]
        return body
