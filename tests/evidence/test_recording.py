from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from netzwart.clock import frozen_at
from netzwart.database import Database, table_of
from netzwart.evidence.queries import (
    ambiguous_devices,
    best_presence,
    evidence_as_of,
    list_presence,
    window_of,
)
from netzwart.evidence.rules import Claim, EvidenceClass, SightingSource
from netzwart.evidence.service import Recognised, record_node_visit, record_sightings
from netzwart.evidence.tables import DevicePresence, Finding, Sighting
from netzwart.inventory.tables import DeviceEvent
from netzwart.network.polling.visits import SeenSerial, Visit
from netzwart.network.tables import Node
from tests.evidence.inventory import Inventory, an_inventory

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
async def inventory(database: Database) -> Inventory:
    return await an_inventory(database)


def snmp(serial: str | None, seen_at: datetime = NOON, **values: Any) -> Claim:
    maker = values.pop("manufacturer", "Aruba")
    return Claim(SightingSource.SNMP, seen_at, serial=serial, manufacturer=maker, **values)


async def record(database: Database, *claims: Claim) -> list[Recognised]:
    async with database.session() as session:
        return await record_sightings(session, claims)


async def rows(database: Database, table: type[Any]) -> Sequence[Mapping[str, Any]]:
    core = table_of(table)
    async with database.session(writing=False) as session:
        found = await session.execute(select(core).order_by(core.c.id))
        return [dict(row) for row in found.mappings()]


async def findings(database: Database) -> list[tuple[str, str]]:
    return [(str(row["kind"]), str(row["status"])) for row in await rows(database, Finding)]


async def test_serial_number_read_from_a_device_is_class_a_evidence(inventory: Inventory):
    device = await inventory.add("CN 0001")
    (seen,) = await record(inventory.database, snmp("cn0001", school_id=inventory.here))
    assert seen.device is not None
    assert seen.device.device_id == device
    (sighting,) = await rows(inventory.database, Sighting)
    assert (sighting["serial"], sighting["serial_normalised"]) == ("cn0001", "CN0001")
    assert (sighting["device_id"], sighting["evidence_class"]) == (device, EvidenceClass.A)
    (presence,) = await rows(inventory.database, DevicePresence)
    assert presence["last_seen_at"] == presence["first_seen_at"] == NOON
    (first,) = await rows(inventory.database, DeviceEvent)
    assert (first["device_id"], first["at"], first["kind"]) == (device, NOON, "first_seen")
    assert await findings(inventory.database) == []


async def test_same_sighting_is_kept_once_a_day_and_the_last_moment_exactly(
    inventory: Inventory,
):
    await inventory.add("CN0001")
    for minutes in (0, 5, 10):
        await record(inventory.database, snmp("CN0001", NOON + timedelta(minutes=minutes)))
    assert len(await rows(inventory.database, Sighting)) == 1
    (presence,) = await rows(inventory.database, DevicePresence)
    assert presence["first_seen_at"] == NOON
    assert presence["last_seen_at"] == NOON + timedelta(minutes=10)
    await record(inventory.database, snmp("CN0001", NOON + timedelta(days=1)))
    assert len(await rows(inventory.database, Sighting)) == 2
    assert len(await rows(inventory.database, DeviceEvent)) == 1


async def test_older_claim_that_comes_late_moves_the_first_moment_only(inventory: Inventory):
    await inventory.add("CN0001")
    await record(inventory.database, snmp("CN0001", school_id=inventory.here))
    await record(inventory.database, snmp("CN0001", NOON - timedelta(days=9), school_id=None))
    (presence,) = await rows(inventory.database, DevicePresence)
    assert presence["first_seen_at"] == NOON - timedelta(days=9)
    assert presence["last_seen_at"] == NOON
    assert presence["school_id"] == inventory.here


async def test_maker_under_another_name_is_the_same_maker(inventory: Inventory):
    device = await inventory.add("CN0001", "Aruba")
    claim = snmp("CN0001", manufacturer="Hewlett Packard Enterprise")
    (seen,) = await record(inventory.database, claim)
    assert seen.device is not None
    assert seen.device.device_id == device


async def test_number_of_another_maker_is_ambiguous_and_counts_for_nobody(
    inventory: Inventory,
):
    device = await inventory.add("1234567", "Cisco")
    (seen,) = await record(inventory.database, snmp("1234567", manufacturer="Juniper"))
    assert seen.device is None
    assert seen.is_ambiguous
    assert await rows(inventory.database, DevicePresence) == []
    assert await findings(inventory.database) == [("ambiguous_serial", "open")]
    async with inventory.database.session(writing=False) as session:
        assert await ambiguous_devices(session, [device, 999]) == {device}
    await record(inventory.database, snmp("1234567", manufacturer="Cisco Systems"))
    assert await findings(inventory.database) == [("ambiguous_serial", "resolved")]


async def test_number_at_two_makers_means_the_one_that_is_named(inventory: Inventory):
    await inventory.add("1234567", "Cisco", number="C")
    right = await inventory.add("1234567", "Juniper", number="J")
    (seen,) = await record(inventory.database, snmp("1234567", manufacturer="Juniper Networks"))
    assert seen.device is not None
    assert seen.device.device_id == right


async def test_device_seen_at_another_school_is_one_finding_until_it_is_back(
    inventory: Inventory,
):
    device = await inventory.add("CN0001")
    for minutes in range(3):
        claim = snmp("CN0001", NOON + timedelta(minutes=minutes), school_id=inventory.there)
        await record(inventory.database, claim)
    (finding,) = await rows(inventory.database, Finding)
    assert (str(finding["kind"]), finding["device_id"]) == ("wrong_school", device)
    assert finding["school_id"] == inventory.here, "the school that misses it has to decide"
    assert "„Schule Dort“" in finding["detail"]
    back = NOON + timedelta(hours=1)
    await record(inventory.database, snmp("CN0001", back, school_id=inventory.here))
    (finding,) = await rows(inventory.database, Finding)
    assert (str(finding["status"]), finding["closed_at"]) == ("resolved", back)
    await record(inventory.database, snmp("CN0001", back, school_id=inventory.there))
    assert await findings(inventory.database) == [
        ("wrong_school", "resolved"),
        ("wrong_school", "open"),
    ], "the cause is free again"


async def test_scan_at_another_school_is_no_finding_of_the_wire(inventory: Inventory):
    await inventory.add("CN0001")
    claim = Claim(SightingSource.SCAN, NOON, serial="CN0001", school_id=inventory.there)
    await record(inventory.database, claim)
    assert await findings(inventory.database) == []


async def test_mac_address_alone_is_class_c_even_from_snmp(inventory: Inventory):
    await inventory.add("CN0001", mac="aa:bb:cc:00:00:01")
    await record(inventory.database, snmp(None, mac="AA:BB:CC:00:00:01"))
    (presence,) = await rows(inventory.database, DevicePresence)
    assert presence["evidence_class"] is EvidenceClass.C
    await inventory.add(None, mac="aa:bb:cc:00:00:09", number="X1")
    await inventory.add(None, mac="aa:bb:cc:00:00:09", number="X2")
    (seen,) = await record(inventory.database, snmp(None, mac="aa:bb:cc:00:00:09"))
    assert seen.device is None, "a doubled address proves nothing"


async def test_placeholders_are_no_sightings(inventory: Inventory):
    assert await record(inventory.database, snmp("N/A"), snmp("000000")) == []
    assert await rows(inventory.database, Sighting) == []


async def test_statements_do_not_grow_with_the_claims(inventory: Inventory):
    for number in range(12):
        await inventory.add(f"CN{number:04}")
    counted: list[str] = []

    def count(*arguments: Any) -> None:
        counted.append(arguments[2])

    engine = inventory.database.engine.sync_engine
    sizes: list[int] = []
    for claims in ([snmp("CN0000")], [snmp(f"CN{number:04}") for number in range(1, 12)]):
        counted.clear()
        event.listen(engine, "before_cursor_execute", count)
        await record(inventory.database, *claims)
        event.remove(engine, "before_cursor_execute", count)
        sizes.append(len(counted))
    assert sizes[0] == sizes[1] <= 8


async def visit(
    inventory: Inventory, *serials: SeenSerial, at: datetime = NOON, school: int | None = None
) -> Mapping[str, int]:
    async with inventory.database.session() as session:
        node = (await session.execute(select(table_of(Node).c.id))).scalar()
        if node is None:
            row = Node(address="10.0.0.1", name="sw-01", school_id=inventory.here)
            session.add(row)
            await session.flush()
            node = row.id
        told = Visit(node, "sw-01", school or inventory.here, at, "snmp", serials)
        return await record_node_visit(session, told)


def chassis(serial: str, replaced: str | None = None, kind: str = "chassis") -> SeenSerial:
    return SeenSerial(
        "Chassis", kind, serial, "Aruba", "6300M", replaced, is_whole=kind == "chassis"
    )


async def test_visit_says_which_device_stands_where(inventory: Inventory):
    device = await inventory.add("CN0001")
    assert await visit(inventory, chassis("CN0001")) == {"Chassis": device}


async def test_unknown_chassis_is_a_finding_until_it_is_recorded(inventory: Inventory):
    for minutes in range(3):
        await visit(inventory, chassis("NEU001"), at=NOON + timedelta(minutes=minutes))
    (finding,) = await rows(inventory.database, Finding)
    assert str(finding["kind"]) == "unknown_device"
    assert "NEU001" in finding["title"]
    assert "Aruba 6300M" in finding["detail"]
    await inventory.add("NEU001")
    await visit(inventory, chassis("NEU001"), at=NOON + timedelta(minutes=9))
    assert await findings(inventory.database) == [("unknown_device", "resolved")]
    sightings = await rows(inventory.database, Sighting)
    assert [row["device_id"] is None for row in sightings] == [True, False]


async def test_unknown_transceiver_is_no_finding(inventory: Inventory):
    await visit(inventory, chassis("SFP001", kind="transceiver"))
    assert await findings(inventory.database) == []


async def test_access_point_behind_a_controller_is_told_by_the_controller(inventory: Inventory):
    await inventory.add("AP0001")
    await visit(inventory, chassis("AP0001", kind="access_point"))
    (sighting,) = await rows(inventory.database, Sighting)
    assert str(sighting["source"]) == "controller"


async def test_other_serial_number_at_a_place_waits_for_a_decision(inventory: Inventory):
    await inventory.add("ALT001")
    await inventory.add("NEU001")
    await visit(inventory, chassis("ALT001"))
    await visit(inventory, chassis("NEU001", replaced="ALT001"))
    await visit(inventory, chassis("NEU001"))
    (finding,) = await rows(inventory.database, Finding)
    assert (str(finding["kind"]), str(finding["status"])) == ("serial_changed", "open")
    assert finding["facts"]["replaced"] == "ALT001"
    await visit(inventory, chassis("ALT001", replaced="NEU001"))
    assert await findings(inventory.database) == [("serial_changed", "resolved")]


async def test_best_presence_is_the_strongest_class(inventory: Inventory):
    device = await inventory.add("CN0001")
    scan = Claim(SightingSource.SCAN, NOON + timedelta(days=3), serial="CN0001")
    await record(inventory.database, snmp("CN0001"), scan)
    async with inventory.database.session(writing=False) as session:
        best = await best_presence(session, [device, 4711])
        recent = await best_presence(session, [device], since=NOON + timedelta(days=1))
        every = await list_presence(session, device)
    assert (best[device].evidence_class, best[device].last_seen_at) == (EvidenceClass.A, NOON)
    assert list(best) == [device]
    assert recent[device].evidence_class is EvidenceClass.D
    assert [one.evidence_class for one in every] == [EvidenceClass.A, EvidenceClass.D]


def test_window_counts_berlin_days_with_the_last_one():
    begin, end = window_of(date(2026, 11, 20), 30)
    assert end == datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
    assert begin == datetime(2026, 10, 21, 22, 0, tzinfo=UTC), "summer time then"


async def test_evidence_of_a_past_day_does_not_change_afterwards(inventory: Inventory):
    device = await inventory.add("CN0001")
    early, late = NOON - timedelta(days=60), NOON
    scan = Claim(SightingSource.SCAN, NOON - timedelta(days=20), serial="CN0001")
    await record(inventory.database, snmp("CN0001", early), scan)
    as_of = (NOON - timedelta(days=15)).date()
    async with inventory.database.session(writing=False) as session:
        before = await evidence_as_of(session, [device], as_of, 30)
    await record(inventory.database, snmp("CN0001", late))
    async with inventory.database.session(writing=False) as session:
        after = await evidence_as_of(session, [device], as_of, 30)
        now = await evidence_as_of(session, [device], NOON.date(), 30)
        long_ago = await evidence_as_of(session, [device], date(2020, 1, 1), 30)
    assert before == after
    assert before[device].evidence_class is EvidenceClass.D
    assert now[device].evidence_class is EvidenceClass.A
    assert now[device].last_seen_at == late
    assert long_ago == {}


async def test_evidence_of_today_shows_the_exact_last_moment(inventory: Inventory):
    device = await inventory.add("CN0001")
    with frozen_at(NOON + timedelta(hours=3)):
        await record(inventory.database, snmp("CN0001"))
        await record(inventory.database, snmp("CN0001", NOON + timedelta(hours=2)))
        async with inventory.database.session(writing=False) as session:
            found = await evidence_as_of(session, [device], NOON.date(), 30)
    assert found[device].last_seen_at == NOON + timedelta(hours=2)
