"""From what nodes say and what is written down to one list of links; pure.

A cable is told by both its ends, by one of them, or by nobody any more; it may be documented too.
One cable is one link: the two tellings and the document are joined by node and port.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

FORGET_AFTER = timedelta(days=7)
"""A link that nobody documented and nobody has seen for so long is not drawn any more."""


class LinkState(StrEnum):
    """How a link is, by its ports and by who still tells of it."""

    UP = "up"
    DOWN = "down"
    """A port at one of its ends is down."""
    SILENT = "silent"
    """The node at one end does not answer, so nobody knows better."""
    GONE = "gone"
    """Was seen, is not told any more."""
    UNSEEN = "unseen"
    """Documented, and never seen."""


class Basis(StrEnum):
    """Where a link is known from."""

    BOTH = "both"
    OBSERVED = "observed"
    DOCUMENTED = "documented"


@dataclass(frozen=True, slots=True)
class PlanNode:
    """A node of the plan; a stranger, who is heard but is no node, has a negative id."""

    id: int
    name: str
    category: str | None = None
    state: str = "unknown"
    """A `Reachability`, `disabled`, or `stranger`."""
    school_id: int | None = None
    detail: str = ""

    @property
    def is_stranger(self) -> bool:
        """Tell whether it is heard by its neighbours only."""
        return self.id < 0


@dataclass(frozen=True, slots=True)
class Telling:
    """One end's word: at this port I hear that port of that node."""

    node_id: int
    port: str
    remote_id: int
    remote_port: str
    protocol: str
    first_seen_at: datetime
    last_seen_at: datetime
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A link as it is written down."""

    id: int
    node_id: int
    port: str
    remote_id: int
    remote_port: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """One cable: `a` is the end with the smaller id, except that strangers are always `b`."""

    a: int
    a_port: str
    b: int
    b_port: str
    basis: Basis
    state: LinkState
    protocol: str = ""
    first_seen_at: datetime | None = None
    last_seen_at: datetime | None = None
    document_id: int | None = None
    note: str = ""
    is_told: bool = True
    """False if no end tells of it any more."""


@dataclass(slots=True)
class _Cable:
    """A link in the making."""

    a: int
    a_port: str
    b: int
    b_port: str
    tellings: list[Telling]
    document: Document | None = None


def link_up(
    tellings: Iterable[Telling],
    documents: Iterable[Document],
    nodes: Mapping[int, PlanNode],
    ports: Mapping[tuple[int, str], str],
    now: datetime,
) -> list[Link]:
    """Return every link between the nodes, each cable once.

    Args:
        tellings: What the nodes hear; those about nodes that are not in `nodes` are left out.
        documents: What is written down.
        nodes: Both ends must be among them.
        ports: ifOperStatus by node and port name; a missing one is not known.
        now: To forget what was last seen long ago.
    """
    by_pair: dict[tuple[int, int], list[_Cable]] = defaultdict(list)
    told = [one for one in tellings if one.node_id in nodes and one.remote_id in nodes]
    # Both ends' current words first: what is gone may only be the former name of the same port.
    for one in sorted(told, key=lambda one: (one.is_gone, one.node_id, one.port, one.remote_port)):
        _place(by_pair[_pair(one.node_id, one.remote_id)], one)
    for one in documents:
        if one.node_id in nodes and one.remote_id in nodes:
            _write_down(by_pair[_pair(one.node_id, one.remote_id)], one)
    links = [
        _link(cable, nodes, ports)
        for pair in sorted(by_pair)
        for cable in sorted(by_pair[pair], key=lambda cable: (cable.a_port, cable.b_port))
    ]
    return [link for link in links if not _is_forgotten(link, now)]


def _pair(one: int, other: int) -> tuple[int, int]:
    return (one, other) if _comes_first(one, other) else (other, one)


def _comes_first(one: int, other: int) -> bool:
    return (one < 0, abs(one)) <= (other < 0, abs(other))


def _turned(node_id: int, port: str, remote_id: int, remote_port: str) -> tuple[int, str, int, str]:
    if _comes_first(node_id, remote_id):
        return node_id, port, remote_id, remote_port
    return remote_id, remote_port, node_id, port


def _place(cables: list[_Cable], one: Telling) -> None:
    """Join a telling to the cable that the other end told of, or begin a new one."""
    a, a_port, b, b_port = _turned(one.node_id, one.port, one.remote_id, one.remote_port)
    from_a = a == one.node_id
    open_ones = [
        cable for cable in cables if all(told.node_id != one.node_id for told in cable.tellings)
    ]
    fitting = [cable for cable in open_ones if _fits(cable, a_port, b_port)]
    if not fitting and len(open_ones) == 1 and len(cables) == 1 and not one.is_gone:
        # Some ends call a port otherwise than it calls itself; of one cable there is no doubt.
        fitting = open_ones
    if not fitting:
        cables.append(_Cable(a, a_port, b, b_port, [one]))
        return
    cable = fitting[0]
    # Each end knows its own port best.
    if from_a:
        cable.a_port = a_port or cable.a_port
    else:
        cable.b_port = b_port or cable.b_port
    cable.tellings.append(one)


def _fits(cable: _Cable, a_port: str, b_port: str) -> bool:
    return same_port(cable.a_port, a_port) and same_port(cable.b_port, b_port)


_NUMBERS = re.compile(r"\d+")


def same_port(one: str, other: str) -> bool:
    """Tell whether two words may mean the same port: Gi1/0/1 and GigabitEthernet1/0/1 do.

    An empty word means any port.
    """
    if not one or not other or one.lower() == other.lower():
        return True
    numbers = _NUMBERS.findall(one)
    if numbers != _NUMBERS.findall(other) or not numbers:
        return False
    first, second = (re.split(r"[\d\s]", word.lower(), maxsplit=1)[0] for word in (one, other))
    return not first or not second or first.startswith(second[:2]) or second.startswith(first[:2])


def _write_down(cables: list[_Cable], one: Document) -> None:
    a, a_port, b, b_port = _turned(one.node_id, one.port, one.remote_id, one.remote_port)
    fitting = [cable for cable in cables if cable.document is None and _fits(cable, a_port, b_port)]
    if fitting:
        # A cable in use before one that is only remembered.
        best = min(fitting, key=lambda cable: all(told.is_gone for told in cable.tellings))
        best.document = one
    else:
        cables.append(_Cable(a, a_port, b, b_port, [], one))


def _link(
    cable: _Cable, nodes: Mapping[int, PlanNode], ports: Mapping[tuple[int, str], str]
) -> Link:
    told, document = cable.tellings, cable.document
    basis = Basis.BOTH if told and document else Basis.OBSERVED if told else Basis.DOCUMENTED
    link = Link(
        a=cable.a,
        a_port=cable.a_port,
        b=cable.b,
        b_port=cable.b_port,
        basis=basis,
        state=_state(cable, nodes, ports),
        protocol="/".join(sorted({one.protocol for one in told})),
        first_seen_at=min((one.first_seen_at for one in told), default=None),
        last_seen_at=max((one.last_seen_at for one in told), default=None),
        is_told=any(not one.is_gone for one in told),
    )
    if document is None:
        return link
    return replace(link, document_id=document.id, note=document.note)


def _state(
    cable: _Cable, nodes: Mapping[int, PlanNode], ports: Mapping[tuple[int, str], str]
) -> LinkState:
    ends = ((cable.a, cable.a_port), (cable.b, cable.b_port))
    silent = [nodes[node].state == "down" for node, _ in ends]
    if not cable.tellings:
        # A port that is down says nothing about a cable that may never have been plugged in.
        return LinkState.SILENT if any(silent) else LinkState.UNSEEN
    # What a node that is silent now once said about its ports proves nothing.
    known = [ports.get(end) for end, is_silent in zip(ends, silent, strict=True) if not is_silent]
    if any(oper in {"down", "lower_layer_down", "not_present"} for oper in known):
        return LinkState.DOWN
    if any(silent):
        return LinkState.SILENT
    return LinkState.GONE if all(one.is_gone for one in cable.tellings) else LinkState.UP


def _is_forgotten(link: Link, now: datetime) -> bool:
    is_old = link.last_seen_at is not None and link.last_seen_at < now - FORGET_AFTER
    return not link.is_told and link.basis is Basis.OBSERVED and is_old


def drop_superseded(links: Sequence[Link]) -> list[Link]:
    """Return links without those nobody tells of and whose port leads somewhere else by now."""
    used = {
        (node, port)
        for link in links
        if link.is_told
        for node, port in ((link.a, link.a_port), (link.b, link.b_port))
        if port
    }
    return [
        link
        for link in links
        if link.is_told
        or link.basis is not Basis.OBSERVED
        or not ({(link.a, link.a_port), (link.b, link.b_port)} & used)
    ]
