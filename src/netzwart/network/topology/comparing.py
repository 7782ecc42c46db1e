"""What a new reading changes in the rows that are kept; pure."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from netzwart.network.profiles.facts import Neighbour

KeyT = TypeVar("KeyT", bound=Hashable)

CONFIRM_AFTER = timedelta(hours=1)
"""A neighbour that is still there is written down again after this time, not at each reading."""


@dataclass(frozen=True, slots=True)
class KnownRow:
    """A row as it is kept: its key's values, what may change, and whether it is gone."""

    id: int
    values: Mapping[str, object]
    is_gone: bool
    last_seen_at: datetime


@dataclass(slots=True)
class Difference(Generic[KeyT]):
    """What has to be written."""

    new: list[KeyT] = field(default_factory=list[KeyT])
    moved: list[tuple[int, KeyT]] = field(default_factory=list[tuple[int, KeyT]])
    """Rows that say something else now, or are back."""
    vanished: list[int] = field(default_factory=list[int])
    confirmed: list[int] = field(default_factory=list[int])
    """Rows that say the same, and have not been confirmed for long."""


def compare(
    known: Mapping[KeyT, KnownRow],
    told: Mapping[KeyT, Mapping[str, object]],
    confirm_before: datetime | None = None,
) -> Difference[KeyT]:
    """Return what changed between the rows that are kept and what a node tells now.

    Args:
        known: Rows by key, those that are gone included.
        told: What a complete table says now, by key.
        confirm_before: Unchanged rows last seen before this are confirmed; None confirms nothing.
    """
    found = Difference[KeyT]()
    for key, values in told.items():
        row = known.get(key)
        if row is None:
            found.new.append(key)
        elif row.is_gone or any(row.values[name] != value for name, value in values.items()):
            found.moved.append((row.id, key))
        elif confirm_before is not None and row.last_seen_at < confirm_before:
            found.confirmed.append(row.id)
    found.vanished = [row.id for key, row in known.items() if key not in told and not row.is_gone]
    return found


@dataclass(frozen=True, slots=True)
class HeardNeighbour:
    """A neighbour as it is kept, with the node it is, if that is certain."""

    local_interface: str
    remote_name: str
    remote_interface: str
    remote_chassis: str
    protocol: str
    remote_node_id: int | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Return what tells it from others at the same node: the port and who it is.

        A chassis id outlives a new name; where there is none, the name is all one has.
        """
        return self.local_interface, self.remote_chassis or f"name:{self.remote_name}"


def heard(told: Iterable[Neighbour], nodes: Mapping[Neighbour, int]) -> list[HeardNeighbour]:
    """Return neighbours within the bounds of their columns, each port and chassis once."""
    found: dict[tuple[str, str], HeardNeighbour] = {}
    for one in told:
        neighbour = HeardNeighbour(
            local_interface=(one.local_interface or "")[:200],
            remote_name=(one.remote_name or "")[:255],
            remote_interface=(one.remote_interface or "")[:255],
            remote_chassis=(one.remote_chassis or "")[:120],
            protocol=str(one.protocol),
            remote_node_id=nodes.get(one),
        )
        found.setdefault(neighbour.key, neighbour)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class NamedNode:
    """A node under one of the names that neighbours know it by."""

    node_id: int
    school_id: int
    name: str
    """A MAC address, a chassis id or a system name, in lower case."""


def recognise(
    neighbour: Neighbour,
    by_chassis: Sequence[NamedNode],
    by_name: Sequence[NamedNode],
    school_id: int,
) -> int | None:
    """Return the node that a neighbour is, or None where that is not certain.

    The chassis decides; some devices share one (VRRP) or tell another than in their own tables,
    then the name does. A name that two nodes have means the one at the same school, if it is one.
    """
    for name, candidates in (
        (neighbour.remote_chassis, by_chassis),
        (neighbour.remote_name, by_name),
    ):
        fitting = [node for node in candidates if name and node.name in _spellings(name)]
        ids = {node.node_id for node in fitting}
        if len(ids) > 1:
            ids = {node.node_id for node in fitting if node.school_id == school_id}
        if len(ids) == 1:
            return ids.pop()
    return None


def _spellings(name: str) -> set[str]:
    """Return a name with and without its domain."""
    lower = name.lower()
    return {lower, lower.partition(".")[0]} if not lower.replace(".", "").isdigit() else {lower}


def spellings(names: Iterable[str | None]) -> list[str]:
    """Return every way in which the names may be kept, sorted."""
    return sorted({spelling for name in names if name for spelling in _spellings(name)})
