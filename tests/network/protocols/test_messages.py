"""Our codec and keys against pysnmp's and pyasn1's, which somebody else wrote."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyasn1.codec.ber import decoder, encoder
from pyasn1.type import univ
from pysnmp.proto import rfc1902
from pysnmp.proto.api import v2c
from pysnmp.proto.secmod.rfc3414 import localkey
from pysnmp.proto.secmod.rfc3414.service import SnmpUSMSecurityModel as Usm

from netzwart.network.protocols import ber, messages
from netzwart.network.protocols.replies import AuthProtocol, PrivacyProtocol
from netzwart.network.protocols.usm import KeyExtension, localized_keys

SUB_IDENTIFIERS = st.lists(st.integers(0, 2**32 - 1), max_size=20)
OIDS = SUB_IDENTIFIERS.map(lambda rest: ".".join(map(str, [1, 3, *rest])))
HMAC_SHA1 = (1, 3, 6, 1, 6, 3, 10, 1, 1, 3)
HMAC_SHA256 = (1, 3, 6, 1, 6, 3, 10, 1, 1, 5)
AES_128 = (1, 3, 6, 1, 6, 3, 10, 1, 2, 4)
CISCO_AES = (1, 3, 6, 1, 4, 1, 9, 12, 6, 1)
ENGINE = b"\x80\x00\x1f\x88\x04netzwart"


@given(st.integers(-(2**63), 2**63 - 1))
def test_integers_are_encoded_as_pyasn1_does(number: int):
    encoded = ber.encode_integer(number)
    assert encoded == encoder.encode(univ.Integer(number))
    assert ber.read_integer(encoded, 0, len(encoded)) == (number, len(encoded))


@given(st.integers(0, 2**64 - 1))
def test_counters_survive_the_round_trip(number: int):
    encoded = ber.encode_integer(number, ber.COUNTER64)
    assert encoded == encoder.encode(rfc1902.Counter64(number))
    tag, start, stop = ber.read_tlv(encoded, 0, len(encoded))
    assert ber.decode_value(tag, encoded[start:stop]) == number


@given(OIDS)
def test_oids_are_encoded_as_pyasn1_does(oid: str):
    assert ber.encode_oid(oid) == encoder.encode(univ.ObjectIdentifier(oid))
    assert ber.decode_oid(ber.encode_oid_content(oid)) == oid


@given(st.binary(max_size=70_000))
def test_octets_of_any_length_are_encoded_as_pyasn1_does(data: bytes):
    assert ber.encode_octets(data) == encoder.encode(univ.OctetString(data))


@given(st.binary(max_size=400))
def test_no_bytes_from_the_wire_raise_anything_else(data: bytes):
    with contextlib.suppress(ber.BerError):
        messages.decode_message(data)


@given(st.data())
def test_a_damaged_message_raises_nothing_else(data: st.DataObject):
    pdu = messages.encode_pdu(messages.RESPONSE, 7, 0, 0, messages.question_varbinds([b"\x2b\x06"]))
    whole = bytearray(messages.encode_community_message(1, b"public", pdu))
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ber.BerError):
        messages.decode_message(bytes(whole))


def test_pysnmp_reads_our_question_and_we_its_answer():
    names = [ber.encode_oid_content("1.3.6.1.2.1.1.3.0")]
    pdu = messages.encode_pdu(messages.GET, 4711, 0, 0, messages.question_varbinds(names))
    whole = messages.encode_community_message(messages.VERSION_2C, b"public", pdu)
    question, rest = decoder.decode(whole, asn1Spec=v2c.Message())
    assert rest == b""
    assert bytes(v2c.apiMessage.get_community(question)) == b"public"
    asked = v2c.apiMessage.get_pdu(question)
    assert int(v2c.apiPDU.get_request_id(asked)) == 4711
    answer = v2c.apiPDU.get_response(asked)
    value = (v2c.ObjectIdentifier("1.3.6.1.2.1.1.3.0"), v2c.TimeTicks(99))
    v2c.apiPDU.set_varbinds(answer, [value])
    v2c.apiMessage.set_pdu(question, answer)
    read = messages.decode_message(encoder.encode(question))
    assert isinstance(read, messages.CommunityMessage)
    assert (read.identity, read.pdu.kind) == (4711, messages.RESPONSE)
    ((name, tag, content),) = read.pdu.varbinds
    assert (name, ber.decode_value(tag, content)) == (names[0], 99)


@pytest.mark.parametrize(
    "oid", ["", "1", "x.y", "3.1", "1.-3", "1.3.", "1..3"], ids=lambda oid: oid or "empty"
)
def test_what_is_no_oid_is_refused(oid: str):
    with pytest.raises(ber.BerError):
        ber.encode_oid_content(oid)


def test_example_of_rfc_3414_gives_its_keys():
    engine = bytes(11) + b"\x02"
    keys = localized_keys(engine, AuthProtocol.MD5, "maplesyrup", None, "")
    assert keys.auth_key.hex() == "526f5eed9fcce26f8964c2930787d82b"
    keys = localized_keys(engine, AuthProtocol.SHA1, "maplesyrup", None, "")
    assert keys.auth_key.hex() == "6695febc9288e36282235fc7151f128497b38f3f"


@pytest.mark.parametrize(
    ("extension", "service_id"),
    [(KeyExtension.REEDER, (*CISCO_AES, 102)), (KeyExtension.BLUMENTHAL, (*CISCO_AES, 2))],
)
def test_long_aes_keys_are_pysnmps(extension: KeyExtension, service_id: tuple[int, ...]):
    keys = localized_keys(
        ENGINE, AuthProtocol.SHA1, "auth-geheim", PrivacyProtocol.AES256, "priv-geheim", extension
    )
    master = localkey.hash_passphrase_sha("priv-geheim")
    service = Usm.PRIV_SERVICES[service_id]
    theirs = service.localize_key(HMAC_SHA1, master, univ.OctetString(ENGINE))
    assert keys.privacy_key == bytes(theirs)


@given(st.binary(min_size=1, max_size=300))
def test_pysnmp_decrypts_what_we_encrypt(data: bytes):
    keys = localized_keys(
        ENGINE, AuthProtocol.SHA256, "auth-geheim", PrivacyProtocol.AES128, "priv-geheim"
    )
    ciphertext, salt = keys.encrypt(data, 3, 4000)
    theirs = Usm.PRIV_SERVICES[AES_128].decrypt_data(
        univ.OctetString(keys.privacy_key),
        (3, 4000, list(salt)),
        univ.OctetString(ciphertext),
    )
    assert theirs == data
    assert keys.decrypt(ciphertext, salt, 3, 4000) == data


def test_digest_is_pysnmps_and_any_changed_byte_breaks_it():
    keys = localized_keys(ENGINE, AuthProtocol.SHA256, "auth-geheim", None, "")
    header = messages.SecureHeader(1, messages.FLAG_AUTH, ENGINE, 1, 2, b"leser", b"", 24)
    pdu = messages.encode_scoped_pdu(ENGINE, b"", messages.encode_pdu(messages.GET, 1, 0, 0, b""))
    blank, position = messages.encode_secure_message(header, pdu)
    signed = keys.sign(blank, position)
    service = Usm.AUTH_SERVICES[HMAC_SHA256]
    assert signed == service.authenticate_outgoing_message(univ.OctetString(keys.auth_key), blank)
    read = messages.decode_message(signed)
    assert isinstance(read, messages.SecureMessage)
    assert read.digest_position == position
    assert keys.verifies(read.whole, read.digest_position, read.digest)
    for place in range(len(signed)):
        broken = bytearray(signed)
        broken[place] ^= 1
        digest = bytes(broken[position : position + 24])
        assert not keys.verifies(bytes(broken), position, digest)
