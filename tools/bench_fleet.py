"""Whether a large fleet is held, and what it weighs: the second part of `make bench-poll`.

5,000 switches a minute on one core, first all alive, then a tenth of them dead; how late anybody
was; memory at 1,000 nodes and per further node; identification of 1,000 devices. The agents are
those of ../shared/bench.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from bench_poll import Fleet, Parts, hosts, targets
from sqlalchemy import text

from netzwart.database import Database
from netzwart.logs import configure_logs
from netzwart.network.polling.enrolling import make_due
from netzwart.network.polling.fast_lane import SLOW_EVERY_S
from netzwart.network.polling.settling import settle

INTERVAL_S = 60
SETTLING_S = 75
"""Until each node has come to its own place within the minute."""
_EDGE_S = 10
"""Whoever's turn lies on the edge of the window is seen a little before it or after."""
GOAL_BASE_MIB, GOAL_NODE_KIB, GOAL_IDENTIFY_S = 200, 60, 180
GAPS = text(
    "SELECT count(*), max(gap) FROM (SELECT (julianday(taken_at) - julianday(lag(taken_at)"
    " OVER (PARTITION BY node_id ORDER BY taken_at))) * 86400 AS gap FROM poll_sample"
    " WHERE taken_at >= :since) WHERE gap > :most"
)
"""Pauses between two answers of a node that were longer than two intervals."""
SEEN = text("SELECT count(DISTINCT node_id), count(*) FROM poll_sample WHERE taken_at >= :since")


async def hold(parts: Parts, options: argparse.Namespace, url: str, *, dead: bool) -> int:
    """Keep the fleet going by the minute on one core; returns how many goals failed."""
    port = parts.port + 1 + dead
    parts.start_agents(*(["-d", "10"] if dead else []), port=port)
    fleet = Fleet(Database(url), targets(options.fleet, port, secure=False), SLOW_EVERY_S)
    live = options.fleet * 9 // 10 if dead else options.fleet
    try:
        await fleet.prepare()
        started = time.process_time()
        await fleet.round()
        print(f"  first contact: {fleet.ok} answered, {time.process_time() - started:.0f} s CPU")
        for _ in range(3 if dead else 1):
            await fleet.round()
        async with fleet.database.session() as session:
            await make_due(session, fleet.ids)
        stop = asyncio.Event()
        run = asyncio.create_task(fleet.cycle.run(stop))
        await asyncio.sleep(SETTLING_S)
        before = fleet.ok, fleet.failed, time.process_time(), time.monotonic()
        met = replace(fleet.wire.fleet.counts)
        since = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() - _EDGE_S))
        await asyncio.sleep(INTERVAL_S * options.minutes)
        seconds, cpu = time.monotonic() - before[3], time.process_time() - before[2]
        polls, failed = fleet.ok - before[0], fleet.failed - before[1]
        async with fleet.database.session(writing=False) as session:
            late, longest = (
                await session.execute(GAPS, {"since": since, "most": 2 * INTERVAL_S})
            ).one()
            seen, _ = (await session.execute(SEEN, {"since": since})).one()
        stop.set()
        await run
    finally:
        await fleet.close()
    print(f"{options.fleet} switches a minute, {options.fleet - live} dead, {seconds:.0f} s:")
    print(f"  {polls} polls answered and stored (expected {live * seconds / INTERVAL_S:.0f})")
    print(f"  of {live} live nodes {seen} answered; {late} pauses above {2 * INTERVAL_S} s", end="")
    print(f"{f', the longest {longest:.0f} s' if longest else ''}; {failed} polls without answer")
    print(
        f"  CPU {cpu / seconds * 100:.1f} % of one core, {cpu / max(1, polls) * 1000:.3f} ms each"
    )
    asked = fleet.wire.fleet.counts
    print(
        f"  {asked.sent - met.sent} datagrams sent, {asked.repeated - met.repeated} of them again"
    )
    is_held = polls >= live * seconds / INTERVAL_S * 0.97 and seen >= live
    return int(not is_held) + int(bool(late))


def memory(parts: Parts, folder: Path) -> int:
    """Poll 1,000 nodes and 3,000 by the command line; returns how many goals failed."""
    peaks: list[float] = []
    for count in (1000, 3000):
        found = _run(
            ["poll", "--rounds", "5", "--json", "--store", f"sqlite:///{folder / str(count)}"],
            _target_file(parts, folder, count),
        )
        told = json.loads(found.stdout)
        peaks.append(told["peak_rss_mib"])
        print(f"{count} nodes, five rounds: peak {told['peak_rss_mib']} MiB, {told['polls_ok']} ok")
    per_node = (peaks[1] - peaks[0]) * 1024 / 2000
    print(f"  {per_node:.0f} KiB per further node (goal {GOAL_NODE_KIB})")
    return int(peaks[0] > GOAL_BASE_MIB) + int(per_node > GOAL_NODE_KIB)


def identification(parts: Parts, folder: Path) -> int:
    """Identify 1,000 devices with all their tables; returns how many goals failed."""
    started, before = time.monotonic(), os.times()
    found = _run(["identify", "--full"], _target_file(parts, folder, 1000))
    seconds, after = time.monotonic() - started, os.times()
    cpu = after.children_user + after.children_system
    cpu -= before.children_user + before.children_system
    lines = [json.loads(line) for line in found.stdout.splitlines()]
    known = sum(bool(line.get("reachable")) for line in lines)
    print(f"1000 devices identified: {known} reachable, {seconds:.0f} s, {cpu:.0f} s CPU")
    return int(seconds > GOAL_IDENTIFY_S or known < len(hosts(1000)))


def _target_file(parts: Parts, folder: Path, count: int) -> Path:
    path = folder / f"targets-{count}.jsonl"
    rows = [
        {"id": host, "host": host, "port": parts.port, "version": "2c", "community": "public"}
        for host in hosts(count)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def _run(words: list[str], listed: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "netzwart"), *words, "--targets", str(listed)]
    return subprocess.run(command, capture_output=True, check=True, text=True)  # noqa: S603 - ours


async def main() -> int:
    """Measure what is asked for; 1 if a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, epilog="Beispiel: make bench-poll")
    parser.add_argument("--fleet", type=int, default=5000, help="Switches im Dauerlauf; 0: keiner")
    parser.add_argument("--minutes", type=float, default=3, help="Länge jedes Dauerlaufs")
    parser.add_argument("--only-dead", action="store_true", help="nur mit einem Zehntel stummer")
    parser.add_argument("--memory", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--identify", action=argparse.BooleanOptionalAction, default=True)
    options = parser.parse_args()
    configure_logs(as_json=True, level="warning", stream=sys.stderr)
    settle()
    missed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parts = Parts(folder, 20_000 + os.getpid() % 10_000)
        try:
            parts.compile()
            parts.start_agents()
            if options.memory:
                missed += memory(parts, folder)
            if options.identify:
                missed += identification(parts, folder)
            if options.fleet:
                # "On one core" is meant: the agents may have the others.
                os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
                for dead in (True,) if options.only_dead else (False, True):
                    url = f"sqlite:///{folder / f'fleet{dead}'}"
                    missed += await hold(parts, options, url, dead=dead)
        finally:
            parts.stop()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
