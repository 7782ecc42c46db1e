"""From file to record and back, on both databases."""

from datetime import date

import pytest
from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import DBAPIError

from netzwart.accounts.actors import SYSTEM
from netzwart.database import Database
from netzwart.exchange.lists.columns import MatchKey
from netzwart.inventory.import_tables import ImportState
from netzwart.inventory.queries import DEVICE, EVENT, RELOCATION, list_events
from netzwart.inventory.service import update_device
from netzwart.inventory.tables import Device, DeviceStatus
from tests.builders import an_order, an_order_line
from tests.exchange.lists.lists import (
    a_scene,
    applied,
    brought,
    csv_of,
    device_of,
    rows_of,
    run_of,
    undone,
)


async def test_plan_tells_each_row_and_field_and_writes_nothing(database: Database) -> None:
    await a_scene(database)
    run_id = await brought(
        database,
        csv_of(
            "INV-1;AP-635;SN-0001;GYM;A102;im Einsatz",
            "INV-2;R7J27A;SN-0002;Städtisches Gymnasium;Physik;im Lager",
            "INV-3;AP-636;SN-0003;GYM;Z9;im Lager",
            "INV-1;AP-635;SN-0001;GYM;A101;im Einsatz",
        ),
    )
    run = await run_of(database, run_id)
    assert (run.state, run.counts) == (
        ImportState.PLANNED,
        {"create": 1, "update": 1, "skip": 0, "conflict": 2},
    )
    update, create, conflict, doubled = await rows_of(database, run_id)
    assert update.changes == {"room": ["A101", "A102"]}
    assert create.changes["model"] == [None, "Aruba AP-635"]
    assert create.changes["room"] == [None, "A101"]
    assert conflict.faults["model"] == "Das Modell „AP-636“ gibt es nicht. Meinten Sie „AP-635“?"
    assert "Den Raum „Z9“ gibt es an GYM nicht." in conflict.faults["room"]
    assert doubled.faults["inventory_number"] == "Zeile 2 nennt dasselbe: Gerät."
    assert await device_of(database, "INV-2") is None


async def test_applying_does_the_plan_and_undoing_takes_all_of_it_back(database: Database) -> None:
    scene = await a_scene(database)
    run_id = await brought(
        database,
        csv_of(
            "INV-1;AP-635;;GYM;A102;in Reparatur",
            "INV-2;AP-635;SN-0002;GYM;A101;im Lager",
        ),
    )
    await applied(database, run_id)
    changed, created = await device_of(database, "INV-1"), await device_of(database, "INV-2")
    assert changed is not None
    assert created is not None
    assert (changed.room_id, changed.status) == (scene.other_room.id, DeviceStatus.IN_REPAIR)
    assert changed.serial == "SN-0001", "an empty cell leaves what is there"
    assert (created.serial_normalised, created.search_text) == (
        "SN0002",
        "inv-2 sn-0002 sn0002 ap-635",
    )
    async with database.session(writing=False) as session:
        assert "aus „liste.csv“" in (await list_events(session, created.id))[0].text
        assert await session.scalar(select(func.count()).select_from(RELOCATION)) == 1
    await undone(database, run_id)
    restored = await device_of(database, "INV-1")
    assert restored is not None
    assert (restored.room_id, restored.status) == (scene.room.id, DeviceStatus.IN_SERVICE)
    assert await device_of(database, "INV-2") is None
    assert (await run_of(database, run_id)).state is ImportState.UNDONE
    async with database.session(writing=False) as session:
        kinds = await session.scalars(
            select(EVENT.c.kind).where(EVENT.c.device_id == scene.device.id).order_by(EVENT.c.id)
        )
        assert list(kinds) == ["moved", "status_changed", "moved", "status_changed"]


async def test_undone_file_can_be_brought_again(database: Database) -> None:
    await a_scene(database)
    data = csv_of("INV-2;AP-635;SN-0002;GYM;A101;im Lager")
    for _ in range(2):
        run_id = await brought(database, data)
        await applied(database, run_id)
        await undone(database, run_id)
    run_id = await brought(database, data)
    await applied(database, run_id)
    assert (await run_of(database, run_id)).counts["create"] == 1


async def test_undo_is_refused_once_something_touched_a_row(database: Database) -> None:
    await a_scene(database)
    run_id = await brought(database, csv_of("INV-2;AP-635;SN-0002;GYM;A101;im Lager"))
    await applied(database, run_id)
    created = await device_of(database, "INV-2")
    assert created is not None
    async with database.session() as session:
        device = await session.get_one(Device, created.id)
        await update_device(session, SYSTEM, device, {"note": "Kratzer"})
    await undone(database, run_id)
    run = await run_of(database, run_id)
    assert run.state is ImportState.APPLIED
    assert run.problems["list"] == [
        "Seit dem Import wurde geändert: INV-2. Der Import bleibt, wie er ist."
    ]
    assert await device_of(database, "INV-2") is not None


async def test_undo_is_refused_when_a_new_device_is_referred_to(database: Database) -> None:
    await a_scene(database)
    run_id = await brought(database, csv_of("INV-2;AP-635;SN-0002;GYM;A101;im Lager"))
    await applied(database, run_id)
    created = await device_of(database, "INV-2")
    assert created is not None
    async with database.session() as session:
        await session.execute(
            text("UPDATE device SET predecessor_id = :id WHERE inventory_number = 'INV-1'"),
            {"id": created.id},
        )
    await undone(database, run_id)
    run = await run_of(database, run_id)
    assert run.problems["list"][0].startswith("Auf neue Geräte beziehen sich schon Nachfolger")


async def test_database_deletes_no_device_but_an_undone_one(database: Database) -> None:
    await a_scene(database)
    run_id = await brought(database, csv_of("INV-2;AP-635;SN-0002;GYM;A101;im Lager"))
    await applied(database, run_id)
    with pytest.raises(DBAPIError, match="device refuses DELETE"):
        async with database.session() as session:
            await session.execute(delete(DEVICE).where(DEVICE.c.inventory_number == "INV-2"))


async def test_conflicts_stop_everything_unless_they_shall_be_left_out(database: Database) -> None:
    await a_scene(database)
    data = csv_of(
        "INV-2;AP-635;SN-0001;GYM;A101;im Lager", "INV-3;AP-635;SN-0003;GYM;A101;im Lager"
    )
    run_id = await brought(database, data)
    await applied(database, run_id)
    run = await run_of(database, run_id)
    assert run.state is ImportState.PLANNED
    assert "Eine Zeile ist im Konflikt" in run.problems["list"][0]
    assert await device_of(database, "INV-3") is None
    run_id = await brought(database, data, leaves_conflicts=True)
    await applied(database, run_id)
    assert await device_of(database, "INV-2") is None
    assert await device_of(database, "INV-3") is not None


async def test_changed_record_makes_the_plan_void(database: Database) -> None:
    scene = await a_scene(database)
    run_id = await brought(database, csv_of("INV-1;AP-635;;GYM;A102;im Einsatz"))
    async with database.session() as session:
        device = await session.get_one(Device, scene.device.id)
        await update_device(session, SYSTEM, device, {"status": DeviceStatus.IN_STORAGE})
    await applied(database, run_id)
    run = await run_of(database, run_id)
    assert run.state is ImportState.PLANNED
    assert "Seit dem Plan hat sich der Bestand geändert" in run.problems["list"][0]


async def test_serials_fill_the_devices_of_an_order_position(database: Database) -> None:
    scene = await a_scene(database)
    async with database.session() as session:
        order = await an_order(session, number="B-17")
        line = await an_order_line(
            session, order_id=order.id, number=1, model_id=scene.model.id, quantity=2
        )
        for number in ("INV-8", "INV-9"):
            device = Device(
                inventory_number=number,
                model_id=scene.model.id,
                manufacturer_id=scene.model.manufacturer_id,
                school_id=scene.school.id,
                status=DeviceStatus.ORDERED,
                order_line_id=line.id,
            )
            session.add(device)
    header = "Bestellung;Position;S/N;Lieferdatum;Modell"
    run_id = await brought(
        database,
        csv_of(
            "B-17;1;SN-88;03.02.2026;AP-635",
            "B-17;1;SN-99;3.2.26;",
            "B-17;1;SN-77;3.2.26;",
            header=header,
        ),
        match_on=MatchKey.ORDER_LINE,
        leaves_conflicts=True,
    )
    rows = await rows_of(database, run_id)
    assert [row.action for row in rows] == ["update", "update", "conflict"]
    assert rows[2].faults["order_line"] == "Mehr Geräte als bestellt."
    await applied(database, run_id)
    filled = await device_of(database, "INV-9")
    assert filled is not None
    assert (filled.serial, filled.delivered_on) == ("SN-99", date(2026, 2, 3))
