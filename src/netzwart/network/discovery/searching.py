"""One search: look, try the candidate credentials, identify, propose; never a node by itself."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.clock import utcnow
from netzwart.database import Database, table_of
from netzwart.network.credentials import (
    SealedCredential,
    UnusableCredentialError,
    open_target,
    sealed_credentials,
)
from netzwart.network.discovery.liveness import Liveness, LookAt, look_at
from netzwart.network.discovery.proposing import propose
from netzwart.network.discovery.ranges import UnusableRangeError, parse_ranges
from netzwart.network.discovery.rules import Candidate, to_try
from netzwart.network.discovery_tables import DiscoveryRun, DiscoveryState
from netzwart.network.profiles.answers import SYSTEM_SCALARS
from netzwart.network.profiles.facts import DeviceFacts
from netzwart.network.profiles.identifying import identify
from netzwart.network.profiles.loading import Knowledge
from netzwart.network.protocols.replies import SnmpTarget, SnmpWire, WireError
from netzwart.network.tables import Node
from netzwart.secrets import SecretBox

_log = structlog.get_logger()
_runs = table_of(DiscoveryRun)
_nodes = table_of(Node)

CHUNK = 64
"""Addresses between two notes of how far a search is; an interrupted one repeats no more."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one address."""

    address: str
    liveness: Liveness
    attempts: int = 0
    credential_id: int | None = None
    facts: DeviceFacts | None = None


@dataclass(slots=True)
class Pace:
    """Spreads starts evenly: so many a second, whatever else is awaited."""

    per_second: float
    _next_at: float = field(default=0.0)

    async def wait(self) -> None:
        """Return when it is one's turn."""
        now = time.monotonic()
        self._next_at = max(self._next_at, now) + 1 / self.per_second
        await asyncio.sleep(self._next_at - 1 / self.per_second - now)


@dataclass(frozen=True, slots=True)
class Discovery:
    """What a worker needs to search."""

    database: Database
    wire: SnmpWire
    box: SecretBox
    knowledge: Knowledge
    look: LookAt = look_at
    at_once: int = 32
    per_second: float = 50.0

    async def run(self, run_id: int) -> None:
        """Go on with a search until it is done or cancelled; a finished one is left alone."""
        run = await self._begin(run_id)
        if run is None:
            return
        try:
            addresses = [str(address) for address in parse_ranges(run.ranges)]
        except UnusableRangeError as problem:
            await self._finish(run_id, DiscoveryState.FAILED, problem.message)
            return
        async with self.database.session() as session:
            await _note(session, run_id, total=len(addresses))
            sealed = await sealed_credentials(session, frozenset(run.credential_ids))
        openers = [sealed[one] for one in run.credential_ids if one in sealed]
        pace = Pace(self.per_second)
        for start in range(run.asked, len(addresses), CHUNK):
            if not await self._is_wanted(run_id):
                return
            await self._search(run, addresses[start : start + CHUNK], openers, pace)
        await self._finish(run_id, DiscoveryState.FINISHED)

    async def _begin(self, run_id: int) -> DiscoveryRun | None:
        async with self.database.session() as session:
            run = await session.get(DiscoveryRun, run_id)
            if run is None or run.state not in {DiscoveryState.WAITING, DiscoveryState.RUNNING}:
                return None
            run.state = DiscoveryState.RUNNING
            run.started_at = run.started_at or utcnow()
            await session.flush()
            session.expunge(run)
            return run

    async def _is_wanted(self, run_id: int) -> bool:
        async with self.database.session(writing=False) as session:
            state = await session.scalar(select(_runs.c.state).where(_runs.c.id == run_id))
        return state == DiscoveryState.RUNNING

    async def _search(
        self,
        run: DiscoveryRun,
        addresses: Sequence[str],
        openers: Sequence[SealedCredential],
        pace: Pace,
    ) -> None:
        async with self.database.session(writing=False) as session:
            known = await session.execute(
                select(_nodes.c.address).where(
                    _nodes.c.address.in_(addresses), _nodes.c.port == run.port
                )
            )
            nodes = set(known.scalars())
        limit = asyncio.Semaphore(self.at_once)

        async def ask(address: str) -> Answer:
            async with limit:
                await pace.wait()
                return await self._ask(run, address, openers)

        answers = await asyncio.gather(*(ask(one) for one in addresses if one not in nodes))
        async with self.database.session() as session:
            proposed = 0
            for answer in answers:
                if answer.facts is not None:
                    proposed += await propose(
                        session, run, answer.address, answer.facts, answer.credential_id
                    )
            await _note(
                session,
                run.id,
                asked=_runs.c.asked + len(addresses),
                known=_runs.c.known + len(nodes),
                alive=_runs.c.alive + sum(_is_alive(answer) for answer in answers),
                answered=_runs.c.answered + sum(one.facts is not None for one in answers),
                attempts=_runs.c.attempts + sum(answer.attempts for answer in answers),
                proposed=_runs.c.proposed + proposed,
            )

    async def _ask(
        self, run: DiscoveryRun, address: str, openers: Sequence[SealedCredential]
    ) -> Answer:
        liveness = await self.look(address, run.port)
        targets = self._targets(address, run.port, openers)
        candidates = [Candidate(one, target.version) for one, target in targets.items()]
        attempts = 0
        for candidate in to_try(liveness, candidates, asks_silent=run.asks_silent):
            attempts += 1
            target = targets[candidate.id]
            try:
                await self.wire.get(target, SYSTEM_SCALARS)
            except WireError:
                continue
            facts = await identify(target, self.wire, self.knowledge, full=False)
            if facts.reachable:
                return Answer(address, liveness, attempts, candidate.id, facts)
        return Answer(address, liveness, attempts)

    def _targets(
        self, address: str, port: int, openers: Sequence[SealedCredential]
    ) -> Mapping[int, SnmpTarget]:
        found: dict[int, SnmpTarget] = {}
        for sealed in openers:
            try:
                found[sealed.id] = open_target(address, port, sealed, self.box)
            except UnusableCredentialError:
                _log.warning("discovery_credential_unusable", credential_id=sealed.id)
        return found

    async def _finish(self, run_id: int, state: DiscoveryState, error: str | None = None) -> None:
        async with self.database.session() as session:
            await _note(session, run_id, state=state, finished_at=utcnow(), error=error)
        _log.info("discovery_finished", run_id=run_id, state=str(state))


def _is_alive(answer: Answer) -> bool:
    return answer.facts is not None or answer.liveness is not Liveness.SILENT


async def _note(session: AsyncSession, run_id: int, **values: object) -> None:
    """Write how far a search is; one that was cancelled meanwhile stays cancelled."""
    await session.execute(
        update(_runs)
        .where(_runs.c.id == run_id, _runs.c.state == DiscoveryState.RUNNING)
        .values(**values, changed_at=utcnow(), version=_runs.c.version + 1)
    )
