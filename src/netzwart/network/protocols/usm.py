"""Keys, digests and ciphers of SNMPv3's User-based Security Model, for both ends of the wire.

Source: RFC 3414 (MD5, SHA-1, DES), RFC 7860 (SHA-2), RFC 3826 (AES-128); for longer AES keys
draft-blumenthal-aes-usm-04 and draft-reeder-snmpv3-usm-3desede-00.
"""

import hashlib
import hmac
import os
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from netzwart.network.protocols.replies import AuthProtocol, PrivacyProtocol

_DIGEST_SIZES = {
    AuthProtocol.MD5: 12,
    AuthProtocol.SHA1: 12,
    AuthProtocol.SHA224: 16,
    AuthProtocol.SHA256: 24,
    AuthProtocol.SHA384: 32,
    AuthProtocol.SHA512: 48,
}
_CIPHER_KEY_SIZES = {
    PrivacyProtocol.DES: 16,
    PrivacyProtocol.AES128: 16,
    PrivacyProtocol.AES192: 24,
    PrivacyProtocol.AES256: 32,
}
_MEBIBYTE = 1_048_576
_SALT_SIZE = 8
_DES_BLOCK = 8


class DecryptionError(ValueError):
    """Ciphertext or salt cannot have been made by the cipher in use."""


class KeyExtension(StrEnum):
    """How a localized key shorter than the cipher wants is made longer."""

    REEDER = "reeder"
    """Cisco and most vendors; pysnmp's `usmAesCfb256Protocol`."""
    BLUMENTHAL = "blumenthal"
    """net-snmp's AES-192 and AES-256."""


@dataclass(frozen=True, slots=True)
class SecurityKeys:
    """A user's keys, localized to one engine."""

    auth: AuthProtocol | None = None
    auth_key: bytes = b""
    privacy: PrivacyProtocol | None = None
    privacy_key: bytes = b""

    @property
    def digest_size(self) -> int:
        """Return the octets of the digest in each message, 0 without authentication."""
        return _DIGEST_SIZES[self.auth] if self.auth else 0

    def digest(self, message: bytes) -> bytes:
        """Return the digest of a message whose digest field holds zeros."""
        if self.auth is None:
            return b""
        return hmac.digest(self.auth_key, message, self.auth.value)[: self.digest_size]

    def sign(self, message: bytes, position: int) -> bytes:
        """Return the message with its digest filled in at `position`."""
        return message[:position] + self.digest(message) + message[position + self.digest_size :]

    def verifies(self, message: bytes, position: int, digest: bytes) -> bool:
        """Tell whether the digest at `position` was made with this key."""
        if len(digest) != self.digest_size:
            return False
        blank = message[:position] + bytes(len(digest)) + message[position + len(digest) :]
        return hmac.compare_digest(self.digest(blank), digest)

    def encrypt(self, data: bytes, boots: int, engine_time: int) -> tuple[bytes, bytes]:
        """Return ciphertext and the salt that must travel with it."""
        if self.privacy is PrivacyProtocol.DES:
            salt = boots.to_bytes(4, "big") + os.urandom(4)
            data += bytes(-len(data) % _DES_BLOCK)
        else:
            salt = os.urandom(_SALT_SIZE)
        encryptor = self._cipher(salt, boots, engine_time).encryptor()
        return encryptor.update(data) + encryptor.finalize(), salt

    def decrypt(self, data: bytes, salt: bytes, boots: int, engine_time: int) -> bytes:
        """Return the plaintext; with a wrong key these are random bytes.

        Raises:
            DecryptionError: when salt, time or length are impossible for the cipher.
        """
        if len(salt) != _SALT_SIZE or boots < 0 or engine_time < 0:
            raise DecryptionError("salt or time of unusable size")
        if self.privacy is PrivacyProtocol.DES and len(data) % _DES_BLOCK:
            raise DecryptionError("DES ciphertext is not whole blocks")
        decryptor = self._cipher(salt, boots, engine_time).decryptor()
        return decryptor.update(data) + decryptor.finalize()

    def _cipher(self, salt: bytes, boots: int, engine_time: int) -> Cipher[CBC] | Cipher[CFB]:
        if self.privacy is PrivacyProtocol.DES:
            pre_iv = self.privacy_key[8:16]
            vector = bytes(left ^ right for left, right in zip(salt, pre_iv, strict=True))
            # Three times the same key is single DES, which the library no longer offers.
            return Cipher(TripleDES(self.privacy_key[:8] * 3), CBC(vector))
        vector = boots.to_bytes(4, "big") + engine_time.to_bytes(4, "big") + salt
        return Cipher(AES(self.privacy_key), CFB(vector))


def _key_of(password: bytes, auth: AuthProtocol) -> bytes:
    repeated = password * (_MEBIBYTE // len(password) + 1)
    return hashlib.new(auth.value, repeated[:_MEBIBYTE]).digest()


@lru_cache(maxsize=1024)
def _password_key(password: str, auth: AuthProtocol) -> bytes:
    return _key_of(password.encode(), auth)


def _localize(key: bytes, engine_id: bytes, auth: AuthProtocol) -> bytes:
    return hashlib.new(auth.value, key + engine_id + key).digest()


def _extended(
    key: bytes, size: int, engine_id: bytes, auth: AuthProtocol, extension: KeyExtension
) -> bytes:
    while len(key) < size:
        if extension is KeyExtension.BLUMENTHAL:
            key += hashlib.new(auth.value, key).digest()
        else:
            # The draft hashes the last piece only; with two pieces that is the whole key.
            key += _localize(_key_of(key, auth), engine_id, auth)
    return key[:size]


@lru_cache(maxsize=8192)
def localized_keys(
    engine_id: bytes,
    auth: AuthProtocol | None,
    auth_password: str,
    privacy: PrivacyProtocol | None,
    privacy_password: str,
    extension: KeyExtension = KeyExtension.REEDER,
) -> SecurityKeys:
    """Return the keys that passwords give at this engine; the first call per password costs 2 ms.

    Empty passwords mean that the level is not used.
    """
    if auth is None or not auth_password:
        return SecurityKeys()
    auth_key = _localize(_password_key(auth_password, auth), engine_id, auth)
    if privacy is None or not privacy_password:
        return SecurityKeys(auth, auth_key)
    key = _localize(_password_key(privacy_password, auth), engine_id, auth)
    size = _CIPHER_KEY_SIZES[privacy]
    return SecurityKeys(auth, auth_key, privacy, _extended(key, size, engine_id, auth, extension))


def extension_matters(auth: AuthProtocol, privacy: PrivacyProtocol) -> bool:
    """Tell whether the two key extensions differ for this pair of protocols."""
    return hashlib.new(auth.value).digest_size < _CIPHER_KEY_SIZES[privacy]
