from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, update

from netzwart.clock import utcnow
from netzwart.database import Database, table_of
from netzwart.evidence.service import VisitMemory, remembering_visits, sync_presence
from netzwart.evidence.tables import DevicePresence, Sighting
from netzwart.network.polling.visits import Visit
from netzwart.network.tables import Component
from tests.builders import a_node
from tests.evidence.inventory import Inventory, an_inventory
from tests.evidence.test_recording import chassis, rows

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
async def inventory(database: Database) -> Inventory:
    return await an_inventory(database)


async def a_node_at(inventory: Inventory) -> int:
    async with inventory.database.session() as session:
        return (await a_node(session, school_id=inventory.here)).id


async def tell(
    memory: VisitMemory, inventory: Inventory, node: int, *serials: str,
    at: datetime = NOON, keeping: bool = True,
) -> tuple[dict[str, int], int]:  # fmt: skip
    """Visit once; returns the devices and how many statements that needed."""
    counted: list[str] = []

    def count(*details: Any) -> None:
        counted.append(details[2])

    visit = Visit(node, "sw", inventory.here, at, "snmp", tuple(chassis(one) for one in serials))
    async with inventory.database.session(keeping=keeping) as session:
        event.listen(inventory.database.engine.sync_engine, "before_cursor_execute", count)
        devices = await memory.record(session, visit)
        event.remove(inventory.database.engine.sync_engine, "before_cursor_execute", count)
    return dict(devices), len(counted)


async def test_visit_that_tells_nothing_new_needs_no_statement(inventory: Inventory):
    device, node = await inventory.add("CN0001"), await a_node_at(inventory)
    memory = VisitMemory()
    first, cost = await tell(memory, inventory, node, "CN0001")
    assert cost > 0
    for minute in range(1, 4):
        later = NOON + timedelta(minutes=minute)
        again, cost = await tell(memory, inventory, node, "CN0001", at=later)
        assert (again, cost) == (first, 0)
    assert list(first.values()) == [device]
    assert len(await rows(inventory.database, Sighting)) == 1


async def test_new_day_other_serial_and_restart_are_written(inventory: Inventory):
    await inventory.add("CN0001")
    await inventory.add("CN0002")
    node, memory = await a_node_at(inventory), VisitMemory()
    await tell(memory, inventory, node, "CN0001")
    await tell(memory, inventory, node, "CN0001", at=NOON + timedelta(days=1))
    await tell(memory, inventory, node, "CN0001", "CN0002", at=NOON + timedelta(days=1))
    assert len(await rows(inventory.database, Sighting)) == 3
    _, cost = await tell(VisitMemory(), inventory, node, "CN0001", at=NOON + timedelta(days=1))
    assert cost > 0
    assert len(await rows(inventory.database, Sighting)) == 3, "kept once a day all the same"


async def test_visit_that_was_rolled_back_is_written_by_the_next(inventory: Inventory):
    await inventory.add("CN0001")
    node, memory = await a_node_at(inventory), VisitMemory()
    await tell(memory, inventory, node, "CN0001", keeping=False)
    assert await rows(inventory.database, Sighting) == []
    await tell(memory, inventory, node, "CN0001")
    assert len(await rows(inventory.database, Sighting)) == 1


async def test_device_recorded_at_noon_is_known_to_the_next_visit(
    inventory: Inventory, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(remembering_visits, "INVENTORY_LOOK_S", 0.0)
    node, memory = await a_node_at(inventory), VisitMemory()
    assert (await tell(memory, inventory, node, "CN0001"))[0] == {}
    device = await inventory.add("CN0001")
    assert list((await tell(memory, inventory, node, "CN0001"))[0].values()) == [device]


async def test_last_moment_is_exact_although_nothing_was_written(inventory: Inventory):
    device, node = await inventory.add("CN0001"), await a_node_at(inventory)
    memory = VisitMemory()
    await tell(memory, inventory, node, "CN0001")
    last = NOON + timedelta(hours=5, seconds=7)
    async with inventory.database.session() as session:
        session.add(Component(node_id=node, position="1", kind="chassis", device_id=device,
                              first_seen_at=NOON, last_seen_at=last))  # fmt: skip
    for _ in range(2):
        async with inventory.database.session() as session:
            await sync_presence(session)
    (presence,) = await rows(inventory.database, DevicePresence)
    assert presence["last_seen_at"] == last
    async with inventory.database.session() as session:
        gone = update(table_of(Component)).values(is_gone=True, last_seen_at=utcnow())
        await session.execute(gone)
        await sync_presence(session)
        found = await session.execute(select(table_of(DevicePresence).c.last_seen_at))
        assert found.scalar_one() == last, "a part that is gone proves nothing"
