"""The part of BER that SNMP uses, both ways, on plain bytes.

pyasn1 spends four fifths of a poll's CPU time on building objects for values that netzwart needs
as int and bytes (measured: `bench/README.md` of the design papers), hence these hundred lines.
Every length is checked against its container before a byte is read: the input is hostile.
"""

from functools import lru_cache

from netzwart.network.protocols.replies import Oid, SnmpValue

INTEGER = 0x02
OCTET_STRING = 0x04
NULL = 0x05
OBJECT_IDENTIFIER = 0x06
SEQUENCE = 0x30
IP_ADDRESS = 0x40
COUNTER32 = 0x41
GAUGE32 = 0x42
TIME_TICKS = 0x43
OPAQUE = 0x44
COUNTER64 = 0x46
UNSIGNED32 = 0x47
NO_SUCH_OBJECT = 0x80
NO_SUCH_INSTANCE = 0x81
END_OF_MIB_VIEW = 0x82

_UNSIGNED = frozenset({COUNTER32, GAUGE32, TIME_TICKS, COUNTER64, UNSIGNED32})
_BYTES = frozenset({OCTET_STRING, IP_ADDRESS, OPAQUE, 0x45})
_LONG_FORM = 0x80
_MAX_LENGTH_OCTETS = 4
_MAX_INTEGER_OCTETS = 9
_MAX_SUB_IDENTIFIER = 0xFFFFFFFF
_PADDING = 0x80
_MAX_OID_OCTETS = 640
"""128 sub-identifiers (RFC 2578, 3.5) of at most five octets."""


class BerError(ValueError):
    """The bytes are not the BER that SNMP allows."""


def encode_tlv(tag: int, content: bytes) -> bytes:
    """Return the content behind its tag and definite length."""
    size = len(content)
    if size < _LONG_FORM:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, _LONG_FORM | len(octets))) + octets + content


def encode_integer(value: int, tag: int = INTEGER) -> bytes:
    """Return the number as INTEGER or, by its tag, as one of the unsigned application types."""
    return encode_tlv(tag, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def encode_octets(value: bytes, tag: int = OCTET_STRING) -> bytes:
    """Return the bytes as OCTET STRING, IpAddress or Opaque."""
    return encode_tlv(tag, value)


@lru_cache(maxsize=65_536)
def encode_oid_content(oid: str) -> bytes:
    """Return a dotted OID without tag and length.

    Raises:
        BerError: when it is not a dotted decimal of at least two allowed numbers.
    """
    try:
        numbers = [int(part) for part in oid.split(".")]
    except ValueError as problem:
        raise BerError("not a dotted OID") from problem
    if len(numbers) < 2 or not 0 <= numbers[0] <= 2 or min(numbers) < 0:  # noqa: PLR2004
        raise BerError("not an OID")
    content = bytearray()
    for number in (numbers[0] * 40 + numbers[1], *numbers[2:]):
        content += _encode_sub_identifier(number)
    return bytes(content)


def _encode_sub_identifier(number: int) -> bytes:
    octets = [number & 0x7F]
    number >>= 7
    while number:
        octets.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(reversed(octets))


def encode_oid(oid: str) -> bytes:
    """Return a dotted OID as OBJECT IDENTIFIER."""
    return encode_tlv(OBJECT_IDENTIFIER, encode_oid_content(oid))


def read_tlv(data: bytes, position: int, end: int) -> tuple[int, int, int]:
    """Return tag, start and stop of the content at `position`, which lies before `end`.

    Raises:
        BerError: when tag, length or content do not fit before `end`.
    """
    if position + 2 > end:
        raise BerError("truncated header")
    size = data[position + 1]
    start = position + 2
    if size >= _LONG_FORM:
        count = size & 0x7F
        if not 1 <= count <= _MAX_LENGTH_OCTETS or start + count > end:
            raise BerError("unusable length")
        size = int.from_bytes(data[start : start + count], "big")
        start += count
    stop = start + size
    if stop > end:
        raise BerError("content longer than its container")
    return data[position], start, stop


def expect_tlv(data: bytes, position: int, end: int, tag: int) -> tuple[int, int]:
    """Return start and stop of the content at `position`, which must have this tag."""
    found, start, stop = read_tlv(data, position, end)
    if found != tag:
        raise BerError("unexpected type")
    return start, stop


def read_integer(data: bytes, position: int, end: int) -> tuple[int, int]:
    """Return the INTEGER at `position` and where the next element starts."""
    start, stop = expect_tlv(data, position, end, INTEGER)
    return _integer(data[start:stop], signed=True), stop


def read_octets(data: bytes, position: int, end: int) -> tuple[bytes, int]:
    """Return the OCTET STRING at `position` and where the next element starts."""
    start, stop = expect_tlv(data, position, end, OCTET_STRING)
    return data[start:stop], stop


def _integer(content: bytes, *, signed: bool) -> int:
    if not 1 <= len(content) <= _MAX_INTEGER_OCTETS:
        raise BerError("integer of unusable size")
    return int.from_bytes(content, "big", signed=signed)


def decode_sub_identifiers(content: bytes) -> tuple[int, ...]:
    """Return the numbers of an OID's (or of a part of an OID's) content.

    Raises:
        BerError: when a number is unfinished, padded (X.690, 8.19.2), above 2³²-1, or there are
            too many of them.
    """
    if len(content) > _MAX_OID_OCTETS or (content and content[-1] & 0x80):
        raise BerError("unusable OID")
    numbers: list[int] = []
    number = 0
    for octet in content:
        if octet == _PADDING and not number:
            raise BerError("padded sub-identifier")
        number = number << 7 | octet & 0x7F
        if octet & 0x80:
            continue
        if number > _MAX_SUB_IDENTIFIER:
            raise BerError("sub-identifier too large")
        numbers.append(number)
        number = 0
    return tuple(numbers)


@lru_cache(maxsize=16_384)
def decode_oid(content: bytes) -> Oid:
    """Return an OID's content in dotted form; empty content gives `0.0`."""
    numbers = decode_sub_identifiers(content)
    if not numbers:
        return Oid("0.0")
    first = min(numbers[0] // 40, 2)
    return Oid(".".join(map(str, (first, numbers[0] - first * 40, *numbers[1:]))))


def decode_value(tag: int, content: bytes) -> SnmpValue | None:
    """Return the plain value; None for NULL, the three exceptions and types SNMP does not know."""
    if tag in _BYTES:
        return content
    if tag == INTEGER:
        return _integer(content, signed=True)
    if tag in _UNSIGNED:
        # Some agents send a Counter32 above 2³¹ without the leading zero octet.
        return _integer(content, signed=False)
    if tag == OBJECT_IDENTIFIER:
        return decode_oid(content)
    return None


Varbind = tuple[bytes, int, bytes]
"""An OID's content, the value's tag, the value's content."""


def decode_varbinds(data: bytes, position: int, end: int) -> list[Varbind]:
    """Return the bindings inside a VarBindList's content.

    Raises:
        BerError: when a binding is not a sequence of an OID and a value.
    """
    varbinds: list[Varbind] = []
    while position < end:
        inner, stop = expect_tlv(data, position, end, SEQUENCE)
        name_start, name_stop = expect_tlv(data, inner, stop, OBJECT_IDENTIFIER)
        tag, value_start, value_stop = read_tlv(data, name_stop, stop)
        varbinds.append((data[name_start:name_stop], tag, data[value_start:value_stop]))
        position = stop
    return varbinds
