"""One public field: its column, its kind, and how text from a query string becomes its value."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Boolean, Date, Enum, Integer, LargeBinary, String
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import TypeEngine
from sqlmodel.sql.sqltypes import AutoString

from netzwart.database import Id, Money, Quantity, Rate, UnitPrice, UtcDateTime

LARGEST_INTEGER = 2**63 - 1
LONGEST_TEXT = 500

_SECRET_NAME = re.compile(r"hash|encrypted|password|secret|csrf|token_hash|private", re.IGNORECASE)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_INTEGER = re.compile(r"-?\d{1,19}")
_DECIMAL = re.compile(r"-?\d{1,12}(\.\d{1,6})?")


class Kind(StrEnum):
    """What a field's values are, and so which comparisons make sense."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DAY = "day"
    MOMENT = "moment"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    OBJECT = "object"


class Op(StrEnum):
    """A comparison a filter may name after two underscores."""

    EQUAL = ""
    IN = "in"
    GTE = "gte"
    LTE = "lte"
    GT = "gt"
    LT = "lt"
    CONTAINS = "contains"
    ISNULL = "isnull"


_ORDERED = (Op.EQUAL, Op.IN, Op.GTE, Op.LTE, Op.GT, Op.LT)

OPS: dict[Kind, tuple[Op, ...]] = {
    Kind.TEXT: (*_ORDERED, Op.CONTAINS),
    Kind.INTEGER: _ORDERED,
    Kind.DECIMAL: _ORDERED,
    Kind.DAY: _ORDERED,
    Kind.MOMENT: _ORDERED,
    Kind.BOOLEAN: (Op.EQUAL,),
    Kind.CHOICE: (Op.EQUAL, Op.IN),
    Kind.OBJECT: (),
}


class NotAValueError(Exception):
    """Text that is no value of a field's kind; the argument is a German sentence."""


@dataclass(frozen=True, slots=True)
class Field:
    """A column under its public name."""

    name: str
    column: ColumnElement[Any]
    kind: Kind
    nullable: bool
    choices: tuple[str, ...] = ()
    places: int = 0
    """Digits after the point that a decimal is stored with."""
    least_places: int = 0
    """Digits after the point that an answer shows at least."""
    max_length: int | None = None
    join: str | None = None
    """The reference whose row must be joined to read this field."""
    right: str | None = None
    """What the reader must be allowed everywhere, beside the resource's own right."""
    description: str = ""

    @property
    def ops(self) -> tuple[Op, ...]:
        """Return the comparisons a filter on this field may use."""
        known = OPS[self.kind]
        return (*known, Op.ISNULL) if known and self.nullable else known

    @property
    def is_sortable(self) -> bool:
        """Tell whether a list can be sorted by this field."""
        return self.kind is not Kind.OBJECT and (self.max_length or 0) <= LONGEST_TEXT

    def read(self, text: str) -> Any:  # noqa: ANN401 - one of the kinds' types
        """Return the value that `text` stands for.

        Raises:
            NotAValueError: the text is no value of this kind.
        """
        if "\x00" in text:
            raise NotAValueError("Ein Nullzeichen ist nicht erlaubt.")
        return _READERS[self.kind](self, text)


def field_of(
    name: str,
    column: ColumnElement[Any],
    *,
    nullable: bool | None = None,
    join: str | None = None,
    right: str | None = None,
) -> Field:
    """Return the field of a table's column; refuses columns that hold secrets."""
    stored = getattr(column, "name", "")
    if isinstance(column.type, LargeBinary) or _SECRET_NAME.search(str(stored)):
        raise ValueError(f"the column {stored} holds a secret and is never shown")
    kind = kind_of(column.type)
    places, least = _PLACES.get(type(column.type), (0, 0))
    return Field(
        name=name,
        column=column,
        kind=kind,
        nullable=bool(getattr(column, "nullable", True)) if nullable is None else nullable,
        choices=_choices(column.type) if kind is Kind.CHOICE else (),
        places=places,
        least_places=least,
        max_length=column.type.length if kind is Kind.TEXT else None,  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownArgumentType] - kind says it is a String
        join=join,
        right=right,
    )


_PLACES: dict[type[Any], tuple[int, int]] = {
    Money: (2, 2),
    UnitPrice: (4, 2),
    Quantity: (3, 0),
    Rate: (6, 2),
}


def _choices(kind: TypeEngine[Any]) -> tuple[str, ...]:
    return tuple(kind.enums) if isinstance(kind, Enum) else ()  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType] - untyped in SQLAlchemy


_KINDS: tuple[tuple[type[Any] | tuple[type[Any], ...], Kind], ...] = (
    (UtcDateTime, Kind.MOMENT),
    ((Money, UnitPrice, Quantity, Rate), Kind.DECIMAL),
    (Enum, Kind.CHOICE),
    (Boolean, Kind.BOOLEAN),
    ((Integer, Id), Kind.INTEGER),
    (Date, Kind.DAY),
    (JSON, Kind.OBJECT),
    ((String, AutoString), Kind.TEXT),
)


def kind_of(stored: TypeEngine[Any]) -> Kind:
    """Return the kind that a column type is shown as."""
    for types, kind in _KINDS:
        if isinstance(stored, types):
            return kind
    raise TypeError(f"no field kind for {stored!r}")


def plain_decimal(value: Decimal, least_places: int) -> Decimal:
    """Return the value without trailing zeros beyond `least_places` (0.900000 becomes 0.90)."""
    exponent = value.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) else 0
    while places > least_places and value == (shorter := round(value, places - 1)):
        value, places = shorter, places - 1
    return value


def _text(field: Field, text: str) -> str:
    del field
    if len(text) > LONGEST_TEXT:
        raise NotAValueError(f"Höchstens {LONGEST_TEXT} Zeichen sind erlaubt.")
    return text


def _integer(field: Field, text: str) -> int:
    del field
    if not _INTEGER.fullmatch(text) or abs(int(text)) > LARGEST_INTEGER:
        raise NotAValueError(f"„{text[:40]}“ ist keine ganze Zahl.")
    return int(text)


def _decimal(field: Field, text: str) -> Decimal:
    try:
        value = Decimal(text) if _DECIMAL.fullmatch(text) else None
    except InvalidOperation:
        value = None
    if value is None or value != round(value, field.places) or abs(value) >= 10**10:
        raise NotAValueError(
            f"„{text[:40]}“ ist keine Zahl mit höchstens {field.places} Stellen nach dem Punkt."
        )
    return value


def _day(field: Field, text: str) -> date:
    del field
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise NotAValueError(f"„{text[:40]}“ ist kein Tag der Form 2026-11-24.")


def _moment(field: Field, text: str) -> datetime:
    del field
    try:
        if _MOMENT.fullmatch(text):
            return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise NotAValueError(f"„{text[:40]}“ ist kein Zeitpunkt der Form 2026-11-24T08:00:00Z.")


def _boolean(field: Field, text: str) -> bool:
    del field
    if text not in {"true", "false"}:
        raise NotAValueError("Erlaubt sind true und false.")
    return text == "true"


def _choice(field: Field, text: str) -> str:
    if text not in field.choices:
        raise NotAValueError(f"Erlaubt sind: {', '.join(field.choices)}.")
    return text


def _object(field: Field, text: str) -> Any:  # noqa: ANN401 - never returns
    del text
    raise NotAValueError(f"Nach {field.name} kann man nicht filtern.")


_READERS: dict[Kind, Any] = {
    Kind.TEXT: _text,
    Kind.INTEGER: _integer,
    Kind.DECIMAL: _decimal,
    Kind.DAY: _day,
    Kind.MOMENT: _moment,
    Kind.BOOLEAN: _boolean,
    Kind.CHOICE: _choice,
    Kind.OBJECT: _object,
}
