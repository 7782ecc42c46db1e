"""What lists and searches cost with 100,000 devices, on both databases: `make bench-api`.

Every figure is a median over requests through the whole application (router, sign-in, scope,
database, template), in this process and without a network in between. CPU is the process's own:
on SQLite the database is in it, on PostgreSQL the server's share is not.
"""

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import httpx
from sqlalchemy import insert, text

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.cast import Person, a_person, a_program  # noqa: E402
from tests.postgres import start_postgres  # noqa: E402

from netzwart.accounts.tables import Role  # noqa: E402 - the path comes first
from netzwart.app import create_app  # noqa: E402
from netzwart.database import Database, Record, table_of  # noqa: E402
from netzwart.evidence.rules import EvidenceClass, SightingSource  # noqa: E402
from netzwart.evidence.tables import DevicePresence  # noqa: E402
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
from netzwart.secrets import SecretBox, new_key  # noqa: E402
from netzwart.settings import Settings  # noqa: E402
from netzwart.web.listing import SortKey, make_cursor  # noqa: E402
from netzwart.web.resources.fields import field_of  # noqa: E402

DEVICES, SCHOOLS, MODELS, MANUFACTURERS, ROOMS_EACH = 100_000, 14, 200, 20, 60
BATCH = 5_000
WARM_UP = 8
STATUSES = (DeviceStatus.IN_SERVICE,) * 7 + (
    DeviceStatus.IN_STORAGE,
    DeviceStatus.LENT,
    DeviceStatus.IN_REPAIR,
)
GOALS_MS = {"api": 12.0, "search": 50.0, "html": 40.0}


@dataclass(frozen=True)
class Scene:
    """The application over a full database, and who asks."""

    client: httpx.AsyncClient
    program: dict[str, str]
    """Headers of a program with a token."""
    browser: dict[str, str]
    """Headers of somebody who is signed in."""


@dataclass(frozen=True)
class Request:
    """One thing to measure."""

    label: str
    goal: str
    path: str
    is_page: bool = False


@dataclass(frozen=True)
class Cost:
    """Medians of one request."""

    cpu_ms: float
    wall_ms: float
    rows: int


async def main() -> int:
    """Fill both databases, measure, print a table; 1 if a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, epilog="Beispiel: make bench-api")
    parser.add_argument("--repeats", type=int, default=40, help="Anfragen je Zeile")
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="nur diese Datenbank")
    options = parser.parse_args()
    configure_logs(as_json=True, level="warning")
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        if options.only != "postgresql":
            url = f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
            missed += await _bench("SQLite", url, Path(folder), options.repeats)
        if options.only != "sqlite":
            server = start_postgres(Path(folder))
            try:
                url = server.create_database("bench")
                missed += await _bench("PostgreSQL", url, Path(folder), options.repeats)
            finally:
                server.stop()
    return 1 if missed else 0


async def _bench(name: str, url: str, folder: Path, repeats: int) -> int:
    database = Database(url)
    try:
        started = time.monotonic()
        await upgrade(database)
        await _fill(database)
        print(f"\n{name}: {DEVICES} devices written in {time.monotonic() - started:.1f} s\n")
        scene = await _open(database, folder)
        async with scene.client:
            return await _measure_all(scene, repeats)
    finally:
        await database.close()


async def _fill(database: Database) -> None:
    chance = random.Random(2026)  # noqa: S311 - the same city each time, no secret
    await _insert(database, School, [_school(number) for number in range(1, SCHOOLS + 1)])
    await _insert(database, Room, [_room(key) for key in range(1, SCHOOLS * ROOMS_EACH + 1)])
    makers = [{"id": key, "name": f"Musterhersteller {key:02}"} for key in _upto(MANUFACTURERS)]
    await _insert(database, Manufacturer, makers)
    await _insert(database, DeviceModel, [_model(key) for key in _upto(MODELS)])
    for first in range(1, DEVICES + 1, BATCH):
        keys = range(first, min(first + BATCH, DEVICES + 1))
        await _insert(database, Device, [_device(key, chance) for key in keys])
        seen = [key for key in keys if chance.random() < 0.8]  # noqa: PLR2004 - four of five
        await _insert(database, DevicePresence, [_presence(key) for key in seen])
    # PostgreSQL's autovacuum does the same by itself, within a minute of such a load.
    async with database.engine.connect() as connection:
        autonomous = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await autonomous.execute(text("ANALYZE" if database.is_sqlite else "VACUUM ANALYZE"))


def _upto(number: int) -> range:
    return range(1, number + 1)


async def _insert(database: Database, record: type[Record], rows: Sequence[dict[str, Any]]) -> None:
    defaults = {
        name: field.get_default()
        for name, field in record.model_fields.items()
        if not field.is_required() and field.default_factory is None and name != "id"
    }
    now = datetime.now(UTC)
    stamps = {"created_at": now, "changed_at": now, "version": 1}
    async with database.session() as session:
        table = table_of(record)
        await session.execute(insert(table), [{**defaults, **stamps, **row} for row in rows])


def _school(key: int) -> dict[str, Any]:
    return {
        "id": key,
        "number": f"99{key:04}",
        "name": f"Erfundene Schule {key}",
        "short_name": f"E{key:02}",
    }


def _room(key: int) -> dict[str, Any]:
    return {"id": key, "school_id": 1 + (key - 1) // ROOMS_EACH, "number": f"A{key:04}"}


def _model(key: int) -> dict[str, Any]:
    kinds = list(DeviceCategory)
    return {
        "id": key,
        "manufacturer_id": 1 + key % MANUFACTURERS,
        "name": f"Modell M-{key:03}",
        "part_number": f"PN-{key:05}",
        "category": kinds[key % len(kinds)],
    }


def _device(key: int, chance: random.Random) -> dict[str, Any]:
    model, school = 1 + chance.randrange(MODELS), 1 + chance.randrange(SCHOOLS)
    number = f"HER-{school:02}-{key:06}"
    serial = f"CN{chance.getrandbits(40):010X}{key % 10}"
    mac = f"02:{key >> 16 & 255:02x}:{key >> 8 & 255:02x}:{key & 255:02x}:00:01"
    room = (school - 1) * ROOMS_EACH + 1 + chance.randrange(ROOMS_EACH)
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=key)
    return {
        "id": key,
        "inventory_number": number,
        "model_id": model,
        "manufacturer_id": 1 + model % MANUFACTURERS,
        "serial": serial,
        "serial_normalised": normalised_serial(serial),
        "mac": mac,
        "school_id": school,
        "room_id": room,
        "status": chance.choice(STATUSES),
        "search_text": search_text(number, serial, mac, f"Modell M-{model:03}"),
        "changed_at": moment,
    }


def _presence(key: int) -> dict[str, Any]:
    moment = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(seconds=key)
    return {
        "device_id": key,
        "evidence_class": EvidenceClass.A,
        "first_seen_at": moment,
        "last_seen_at": moment,
        "source": SightingSource.SNMP,
    }


async def _open(database: Database, folder: Path) -> Scene:
    async with database.session() as session:
        program = await a_program(session, Role.VIEWER, name="bench")
        person = await a_person(session, Role.ADMIN, name="bench")
    app = create_app(Settings(data_dir=folder), database, secret_box=SecretBox(new_key()))
    transport = httpx.ASGITransport(cast("Any", app))
    client = httpx.AsyncClient(transport=transport, base_url="http://testserver")
    return Scene(client, {"Authorization": f"Bearer {program.word}"}, _cookie(person))


def _cookie(person: Person) -> dict[str, str]:
    return {"Cookie": f"netzwart_session={person.word}", "Accept": "text/html"}


async def _measure_all(scene: Scene, repeats: int) -> int:
    requests = await _requests(scene)
    print(f"{'request':<44} {'CPU ms':>8} {'wall ms':>8} {'goal':>6}  rows")
    missed = 0
    for request in requests:
        cost = await _measure(scene, request, repeats)
        goal = GOALS_MS[request.goal]
        word = "" if cost.cpu_ms <= goal else "  MISSED"
        missed += bool(word)
        print(
            f"{request.label:<44} {cost.cpu_ms:>8.1f} {cost.wall_ms:>8.1f} {goal:>6.0f}"
            f"  {cost.rows}{word}",
            flush=True,
        )
    return missed


async def _requests(scene: Scene) -> list[Request]:
    api, page = "/api/v1/devices", "/geraete"
    one = (await _items(scene, f"{api}?id=77777"))[0]
    fragment = str(one["serial"])[3:10].lower()
    last = (await _items(scene, f"{api}?sort=-inventory_number&limit=30"))[-1]
    oldest = (await _items(scene, f"{api}?sort=changed_at&limit=30"))[-1]
    by_number = _cursor("inventory_number", last["inventory_number"], last["id"])
    by_change = _cursor("-changed_at", datetime.fromisoformat(oldest["changed_at"]), oldest["id"])
    deep = _cursor("number", last["inventory_number"], last["id"])
    return [
        Request("API list of 50", "api", f"{api}?limit=50"),
        Request("API list, last page", "api", f"{api}?cursor={by_number}"),
        Request("API list, newest change first", "api", f"{api}?sort=-changed_at"),
        Request(
            "API list by change, last page", "api", f"{api}?sort=-changed_at&cursor={by_change}"
        ),
        Request("API list of one school", "api", f"{api}?school=990007"),
        Request("API search, fragment of a serial", "search", f"{api}?q={fragment}"),
        Request("API search, nothing found", "search", f"{api}?q=zzzz-nirgends"),
        Request("HTML list", "html", page, is_page=True),
        Request("HTML list, last page", "html", f"{page}?cursor={deep}", is_page=True),
        Request("HTML list of one school", "html", f"{page}?school=7", is_page=True),
        Request("HTML list by model", "html", f"{page}?sort=model", is_page=True),
        Request("HTML list by school", "html", f"{page}?sort=school", is_page=True),
        Request("HTML list, fragment of a serial", "search", f"{page}?q={fragment}", is_page=True),
        Request("HTML search over everything", "search", f"/suche?q={fragment[:4]}", is_page=True),
    ]


def _cursor(name: str, value: object, row_id: int) -> str:
    """Return the cursor of the row with these values, as the page before it would give it."""
    device = table_of(Device)
    plain = name.removeprefix("-")
    column = device.c["inventory_number" if plain == "number" else plain]
    down = name.startswith("-")
    keys = (SortKey(field_of(plain, column), down), SortKey(field_of("id", device.c.id), down))
    return make_cursor(keys, (value, row_id))


async def _items(scene: Scene, path: str) -> list[dict[str, Any]]:
    answer = await _get(scene, Request("", "api", path))
    return answer.json()["items"]


async def _get(scene: Scene, request: Request) -> httpx.Response:
    headers = scene.browser if request.is_page else scene.program
    answer = await scene.client.get(request.path, headers=headers)
    if answer.status_code != httpx.codes.OK:
        raise RuntimeError(f"{request.path}: {answer.status_code} {answer.text[:500]}")
    return answer


async def _measure(scene: Scene, request: Request, repeats: int) -> Cost:
    for _ in range(WARM_UP):
        await _get(scene, request)
    answer = await _get(scene, request)
    cpu: list[float] = []
    wall: list[float] = []
    for _ in range(repeats):
        cpu_before, wall_before = time.process_time(), time.perf_counter()
        await _get(scene, request)
        cpu.append(time.process_time() - cpu_before)
        wall.append(time.perf_counter() - wall_before)
    rows = answer.text.count('<th scope="row"') if request.is_page else len(answer.json()["items"])
    return Cost(statistics.median(cpu) * 1000, statistics.median(wall) * 1000, rows)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
