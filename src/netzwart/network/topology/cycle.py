"""Keeps the slow tables fresh: a loop of its own beside the status polls, which stay as cheap.

Who hangs where changes by the hour, ports change by the second: LLDP, MAC and ARP tables have their
own due time. Only nodes that answer are asked.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.clock import utcnow
from netzwart.database import Database, table_of
from netzwart.jobs import pause
from netzwart.network.credentials import (
    SealedCredential,
    UnusableCredentialError,
    open_target,
    sealed_credentials,
)
from netzwart.network.profiles.loading import Knowledge
from netzwart.network.protocols.replies import SnmpWire
from netzwart.network.rules import Reachability
from netzwart.network.tables import Node
from netzwart.network.topology.reading import read_topology
from netzwart.network.topology.recording import record_topology
from netzwart.network.topology_tables import TopologyReading
from netzwart.secrets import SecretBox

_log = structlog.get_logger()
_nodes = table_of(Node)
_readings = table_of(TopologyReading)

READ_EVERY = timedelta(minutes=15)
"""Neighbours age out after two minutes, MAC addresses after five; a quarter of an hour is enough
to find a thing."""
IDLE_S = 2.0
_LEASE = timedelta(minutes=5)
_VISIT_LIMIT_S = 120
_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class _Turn:
    """A node whose tables are ours to read now."""

    node_id: int
    address: str
    port: int
    credential_id: int | None
    profile: str | None


@dataclass(frozen=True, slots=True)
class TopologyCycle:
    """What a worker needs to read slow tables; any number of workers may run one each."""

    database: Database
    wire: SnmpWire
    box: SecretBox
    knowledge: Knowledge
    every: timedelta = READ_EVERY

    async def run(self, stop: asyncio.Event) -> None:
        """Read tables that are due until told to stop; what is under way is finished."""
        while not stop.is_set():
            if await self.run_once() == 0:
                await pause(stop, IDLE_S)

    async def run_once(self) -> int:
        """Read the tables of some nodes that are due now, and return how many those were."""
        turns = await self._claim()
        if turns:
            async with self.database.session(writing=False) as session:
                ids = frozenset(turn.credential_id for turn in turns if turn.credential_id)
                sealed = await sealed_credentials(session, ids)
            await asyncio.gather(
                *(self._visit(turn, sealed.get(turn.credential_id or 0)) for turn in turns)
            )
        return len(turns)

    async def _claim(self) -> Sequence[_Turn]:
        now = utcnow()
        async with self.database.session(writing=False) as session:
            is_idle = not await _has_work(session, now)
        if is_idle:
            return []
        async with self.database.session() as session:
            await _enrol(session, now)
            return await _claim_due(session, now)

    async def _visit(self, turn: _Turn, sealed: SealedCredential | None) -> None:
        try:
            target = open_target(turn.address, turn.port, sealed, self.box)
            async with asyncio.timeout(_VISIT_LIMIT_S):
                known = self.knowledge.profiles.get(turn.profile or "")
                own = known.read.neighbours if known is not None else ()
                vlans = known.vlan_contexts if known is not None else None
                told = await read_topology(target, self.wire, own, vlans)
        except (UnusableCredentialError, TimeoutError) as problem:
            # Its status poll says so already; here it only waits for its next turn.
            _log.info("topology_not_read", node_id=turn.node_id, reason=type(problem).__name__)
            return
        async with self.database.session() as session:
            await record_topology(session, turn.node_id, told, utcnow() + self.every)
        _log.info(
            "topology_read",
            node_id=turn.node_id,
            duration_ms=told.duration_ms,
            neighbours=len(told.neighbours or ()),
            macs=len(told.macs or ()),
            addresses=len(told.addresses or ()),
            error=told.error,
        )


def _is_askable() -> tuple[ColumnElement[bool], ...]:
    return (
        _nodes.c.is_enabled.is_(True),
        _nodes.c.reachability == Reachability.UP,
        _nodes.c.credential_id.is_not(None),
        _nodes.c.identified_at.is_not(None),
    )


async def _has_work(session: AsyncSession, now: datetime) -> bool:
    statement = (
        select(_nodes.c.id)
        .join_from(_nodes, _readings, _readings.c.node_id == _nodes.c.id, isouter=True)
        .where(*_is_askable(), _readings.c.id.is_(None) | (_readings.c.due_at <= now))
        .limit(1)
    )
    return (await session.execute(statement)).first() is not None


async def _enrol(session: AsyncSession, now: datetime) -> None:
    """Make nodes known that answered for the first time; they are due at once."""
    fresh = (
        select(
            _nodes.c.id,
            literal(now, _readings.c.due_at.type),
            literal(now, _readings.c.created_at.type),
            literal(now, _readings.c.changed_at.type),
            literal(1),
        )
        .where(*_is_askable(), _nodes.c.id.not_in(select(_readings.c.node_id)))
        .with_for_update(skip_locked=True)
    )
    columns = ["node_id", "due_at", "created_at", "changed_at", "version"]
    await session.execute(insert(_readings).from_select(columns, fresh))


async def _claim_due(session: AsyncSession, now: datetime) -> Sequence[_Turn]:
    due = (
        select(_readings.c.id)
        .join_from(_readings, _nodes, _nodes.c.id == _readings.c.node_id)
        .where(*_is_askable(), _readings.c.due_at <= now)
        .order_by(_readings.c.due_at, _readings.c.id)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True, of=_readings)
        .cte("due")
    )
    # If this worker dies, the node is due again at the end of the lease.
    claimed = await session.execute(
        update(_readings)
        .where(_readings.c.id.in_(select(due.c.id)))
        .values(due_at=now + _LEASE)
        .returning(_readings.c.node_id)
    )
    rows = await session.execute(
        select(
            _nodes.c.id,
            _nodes.c.address,
            _nodes.c.port,
            _nodes.c.credential_id,
            _nodes.c.profile,
        ).where(_nodes.c.id.in_(claimed.scalars().all()))
    )
    return [_Turn(*row) for row in rows]
