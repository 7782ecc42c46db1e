from datetime import timedelta
from typing import Any

import pytest

from netzwart.clock import utcnow
from netzwart.database import Database, table_of
from netzwart.network.profiles.loading import Knowledge
from netzwart.network.tables import Credential, CredentialKind, Neighbour, Node
from netzwart.network.topology.cycle import TopologyCycle
from netzwart.network.topology_tables import AddressEntry, ForwardingEntry, TopologyReading
from tests.network.place import Place, a_place
from tests.network.simulated_switch import Switch
from tests.network.topology.surroundings import bridge_ports, chassis, hears, knows, sees

SW, AP, PC, TABLET = (f"02:00:00:00:00:0{end}" for end in "abcd")


@pytest.fixture
async def place(database: Database) -> Place:
    return await a_place(database)


async def poll(place: Place) -> None:
    await place.make_due()
    await place.cycle().run_once()


async def read(place: Place) -> int:
    """Let a quarter of an hour pass and read all slow tables."""
    readings = table_of(TopologyReading)
    async with place.database.session() as session:
        await session.execute(readings.update().values(due_at=utcnow() - timedelta(seconds=1)))
    cycle = TopologyCycle(place.database, place.wire, place.box, Knowledge({}, {}))
    count = 0
    while some := await cycle.run_once():
        count += some
    return count


def switch(**given: Any) -> Switch:
    more = {**chassis(SW), **bridge_ports((1, 2)), **hears(1, AP, "gym-ap-01", "eth0")}
    return Switch(name="gym-sw-01", more=more | given.pop("more", {}), **given)


async def seen(place: Place) -> list[tuple[str, str, bool]]:
    return [
        (str(row["mac"]), str(row["local_interface"]), bool(row["is_gone"]))
        for row in await place.rows(ForwardingEntry)
    ]


async def test_node_that_answered_is_read_at_once_and_then_waits(place: Place):
    node_id = await place.add("10.0.0.1", switch(more=sees(PC, 2) | knows("10.0.0.77", PC)))
    assert await read(place) == 0, "nobody asks a node for its tables before it answered a poll"
    await poll(place)
    assert await read(place) == 1
    (reading,) = await place.rows(TopologyReading)
    assert (reading["node_id"], reading["chassis"], reading["error"]) == (node_id, SW, None)
    assert reading["due_at"] > utcnow() + timedelta(minutes=14)
    assert await seen(place) == [(PC, "1/1/2", False)]
    (address,) = await place.rows(AddressEntry)
    assert (address["address"], address["mac"]) == ("10.0.0.77", PC)
    cycle = TopologyCycle(place.database, place.wire, place.box, Knowledge({}, {}))
    assert await cycle.run_once() == 0, "not due yet"


async def test_unchanged_tables_write_no_row(place: Place):
    await place.add("10.0.0.1", switch(more=sees(PC, 2) | knows("10.0.0.77", PC)))
    await poll(place)
    await read(place)
    kept = [await place.rows(table) for table in (ForwardingEntry, AddressEntry, Neighbour)]
    await read(place)
    again = [await place.rows(table) for table in (ForwardingEntry, AddressEntry, Neighbour)]
    assert again == kept


async def test_thing_that_moves_vanishes_and_comes_back_keeps_its_row(place: Place):
    standing = switch(more=sees(PC, 2))
    await place.add("10.0.0.1", standing)
    await poll(place)
    await read(place)
    (first,) = await place.rows(ForwardingEntry)
    (reading,) = await place.rows(TopologyReading)
    standing.more |= sees(PC, 1)
    await read(place)
    (moved,) = await place.rows(ForwardingEntry)
    assert (moved["id"], moved["local_interface"]) == (first["id"], "1/1/1")
    assert moved["first_seen_at"] > first["first_seen_at"], "since when behind this port"
    before = (await place.rows(TopologyReading))[0]["read_at"]
    assert before > reading["read_at"]
    for oid in sees(PC, 1):
        del standing.more[oid]
    await read(place)
    (gone,) = await place.rows(ForwardingEntry)
    assert gone["is_gone"]
    assert gone["last_seen_at"] == before, "the last reading that had it"
    standing.more |= sees(PC, 2)
    await read(place)
    assert await seen(place) == [(PC, "1/1/2", False)]


async def test_table_that_fails_makes_nothing_vanish(place: Place):
    standing = switch(more=sees(PC, 2))
    await place.add("10.0.0.1", standing)
    await poll(place)
    await read(place)
    standing.is_silent = True
    await read(place)
    assert await seen(place) == [(PC, "1/1/2", False)]
    (neighbour,) = await place.rows(Neighbour)
    assert not neighbour["is_gone"]
    assert (await place.rows(TopologyReading))[0]["error"] == "no answer within 1.5 s"


async def test_silent_or_disabled_nodes_are_not_asked(place: Place):
    standing = switch()
    node_id = await place.add("10.0.0.1", standing)
    await poll(place)
    assert await read(place) == 1
    standing.is_silent = True
    await poll(place)
    await poll(place)
    assert await read(place) == 0, "down"
    standing.is_silent = False
    await poll(place)
    nodes = table_of(Node)
    async with place.database.session() as session:
        await session.execute(nodes.update().where(nodes.c.id == node_id).values(is_enabled=False))
    assert await read(place) == 0, "disabled"


async def test_neighbours_become_nodes_by_chassis_and_by_name(place: Place):
    point = Switch(name="gym-ap-01", more=chassis(AP) | hears(1, SW, "gym-sw-01", "1/1/1"))
    point_id = await place.add("10.0.0.2", point)
    switch_id = await place.add("10.0.0.1", switch())
    await poll(place)
    await read(place)
    await read(place)
    rows = {row["node_id"]: row for row in await place.rows(Neighbour)}
    assert rows[switch_id]["remote_node_id"] == point_id
    assert rows[point_id]["remote_node_id"] == switch_id
    # The access point gets a new name: its chassis still tells who it is.
    point.name = "umbenannt"
    await poll(place)
    await read(place)
    rows = {row["node_id"]: row for row in await place.rows(Neighbour)}
    assert rows[switch_id]["remote_node_id"] == point_id


async def test_neighbour_that_is_unplugged_is_kept_as_gone(place: Place):
    standing = switch()
    await place.add("10.0.0.1", standing)
    await poll(place)
    for oid in hears(1, AP, "gym-ap-01", "eth0"):
        del standing.more[oid]
    await read(place)
    (row,) = await place.rows(Neighbour)
    assert (row["remote_name"], row["is_gone"]) == ("gym-ap-01", True)
    standing.more |= hears(1, TABLET, "anderes", "eth0")
    await read(place)
    assert [(row["remote_name"], row["is_gone"]) for row in await place.rows(Neighbour)] == [
        ("gym-ap-01", True),
        ("anderes", False),
    ]


async def test_node_without_usable_credentials_does_not_stop_the_others(place: Place):
    lost = await place.add("10.0.0.3", switch())
    await place.add("10.0.0.1", switch())
    await poll(place)
    nodes = table_of(Node)
    async with place.database.session() as session:
        foreign = Credential(
            name="fremd", kind=CredentialKind.SNMP_V2C, secrets_encrypted=b"mit anderem Siegel"
        )
        session.add(foreign)
        await session.flush()
        locked = nodes.update().where(nodes.c.id == lost).values(credential_id=foreign.id)
        await session.execute(locked)
    assert await read(place) == 2
    read_ids = {row["node_id"] for row in await place.rows(TopologyReading) if row["read_at"]}
    assert lost not in read_ids
    assert len(read_ids) == 1


async def test_whoever_was_heard_before_it_was_known_is_recognised_later(place: Place):
    point = Switch(name="gym-ap-01", more=chassis(AP) | hears(1, SW, "gym-sw-01", "1/1/1"))
    point_id = await place.add("10.0.0.2", point)
    await poll(place)
    await read(place)
    (row,) = await place.rows(Neighbour)
    assert row["remote_node_id"] is None, "nobody knows that switch yet"
    switch_id = await place.add("10.0.0.1", Switch(name="anders", more=chassis(SW)))
    await poll(place)
    cycle = TopologyCycle(place.database, place.wire, place.box, Knowledge({}, {}))
    assert await cycle.run_once() == 1, "the new one alone is due"
    (row,) = await place.rows(Neighbour)
    assert (row["node_id"], row["remote_node_id"]) == (point_id, switch_id), "by its chassis"
