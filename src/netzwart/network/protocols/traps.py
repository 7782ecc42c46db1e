"""Who may send notifications, and whether a datagram is one of theirs; pure, and cheap to say no.

The port is open to everybody. pysnmp takes milliseconds for a message and trusts what it can parse,
so a datagram passes here first: known address, its community or a user whose digest is right.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pydantic import SecretStr

from netzwart.network.protocols.ber import SEQUENCE, BerError, expect_tlv, read_integer, read_octets
from netzwart.network.protocols.messages import (
    FLAG_AUTH,
    FLAG_PRIVACY,
    FLAG_REPORTABLE,
    VERSION_1,
    VERSION_2C,
    VERSION_3,
    SecureMessage,
    decode_message,
)
from netzwart.network.protocols.replies import AuthProtocol, Oid, PrivacyProtocol
from netzwart.network.protocols.usm import (
    DecryptionError,
    KeyExtension,
    SecurityKeys,
    extension_matters,
    localized_keys,
)

_LEVEL = FLAG_AUTH | FLAG_PRIVACY
_MIN_ENGINE_ID = 5
"""SnmpEngineID has 5 to 32 octets (RFC 3411, 5)."""


@dataclass(frozen=True, slots=True)
class TrapUser:
    """A user of SNMPv3 as one sender has it."""

    name: str
    auth: AuthProtocol | None = None
    auth_key: SecretStr | None = None
    privacy: PrivacyProtocol | None = None
    privacy_key: SecretStr | None = None

    @property
    def level(self) -> int:
        """Return the message flags that this user's messages must carry."""
        if self.auth is None or not self.auth_key:
            return 0
        return FLAG_AUTH | (FLAG_PRIVACY if self.privacy and self.privacy_key else 0)

    def keys(self, engine_id: bytes, extension: KeyExtension) -> SecurityKeys:
        """Return the user's keys at an engine."""
        return localized_keys(
            engine_id,
            self.auth,
            self.auth_key.get_secret_value() if self.auth_key else "",
            self.privacy,
            self.privacy_key.get_secret_value() if self.privacy_key else "",
            extension,
        )


@dataclass(frozen=True, slots=True)
class TrapSender:
    """What the nodes at one address may send with."""

    communities: frozenset[bytes] = frozenset()
    users: tuple[TrapUser, ...] = ()


Senders = Mapping[str, TrapSender]
"""By source address, as `plain_address` writes it."""


class Refusal(StrEnum):
    """Why a datagram was not listened to."""

    UNKNOWN_SENDER = "unknown_sender"
    WRONG_COMMUNITY = "wrong_community"
    WRONG_USER = "wrong_user"
    MALFORMED = "malformed"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class ByCommunity:
    """The message carries a community of its sender."""

    community: bytes


@dataclass(frozen=True, slots=True)
class ByUser:
    """The message was made with a user's keys at this engine."""

    engine_id: bytes
    user: TrapUser
    extension: KeyExtension


@dataclass(frozen=True, slots=True)
class Discovery:
    """The sender of an inform asks who we are (RFC 3414, 4)."""


Passport = ByCommunity | ByUser | Discovery


@dataclass(frozen=True, slots=True)
class Notification:
    """A trap or inform of a known sender; what it claims is a hint and nothing else."""

    sender: str
    kind: Oid
    """snmpTrapOID.0."""


def plain_address(address: str) -> str:
    """Return an address without scope, and an IPv4 one that came through a v6 socket as IPv4."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return str(mapped or parsed)


def screen(datagram: bytes, sender: TrapSender, own_engine_id: bytes) -> Passport | Refusal:
    """Return by what the datagram may pass, or why it may not. Raises nothing."""
    try:
        start, stop = expect_tlv(datagram, 0, len(datagram), SEQUENCE)
        version, start = read_integer(datagram, start, stop)
        if version in (VERSION_1, VERSION_2C):
            community, _ = read_octets(datagram, start, stop)
            known = community in sender.communities
            return ByCommunity(community) if known else Refusal.WRONG_COMMUNITY
        message = decode_message(datagram) if version == VERSION_3 else None
    except BerError:
        return Refusal.MALFORMED
    if not isinstance(message, SecureMessage):
        return Refusal.MALFORMED
    return _screen_secure(message, sender, own_engine_id)


def _screen_secure(
    message: SecureMessage, sender: TrapSender, own_engine_id: bytes
) -> Passport | Refusal:
    level = message.flags & _LEVEL
    is_ours = message.engine_id == own_engine_id
    if level == 0 and not message.user and sender.users and message.flags & FLAG_REPORTABLE:
        return Discovery() if not message.engine_id or is_ours else Refusal.WRONG_USER
    if len(message.engine_id) < _MIN_ENGINE_ID:
        return Refusal.MALFORMED
    for user in sender.users:
        if user.name.encode() != message.user or user.level != level:
            continue
        extension = _matching(message, user)
        if extension is not None:
            return ByUser(message.engine_id, user, extension)
    return Refusal.WRONG_USER


def _matching(message: SecureMessage, user: TrapUser) -> KeyExtension | None:
    """Return the way of key extension by which the message reads; None if it is not the user's."""
    keys = user.keys(message.engine_id, KeyExtension.REEDER)
    if not keys.verifies(message.whole, message.digest_position, message.digest):
        return None
    if keys.auth is None or keys.privacy is None:
        return KeyExtension.REEDER
    ways = tuple(KeyExtension) if extension_matters(keys.auth, keys.privacy) else ()
    for extension in ways or (KeyExtension.REEDER,):
        if _reads(message, user.keys(message.engine_id, extension)):
            return extension
    return None


def _reads(message: SecureMessage, keys: SecurityKeys) -> bool:
    try:
        plain = keys.decrypt(message.payload, message.salt, message.boots, message.engine_time)
        start, stop = expect_tlv(plain, 0, len(plain), SEQUENCE)
        _, start = read_octets(plain, start, stop)
        read_octets(plain, start, stop)
    except (BerError, DecryptionError):
        return False
    return True
