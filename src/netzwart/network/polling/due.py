"""Which nodes are due: a column and one statement, so that no two workers hold the same node."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, RowMapping, Update, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.database import table_of
from netzwart.network.rules import KnownNode
from netzwart.network.tables import Node

LEASE = timedelta(seconds=180)
"""How long a claimed node is left to its worker; one that dies gives it back by this."""

_nodes = table_of(Node)
_KNOWN = (
    _nodes.c.reachability,
    _nodes.c.reachability_since,
    _nodes.c.failed_polls,
    _nodes.c.last_polled_at,
    _nodes.c.booted_at,
    _nodes.c.identified_at,
    _nodes.c.sys_name,
    _nodes.c.object_id,
    _nodes.c.sys_description,
)
_OWN = (
    _nodes.c.id,
    _nodes.c.version,
    _nodes.c.address,
    _nodes.c.port,
    _nodes.c.name,
    _nodes.c.credential_id,
    _nodes.c.poll_interval_s,
    _nodes.c.claimed_until,
    _nodes.c.last_answered_at,
    _nodes.c.firmware,
    _nodes.c.poll_cause,
    _nodes.c.poll_log,
)


@dataclass(frozen=True, slots=True)
class ClaimedNode:
    """A node that is ours to visit until `claimed_until`, and what was known of it."""

    id: int
    version: int
    address: str
    port: int
    name: str
    credential_id: int | None
    poll_interval_s: int | None
    claimed_until: datetime
    last_answered_at: datetime | None
    firmware: str | None
    poll_cause: str | None
    poll_log: bytes | None
    known: KnownNode


class Claim(NamedTuple):
    """A due node that is ours, as far as must be known to ask it as it was asked last time."""

    id: int
    version: int
    credential_id: int | None
    poll_interval_s: int | None
    last_polled_at: datetime | None
    poll_cause: str | None


_CLAIM = tuple(_nodes.c[name] for name in Claim._fields)


async def has_due_nodes(session: AsyncSession, now: datetime) -> bool:
    """Tell whether somebody is due, without taking a lock."""
    statement = select(_nodes.c.id).where(*_due(now)).limit(1)
    return (await session.execute(statement)).first() is not None


async def claim_due_nodes(
    session: AsyncSession, limit: int, now: datetime
) -> Sequence[ClaimedNode]:
    """Claim up to `limit` due nodes, longest overdue first.

    Until the visit is recorded they stay due, but held by their lease: if this worker dies, others
    may claim them from its end on. A claim moves nothing in an index: each poll would pay for it.
    """
    claims = await claim_due(session, limit, now)
    return await claimed_nodes(session, [claim.id for claim in claims])


async def claim_due(session: AsyncSession, limit: int, now: datetime) -> Sequence[Claim]:
    """Claim as `claim_due_nodes` does, and read no more than the fast lane needs."""
    due = (
        select(_nodes.c.id)
        .where(*_due(now))
        .order_by(_nodes.c.next_poll_at, _nodes.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    statement = _claiming(_nodes.c.id.in_(select(due.c.id)), now).returning(*_CLAIM)
    return [Claim(*row) for row in await session.execute(statement)]


async def claimed_nodes(session: AsyncSession, ids: Sequence[int]) -> Sequence[ClaimedNode]:
    """Return nodes that were claimed just now with all that was known of them."""
    if not ids:
        return []
    rows = await session.execute(select(*_OWN, *_KNOWN).where(_nodes.c.id.in_(ids)))
    return [_claimed(row) for row in rows.mappings()]


async def claim_node(session: AsyncSession, node_id: int, now: datetime) -> ClaimedNode | None:
    """Claim this node though it is not due; None if it is disabled or another worker has it."""
    claimed = await _claim(session, (_nodes.c.id == node_id) & _free(now), now)
    return claimed[0] if claimed else None


def _free(now: datetime) -> ColumnElement[bool]:
    nobody = or_(_nodes.c.claimed_until.is_(None), _nodes.c.claimed_until <= now)
    return _nodes.c.is_enabled & nobody


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    # Who answers by SSH alone is asked by the shell's own loop.
    return (_nodes.c.next_poll_at <= now, _free(now), ~shell_only())


def shell_only() -> ColumnElement[bool]:
    """Tell which nodes have credentials for SSH and none for SNMP."""
    return _nodes.c.credential_id.is_(None) & _nodes.c.ssh_credential_id.is_not(None)


async def claim_shell_nodes(
    session: AsyncSession, limit: int, now: datetime
) -> Sequence[ClaimedNode]:
    """Claim up to `limit` due nodes that answer by SSH alone."""
    due = (
        select(_nodes.c.id)
        .where(_nodes.c.next_poll_at <= now, _free(now), shell_only())
        .order_by(_nodes.c.next_poll_at, _nodes.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    return await _claim(session, _nodes.c.id.in_(select(due.c.id)), now)


def _claiming(which: ColumnElement[bool], now: datetime) -> Update:
    return update(_nodes).where(which).values(claimed_until=now + LEASE)


async def _claim(
    session: AsyncSession, which: ColumnElement[bool], now: datetime
) -> list[ClaimedNode]:
    statement = _claiming(which, now).returning(*_OWN, *_KNOWN)
    return [_claimed(row) for row in (await session.execute(statement)).mappings()]


def _claimed(row: RowMapping) -> ClaimedNode:
    known = KnownNode(**{column.name: row[column] for column in _KNOWN})
    own = {column.name: row[column] for column in _OWN}
    return ClaimedNode(**own, known=known)
