import pytest

from netzwart.network.history.packing import (
    UNKNOWN_OCTETS,
    CounterSample,
    PortSet,
    PortTotals,
    UnreadableHistoryError,
    bitmap,
    bits,
    pack_sample,
    pack_totals,
    unpack_sample,
    unpack_totals,
)

SWITCH = PortSet(tuple(range(1, 53)), bitmap([True] * 40 + [False] * 12))


def sample(ports: PortSet = SWITCH, **values: object) -> CounterSample:
    count = len(ports.indexes)
    parts: dict[str, object] = {
        "ports": ports,
        "uptime_s": 86_400,
        "octets": tuple(2**40 + number for number in range(2 * count)),
        "errors": tuple(range(2 * count)),
    }
    return CounterSample(**(parts | values))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "given",
    [
        sample(),
        sample(errors=None),
        sample(uptime_s=None),
        sample(PortSet((), b"")),
        sample(PortSet((1, 2, 7, 10_101, 10_102, 2**31 - 1), b"\x25", b"\x06")),
        sample(octets=(UNKNOWN_OCTETS,) * 104),
    ],
)
def test_sample_comes_back_as_it_went_in(given: CounterSample):
    assert unpack_sample(pack_sample(given)) == given


def test_switch_with_52_ports_costs_less_than_a_kilobyte():
    assert len(pack_sample(sample(errors=None))) < 900


def test_ten_thousand_interfaces_fit():
    many = sample(PortSet(tuple(range(1, 10_001)), bytes(1250)))
    assert unpack_sample(pack_sample(many)) == many


@pytest.mark.parametrize("cut", [0, 5, 11, 20, 400])
def test_damaged_sample_is_told_apart(cut: int):
    with pytest.raises(UnreadableHistoryError):
        unpack_sample(pack_sample(sample())[:cut])
    with pytest.raises(UnreadableHistoryError):
        unpack_sample(b"\x09" + pack_sample(sample())[1:])


def test_bits_are_the_flags_of_the_bitmap():
    flags = (True, False, False, True, True, False, True, False, True)
    assert bits(bitmap(flags), 9) == flags
    assert bitmap([]) == b""


def test_totals_come_back_and_idle_ports_are_cheap():
    rows = tuple(PortTotals(index, 3600, 0, 0, 0, 0, 0, 0, 0) for index in range(1, 53))
    busy = PortTotals(99, 3600, 3590, 2**63, 5, 1, 2, 10**10, 7)
    packed = pack_totals((*rows, busy))
    assert unpack_totals(packed) == (*rows, busy)
    assert len(packed) < 400


@pytest.mark.parametrize("packed", [b"", b"\x02abc", b"\x01abc", pack_totals(())[:-2]])
def test_damaged_totals_are_told_apart(packed: bytes):
    with pytest.raises(UnreadableHistoryError):
        unpack_totals(packed)
