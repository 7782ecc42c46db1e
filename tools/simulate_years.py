"""Plays two school years of a city and prints which cases opened, when, and what was decided.

    .venv/bin/python tools/simulate_years.py [--schools 14]

Nothing is left behind: the database is made in a temporary folder. Exit code 1 if the chain over
the two years is not whole.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from netzwart.demo.catalogue import SCHOOLS
from netzwart.demo.years import story
from netzwart.demo.years.running import Years, simulate
from netzwart.logs import configure_logs


def main() -> int:
    """Play and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--schools", type=int, default=len(SCHOOLS), choices=range(3, 15))
    given = parser.parse_args()
    configure_logs(as_json=False, level="warning")
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        years = asyncio.run(simulate(Path(folder), SCHOOLS[: given.schools], on_day=_progress))
    span = f"{story.FIRST_DAY:%d.%m.%Y} bis {story.LAST_DAY:%d.%m.%Y}"
    print(f"\n{span}, {given.schools} Schulen, {len(years.reality.things)} geförderte Geräte\n")
    for entry in years.log:
        print(entry.line())
    print(f"\n{_verdict(years)}\nGespielt in {time.perf_counter() - started:.0f} s.")
    return 1 if years.faults else 0


def _verdict(years: Years) -> str:
    """Say what the verifier found over all days."""
    outcome = years.outcome
    if outcome is None or years.faults:
        return "\n".join(years.faults)
    return f"{outcome.days} Tage gesiegelt, {outcome.rows} Einträge geprüft: unversehrt."


def _progress(day: date) -> None:
    if day.day == 1 and sys.stderr.isatty():
        print(f"{day:%m/%Y}", end=" ", file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
