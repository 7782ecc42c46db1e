"""SNMP messages as frozen values: RFC 1157, RFC 1901, RFC 3412 with the header of RFC 3414."""

from collections.abc import Sequence
from dataclasses import dataclass

from netzwart.network.protocols.ber import (
    NULL,
    OCTET_STRING,
    SEQUENCE,
    BerError,
    Varbind,
    decode_varbinds,
    encode_integer,
    encode_octets,
    encode_tlv,
    expect_tlv,
    read_integer,
    read_octets,
    read_tlv,
)

GET = 0xA0
GET_NEXT = 0xA1
RESPONSE = 0xA2
GET_BULK = 0xA5
REPORT = 0xA8

VERSION_1 = 0
VERSION_2C = 1
VERSION_3 = 3

FLAG_AUTH = 0x01
FLAG_PRIVACY = 0x02
FLAG_REPORTABLE = 0x04

MAX_MESSAGE_SIZE = 65_507
"""What fits into one UDP datagram over IPv4."""

_USM = 3
_MAX_ENGINE_ID = 32
_MAX_31 = 0x7FFFFFFF
_PDUS = frozenset({GET, GET_NEXT, RESPONSE, GET_BULK, REPORT})
_NULL_VALUE = bytes((NULL, 0))


@dataclass(frozen=True, slots=True)
class Pdu:
    """One protocol data unit; of a GETBULK the error fields are non-repeaters and repetitions."""

    kind: int
    request_id: int
    error_status: int
    error_index: int
    varbinds: Sequence[Varbind]


@dataclass(frozen=True, slots=True)
class CommunityMessage:
    """A message of SNMPv1 or SNMPv2c."""

    version: int
    community: bytes
    pdu: Pdu

    @property
    def identity(self) -> int:
        """Return the number that joins question and answer."""
        return self.pdu.request_id


@dataclass(frozen=True, slots=True)
class SecureMessage:
    """A message of SNMPv3 with its USM header; what it carries may still be encrypted."""

    whole: bytes
    identity: int
    max_size: int
    flags: int
    engine_id: bytes
    boots: int
    engine_time: int
    user: bytes
    digest: bytes
    digest_position: int
    salt: bytes
    payload: bytes
    """The scoped PDU's TLV, or the OCTET STRING's content when encrypted."""


def question_varbinds(names: Sequence[bytes]) -> bytes:
    """Return the bindings of a question, each OID content with a NULL value."""
    return b"".join(encode_tlv(SEQUENCE, encode_tlv(0x06, name) + _NULL_VALUE) for name in names)


def encode_pdu(kind: int, request_id: int, status: int, index: int, varbinds: bytes) -> bytes:
    """Return a PDU around already encoded bindings."""
    return encode_tlv(
        kind,
        encode_integer(request_id)
        + encode_integer(status)
        + encode_integer(index)
        + encode_tlv(SEQUENCE, varbinds),
    )


def decode_pdu(data: bytes, position: int, end: int) -> Pdu:
    """Return the PDU at `position`.

    Raises:
        BerError: when it is not one of those that netzwart speaks.
    """
    kind, start, stop = read_tlv(data, position, end)
    if kind not in _PDUS:
        raise BerError("unknown PDU")
    request_id, start = read_integer(data, start, stop)
    status, start = read_integer(data, start, stop)
    index, start = read_integer(data, start, stop)
    list_start, list_stop = expect_tlv(data, start, stop, SEQUENCE)
    return Pdu(kind, request_id, status, index, decode_varbinds(data, list_start, list_stop))


def encode_community_message(version: int, community: bytes, pdu: bytes) -> bytes:
    """Return a message of SNMPv1 or SNMPv2c."""
    return encode_tlv(SEQUENCE, encode_integer(version) + encode_octets(community) + pdu)


def encode_scoped_pdu(engine_id: bytes, context: bytes, pdu: bytes) -> bytes:
    """Return a scopedPDU (RFC 3412, 6.8) in the engine's context."""
    return encode_tlv(SEQUENCE, encode_octets(engine_id) + encode_octets(context) + pdu)


def decode_scoped_pdu(data: bytes) -> tuple[bytes, bytes, Pdu]:
    """Return context engine, context name and PDU; octets behind them are DES padding."""
    start, stop = expect_tlv(data, 0, len(data), SEQUENCE)
    engine_id, start = read_octets(data, start, stop)
    context, start = read_octets(data, start, stop)
    return engine_id, context, decode_pdu(data, start, stop)


@dataclass(frozen=True, slots=True)
class SecureHeader:
    """What a v3 message says before its payload."""

    identity: int
    flags: int
    engine_id: bytes = b""
    boots: int = 0
    engine_time: int = 0
    user: bytes = b""
    salt: bytes = b""
    digest_size: int = 0


def encode_secure_message(header: SecureHeader, payload: bytes) -> tuple[bytes, int]:
    """Return the message with a digest of zeros, and where the digest stands.

    `payload` is the scoped PDU's TLV, or the ciphertext when the privacy flag is set.
    """
    if header.flags & FLAG_PRIVACY:
        payload = encode_octets(payload)
    after_digest = encode_octets(header.salt)
    parameters = encode_octets(
        encode_tlv(
            SEQUENCE,
            encode_octets(header.engine_id)
            + encode_integer(header.boots)
            + encode_integer(header.engine_time)
            + encode_octets(header.user)
            + encode_octets(bytes(header.digest_size))
            + after_digest,
        )
    )
    message = encode_tlv(
        SEQUENCE,
        encode_integer(VERSION_3)
        + encode_tlv(
            SEQUENCE,
            encode_integer(header.identity)
            + encode_integer(MAX_MESSAGE_SIZE)
            + encode_octets(bytes((header.flags,)))
            + encode_integer(_USM),
        )
        + parameters
        + payload,
    )
    # Counted from the end, because the lengths in front may have grown.
    return message, len(message) - len(payload) - len(after_digest) - header.digest_size


def decode_message(data: bytes) -> CommunityMessage | SecureMessage:
    """Return the message in a datagram.

    Raises:
        BerError: when the bytes are no SNMP message.
    """
    start, stop = expect_tlv(data, 0, len(data), SEQUENCE)
    version, start = read_integer(data, start, stop)
    if version == VERSION_3:
        return _decode_secure(data, start, stop)
    if version not in (VERSION_1, VERSION_2C):
        raise BerError("unknown version")
    community, start = read_octets(data, start, stop)
    return CommunityMessage(version, community, decode_pdu(data, start, stop))


def _decode_secure(data: bytes, position: int, end: int) -> SecureMessage:
    start, stop = expect_tlv(data, position, end, SEQUENCE)
    identity, start = read_integer(data, start, stop)
    max_size, start = read_integer(data, start, stop)
    flags, start = read_octets(data, start, stop)
    model, _ = read_integer(data, start, stop)
    if model != _USM or len(flags) != 1:
        raise BerError("not the User-based Security Model")
    outer_start, outer_stop = expect_tlv(data, stop, end, OCTET_STRING)
    start, inner_stop = expect_tlv(data, outer_start, outer_stop, SEQUENCE)
    engine_id, start = read_octets(data, start, inner_stop)
    boots, start = read_integer(data, start, inner_stop)
    engine_time, start = read_integer(data, start, inner_stop)
    if len(engine_id) > _MAX_ENGINE_ID or not (
        0 <= boots <= _MAX_31 and 0 <= engine_time <= _MAX_31
    ):
        raise BerError("engine id, boots or time out of range")
    user, start = read_octets(data, start, inner_stop)
    digest_position, digest_stop = expect_tlv(data, start, inner_stop, OCTET_STRING)
    salt, _ = read_octets(data, digest_stop, inner_stop)
    if flags[0] & FLAG_PRIVACY:
        payload, _ = read_octets(data, outer_stop, end)
    else:
        payload = data[outer_stop:end]
    return SecureMessage(
        whole=data,
        identity=identity,
        max_size=max_size,
        flags=flags[0],
        engine_id=engine_id,
        boots=boots,
        engine_time=engine_time,
        user=user,
        digest=data[digest_position:digest_stop],
        digest_position=digest_position,
        salt=salt,
        payload=payload,
    )
