from datetime import UTC, datetime, timedelta

import pytest

from netzwart.network.topology.locating import (
    Certainty,
    MacSight,
    PortNeighbour,
    find_place,
)

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
MAC = "02:00:00:00:00:0a"
CORE, SW1, SW2, AP = 1, 2, 3, 4
UP1 = PortNeighbour(CORE, "p1", "sw1", SW1)
UP2 = PortNeighbour(CORE, "p2", "sw2", SW2)
DOWN1 = PortNeighbour(SW1, "uplink", "core", CORE)
DOWN2 = PortNeighbour(SW2, "uplink", "core", CORE)
TO_AP = PortNeighbour(SW1, "p5", "ap", AP)


def sight(
    node: int, port: str, macs: int = 1, *, is_gone: bool = False, ago_h: int = 0
) -> MacSight:
    seen = NOW - timedelta(hours=ago_h)
    return MacSight(node, port, 0, macs, NOW, seen, is_gone=is_gone)


@pytest.mark.parametrize(
    ("case", "sights", "heard", "expected"),
    [
        ("never seen", [], [], None),
        ("one switch", [sight(SW1, "p3")], [], (SW1, "p3", Certainty.EDGE)),
        (
            "edge, not the uplinks on the way",
            [sight(CORE, "p1", 20), sight(SW1, "p3"), sight(SW2, "uplink", 30)],
            [UP1, UP2, DOWN1, DOWN2],
            (SW1, "p3", Certainty.EDGE),
        ),
        (
            "at the core itself",
            [sight(CORE, "p7"), sight(SW1, "uplink", 30), sight(SW2, "uplink", 30)],
            [UP1, UP2, DOWN1, DOWN2],
            (CORE, "p7", Certainty.EDGE),
        ),
        (
            "behind an access point without a table",
            [sight(CORE, "p1", 20), sight(SW1, "p5", 25)],
            [UP1, DOWN1, TO_AP],
            (SW1, "p5", Certainty.BEHIND),
        ),
        (
            "the access point has a table",
            [sight(CORE, "p1", 20), sight(SW1, "p5", 25), sight(AP, "wlan0", 25)],
            [UP1, DOWN1, TO_AP],
            (AP, "wlan0", Certainty.UPLINK),
        ),
        (
            "a bundle of cables has no neighbour but carries all",
            [sight(CORE, "lag1", 90), sight(SW1, "p3", 2)],
            [DOWN1],
            (SW1, "p3", Certainty.EDGE),
        ),
        (
            "only an uplink sees it",
            [sight(CORE, "p8", 40)],
            [UP1],
            (CORE, "p8", Certainty.UPLINK),
        ),
        (
            "two that see it behind one another",
            [sight(CORE, "p1", 20), sight(SW1, "uplink", 30)],
            [UP1, DOWN1],
            (CORE, "p1", Certainty.BEHIND),
        ),
        (
            "gone from everywhere: where it was last, and not on an uplink",
            [
                sight(CORE, "p1", 20, is_gone=True, ago_h=1),
                sight(SW1, "p3", 0, is_gone=True, ago_h=1),
                sight(SW2, "p9", 0, is_gone=True, ago_h=50),
            ],
            [UP1, DOWN1],
            (SW1, "p3", Certainty.EDGE),
        ),
        (
            "what is there counts before what was",
            [sight(SW2, "p9", 1, is_gone=True), sight(SW1, "p3", 5, ago_h=9)],
            [],
            (SW1, "p3", Certainty.EDGE),
        ),
    ],
)
def test_place_of_a_mac_address(
    case: str,
    sights: list[MacSight],
    heard: list[PortNeighbour],
    expected: tuple[int, str, Certainty] | None,
):
    place = find_place(MAC, sights, heard)
    found = place and (place.sight.node_id, place.sight.port, place.certainty)
    assert found == expected, case


def test_whoever_is_looked_for_is_not_behind_itself():
    itself = PortNeighbour(SW1, "p5", "ap", AP, MAC)
    place = find_place(MAC, [sight(SW1, "p5")], [itself])
    assert place is not None
    assert (place.certainty, place.neighbour) == (Certainty.EDGE, None)


def test_neighbour_on_the_port_is_named():
    place = find_place(MAC, [sight(SW1, "p5", 9)], [TO_AP])
    assert place is not None
    assert place.neighbour == TO_AP
