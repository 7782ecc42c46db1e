"""What a list of 20,000 devices costs to plan, apply and undo: `make bench-import`.

Half of the rows are new devices, three in ten change two fields of a known one, the rest are as
they are. Wall time and CPU of this process; on PostgreSQL the server's share is not in the CPU.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable
from pathlib import Path

from sqlalchemy import insert

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.postgres import start_postgres  # noqa: E402

from netzwart.accounts.actors import SYSTEM  # noqa: E402
from netzwart.database import Database, table_of  # noqa: E402
from netzwart.exchange.lists.at_once import ListWish, apply_at_once, plan_at_once  # noqa: E402
from netzwart.exchange.lists.queries import list_runs  # noqa: E402
from netzwart.exchange.lists.undoing import undo_rows  # noqa: E402
from netzwart.inventory.import_tables import ImportRun, ImportState  # noqa: E402
from netzwart.inventory.rules import normalised_serial, search_text  # noqa: E402
from netzwart.inventory.tables import (  # noqa: E402
    Device,
    DeviceCategory,
    DeviceModel,
    DeviceStatus,
    Manufacturer,
)
from netzwart.logs import configure_logs  # noqa: E402
from netzwart.schema import upgrade  # noqa: E402
from netzwart.schools.tables import Room, School  # noqa: E402

ROWS, SCHOOLS, ROOMS_EACH = 20_000, 14, 60
PLAN_GOAL_S, APPLY_GOAL_S = 10.0, 15.0
KEY = b"bench" * 8


async def main() -> int:
    """Measure both databases and print a line each; 1 if a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, epilog="Beispiel: make bench-import")
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="nur diese Datenbank")
    parser.add_argument("--rows", type=int, default=ROWS, help="Zeilen der Liste")
    options = parser.parse_args()
    configure_logs(as_json=True, level="warning")
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        if options.only != "postgresql":
            url = f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
            missed += await _bench("SQLite", url, options.rows)
        if options.only != "sqlite":
            server = start_postgres(Path(folder))
            try:
                missed += await _bench("PostgreSQL", server.create_database("bench"), options.rows)
            finally:
                server.stop()
    return 1 if missed else 0


async def _bench(name: str, url: str, rows: int) -> int:
    database = Database(url)
    try:
        await upgrade(database)
        await _fill(database, rows)
        data, wish = _list(rows), ListWish()
        plan = await _timed(
            f"{name}: plan", plan_at_once(database, "liste.csv", data, wish, KEY), PLAN_GOAL_S
        )
        apply = await _timed(
            f"{name}: plan, keep and apply",
            apply_at_once(database, "liste.csv", data, wish, KEY),
            PLAN_GOAL_S + APPLY_GOAL_S,
        )
        await _timed(f"{name}: undo", _undo(database), APPLY_GOAL_S)
        return plan + apply
    finally:
        await database.close()


async def _timed(label: str, work: Awaitable[object], goal_s: float) -> int:
    started, cpu = time.perf_counter(), time.process_time()
    await work
    wall, used = time.perf_counter() - started, time.process_time() - cpu
    verdict = "ok" if wall <= goal_s else "MISSED"
    print(f"{label:36} {wall:6.1f} s wall  {used:6.1f} s CPU   goal {goal_s:4.0f} s  {verdict}")
    return int(wall > goal_s)


async def _undo(database: Database) -> None:
    async with database.session() as session:
        run_id = (await list_runs(session, SYSTEM))[0].id
        run = await session.get_one(ImportRun, run_id)
        run.state = ImportState.UNDOING
        await session.flush()
        await undo_rows(session, run_id, SYSTEM, "Messung")


async def _fill(database: Database, rows: int) -> None:
    """Write schools, rooms, a model, and the half of the devices that the list knows."""
    async with database.session() as session:
        maker = Manufacturer(name="Muster")
        session.add(maker)
        await session.flush()
        model = DeviceModel(
            manufacturer_id=maker.id, name="M-1", category=DeviceCategory.ACCESS_POINT
        )
        session.add(model)
        schools = [
            School(number=f"99{place:04}", name=f"Schule {place}", short_name=f"S{place}")
            for place in range(SCHOOLS)
        ]
        session.add_all(schools)
        await session.flush()
        for school in schools:
            session.add_all(
                Room(school_id=school.id, number=f"R{place}") for place in range(ROOMS_EACH)
            )
        await session.flush()
        known = [
            {
                **Device(
                    inventory_number=_number(place),
                    model_id=model.id,
                    manufacturer_id=maker.id,
                    serial=f"SN-{place:06}",
                    serial_normalised=normalised_serial(f"SN-{place:06}"),
                    school_id=schools[place % SCHOOLS].id,
                    status=DeviceStatus.IN_STORAGE,
                    search_text=search_text(_number(place), f"SN-{place:06}", "M-1"),
                ).model_dump(exclude={"id"}),
            }
            for place in range(rows // 2)
        ]
        await session.execute(insert(table_of(Device)), known)


def _number(place: int) -> str:
    return f"INV-{place:06}"


def _list(rows: int) -> bytes:
    lines = ["Inventarnummer;Modell;Seriennummer;Schule;Raum;Status;Bemerkung"]
    for place in range(rows):
        school = f"S{place % SCHOOLS}"
        room, note = (f"R{place % ROOMS_EACH}", "geprüft") if place % 5 < 3 else ("", "")  # noqa: PLR2004 - three in five
        status = "" if place < rows // 2 else "im Lager"
        lines.append(f"{_number(place)};M-1;SN-{place:06};{school};{room};{status};{note}")
    return "\r\n".join(lines).encode("cp1252")


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
