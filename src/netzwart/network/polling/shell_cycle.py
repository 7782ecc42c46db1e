"""Keeps asking shells: nodes that answer by SSH alone, and what SSH tells beside SNMP.

A loop of its own, with as many visits at once as the SSH wire has lanes. A device that holds its
session up costs one of them; SNMP polls, which claim other nodes, never wait for it.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.clock import utcnow
from netzwart.database import Database, table_of
from netzwart.jobs import pause
from netzwart.network.credentials import (
    SealedCredential,
    UnusableCredentialError,
    open_shell_target,
    sealed_credentials,
)
from netzwart.network.polling.access_checking import accepted_keys, note_offered_key, platform_of
from netzwart.network.polling.due import ClaimedNode, claim_shell_nodes, shell_only
from netzwart.network.polling.reading import StatusReading
from netzwart.network.polling.recording import record_unaskable, record_visit
from netzwart.network.polling.shell_probing import probe_shell
from netzwart.network.polling.shell_recording import record_shell_facts
from netzwart.network.polling.visits import ReportVisit
from netzwart.network.profiles.facts import DeviceFacts
from netzwart.network.profiles.loading import Knowledge
from netzwart.network.protocols.replies import HostKeyError, SshWire
from netzwart.network.rules import Reachability
from netzwart.network.tables import Node, ShellReading
from netzwart.secrets import SecretBox

_log = structlog.get_logger()
_nodes = table_of(Node)
_readings = table_of(ShellReading)

READ_EVERY = timedelta(hours=6)
"""What a shell adds to SNMP (parts, serial numbers) changes when somebody was at the rack."""
IDLE_S = 2.0
AT_ONCE = 12
"""Below the wire's lanes, so that a person who checks an access finds one free."""
_LEASE = timedelta(minutes=10)
_KEY_SENTENCE = "Der SSH-Schlüssel ist noch nicht angenommen"


@dataclass(frozen=True, slots=True)
class _Door:
    """How one node's shell is reached; `claim` is there if it answers by SSH alone."""

    node_id: int
    address: str
    ssh_port: int
    ssh_platform: str | None
    profile: str | None
    ssh_credential_id: int
    claim: ClaimedNode | None = None
    sealed: SealedCredential | None = None
    keys: frozenset[str] = frozenset()


_DOOR = tuple(
    _nodes.c[name]
    for name in ("id", "address", "ssh_port", "ssh_platform", "profile", "ssh_credential_id")
)


@dataclass(slots=True)
class ShellCycle:
    """What a worker needs to ask shells; any number of workers may run one each."""

    database: Database
    shell: Callable[[], SshWire]
    box: SecretBox
    knowledge: Knowledge
    report: ReportVisit
    interval_s: int
    every: timedelta = READ_EVERY
    at_once: int = AT_ONCE
    _visits: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    async def run(self, stop: asyncio.Event) -> None:
        """Ask shells that are due until told to stop; visits under way are finished."""
        while not stop.is_set():
            if not await self._begin():
                await pause(stop, IDLE_S)
        await self._finish()

    async def run_once(self) -> int:
        """Ask everybody who is due now, and return how many that were."""
        count = 0
        while begun := await self._begin():
            count += begun
            await self._finish()
        return count

    async def hurry(self, node_id: int) -> bool:
        """Make the node's shell due now; True if nothing else than its shell is to be asked."""
        async with self.database.session() as session:
            await session.execute(
                update(_readings).where(_readings.c.node_id == node_id).values(due_at=utcnow())
            )
            found = await session.execute(
                select(_nodes.c.id).where(_nodes.c.id == node_id, shell_only())
            )
            return found.first() is not None

    async def _finish(self) -> None:
        if self._visits:
            await asyncio.wait(self._visits)

    async def _begin(self) -> int:
        """Begin as many visits as there is room for, without waiting for any."""
        room = self.at_once - len(self._visits)
        now = utcnow()
        async with self.database.session(writing=False) as session:
            if room <= 0 or not await _has_work(session, now):
                return 0
        async with self.database.session() as session:
            doors = await self._claim(session, room, now)
        for door in doors:
            self._start(door)
        return len(doors)

    def _start(self, door: _Door) -> None:
        task = asyncio.create_task(self._visit(door), name=f"shell of node {door.node_id}")
        self._visits.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Let go of a visit; a bug met with one node is logged and ends no other's visit."""
        self._visits.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.error("shell_visit_failed", visit=task.get_name(), exc_info=task.exception())

    async def _claim(self, session: AsyncSession, room: int, now: datetime) -> Sequence[_Door]:
        claims = {node.id: node for node in await claim_shell_nodes(session, room, now)}
        await _enrol(session, now)
        beside = await _claim_beside(session, room - len(claims), now)
        rows = (
            await session.execute(select(*_DOOR).where(_nodes.c.id.in_([*claims, *beside])))
        ).all()
        sealed = await sealed_credentials(session, frozenset(row.ssh_credential_id for row in rows))
        keys = await accepted_keys(session, [row.id for row in rows])
        return [
            _Door(
                *row,
                claim=claims.get(row.id),
                sealed=sealed.get(row.ssh_credential_id),
                keys=keys.get(row.id, frozenset()),
            )
            for row in rows
        ]

    async def _visit(self, door: _Door) -> None:
        if door.sealed is None:
            await self._note_unaskable(door, "Die Zugangsdaten für SSH gibt es nicht mehr.", None)
            return
        try:
            platform = platform_of(self.knowledge, door.profile, door.ssh_platform)
            target = open_shell_target(
                door.address, door.ssh_port, platform, door.sealed, door.keys, self.box
            )
            reading, facts = await probe_shell(target, self.shell(), self.knowledge)
        except UnusableCredentialError as problem:
            await self._note_unaskable(door, str(problem), None)
            return
        except HostKeyError as problem:
            sentence = f"{_KEY_SENTENCE} ({problem.fingerprint})."
            await self._note_unaskable(door, sentence, problem)
            return
        await self._record(door, reading, facts)

    async def _note_unaskable(self, door: _Door, reason: str, offered: HostKeyError | None) -> None:
        async with self.database.session() as session:
            if offered is not None:
                await note_offered_key(session, door.node_id, offered)
            if door.claim is None:
                await _note(session, door.node_id, utcnow() + self.every, error=reason)
            else:
                await record_unaskable(session, door.claim, reason, interval_s=self.interval_s)
        _log.info("shell_not_askable", node_id=door.node_id, reason=reason)

    async def _record(self, door: _Door, reading: StatusReading, facts: DeviceFacts | None) -> None:
        async with self.database.session() as session:
            if door.claim is not None:
                await record_visit(
                    session,
                    door.claim,
                    reading,
                    facts,
                    self.report,
                    interval_s=self.interval_s,
                    source="ssh",
                )
            else:
                if facts is not None:
                    await record_shell_facts(session, door.node_id, reading, facts, self.report)
                due_at = reading.taken_at + self.every
                await _note(
                    session,
                    door.node_id,
                    due_at,
                    error=reading.error_text,
                    read_at=reading.taken_at if facts is not None else None,
                    duration_ms=reading.duration_ms,
                )
        _log.info(
            "shell_asked",
            node_id=door.node_id,
            reachable=reading.reachable,
            duration_ms=reading.duration_ms,
            components=0 if facts is None else len(facts.components),
        )


def _is_beside() -> tuple[ColumnElement[bool], ...]:
    """Tell which nodes answer SNMP and have credentials for SSH too."""
    return (
        _nodes.c.is_enabled.is_(True),
        _nodes.c.reachability == Reachability.UP,
        _nodes.c.credential_id.is_not(None),
        _nodes.c.ssh_credential_id.is_not(None),
    )


async def _has_work(session: AsyncSession, now: datetime) -> bool:
    alone = select(_nodes.c.id).where(
        _nodes.c.is_enabled.is_(True), _nodes.c.next_poll_at <= now, shell_only()
    )
    beside = (
        select(_nodes.c.id)
        .join_from(_nodes, _readings, _readings.c.node_id == _nodes.c.id, isouter=True)
        .where(*_is_beside(), _readings.c.id.is_(None) | (_readings.c.due_at <= now))
    )
    for statement in (alone, beside):
        if (await session.execute(statement.limit(1))).first() is not None:
            return True
    return False


async def _enrol(session: AsyncSession, now: datetime) -> None:
    """Make nodes known that were given credentials for SSH; they are due at once."""
    fresh = (
        select(
            _nodes.c.id,
            literal(now, _readings.c.due_at.type),
            literal(now, _readings.c.created_at.type),
            literal(now, _readings.c.changed_at.type),
            literal(1),
        )
        .where(*_is_beside(), _nodes.c.id.not_in(select(_readings.c.node_id)))
        .with_for_update(skip_locked=True)
    )
    columns = ["node_id", "due_at", "created_at", "changed_at", "version"]
    await session.execute(insert(_readings).from_select(columns, fresh))


async def _claim_beside(session: AsyncSession, limit: int, now: datetime) -> Sequence[int]:
    if limit <= 0:
        return []
    due = (
        select(_readings.c.id)
        .join_from(_readings, _nodes, _nodes.c.id == _readings.c.node_id)
        .where(*_is_beside(), _readings.c.due_at <= now)
        .order_by(_readings.c.due_at, _readings.c.id)
        .limit(limit)
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
    return claimed.scalars().all()


async def _note(
    session: AsyncSession,
    node_id: int,
    due_at: datetime,
    *,
    error: str | None,
    read_at: datetime | None = None,
    duration_ms: int | None = None,
) -> None:
    values: dict[str, Any] = {
        "due_at": due_at,
        "error": None if error is None else error[:300],
        "changed_at": utcnow(),
    }
    if read_at is not None:
        values["read_at"] = read_at
    if duration_ms is not None:
        values["duration_ms"] = duration_ms
    await session.execute(update(_readings).where(_readings.c.node_id == node_id).values(**values))
