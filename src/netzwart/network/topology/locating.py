"""Which switch port a MAC address hangs on: the edge, not one of the uplinks on the way; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MANY_MACS = 10
"""A port with more addresses than this leads to a switch that does not tell of itself."""


class Certainty(StrEnum):
    """How sure it is that the thing itself hangs there."""

    EDGE = "edge"
    """An edge port, with few addresses."""
    BEHIND = "behind"
    """Behind a neighbour that keeps no table of its own: an access point, a telephone."""
    UPLINK = "uplink"
    """Only uplinks see it; the switch at its end does not tell."""


@dataclass(frozen=True, slots=True)
class MacSight:
    """One node's word: I see the address behind this port."""

    node_id: int
    port: str
    vlan: int
    mac_count: int
    """How many addresses are behind the port by now."""
    first_seen_at: datetime
    last_seen_at: datetime
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class PortNeighbour:
    """Who is heard on a port."""

    node_id: int
    port: str
    name: str
    remote_id: int | None = None
    """The node, where it is one."""
    chassis: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an address hangs."""

    sight: MacSight
    certainty: Certainty
    neighbour: PortNeighbour | None = None
    """Behind whom, where somebody is heard on the port."""


def find_place(
    mac: str, sights: Sequence[MacSight], heard: Iterable[PortNeighbour]
) -> Place | None:
    """Return where the address hangs now, or hung last; None if nobody has ever seen it.

    A port that leads to another node which sees the address too is on the way, not the end.
    Of several ends the one with the fewest addresses counts: ports that aggregate (LAG) have no
    neighbours of their own, but carry everything.
    """
    neighbours: dict[tuple[int, str], PortNeighbour] = {}
    for one in heard:
        if one.chassis != mac:  # whoever is looked for is not behind itself
            neighbours.setdefault((one.node_id, one.port), one)
    present = [sight for sight in sights if not sight.is_gone]
    if not present:
        return _last_place(sights, neighbours)
    seers = {sight.node_id for sight in present}
    # Two switches that both see it behind one another are both on the way: then none is left out.
    ends = [sight for sight in present if not _leads_on(sight, neighbours, seers)] or present
    best = min(ends, key=lambda sight: (sight.mac_count, -sight.last_seen_at.timestamp()))
    return _placed(best, neighbours)


def _leads_on(
    sight: MacSight, neighbours: Mapping[tuple[int, str], PortNeighbour], seers: set[int]
) -> bool:
    neighbour = neighbours.get((sight.node_id, sight.port))
    return neighbour is not None and neighbour.remote_id in seers


def _last_place(
    sights: Sequence[MacSight], neighbours: Mapping[tuple[int, str], PortNeighbour]
) -> Place | None:
    """Return where it was seen last; uplinks lose it at the same time, so the edge goes first."""
    if not sights:
        return None
    latest = max(sight.last_seen_at for sight in sights)
    together = [sight for sight in sights if sight.last_seen_at == latest]
    edges = [one for one in together if (one.node_id, one.port) not in neighbours]
    best = min(edges or together, key=lambda sight: (sight.mac_count, sight.node_id))
    return _placed(best, neighbours)


def _placed(sight: MacSight, neighbours: Mapping[tuple[int, str], PortNeighbour]) -> Place:
    neighbour = neighbours.get((sight.node_id, sight.port))
    if neighbour is not None:
        return Place(sight, Certainty.BEHIND, neighbour)
    if sight.mac_count > MANY_MACS:
        return Place(sight, Certainty.UPLINK)
    return Place(sight, Certainty.EDGE)
