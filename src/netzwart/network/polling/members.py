"""What a worker remembers of a node between two polls, so that a quiet one reads nothing again.

A member stands for one node as this worker left it. If anything else wrote to the node since (a
person, another worker, a trap), `fits` says no, and the node is read from the database and learned
anew; so the memory may be lost or wrong at any time and costs only speed.
"""

import time
from datetime import UTC, datetime, timedelta

from netzwart.network.credentials import SealedCredential
from netzwart.network.history.packing import Packer
from netzwart.network.poll_log import PollCause, PollEntry, with_entry
from netzwart.network.polling.bulk_recording import QuietVisit
from netzwart.network.polling.due import LEASE, Claim, ClaimedNode
from netzwart.network.polling.reading import PollError, StatusReading
from netzwart.network.polling.standard_tables import IF_NUMBER
from netzwart.network.polling.status_sheets import Gathering, gathering_of
from netzwart.network.polling.turns import backed_off_s
from netzwart.network.protocols.fleet_agents import FleetAgent, Outcome, Scope
from netzwart.network.protocols.replies import SnmpTarget, SnmpValue
from netzwart.network.rules import (
    FAILURES_UNTIL_DOWN,
    RESTART_TOLERANCE,
    Reachability,
    next_poll_at,
)

_LONGEST_SECONDS = 2**31 - 1


class Member:
    """One node: its agent, what the database holds of it, and how samples are made."""

    __slots__ = (
        "agent",
        "answered_at",
        "booted_at",
        "errors",
        "errors_hour",
        "everything_at",
        "failed_polls",
        "gathering",
        "is_down",
        "is_outdated",
        "node_id",
        "packer",
        "poll_log",
        "polled_at",
        "port_number",
        "sealed",
        "table_changed",
        "target",
        "version",
    )

    def __init__(self, node_id: int, target: SnmpTarget, agent: FleetAgent) -> None:
        """Begin with a node of which only the address is known.

        Args:
            node_id: Of which node.
            target: How it is asked.
            agent: Its agent on the fast wire.
        """
        self.node_id = node_id
        self.target = target
        self.agent = agent
        self.sealed: SealedCredential | None = None
        self.version = 0
        self.polled_at: datetime | None = None
        self.answered_at: datetime | None = None
        self.booted_at: datetime | None = None
        self.failed_polls = 0
        self.is_down = False
        self.is_outdated = False
        """The last poll hinted at other ports or a restart: what there is must be learned anew."""
        self.poll_log: bytes | None = None
        self.everything_at = datetime.min.replace(tzinfo=UTC)
        self.gathering: Gathering | None = None
        self.packer: Packer | None = None
        self.table_changed: tuple[int, ...] | None = None
        self.port_number: SnmpValue | None = None
        self.errors: tuple[int, ...] | None = None
        self.errors_hour = -1

    def learn(
        self, node: ClaimedNode, sealed: SealedCredential | None, reading: StatusReading
    ) -> None:
        """Take in what was recorded of a visit just now."""
        self.sealed, self.version = sealed, node.version
        self.polled_at = reading.taken_at
        self.poll_log = logged(node.poll_log, reading, node.poll_cause)
        self.table_changed, self.errors = None, None
        self.gathering = self.packer = None
        if not reading.reachable:
            self.answered_at = node.last_answered_at
            self.failed_polls = node.known.failed_polls + 1
            was_down = node.known.reachability is Reachability.DOWN
            self.is_down = was_down or self.failed_polls >= FAILURES_UNTIL_DOWN
            return
        self.answered_at, self.failed_polls, self.is_down = reading.taken_at, 0, False
        self.booted_at = None
        if reading.uptime_s is not None:
            self.booted_at = reading.taken_at - timedelta(seconds=reading.uptime_s)
        if reading.interfaces is not None:
            self.gathering = gathering_of(self.agent.sheet, reading.interfaces)
            self.packer = Packer(self.gathering.ports)

    def fits(self, claim: Claim, sealed: SealedCredential | None) -> bool:
        """Tell whether the node is as this worker left it."""
        return (
            self.polled_at is not None
            and self.polled_at == claim.last_polled_at
            and self.version == claim.version
            and self.sealed == sealed
            and self.agent.done is None
        )

    def scope(self, now: datetime, slow_every: timedelta) -> Scope:
        """Return how much to ask now: names and speeds now and then, of the dead if they live."""
        if self.is_down:
            return Scope.PROBE
        if now - self.everything_at >= slow_every:
            self.everything_at = now
            return Scope.EVERYTHING
        return Scope.USUAL

    def ask_everything_next(self) -> None:
        """Let the next poll read names and speeds, because a port that came up may run slower."""
        if self.agent.scope is not Scope.EVERYTHING:
            self.everything_at = datetime.min.replace(tzinfo=UTC)

    def quiet_visit(
        self, claim: Claim, claimed_at: datetime, now: datetime, interval_s: int
    ) -> QuietVisit | None:
        """Return what to record of a poll that brought no news; None if it did."""
        self.is_outdated = False
        if self.agent.outcome is Outcome.SILENT and self.is_down:
            return self._silence(claim, claimed_at, now, interval_s)
        if self.agent.outcome is not Outcome.ANSWERED or self.is_down:
            return None
        sample = self._sample(now)
        if sample is None:
            return None
        self.answered_at = now
        turn = next_poll_at(self.node_id, claim.poll_interval_s or interval_s, now)
        return self._visit(claim, claimed_at, now, turn, sample)

    def _sample(self, now: datetime) -> bytes | None:
        """Return the packed counters of an answer that says nothing else that is new."""
        scalars, rows = self.agent.running()
        uptime_s = scalars[0] // 100 if scalars else -1
        if self.gathering is None or self.packer is None or self._is_restarted(uptime_s, now):
            self.is_outdated = True
            return None
        self.is_outdated = self._is_table_changed(scalars[1:])
        if self.agent.has_news:
            self.is_outdated |= self._is_number_changed()
        if self.is_outdated or self.agent.has_news:
            return None
        counters = self.gathering.take(rows)
        if counters is None:
            return None
        octets, errors = counters
        hour = int(now.timestamp()) // 3600
        is_same = errors == self.errors and hour == self.errors_hour
        self.errors, self.errors_hour = errors, hour
        return self.packer.pack(uptime_s, octets, None if is_same else errors)

    def _silence(
        self, claim: Claim, claimed_at: datetime, now: datetime, interval_s: int
    ) -> QuietVisit:
        self.failed_polls += 1
        interval = backed_off_s(claim.poll_interval_s or interval_s, self.failed_polls)
        turn = next_poll_at(self.node_id, interval, now)
        return self._visit(claim, claimed_at, now, turn, None)

    def _visit(
        self,
        claim: Claim,
        claimed_at: datetime,
        now: datetime,
        turn: datetime,
        sample: bytes | None,
    ) -> QuietVisit:
        duration_ms = round((time.monotonic() - self.agent.started_at) * 1000)
        entry = PollEntry(
            at=now,
            duration_ms=duration_ms,
            values=self.agent.values,
            is_reachable=sample is not None,
            error=None if sample is not None else PollError.NO_ANSWER,
            cause=PollCause(claim.poll_cause or PollCause.SCHEDULE),
        )
        self.poll_log = with_entry(self.poll_log, entry)
        self.polled_at = now
        return QuietVisit(
            node_id=self.node_id,
            claimed_until=claimed_at + LEASE,
            taken_at=now,
            answered_at=self.answered_at,
            duration_ms=min(duration_ms, _LONGEST_SECONDS),
            failed_polls=self.failed_polls,
            next_poll_at=turn,
            poll_log=self.poll_log,
            sample=sample,
        )

    def _is_restarted(self, uptime_s: int, now: datetime) -> bool:
        """Tell whether the uptime is not what it should be by now: restarted, or wrapped."""
        if self.booted_at is None or uptime_s < 0:
            return True
        return abs(now - timedelta(seconds=uptime_s) - self.booted_at) > RESTART_TOLERANCE

    def _is_table_changed(self, ticks: tuple[int, ...]) -> bool:
        """Tell whether ifTableLastChange moved; the first poll after learning sets the mark."""
        before, self.table_changed = self.table_changed, ticks
        return before is not None and before != ticks

    def _is_number_changed(self) -> bool:
        """Tell whether ifNumber moved: ports behind the last one that is asked for show so alone.

        The first poll of a new agent is all news, and sets the mark.
        """
        before, now = self.port_number, self.agent.scalars().get(IF_NUMBER)
        self.port_number = now
        return before is not None and before != now


def logged(log: bytes | None, reading: StatusReading, cause: str | None) -> bytes:
    """Return a node's poll log with this reading in front."""
    entry = PollEntry(
        at=reading.taken_at,
        duration_ms=reading.duration_ms,
        values=reading.value_count,
        is_reachable=reading.reachable,
        error=reading.error,
        cause=PollCause(cause or PollCause.SCHEDULE),
    )
    return with_entry(log, entry)
