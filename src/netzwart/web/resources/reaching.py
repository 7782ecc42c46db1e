"""Where a right holds, and the condition that keeps everything else out of a list."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import TableClause, column, false, or_, select, table
from sqlalchemy.sql.elements import ColumnElement

from netzwart.database import Record, table_of

Test = Callable[[ColumnElement[Any]], ColumnElement[bool]]
Place = tuple[Any, ...] | Callable[[Test], ColumnElement[bool]]
"""How to get from a row to its school or grant: `("school_id",)`, `("node_id", Node, "school_id")`,
or a function that puts the test where a chain of keys does not lead."""

_GRANT = table("funding_grant", column("id"), column("programme"))


def source_of(target: type[Record] | TableClause) -> TableClause:
    """Return the table of a record; a light table is one already."""
    return target if isinstance(target, TableClause) else table_of(target)


@dataclass(frozen=True, slots=True)
class Reach:
    """The places where a right holds; any of them is enough."""

    everywhere: bool = False
    schools: frozenset[int] = field(default_factory=frozenset[int])
    grants: frozenset[int] = field(default_factory=frozenset[int])
    programmes: frozenset[str] = field(default_factory=frozenset[str])

    @property
    def is_empty(self) -> bool:
        """Tell whether the right holds nowhere."""
        return not (self.everywhere or self.schools or self.grants or self.programmes)


EVERYWHERE = Reach(everywhere=True)
NOWHERE = Reach()


@dataclass(frozen=True, slots=True)
class Places:
    """How rows of a table belong to schools and grants."""

    school: Place | None = None
    grant: Place | None = None
    is_open: bool = False
    """Rows belong nowhere (manufacturers): whoever has the right anywhere sees all."""
    open_to_grants: bool = False
    """Whoever is limited to grants sees all rows (schools)."""


def condition(source: Any, places: Places, reach: Reach) -> ColumnElement[bool] | None:  # noqa: ANN401 - table or alias
    """Return what a row must meet to be within reach; None where every row is."""
    if reach.everywhere or (places.is_open and not reach.is_empty):
        return None
    by_grant = bool(reach.grants or reach.programmes)
    if places.open_to_grants and by_grant:
        return None
    parts: list[ColumnElement[bool]] = []
    if places.school is not None and reach.schools:
        schools = sorted(reach.schools)
        parts.append(_inside(source, places.school, lambda found: found.in_(schools)))
    if places.grant is not None and by_grant:
        parts.append(_inside(source, places.grant, lambda found: _is_granted(found, reach)))
    return or_(*parts) if parts else false()


def _inside(source: Any, place: Place, test: Test) -> ColumnElement[bool]:  # noqa: ANN401 - table or alias
    if callable(place):
        return place(test)
    return _along(source, place, test)


def _along(source: Any, path: Sequence[Any], test: Test) -> ColumnElement[bool]:  # noqa: ANN401 - table or alias
    found: ColumnElement[Any] = source.c[path[0]]
    if len(path) == 1:
        return test(found)
    target = source_of(path[1])
    return found.in_(select(target.c.id).where(_along(target, path[2:], test)))


def _is_granted(found: ColumnElement[Any], reach: Reach) -> ColumnElement[bool]:
    parts: list[ColumnElement[bool]] = []
    if reach.grants:
        parts.append(found.in_(sorted(reach.grants)))
    if reach.programmes:
        funded = select(_GRANT.c.id).where(_GRANT.c.programme.in_(sorted(reach.programmes)))
        parts.append(found.in_(funded))
    return or_(*parts)
