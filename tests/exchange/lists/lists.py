"""A school with a room, a model and two devices, and lists that speak of them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from netzwart.accounts.actors import SYSTEM, Actor
from netzwart.database import Database, table_of
from netzwart.exchange.lists.columns import ListSettings, MatchKey, recognised
from netzwart.exchange.lists.queries import ROW, RUN
from netzwart.exchange.lists.reading import read_sheet
from netzwart.exchange.lists.running import begin, work_on_list
from netzwart.exchange.lists.taking import take_list
from netzwart.inventory.import_tables import ImportRun, ImportState
from netzwart.inventory.tables import Device, DeviceModel, DeviceStatus
from netzwart.schools.tables import Room, School
from tests.builders import a_device, a_manufacturer, a_model, a_room, a_school

KEY = b"test" * 8
HEADER = "Inventarnummer;Modell;Seriennummer;Schule;Raum;Status"


@dataclass(frozen=True)
class Scene:
    school: School
    room: Room
    other_room: Room
    model: DeviceModel
    device: Device
    """INV-1, serial SN-0001, in `room`, in service."""


async def a_scene(database: Database) -> Scene:
    async with database.session() as session:
        school = await a_school(session, name="Städtisches Gymnasium", short_name="GYM")
        room = await a_room(session, school_id=school.id, number="A101", name="Physik")
        other = await a_room(session, school_id=school.id, number="A102", name="Chemie")
        maker = await a_manufacturer(session, name="Aruba")
        model = await a_model(
            session, manufacturer_id=maker.id, name="AP-635", part_number="R7J27A"
        )
        device = await a_device(
            session,
            inventory_number="INV-1",
            model_id=model.id,
            manufacturer_id=maker.id,
            serial="SN-0001",
            serial_normalised="SN0001",
            school_id=school.id,
            room_id=room.id,
            status=DeviceStatus.IN_SERVICE,
        )
    return Scene(school, room, other, model, device)


def csv_of(*rows: str, header: str = HEADER) -> bytes:
    return "\r\n".join([header, *rows, ""]).encode("cp1252")


async def brought(
    database: Database,
    data: bytes,
    *,
    match_on: MatchKey | None = None,
    actor: Actor = SYSTEM,
    **settings: Any,
) -> int:
    """Take a list, map it by its headings, plan it; return the run."""
    sheet = read_sheet(data, "liste.csv")
    usual = recognised(sheet.header)
    chosen = ListSettings(usual.columns, match_on or usual.match_on, **settings)
    async with database.session() as session:
        run = await take_list(session, actor, "liste.csv", data, limit_mib=5)
        run.settings = chosen.to_json()
        await session.flush()
        await begin(session, run.id, [ImportState.MAPPING], ImportState.PLANNING)
    await work_on_list(database, run.id, KEY)
    return run.id


async def moved(database: Database, run_id: int, start: ImportState, state: ImportState) -> None:
    """Do the next step of a list."""
    async with database.session() as session:
        await begin(session, run_id, [start], state)
    await work_on_list(database, run_id, KEY)


async def applied(database: Database, run_id: int) -> None:
    await moved(database, run_id, ImportState.PLANNED, ImportState.APPLYING)


async def undone(database: Database, run_id: int) -> None:
    await moved(database, run_id, ImportState.APPLIED, ImportState.UNDOING)


async def run_of(database: Database, run_id: int) -> ImportRun:
    async with database.session(writing=False) as session:
        return await session.get_one(ImportRun, run_id)


async def rows_of(database: Database, run_id: int) -> list[Any]:
    async with database.session(writing=False) as session:
        statement = select(ROW).where(ROW.c.run_id == run_id).order_by(ROW.c.line)
        return list((await session.execute(statement)).all())


async def device_of(database: Database, number: str) -> Device | None:
    device = table_of(Device)
    async with database.session(writing=False) as session:
        return await session.scalar(select(Device).where(device.c.inventory_number == number))


__all__ = ["RUN", "Scene", "a_scene", "applied", "brought", "csv_of", "device_of", "undone"]
