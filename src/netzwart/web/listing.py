"""Lists that can be filtered, searched, sorted and paged by any of their fields, always by key.

A page starts after the last row of the page before it (keyset), never after a number of rows: the
last page costs what the first costs. A cursor carries that row's sort values; it opens nothing,
since scope and filters are applied again.
"""

import base64
import binascii
import difflib
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, ClassVar

import msgspec
from sqlalchemy import and_, false, or_, tuple_
from sqlalchemy.sql.elements import ColumnElement

from netzwart.errors import InvalidInputError
from netzwart.web.resources.fields import Field, NotAValueError, Op

DEFAULT_LIMIT = 50
LARGEST_LIMIT = 200
LONGEST_LIST = 200
"""Values after `__in`, and fields in `fields`, `sort` and `expand`."""
MOST_SORT_KEYS = 5
LONGEST_CURSOR = 16_000
PLAIN_PARAMETERS = ("limit", "cursor", "sort", "q", "updated_since", "fields", "expand", "count")


class BadQueryError(InvalidInputError):
    """A query parameter is unknown or not understood; the errors name each."""

    status: ClassVar[int] = 400


_COMPARISONS: Mapping[Op, Callable[[ColumnElement[Any], Any], ColumnElement[bool]]] = {
    Op.EQUAL: operator.eq,
    Op.IN: lambda column, values: column.in_(values),
    Op.GTE: operator.ge,
    Op.LTE: operator.le,
    Op.GT: operator.gt,
    Op.LT: operator.lt,
}


@dataclass(frozen=True, slots=True)
class SortKey:
    """One column of the order."""

    field: Field
    descending: bool = False

    @property
    def clause(self) -> ColumnElement[Any]:
        """Return the ORDER BY expression; nulls come last on both databases, either way."""
        ordered = self.field.column.desc() if self.descending else self.field.column.asc()
        return ordered.nulls_last() if self.field.nullable else ordered


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition a reader asked for."""

    field: Field
    op: Op
    value: Any

    @property
    def clause(self) -> ColumnElement[bool]:
        """Return the WHERE expression."""
        column = self.field.column
        if self.op is Op.ISNULL:
            return column.is_(None) if self.value else column.is_not(None)
        if self.op is Op.CONTAINS:
            return column.icontains(self.value, autoescape=True)
        return _COMPARISONS[self.op](column, self.value)


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What a reader asked of a list, checked."""

    limit: int = DEFAULT_LIMIT
    sort: tuple[SortKey, ...] = ()
    """Ends with the row's id, so that the order is total."""
    after: tuple[Any, ...] | None = None
    """Sort values of the row before the first one wanted."""
    words: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    fields: tuple[str, ...] | None = None
    expand: frozenset[str] = frozenset()
    count: bool = False


def parse_query(
    pairs: Iterable[tuple[str, str]],
    fields: Mapping[str, Field],
    *,
    default_sort: str = "id",
    expandable: Iterable[str] = (),
    also_shown: Iterable[str] = (),
    parameters: Sequence[str] | None = None,
) -> ListQuery:
    """Return the checked query of a list.

    `also_shown` are names that `fields=` may ask for but no filter knows (children). `parameters`
    are the only ones allowed where it is no list that is asked for.

    Raises:
        BadQueryError: names every parameter that is unknown, doubled or not understood.
    """
    parser = _Parser(fields, default_sort, frozenset(expandable), frozenset(also_shown))
    parser.parameters = parameters
    return parser.parse(pairs)


class _Parser:
    """Reads one query string and gathers all that is wrong with it."""

    def __init__(
        self,
        fields: Mapping[str, Field],
        default_sort: str,
        expandable: frozenset[str],
        also_shown: frozenset[str],
    ) -> None:
        self.fields = fields
        self.default_sort = default_sort
        self.expandable = expandable
        self.also_shown = also_shown
        self.parameters: Sequence[str] | None = None
        self.errors: dict[str, str] = {}

    def parse(self, pairs: Iterable[tuple[str, str]]) -> ListQuery:
        given: dict[str, str] = {}
        for name, value in pairs:
            if name in given:
                self.errors[name] = "Dieser Parameter steht zweimal da."
            given[name] = value
        plain = {name: given.pop(name) for name in self._plain_names() if name in given}
        found = [self._filter(name, text) for name, text in given.items()]
        query = self._plain(plain, [wanted for wanted in found if wanted is not None])
        if self.errors:
            raise BadQueryError("Die Anfrage wurde nicht verstanden.", self.errors)
        return query

    def _plain(self, plain: Mapping[str, str], filters: list[Filter]) -> ListQuery:
        if since := plain.get("updated_since"):
            filters += self._since(since)
        sort = self._sort(plain.get("sort") or self.default_sort)
        return ListQuery(
            limit=self._limit(plain.get("limit")),
            sort=sort,
            after=self._cursor(plain.get("cursor"), sort),
            words=self._words(plain.get("q", "")),
            filters=tuple(filters),
            fields=self._shown(plain.get("fields")),
            expand=frozenset(self._names("expand", plain.get("expand", ""), self.expandable)),
            count=self._flag("count", plain.get("count", "false")),
        )

    def _filter(self, name: str, text: str) -> Filter | None:
        stem, _, suffix = name.partition("__")
        field = self.fields.get(stem) if self.parameters is None else None
        if field is None or suffix not in field.ops or (not suffix and name.endswith("__")):
            self.errors[name] = _unknown_parameter(name, self._known())
            return None
        op = Op(suffix)
        try:
            return Filter(field, op, _value(field, op, text))
        except NotAValueError as refusal:
            self.errors[name] = str(refusal)
            return None

    def _since(self, text: str) -> list[Filter]:
        field = self.fields.get("changed_at")
        if field is None:
            self.errors["updated_since"] = "Diese Liste kennt keine Änderungszeit."
            return []
        try:
            return [Filter(field, Op.GTE, field.read(text))]
        except NotAValueError as refusal:
            self.errors["updated_since"] = str(refusal)
            return []

    def _limit(self, text: str | None) -> int:
        if text is None:
            return DEFAULT_LIMIT
        if text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= LARGEST_LIMIT:  # noqa: PLR2004 - a short number
            return int(text)
        self.errors["limit"] = f"Erlaubt ist eine Zahl von 1 bis {LARGEST_LIMIT}."
        return DEFAULT_LIMIT

    def _flag(self, name: str, text: str) -> bool:
        if text not in {"true", "false"}:
            self.errors[name] = "Erlaubt sind true und false."
        return text == "true"

    def _words(self, text: str) -> tuple[str, ...]:
        if "\x00" in text or len(text) > 200:  # noqa: PLR2004 - longer than anything one can search for
            self.errors["q"] = "Höchstens 200 Zeichen, ohne Nullzeichen."
            return ()
        return tuple(text.split()[:8])

    def _sort(self, text: str) -> tuple[SortKey, ...]:
        sortable = {name for name, field in self.fields.items() if field.is_sortable}
        wanted = [part.strip() for part in text.split(",") if part.strip()]
        names = self._names("sort", ",".join(part.removeprefix("-") for part in wanted), sortable)
        if len(names) > MOST_SORT_KEYS:
            self.errors["sort"] = f"Höchstens {MOST_SORT_KEYS} Felder sind erlaubt."
        keys = [
            SortKey(self.fields[name], part.startswith("-"))
            for part, name in zip(wanted, names, strict=False)
        ]
        if "id" not in names:
            keys.append(SortKey(self.fields["id"], keys[-1].descending if keys else False))
        return tuple(keys)

    def _shown(self, text: str | None) -> tuple[str, ...] | None:
        if not text:
            return None
        return self._names("fields", text, self.fields.keys() | self.also_shown)

    def _names(self, parameter: str, text: str, known: Iterable[str]) -> tuple[str, ...]:
        names = [name for part in text.split(",") if (name := part.strip())]
        if len(names) > LONGEST_LIST or len(set(names)) != len(names):
            self.errors[parameter] = "Ein Name steht zweimal da."
            return ()
        choices = set(known)
        for name in names:
            if name not in choices:
                self.errors[parameter] = _unknown_name(name, choices)
                return ()
        return tuple(names)

    def _cursor(self, text: str | None, sort: Sequence[SortKey]) -> tuple[Any, ...] | None:
        if not text:
            return None
        try:
            return _open_cursor(text, sort)
        except (ValueError, NotAValueError):
            self.errors["cursor"] = "Dieser Cursor gehört nicht zu dieser Liste und Sortierung."
            return None

    def _plain_names(self) -> Sequence[str]:
        return PLAIN_PARAMETERS if self.parameters is None else self.parameters

    def _known(self) -> list[str]:
        if self.parameters is not None:
            return list(self.parameters)
        filters = [
            f"{field.name}__{op}" if op else field.name
            for field in self.fields.values()
            for op in field.ops
        ]
        return [*PLAIN_PARAMETERS, *filters]


def _value(field: Field, op: Op, text: str) -> Any:  # noqa: ANN401 - one of the kinds' types
    if op is Op.ISNULL:
        if text not in {"true", "false"}:
            raise NotAValueError("Erlaubt sind true und false.")
        return text == "true"
    if op is Op.IN:
        parts = text.split(",")
        if len(parts) > LONGEST_LIST:
            raise NotAValueError(f"Höchstens {LONGEST_LIST} Werte sind erlaubt.")
        return [field.read(part) for part in parts]
    return field.read(text)


def _unknown_parameter(name: str, known: Sequence[str]) -> str:
    return f"Den Parameter „{name[:80]}“ gibt es hier nicht.{_nearest(name, known)}"


def _unknown_name(name: str, known: Iterable[str]) -> str:
    return f"„{name[:80]}“ gibt es hier nicht.{_nearest(name, known)}"


def _nearest(name: str, known: Iterable[str]) -> str:
    found = difflib.get_close_matches(name[:80], sorted(known), n=1, cutoff=0.6)
    return f" Gemeint ist vielleicht „{found[0]}“." if found else ""


def keyset(sort: Sequence[SortKey], after: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition that a row comes after the one with these sort values.

    Uniform orders over columns without nulls become one row comparison, which both databases
    answer from an index.
    """
    directions = {key.descending for key in sort}
    if len(directions) == 1 and not any(key.field.nullable for key in sort):
        row = tuple_(*(key.field.column for key in sort))
        bound = tuple_(*after, types=[key.field.column.type for key in sort])
        return row < bound if directions == {True} else row > bound
    steps: list[ColumnElement[bool]] = []
    for position, key in enumerate(sort):
        equal = [
            _same(earlier.field.column, value)
            for earlier, value in zip(sort[:position], after, strict=False)
        ]
        steps.append(and_(*equal, _beyond(key, after[position])))
    return or_(*steps)


def _same(column: ColumnElement[Any], value: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a sort value
    return column.is_(None) if value is None else column == value


def _beyond(key: SortKey, value: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a sort value
    if value is None:  # nulls are last, so nothing with this key comes after
        return false()
    column = key.field.column
    further = column < value if key.descending else column > value
    return or_(further, column.is_(None)) if key.field.nullable else further


def make_cursor(sort: Sequence[SortKey], values: Sequence[Any]) -> str:
    """Return the opaque text that leads to the rows after this one."""
    body = msgspec.json.encode([_order_name(sort), [_plain_text(value) for value in values]])
    return base64.urlsafe_b64encode(body).rstrip(b"=").decode()


def _open_cursor(text: str, sort: Sequence[SortKey]) -> tuple[Any, ...]:
    if len(text) > LONGEST_CURSOR:
        raise ValueError("too long")
    try:
        body = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        order, values = msgspec.json.decode(body, type=tuple[str, list[str | None]])
    except (binascii.Error, msgspec.DecodeError, UnicodeError) as error:
        raise ValueError("not ours") from error
    if order != _order_name(sort) or len(values) != len(sort):
        raise ValueError("of another list")
    return tuple(_cursor_value(key, value) for key, value in zip(sort, values, strict=True))


def _cursor_value(key: SortKey, text: str | None) -> Any:  # noqa: ANN401 - a sort value
    if text is None:
        if not key.field.nullable:
            raise ValueError("null where none can be")
        return None
    return key.field.read(text)


def _order_name(sort: Sequence[SortKey]) -> str:
    return ",".join(f"-{key.field.name}" if key.descending else key.field.name for key in sort)


def _plain_text(value: Any) -> str | None:  # noqa: ANN401 - a sort value
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, Decimal):
        return f"{value:f}"
    return None if value is None else str(value)
