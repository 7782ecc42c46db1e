"""People keep a list's address under a name, and choose its columns."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.accounts.list_queries import COLUMNS, VIEW
from netzwart.accounts.list_tables import ListColumns, SavedView
from netzwart.errors import ForbiddenError, InvalidInputError, NotFoundError

MOST_VIEWS = 30
"""Of one person and list: more than that nobody finds again."""


class ViewForm(BaseModel):
    """A name for the list's present address."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    name: Annotated[
        str, StringConstraints(strip_whitespace=True), Field(min_length=1, max_length=60)
    ]
    query: Annotated[str, Field(max_length=1000)] = ""
    is_shared: bool = False


class TooManyViewsError(InvalidInputError):
    """Somebody keeps more views than anybody can use."""


class UnknownViewError(NotFoundError):
    """No such view, or somebody else's."""


class NobodysListError(ForbiddenError):
    """A program has no views of its own."""


async def keep_view(session: AsyncSession, actor: Actor, list_name: str, form: ViewForm) -> None:
    """Keep an address under a name; a name that is known gets the new address.

    Raises:
        TooManyViewsError: the person keeps enough of them.
        NobodysListError: the actor is a program.
    """
    user_id = _person(actor)
    view = await session.scalar(
        select(SavedView).where(
            VIEW.c.user_id == user_id, VIEW.c.list_name == list_name, VIEW.c.name == form.name
        )
    )
    if view is None:
        number = await session.scalar(
            select(func.count())
            .select_from(VIEW)
            .where(VIEW.c.user_id == user_id, VIEW.c.list_name == list_name)
        )
        if (number or 0) >= MOST_VIEWS:
            message = f"Mehr als {MOST_VIEWS} Ansichten lassen sich nicht merken."
            raise TooManyViewsError(message, {"name": message})
        view = SavedView(user_id=user_id, list_name=list_name, name=form.name)
        session.add(view)
    view.query, view.is_shared = form.query, form.is_shared
    await session.flush()


async def forget_view(session: AsyncSession, actor: Actor, list_name: str, view_id: int) -> None:
    """Forget one of the actor's own views.

    Raises:
        UnknownViewError: there is none of theirs by this id.
    """
    gone = await session.execute(
        delete(VIEW)
        .where(
            VIEW.c.id == view_id,
            VIEW.c.list_name == list_name,
            VIEW.c.user_id == (actor.user_id or 0),
        )
        .returning(VIEW.c.id)
    )
    if gone.one_or_none() is None:
        raise UnknownViewError("Diese Ansicht gibt es nicht, oder sie gehört jemand anderem.")


async def choose_columns(
    session: AsyncSession, actor: Actor, list_name: str, columns: Sequence[str]
) -> None:
    """Keep the columns somebody wants to see; none at all means the usual ones again."""
    user_id = _person(actor)
    await session.execute(
        delete(COLUMNS).where(COLUMNS.c.user_id == user_id, COLUMNS.c.list_name == list_name)
    )
    if columns:
        session.add(ListColumns(user_id=user_id, list_name=list_name, columns=list(columns)))
        await session.flush()


def _person(actor: Actor) -> int:
    if actor.user_id is None:
        raise NobodysListError("Ansichten gehören Personen, nicht Programmen.")
    return actor.user_id
