from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from netzwart.network.topology.linking import (
    Basis,
    Document,
    Link,
    LinkState,
    PlanNode,
    Telling,
    drop_superseded,
    link_up,
    same_port,
)

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
CORE, SW1, AP, STRANGER = 1, 2, 3, -1
NODES = {
    CORE: PlanNode(CORE, "core", "switch", "up"),
    SW1: PlanNode(SW1, "sw1", "switch", "up"),
    AP: PlanNode(AP, "ap", "access_point", "down"),
    STRANGER: PlanNode(STRANGER, "fremd", state="stranger"),
}
Ports = dict[tuple[int, str], str]


def tells(
    node: int, port: str, remote: int, remote_port: str, *, gone: bool = False, days_ago: int = 0
) -> Telling:
    seen = NOW - timedelta(days=days_ago)
    return Telling(node, port, remote, remote_port, "lldp", seen, seen, is_gone=gone)


def links(
    told: Sequence[Telling], documents: Sequence[Document] = (), ports: Ports | None = None
) -> list[Link]:
    return link_up(told, documents, NODES, ports or {}, NOW)


def ends(found: Sequence[Link]) -> list[tuple[int, str, int, str]]:
    return [(link.a, link.a_port, link.b, link.b_port) for link in found]


@pytest.mark.parametrize(
    ("case", "told", "expected"),
    [
        ("nothing", [], []),
        ("one end tells", [tells(SW1, "up", CORE, "p1")], [(CORE, "p1", SW1, "up")]),
        (
            "both ends tell",
            [tells(SW1, "up", CORE, "p1"), tells(CORE, "p1", SW1, "up")],
            [(CORE, "p1", SW1, "up")],
        ),
        (
            "each end knows its own port best",
            [tells(SW1, "up", CORE, "02:aa"), tells(CORE, "p1", SW1, "02:bb")],
            [(CORE, "p1", SW1, "up")],
        ),
        (
            "two cables between the same two",
            [
                tells(CORE, "p1", SW1, "u1"),
                tells(CORE, "p2", SW1, "u2"),
                tells(SW1, "u2", CORE, "p2"),
                tells(SW1, "u1", CORE, "p1"),
            ],
            [(CORE, "p1", SW1, "u1"), (CORE, "p2", SW1, "u2")],
        ),
        (
            "long and short names of one port",
            [
                tells(CORE, "Gi1/0/1", SW1, "GigabitEthernet0/9"),
                tells(SW1, "Gi0/9", CORE, "GigabitEthernet1/0/1"),
            ],
            [(CORE, "Gi1/0/1", SW1, "Gi0/9")],
        ),
        ("a stranger is the far end", [tells(CORE, "p4", STRANGER, "x")],
         [(CORE, "p4", STRANGER, "x")]),
        ("about somebody who is not shown", [tells(CORE, "p4", 99, "x")], []),
        (
            "a former name of the far port is the same cable",
            [tells(CORE, "p1", SW1, "alt", gone=True), tells(SW1, "neu", CORE, "p1"),
             tells(CORE, "p1", SW1, "neu")],
            [(CORE, "p1", SW1, "alt"), (CORE, "p1", SW1, "neu")],
        ),
    ],
)  # fmt: skip
def test_each_cable_is_one_link(
    case: str, told: list[Telling], expected: list[tuple[int, str, int, str]]
):
    assert ends(links(told)) == expected, case


def test_gone_link_whose_port_leads_elsewhere_is_not_shown():
    told = [tells(CORE, "p1", AP, "eth0", gone=True), tells(CORE, "p1", SW1, "up")]
    assert ends(drop_superseded(links(told))) == [(CORE, "p1", SW1, "up")]
    documented = [Document(5, CORE, "p1", AP, "eth0")]
    assert len(drop_superseded(links(told, documented))) == 2, "what is documented stays"


BOTH = [tells(CORE, "p1", SW1, "up"), tells(SW1, "up", CORE, "p1")]
GONE = [tells(CORE, "p1", SW1, "up", gone=True)]


@pytest.mark.parametrize(
    ("told", "ports", "expected"),
    [
        (BOTH, {}, LinkState.UP),
        (BOTH, {(CORE, "p1"): "up", (SW1, "up"): "up"}, LinkState.UP),
        (BOTH, {(CORE, "p1"): "up", (SW1, "up"): "down"}, LinkState.DOWN),
        (BOTH, {(CORE, "p1"): "lower_layer_down"}, LinkState.DOWN),
        (GONE, {}, LinkState.GONE),
        (GONE, {(CORE, "p1"): "down"}, LinkState.DOWN),
        ([tells(SW1, "p5", AP, "eth0")], {(SW1, "p5"): "up"}, LinkState.SILENT),
        ([tells(SW1, "p5", AP, "eth0")], {(SW1, "p5"): "down"}, LinkState.DOWN),
        # What the silent one said about its own port before it fell silent proves nothing.
        ([tells(SW1, "p5", AP, "eth0")], {(AP, "eth0"): "down"}, LinkState.SILENT),
    ],
)
def test_state_of_a_link(told: list[Telling], ports: Ports, expected: LinkState):
    (link,) = links(told, ports=ports)
    assert link.state is expected


@pytest.mark.parametrize(
    ("told", "document", "expected"),
    [
        (BOTH, Document(7, SW1, "up", CORE, "p1", "Schrank 1"), (Basis.BOTH, LinkState.UP)),
        (BOTH, Document(7, SW1, "", CORE, ""), (Basis.BOTH, LinkState.UP)),
        ([], Document(7, SW1, "up", CORE, "p1"), (Basis.DOCUMENTED, LinkState.UNSEEN)),
        (GONE, Document(7, SW1, "up", CORE, "p1"), (Basis.BOTH, LinkState.GONE)),
    ],
)
def test_document_and_observation_are_one_link(
    told: list[Telling], document: Document, expected: tuple[Basis, LinkState]
):
    (link,) = links(told, [document])
    assert (link.basis, link.state) == expected
    assert (link.document_id, link.note) == (7, document.note)


def test_document_about_another_port_is_a_link_of_its_own():
    found = links(BOTH, [Document(7, CORE, "p9", SW1, "up")])
    assert [(link.a_port, link.basis) for link in found] == [
        ("p1", Basis.OBSERVED),
        ("p9", Basis.DOCUMENTED),
    ]


def test_undocumented_link_is_forgotten_after_a_week():
    assert len(links([tells(CORE, "p1", SW1, "up", gone=True, days_ago=6)])) == 1
    old = [tells(CORE, "p1", SW1, "up", gone=True, days_ago=8)]
    assert links(old) == []
    assert len(links(old, [Document(7, SW1, "up", CORE, "p1")])) == 1


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Gi1/0/1", "GigabitEthernet1/0/1", "same"),
        ("1/1/1", "1/1/1", "same"),
        ("Eth1", "eth1", "same"),
        ("", "irgendwas", "same"),
        ("1/0/1", "Gi1/0/1", "same"),
        ("Gi1/0/1", "Gi1/0/10", "other"),
        ("Te1/0/1", "Gi1/0/1", "other"),
        ("uplink", "downlink", "other"),
        ("wlan0", "eth0", "other"),
    ],
)
def test_ports_by_their_names(one: str, other: str, expected: str):
    assert same_port(one, other) is (expected == "same")
    assert same_port(other, one) is (expected == "same")
