"""Named reads of kept views and chosen columns."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import false, literal, null, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.accounts.list_tables import ListColumns, SavedView
from netzwart.database import table_of

VIEW = table_of(SavedView)
COLUMNS = table_of(ListColumns)


@dataclass(frozen=True, slots=True)
class KeptView:
    """A list's address under a name."""

    id: int
    name: str
    query: str
    user_id: int
    is_shared: bool


@dataclass(frozen=True, slots=True)
class ListChoices:
    """What somebody made of a list."""

    columns: Sequence[str]
    """The columns they chose; none if they never did."""
    views: Sequence[KeptView]
    """Their own views and everybody's shared ones, by name."""


async def list_choices(session: AsyncSession, actor: Actor, list_name: str) -> ListChoices:
    """Return an actor's columns and views of a list, in one statement."""
    user_id = actor.user_id or 0
    views = select(
        VIEW.c.id, VIEW.c.name, VIEW.c.query, VIEW.c.user_id, VIEW.c.is_shared, null()
    ).where(
        VIEW.c.list_name == list_name,
        or_(VIEW.c.user_id == user_id, VIEW.c.is_shared.is_(True)),
    )
    columns = select(
        literal(0), literal(""), literal(""), COLUMNS.c.user_id, false(), COLUMNS.c.columns
    ).where(COLUMNS.c.list_name == list_name, COLUMNS.c.user_id == user_id)
    rows = (await session.execute(columns.union_all(views))).all()
    kept = [KeptView(*row[:5]) for row in rows if row[0]]
    chosen = tuple(str(name) for row in rows if not row[0] for name in row[5])
    return ListChoices(chosen, sorted(kept, key=lambda one: (one.name, one.id)))
