"""Whole tables as rows of a bundle, each read once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.database import Record, table_of

Rows = list[dict[str, Any]]


class Source:
    """Whole tables as dicts, each read once."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._read: dict[str, Rows] = {}

    async def rows(self, model: type[Record]) -> Rows:
        """Return all rows of a table in the order of their ids."""
        name = model.__name__
        if name not in self._read:
            table = table_of(model)
            query: Select[Any] = select(*table.c).order_by(table.c.id)
            found = (await self._session.execute(query)).mappings()
            self._read[name] = [dict(row) for row in found]
        return self._read[name]

    async def by_id(self, model: type[Record]) -> dict[int, dict[str, Any]]:
        """Return all rows of a table by id."""
        return {int(row["id"]): row for row in await self.rows(model)}

    async def below(self, model: type[Record], parent: str) -> Mapping[int, Rows]:
        """Return all rows of a table by the id of what they hang below."""
        found: dict[int, Rows] = defaultdict(list)
        for row in await self.rows(model):
            found[int(row[parent])].append(row)
        return found


def picked(row: Mapping[str, Any], names: Mapping[str, str] | Sequence[str]) -> dict[str, Any]:
    """Return these columns of a row, under their public names where the two differ."""
    pairs = names.items() if isinstance(names, Mapping) else ((name, name) for name in names)
    return {public: in_order(row[column]) for public, column in pairs}


def in_order(value: Any) -> Any:  # noqa: ANN401 - a column's value
    """Return a JSON column with its keys in order: PostgreSQL keeps them in its own."""
    if isinstance(value, Mapping):
        mapping: Mapping[str, Any] = value  # pyright: ignore[reportUnknownVariableType] - any tree
        return {key: in_order(mapping[key]) for key in sorted(mapping)}
    if isinstance(value, list):
        return [in_order(inner) for inner in value]  # pyright: ignore[reportUnknownVariableType] - any tree
    return value


def key_of(rows: Mapping[int, Mapping[str, Any]], row_id: int | None, column: str) -> Any:  # noqa: ANN401 - a natural key
    """Return the natural key of a row by its id, None for None."""
    return None if row_id is None else rows[row_id][column]
