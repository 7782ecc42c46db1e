import re
from collections.abc import Callable, Sequence

import pytest

from netzwart.network.topology.drawing import (
    CARD_HEIGHT,
    NARROW_WIDTH,
    Drawing,
    draw_narrow,
    draw_wide,
    legend,
    short_port,
)
from netzwart.network.topology.linking import Basis, Link, LinkState, PlanNode

Draw = Callable[[Sequence[PlanNode], Sequence[Link]], Drawing]

CORE = PlanNode(1, "gym-sw-01", "switch", "up")
SW2, SW10 = PlanNode(2, "gym-sw-02", "switch", "up"), PlanNode(3, "gym-sw-10", "switch", "up")
POINTS = [PlanNode(10 + n, f"gym-ap-{n}", "access_point", "up") for n in range(1, 12)]
ALONE = PlanNode(99, "allein", "printer", "unknown")


def link(a: PlanNode, b: PlanNode, state: LinkState = LinkState.UP, port: str = "1/0/1") -> Link:
    return Link(a.id, port, b.id, "eth0", Basis.OBSERVED, state)


def school() -> tuple[list[PlanNode], list[Link]]:
    links = [link(CORE, SW2), link(CORE, SW10)]
    links += [link(SW2, point) for point in POINTS]
    return [ALONE, *POINTS, SW10, SW2, CORE], links


def order(drawing: Drawing) -> list[str]:
    return [card.node.name for card in sorted(drawing.cards, key=lambda card: (card.y, card.x))]


@pytest.mark.parametrize("draw", [draw_wide, draw_narrow])
def test_every_node_has_one_place_and_none_covers_another(draw: Draw):
    nodes, links = school()
    drawing = draw(nodes, links)
    assert {card.node.id for card in drawing.cards} == {node.id for node in nodes}
    assert len(drawing.cards) == len(nodes)
    assert len(drawing.lines) + len(drawing.arcs) == len(links)
    for one in drawing.cards:
        assert 0 <= one.x < one.right <= drawing.width
        assert 0 <= one.y < one.y + one.height <= drawing.height
        for other in drawing.cards:
            if one is not other and one.x < other.right and other.x < one.right:
                assert one.y + one.height <= other.y or other.y + other.height <= one.y


def test_core_is_left_and_each_step_is_a_column():
    nodes, links = school()
    cards = {card.node.id: card for card in draw_wide(nodes, links).cards}
    assert cards[CORE.id].x < cards[SW2.id].x == cards[SW10.id].x < cards[POINTS[0].id].x
    heights = [cards[point.id].y for point in POINTS]
    assert heights == sorted(heights), "ap-2 before ap-10"
    assert cards[ALONE.id].y > max(heights), "what hangs on nothing stands below"


def test_router_is_the_core_though_it_has_one_cable():
    router = PlanNode(50, "router", "router", "up")
    nodes, links = school()
    drawing = draw_wide([*nodes, router], [*links, link(SW10, router)])
    assert min(drawing.cards, key=lambda card: (card.x, card.y)).node == router


def test_phone_shows_each_thing_below_what_it_hangs_on():
    nodes, links = school()
    drawing = draw_narrow(nodes, links)
    assert drawing.width == NARROW_WIDTH
    assert order(drawing)[:3] == ["gym-sw-01", "gym-sw-02", "gym-ap-1"]
    assert drawing.cards[1].port == "1/0/1 – eth0"
    assert all(card.right <= NARROW_WIDTH for card in drawing.cards)


@pytest.mark.parametrize("draw", [draw_wide, draw_narrow])
def test_ring_and_second_cable_are_arcs(draw: Draw):
    ring = [link(CORE, SW2), link(SW2, SW10), link(SW10, CORE), link(CORE, SW2, port="1/0/2")]
    drawing = draw([CORE, SW2, SW10], ring)
    assert len(drawing.lines) == 2
    assert len(drawing.arcs) == 2
    for arc in drawing.arcs:
        numbers = [float(number) for number in re.findall(r"-?\d+", arc.path)]
        assert max(numbers) <= max(drawing.width, drawing.height) + 8


def test_way_that_is_up_is_preferred_to_one_that_is_down():
    links = [link(CORE, SW2, LinkState.DOWN), link(CORE, SW10), link(SW10, SW2)]
    drawing = draw_wide([CORE, SW2, SW10], links)
    # One step away by a dead cable stays one step: the plan shows cables, not routes.
    assert [line.link.state for line in drawing.lines].count(LinkState.DOWN) == 1
    twice = [link(CORE, SW2, LinkState.GONE), link(CORE, SW2, port="1/0/2")]
    (line,) = draw_wide([CORE, SW2], twice).lines
    assert line.link.state is LinkState.UP


@pytest.mark.parametrize("draw", [draw_wide, draw_narrow])
def test_empty_plan_is_a_drawing_too(draw: Draw):
    drawing = draw([], [])
    assert (drawing.cards, drawing.lines) == ((), ())
    assert drawing.height > 0


def test_lines_meet_their_cards():
    drawing = draw_wide([CORE, SW2], [link(CORE, SW2)])
    (line,) = drawing.lines
    core, other = drawing.cards
    assert line.path.startswith(f"M{core.right} {core.y + CARD_HEIGHT // 2}H")
    assert line.path.endswith(f"V{other.middle}H{other.x}")
    assert (line.near, line.far) == ("1/0/1", "eth0")
    (turned,) = draw_wide([CORE, SW2], [Link(2, "up", 1, "p1", Basis.BOTH, LinkState.UP)]).lines
    assert (turned.near, turned.far) == ("p1", "up")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("GigabitEthernet1/0/24", "Gi1/0/24"),
        ("TenGigabitEthernet1/1/1", "Te1/1/1"),
        ("FastEthernet0/1", "Fa0/1"),
        ("1/0/3", "1/0/3"),
        ("ein sehr langer Portname 7", "…portname 7"),
        ("", ""),
    ],
)
def test_port_names_fit_beside_a_line(name: str, shown: str):
    assert short_port(name).lower() == shown.lower()
    assert len(short_port(name)) <= 11


def test_legend_names_what_is_drawn():
    every = [link(CORE, SW2), link(CORE, SW10, LinkState.DOWN)]
    assert legend(every) == ({Basis.OBSERVED}, {LinkState.UP, LinkState.DOWN})
    assert legend([]) == (frozenset(), frozenset())
