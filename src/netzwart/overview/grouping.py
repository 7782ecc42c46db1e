"""Rows laid together as a page shows them; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from netzwart.schools.queries import AnyRow


@dataclass(frozen=True, slots=True)
class SilentSchool:
    """A school with the nodes that do not answer there."""

    id: int
    name: str
    nodes: Sequence[AnyRow]


def nodes_by_school_name(rows: Sequence[AnyRow]) -> list[SilentSchool]:
    """Return silent nodes grouped per school; rows come sorted by school."""
    return [
        SilentSchool(school_id, name, list(nodes))
        for (school_id, name), nodes in groupby(rows, key=lambda row: (row.school_id, row.school))
    ]
