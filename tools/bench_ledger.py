"""Measures ten years of a city: how large the sightings grow, how long the seals take to verify.

    .venv/bin/python tools/bench_ledger.py [--nodes 1000] [--years 10] [--dir DIR]

A thousand nodes that answer each minute keep one sighting a day and part: the rows are written here
as `record_sightings` writes them, each day is sealed by `seal_days`' own code, and the stand-alone
verifier reads the file as a process of its own. Everything is a real database with all indexes.
"""

import argparse
import asyncio
import hashlib
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from netzwart.database import Database
from netzwart.ledger import verifier
from netzwart.ledger.sealing import seal_days
from netzwart.schema import upgrade

FIRST_DAY = date(2026, 8, 1)
PARTS_PER_NODE = 1.3
"""Chassis and stack members; a school has some stacks."""


def main() -> int:
    """Build, seal, verify, and print one line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=1000)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--dir", type=Path, default=Path("var/bench-ledger"))
    given = parser.parse_args()
    given.dir.mkdir(parents=True, exist_ok=True)
    path = given.dir / "netzwart.sqlite3"
    path.unlink(missing_ok=True)
    days = given.years * 365
    asyncio.run(_fill(path, given.nodes, days))
    return _verify(path, days)


async def _fill(path: Path, nodes: int, days: int) -> None:
    database = Database(f"sqlite:///{path}")
    await upgrade(database)
    file = sqlite3.connect(path)
    file.execute("PRAGMA synchronous=OFF")
    parts = int(nodes * PARTS_PER_NODE)
    writing, sealing = 0.0, 0.0
    for number in range(days):
        day = FIRST_DAY + timedelta(days=number)
        started = time.perf_counter()
        with file:
            file.executemany(_INSERT, _sightings(day, parts, nodes))
            file.executemany(_AUDIT, _events(day))
        written = time.perf_counter()
        await seal_days(database, datetime.combine(day, datetime.min.time(), UTC) + timedelta(1.1))
        writing += written - started
        sealing += time.perf_counter() - written
    await database.close()
    file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    pages = dict(file.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name").fetchall())
    file.close()
    rows = parts * days
    of_sightings = sum(size for name, size in pages.items() if "sighting" in name)
    of_ledger = sum(size for name, size in pages.items() if "ledger" in name or "seal" in name)
    print(f"Sichtungen: {rows:,} Zeilen, {of_sightings / 2**20:,.0f} MiB mit Indizes")
    table = pages["sighting"] / rows
    print(f"  je Sichtung {of_sightings / rows:.0f} Byte, davon {table:.0f} in der Tabelle")
    print(f"Siegel: {of_ledger / 2**20:,.1f} MiB, je Zeile {of_ledger / rows:.1f} Byte")
    a_day_ms = sealing / days * 1000
    print(f"schreiben {writing:.1f} s, siegeln {sealing:.1f} s, {a_day_ms:.0f} ms am Tag")


_INSERT = (
    "INSERT INTO sighting (fingerprint, serial, serial_normalised, manufacturer, source,"
    " evidence_class, seen_at, position, poller, raw, created_at, changed_at, version)"
    " VALUES (?, ?, ?, 'Aruba', 'snmp', 'A', ?, 'chassis', 'netzwart', '{}', ?, ?, 1)"
)
_AUDIT = (
    "INSERT INTO audit_event (at, actor, action, subject_type, subject_id, changes, created_at,"
    " changed_at, version) VALUES (?, 'anna', 'device_changed', 'device', ?,"
    """ '{"room_id": [1, 2]}', ?, ?, 1)"""
)


def _sightings(day: date, parts: int, nodes: int) -> Iterator[tuple[str, ...]]:
    for part in range(parts):
        moment = f"{day} 00:{part % 60:02}:{part * 7 % 60:02}.000000"
        serial = f"CN{part % nodes:05}K{part:05}"
        key = hashlib.sha256(f"{serial}{day}".encode()).hexdigest()[:32]
        yield key, serial, serial, moment, moment, moment


def _events(day: date) -> Iterator[tuple[object, ...]]:
    moment = f"{day} 09:00:00.000000"
    return ((moment, number, moment, moment) for number in range(50))


def _verify(path: Path, days: int) -> int:
    as_of = FIRST_DAY + timedelta(days=days)
    started = time.perf_counter()
    done = subprocess.run(  # noqa: S603 - our own file
        [sys.executable, "-I", verifier.__file__, str(path), "--as-of", str(as_of)],
        capture_output=True,
        text=True,
        check=False,
    )
    took = time.perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(done.stdout.strip())
    print(
        f"Prüfung durch verifier.py: {took:.1f} s, {used.ru_utime + used.ru_stime:.1f} s Rechenzeit"
    )
    return done.returncode


if __name__ == "__main__":
    raise SystemExit(main())
