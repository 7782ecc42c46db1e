"""What a sent reference means: a number or name becomes the key of a row the sender may see."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.web.resources.declaring import Reference, Resource
from netzwart.web.resources.reaching import condition, source_of
from netzwart.web.resources.viewing import View


class BadReferenceError(Exception):
    """A reference that means nothing, or more than one thing; the argument is a German sentence."""


class References:
    """Resolves the references of one request; asks the database once for the same question."""

    def __init__(self, session: AsyncSession, view: View) -> None:
        self._session = session
        self._view = view
        self._known: dict[tuple[object, ...], list[int]] = {}

    async def resolve(self, name: str, key: object, row: Mapping[str, Any], *, is_id: bool) -> int:
        """Return the id that `key` stands for, an id itself or a natural key.

        `row` holds the columns that are known of the referring row, for keys that are unique within
        something only (a room's number within its school).

        Raises:
            BadReferenceError: nothing the sender may see is meant, or more than one thing.
        """
        reference = self._view.resource.joins[name].reference
        within = {
            column: row[own] for column, own in reference.within.items() if row.get(own) is not None
        }
        question = (name, is_id, key, *sorted(within.items()))
        if question not in self._known:
            self._known[question] = await self._ask(reference, key, within, is_id=is_id)
        found = self._known[question]
        if not found:
            raise BadReferenceError(f"„{str(key)[:80]}“ gibt es nicht.")
        if len(found) > 1:
            raise BadReferenceError(f"„{str(key)[:80]}“ ist nicht eindeutig; {name}_id ist es.")
        return found[0]

    async def _ask(
        self, reference: Reference, key: object, within: Mapping[str, Any], *, is_id: bool
    ) -> list[int]:
        table = source_of(reference.target)
        column = table.c.id if is_id else table.c[reference.key]
        reach = self._view.reach_of(reference.right or self._view.resource.read)
        inside = condition(table, reference.places, reach)
        wanted = [column == key, *(table.c[name] == value for name, value in within.items())]
        if inside is not None:
            wanted.append(inside)
        found = await self._session.execute(select(table.c.id).where(*wanted).limit(2))
        return list(found.scalars())


def writable_references(resource: Resource) -> dict[str, str]:
    """Return the references a row of this resource holds itself: name → foreign key column."""
    return {
        name: join.reference.column
        for name, join in resource.joins.items()
        if join.reference.via is None
    }
