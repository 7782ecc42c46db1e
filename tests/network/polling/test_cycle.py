import asyncio
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.testing import capture_logs

from netzwart.clock import utcnow
from netzwart.database import Database, table_of
from netzwart.inventory.tables import DeviceCategory
from netzwart.network.polling.cycle import NodeIsBusyError
from netzwart.network.polling.visits import Visit
from netzwart.network.protocols.replies import Index, Oid, SnmpTarget, SnmpValue
from netzwart.network.tables import (
    Component,
    Credential,
    Incident,
    IncidentKind,
    Interface,
    MaintenanceWindow,
    Node,
    Reachability,
    StateChange,
)
from tests.builders import a_device, a_model
from tests.network.place import Place, a_place
from tests.network.simulated_switch import Port, Switch, SwitchWire


@pytest.fixture
async def place(database: Database) -> Place:
    return await a_place(database)


async def poll(place: Place) -> int:
    await place.make_due()
    return await place.cycle().run_once()


async def kinds(place: Place) -> list[tuple[str, bool]]:
    return [(str(row["kind"]), row["ended_at"] is None) for row in await place.rows(Incident)]


async def changed(place: Place) -> list[str]:
    return [row["what"] for row in await place.rows(StateChange)]


async def test_first_contact_records_who_and_how_the_node_is(place: Place):
    node_id = await place.add("10.0.0.1", Switch())
    assert await poll(place) == 1
    node = await place.node(node_id)
    assert node["reachability"] is Reachability.UP
    assert node["reachability_since"] == node["last_polled_at"] == node["last_answered_at"]
    assert (node["sys_name"], node["sys_location"]) == ("gym-sw-01", "Serverraum")
    assert node["serial"] == "SN 0001-A"
    assert node["identified_at"] is not None
    assert node["claimed_until"] is None
    assert node["next_poll_at"] > utcnow() + timedelta(seconds=100)
    first, second = await place.rows(Interface)
    assert (first["name"], first["alias"], first["oper"]) == ("1/1/1", "Uplink", "up")
    assert first["in_octets"] == "1000"
    assert first["speed_bps"] == 10**9
    assert second["in_bps"] is None, "one reading gives no rate"
    (part,) = await place.rows(Component)
    assert (part["position"], part["serial_normalised"]) == ("Chassis", "SN0001A")
    assert part["manufacturer"] == "Muster"
    assert place.wire.communities == {"geheim-lesen"}
    assert await changed(place) == ["reachability"]


async def test_unchanged_node_writes_no_history(place: Place):
    await place.add("10.0.0.1", Switch())
    await poll(place)
    before = await place.rows(StateChange)
    await poll(place)
    assert await place.rows(StateChange) == before
    assert await place.rows(Incident) == []


async def test_silent_node_stays_and_is_down_since_the_first_silence(place: Place):
    switch = Switch()
    node_id = await place.add("10.0.0.1", switch)
    await poll(place)
    switch.is_silent = True
    await poll(place)
    node = await place.node(node_id)
    first_silence = node["last_polled_at"]
    assert node["reachability"] is Reachability.UP, "one lost answer is no outage"
    assert node["next_poll_at"] <= utcnow() + timedelta(seconds=20), "verified soon"
    await poll(place)
    node = await place.node(node_id)
    assert node["reachability"] is Reachability.DOWN
    assert node["reachability_since"] == first_silence
    assert node["last_error"].startswith("Keine Antwort")
    assert node["last_answered_at"] < first_silence
    assert await kinds(place) == [("unreachable", True)]
    await poll(place)
    assert await kinds(place) == [("unreachable", True)], "no second incident"
    switch.is_silent = False
    await poll(place)
    assert await kinds(place) == [("unreachable", False)]
    assert (await place.node(node_id))["last_error"] is None
    assert await changed(place) == ["reachability"] * 3


async def test_node_that_never_answered_is_down_after_two_polls(place: Place):
    node_id = await place.add("10.0.0.1", None)
    await poll(place)
    assert (await place.node(node_id))["reachability"] is Reachability.UNKNOWN
    await poll(place)
    assert (await place.node(node_id))["reachability"] is Reachability.DOWN


async def test_wrong_credentials_are_an_incident_in_german(place: Place):
    node_id = await place.add("10.0.0.1", Switch(refuses=True))
    await poll(place)
    await poll(place)
    assert (await place.node(node_id))["last_error"].startswith("Zugangsdaten abgelehnt")
    assert await kinds(place) == [("credential_refused", True)]


async def test_port_that_loses_its_link_is_an_incident_until_it_is_back(place: Place):
    switch = Switch()
    node_id = await place.add("10.0.0.1", switch)
    await poll(place)
    switch.ports[1].oper = "down"
    await poll(place)
    assert await kinds(place) == [("port_down", True)]
    assert (await place.node(node_id))["next_poll_at"] <= utcnow() + timedelta(seconds=20)
    port, other = await place.rows(Interface)
    assert (port["oper"], other["oper"]) == ("down", "up")
    assert port["oper_since"] > other["oper_since"]
    (incident,) = await place.rows(Incident)
    assert incident["interface_id"] == port["id"]
    switch.ports[1].oper = "up"
    await poll(place)
    assert await kinds(place) == [("port_down", False)]
    assert await changed(place) == ["reachability", "oper", "oper"]


async def test_port_that_vanishes_is_gone_but_kept(place: Place):
    switch = Switch()
    await place.add("10.0.0.1", switch)
    await poll(place)
    switch.ports[1].oper = "down"
    await poll(place)
    gone = switch.ports.pop(1)
    await poll(place)
    port, _ = await place.rows(Interface)
    assert port["is_gone"]
    assert await kinds(place) == [("port_down", False)], "what is gone is not down"
    gone.oper = "up"
    switch.ports = {1: gone, 2: Port("1/1/2"), 3: Port("1/1/3")}
    await poll(place)
    rows = await place.rows(Interface)
    assert [row["is_gone"] for row in rows] == [False] * 3


async def test_rates_come_from_the_counters_of_two_polls(place: Place):
    switch = Switch()
    await place.add("10.0.0.1", switch)
    await poll(place)
    switch.ports[1].in_octets += 50_000
    switch.ports[1].out_octets += 10_000
    await asyncio.sleep(0.05)
    await poll(place)
    port = (await place.rows(Interface))[0]
    assert port["in_bps"] > 0
    assert 4.5 < port["in_bps"] / port["out_bps"] < 5.5
    switch.is_silent = True
    await poll(place)
    port = (await place.rows(Interface))[0]
    assert port["in_bps"] is None, "an old rate must not look like today's"


async def test_restart_is_recorded_and_its_counters_are_not_compared(place: Place):
    switch = Switch()
    await place.add("10.0.0.1", switch)
    await poll(place)
    switch.uptime_s, switch.ports[1].in_octets = 5, 10
    await poll(place)
    assert await kinds(place) == [("restarted", False)]
    assert "restarted" in await changed(place)
    assert (await place.rows(Interface))[0]["in_bps"] is None


async def test_swapped_chassis_is_noticed_and_reported_with_both_numbers(place: Place):
    switch = Switch()
    await place.add("10.0.0.1", switch)
    seen: list[Visit] = []

    async def report(session: AsyncSession, visit: Visit) -> Mapping[str, int]:
        seen.append(visit)
        return {}

    cycle = place.cycle(report)
    await cycle.run_once()
    switch.parts, switch.uptime_s = {"Chassis": "SN 0002-B"}, 30
    await place.make_due()
    await cycle.run_once()
    first, second = seen
    assert [one.serial for one in first.serials] == ["SN 0001-A"]
    assert [(one.serial, one.replaced, one.is_whole) for one in second.serials] == [
        ("SN 0002-B", "SN 0001-A", True)
    ]
    assert second.school_id == place.school_id
    (part,) = await place.rows(Component)
    assert part["serial"] == "SN 0002-B"
    change = next(row for row in await place.rows(StateChange) if row["what"] == "serial")
    assert (change["before"], change["after"]) == ("Chassis: SN 0001-A", "Chassis: SN 0002-B")


async def test_stack_member_that_leaves_is_gone_but_kept(place: Place):
    switch = Switch(parts={"Member 1": "AAA111", "Member 2": "BBB222"})
    await place.add("10.0.0.1", switch)
    await poll(place)
    del switch.parts["Member 2"]
    switch.uptime_s = 9
    await poll(place)
    assert [(row["position"], row["is_gone"]) for row in await place.rows(Component)] == [
        ("Member 1", False),
        ("Member 2", True),
    ]


async def test_maintenance_window_has_no_incident_but_the_state(place: Place):
    node_id = await place.add("10.0.0.1", None)
    now = utcnow()
    async with place.database.session() as session:
        session.add(
            MaintenanceWindow(
                school_id=place.school_id,
                starts_at=now - timedelta(hours=1),
                ends_at=now + timedelta(hours=1),
                reason="Stromabschaltung",
            )
        )
    await poll(place)
    await poll(place)
    assert (await place.node(node_id))["reachability"] is Reachability.DOWN
    assert await place.rows(Incident) == []


async def test_node_without_credentials_says_so_and_is_no_outage(place: Place):
    node_id = await place.add("10.0.0.1", Switch(), credential_id=None)
    for _ in range(3):
        await poll(place)
    node = await place.node(node_id)
    assert node["reachability"] is Reachability.UNKNOWN
    assert "keine Zugangsdaten" in node["last_error"]
    assert node["claimed_until"] is None
    assert await place.rows(Incident) == []


async def test_secret_moved_to_another_row_does_not_open(place: Place):
    node_id = await place.add("10.0.0.1", Switch())
    credentials, nodes = table_of(Credential), table_of(Node)
    async with place.database.session() as session:
        stolen = (await session.execute(credentials.select())).mappings().one()
        copy = {name: value for name, value in stolen.items() if name != "id"} | {"name": "kopie"}
        added = credentials.insert().values(copy).returning(credentials.c.id)
        copied_id = (await session.execute(added)).scalar_one()
        await session.execute(nodes.update().values(credential_id=copied_id))
    await poll(place)
    node = await place.node(node_id)
    assert "entschlüsseln" in node["last_error"]
    assert place.wire.communities == set()


class BrokenWire(SwitchWire):
    """Has a bug of ours for one host."""

    async def get(self, target: SnmpTarget, oids: Sequence[Oid]) -> Mapping[Oid, SnmpValue]:
        if target.host == "10.0.0.66":
            raise KeyError("a bug")
        return await super().get(target, oids)

    async def walk(
        self, target: SnmpTarget, columns: Sequence[Oid]
    ) -> Mapping[Oid, Mapping[Index, SnmpValue]]:
        return await super().walk(target, columns)


async def test_bug_with_one_node_is_logged_and_the_others_are_polled(place: Place):
    place.wire = BrokenWire({})
    bad = await place.add("10.0.0.66", Switch())
    good = await place.add("10.0.0.1", Switch())
    with capture_logs() as logs:
        await poll(place)
    assert [line["node_id"] for line in logs if line["event"] == "node_poll_failed"] == [bad]
    assert (await place.node(good))["reachability"] is Reachability.UP
    assert (await place.node(bad))["claimed_until"] > utcnow(), "tried again after the lease"


async def test_visit_whose_lease_ran_out_writes_nothing(place: Place):
    node_id = await place.add("10.0.0.1", Switch())
    nodes = table_of(Node)

    async def report(session: AsyncSession, visit: Visit) -> Mapping[str, int]:
        raise AssertionError("must not get here")

    class Slow(SwitchWire):
        async def get(self, target: SnmpTarget, oids: Sequence[Oid]) -> Mapping[Oid, SnmpValue]:
            async with place.database.session() as session:
                later = utcnow() + timedelta(hours=1)
                await session.execute(nodes.update().values(claimed_until=later))
            return await super().get(target, oids)

    place.wire = Slow(place.wire.switches)
    with capture_logs() as logs:
        await place.cycle(report).run_once()
    assert [line["recorded"] for line in logs if line["event"] == "node_polled"] == [False]
    assert (await place.node(node_id))["reachability"] is Reachability.UNKNOWN
    assert await place.rows(Interface) == []


async def test_polling_one_node_now_reads_it_thoroughly(place: Place):
    node_id = await place.add("10.0.0.1", Switch())
    await poll(place)
    before = (await place.node(node_id))["identified_at"]
    await place.cycle().poll_node(node_id)
    assert (await place.node(node_id))["identified_at"] > before
    with pytest.raises(NodeIsBusyError):
        await place.cycle().poll_node(node_id + 1)


async def test_cycle_polls_until_told_to_stop_and_finishes_its_visits(place: Place):
    for n in range(25):
        await place.add(f"10.0.1.{n}", Switch(name=f"sw{n}"))
    stop = asyncio.Event()
    running = asyncio.create_task(place.cycle(concurrency=7).run(stop))
    deadline = time.monotonic() + 20
    while any(row["reachability"] is not Reachability.UP for row in await place.rows(Node)):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    stop.set()
    await asyncio.wait_for(running, 10)
    assert all(row["claimed_until"] is None for row in await place.rows(Node))
    assert IncidentKind.UNREACHABLE not in {row["kind"] for row in await place.rows(Incident)}


async def test_record_says_what_kind_of_node_it_is_where_no_profile_knows(place: Place):
    async with place.database.session() as session:
        model = await a_model(session, category=DeviceCategory.SWITCH)
        device = await a_device(session, model_id=model.id, school_id=place.school_id)

    async def report(session: AsyncSession, visit: Visit) -> Mapping[str, int]:
        return {"Chassis": device.id}

    node_id = await place.add("10.0.0.1", Switch())
    await place.cycle(report).run_once()
    assert (await place.node(node_id))["category"] == "switch"
    (part,) = await place.rows(Component)
    assert part["device_id"] == device.id
