"""Questions and answers of the fleet by SNMPv3: sealed, checked and opened on octets.

The usual form of a message is taken apart without decoding it, because its digest says who wrote it
(RFC 3414, 3.2); any other form, and what is not signed, goes the long way by `decode_message`.
"""

import hashlib
import os
from hmac import compare_digest
from typing import NamedTuple, Protocol

from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from netzwart.network.protocols.ber import (
    OCTET_STRING,
    SEQUENCE,
    BerError,
    decode_oid,
    encode_integer,
    encode_octets,
    encode_tlv,
    expect_tlv,
    read_octets,
)
from netzwart.network.protocols.engines import (
    NOT_IN_TIME_WINDOWS,
    TIME_WINDOW_S,
    Engine,
    keys_at,
)
from netzwart.network.protocols.envelopes import FRAME, LONG, Opened, Report, pdu_body
from netzwart.network.protocols.messages import (
    FLAG_AUTH,
    FLAG_PRIVACY,
    FLAG_REPORTABLE,
    MAX_MESSAGE_SIZE,
    REPORT,
    Pdu,
    SecureMessage,
    decode_message,
    decode_scoped_pdu,
)
from netzwart.network.protocols.replies import SnmpTarget
from netzwart.network.protocols.sheets import Question
from netzwart.network.protocols.usm import SecurityKeys

_BLOCK = 16
_SALT = 8
"""Octets, by RFC 3826, 3.1.2.1."""
_SHORTEST_SCOPE = 8
_LEVEL = FLAG_AUTH | FLAG_PRIVACY
_MAX_31 = 0x7FFFFFFF


class _RunningHash(Protocol):
    """What hashlib gives; it has no public name."""

    def copy(self) -> "_RunningHash":
        """Return a hash that has taken in the same."""
        ...

    def update(self, data: bytes, /) -> None:
        """Take in more."""
        ...

    def digest(self) -> bytes:
        """Return the hash of all that was taken in."""
        ...


class Fields(NamedTuple):
    """What a v3 message says, and where: enough to check it before anything is decoded."""

    flags: int
    engine_id: bytes
    boots: int
    engine_time: int
    digest_at: int
    digest_stop: int
    salt: bytes
    payload_at: int
    """Where the scoped PDU starts: its TLV, or the ciphertext."""


def dissect(data: bytes) -> Fields | None:
    """Return the fields of a v3 message in its usual form; None for any other.

    No check but of lengths: with a right digest its author is known, and without one it is nothing.
    """
    try:
        place = 2 if data[1] < LONG else 2 + (data[1] & 0x7F)
        place += 4  # the version, and the global data's tag
        size = data[place]
        inner = place + 7  # behind the msgID
        place += 1 + size
        inner += 2 + data[inner + 1]
        flags = data[inner + 2]
        if size >= LONG or data[inner : inner + 2] != b"\x04\x01":
            return None
        place += 2 if data[place + 1] < LONG else 2 + (data[place + 1] & 0x7F)
        place += 2 if data[place + 1] < LONG else 2 + (data[place + 1] & 0x7F)
        stop = place + 2 + data[place + 1]
        engine_id, place = data[place + 2 : stop], stop
        stop = place + 2 + data[place + 1]
        boots, place = int.from_bytes(data[place + 2 : stop], "big"), stop
        stop = place + 2 + data[place + 1]
        engine_time, place = int.from_bytes(data[place + 2 : stop], "big"), stop
        place += 2 + data[place + 1]  # the user
        digest_at = place + 2
        place = digest_stop = digest_at + data[place + 1]
        stop = place + 2 + data[place + 1]
        salt, place = data[place + 2 : stop], stop
        if flags & FLAG_PRIVACY:
            size, place = data[place + 1], place + 2
            if size >= LONG:
                size, place = (
                    int.from_bytes(data[place : place + (size & 0x7F)], "big"),
                    place + (size & 0x7F),
                )
            if place + size != len(data):
                return None
    except IndexError:
        return None
    if boots > _MAX_31 or engine_time > _MAX_31:
        return None
    return Fields(flags, engine_id, boots, engine_time, digest_at, digest_stop, salt, place)


class _KeptCipher:
    """AES in CFB mode with one context for each direction, whatever vector a message has.

    CFB makes the next block's key stream of the last block of ciphertext. So a block that comes out
    as (or, the other way, is) the vector lets the context go on as if it had begun with it; making
    a new context for each message costs five times as much.
    """

    __slots__ = ("_block", "_decrypt", "_encrypt", "_last")

    def __init__(self, key: bytes) -> None:
        algorithm = AES(key)
        self._encrypt = Cipher(algorithm, CFB(bytes(_BLOCK))).encryptor().update
        self._decrypt = Cipher(algorithm, CFB(bytes(_BLOCK))).decryptor().update
        # One block by itself, which is no message: that is what the mode is made of.
        self._block = Cipher(algorithm, ECB()).encryptor().update  # noqa: S305 - see above
        self._last = bytes(_BLOCK)
        """The block of ciphertext that the encrypting context stands at."""

    def encrypt(self, plain: bytes, vector: bytes) -> bytes:
        """Return the ciphertext."""
        stream = int.from_bytes(self._block(self._last), "big")
        opening = (stream ^ int.from_bytes(vector, "big")).to_bytes(_BLOCK, "big")
        size = len(plain)
        whole = self._encrypt(opening + plain + bytes(-size % _BLOCK))
        self._last = whole[-_BLOCK:]
        return whole[_BLOCK : _BLOCK + size]

    def decrypt(self, cipher: bytes, vector: bytes) -> bytes:
        """Return the plaintext; with a wrong key these are random octets."""
        size = len(cipher)
        return self._decrypt(vector + cipher + bytes(-size % _BLOCK))[_BLOCK : _BLOCK + size]


def _vector(boots: int, engine_time: int, salt: bytes) -> bytes:
    """Return the initialization vector of RFC 3826, 3.1.2.1."""
    return boots.to_bytes(4, "big") + engine_time.to_bytes(4, "big") + salt


class SecureEnvelope:
    """SNMPv3 by the User-based Security Model, for one user at one engine (RFC 3414, RFC 3826)."""

    def __init__(self, target: SnmpTarget, engine: Engine) -> None:
        self._engine = engine
        self._keys = keys_at(target, engine)
        self._scope = encode_octets(engine.engine_id) + encode_octets(target.context.encode())
        self._user = encode_octets((target.user or "").encode())
        self._flags = FLAG_REPORTABLE
        self._flags |= FLAG_AUTH if self._keys.auth else 0
        self._flags |= FLAG_PRIVACY if self._keys.privacy else 0
        self._level = _MAX_SIZE + encode_octets(bytes((self._flags,))) + b"\x02\x01\x03"
        self._head = b"\x02\x01\x03" + bytes((SEQUENCE, 6 + len(self._level))) + b"\x02\x04"
        self._inner, self._outer = _hmac_states(self._keys)
        self._blank = bytes(self._keys.digest_size)
        self._told: tuple[int, int] = (-1, -1)
        self._parameters = b""
        self._salt = int.from_bytes(os.urandom(8), "big")
        self._cipher = _KeptCipher(self._keys.privacy_key) if self._keys.privacy else None

    def seal(self, question: Question, identity: int) -> bytes:
        """Return the message, encrypted and signed as far as the target has keys."""
        number = identity.to_bytes(4, "big")
        told = self._engine.boots, self._engine.time_now()
        if self._told != told:
            self._tell(*told)
        payload = encode_tlv(SEQUENCE, self._scope + question.numbered(number))
        salt = b""
        if self._cipher is not None:
            salt = self._next_salt()
            payload = encode_octets(self._cipher.encrypt(payload, _vector(*told, salt)))
        behind = encode_octets(salt) + payload
        inner = self._head + number + self._level + self._parameters + self._blank + behind
        message = encode_tlv(SEQUENCE, inner)
        if self._inner is None or self._outer is None:
            return message
        signing, finishing = self._inner.copy(), self._outer.copy()
        signing.update(message)
        finishing.update(signing.digest())
        stop = len(message) - len(behind)
        start = stop - len(self._blank)
        return message[:start] + finishing.digest()[: len(self._blank)] + message[stop:]

    def _tell(self, boots: int, now: int) -> None:
        """Encode what goes before the digest; the same for a second, and of the same length."""
        self._told = boots, now
        clock = encode_integer(boots) + encode_integer(now)
        fields = encode_octets(self._engine.engine_id) + clock + self._user
        fields += bytes((OCTET_STRING, len(self._blank)))
        rest = len(self._blank) + 2 + (0 if self._cipher is None else _SALT)
        whole = encode_octets(encode_tlv(SEQUENCE, fields + bytes(rest)))
        self._parameters = whole[: len(whole) - rest]

    def _digest(self, message: bytes, start: int, stop: int) -> bytes:
        """Return the digest of a message as if zeros stood in its place (RFC 3414, 6.3.1)."""
        if self._inner is None or self._outer is None:
            return b""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message[:start])
        inner.update(self._blank)
        inner.update(message[stop:])
        outer.update(inner.digest())
        return outer.digest()[: len(self._blank)]

    def _next_salt(self) -> bytes:
        self._salt = (self._salt + 1) & 0xFFFFFFFFFFFFFFFF
        return self._salt.to_bytes(8, "big")

    @property
    def room(self) -> int:
        """Return what a frame of 1,500 octets leaves beside the headers, digest and salt."""
        return FRAME - 60 - 2 * len(self._scope) - len(self._user) - self._keys.digest_size

    def open(self, data: bytes, identity: int) -> Opened:
        """Return what passed every check of RFC 3414, 3.2."""
        fields = dissect(data)
        if fields is None or not fields.flags & FLAG_AUTH or self._inner is None:
            return self._open_any(data, identity)
        engine = self._engine
        stop = fields.digest_at + len(self._blank)
        is_right = fields.engine_id == engine.engine_id and fields.digest_stop == stop
        if not is_right or not compare_digest(
            self._digest(data, fields.digest_at, stop), data[fields.digest_at : stop]
        ):
            return None
        told, now = (fields.boots, fields.engine_time), engine.time_now()
        if told < (engine.boots, now - TIME_WINDOW_S):
            return None
        if told > (engine.boots, now):
            engine.set_time(*told)
        payload = data[fields.payload_at :]
        if fields.flags & FLAG_PRIVACY:
            if self._cipher is None or len(fields.salt) != _SALT:
                return None
            payload = self._cipher.decrypt(
                payload, _vector(fields.boots, fields.engine_time, fields.salt)
            )
        elif self._cipher is not None:
            return self._open_any(data, identity)
        return self._response(payload, identity)

    def _response(self, payload: bytes, identity: int) -> Opened:
        """Return a response's body from its scoped PDU, whose author is known by now."""
        if not payload.startswith(b"\x30") or len(payload) < _SHORTEST_SCOPE:
            return None
        size, start = payload[1], 2
        if size >= LONG:
            start += size & 0x7F
            size = int.from_bytes(payload[2:start], "big")
        stop = start + size
        if stop > len(payload):
            return None
        place = start + len(self._scope)
        if payload[start:place] != self._scope:
            return None
        if payload[place] == REPORT:
            return self._heed(decode_scoped_pdu(payload)[2], is_signed=True)
        return pdu_body(payload, place, stop, identity)

    def _open_any(self, data: bytes, identity: int) -> Opened:
        """Read what is written in an unusual way, or not signed."""
        try:
            message = decode_message(data)
            if not isinstance(message, SecureMessage) or message.identity != identity:
                return None
            return self._open(message)
        except (BerError, ValueError):
            return None

    def _open(self, message: SecureMessage) -> Opened:
        is_signed = bool(message.flags & FLAG_AUTH)
        if is_signed and not self._is_genuine(message):
            return None
        payload = message.payload
        if message.flags & FLAG_PRIVACY:
            if self._cipher is None or len(message.salt) != _SALT:
                return None
            payload = self._cipher.decrypt(
                payload, _vector(message.boots, message.engine_time, message.salt)
            )
        start, stop = expect_tlv(payload, 0, len(payload), SEQUENCE)
        _, start = read_octets(payload, start, stop)
        _, start = read_octets(payload, start, stop)
        if payload[start] == REPORT:
            if is_signed:
                self._engine.hear(message)
            return self._heed(decode_scoped_pdu(payload)[2], is_signed=is_signed)
        is_level = message.flags & _LEVEL == self._flags & _LEVEL
        if not is_level or message.engine_id != self._engine.engine_id:
            return None
        return pdu_body(payload, start, stop, message.identity)

    def _is_genuine(self, message: SecureMessage) -> bool:
        """Check digest and time; a newer time becomes ours (RFC 3414, 3.2, 6 and 7b)."""
        engine = self._engine
        if message.engine_id != engine.engine_id:
            return False
        if not self._keys.verifies(message.whole, message.digest_position, message.digest):
            return False
        told = message.boots, message.engine_time
        if told < (engine.boots, engine.time_now() - TIME_WINDOW_S):
            return False
        if told > (engine.boots, engine.time_now()):
            engine.hear(message)
        return True

    def _heed(self, pdu: Pdu, *, is_signed: bool) -> Report:
        """Return what a report means; only a signed one is believed about the time."""
        reason = decode_oid(pdu.varbinds[0][0]) if pdu.varbinds else ""
        return Report(asks_again=reason == NOT_IN_TIME_WINDOWS and is_signed)


def _hmac_states(keys: SecurityKeys) -> tuple[_RunningHash | None, _RunningHash | None]:
    """Return the hashes of RFC 2104 that have taken in the key: copies save doing so each time."""
    if keys.auth is None:
        return None, None
    inner, outer = hashlib.new(keys.auth.value), hashlib.new(keys.auth.value)
    key = keys.auth_key.ljust(inner.block_size, b"\0")
    inner.update(bytes(octet ^ 0x36 for octet in key))
    outer.update(bytes(octet ^ 0x5C for octet in key))
    return inner, outer


_MAX_SIZE = encode_integer(MAX_MESSAGE_SIZE)
