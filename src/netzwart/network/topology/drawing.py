"""Lays a school's network out as a tree from its core: wide for screens, narrow for a phone.

Pure: nodes and links in, places and paths in pixels out; the template only draws. The root stands
left, who hangs on it right of it, each thing in a row of its own. Links beside the tree (a ring, a
second cable) are arcs.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from netzwart.network.topology.linking import Basis, Link, LinkState, PlanNode

CARD_WIDTH = 216
CARD_HEIGHT = 44
ICON = 20
ROW = 58
BETWEEN = 178
"""Pixels between two columns, for the lines and the names of the ports."""
MARGIN = 8
TRUNK = 22
"""Where a line turns, right of the card it comes from."""
NARROW_WIDTH = 344
INDENT = 20
DEEPEST_INDENT = 6
NARROW_ROW = 60

_ROOT_ORDER = ("router", "firewall", "switch")
_LONGEST_PORT = 11
_LONG_NAMES = re.compile(
    r"^(hundredgig|fortygig|twentyfivegig|tengig|ten-gig|twogig|gigabit|fast|ten)\w*?"
    r"(?:ethernet|e)(?=[\d/ ])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Card:
    """A node at its place; `y` is its upper edge."""

    node: PlanNode
    x: int
    y: int
    width: int
    height: int = CARD_HEIGHT
    port: str = ""
    """On a phone: the way it hangs on the card above."""

    @property
    def middle(self) -> int:
        """Return the height at which lines meet the card."""
        return self.y + self.height // 2

    @property
    def right(self) -> int:
        """Return the right edge."""
        return self.x + self.width

    @property
    def inner(self) -> tuple[int, int]:
        """Return width and height inside the border."""
        return self.width - 2, self.height - 2

    @property
    def icon_y(self) -> int:
        """Return where the icon begins, from the upper edge."""
        return (self.height - ICON) // 2

    @property
    def text_y(self) -> tuple[int, int]:
        """Return the base lines of name and detail, from the upper edge."""
        return self.height // 2 - 4, self.height // 2 + 13


@dataclass(frozen=True, slots=True)
class Line:
    """A link as a path, with its marks; labels are empty where there is no room."""

    link: Link
    path: str
    mark_x: int
    mark_y: int
    near: str = ""
    near_x: int = 0
    far: str = ""
    far_x: int = 0
    label_y: int = 0


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything to draw; `width` and `height` are its natural size."""

    width: int
    height: int
    cards: tuple[Card, ...]
    lines: tuple[Line, ...]
    arcs: tuple[Line, ...] = ()


@dataclass(slots=True)
class _Branch:
    """A node in the tree, the link it hangs by, and what hangs on it."""

    node: PlanNode
    link: Link | None
    children: list["_Branch"]


_STATE_ORDER = {
    LinkState.UP: 0,
    LinkState.SILENT: 1,
    LinkState.DOWN: 2,
    LinkState.GONE: 3,
    LinkState.UNSEEN: 4,
}


def draw_wide(nodes: Iterable[PlanNode], links: Sequence[Link]) -> Drawing:
    """Return the plan from left to right, one column a step away from the core."""
    trees = _trees(nodes, links)
    cards: dict[int, Card] = {}
    row = 0
    for tree in trees:
        row = _place(tree, 0, row, cards)
    lines = [line for tree in trees for line in _tree_lines(tree, cards)]
    in_tree = {id(line.link) for line in lines}
    arcs = [_arc(link, cards) for link in links if id(link) not in in_tree]
    right = max((card.right for card in cards.values()), default=0)
    return Drawing(
        width=right + MARGIN + (70 if arcs else 0),
        height=max(row, 1) * ROW + MARGIN,
        cards=tuple(cards.values()),
        lines=tuple(lines),
        arcs=tuple(arcs),
    )


def draw_narrow(nodes: Iterable[PlanNode], links: Sequence[Link]) -> Drawing:
    """Return the plan as an indented tree, one row a thing, as wide as a phone."""
    cards: list[Card] = []
    lines: list[Line] = []
    for tree in _trees(nodes, links):
        _indent(tree, 0, None, cards, lines)
    in_tree = {id(line.link) for line in lines}
    by_id = {card.node.id: card for card in cards}
    arcs = [_narrow_arc(link, by_id) for link in links if id(link) not in in_tree]
    return Drawing(
        width=NARROW_WIDTH,
        height=len(cards) * NARROW_ROW + MARGIN,
        cards=tuple(cards),
        lines=tuple(lines),
        arcs=tuple(arcs),
    )


def _trees(nodes: Iterable[PlanNode], links: Sequence[Link]) -> list[_Branch]:
    """Return one tree for each part that hangs together, the largest first."""
    waiting = {node.id: node for node in nodes}
    beside: dict[int, list[Link]] = defaultdict(list)
    for link in links:
        beside[link.a].append(link)
        beside[link.b].append(link)
    kinds = {node.id: node.category or "" for node in waiting.values()}
    trees: list[tuple[int, _Branch]] = []
    while waiting:
        root = min(waiting.values(), key=lambda node: _root_rank(node, beside[node.id], kinds))
        before = len(waiting)
        trees.append((before, _grow(waiting.pop(root.id), waiting, beside)))
        trees[-1] = (before - len(waiting), trees[-1][1])
    trees.sort(key=lambda sized: (-sized[0], sized[1].node.name.lower()))
    return [tree for _, tree in trees]


def _root_rank(
    node: PlanNode, links: Sequence[Link], kinds: Mapping[int, str]
) -> tuple[object, ...]:
    """Rank who is the core: what routes, else the switch that most other switches hang on.

    An access switch may have more access points than the core has switches.
    """
    kind = node.category or ""
    place = _ROOT_ORDER.index(kind) if kind in _ROOT_ORDER else len(_ROOT_ORDER)
    others = {link.b if link.a == node.id else link.a for link in links}
    backbone = sum(kinds.get(other) in _ROOT_ORDER for other in others)
    return node.is_stranger, place, -backbone, -len(links), node.name.lower(), node.id


def _grow(
    root: PlanNode, waiting: dict[int, PlanNode], beside: Mapping[int, Sequence[Link]]
) -> _Branch:
    """Return the tree of shortest ways from the root; links that are up go first."""
    tree = _Branch(root, None, [])
    level = [tree]
    while level:
        following: list[_Branch] = []
        for branch in level:
            for link in sorted(beside[branch.node.id], key=lambda one: _STATE_ORDER[one.state]):
                other = link.b if link.a == branch.node.id else link.a
                if other in waiting:
                    child = _Branch(waiting.pop(other), link, [])
                    branch.children.append(child)
                    following.append(child)
        level = following
    _sort(tree)
    return tree


def _sort(branch: _Branch) -> None:
    for child in branch.children:
        _sort(child)
    branch.children.sort(
        key=lambda child: (not child.children, child.node.is_stranger, _natural(child.node.name))
    )


def _natural(name: str) -> list[tuple[int, str]]:
    """Return a key that sorts sw-2 before sw-10."""
    parts = re.split(r"(\d+)", name.lower())
    return [(int(part[:9]), "") if part.isdigit() else (-1, part) for part in parts if part]


def _place(branch: _Branch, depth: int, row: int, cards: dict[int, Card]) -> int:
    """Give a branch its places from a row on, and return the first free row below it."""
    x = MARGIN + depth * (CARD_WIDTH + BETWEEN)
    cards[branch.node.id] = Card(branch.node, x, 0, CARD_WIDTH)
    first = row
    for child in branch.children:
        row = _place(child, depth + 1, row, cards)
    row = max(row, first + 1)
    y = MARGIN + first * ROW
    if branch.children:
        y = (cards[branch.children[0].node.id].y + cards[branch.children[-1].node.id].y) // 2
    cards[branch.node.id] = Card(branch.node, x, y, CARD_WIDTH)
    return row


def _tree_lines(branch: _Branch, cards: Mapping[int, Card]) -> list[Line]:
    start = cards[branch.node.id]
    lines: list[Line] = []
    for child in branch.children:
        if child.link is not None:
            lines.append(_elbow(child.link, start, cards[child.node.id]))
        lines += _tree_lines(child, cards)
    return lines


def _elbow(link: Link, start: Card, end: Card) -> Line:
    turn = start.right + TRUNK
    near, far = _ports_from(link, start.node.id)
    return Line(
        link,
        path=f"M{start.right} {start.middle}H{turn}V{end.middle}H{end.x}",
        mark_x=(turn + end.x) // 2,
        mark_y=end.middle,
        near=short_port(near),
        near_x=turn + 6,
        far=short_port(far),
        far_x=end.x - 6,
        label_y=end.middle - 6,
    )


def _ports_from(link: Link, node_id: int) -> tuple[str, str]:
    return (link.a_port, link.b_port) if link.a == node_id else (link.b_port, link.a_port)


def _arc(link: Link, cards: Mapping[int, Card]) -> Line:
    """Return a bow at the right of two cards."""
    one, other = cards[link.a], cards[link.b]
    out = max(one.right, other.right) + 58
    path = (
        f"M{one.right} {one.middle + 10}C{out} {one.middle + 10} "
        f"{out} {other.middle - 10} {other.right} {other.middle - 10}"
    )
    bow = (one.right + other.right + 6 * out) // 8
    return Line(link, path, mark_x=bow, mark_y=(one.middle + other.middle) // 2)


def _indent(
    branch: _Branch, depth: int, above: Card | None, cards: list[Card], lines: list[Line]
) -> None:
    x = MARGIN + min(depth, DEEPEST_INDENT) * INDENT
    y = MARGIN + len(cards) * NARROW_ROW
    port = ""
    if branch.link is not None and above is not None:
        near, far = _ports_from(branch.link, above.node.id)
        port = " – ".join(part for part in (short_port(near), short_port(far)) if part)
    card = Card(branch.node, x, y, NARROW_WIDTH - MARGIN - x, NARROW_ROW - 10, port)
    cards.append(card)
    if branch.link is not None and above is not None:
        stem = above.x + INDENT // 2
        lines.append(
            Line(
                branch.link,
                path=f"M{stem} {above.y + above.height}V{card.middle}H{card.x}",
                mark_x=stem,
                mark_y=card.middle,
            )
        )
    for child in branch.children:
        _indent(child, depth + 1, card, cards, lines)


def _narrow_arc(link: Link, cards: Mapping[int, Card]) -> Line:
    """Return a bow at the right edge, over the cards between the two."""
    one, other = cards[link.a], cards[link.b]
    right = NARROW_WIDTH - MARGIN
    path = f"M{right} {one.middle}C{right + 7} {one.middle} {right + 7} {other.middle} "
    return Line(
        link,
        path + f"{right} {other.middle}",
        mark_x=right - 4,
        mark_y=(one.middle + other.middle) // 2,
    )


def short_port(name: str) -> str:
    """Return a port's name as it fits beside a line: Gi1/0/24, else its end, which tells more."""
    short = _LONG_NAMES.sub(lambda found: found.group(1)[:2].capitalize(), name.strip())
    return short if len(short) <= _LONGEST_PORT else "…" + short[1 - _LONGEST_PORT :]


def legend(links: Iterable[Link]) -> tuple[frozenset[Basis], frozenset[LinkState]]:
    """Return which kinds of lines the plan has, so that its legend explains no others."""
    every = tuple(links)
    return frozenset(link.basis for link in every), frozenset(link.state for link in every)
