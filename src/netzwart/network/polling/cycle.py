"""Keeps visiting whoever is due: claim, ask under a limit, record each node by itself."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

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
from netzwart.network.polling.due import (
    LEASE,
    ClaimedNode,
    claim_due_nodes,
    claim_node,
    has_due_nodes,
)
from netzwart.network.polling.probing import probe_status
from netzwart.network.polling.reading import PollError, StatusReading
from netzwart.network.polling.recording import record_unaskable, record_visit
from netzwart.network.polling.visits import ReportVisit
from netzwart.network.profiles.facts import DeviceFacts
from netzwart.network.profiles.identifying import identify
from netzwart.network.profiles.loading import Knowledge
from netzwart.network.protocols.replies import SnmpTarget, SnmpWire
from netzwart.network.rules import is_component_turn, is_readings_turn, needs_identification
from netzwart.secrets import SecretBox

_log = structlog.get_logger()

IDLE_S = 1.0
"""Seconds between two looks when nobody is due."""
_VISIT_LIMIT_S = LEASE.total_seconds() - 30


class NodeIsBusyError(Exception):
    """Another worker visits this node just now, or it is not polled at all."""


@dataclass(frozen=True, slots=True)
class PollCycle:
    """What a worker needs to poll; any number of workers may run one each."""

    database: Database
    wire: SnmpWire
    box: SecretBox
    knowledge: Knowledge
    report: ReportVisit
    interval_s: int
    concurrency: int
    recorders: asyncio.Semaphore

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
    ) -> "PollCycle":
        """Return a cycle; on SQLite it writes one node after another, since only one can."""
        recorders = asyncio.Semaphore(1 if database.is_sqlite else 8)
        return cls(database, wire, box, knowledge, report, interval_s, concurrency, recorders)

    async def run(self, stop: asyncio.Event) -> None:
        """Visit due nodes until told to stop; visits under way are finished."""
        visits: set[asyncio.Task[None]] = set()
        stopping = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                claimed = await self._claim(self.concurrency - len(visits))
                for node, sealed in claimed:
                    visit = asyncio.create_task(self._visit(node, sealed))
                    visits.add(visit)
                    visit.add_done_callback(visits.discard)
                if not claimed:
                    await asyncio.wait({stopping}, timeout=IDLE_S)
                elif len(visits) >= self.concurrency:
                    await asyncio.wait({stopping, *visits}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
            if visits:
                await asyncio.wait(set(visits))

    async def run_once(self) -> int:
        """Visit everybody who is due now, and return how many that were."""
        count = 0
        while claimed := await self._claim(self.concurrency):
            count += len(claimed)
            await asyncio.gather(*(self._visit(node, sealed) for node, sealed in claimed))
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

    async def _claim(self, limit: int) -> Sequence[tuple[ClaimedNode, SealedCredential | None]]:
        if limit <= 0:
            return []
        now = utcnow()
        async with self.database.session(writing=False) as session:
            if not await has_due_nodes(session, now):
                return []
        async with self.database.session() as session:
            nodes = await claim_due_nodes(session, limit, now)
            ids = frozenset(node.credential_id for node in nodes if node.credential_id)
            sealed = await sealed_credentials(session, ids)
        return [(node, sealed.get(node.credential_id or 0)) for node in nodes]

    async def _visit(
        self, node: ClaimedNode, sealed: SealedCredential | None, *, thoroughly: bool = False
    ) -> None:
        try:
            await self._visit_and_record(node, sealed, thoroughly=thoroughly)
        except Exception:  # noqa: BLE001 - a bug met with one node must not end the polling of all others
            _log.exception("node_poll_failed", node_id=node.id)

    async def _visit_and_record(
        self, node: ClaimedNode, sealed: SealedCredential | None, *, thoroughly: bool
    ) -> None:
        try:
            target = open_target(node.address, node.port, sealed, self.box)
        except UnusableCredentialError as problem:
            async with self.recorders, self.database.session() as session:
                await record_unaskable(session, node, str(problem), interval_s=self.interval_s)
            _log.info("node_not_askable", node_id=node.id, reason=str(problem))
            return
        reading, facts = await self._ask_in_time(node, target, thoroughly=thoroughly)
        async with self.recorders, self.database.session() as session:
            is_recorded = await record_visit(
                session, node, reading, facts, self.report, interval_s=self.interval_s
            )
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
    ) -> tuple[StatusReading, DeviceFacts | None]:
        started = time.monotonic()
        try:
            async with asyncio.timeout(_VISIT_LIMIT_S):
                return await self._ask(node, target, thoroughly=thoroughly)
        except TimeoutError:
            duration_ms = round((time.monotonic() - started) * 1000)
            silence = StatusReading(
                reachable=False,
                taken_at=utcnow(),
                duration_ms=duration_ms,
                error=PollError.NO_ANSWER,
                error_text="Die Abfrage wurde nicht rechtzeitig fertig.",
            )
            return silence, None

    async def _ask(
        self, node: ClaimedNode, target: SnmpTarget, *, thoroughly: bool
    ) -> tuple[StatusReading, DeviceFacts | None]:
        now = utcnow()
        interval = node.poll_interval_s or self.interval_s
        is_first = node.known.identified_at is None
        with_components = thoroughly or is_first or is_component_turn(node.id, interval, now)
        reading = await probe_status(target, self.wire, with_components=with_components)
        wants_identity = (
            thoroughly
            or is_readings_turn(node.id, interval, now)
            or needs_identification(node.known, reading, now)
        )
        if not (reading.reachable and wants_identity):
            return reading, None
        return reading, await identify(target, self.wire, self.knowledge, full=True)
