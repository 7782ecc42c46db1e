"""Keeps visiting whoever is due: claim, ask under a limit, record.

A node that is known goes through the fast lane: asked by the fast wire, and recorded together with
others unless it brought news. Whoever is new, changed, silent or due for its parts and health goes
the long way, one task each.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import structlog

from netzwart.clock import utcnow
from netzwart.database import Database
from netzwart.network.credentials import (
    SealedCredential,
    UnusableCredentialError,
    open_target,
    sealed_credentials,
)
from netzwart.network.poll_log import PollCause
from netzwart.network.polling.bulk_recording import QuietVisit, record_quiet_visits
from netzwart.network.polling.due import (
    LEASE,
    Claim,
    ClaimedNode,
    claim_due,
    claim_node,
    claimed_nodes,
    has_due_nodes,
)
from netzwart.network.polling.fast_lane import FastLane
from netzwart.network.polling.members import Member
from netzwart.network.polling.probing import probe_with_table
from netzwart.network.polling.reading import PollError, StatusReading
from netzwart.network.polling.recording import record_unaskable, record_visit
from netzwart.network.polling.standard_tables import Table
from netzwart.network.polling.status_sheets import reading_of
from netzwart.network.polling.turns import is_component_turn, is_readings_turn
from netzwart.network.polling.visits import ReportVisit
from netzwart.network.polling.workload import Workload
from netzwart.network.profiles.facts import DeviceFacts
from netzwart.network.profiles.identifying import identify
from netzwart.network.profiles.loading import Knowledge
from netzwart.network.protocols.fleet_agents import FleetAgent, Outcome
from netzwart.network.protocols.replies import SnmpTarget, SnmpWire
from netzwart.network.rules import needs_identification
from netzwart.secrets import SecretBox

_log = structlog.get_logger()

IDLE_S = 1.0
"""Seconds between two looks at who is due, while there is room for more."""
_VISIT_LIMIT_S = LEASE.total_seconds() - 30

TargetOf = Callable[[ClaimedNode, SealedCredential | None], SnmpTarget]
Tally = Callable[[bool, int, float], None]
"""Is told of each visit: did all of it come, how many values, how many seconds it took."""


class NodeIsBusyError(Exception):
    """Another worker visits this node just now, or it is not polled at all."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the long way brought."""

    reading: StatusReading
    table: Table | None = None
    facts: DeviceFacts | None = None


@dataclass(frozen=True, slots=True)
class PollCycle:
    """What a worker needs to poll; any number of workers may run one each."""

    database: Database
    wire: SnmpWire
    knowledge: Knowledge
    report: ReportVisit
    interval_s: int
    concurrency: int
    recorders: asyncio.Semaphore
    target_of: TargetOf
    lane: FastLane | None = None
    """None asks everybody the long way."""
    status_only: bool = False
    """Reads parts and health at first contact alone: for measuring what a status poll costs."""
    tally: Tally | None = None

    @classmethod
    def of(
        cls,
        database: Database,
        wire: SnmpWire,
        box: SecretBox,
        knowledge: Knowledge,
        report: ReportVisit,
        *,
        interval_s: int,
        concurrency: int,
        lane: FastLane | None = None,
    ) -> "PollCycle":
        """Return a cycle; on SQLite it writes one node after another, since only one can."""

        def target_of(node: ClaimedNode, sealed: SealedCredential | None) -> SnmpTarget:
            return open_target(node.address, node.port, sealed, box)

        return cls(
            database=database,
            wire=wire,
            knowledge=knowledge,
            report=report,
            interval_s=interval_s,
            concurrency=concurrency,
            recorders=recorders_for(database),
            target_of=target_of,
            lane=lane,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Visit due nodes until told to stop; visits under way are finished."""
        stopping = asyncio.create_task(stop.wait())
        try:
            async with Workload(self.concurrency, self._record_quiet) as load:
                while not stop.is_set():
                    await self._begin(load)
                    if load.room:
                        # Also with some begun: looking at once would find one or two that became
                        # due meanwhile, and a look costs as much as thirty polls.
                        await asyncio.wait({stopping}, timeout=IDLE_S)
                    else:
                        await load.wait_for_room(stopping)
        finally:
            stopping.cancel()

    async def run_once(self) -> int:
        """Visit everybody who is due now, and return how many that were."""
        count = 0
        async with Workload(self.concurrency, self._record_quiet) as load:
            while begun := await self._begin(load):
                count += begun
                if not load.room:
                    await load.wait_for_room()
        return count

    async def poll_node(
        self, node_id: int, *, cause: PollCause = PollCause.PERSON, thoroughly: bool = True
    ) -> None:
        """Visit this node now, `thoroughly` to ask it again who it is.

        Raises:
            NodeIsBusyError: another worker has it, or it is disabled.
        """
        async with self.database.session() as session:
            node = await claim_node(session, node_id, utcnow())
            if node is None:
                raise NodeIsBusyError(f"node {node_id} cannot be claimed")
            sealed = await sealed_credentials(session, frozenset({node.credential_id or 0}))
        node = replace(node, poll_cause=cause.value)
        await self._visit(node, sealed.get(node.credential_id or 0), thoroughly=thoroughly)

    async def _begin(self, load: Workload) -> int:
        """Claim as many due nodes as there is room for, and begin with them."""
        now = utcnow()
        async with self.database.session(writing=False) as session:
            if not load.room or not await has_due_nodes(session, now):
                return 0
        async with self.database.session() as session:
            claims = await claim_due(session, load.room, now)
            ids = frozenset(claim.credential_id for claim in claims if claim.credential_id)
            sealed = await sealed_credentials(session, ids)
            quick = [(claim, self._member(claim, sealed, now)) for claim in claims]
            others = [claim.id for claim, member in quick if member is None]
            nodes = await claimed_nodes(session, others)
        for claim, member in quick:
            if member is not None:
                self._begin_quick(load, member, claim, now)
        for node in nodes:
            load.start(self._visit(node, sealed.get(node.credential_id or 0)))
        return len(claims)

    def _member(
        self, claim: Claim, sealed: Mapping[int, SealedCredential], now: datetime
    ) -> Member | None:
        """Return the node if the fast lane knows it, and it is not its turn for more."""
        if self.lane is None:
            return None
        member = self.lane.find(claim, sealed.get(claim.credential_id or 0))
        if member is None or (not member.is_down and self._is_turn(claim, now)):
            return None
        return member

    def _begin_quick(
        self, load: Workload, member: Member, claim: Claim, claimed_at: datetime
    ) -> None:
        if self.lane is not None:
            load.quick_began()
            ended = partial(self._quick_ended, load, member, claim, claimed_at)
            self.lane.poll(member, claimed_at, ended)

    def _is_turn(self, claim: Claim, now: datetime) -> bool:
        interval = claim.poll_interval_s or self.interval_s
        return not self.status_only and (
            is_readings_turn(claim.id, interval, now) or is_component_turn(claim.id, interval, now)
        )

    def _quick_ended(
        self, load: Workload, member: Member, claim: Claim, claimed_at: datetime, agent: FleetAgent
    ) -> None:
        visit = member.quiet_visit(claim, claimed_at, utcnow(), self.interval_s)
        if visit is not None:
            load.add_quiet(visit)
            if self.tally is not None:
                self.tally(visit.sample is not None, agent.values, visit.duration_ms / 1000)
            return
        load.quick_ended()
        load.start(self._follow_up(member, claim, claimed_at))

    async def _record_quiet(self, visits: Sequence[QuietVisit]) -> None:
        async with self.recorders, self.database.session() as session:
            await record_quiet_visits(session, visits)
        _log.info("quiet_nodes_polled", nodes=len(visits))

    async def _follow_up(self, member: Member, claim: Claim, claimed_at: datetime) -> None:
        """Record what a quick poll brought, or ask the long way where that tells too little."""
        async with self.database.session(writing=False) as session:
            (node,) = await claimed_nodes(session, [claim.id])
            sealed = await sealed_credentials(session, frozenset({node.credential_id or 0}))
        if node.claimed_until != claimed_at + LEASE:
            return
        node = replace(node, poll_cause=claim.poll_cause)
        answer = _quick_answer(member)
        if answer is None or needs_identification(node.known, answer.reading, utcnow()):
            await self._visit(node, sealed.get(node.credential_id or 0))
        else:
            await self._record(node, sealed.get(node.credential_id or 0), member.target, answer)

    async def _visit(
        self, node: ClaimedNode, sealed: SealedCredential | None, *, thoroughly: bool = False
    ) -> None:
        try:
            target = self.target_of(node, sealed)
        except UnusableCredentialError as problem:
            async with self.recorders, self.database.session() as session:
                await record_unaskable(session, node, str(problem), interval_s=self.interval_s)
            _log.info("node_not_askable", node_id=node.id, reason=str(problem))
            return
        try:
            answer = await self._ask_in_time(node, target, thoroughly=thoroughly)
            await self._record(node, sealed, target, answer)
        except Exception:  # noqa: BLE001 - a bug met with one node must not end the polling of all others
            _log.exception("node_poll_failed", node_id=node.id)

    async def _record(
        self,
        node: ClaimedNode,
        sealed: SealedCredential | None,
        target: SnmpTarget,
        answer: _Answer,
    ) -> None:
        reading, facts = answer.reading, answer.facts
        async with self.recorders, self.database.session() as session:
            is_recorded = await record_visit(
                session, node, reading, facts, self.report, interval_s=self.interval_s
            )
        if self.lane is not None and is_recorded:
            await self.lane.learn(node, sealed, target, reading, answer.table)
        if self.tally is not None:
            self.tally(reading.error is None, reading.value_count, reading.duration_ms / 1000)
        _log.info(
            "node_polled",
            node_id=node.id,
            outcome="ok" if reading.reachable else str(reading.error),
            duration_ms=reading.duration_ms,
            interfaces=len(reading.interfaces or ()),
            identified=facts is not None,
            recorded=is_recorded,
        )

    async def _ask_in_time(
        self, node: ClaimedNode, target: SnmpTarget, *, thoroughly: bool
    ) -> _Answer:
        started = time.monotonic()
        try:
            async with asyncio.timeout(_VISIT_LIMIT_S):
                return await self._ask(node, target, thoroughly=thoroughly)
        except TimeoutError:
            duration_ms = round((time.monotonic() - started) * 1000)
            return _Answer(_silence("Die Abfrage wurde nicht rechtzeitig fertig.", duration_ms))

    async def _ask(self, node: ClaimedNode, target: SnmpTarget, *, thoroughly: bool) -> _Answer:
        now = utcnow()
        interval = node.poll_interval_s or self.interval_s
        is_first = node.known.identified_at is None
        is_turn = not self.status_only and is_component_turn(node.id, interval, now)
        reading, table = await probe_with_table(
            target, self.wire, with_components=thoroughly or is_first or is_turn
        )
        wants_identity = (
            thoroughly
            or (not self.status_only and is_readings_turn(node.id, interval, now))
            or needs_identification(node.known, reading, now)
        )
        if not (reading.reachable and wants_identity):
            return _Answer(reading, table)
        facts = await identify(target, self.wire, self.knowledge, full=True)
        return _Answer(reading, table, facts)


def recorders_for(database: Database) -> asyncio.Semaphore:
    """Return the limit of transactions that write at the same time."""
    return asyncio.Semaphore(1 if database.is_sqlite else 8)


def _silence(text: str, duration_ms: int) -> StatusReading:
    return StatusReading(
        reachable=False,
        taken_at=utcnow(),
        duration_ms=duration_ms,
        error=PollError.NO_ANSWER,
        error_text=text,
    )


def _quick_answer(member: Member) -> _Answer | None:
    """Return what the quick poll told by itself; None where the long way has to ask."""
    agent = member.agent
    duration_ms = round((time.monotonic() - agent.started_at) * 1000)
    if agent.outcome is Outcome.SILENT and not member.is_down:
        tries = 1 + agent.retries
        return _Answer(_silence(f"Keine Antwort ({tries} Versuche)", duration_ms))
    if agent.outcome is not Outcome.ANSWERED or member.is_down or member.is_outdated:
        return None
    return _Answer(
        reading_of(agent.scalars(), agent.table(), taken_at=utcnow(), duration_ms=duration_ms)
    )


def targets_by_place(targets: Sequence[SnmpTarget]) -> TargetOf:
    """Return what finds a node's target in a list, for those that ask without credentials."""
    known = {(target.host, target.port): target for target in targets}

    def target_of(node: ClaimedNode, sealed: SealedCredential | None) -> SnmpTarget:
        del sealed
        return known[node.address, node.port]

    return target_of
