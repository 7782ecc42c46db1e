"""Passwords as argon2id hashes, computed beside the event loop and at most a few at once."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pydantic import SecretStr

_hasher = PasswordHasher()  # RFC 9106, low-memory profile: 64 MiB, three passes, four lanes

# Each hash takes 64 MiB: an unbounded pool would let a crowd of guesses eat the memory.
_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="argon2")


async def hash_password(password: SecretStr) -> str:
    """Return the argon2id hash of a password, salt and parameters included."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_threads, _hasher.hash, password.get_secret_value())


async def is_password(password: SecretStr, stored: str | None) -> bool:
    """Tell whether the password belongs to the hash.

    Without a hash it takes as long and says no, so that time does not tell which names exist.
    """
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_threads, _verify, password.get_secret_value(), stored)


def is_outdated(stored: str) -> bool:
    """Tell whether a hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def _verify(password: str, stored: str | None) -> bool:
    try:
        _hasher.verify(stored or _nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


@cache
def _nobody() -> str:
    return _hasher.hash("nobody has this password")
