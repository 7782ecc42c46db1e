import pytest

from netzwart.network.discovery.ranges import MOST_ADDRESSES, UnusableRangeError, parse_ranges


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10.1.0.7", ["10.1.0.7"]),
        ("10.1.0.0/30", ["10.1.0.1", "10.1.0.2"]),
        ("10.1.0.5/30", ["10.1.0.5", "10.1.0.6"]),
        ("10.1.0.4/31", ["10.1.0.4", "10.1.0.5"]),
        ("10.1.0.4/32", ["10.1.0.4"]),
        ("10.1.0.9-11", ["10.1.0.9", "10.1.0.10", "10.1.0.11"]),
        ("192.168.0.255-192.168.1.0", ["192.168.0.255", "192.168.1.0"]),
        ("10.1.0.2, 10.1.0.1;10.1.0.2\n172.16.0.1", ["10.1.0.1", "10.1.0.2", "172.16.0.1"]),
        ("fd00::1-fd00::2", ["fd00::1", "fd00::2"]),
        ("127.0.0.1", ["127.0.0.1"]),
    ],
)
def test_ranges_become_addresses(text: str, expected: list[str]):
    assert [str(address) for address in parse_ranges(text)] == expected


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Bitte einen Adressbereich"),
        (" , ", "Bitte einen Adressbereich"),
        ("schule.example", "ist kein Adressbereich"),
        ("10.1.0", "ist kein Adressbereich"),
        ("10.1.0.0/33", "ist kein Adressbereich"),
        ("10.1.0.9-8", "liegt das Ende vor dem Anfang"),
        ("10.1.0.9-300", "ist kein Adressbereich"),
        ("10.1.0.1-fd00::1", "liegt das Ende vor dem Anfang"),
        ("8.8.8.8", "nicht im eigenen Netz"),
        ("172.32.0.0/24", "nicht im eigenen Netz"),
        ("169.254.1.1", "nicht im eigenen Netz"),
        ("9.255.255.255-10.0.0.1", "nicht im eigenen Netz"),
        ("10.255.255.255-11.0.0.1", "nicht im eigenen Netz"),
        ("0.0.0.0/0", "nicht im eigenen Netz"),
        ("2001:db8::1", "nicht im eigenen Netz"),
        ("10.0.0.0/8", "mehr als 4096"),
        ("fc00::/7", "mehr als 4096"),
        ("10.1.0.0/20, 10.2.0.0/20", "mehr als 4096"),
    ],
)
def test_range_that_must_not_be_searched_is_refused(text: str, sentence: str):
    with pytest.raises(UnusableRangeError, match=sentence) as refusal:
        parse_ranges(text)
    assert "ranges" in refusal.value.fields


def test_largest_range_is_allowed():
    assert len(parse_ranges("10.1.0.0/20")) == MOST_ADDRESSES - 2
