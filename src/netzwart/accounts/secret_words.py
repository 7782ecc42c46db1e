"""Random words that open doors: cookies, API tokens, invitations. Only their SHA-256 is stored.

They carry 120 bits and more of randomness, so a fast hash is enough: nobody can guess them.
"""

import hashlib
import secrets
import string
from typing import Final

TOKEN_PREFIX: Final = "nw_"  # noqa: S105 - the public beginning of every token
TOKEN_SHOWN: Final = 8
"""First characters that are kept to recognise a token by."""

_BASE62: Final = string.ascii_letters + string.digits
_READABLE: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_INVITATION_LENGTH: Final = 25
_TOKEN_LENGTH: Final = 40
_SESSION_BYTES: Final = 32


def new_api_token() -> str:
    """Return `nw_` and 40 random letters and digits."""
    return TOKEN_PREFIX + "".join(secrets.choice(_BASE62) for _ in range(_TOKEN_LENGTH))


def new_session_word() -> str:
    """Return the value of a session's cookie."""
    return secrets.token_urlsafe(_SESSION_BYTES)


def new_invitation_word() -> str:
    """Return 25 letters and digits in groups of five, without those one mistakes for another."""
    signs = [secrets.choice(_READABLE) for _ in range(_INVITATION_LENGTH)]
    return "-".join("".join(signs[at : at + 5]) for at in range(0, _INVITATION_LENGTH, 5))


def new_csrf_secret() -> str:
    """Return the secret that a session's forms carry."""
    return secrets.token_urlsafe(_SESSION_BYTES)


def digest(word: str) -> str:
    """Return the SHA-256 under which a word is stored, in hexadecimal."""
    return hashlib.sha256(word.encode()).hexdigest()
