from datetime import UTC, datetime, timedelta

import pytest

from netzwart.evidence.matching import one_spelling
from netzwart.evidence.rules import (
    Candidate,
    Claim,
    EvidenceClass,
    Match,
    SightingSource,
    best,
    class_of,
    fingerprint,
    match,
)
from netzwart.inventory.rules import normalised_serial

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("source", "letter"),
    [
        ("snmp", "A"),
        ("ssh", "A"),
        ("controller", "B"),
        ("mdm", "B"),
        ("lldp", "C"),
        ("fdb", "C"),
        ("stocktake", "D"),
        ("scan", "D"),
    ],
)
def test_class_by_source(source: str, letter: str):
    assert class_of(SightingSource(source), "ABC1") == letter


@pytest.mark.parametrize(("source", "letter"), [("snmp", "C"), ("mdm", "C"), ("scan", "D")])
def test_without_a_serial_number_the_wire_proves_an_address_only(source: str, letter: str):
    assert class_of(SightingSource(source), None) == letter


def test_best_class_and_none():
    assert best([EvidenceClass.D, EvidenceClass.B, EvidenceClass.C]) is EvidenceClass.B
    assert best([]) is EvidenceClass.NONE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" cn-12 34/x ", "CN1234X"),
        (None, None),
        ("", None),
        ("0", None),
        ("00000000", None),
        ("N/A", None),
        ("unknown", None),
        ("To be filled by O.E.M.", None),
        ("To Be Filled", None),
        ("---", None),
        ("xxxxxxx", None),
        ("7", None),
        ("A1", "A1"),
    ],
)
def test_serial_numbers_are_compared_without_spelling(text: str | None, expected: str | None):
    assert normalised_serial(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Cisco Systems, Inc.", "cisco"),
        ("Hewlett Packard Enterprise", "Aruba"),
        ("HPE", "Aruba Networks"),
        ("Hewlett-Packard", "HP"),
        ("LANCOM Systems GmbH", "Lancom"),
        ("D-Link", "DLink"),
        ("TP-LINK", "tplink"),
        ("Müller Elektronik GmbH & Co. KG", "müller elektronik"),
    ],
)
def test_names_of_one_maker_are_one(one: str, other: str):
    assert one_spelling(one) == one_spelling(other) is not None


def test_different_makers_stay_different_and_nothing_is_nobody():
    assert one_spelling("Cisco") != one_spelling("Juniper Networks")
    assert one_spelling("  ,. ") is None
    assert one_spelling(None) is None
    assert one_spelling("Systems GmbH") == "systemsgmbh"


ARUBA = Candidate(1, 10, "aruba")
CISCO = Candidate(2, 10, "cisco")


@pytest.mark.parametrize(
    ("maker", "candidates", "expected"),
    [
        ("aruba", [], Match()),
        ("aruba", [ARUBA], Match(ARUBA)),
        ("aruba", [ARUBA, CISCO], Match(ARUBA)),
        (None, [ARUBA], Match(ARUBA)),
        (None, [ARUBA, CISCO], Match(is_ambiguous=True)),
        ("juniper", [ARUBA], Match(is_ambiguous=True)),
        ("aruba", [ARUBA, Candidate(3, 10, "aruba")], Match(is_ambiguous=True)),
    ],
)
def test_serial_number_means_one_device_or_none(
    maker: str | None, candidates: list[Candidate], expected: Match
):
    assert match(maker, candidates) == expected


def test_same_claim_on_the_same_day_has_the_same_fingerprint():
    claim = Claim(SightingSource.SNMP, NOON, serial="ab-1", node_id=7)
    evening = Claim(SightingSource.SNMP, NOON + timedelta(hours=6), serial="AB1", node_id=7)
    tomorrow = Claim(SightingSource.SNMP, NOON + timedelta(days=1), serial="AB1", node_id=7)
    elsewhere = Claim(SightingSource.SNMP, NOON, serial="AB1", node_id=8)
    prints = [fingerprint(one, "AB1", None) for one in (claim, evening, tomorrow, elsewhere)]
    assert prints[0] == prints[1]
    assert len(set(prints)) == 3
    assert fingerprint(claim, "AB1", ARUBA) != prints[0], "now it is known whose it is"
