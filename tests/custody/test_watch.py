"""Which cases open, on which morning, and which do not."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event

from netzwart.accounts.actors import Actor, HeldRole
from netzwart.accounts.tables import Role
from netzwart.clock import frozen_at
from netzwart.database import Database
from netzwart.errors import ForbiddenError
from netzwart.evidence.service import decide_finding
from netzwart.evidence.tables import Decision
from netzwart.funding.purchase_tables import DeliveryLine, InvoiceLine
from netzwart.inventory.tables import Device, DeviceModel, DeviceStatus, Disposal
from netzwart.network.tables import Component, Interface, MaintenanceWindow, Neighbour
from netzwart.schools.tables import SchoolClosure
from tests.builders import a_delivery, a_device, a_model, a_node, an_order, an_order_line
from tests.custody.town import START, Town, a_town, at, school_days

ANNA = Actor("anna", "Anna", (HeldRole(Role.ADMIN),))
CLARA = Actor("clara", "Clara", (HeldRole(Role.TECHNICIAN),))


@pytest.fixture
async def town(database: Database) -> Town:
    return await a_town(database)


async def pass_days(town: Town, first: date, count: int, *seen: int) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    for day in school_days(first, count):
        found = await town.watch(day)
        await town.see(day, *seen)
    return found


async def test_case_opens_after_five_school_days_on_the_next_morning(town: Town):
    lost, other = await town.buy("A1"), await town.buy("A2")
    await town.see(START, lost, other)
    monday = START + timedelta(days=7)
    assert await pass_days(town, START + timedelta(days=1), 5, other) == []
    assert await town.watch(monday + timedelta(days=1)) == [("unseen", "open", f"unseen:{lost}")]
    assert await town.watch(monday + timedelta(days=1)) == [("unseen", "open", f"unseen:{lost}")]
    finding = await town.finding(f"unseen:{lost}")
    assert finding.amount == Decimal("595.00")
    assert finding.facts["missed_days"] == 5
    assert finding.facts["last_seen_on"] == str(START)
    await town.see(monday + timedelta(days=1), lost)
    found = await town.watch(monday + timedelta(days=2))
    assert [(kind, status) for kind, status, _ in found] == [("unseen", "resolved")]


async def test_holidays_closure_and_outage_open_nothing(town: Town):
    lost, other = await town.buy("A1"), await town.buy("A2")
    before = date(2026, 10, 13)
    await town.see(before, lost, other)
    async with town.database.session() as session:
        session.add(
            SchoolClosure(school_id=town.schools[0], from_on=date(2026, 10, 14),
                          until_on=date(2026, 10, 16), reason="Studientage")
        )  # fmt: skip
    # Three closed days, two weeks of autumn holidays, five days without any sight of the school.
    assert await town.watch(date(2026, 11, 7)) == []
    # From Monday on the others are seen again: the clock runs.
    assert await pass_days(town, date(2026, 11, 9), 5, other) == []
    assert [kind for kind, _, _ in await town.watch(date(2026, 11, 14))] == ["unseen"]


async def test_maintenance_of_the_school_stops_its_clock(town: Town):
    lost, other = await town.buy("A1"), await town.buy("A2")
    await town.see(START, lost, other)
    async with town.database.session() as session:
        session.add(
            MaintenanceWindow(school_id=town.schools[0], starts_at=at(START + timedelta(days=1), 7),
                              ends_at=at(START + timedelta(days=2), 18), reason="Umbau")
        )  # fmt: skip
    assert await pass_days(town, START + timedelta(days=1), 7, other) == []
    assert len(await town.watch(START + timedelta(days=10))) == 1


async def test_what_nobody_paid_for_and_what_is_no_longer_bound_opens_nothing(town: Town):
    await town.buy("A1", funded=False)
    bound, gone = await town.buy("A2"), await town.buy("A3", status=DeviceStatus.DISPOSED)
    await town.see(START, bound, gone)
    assert await town.watch(START + timedelta(days=5)) == []
    unseen = await town.watch(START + timedelta(days=60))
    assert [cause for _, _, cause in unseen] == [f"unseen:{bound}"]
    long_after = await town.watch(date(2045, 3, 1))
    assert [(status, cause.partition("#")[0]) for _, status, cause in long_after] == [
        ("resolved", f"unseen:{bound}")
    ]


async def test_dead_switch_takes_its_access_points_into_one_case(town: Town):
    async with town.database.session() as session:
        switch_model = await a_model(session, category="switch")
    switch = await town.buy("S1")
    points = [await town.buy(f"A{number}") for number in range(3)]
    other = await town.buy("B1")
    async with town.database.session() as session:
        device = await session.get_one(Device, switch)
        device.model_id, device.manufacturer_id = switch_model.id, switch_model.manufacturer_id
        nodes = {}
        for one in (switch, *points):
            category = "switch" if one == switch else "access_point"
            node = await a_node(session, school_id=town.schools[0], category=category)
            nodes[one] = node.id
            session.add(Component(node_id=node.id, position="1", kind="chassis", device_id=one,
                                  first_seen_at=at(START), last_seen_at=at(START)))  # fmt: skip
        session.add_all(
            Neighbour(node_id=nodes[switch], local_interface=f"1/{one}", remote_chassis=f"c{one}",
                      remote_node_id=nodes[one], last_seen_at=at(START)) for one in points
        )  # fmt: skip
    await town.see(START, switch, *points, other)
    await pass_days(town, START + timedelta(days=1), 6, other)
    assert await town.findings() == [("unseen", "open", f"unseen:{switch}")]
    finding = await town.finding(f"unseen:{switch}")
    assert finding.facts["behind"] == ["A0", "A1", "A2"]
    assert finding.amount == Decimal("2380.00"), "four devices of 595 €"


async def test_promise_to_look_lasts_four_weeks_and_loss_closes_the_case(town: Town):
    lost, other = await town.buy("A1"), await town.buy("A2")
    await town.see(START, lost, other)
    await pass_days(town, START + timedelta(days=1), 6, other)
    finding = await town.finding(f"unseen:{lost}")
    monday = START + timedelta(days=9)
    with frozen_at(at(monday)):
        async with town.database.session() as session:
            decided = await decide_finding(
                session, CLARA, finding.id, Decision.KEEP_RECORD, "Liegt im Schrank."
            )
            assert decided.ignored_until == monday + timedelta(days=28)
            assert "fragt nach dem 14.10.2026 wieder" in decided.effect
    assert [status for _, status, _ in await town.watch(monday + timedelta(days=28))] == ["decided"]
    await town.see(date(2026, 10, 15), other)
    assert [status for _, status, _ in await town.watch(date(2026, 10, 15))] == ["open"]
    with frozen_at(at(date(2026, 10, 15))):
        async with town.database.session() as session:
            await decide_finding(session, CLARA, finding.id, Decision.ACCEPT_REALITY, "Gestohlen.")
            assert (await session.get_one(Device, lost)).status is DeviceStatus.LOST
    # Lost is an account of it: the cause is over, the decision stands.
    found = await town.watch(date(2026, 10, 16))
    assert [(kind, status) for kind, status, _ in found] == [("unseen", "decided")]


async def test_disposal_while_bound_needs_the_funding_office(town: Town):
    lost, other = await town.buy("A1"), await town.buy("A2")
    await town.see(START, lost, other)
    await pass_days(town, START + timedelta(days=1), 6, other)
    finding = await town.finding(f"unseen:{lost}")
    with frozen_at(at(START + timedelta(days=9))):
        with pytest.raises(ForbiddenError, match="zweckgebunden"):
            async with town.database.session() as session:
                await decide_finding(session, CLARA, finding.id, Decision.DISPOSE, "Kaputt.")
        async with town.database.session() as session:
            await decide_finding(session, ANNA, finding.id, Decision.DISPOSE, "Kaputt.")
    async with town.database.session(writing=False) as session:
        assert (await session.get_one(Device, lost)).status is DeviceStatus.DISPOSED
        assert (await session.get_one(Disposal, 1)).reason == "Kaputt."


async def test_other_model_and_old_firmware_are_findings_that_the_record_may_follow(town: Town):
    device = await town.buy("A1")
    async with town.database.session() as session:
        model = await session.get_one(DeviceModel, town.model_id)
        model.name, model.target_firmware = "AP-635", "10.5"
        node = await a_node(session, school_id=town.schools[0])
        session.add(Component(node_id=node.id, position="1", kind="chassis", device_id=device,
                              model="AP-515", firmware="10.4.1", first_seen_at=at(START),
                              last_seen_at=at(START)))  # fmt: skip
    await town.see(START, device)
    found = await town.watch(START + timedelta(days=1))
    assert [cause for _, _, cause in found] == [
        f"model_differs:device:{device}", "model_differs:firmware:AP-635:10.4.1",
    ]  # fmt: skip
    first = await town.finding(f"model_differs:device:{device}")
    async with town.database.session() as session:
        decided = await decide_finding(session, ANNA, first.id, Decision.ACCEPT_REALITY, "Stimmt.")
        assert decided.effect == "A1: Modell AP-635 ist jetzt AP-515."
    found = await town.watch(START + timedelta(days=2))
    assert [(status, cause.partition("#")[0]) for _, status, cause in found] == [
        ("decided", f"model_differs:device:{device}"),
        ("resolved", "model_differs:firmware:AP-635:10.4.1"),
    ]


async def test_more_paid_than_delivered_is_a_finding_both_ways(town: Town):
    async with town.database.session() as session:
        order = await an_order(session)
        line = await an_order_line(session, order_id=order.id, model_id=town.model_id)
        await a_delivery(session, order_id=order.id)
        session.add(DeliveryLine(delivery_id=1, order_line_id=line.id, quantity=Decimal(9)))
        (await session.get_one(InvoiceLine, town.line_id)).order_line_id = line.id
    found = await town.watch(START)
    assert [(kind, status) for kind, status, _ in found] == [("quantity_mismatch", "open")]
    finding = await town.finding(found[0][2])
    assert finding.severity == "error"
    assert (finding.facts["delivered"], finding.facts["invoiced"]) == ("9", "10")


async def test_idle_switch_is_found_after_sixty_days(town: Town):
    switch = await town.buy("S1")
    async with town.database.session() as session:
        model = await a_model(session, category="switch")
        device = await session.get_one(Device, switch)
        device.model_id, device.manufacturer_id = model.id, model.manufacturer_id
        node = await a_node(session, school_id=town.schools[0], reachability="up")
        core = await a_node(session, school_id=town.schools[0], reachability="up")
        session.add(Component(node_id=node.id, position="1", kind="chassis", device_id=switch,
                              first_seen_at=at(START), last_seen_at=at(START)))  # fmt: skip
        session.add_all(
            Interface(node_id=node.id, index=index, name=f"1/{index}", type=6, oper=oper,
                      oper_since=at(START)) for index, oper in ((1, "down"), (48, "up"))
        )  # fmt: skip
        session.add(Neighbour(node_id=node.id, local_interface="1/48", remote_chassis="c",
                              remote_node_id=core.id, last_seen_at=at(START)))  # fmt: skip
    for day in (60, 61):
        await town.see(START + timedelta(days=day), switch)
        found = await town.watch(START + timedelta(days=day))
        assert ("idle_purchase", "open", f"idle_purchase:{switch}") in found or day == 60
    assert await town.finding(f"idle_purchase:{switch}")


async def test_model_that_ends_before_its_earmark_is_one_finding(town: Town):
    for number in range(3):
        await town.see(START, await town.buy(f"A{number}"))
    async with town.database.session() as session:
        model = await session.get_one(DeviceModel, town.model_id)
        model.end_of_life_on = date(2026, 12, 31)
    found = await town.watch(START + timedelta(days=1))
    assert [kind for kind, _, _ in found] == ["end_of_life"]
    finding = await town.finding(found[0][2])
    assert finding.facts["devices"] == ["A0", "A1", "A2"]


async def test_watch_needs_as_many_statements_for_ten_devices_as_for_two(town: Town):
    statements: list[str] = []
    for number in range(2):
        await town.buy(f"A{number}")
    event.listen(town.database.engine.sync_engine, "before_cursor_execute",
                 lambda *details: statements.append(details[2]))  # fmt: skip
    await town.watch(START)
    few = len(statements)
    for number in range(8):
        await town.buy(f"B{number}")
        async with town.database.session() as session:
            await a_device(session, school_id=town.schools[1])
    statements.clear()
    await town.watch(START)
    assert len(statements) == few
