"""A node's parts as a tree: what stands by itself, and what is in it; pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from netzwart.network.queries import AnyRow

_WHOLES = frozenset({"chassis", "stack"})
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class PlacedPart:
    """One part and how deep it is in others."""

    row: AnyRow
    depth: int


def tree(rows: Sequence[AnyRow]) -> list[PlacedPart]:
    """Return parts in the order of a tree, each behind what holds it.

    The table keeps the device's names of places, not what contains what. A part belongs to the
    only whole there is, or to the member whose number its place begins with (`2`,
    `Switch 2 - Power Supply 0`); where no whole fits it stands by itself.
    """
    wholes = [row for row in rows if row.kind in _WHOLES]
    held: dict[int, list[AnyRow]] = {row.id: [] for row in wholes}
    alone: list[AnyRow] = []
    for row in rows:
        if row.kind not in _WHOLES:
            holder = _holder(row, wholes)
            (alone if holder is None else held[holder.id]).append(row)
    placed: list[PlacedPart] = []
    for whole in wholes:
        placed.append(PlacedPart(whole, 0))
        placed += [PlacedPart(row, 1) for row in held[whole.id]]
    return placed + [PlacedPart(row, 0) for row in alone]


def _holder(row: AnyRow, wholes: Sequence[AnyRow]) -> AnyRow | None:
    if len(wholes) == 1:
        return wholes[0]
    number = _NUMBER.search(row.position)
    fitting = [
        whole
        for whole in wholes
        if number and (own := _NUMBER.search(whole.position)) and own[0] == number[0]
    ]
    return fitting[0] if len(fitting) == 1 else None
