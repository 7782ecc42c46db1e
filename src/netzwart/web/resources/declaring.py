"""How a domain declares a resource: table, public names, references, children, places.

Example: a device shows its school as `school_id` and `school` (the school's number), and the whole
school where the reader asks for `expand=school`:

    DEVICES = declare(
        "devices", Device, read=Right.READ_INVENTORY,
        columns="inventory_number serial status",
        references=(Reference("school", School, "school_id", key="number", shows="name"),),
        school=("school_id",), search=("search_text",), sort="inventory_number",
    )
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Table, TableClause
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from netzwart.database import Record, table_of
from netzwart.web.resources.fields import Field, field_of
from netzwart.web.resources.reaching import Place, Places, source_of

RESERVED = frozenset(
    {"limit", "cursor", "sort", "q", "updated_since", "fields", "expand", "count"},
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A row that another row names by key, shown as `name_id`, `name` or, expanded, an object."""

    name: str
    target: type[Record] | TableClause
    """Its record; or, of a floor above, a light table with the columns that are shown."""
    column: str
    """The foreign key: a column of the resource's table, or of the `via` reference's target."""
    key: str
    """The target's natural key, shown as `name`."""
    shows: str = ""
    """More columns of the target that `expand=name` shows, public:column where names differ."""
    right: str | None = None
    """What the reader must be allowed to see the target; None is the resource's own right."""
    school: Place | None = None
    grant: Place | None = None
    open_to_grants: bool = False
    is_open: bool = False
    """True if the target belongs to no place; so does one without `school` and `grant`."""
    via: str | None = None
    """The reference that this one continues."""
    within: Mapping[str, str] = field(default_factory=dict[str, str])
    """Further columns that make the key unique when writing: target column → own column."""

    @property
    def places(self) -> Places:
        """Return how the target belongs to schools and grants."""
        return Places(
            self.school,
            self.grant,
            is_open=self.is_open or (self.school is None and self.grant is None),
            open_to_grants=self.open_to_grants,
        )


@dataclass(frozen=True, slots=True)
class Join:
    """A reference with the alias it is read through."""

    reference: Reference
    source: FromClause
    on: ColumnElement[bool]
    shown: tuple[Field, ...]
    """What an expansion consists of."""


@dataclass(frozen=True, slots=True)
class Children:
    """Rows below a row, shown inside it as a list."""

    name: str
    resource: "Resource"
    column: str
    """The child's foreign key to its parent."""
    only: str = ""
    """The one field the list consists of; empty gives objects."""


@dataclass(frozen=True, slots=True)
class Resource:
    """Everything the API says about one kind of thing; built by `declare`."""

    name: str
    """Plural, kebab-case, as in the address."""
    record: type[Record]
    table: FromClause
    read: str
    fields: Mapping[str, Field]
    joins: Mapping[str, Join]
    children: Mapping[str, Children]
    places: Places
    search: tuple[ColumnElement[Any], ...]
    is_search_folded: bool
    """True if the search columns hold lower case already."""
    sort: str
    only: ColumnElement[bool] | None = None
    """What every row of the resource meets (proofs are documents of one kind)."""
    called: str = ""
    """The name of one row where it is not its record's."""

    @property
    def subject(self) -> str:
        """Return the name of one row, as the audit trail and schemas call it (`device_model`)."""
        return self.called or self.record.__name__

    def chain(self, name: str | None) -> Iterator[Join]:
        """Yield the joins that a reference's row needs, outermost first."""
        if name is None:
            return
        join = self.joins[name]
        yield from self.chain(join.reference.via)
        yield join


def declare(  # noqa: PLR0913 - a declaration has many parts, each named
    name: str,
    record: type[Record],
    *,
    read: str,
    columns: str = "",
    references: tuple[Reference, ...] = (),
    children: tuple[Children, ...] = (),
    school: Place | None = None,
    grant: Place | None = None,
    is_open: bool = False,
    open_to_grants: bool = False,
    search: tuple[str, ...] = (),
    is_search_folded: bool = False,
    sort: str = "id",
    only: ColumnElement[bool] | None = None,
    is_part: bool = False,
    guarded: Mapping[str, str] | None = None,
) -> Resource:
    """Return the resource of a table.

    `columns` names what is shown, as `public:column` where the names differ; key, moments and
    version are added. A part is shown inside its parent only and has no moments of its own.
    `guarded` names columns that need a right of their own (`{"actor": Right.READ_NAMES}`): whoever
    lacks it does not know the field.

    Raises:
        ValueError: a column holds a secret, or a name is taken or reserved.
    """
    table = table_of(record)
    joins = _joins(table, references)
    fields = [field_of("id", table.c.id), *_plain(table, columns)]
    for join in joins.values():
        fields += _reference_fields(join, read)
    stamps = () if is_part else ("created_at", "changed_at", "version")
    fields += [field_of(stamp, table.c[stamp]) for stamp in stamps]
    rights = guarded or {}
    fields = [replace(one, right=rights.get(one.name, one.right)) for one in fields]
    by_name = {found.name: found for found in fields}
    taken = RESERVED & by_name.keys()
    if taken or len(by_name) != len(fields):
        raise ValueError(f"{name}: a field's name is taken {taken or ''}")
    return Resource(
        name=name,
        record=record,
        table=table,
        read=read,
        fields=by_name,
        joins=joins,
        children={child.name: child for child in children},
        places=Places(school, grant, is_open=is_open, open_to_grants=open_to_grants),
        search=tuple(table.c[column] for column in search),
        is_search_folded=is_search_folded,
        sort=sort,
        only=only,
    )


def _plain(table: FromClause, columns: str) -> list[Field]:
    fields: list[Field] = []
    for named in columns.split():
        public, _, column = named.partition(":")
        fields.append(field_of(public, table.c[column or public]))
    return fields


def _joins(table: Table, references: tuple[Reference, ...]) -> dict[str, Join]:
    joins: dict[str, Join] = {}
    for reference in references:
        source = source_of(reference.target).alias(f"{table.name}_{reference.name}")
        holder = joins[reference.via].source if reference.via else table
        shown = (
            field_of("id", source.c.id),
            *_plain(source, f"{_named_key(reference)} {reference.shows}"),
        )
        on = source.c.id == holder.c[reference.column]
        joins[reference.name] = Join(reference, source, on, shown)
    return joins


def _named_key(reference: Reference) -> str:
    return reference.key.partition(":")[0]


def _reference_fields(join: Join, read: str) -> list[Field]:
    """Give `school_id` and `school`, both from the joined row: neither tells of a hidden one."""
    reference = join.reference
    right = reference.right or read
    named = {reference.name + "_id": "id", reference.name: _named_key(reference)}
    return [
        field_of(public, join.source.c[column], nullable=True, join=reference.name, right=right)
        for public, column in named.items()
    ]
