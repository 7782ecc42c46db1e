"""Questions to pysnmp and what its answers mean here; pysnmp's own objects have no types."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pyasn1.type import univ
from pysnmp.proto import rfc1905  # pyright: ignore[reportMissingTypeStubs] - it ships none

from netzwart.network.protocols.replies import Oid, SnmpValue

Foreign = Any
"""An object of pysnmp, which has no type stubs; it does not leave the three pysnmp modules."""

Arcs = tuple[int, ...]
Binding = tuple[Arcs, Foreign]
"""An OID's numbers and pysnmp's object for the value."""


class QuestionKind(StrEnum):
    """Operations of RFC 3416 that a reader needs."""

    GET = "get"
    NEXT = "next"
    BULK = "bulk"


@dataclass(frozen=True, slots=True)
class PysnmpQuestion:
    """What to ask an agent; `repetitions` counts for a GETBULK only."""

    kind: QuestionKind
    names: Sequence[Arcs]
    repetitions: int = 0


@dataclass(frozen=True, slots=True)
class PysnmpAnswer:
    """A response of any error-status."""

    error_status: int
    error_index: int
    varbinds: Sequence[Binding]


def read_answer(status: Foreign, index: Foreign, varbinds: Foreign) -> PysnmpAnswer:
    """Return pysnmp's three parts of a response as one value."""
    return PysnmpAnswer(int(status), int(index), [(tuple(name), value) for name, value in varbinds])


def is_end_of_mib(value: Foreign) -> bool:
    """Tell whether the agent has nothing after the name that was asked."""
    return isinstance(value, rfc1905.EndOfMibView)


def plain_value(value: Foreign) -> SnmpValue | None:
    """Return pysnmp's value as int, bytes or `Oid`; None for NULL and the three exceptions."""
    if isinstance(value, univ.Null):
        # The exceptions too; to pyasn1 they all are octet strings.
        return None
    if isinstance(value, univ.Integer):
        return int(value)
    if isinstance(value, univ.OctetString):
        return bytes(value)
    if isinstance(value, univ.ObjectIdentifier):
        return Oid(str(value))
    return None
