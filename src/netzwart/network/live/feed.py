"""Reads the change table as a feed: everything once, also what was committed out of order.

On PostgreSQL a row with a smaller id may become visible after one with a larger id, since ids are
given before the commit. Ids that are missing between others are therefore looked for again for a
while: until they come, or it is certain that their transaction was rolled back.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.database import table_of
from netzwart.network.live.events import StateEvent
from netzwart.network.tables import Interface, Node, StateChange

AT_ONCE = 500
LATE_BY = timedelta(seconds=30)
"""No transaction that records a poll takes longer."""
_MAX_MISSING = 2000

_changes = table_of(StateChange)
_nodes = table_of(Node)
_interfaces = table_of(Interface)


class ChangeFeed:
    """Where one reader stands in the change table."""

    def __init__(self) -> None:
        self._top: int | None = None
        self._missing: dict[int, float] = {}
        """Id → until when it is looked for, on the caller's clock."""

    @property
    def top(self) -> int:
        """Return the largest id that was read or passed over."""
        return self._top or 0

    async def start(self, session: AsyncSession) -> None:
        """Stand at the end: what is there already is not told."""
        self._top = await newest_id(session)

    async def news(self, session: AsyncSession, now: float) -> Sequence[StateEvent]:
        """Return what was not told yet, at most `AT_ONCE`; `now` in seconds of any steady clock."""
        found = list(await _events(session, _selected().where(_changes.c.id > self.top)))
        late = await self._late(session, now)
        for event in found:
            missing = range(self.top + 1, event.id)[-_MAX_MISSING:]
            self._missing |= dict.fromkeys(missing, now + LATE_BY.total_seconds())
            self._top = event.id
        return [*late, *found]

    async def _late(self, session: AsyncSession, now: float) -> Sequence[StateEvent]:
        self._missing = {one: until for one, until in self._missing.items() if until > now}
        if not self._missing:
            return []
        wanted = sorted(self._missing)[:_MAX_MISSING]
        found = await _events(session, _selected().where(_changes.c.id.in_(wanted)))
        for event in found:
            del self._missing[event.id]
        return found


async def newest_id(session: AsyncSession) -> int:
    """Return the largest id in the change table, 0 if it is empty."""
    return int(await session.scalar(select(func.max(_changes.c.id))) or 0)


async def since(session: AsyncSession, last_id: int) -> Sequence[StateEvent] | None:
    """Return what came after an event, and maybe some that came shortly before it.

    None if it is unknown, or if that is more than `AT_ONCE`: then the present state says it
    shorter.
    """
    at = await session.scalar(select(_changes.c.at).where(_changes.c.id == last_id))
    if at is None:
        return None
    late = _selected(AT_ONCE + 1).where(_changes.c.at >= at - LATE_BY, _changes.c.id != last_id)
    found = await _events(session, late)
    return None if len(found) > AT_ONCE else found


def _selected(limit: int = AT_ONCE) -> Select[*tuple[object, ...]]:
    return (
        select(
            _changes.c.id,
            _changes.c.at,
            _changes.c.node_id,
            _nodes.c.name,
            _nodes.c.school_id,
            _interfaces.c.name.label("interface"),
            _changes.c.what,
            _changes.c.before,
            _changes.c.after,
        )
        .join_from(_changes, _nodes, _nodes.c.id == _changes.c.node_id)
        .join(_interfaces, _interfaces.c.id == _changes.c.interface_id, isouter=True)
        .order_by(_changes.c.id)
        .limit(limit)
    )


async def _events(
    session: AsyncSession, statement: Select[*tuple[object, ...]]
) -> Sequence[StateEvent]:
    return [StateEvent(*row) for row in await session.execute(statement)]
