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
from netzwart.clock import utcnow
from netzwart.database import Database
from netzwart.errors import InvalidInputError
from netzwart.evidence.service.recording_visits import record_node_visit
from netzwart.network.polling.due import claim_node
from netzwart.network.polling.enrolling import enrol
from netzwart.network.polling.probing import probe_status
from netzwart.network.polling.reading import StatusReading
from netzwart.network.polling.recording import record_visit
from netzwart.network.profiles.identifying import identify
from netzwart.network.profiles.loading import knowledge
from netzwart.network.protocols.replies import SnmpTarget, SnmpWire
from netzwart.network.protocols.snmp import open_snmp_wire
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

Store = Callable[[SnmpTarget, StatusReading], Awaitable[None]]


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


class _Rounds:
    """Runs the polls and counts them."""

    def __init__(self, wire: SnmpWire, store: Store, total: int) -> None:
        self._wire = wire
        self._store = store
        self._total = total
        self._shown_at = time.monotonic() + _QUIET_S
        self.ok = self.failed = self.values = self.late = 0

    async def run(
        self, targets: Sequence[SnmpTarget], concurrency: int, *, with_components: bool
    ) -> None:
        """Poll each target once, at most so many at a time."""
        waiting = iter(targets)

        async def work() -> None:
            for target in waiting:
                await self._poll(target, with_components=with_components)

        async with asyncio.TaskGroup() as group:
            for _ in range(min(concurrency, len(targets))):
                group.create_task(work())

    async def _poll(self, target: SnmpTarget, *, with_components: bool) -> None:
        started = time.monotonic()
        reading = await probe_status(target, self._wire, with_components=with_components)
        await self._store(target, reading)
        if reading.error is None:
            self.ok += 1
        else:
            self.failed += 1
        self.values += reading.value_count
        self.late += time.monotonic() - started > _LATE_AFTER_S
        self._show_progress()

    def _show_progress(self) -> None:
        if sys.stderr.isatty() and time.monotonic() >= self._shown_at:
            self._shown_at += 0.5
            print(f"\r{self.ok + self.failed} von {self._total} Abfragen", end="", file=sys.stderr)


async def _poll(
    targets: Sequence[SnmpTarget], rounds: int, concurrency: int, store_url: str | None
) -> PollSummary:
    wire = open_snmp_wire()
    started, cpu_started = time.monotonic(), time.process_time()
    try:
        async with _store(store_url, targets, wire) as store:
            polling = _Rounds(wire, store, len(targets) * rounds)
            for number in range(rounds):
                # Parts hardly change; the service asks for them once an hour, we once.
                await polling.run(targets, concurrency, with_components=number == 0)
            seconds = time.monotonic() - started
    finally:
        await wire.close()
    if sys.stderr.isatty() and seconds > _QUIET_S:
        print(file=sys.stderr)
    return PollSummary(
        targets=len(targets),
        rounds=rounds,
        polls_ok=polling.ok,
        polls_failed=polling.failed,
        seconds=round(seconds, 3),
        polls_per_second=round((polling.ok + polling.failed) / seconds, 1) if seconds else 0.0,
        cpu_seconds=round(time.process_time() - cpu_started, 3),
        peak_rss_mib=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        values=polling.values,
        late=polling.late,
    )


@asynccontextmanager
async def _store(
    url: str | None, targets: Sequence[SnmpTarget], wire: SnmpWire
) -> AsyncGenerator[Store]:
    """Give what records a reading: nothing without an address, else as the service would."""
    if url is None:

        async def forget(target: SnmpTarget, reading: StatusReading) -> None:
            del target, reading

        yield forget
        return
    database = Database(url)
    try:
        await schema.upgrade(database)
        async with database.session() as session:
            nodes = await enrol(session, targets)
        recorders = asyncio.Semaphore(1 if database.is_sqlite else 8)
        known = knowledge()
        identified: set[tuple[str, int]] = set()

        async def record(target: SnmpTarget, reading: StatusReading) -> None:
            place = target.host, target.port
            facts = None
            if reading.reachable and place not in identified:
                # As the service does at its first visit: only who is identified has parts.
                identified.add(place)
                facts = await identify(target, wire, known, full=True)
            async with recorders, database.session() as session:
                node = await claim_node(session, nodes[place], utcnow())
                if node is not None:
                    await record_visit(
                        session, node, reading, facts, record_node_visit, interval_s=_INTERVAL_S
                    )

        yield record
    finally:
        await database.close()
