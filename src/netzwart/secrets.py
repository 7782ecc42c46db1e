"""Encryption at rest: what netzwart must know but nobody may read from a copy of the database."""

import base64
import hashlib
import hmac
import json
import os
import secrets as randomness
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr

KEY_BYTES = 32
NONCE_BYTES = 12
FORMAT = b"nw1"


class BrokenSealError(Exception):
    """The bytes were not sealed with this key, for this purpose, or were changed since."""


class SecretBox:
    """Seals and opens small secrets with AES-256-GCM (NIST SP 800-38D).

    `purpose` is authenticated with the bytes, so that a sealed value moved to another row or column
    does not open.
    """

    def __init__(self, key: SecretStr) -> None:
        raw = base64.b64decode(key.get_secret_value())
        if len(raw) != KEY_BYTES:
            raise ValueError(f"the secret key has {len(raw)} bytes, not {KEY_BYTES}")
        self._cipher = AESGCM(raw)
        self._key = raw

    def derive(self, purpose: str) -> bytes:
        """Return a key of 32 bytes for another purpose (HMAC-SHA-256 of the installation's key)."""
        return hmac.new(self._key, purpose.encode(), hashlib.sha256).digest()

    def seal(self, values: Mapping[str, str], purpose: str) -> bytes:
        """Return the encrypted JSON of `values`."""
        nonce = randomness.token_bytes(NONCE_BYTES)
        plain = json.dumps(dict(values)).encode()
        return FORMAT + nonce + self._cipher.encrypt(nonce, plain, purpose.encode())

    def open(self, sealed: bytes, purpose: str) -> dict[str, SecretStr]:
        """Return the values sealed for this purpose.

        Raises:
            BrokenSealError: wrong key, wrong purpose, or changed bytes.
        """
        body = sealed.removeprefix(FORMAT)
        nonce, text = body[:NONCE_BYTES], body[NONCE_BYTES:]
        try:
            plain = self._cipher.decrypt(nonce, text, purpose.encode())
        except (InvalidTag, ValueError) as error:
            raise BrokenSealError("sealed bytes do not open") from error
        return {name: SecretStr(value) for name, value in json.loads(plain).items()}


def new_key() -> SecretStr:
    """Return a fresh random key, base64."""
    return SecretStr(base64.b64encode(randomness.token_bytes(KEY_BYTES)).decode())


def open_secret_box(configured: SecretStr | None, data_dir: Path) -> SecretBox:
    """Return the box of this installation; makes its key file on first use, readable by us only."""
    if configured is not None:
        return SecretBox(configured)
    path = data_dir / "keys" / "secret.key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_once(path, new_key().get_secret_value())
    return SecretBox(SecretStr(path.read_text(encoding="ascii").strip()))


def _write_once(path: Path, text: str) -> None:
    """Write a file that another process starting now cannot overwrite."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
