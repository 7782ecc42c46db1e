from collections.abc import Mapping

import pytest

from netzwart.network.profiles.loading import redaction
from netzwart.network.profiles.redacting import Redactor, as_recording
from netzwart.network.protocols.replies import Oid, SnmpValue

SYSTEM = "1.3.6.1.2.1.1"
OWN = "1.3.6.1.4.1.99999"
TEXT = f"{OWN}.1.0"


def redacted(values: Mapping[str, SnmpValue], *secrets: str) -> dict[str, SnmpValue]:
    answers = {Oid(oid): value for oid, value in values.items()}
    said = Redactor(redaction(), secrets).redacted(answers)
    return {str(oid): value for oid, value in said.items()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("password=geheim1 mode=ap", "password=entfernt mode=ap"),
        ("Kennwort: Sommer2026", "Kennwort: entfernt"),
        ("enable secret 5 $1$mERr$hx5rVt7rPN", "enable secret 5 entfernt"),
        ('wpa-psk "ein langer Satz" end', "wpa-psk entfernt end"),
        ("snmp-server community lesen ro", "snmp-server community entfernt ro"),
        ("ruft an: Admin@Schule.example.de", "ruft an: entfernt@example.org"),
        ("key 0123456789abcdef0123456789abcdef", "key entfernt"),
        ("hash 0123456789abcdef0123456789abcdef", "hash entfernt"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----", "entfernt"),
        ("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAB netz@pc", "entfernt netz@pc"),
        ("gehört der Sonnenschule", "gehört der entfernt"),
        ("uplink to 8.8.8.8 via 10.1.0.1", "uplink to 192.0.2.1 via 10.1.0.1"),
        ("from 2a00:1450:4001:81b::200e", "from 2001:db8::1"),
        ("Firmware 10.13.1000, 48 ports", "Firmware 10.13.1000, 48 ports"),
        ("keyboard and monkey 1", "keyboard and monkey 1"),
    ],
)
def test_texts_lose_their_secrets_and_keep_the_rest(text: str, expected: str):
    assert redacted({TEXT: text.encode()}, "Sonnenschule") == {TEXT: expected.encode()}


def test_the_community_is_gone_wherever_it_stands_in_any_case():
    values: dict[str, SnmpValue] = {TEXT: b"trap host, Lesen-2026!", f"{OWN}.2.0": b"lesen-2026"}

    said = redacted(values, "lesen-2026")

    assert said == {TEXT: b"trap host, entfernt!", f"{OWN}.2.0": b"entfernt"}


@pytest.mark.parametrize(
    "oid",
    [
        "1.3.6.1.6.3.18.1.1.1.2.1",
        "1.3.6.1.6.3.15.1.2.2.1.3.1",
        "1.3.6.1.2.1.4.22.1.2.1.10.0.0.9",
        "1.3.6.1.2.1.17.4.3.1.1.2.0.0.0.0.1",
        "1.3.6.1.2.1.25.4.2.1.5.99",
        "1.2.840.10036.1.2.1.2.1.1",
    ],
)
def test_tables_of_secrets_and_clients_are_never_kept(oid: str):
    assert redacted({oid: b"geheim", TEXT: b"x"}) == {TEXT: b"x"}


def test_names_that_owners_give_become_numbered_words_everywhere_alike():
    values: dict[str, SnmpValue] = {
        f"{SYSTEM}.5.0": b"gym-core-01",
        f"{SYSTEM}.6.0": b"Keller, Haus Schmidt",
        "1.0.8802.1.1.2.1.4.1.1.9.0.1.1": b"gym-core-01",
        "1.0.8802.1.1.2.1.4.1.1.9.0.2.1": b"gym-access-02",
        "1.3.6.1.2.1.31.1.1.1.18.7": b"Frau Mustermann",
        TEXT: b"peer GYM-ACCESS-02 is up",
    }

    assert redacted(values) == {
        f"{SYSTEM}.5.0": b"geraet-1",
        f"{SYSTEM}.6.0": b"ort-1",
        "1.0.8802.1.1.2.1.4.1.1.9.0.1.1": b"geraet-1",
        "1.0.8802.1.1.2.1.4.1.1.9.0.2.1": b"geraet-2",
        "1.3.6.1.2.1.31.1.1.1.18.7": b"port-1",
        TEXT: b"peer geraet-2 is up",
    }


def test_people_of_the_contact_are_named_nowhere_but_the_maker_stays():
    values: dict[str, SnmpValue] = {
        f"{SYSTEM}.1.0": b"Gizmo Switch 24",
        f"{SYSTEM}.4.0": "Erika Müßig, Gizmo Service <erika@example.de>".encode(),
        TEXT: "changed by erika müßig".encode(),
    }

    assert redacted(values) == {
        f"{SYSTEM}.1.0": b"Gizmo Switch 24",
        f"{SYSTEM}.4.0": b"kontakt-1",
        TEXT: b"changed by entfernt entfernt",
    }


def test_public_addresses_are_replaced_in_octets_and_in_the_index():
    values: dict[str, SnmpValue] = {
        f"{OWN}.3.1.8.8.4.4": bytes([8, 8, 4, 4]),
        f"{OWN}.3.2.8.8.4.4": 7,
        f"{OWN}.3.2.8.8.4.45": 8,
        f"{OWN}.4.0": bytes([10, 0, 0, 1]),
    }

    assert redacted(values) == {
        f"{OWN}.3.1.192.0.2.1": bytes([192, 0, 2, 1]),
        f"{OWN}.3.2.192.0.2.1": 7,
        f"{OWN}.3.2.8.8.4.45": 8,
        f"{OWN}.4.0": bytes([10, 0, 0, 1]),
    }


def test_numbers_object_ids_and_octets_stay_as_they_are():
    values: dict[str, SnmpValue] = {
        f"{SYSTEM}.2.0": Oid(f"{OWN}.1"),
        f"{OWN}.5.0": 42,
        f"{OWN}.6.0": bytes.fromhex("00155d01ab02"),
        f"{OWN}.7.0": "Grün".encode("latin-1"),
    }

    assert redacted(values) == values


def test_a_recording_is_in_the_tree_s_order_and_tags_what_it_can():
    answers: dict[Oid, SnmpValue] = {
        Oid(f"{OWN}.10.0"): 2**32,
        Oid(f"{OWN}.9.0"): 2**32 - 1,
        Oid(f"{OWN}.8.0"): -5,
        Oid(f"{SYSTEM}.3.0"): 100,
        Oid(f"{SYSTEM}.2.0"): Oid(OWN),
        Oid(f"{SYSTEM}.1.0"): b"Gizmo",
        Oid(f"{OWN}.11.0"): b"two\nlines",
    }

    assert list(as_recording(answers)) == [
        f"{SYSTEM}.1.0|4|Gizmo",
        f"{SYSTEM}.2.0|6|{OWN}",
        f"{SYSTEM}.3.0|67|100",
        f"{OWN}.8.0|2|-5",
        f"{OWN}.9.0|66|4294967295",
        f"{OWN}.10.0|70|4294967296",
        f"{OWN}.11.0|4x|74776f0a6c696e6573",
    ]
