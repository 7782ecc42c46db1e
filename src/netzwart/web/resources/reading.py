"""Pages and single rows of a resource, read with Core and ready to be encoded.

A list costs one statement, one more for each kind of parts, and one if the total is wanted. The
page's keys are found first, over the resource's own table and index; only then its up to 200 rows
are joined with what they refer to.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from netzwart.web.listing import ListQuery, SortKey, keyset, make_cursor
from netzwart.web.resources.declaring import Children, Resource
from netzwart.web.resources.fields import Field, Kind, plain_decimal
from netzwart.web.resources.viewing import View

Item = dict[str, Any]

_ENCODER = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a list."""

    items: list[Item]
    next: str | None
    total: int | None = None

    def encode(self) -> bytes:
        """Return the answer's JSON."""
        answer: dict[str, Any] = {"items": self.items, "next": self.next}
        if self.total is not None:
            answer["total"] = self.total
        return _ENCODER.encode(answer)


def encode(item: Any) -> bytes:  # noqa: ANN401 - anything JSON can say
    """Return the JSON of an item."""
    return _ENCODER.encode(item)


async def read_page(session: AsyncSession, view: View, query: ListQuery) -> Page:
    """Return the page that was asked for, of what the reader may see."""
    plan = _Plan(view, query.fields, query.expand)
    keys = len(query.sort)
    columns = [key.field.column for key in query.sort]
    wanted = _matching(view, query)
    if query.after is not None:
        wanted = wanted.where(keyset(query.sort, query.after))
    order = [key.clause for key in query.sort]
    page = wanted.order_by(*order).limit(query.limit + 1).subquery("page")
    table = view.resource.table
    joins = plan.joins | {key.field.join for key in query.sort}
    source = view.joined(page.join(table, table.c.id == page.c.id), joins)
    found = await session.execute(
        select(*columns, *plan.columns).select_from(source).order_by(*order)
    )
    rows = found.all()
    more = len(rows) > query.limit
    rows = rows[: query.limit]
    items = [plan.item(row[keys:]) for row in rows]
    await _add_parts(session, view, plan, rows, items, offset=keys)
    return Page(
        items=items,
        next=make_cursor(query.sort, rows[-1][:keys]) if more else None,
        total=await _total(session, view, query) if query.count else None,
    )


async def read_one(
    session: AsyncSession, view: View, row_id: int, query: ListQuery
) -> tuple[Item, int] | None:
    """Return one row and its version, or None where there is none that the reader may see."""
    plan = _Plan(view, query.fields, query.expand)
    table = view.resource.table
    found = await session.execute(
        select(table.c.version, *plan.columns)
        .select_from(view.joined(table, plan.joins))
        .where(table.c.id == row_id, *view.conditions())
    )
    row = found.one_or_none()
    if row is None:
        return None
    item = plan.item(row[1:])
    await _add_parts(session, view, plan, [row], [item], offset=1)
    return item, row[0]


async def _total(session: AsyncSession, view: View, query: ListQuery) -> int:
    matching = _matching(view, query).subquery("matching")
    return (await session.execute(select(func.count()).select_from(matching))).scalar_one()


def _matching(view: View, query: ListQuery) -> Select[Any]:
    resource = view.resource
    joins = {used.field.join for used in (*query.filters, *query.sort)}
    return (
        select(resource.table.c.id)
        .select_from(view.joined(resource.table, joins))
        .where(
            *view.conditions(),
            *(wanted.clause for wanted in query.filters),
            *(_holds(resource, word) for word in query.words),
        )
    )


def _holds(resource: Resource, word: str) -> ColumnElement[bool]:
    """Return the condition that one of the search columns holds the word."""
    if resource.is_search_folded:
        folded = word.lower()
        return or_(*(column.contains(folded, autoescape=True) for column in resource.search))
    return or_(*(column.icontains(word, autoescape=True) for column in resource.search))


class _Plan:
    """Which columns to read for the wanted fields, and how a row of them becomes an item."""

    def __init__(self, view: View, wanted: Sequence[str] | None, expand: Iterable[str]) -> None:
        self.view = view
        self.columns: list[ColumnElement[Any]] = [view.resource.table.c.id]
        self.joins: set[str | None] = set()
        self.parts: list[Children] = []
        self._names: list[str] = []
        self._converters: list[tuple[str, Callable[[Any], Any]]] = []
        self._objects: list[tuple[str, int, tuple[str, ...]]] = []
        expanded = frozenset(expand)
        for name in _shown(view, wanted, expanded):
            if name in view.children:
                self.parts.append(view.children[name])
            elif name not in expanded:
                self._add(view.fields[name])
        for name in sorted(expanded):
            self._expand(name)

    def _add(self, field: Field) -> None:
        self.columns.append(field.column)
        self.joins.add(field.join)
        self._names.append(field.name)
        if field.kind is Kind.DECIMAL:
            self._converters.append((field.name, _decimal_of(field)))

    def _expand(self, name: str) -> None:
        shown = self.view.resource.joins[name].shown
        self._objects.append((name, len(self.columns), tuple(field.name for field in shown)))
        self.columns += [field.column for field in shown]
        self.joins.add(name)

    def item(self, row: Sequence[Any]) -> Item:
        """Return what the reader gets for a row of `columns`."""
        item: Item = dict(zip(self._names, row[1:], strict=False))
        for name, convert in self._converters:
            if item[name] is not None:
                item[name] = convert(item[name])
        for name, start, names in self._objects:
            found = row[start : start + len(names)]
            item[name] = dict(zip(names, found, strict=True)) if found[0] is not None else None
        return item


def _decimal_of(field: Field) -> Callable[[Decimal], Decimal]:
    least = field.least_places
    return lambda value: plain_decimal(value, least)


def _shown(view: View, wanted: Sequence[str] | None, expanded: frozenset[str]) -> list[str]:
    if wanted is None:
        return [*view.fields, *view.children]
    return [*wanted, *(name for name in sorted(expanded) if name not in wanted)]


async def _add_parts(
    session: AsyncSession,
    view: View,
    plan: _Plan,
    rows: Sequence[Any],
    items: Sequence[Item],
    *,
    offset: int,
) -> None:
    """Put each row's parts into its item, with one statement for each kind of parts."""
    owners = {row[offset]: item for row, item in zip(rows, items, strict=True)}
    for child in plan.parts:
        for item in owners.values():
            item[child.name] = []
        if owners:
            await _add_children(session, view, child, owners)


async def _add_children(
    session: AsyncSession, view: View, child: Children, owners: dict[int, Item]
) -> None:
    inner = View(child.resource, view.reach_of)
    plan = _Plan(inner, None, ())
    table = child.resource.table
    owner = table.c[child.column]
    order = [owner, *_order(inner, child.resource.sort)]
    found = await session.execute(
        select(owner, *plan.columns)
        .select_from(inner.joined(table, plan.joins))
        .where(owner.in_(list(owners)), *inner.conditions())
        .order_by(*order)
    )
    rows = found.all()
    items = [plan.item(row[1:]) for row in rows]
    for row, item in zip(rows, items, strict=True):
        owners[row[0]][child.name].append(item[child.only] if child.only else item)
    await _add_parts(session, inner, plan, rows, items, offset=1)


def _order(view: View, sort: str) -> list[ColumnElement[Any]]:
    field = view.resource.fields[sort.removeprefix("-")]
    return [SortKey(field, sort.startswith("-")).clause, view.resource.table.c.id]
