"""What is asked of one agent again and again: which instances, cut into which packets.

A sheet says which scalars an agent has, and which columns with which rows; it is learned by a walk.
From it follow questions that are encoded once and shared by all agents of the same kind: only the
request-id differs from one time to the next. A question about rows is a GETBULK over several
columns that starts behind the row before, so that all questions of a poll can be under way at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import ceil

from netzwart.network.protocols.ber import encode_octets, encode_oid_content, encode_tlv
from netzwart.network.protocols.messages import (
    GET,
    GET_BULK,
    encode_pdu,
    question_varbinds,
)
from netzwart.network.protocols.replies import Index, Oid
from netzwart.network.protocols.walking import OIDS_PER_GET

FIRST_IDENTITY = 0x40000000
"""Request-ids from here to 2³¹-1 have four octets each, so that they fit into encoded questions."""
_BINDING_OVERHEAD = 6
_MAX_REPETITIONS = 100
_VERSION_2C = b"\x02\x01\x01"


@dataclass(frozen=True, slots=True)
class Block:
    """Columns that have the same rows, and are asked together."""

    columns: tuple[Oid, ...]
    rows: tuple[Index, ...]
    """In the agent's order."""
    is_slow: bool = False
    """Asked now and then only: names and speeds hardly ever change."""
    value_octets: int = field(default=0, compare=False)
    """What the values of one row may take, without their OIDs: it only cuts the packets."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What an agent is asked with each poll."""

    scalars: tuple[Oid, ...]
    blocks: tuple[Block, ...] = ()


class Question:
    """One encoded PDU whose request-id is still open, and what the answer must name."""

    __slots__ = ("block", "identity_at", "is_slow", "names", "pdu", "rows", "templates", "width")

    def __init__(
        self, pdu: bytes, names: tuple[bytes, ...], block: Block | None, rows: tuple[Index, ...]
    ) -> None:
        self.pdu = pdu
        self.identity_at = pdu.index(FIRST_IDENTITY.to_bytes(4, "big"))
        self.names = names
        """OID contents in the order in which an honest agent answers."""
        self.block = block
        """None for scalars."""
        self.rows = rows
        self.width = len(block.columns) if block else len(names)
        self.is_slow = block is not None and block.is_slow
        self.templates: dict[bytes, tuple[bytearray, int]] = {}
        """Whole messages by community, and where the request-id stands in each."""

    def numbered(self, identity: bytes) -> bytes:
        """Return the PDU with these four octets as its request-id."""
        return self.pdu[: self.identity_at] + identity + self.pdu[self.identity_at + 4 :]

    def message(self, community: bytes, identity: int) -> bytearray:
        """Return the SNMPv2c message; it is the same buffer each time, so send it at once."""
        found = self.templates.get(community)
        if found is None:
            head = _VERSION_2C + encode_octets(community)
            whole = bytearray(encode_tlv(0x30, head + self.pdu))
            found = whole, len(whole) - len(self.pdu) + self.identity_at
            self.templates[community] = found
        template, place = found
        template[place : place + 4] = identity.to_bytes(4, "big")
        return template


@lru_cache(maxsize=256)
def scalar_questions(scalars: tuple[Oid, ...]) -> tuple[Question, ...]:
    """Return GETs for these instances."""
    return tuple(
        _scalar_question(scalars[start : start + OIDS_PER_GET])
        for start in range(0, len(scalars), OIDS_PER_GET)
    )


def _scalar_question(oids: Sequence[Oid]) -> Question:
    names = tuple(encode_oid_content(oid) for oid in oids)
    pdu = encode_pdu(GET, FIRST_IDENTITY, 0, 0, question_varbinds(names))
    return Question(pdu, names, None, ())


@lru_cache(maxsize=4096)
def block_questions(block: Block, rows_each: int) -> tuple[Question, ...]:
    """Return the GETBULKs that together ask for all rows of a block."""
    prefixes = [encode_oid_content(column) for column in block.columns]
    tails = [encode_oid_content(f"0.0.{row}")[1:] for row in block.rows]
    questions: list[Question] = []
    for first in range(0, len(block.rows), rows_each):
        before = tails[first - 1] if first else b""
        chosen = tails[first : first + rows_each]
        asked = question_varbinds([prefix + before for prefix in prefixes])
        pdu = encode_pdu(GET_BULK, FIRST_IDENTITY, 0, len(chosen), asked)
        names = tuple(prefix + tail for tail in chosen for prefix in prefixes)
        questions.append(Question(pdu, names, block, block.rows[first : first + rows_each]))
    return tuple(questions)


def rows_per_packet(block: Block, room: int) -> int:
    """Return how many rows to ask for at once: as few packets as fit so many octets, alike in size.

    What rows take is reckoned by what they took when they were learned.
    """
    longest = max((len(encode_oid_content(f"0.0.{row}")) - 1 for row in block.rows), default=1)
    names = sum(len(encode_oid_content(column)) + longest for column in block.columns)
    each = names + block.value_octets + _BINDING_OVERHEAD * len(block.columns)
    most = max(1, min(room // each, _MAX_REPETITIONS))
    return max(1, ceil(len(block.rows) / ceil(len(block.rows) / most))) if block.rows else most


def questions_of(sheet: Sheet, limits: Mapping[Block, int], room: int) -> list[Question]:
    """Return all questions of a sheet, scalars first.

    Args:
        sheet: What the agent has.
        limits: How many rows of a block it fits into an answer, where less than expected.
        room: Octets that the bindings of an answer may take.
    """
    questions = list(scalar_questions(sheet.scalars))
    for block in sheet.blocks:
        rows_each = min(rows_per_packet(block, room), limits.get(block, _MAX_REPETITIONS))
        questions += block_questions(block, rows_each)
    return questions
