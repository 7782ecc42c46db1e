"""A resource as one reader may see it: fewer fields, fewer rows, and no trace of the rest."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import and_
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from netzwart.web.listing import ListQuery, parse_query
from netzwart.web.resources.declaring import Children, Join, Resource
from netzwart.web.resources.fields import Field
from netzwart.web.resources.reaching import Reach, condition

ReachOf = Callable[[str], Reach]


def covers(wide: Reach, narrow: Reach) -> bool:
    """Tell whether every row within `narrow` is within `wide`."""
    if wide.everywhere:
        return True
    return (
        not narrow.everywhere
        and narrow.schools <= wide.schools
        and narrow.grants <= wide.grants
        and narrow.programmes <= wide.programmes
        and not wide.is_empty
    )


@dataclass(frozen=True)
class View:
    """A resource and where its reader's rights hold."""

    resource: Resource
    reach_of: ReachOf

    @cached_property
    def reach(self) -> Reach:
        """Return where the reader may see rows of this resource."""
        return self.reach_of(self.resource.read)

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """Return the fields the reader may see; the others are unknown to them."""
        allowed: dict[str | None, bool] = {None: True}
        found: dict[str, Field] = {}
        for name, field in self.resource.fields.items():
            if field.right not in allowed:
                allowed[field.right] = covers(self.reach_of(field.right or ""), self.reach)
            if allowed[field.right]:
                found[name] = field
        return found

    @cached_property
    def expandable(self) -> frozenset[str]:
        """Return the references that the reader may expand."""
        return frozenset(self.resource.joins) & self.fields.keys()

    @cached_property
    def children(self) -> Mapping[str, Children]:
        """Return the lists of parts that the reader may see."""
        return {
            name: child
            for name, child in self.resource.children.items()
            if not self.reach_of(child.resource.read).is_empty
        }

    def parse(self, pairs: Iterable[tuple[str, str]]) -> ListQuery:
        """Return the checked query of a list of this resource.

        Raises:
            BadQueryError: names every parameter that is unknown or not understood.
        """
        return parse_query(
            pairs,
            self.fields,
            default_sort=self.resource.sort,
            expandable=self.expandable,
            also_shown=self.children,
        )

    def parse_shape(self, pairs: Iterable[tuple[str, str]]) -> ListQuery:
        """Return which fields of one row are wanted; only `fields` and `expand` are known.

        Raises:
            BadQueryError: names every parameter that is unknown or not understood.
        """
        return parse_query(
            pairs,
            self.fields,
            expandable=self.expandable,
            also_shown=self.children,
            parameters=("fields", "expand"),
        )

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what every row must meet that this reader sees."""
        within = condition(self.resource.table, self.resource.places, self.reach)
        return [part for part in (within, self.resource.only) if part is not None]

    def joined(self, source: FromClause, names: Iterable[str | None]) -> FromClause:
        """Return `source` with the referred rows joined that lie within the reader's reach."""
        needed: dict[str, Join] = {}
        for name in names:
            needed |= {join.reference.name: join for join in self.resource.chain(name)}
        for join in needed.values():
            reference = join.reference
            reach = self.reach_of(reference.right or self.resource.read)
            within = condition(join.source, reference.places, reach)
            on = join.on if within is None else and_(join.on, within)
            source = source.outerjoin(join.source, on)
        return source
