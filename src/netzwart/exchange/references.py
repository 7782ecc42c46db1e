"""What a row may refer to: natural keys on one side, ids on the other."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.database import Record, table_of
from netzwart.exchange.problems import nearest
from netzwart.exchange.upserting import Key, Outcome


class References:
    """Ids by natural key, loaded once per table and kept up by the sections."""

    def __init__(self, session: AsyncSession, outcome: Outcome) -> None:
        self._session = session
        self._outcome = outcome
        self._known: dict[str, dict[Key, int]] = {}

    async def load(self, name: str, model: type[Record], columns: Sequence[str]) -> None:
        """Fill the map of one table from the database."""
        table = table_of(model)
        query = select(table.c.id, *(table.c[column] for column in columns))
        rows = (await self._session.execute(query)).all()
        self._known[name] = {tuple(row[1:]): int(row[0]) for row in rows}

    def put(self, name: str, ids: Mapping[Key, int]) -> None:
        """Add what a section has just created."""
        self._known.setdefault(name, {}).update(ids)

    def all_of(self, name: str) -> Mapping[Key, int]:
        """Return everything known of one kind."""
        return self._known.get(name, {})

    def find(self, name: str, key: Key | None, path: Sequence[str | int], noun: str) -> int | None:
        """Return the id of a key; None stays None; an unknown key is noted as a fault."""
        if key is None or key[-1] is None:
            return None
        found = self._known.get(name, {}).get(key)
        if found is None:
            text = ", ".join(str(part) for part in key)
            known = [", ".join(str(part) for part in other) for other in self._known.get(name, {})]
            self._outcome.fault(
                path,
                f"{noun} „{text}“ gibt es weder in der Datei noch im Bestand."
                f"{nearest(text, known)}",
            )
        return found


def named(row: Any, names: Mapping[str, str]) -> dict[str, Any]:  # noqa: ANN401 - any row form
    """Return column → value of those fields that the file gives, absent ones left out.

    `names` maps the form's field to the column.
    """
    return {
        column: getattr(row, name) for name, column in names.items() if name in row.model_fields_set
    }
