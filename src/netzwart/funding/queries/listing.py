"""What the lists of purchases have in common: filters from an address, an order, pages by key."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, Select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.errors import InvalidInputError
from netzwart.schools.queries import AnyRow
from netzwart.web.listing import BadQueryError, keyset, make_cursor, parse_query
from netzwart.web.resources.fields import Field

PAGE = 50
MOST_WORDS = 6
_LONGEST = 200
_LARGEST_ID = 2**63 - 1


class BadPurchaseFilterError(InvalidInputError):
    """The address asks for something that the list does not know."""

    status = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseFilters:
    """Filters of the lists of orders, deliveries, invoices and payments; None is not given."""

    q: str = ""
    supplier: int | None = None
    grant: int | None = None
    missing: str | None = None
    """What must be missing; each list knows its own words."""
    sort: str = "-day"
    cursor: str | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """Return what to search for."""
        return tuple(self.q.split()[:MOST_WORDS])

    @property
    def is_narrowed(self) -> bool:
        """Return whether any filter is set."""
        return bool(self.q or self.missing or self.supplier or self.grant)

    def query(self, **changes: object) -> str:
        """Return the query string with some parts changed; any change starts at the first page."""
        changed = replace(self, **{"cursor": None, **changes})  # pyright: ignore[reportArgumentType] - names are checked by replace
        pairs = [
            (each.name, str(value))
            for each in fields(changed)
            if (value := getattr(changed, each.name)) not in {None, ""}
            and (each.name, value) != ("sort", "-day")
        ]
        return f"?{urlencode(pairs)}" if pairs else ""


def read_purchase_filters(
    pairs: Iterable[tuple[str, str]], missing: Mapping[str, str]
) -> PurchaseFilters:
    """Return the filters of an address; `missing` are the list's own words with their labels.

    Raises:
        BadPurchaseFilterError: names what is unknown.
    """
    given = {name: text for name, value in pairs if (text := value.strip())}
    known = {each.name for each in fields(PurchaseFilters)}
    errors = {
        name: f"Den Filter „{name[:40]}“ gibt es nicht." for name in given if name not in known
    }
    values: dict[str, Any] = {}
    for name, text in given.items():
        if name in errors:
            continue
        if name in {"supplier", "grant"}:
            if not text.isascii() or not text.isdigit() or not 0 < int(text[:20]) <= _LARGEST_ID:
                errors[name] = f"Mit „{text[:40]}“ ist nichts zu finden."
                continue
            values[name] = int(text)
        elif len(text) > _LONGEST * 80 or "\x00" in text or (name == "q" and len(text) > _LONGEST):
            errors[name] = "Das ist zu lang."
        elif name == "missing" and text not in missing:
            errors[name] = f"Bekannt sind: {', '.join(missing)}."
        else:
            values[name] = text
    if errors:
        raise BadPurchaseFilterError("Diese Filter passen nicht zur Liste.", errors)
    return PurchaseFilters(**values)


@dataclass(frozen=True, slots=True)
class PurchasePage:
    """Part of a list."""

    rows: Sequence[AnyRow]
    next_cursor: str | None


async def page_of(
    session: AsyncSession,
    statement: Select[*tuple[Any, ...]],
    sortable: Mapping[str, Field],
    filters: PurchaseFilters,
    *conditions: ColumnElement[bool],
) -> PurchasePage:
    """Return the part of a list that the filters' order and cursor ask for.

    Raises:
        BadPurchaseFilterError: order or cursor are none of this list.
    """
    pairs = [("sort", filters.sort)]
    if filters.cursor:
        pairs.append(("cursor", filters.cursor))
    try:
        wanted = parse_query(pairs, sortable)
    except BadQueryError as error:
        raise BadPurchaseFilterError(
            "Diese Seite der Liste gibt es nicht (mehr). Bitte vorn anfangen.", error.fields
        ) from error
    sort = wanted.sort
    keys = [key.field.column.label(f"key_{place}") for place, key in enumerate(sort)]
    statement = statement.add_columns(*keys).where(*conditions)
    if wanted.after is not None:
        statement = statement.where(keyset(sort, wanted.after))
    statement = statement.order_by(*(key.clause for key in sort)).limit(PAGE + 1)
    rows = (await session.execute(statement)).all()
    shown = rows[:PAGE]
    if len(rows) <= PAGE:
        return PurchasePage(shown, None)
    last = [getattr(shown[-1], f"key_{place}") for place in range(len(sort))]
    return PurchasePage(shown, make_cursor(sort, last))
