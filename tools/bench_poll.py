"""What status polls cost beside snmp_exporter and a C client: the first part of `make bench-poll`.

Everybody asks the same simulated 48-port switches (../shared/bench/agent.c) for the same 523
values, in turns, so that a busy machine is busy for all of them; ratios are medians over the turns.
netzwart polls by its own cycle with storing, as `netzwart poll --store` and the service do. Costs
are CPU time of the asking process. Start-up and first contact are left out.
"""

import argparse
import asyncio
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.postgres import start_postgres  # noqa: E402

from netzwart.clock import utcnow  # noqa: E402 - the path comes first
from netzwart.database import Database, table_of  # noqa: E402
from netzwart.logs import configure_logs  # noqa: E402
from netzwart.network.polling.cycle import (  # noqa: E402
    PollCycle,
    recorders_for,
    targets_by_place,
)
from netzwart.network.polling.enrolling import enrol, make_due  # noqa: E402
from netzwart.network.polling.fast_lane import SLOW_EVERY_S, FastLane  # noqa: E402
from netzwart.network.polling.settling import settle  # noqa: E402
from netzwart.network.polling.visits import report_to_nobody  # noqa: E402
from netzwart.network.profiles.loading import Knowledge  # noqa: E402
from netzwart.network.protocols.replies import (  # noqa: E402
    AuthProtocol,
    PrivacyProtocol,
    SnmpTarget,
    SnmpVersion,
)
from netzwart.network.protocols.snmp import open_snmp_wire  # noqa: E402
from netzwart.network.tables import Node, Reachability  # noqa: E402
from netzwart.schema import upgrade  # noqa: E402

BENCH = ROOT.parent / "shared" / "bench"
GOAL_V2C, GOAL_V3, GOAL_FLOOR = 20.0, 8.0, 8.0
PER_EXPORTER_TURN = 60
_nodes = table_of(Node)


def hosts(count: int) -> list[str]:
    """Return addresses of simulated switches."""
    return [f"127.1.{number // 250}.{number % 250 + 1}" for number in range(count)]


def targets(count: int, port: int, *, secure: bool) -> list[SnmpTarget]:
    """Return how to ask so many switches, by v2c or by v3 with SHA-256 and AES-128."""
    if not secure:
        return [SnmpTarget(host, port, community=SecretStr("public")) for host in hosts(count)]
    return [
        SnmpTarget(
            host,
            port,
            SnmpVersion.V3,
            user="nw256",
            auth=AuthProtocol.SHA256,
            auth_key=SecretStr("authpass123"),
            privacy=PrivacyProtocol.AES128,
            privacy_key=SecretStr("privpass123"),
        )
        for host in hosts(count)
    ]


@dataclass
class Parts:
    """The programs under and around the measurement, in a folder of their own."""

    folder: Path
    port: int
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    exporter_port: int = 0
    exporter: subprocess.Popen[bytes] | None = None

    def compile(self) -> None:
        """Build agent and C client from the shared sources."""
        for name, extra in (("agent", ["-lcrypto"]), ("cclient", [])):
            source = BENCH / f"{name}.c"
            command = ["gcc", "-O2", "-w", "-o", str(self.folder / name), str(source), *extra]
            subprocess.run(command, check=True)  # noqa: S603 - our own command line

    def start_agents(self, *options: str, port: int | None = None) -> None:
        """Start the simulated switches, with counters that grow."""
        command = [str(self.folder / "agent"), "-p", str(port or self.port), "-g", *options]
        self.processes.append(subprocess.Popen(command, stderr=subprocess.DEVNULL))  # noqa: S603

    def start_exporter(self) -> None:
        """Start snmp_exporter with the shared module and the same for SNMPv3."""
        plain = (BENCH / "snmp_exporter.yml").read_text(encoding="utf-8")
        secure = plain.replace("sw:", "sw3:", 1).replace("version: 2", "version: 3")
        secure = secure.replace("    community: public", _V3_AUTH)
        path = self.folder / "exporter.yml"
        path.write_text(plain.rstrip() + "\n" + secure, encoding="utf-8")
        self.exporter_port = _free_port()
        binary = shutil.which("prometheus-snmp-exporter") or "prometheus-snmp-exporter"
        address = f"127.0.0.1:{self.exporter_port}"
        self.exporter = subprocess.Popen(  # noqa: S603 - Debian's own program
            [binary, f"--config.file={path}", f"--web.listen-address={address}"],
            stderr=subprocess.DEVNULL,
        )
        self.processes.append(self.exporter)
        time.sleep(2)

    def stop(self) -> None:
        """End what was started here."""
        for process in self.processes:
            process.terminate()
            process.wait(10)


_V3_AUTH = """    security_level: authPriv
    username: nw256
    password: authpass123
    auth_protocol: SHA256
    priv_protocol: AES
    priv_password: privpass123"""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def exporter_ms(parts: Parts, module: str, count: int) -> float:
    """Return snmp_exporter's CPU milliseconds per poll over one turn."""
    assert parts.exporter is not None  # noqa: S101 - started before
    base = f"http://127.0.0.1:{parts.exporter_port}/snmp?module={module}&target="

    def one(host: str) -> int:
        address = f"{base}{host}:{parts.port}"
        with urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310 - loopback
            return len(answer.read())

    before = _cpu_of(parts.exporter.pid)
    with ThreadPoolExecutor(8) as pool:
        sizes = list(pool.map(one, (hosts(count) * 2)[:PER_EXPORTER_TURN]))
    if min(sizes) < 10_000:  # noqa: PLR2004 - a whole answer has some 19,000 octets
        raise RuntimeError("snmp_exporter did not read the whole switch")
    return (_cpu_of(parts.exporter.pid) - before) / PER_EXPORTER_TURN * 1000


def _cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def floor_ms(parts: Parts) -> float:
    """Return the C client's CPU milliseconds per poll over one turn."""
    command = [str(parts.folder / "cclient"), "-p", str(parts.port), "-n", "200", "-t", "2"]
    done = subprocess.run(command, capture_output=True, check=True)  # noqa: S603
    return float(json.loads(done.stdout)["cpu_us_per_poll"]) / 1000


class Fleet:
    """netzwart's own cycle over simulated switches, with its database."""

    def __init__(self, database: Database, asked: Sequence[SnmpTarget], slow_every_s: int) -> None:
        self.database = database
        self.asked = asked
        self.wire = open_snmp_wire()
        self.values = self.ok = self.failed = 0
        self.cycle = PollCycle(
            database=database,
            wire=self.wire,
            knowledge=Knowledge({}, {}),
            report=report_to_nobody,
            interval_s=60,
            concurrency=100,
            recorders=recorders_for(database),
            target_of=targets_by_place(asked),
            lane=FastLane(self.wire, slow_every_s=slow_every_s),
            status_only=True,
            tally=self._tally,
        )
        self.ids: list[int] = []

    def _tally(self, is_whole: bool, values: int, seconds: float) -> None:  # noqa: FBT001
        del seconds
        self.values += values
        self.ok += is_whole
        self.failed += not is_whole

    async def prepare(self) -> None:
        """Enrol the switches as if they had been identified today."""
        await upgrade(self.database)
        async with self.database.session() as session:
            self.ids = list((await enrol(session, self.asked)).values())
            await session.execute(
                _nodes.update().values(
                    identified_at=utcnow(),
                    reachability=Reachability.UP,
                    object_id="1.3.6.1.4.1.9.1.2694",
                    sys_description="BenchSwitch 48G+4SFP+ fake, Version 15.2(7)E3, "
                    "netzwart bench agent",
                )
            )

    async def round(self) -> float:
        """Poll everybody once, record, and return the CPU seconds it took."""
        async with self.database.session() as session:
            await make_due(session, self.ids)
        cpu = time.process_time()
        await self.cycle.run_once()
        return time.process_time() - cpu

    async def cost_ms(self, rounds: int) -> float:
        """Return CPU milliseconds per poll, recorded, over some rounds."""
        polls, cpu = self.ok, 0.0
        for _ in range(rounds):
            cpu += await self.round()
        return cpu / max(1, self.ok - polls) * 1000

    async def close(self) -> None:
        """Close wire and database."""
        await self.wire.close()
        await self.database.close()


async def compare(parts: Parts, options: argparse.Namespace, url: str, name: str) -> int:
    """Measure in turns and print medians and ratios; returns how many goals were missed."""
    fleets = {
        "v2c, all 523 values": Fleet(Database(url + "1"), _asked(parts, options, secure=False), 0),
        "v2c, names and speeds half-hourly": Fleet(
            Database(url + "2"), _asked(parts, options, secure=False), SLOW_EVERY_S
        ),
        "v3 authPriv, all 523 values": Fleet(
            Database(url + "3"), _asked(parts, options, secure=True), 0
        ),
    }
    for fleet in fleets.values():
        await fleet.prepare()
        for _ in range(5):
            await fleet.round()
    costs: dict[str, list[float]] = {label: [] for label in fleets}
    exporter, exporter3, floor = list[float](), list[float](), list[float]()
    for _ in range(options.turns):
        for label, fleet in fleets.items():
            costs[label].append(await fleet.cost_ms(options.rounds))
        exporter.append(exporter_ms(parts, "sw", options.nodes))
        exporter3.append(exporter_ms(parts, "sw3", options.nodes))
        floor.append(floor_ms(parts))
    print(f"\n{name}: CPU ms per poll, medians of {options.turns} turns, storing included")
    print(f"  C floor {_median(floor):.3f} · snmp_exporter v2c {_median(exporter):.2f}", end="")
    print(f" · v3 {_median(exporter3):.2f}")
    missed = 0
    for label, fleet in fleets.items():
        own = costs[label]
        peer = exporter3 if label.startswith("v3") else exporter
        ratio = _median([one / other for one, other in zip(peer, own, strict=True)])
        behind = _median([one / other for one, other in zip(own, floor, strict=True)])
        goal = GOAL_V3 if label.startswith("v3") else GOAL_V2C
        is_met = ratio >= goal and (label.startswith("v3") or behind <= GOAL_FLOOR)
        missed += not is_met
        print(
            f"  {label:<36} {_median(own):.3f} ms · {ratio:5.1f} × exporter (goal {goal:.0f})"
            f" · {behind:.1f} × floor · {fleet.values / max(1, fleet.ok):.0f} values a poll"
            f"{'' if is_met else '  MISSED'}"
        )
        await fleet.close()
    return missed


def _asked(parts: Parts, options: argparse.Namespace, *, secure: bool) -> list[SnmpTarget]:
    return targets(options.nodes, parts.port, secure=secure)


_median = statistics.median


async def main() -> int:
    """Compile, start, measure, print; 1 if a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, epilog="Beispiel: make bench-poll")
    parser.add_argument("--nodes", type=int, default=200, help="Switches im Vergleich")
    parser.add_argument("--rounds", type=int, default=5, help="Runden je Durchgang")
    parser.add_argument("--turns", type=int, default=5, help="Durchgänge")
    parser.add_argument("--postgresql", action="store_true", help="auch auf PostgreSQL vergleichen")
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
            if options.turns:
                parts.start_exporter()
                missed += await compare(parts, options, f"sqlite:///{folder / 'bench'}", "SQLite")
            if options.turns and options.postgresql:
                missed += await _on_postgresql(parts, options, folder)
        finally:
            parts.stop()
    return 1 if missed else 0


async def _on_postgresql(parts: Parts, options: argparse.Namespace, folder: Path) -> int:
    server = start_postgres(folder)
    try:
        urls = [server.create_database(f"bench{number}") for number in (1, 2, 3)]
        return await compare(parts, options, urls[0].removesuffix("1"), "PostgreSQL")
    finally:
        server.stop()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
