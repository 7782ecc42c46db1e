from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from netzwart.accounts.actors import Actor, HeldRole
from netzwart.accounts.tables import AuditEvent, Role
from netzwart.clock import frozen_at
from netzwart.database import Database, table_of
from netzwart.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from netzwart.evidence.queries import (
    FindingFilter,
    count_findings,
    count_findings_by_school,
    get_finding,
    list_findings,
)
from netzwart.evidence.service import decide_finding, record_sightings
from netzwart.evidence.tables import Decision, Finding, FindingStatus
from netzwart.inventory.tables import Device, DeviceEvent, Relocation
from tests.evidence.inventory import ANNA, Inventory, an_inventory
from tests.evidence.test_recording import chassis, findings, rows, snmp, visit

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
async def inventory(database: Database) -> Inventory:
    return await an_inventory(database)


async def seen_elsewhere(inventory: Inventory, at: datetime = NOON) -> int:
    async with inventory.database.session() as session:
        await record_sightings(session, [snmp("CN0001", at, school_id=inventory.there)])
        found = await session.execute(select(table_of(Finding).c.id))
        return found.scalars().all()[-1]


async def decide(inventory: Inventory, finding_id: int, decision: Decision, **values: object):
    actor = values.pop("actor", ANNA)
    reason = values.pop("reason", "So vereinbart.")
    async with inventory.database.session() as session:
        return await decide_finding(session, actor, finding_id, decision, reason, **values)  # type: ignore[arg-type]


async def test_decision_is_kept_with_its_reason_and_audited(inventory: Inventory):
    await inventory.add("CN0001")
    finding_id = await seen_elsewhere(inventory)
    await decide(inventory, finding_id, Decision.KEEP_RECORD)
    (finding,) = await rows(inventory.database, Finding)
    assert (finding["status"], finding["reason"]) == (FindingStatus.DECIDED, "So vereinbart.")
    (event,) = await rows(inventory.database, AuditEvent)
    assert (event["action"], event["reason"]) == ("finding_decided", "So vereinbart.")
    await seen_elsewhere(inventory, NOON + timedelta(hours=1))
    assert len(await rows(inventory.database, Finding)) == 1, "decided is not asked again"
    with pytest.raises(ConflictError):
        await decide(inventory, finding_id, Decision.KEEP_RECORD)


async def test_moving_lets_the_record_follow_and_reality_is_right_then(inventory: Inventory):
    device = await inventory.add("CN0001")
    finding_id = await seen_elsewhere(inventory)
    await decide(inventory, finding_id, Decision.MOVE)
    (row,) = await rows(inventory.database, Device)
    assert row["school_id"] == inventory.there
    (move,) = await rows(inventory.database, Relocation)
    assert (move["device_id"], move["from_school_id"]) == (device, inventory.here)
    assert "moved" in [str(one["kind"]) for one in await rows(inventory.database, DeviceEvent)]
    await seen_elsewhere(inventory, NOON + timedelta(hours=1))
    assert await findings(inventory.database) == [("wrong_school", "decided")]


async def test_swap_makes_the_new_device_the_successor(inventory: Inventory):
    old = await inventory.add("ALT001")
    new = await inventory.add("NEU001")
    await visit(inventory, chassis("ALT001"))
    await visit(inventory, chassis("NEU001", replaced="ALT001"))
    (finding,) = await rows(inventory.database, Finding)
    await decide(inventory, finding["id"], Decision.SWAP)
    devices = {row["id"]: row for row in await rows(inventory.database, Device)}
    assert devices[new]["predecessor_id"] == old
    kinds = [str(one["kind"]) for one in await rows(inventory.database, DeviceEvent)]
    assert kinds.count("swapped") == 2


async def test_swap_for_a_device_nobody_recorded_is_refused_with_a_hint(inventory: Inventory):
    await inventory.add("ALT001")
    await visit(inventory, chassis("ALT001"))
    await visit(inventory, chassis("NEU001", replaced="ALT001"))
    finding = next(
        row for row in await rows(inventory.database, Finding) if row["kind"] == "serial_changed"
    )
    with pytest.raises(InvalidInputError, match="zuerst das Gerät"):
        await decide(inventory, finding["id"], Decision.SWAP)


async def test_ignored_finding_opens_again_after_its_day(inventory: Inventory):
    await inventory.add("CN0001")
    finding_id = await seen_elsewhere(inventory)
    with frozen_at(NOON):
        until = (NOON + timedelta(days=7)).date()
        await decide(inventory, finding_id, Decision.IGNORE_UNTIL, ignored_until=until)
        await seen_elsewhere(inventory, NOON + timedelta(hours=1))
    assert await findings(inventory.database) == [("wrong_school", "decided")]
    with frozen_at(NOON + timedelta(days=8)):
        await seen_elsewhere(inventory, NOON + timedelta(days=8))
    assert await findings(inventory.database) == [("wrong_school", "open")]


@pytest.mark.parametrize(
    ("decision", "values", "field"),
    [
        (Decision.SWAP, {}, "decision"),
        (Decision.KEEP_RECORD, {"reason": "  "}, "reason"),
        (Decision.IGNORE_UNTIL, {}, "ignored_until"),
        (Decision.IGNORE_UNTIL, {"ignored_until": NOON.date()}, "ignored_until"),
    ],
)
async def test_decision_that_does_not_fit_is_refused(
    inventory: Inventory, decision: Decision, values: dict[str, object], field: str
):
    await inventory.add("CN0001")
    finding_id = await seen_elsewhere(inventory)
    with frozen_at(NOON), pytest.raises(InvalidInputError) as refused:
        await decide(inventory, finding_id, decision, **values)
    assert list(refused.value.fields) == [field]


async def test_whoever_may_not_see_a_finding_is_told_there_is_none(inventory: Inventory):
    await inventory.add("CN0001")
    finding_id = await seen_elsewhere(inventory)
    clara = Actor("clara", "Clara", (HeldRole(Role.TECHNICIAN, inventory.there),))
    with pytest.raises(NotFoundError):
        await decide(inventory, finding_id, Decision.KEEP_RECORD, actor=clara)
    with pytest.raises(NotFoundError):
        await decide(inventory, 4711, Decision.KEEP_RECORD)


async def test_moving_needs_the_right_at_both_schools(inventory: Inventory):
    await inventory.add("CN0001")
    finding_id = await seen_elsewhere(inventory)
    here = Actor("hier", "Hier", (HeldRole(Role.TECHNICIAN, inventory.here),))
    with pytest.raises(ForbiddenError):
        await decide(inventory, finding_id, Decision.MOVE, actor=here)
    officer = Actor("geld", "Geld", (HeldRole(Role.FUNDING_OFFICER),))
    with pytest.raises(ForbiddenError):
        await decide(inventory, finding_id, Decision.MOVE, actor=officer)


async def test_lists_and_counts_hold_the_scope(inventory: Inventory):
    await inventory.add("CN0001")
    await inventory.add("CN0002", school_id=inventory.there)
    async with inventory.database.session() as session:
        await record_sightings(session, [snmp("CN0001", school_id=inventory.there)])
        later = NOON + timedelta(minutes=1)
        await record_sightings(session, [snmp("CN0002", later, school_id=inventory.here)])
    here = frozenset({inventory.here})
    async with inventory.database.session(writing=False) as session:
        both = await list_findings(session, None, FindingFilter())
        rest = await list_findings(
            session, None, FindingFilter(), after=(both[0].priority, both[0].id)
        )
        own = await list_findings(session, here, FindingFilter())
        assert [row.id for row in rest] == [both[1].id]
        assert [row.inventory_number for row in own] == ["INV-CN0001"]
        assert own[0].school_name == "Gymnasium Hier"
        assert await count_findings(session, None) == {"error": 2}
        assert await count_findings(session, frozenset()) == {}
        assert await count_findings_by_school(session, here) == {inventory.here: 1}
        assert (await get_finding(session, here, own[0].id)).title == own[0].title
        with pytest.raises(NotFoundError):
            await get_finding(session, frozenset({inventory.there}), own[0].id)
