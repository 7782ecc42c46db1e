from datetime import UTC, datetime, timedelta

import pytest

from netzwart.network.profiles.facts import Neighbour, NeighbourProtocol
from netzwart.network.topology.comparing import (
    Difference,
    KnownRow,
    NamedNode,
    compare,
    heard,
    recognise,
    spellings,
)

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
LONG_AGO = NOW - timedelta(hours=2)
Rows = dict[str, KnownRow]


def row(port: str = "1", *, is_gone: bool = False, seen: datetime = NOW) -> KnownRow:
    return KnownRow(7, {"port": port}, is_gone, seen)


@pytest.mark.parametrize(
    ("known", "told", "expected"),
    [
        ({}, {}, Difference[str]()),
        ({}, {"a": {"port": "1"}}, Difference[str](new=["a"])),
        ({"a": row()}, {"a": {"port": "1"}}, Difference[str]()),
        ({"a": row(seen=LONG_AGO)}, {"a": {"port": "1"}}, Difference[str](confirmed=[7])),
        ({"a": row()}, {"a": {"port": "2"}}, Difference[str](moved=[(7, "a")])),
        ({"a": row()}, {}, Difference[str](vanished=[7])),
        ({"a": row(is_gone=True)}, {}, Difference[str]()),
        ({"a": row(is_gone=True)}, {"a": {"port": "1"}}, Difference[str](moved=[(7, "a")])),
    ],
)
def test_only_what_changed_is_written(
    known: Rows, told: dict[str, dict[str, object]], expected: Difference[str]
):
    assert compare(known, told, NOW - timedelta(hours=1)) == expected


def test_without_a_moment_nothing_is_confirmed():
    assert compare({"a": row(seen=LONG_AGO)}, {"a": {"port": "1"}}) == Difference[str]()


def neighbour(name: str | None = None, chassis: str | None = None, port: str = "1") -> Neighbour:
    return Neighbour(port, name, "eth0", chassis, NeighbourProtocol.LLDP)


def test_neighbours_fit_their_columns_and_come_once():
    one = neighbour("n" * 900, "c" * 900, "p" * 900)
    (kept,) = heard([one, one], {one: 5})
    assert (len(kept.remote_name), len(kept.remote_chassis)) == (255, 120)
    assert (len(kept.local_interface), kept.remote_node_id) == (200, 5)


def test_new_name_of_a_chassis_is_the_same_neighbour():
    before, after = heard([neighbour("alt", "02:aa")], {}), heard([neighbour("neu", "02:aa")], {})
    assert before[0].key == after[0].key
    assert heard([neighbour("a")], {})[0].key != heard([neighbour("b")], {})[0].key


SW, AP = NamedNode(1, 10, "02:aa"), NamedNode(2, 10, "gym-ap-01")


@pytest.mark.parametrize(
    ("told", "by_chassis", "by_name", "expected"),
    [
        (neighbour("x", "02:AA"), [SW], [], 1),
        (neighbour("gym-ap-01", None), [], [AP], 2),
        (neighbour("GYM-AP-01.schule.example", None), [], [AP], 2),
        (neighbour("gym-ap-01", "02:aa"), [SW], [AP], 1),
        (neighbour("fremd", "02:bb"), [SW], [AP], None),
        # Two nodes share a chassis (VRRP): the one at this school, else the name decides.
        (neighbour("x", "02:aa"), [SW, NamedNode(3, 11, "02:aa")], [], 1),
        (neighbour("gym-ap-01", "02:aa"), [SW, NamedNode(3, 10, "02:aa")], [AP], 2),
        (neighbour("sw", None), [], [NamedNode(3, 11, "sw"), NamedNode(4, 12, "sw")], None),
        (neighbour("sw", None), [], [NamedNode(3, 11, "sw"), NamedNode(4, 10, "sw")], 4),
        (neighbour(None, None), [SW], [AP], None),
        # An IP address has no domain: 10.1.0.5 is not 10.
        (neighbour(None, "10.1.0.5"), [NamedNode(9, 10, "10")], [], None),
    ],
)
def test_neighbour_is_a_node_only_if_certain(
    told: Neighbour,
    by_chassis: list[NamedNode],
    by_name: list[NamedNode],
    expected: int | None,
):
    assert recognise(told, by_chassis, by_name, school_id=10) == expected


def test_spellings_are_what_could_be_kept():
    assert spellings(["SW.schule.de", None, "", "10.0.0.1"]) == ["10.0.0.1", "sw", "sw.schule.de"]
