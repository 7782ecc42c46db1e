"""argon2id: right, wrong, missing and outdated."""

from pydantic import SecretStr

from netzwart.accounts.passwords import hash_password, is_outdated, is_password
from tests.cast import CHEAP_HASH

SENTENCE = SecretStr("korrekt Pferd Batterie")


async def test_hash_is_argon2id_and_salted():
    first, second = await hash_password(SENTENCE), await hash_password(SENTENCE)
    assert first.startswith("$argon2id$")
    assert first != second
    assert await is_password(SENTENCE, first)
    assert not await is_password(SecretStr("korrekt Pferd batterie"), first)


async def test_nobody_has_no_password_not_even_the_dummys():
    assert not await is_password(SENTENCE, None)
    assert not await is_password(SecretStr("nobody has this password"), None)


async def test_broken_hash_opens_nothing():
    assert not await is_password(SENTENCE, "not a hash")


async def test_cheap_hash_is_outdated_and_todays_is_not():
    assert is_outdated(CHEAP_HASH)
    assert not is_outdated(await hash_password(SENTENCE))
