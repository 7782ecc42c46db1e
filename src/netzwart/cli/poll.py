"""`netzwart poll`: status polls without a service, and what they cost."""

import argparse
import asyncio
import json
import resource
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from netzwart import schema
from netzwart.database import Database
from netzwart.errors import InvalidInputError
from netzwart.evidence.service.recording_visits import record_node_visit
from netzwart.logs import configure_logs
from netzwart.network.polling.bare_rounds import BareRounds
from netzwart.network.polling.cycle import PollCycle, recorders_for, targets_by_place
from netzwart.network.polling.enrolling import enrol, make_due
from netzwart.network.polling.fast_lane import FastLane
from netzwart.network.polling.settling import settle
from netzwart.network.profiles.loading import knowledge
from netzwart.network.protocols.replies import SnmpTarget
from netzwart.network.protocols.snmp import ChoosingWire, open_snmp_wire
from netzwart.network.targets import ListedTarget, read_targets

_EXAMPLES = """Beispiele:
  netzwart poll --targets ziele.jsonl --rounds 10 --json
  netzwart poll --targets ziele.jsonl --rounds 3 --concurrency 200 --store sqlite:///messung.db

Ausgabe mit --json: targets, rounds, polls_ok, polls_failed, seconds, polls_per_second, cpu_seconds
(dieser Prozess), peak_rss_mib, values (gelesene Werte), late (Abfragen, die länger als 60 s
dauerten). Ein stummes Gerät zählt als polls_failed; der Befehl endet trotzdem mit 0."""

_LATE_AFTER_S = 60.0
"""The shortest interval anybody polls in; a visit that takes longer delays its successor."""
_QUIET_S = 2.0
_INTERVAL_S = 300
"""Recording wants to know when the next visit is due; by hand nobody waits for it."""
_MAX_CONCURRENCY = 5000


@dataclass(frozen=True, slots=True)
class PollSummary:
    """What the rounds gave and cost, in the contract's words."""

    targets: int
    rounds: int
    polls_ok: int
    polls_failed: int
    seconds: float
    polls_per_second: float
    cpu_seconds: float
    peak_rss_mib: float
    values: int
    late: int


def add_parser(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]",  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add `poll` to the command line."""
    parser = subparsers.add_parser(
        "poll",
        help="Ziele abfragen und messen, was es kostet",
        description="Fragt den Zustand aller Ziele in mehreren Runden ab, ohne laufenden Dienst.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--targets", metavar="DATEI", type=Path, required=True, help="Ziele als JSON-Zeilen"
    )
    parser.add_argument("--rounds", metavar="N", type=_positive, default=1, help="Runden (1)")
    parser.add_argument(
        "--concurrency", metavar="N", type=_positive, default=100, help="Ziele gleichzeitig (100)"
    )
    parser.add_argument("--store", metavar="URL", help="Ergebnisse in dieser Datenbank aufzeichnen")
    parser.add_argument("--json", action="store_true", help="Zusammenfassung als JSON")
    parser.set_defaults(run=run)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("muss mindestens 1 sein")
    return number


def run(args: argparse.Namespace) -> int:
    """Poll all targets and print the summary; 0 even if some of them are silent.

    Raises:
        InvalidInputError: The list is not usable, or holds targets without SNMP.
    """
    # The summary has standard output for itself.
    configure_logs(as_json=False, level="warning", stream=sys.stderr)
    targets = _snmp_targets(read_targets(args.targets))
    concurrency = min(args.concurrency, _MAX_CONCURRENCY)
    summary = asyncio.run(_poll(targets, args.rounds, concurrency, args.store))
    if args.json:
        print(json.dumps(asdict(summary)))
    else:
        for name, value in asdict(summary).items():
            print(f"{name:<18}{value:>12}")
    return 0


def _snmp_targets(listed: Sequence[ListedTarget]) -> list[SnmpTarget]:
    others = [one.id for one in listed if not isinstance(one.target, SnmpTarget)]
    if others:
        raise InvalidInputError(f"poll fragt nur über SNMP; ohne SNMP: {', '.join(others[:5])}.")
    return [one.target for one in listed if isinstance(one.target, SnmpTarget)]


class _Count:
    """Counts the visits and shows on a terminal how far they have got."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._shown_at = time.monotonic() + _QUIET_S
        self.ok = self.failed = self.values = self.late = 0

    def add(self, is_whole: bool, values: int, seconds: float) -> None:  # noqa: FBT001 - a `Tally`
        """Count one visit."""
        if is_whole:
            self.ok += 1
        else:
            self.failed += 1
        self.values += values
        self.late += seconds > _LATE_AFTER_S
        if sys.stderr.isatty() and time.monotonic() >= self._shown_at:
            self._shown_at += 0.5
            print(f"\r{self.ok + self.failed} von {self._total} Abfragen", end="", file=sys.stderr)


Round = Callable[[], Awaitable[None]]
"""Polls each target once."""


async def _poll(
    targets: Sequence[SnmpTarget], rounds: int, concurrency: int, store_url: str | None
) -> PollSummary:
    wire = open_snmp_wire()
    count = _Count(len(targets) * rounds)
    started, cpu_started = time.monotonic(), time.process_time()
    try:
        async with _storing(store_url, targets, wire, concurrency, count) as poll_all:
            settle()
            for _ in range(rounds):
                await poll_all()
            seconds = time.monotonic() - started
    finally:
        await wire.close()
    if sys.stderr.isatty() and seconds > _QUIET_S:
        print(file=sys.stderr)
    return PollSummary(
        targets=len(targets),
        rounds=rounds,
        polls_ok=count.ok,
        polls_failed=count.failed,
        seconds=round(seconds, 3),
        polls_per_second=round((count.ok + count.failed) / seconds, 1) if seconds else 0.0,
        cpu_seconds=round(time.process_time() - cpu_started, 3),
        peak_rss_mib=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        values=count.values,
        late=count.late,
    )


@asynccontextmanager
async def _storing(
    url: str | None,
    targets: Sequence[SnmpTarget],
    wire: ChoosingWire,
    concurrency: int,
    count: _Count,
) -> AsyncGenerator[Round]:
    """Give what polls a round: by the service's own cycle, or without a database."""
    if url is None:
        rounds = BareRounds(wire, targets, concurrency, count.add)
        yield rounds.run
        return
    database = Database(url)
    try:
        await schema.upgrade(database)
        async with database.session() as session:
            nodes = await enrol(session, targets)
        cycle = PollCycle(
            database=database,
            wire=wire,
            knowledge=knowledge(),
            report=record_node_visit,
            interval_s=_INTERVAL_S,
            concurrency=concurrency,
            recorders=recorders_for(database),
            target_of=targets_by_place(targets),
            # Everything each time: what is measured is a whole status poll.
            lane=FastLane(wire, slow_every_s=0),
            status_only=True,
            tally=count.add,
        )

        async def poll_all() -> None:
            async with database.session() as session:
                await make_due(session, list(nodes.values()))
            await cycle.run_once()

        yield poll_all
    finally:
        await database.close()
