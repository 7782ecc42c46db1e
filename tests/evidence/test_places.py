"""Who moved, by the cables; and who only seems to."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select, update

from netzwart.clock import utcnow
from netzwart.database import Database, table_of
from netzwart.evidence.rules import school_by_uplink
from netzwart.evidence.service import judge_places, witness_neighbours
from netzwart.evidence.tables import Finding, Sighting
from netzwart.inventory.tables import DeviceCategory
from netzwart.network.tables import Component, Neighbour, Node
from tests.builders import a_device, a_model, a_node, a_school


@pytest.mark.parametrize(
    ("neighbours", "hubs", "needed", "expected"),
    [
        ([], (), 1, None),
        ([2], (), 1, 2),
        ([2, 2], (), 2, 2),
        ([2], (), 2, None),
        ([1, 2], (), 1, None),
        ([2, 3], (), 1, None),
        ([9], (9,), 1, None),
        ([9, 2], (9,), 1, 2),
        ([9, 1], (9,), 1, None),
    ],
)
def test_school_by_uplink(
    neighbours: list[int], hubs: tuple[int, ...], needed: int, expected: int | None
):
    assert school_by_uplink(1, neighbours, hubs, needed=needed) == expected


@dataclass
class City:
    """A town hall in the middle, four schools with a switch each, all connected to it."""

    database: Database
    schools: list[int] = field(default_factory=list[int])
    switches: list[int] = field(default_factory=list[int])
    hall: int = 0

    async def plug(self, school: int, category: DeviceCategory, recorded: int, *, node: bool):
        """Put a thing at a school's switch: with a node of its own, or known by its MAC."""
        async with self.database.session() as session:
            model = await a_model(session, category=category)
            mac = f"aa:bb:cc:00:00:{school}{recorded}"
            device = await a_device(session, model_id=model.id, school_id=self.schools[recorded],
                                    manufacturer_id=model.manufacturer_id,
                                    mac=None if node else mac)  # fmt: skip
            other = None
            if node:
                other = (await a_node(session, school_id=self.schools[recorded])).id
                session.add(a_part(other, device.id))
            cable(session, self.switches[school], other, mac.upper(), f"1/{device.id}")
            return device.id

    async def judge(self) -> Mapping[int, str]:
        async with self.database.session() as session:
            await judge_places(session)
        async with self.database.session(writing=False) as session:
            found = await session.execute(
                select(table_of(Finding)).order_by(table_of(Finding).c.id)
            )
            return {row.device_id: str(row.status) for row in found}


def a_part(node_id: int, device_id: int) -> Component:
    now = utcnow()
    return Component(node_id=node_id, position="1", kind="chassis", serial=f"S{device_id}",
                     device_id=device_id, first_seen_at=now, last_seen_at=now)  # fmt: skip


def cable(session: object, node: int, other: int | None, mac: str, port: str) -> None:
    session.add(  # type: ignore[attr-defined]
        Neighbour(node_id=node, local_interface=port, remote_chassis=mac, remote_node_id=other,
                  last_seen_at=utcnow())
    )  # fmt: skip


@pytest.fixture
async def city(database: Database) -> City:
    made = City(database)
    async with database.session() as session:
        made.hall = (await a_school(session, name="Rathaus")).id
        core = await a_node(session, school_id=made.hall)
        for number in range(4):
            school = await a_school(session)
            switch = await a_node(session, school_id=school.id)
            made.schools.append(school.id)
            made.switches.append(switch.id)
            device = await a_device(session, school_id=school.id,
                                    **await of(session, DeviceCategory.SWITCH))  # fmt: skip
            session.add(a_part(switch.id, device.id))
            cable(session, core.id, switch.id, f"core-{number}", f"1/{number}")
            cable(session, switch.id, core.id, "core", "1/48")
    return made


async def of(session: object, category: DeviceCategory) -> dict[str, int]:
    model = await a_model(session, category=category)  # type: ignore[arg-type]
    return {"model_id": model.id, "manufacturer_id": model.manufacturer_id}


@pytest.mark.parametrize("node", [True, False], ids=["own node", "seen by MAC"])
async def test_access_point_at_another_schools_switch_is_one_finding(city: City, node: bool):  # noqa: FBT001 - a parameter
    device = await city.plug(1, DeviceCategory.ACCESS_POINT, 0, node=node)
    assert await city.judge() == {device: "open"}
    assert await city.judge() == {device: "open"}, "and stays one"
    async with city.database.session() as session:
        row = (await session.execute(select(Finding))).scalar_one()
        assert row.facts["seen_school_id"] == city.schools[1]
        await session.execute(
            update(table_of(Neighbour))
            .where(table_of(Neighbour).c.local_interface == f"1/{device}")
            .values(node_id=city.switches[0])
        )
    assert await city.judge() == {device: "resolved"}


async def test_who_stands_right_roams_or_is_a_hub_opens_nothing(city: City):
    await city.plug(0, DeviceCategory.ACCESS_POINT, 0, node=True)
    await city.plug(1, DeviceCategory.NOTEBOOK, 0, node=False)
    await city.plug(1, DeviceCategory.TABLET, 0, node=False)
    await city.plug(2, DeviceCategory.WLAN_CONTROLLER, 0, node=True)
    assert await city.judge() == {}


async def test_node_recorded_elsewhere_proves_no_move(city: City):
    """The controller in the town hall, or a wrong entry of the node: a record, not a cable."""
    async with city.database.session() as session:
        device = await a_device(session, school_id=city.schools[0])
        node = await a_node(session, school_id=city.hall)
        session.add(a_part(node.id, device.id))
    assert await city.judge() == {}


async def test_one_uplink_does_not_move_a_switch(city: City):
    """A small school that is connected through another one."""
    device = await city.plug(1, DeviceCategory.SWITCH, 0, node=True)
    assert await city.judge() == {}
    async with city.database.session() as session:
        node = (await session.execute(
            select(table_of(Component).c.node_id).where(table_of(Component).c.device_id == device)
        )).scalar_one()  # fmt: skip
        second = await a_node(session, school_id=city.schools[1])
        cable(session, second.id, node, "x", "1/1")
    assert await city.judge() == {device: "open"}


async def test_neighbours_of_the_inventory_become_sightings_of_class_c(city: City):
    device = await city.plug(1, DeviceCategory.ACCESS_POINT, 1, node=False)
    for _ in range(2):
        async with city.database.session() as session:
            assert await witness_neighbours(session) == 1
    async with city.database.session(writing=False) as session:
        (row,) = (await session.execute(select(Sighting))).scalars()
        assert (row.source, row.evidence_class, row.device_id) == ("lldp", "C", device)
        assert row.school_id == city.schools[1]
        assert await session.get(Node, row.node_id) is not None
