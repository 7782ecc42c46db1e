"""What of an answer stays the same from poll to poll, so that only the rest has to be read.

Of a switch's answer nearly nothing changes between two polls. The body of a response (what follows
the request-id) is therefore compared with the last one before anything is decoded:

1. equal octet by octet: there is nothing to read;
2. it differs only inside counters and ticks, everything around them being equal octet by octet:
   those are lifted out by their places;
3. anything else is decoded in full, and the skeleton is built anew.

It is exact: a body that passes 1 or 2 decodes to what the lifted numbers say (`test_skeletons.py`
compares both on mutated answers).
"""

import struct
from collections.abc import Sequence

from netzwart.network.protocols.ber import (
    COUNTER32,
    COUNTER64,
    END_OF_MIB_VIEW,
    GAUGE32,
    INTEGER,
    IP_ADDRESS,
    NO_SUCH_INSTANCE,
    NO_SUCH_OBJECT,
    NULL,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    OPAQUE,
    SEQUENCE,
    TIME_TICKS,
    BerError,
    decode_oid,
    expect_tlv,
    read_integer,
    read_tlv,
)

VARYING = frozenset({COUNTER32, COUNTER64, TIME_TICKS})
"""Types whose values run; a change in any other is news."""
_NUMBERS = {COUNTER32: 5, GAUGE32: 5, TIME_TICKS: 5, COUNTER64: 9}
"""The most octets of each unsigned type; the first of so many is zero."""
_SIZES = {
    INTEGER: (1, 4),
    OCTET_STRING: (0, 0xFFFF),
    NULL: (0, 0),
    OBJECT_IDENTIFIER: (1, 640),
    IP_ADDRESS: (4, 4),
    OPAQUE: (0, 0xFFFF),
    NO_SUCH_OBJECT: (0, 0),
    NO_SUCH_INSTANCE: (0, 0),
    END_OF_MIB_VIEW: (0, 0),
    **{tag: (1, most) for tag, most in _NUMBERS.items()},
}
"""Least and most octets of each type of RFC 3416; what has another is left to the general wire."""
_UNKNOWN = (1, 0)
_LAST_STATUS = 18
"""inconsistentName (RFC 3416, 3)."""
_MAX_31 = 0x7FFFFFFF

Place = tuple[bytes, int, int, int]
"""An OID's content, the value's tag, and where the value's content starts and stops in the body."""


def locate(body: bytes) -> tuple[int, int, list[Place]]:
    """Return error-status, error-index and the place of each value in a response's body.

    Raises:
        BerError: when the body is not what SNMP allows, or goes on behind its bindings.
    """
    end = len(body)
    status, start = read_integer(body, 0, end)
    index, start = read_integer(body, start, end)
    if not (0 <= status <= _LAST_STATUS and 0 <= index <= _MAX_31):
        raise BerError("error-status or error-index out of range")
    position, stop = expect_tlv(body, start, end, SEQUENCE)
    if stop != end:
        raise BerError("octets behind the bindings")
    places: list[Place] = []
    while position < end:
        inner, stop = expect_tlv(body, position, end, SEQUENCE)
        name_start, name_stop = expect_tlv(body, inner, stop, OBJECT_IDENTIFIER)
        tag, value_start, value_stop = read_tlv(body, name_stop, stop)
        if value_stop != stop:
            raise BerError("octets behind a value")
        _check(tag, body, value_start, value_stop)
        places.append((body[name_start:name_stop], tag, value_start, value_stop))
        position = stop
    return status, index, places


def _check(tag: int, body: bytes, start: int, stop: int) -> None:
    """Raise `BerError` if this is no value of its type: then nobody reads it by its skeleton."""
    least, most = _SIZES.get(tag, _UNKNOWN)
    size = stop - start
    if not least <= size <= most:
        raise BerError("unknown type, or of a size that it cannot have")
    if size == _NUMBERS.get(tag) and body[start]:
        raise BerError("number too large for its type")
    if tag == OBJECT_IDENTIFIER:
        decode_oid(body[start:stop])


def numbers_at(body: bytes, places: Sequence[Place]) -> tuple[int, ...]:
    """Return counters and ticks in the answer's order, unsigned."""
    return tuple(
        int.from_bytes(body[start:stop], "big") for _, tag, start, stop in places if tag in VARYING
    )


def is_news(body: bytes, places: Sequence[Place], before: bytes) -> bool:
    """Tell whether something else than numbers differs from the body before."""
    try:
        _, _, former = locate(before)
    except BerError:
        return True
    return _still(body, places) != _still(before, former)


def _still(body: bytes, places: Sequence[Place]) -> list[tuple[bytes, int, bytes]]:
    return [
        (name, tag, b"" if tag in VARYING else body[start:stop])
        for name, tag, start, stop in places
    ]


class Skeleton:
    """One body's fixed octets, and where numbers of the same lengths stand between them."""

    __slots__ = ("_cut", "_fixed", "_size")

    def __init__(self, body: bytes, places: Sequence[Place]) -> None:
        """Take the body apart.

        Args:
            body: A response's body.
            places: What `locate` found in it.
        """
        lengths: list[int] = []
        end = 0
        for _, tag, start, stop in places:
            if tag in VARYING:
                # A leading zero has to stay one.
                first = start + (stop - start == _NUMBERS[tag])
                lengths += (first - end, stop - first)
                end = stop
        lengths.append(len(body) - end)
        self._cut = struct.Struct("".join(f"{length}s" for length in lengths)).unpack
        self._fixed = self._cut(body)[::2]
        self._size = len(body)

    def lift(self, body: bytes) -> tuple[int, ...] | None:
        """Return the numbers of a body that differs in nothing else; None if it does."""
        if len(body) != self._size:
            return None
        parts = self._cut(body)
        if parts[::2] != self._fixed:
            return None
        return tuple(map(int.from_bytes, parts[1::2]))
