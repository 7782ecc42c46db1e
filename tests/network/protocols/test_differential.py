"""The fast wire and pysnmp on the same octets, mutated ones too: the same values, or refused."""

import random
import time
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from netzwart.network.protocols import ber, messages
from netzwart.network.protocols.ber import BerError, decode_sub_identifiers, decode_value
from netzwart.network.protocols.engines import Engine, keys_at
from netzwart.network.protocols.envelopes import CommunityEnvelope, Envelope, identity_of
from netzwart.network.protocols.replies import (
    AuthProtocol,
    Index,
    Oid,
    PrivacyProtocol,
    SnmpTarget,
    SnmpVersion,
)
from netzwart.network.protocols.secure_envelopes import SecureEnvelope
from netzwart.network.protocols.sheets import Block, block_questions, scalar_questions
from netzwart.network.protocols.skeletons import locate
from netzwart.network.protocols.usm import SecurityKeys
from tests.network.odd_agent import IF, IFX, OddAgent, switch_values
from tests.network.protocols.pysnmp_oracle import Read, read_community, read_question, read_secure

IDENTITY = 0x40000001
ENGINE_ID = b"\x80\x00\x1f\x88\x04netzwart"
COLUMNS = (f"{IFX}.6", f"{IFX}.18", f"{IF}.8", f"{IF}.14", f"{IF}.5")
SCALARS = ("1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.2.0", "1.3.6.1.2.1.1.3.0", "1.3.6.1.2.1.1.9.0")
UNSIGNED = (ber.COUNTER32, ber.COUNTER64, ber.GAUGE32, ber.TIME_TICKS)
PDU_TAGS = (0x02, 0x04, 0x05, 0x06, 0x30, 0x40, 0x41, 0x42, 0x43, 0x44, 0x46, 0x80, 0x82, 0xA2)


def answer_pdus() -> list[bytes]:
    """Return responses of a switch: to a GET, and to a GETBULK over mixed columns."""
    agent = OddAgent(switch_values(12))
    asked = ((messages.GET, 0, SCALARS), (messages.GET_BULK, 6, COLUMNS))
    pdus: list[bytes] = []
    for kind, repetitions, oids in asked:
        names = [(ber.encode_oid_content(oid), 5, b"") for oid in oids]
        whole = agent.answer(messages.Pdu(kind, IDENTITY, 0, repetitions, names))
        pdus.append(whole[whole.index(b"public") + 6 :])
    return pdus


def mutations(data: bytes, count: int, seed: int) -> Iterator[bytes]:
    """Give octets with a few of them changed, cut out, doubled, or made another type."""
    chance = random.Random(seed)  # noqa: S311 - the same mutations each time
    for _ in range(count):
        mutated = bytearray(data)
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            place = chance.randrange(len(mutated))
            match chance.randrange(6):
                case 0:
                    mutated[place] ^= 1 << chance.randrange(8)
                case 1:
                    mutated[place] = chance.choice(PDU_TAGS)
                case 2:
                    del mutated[place : place + chance.randint(1, 3)]
                case 3:
                    mutated[place:place] = mutated[place : place + chance.randint(1, 3)]
                case 4:
                    mutated[place] = chance.randrange(256)
                case _:
                    del mutated[max(1, place) :]
        yield bytes(mutated)


def by_fast_wire(envelope: Envelope, data: bytes, names: tuple[bytes, ...]) -> Read | None:
    """Return what the fast wire takes; None for what it refuses or leaves to the general wire."""
    body = envelope.open(data, IDENTITY) if identity_of(data) == IDENTITY else None
    if not isinstance(body, bytes):
        return None
    try:
        status, _, places = locate(body)
        if tuple(place[0] for place in places) != names:
            return None
        values = tuple(
            (_arcs(name), decode_value(tag, body[start:stop])) for name, tag, start, stop in places
        )
    except BerError:
        return None
    return Read(IDENTITY, status, values)


def _arcs(name: bytes) -> tuple[int, ...]:
    numbers = decode_sub_identifiers(name)
    first = min(numbers[0] // 40, 2)
    return (first, numbers[0] - 40 * first, *numbers[1:])


def secure_target() -> SnmpTarget:
    return SnmpTarget(
        "127.0.0.1",
        161,
        SnmpVersion.V3,
        user="leser",
        auth=AuthProtocol.SHA256,
        auth_key=SecretStr("auth-geheim"),
        privacy=PrivacyProtocol.AES128,
        privacy_key=SecretStr("priv-geheim"),
    )


def an_engine() -> Engine:
    return Engine(ENGINE_ID, boots=3, engine_time=4000, heard_at=time.monotonic())


def padded(pdu: bytes, *, unsigned: tuple[int, ...] = UNSIGNED) -> bytes:
    """Return a response with a zero before each unsigned number that looks negative.

    Some agents leave it out. That one liberty our codec takes (`ber.decode_value`), pysnmp not.
    """
    _, start, stop = ber.read_tlv(pdu, 0, len(pdu))
    body = pdu[start + 6 : stop]
    status, index, places = locate(body)
    bindings = b"".join(
        ber.encode_tlv(0x30, ber.encode_tlv(6, name) + ber.encode_tlv(tag, zero + body[first:last]))
        for name, tag, first, last in places
        for zero in [b"\0" if tag in unsigned and body[first] & 0x80 else b""]
    )
    return messages.encode_pdu(messages.RESPONSE, IDENTITY, status, index, bindings)


def names_in(pdu: bytes) -> tuple[bytes, ...]:
    _, start, stop = ber.read_tlv(pdu, 0, len(pdu))
    return tuple(place[0] for place in locate(pdu[start + 6 : stop])[2])


@pytest.mark.parametrize("seed", range(4))
def test_mutated_answers_of_v2c(seed: int):
    envelope, taken = CommunityEnvelope(b"public"), 0
    for pdu in answer_pdus():
        whole, names = messages.encode_community_message(1, b"public", pdu), names_in(pdu)
        assert by_fast_wire(envelope, whole, names) == read_community(whole, b"public") is not None
        for data in mutations(whole, 300, seed):
            own = by_fast_wire(envelope, data, names)
            if own is None:
                continue
            taken += 1
            said = data[data.index(b"public") + 6 :]
            if padded(said) != padded(said, unsigned=()):
                data = messages.encode_community_message(1, b"public", padded(said))  # noqa: PLW2901 - as pysnmp has to be told
            assert own == read_community(data, b"public"), data.hex()
    assert taken > 40, "mutations that change a value and nothing else are read"


@pytest.mark.parametrize("seed", range(4))
def test_mutated_answers_of_v3(seed: int):
    """Signed and encrypted as they are, so that the mutation gets as far as it can."""
    envelope, keys, taken = SecureEnvelope(secure_target(), an_engine()), keys_of_engine(), 0
    for pdu in answer_pdus():
        scoped, names = messages.encode_scoped_pdu(ENGINE_ID, b"", pdu), names_in(pdu)
        whole = sealed(keys, scoped)
        found = by_fast_wire(envelope, whole, names)
        assert found == read_secure(whole, keys, ENGINE_ID) is not None
        for plain in mutations(scoped, 200, seed):
            data = sealed(keys, plain)
            own = by_fast_wire(envelope, data, names)
            if own is None:
                continue
            taken += 1
            said = plain[plain.index(ENGINE_ID) + len(ENGINE_ID) + 2 :]
            if padded(said) != padded(said, unsigned=()):
                data = sealed(keys, messages.encode_scoped_pdu(ENGINE_ID, b"", padded(said)))
            assert own == read_secure(data, keys, ENGINE_ID), plain.hex()
        for data in mutations(whole, 100, seed):
            assert data == whole or by_fast_wire(envelope, data, names) is None
            assert data == whole or read_secure(data, keys, ENGINE_ID) is None
    assert taken > 20


def keys_of_engine() -> SecurityKeys:
    return keys_at(secure_target(), an_engine())


def sealed(keys: SecurityKeys, scoped: bytes) -> bytes:
    """Return an agent's message by the general wire's codec."""
    ciphertext, salt = keys.encrypt(scoped, 3, 4000)
    header = messages.SecureHeader(
        IDENTITY, 3, ENGINE_ID, 3, 4000, b"leser", salt, keys.digest_size
    )
    return keys.sign(*messages.encode_secure_message(header, ciphertext))


def test_pysnmp_reads_each_of_many_questions_under_one_cipher():
    """One context encrypts all of them: each must start from its own vector."""
    engine, keys = an_engine(), keys_of_engine()
    envelope = SecureEnvelope(secure_target(), engine)
    questions = [
        *scalar_questions(tuple(map(Oid, SCALARS))),
        *block_questions(Block((Oid(COLUMNS[0]),), tuple(map(Index, "123456789"))), 2),
    ]
    for number in range(200):
        if number % 50 == 0:
            engine.set_time(3 + number, 2 ** (number // 8))
        question, identity = questions[number % len(questions)], IDENTITY + number
        read = read_question(envelope.seal(question, identity), keys, ENGINE_ID)
        assert read == (identity, question.numbered(identity.to_bytes(4, "big")))
