"""No path of swaps and decisions leaves a funded device without a live serial or an open case.

Any sequence of what can happen to a funded device and its successors is played; after each
morning's watch the device that stands for the chain was seen within its limit, or is accounted for
(lost, disposed), or has a case: open, or put off until a day that has not come.
"""

import asyncio
import itertools
import shutil
from datetime import date, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from netzwart.clock import frozen_at, utcnow
from netzwart.custody.binding import CLOSED, heads_of
from netzwart.custody.queries import load_devices
from netzwart.database import Database, table_of
from netzwart.errors import NetzwartError
from netzwart.evidence.service import NewFinding, decide_finding, settle_findings
from netzwart.evidence.tables import Decision, DevicePresence, Finding, FindingKind, FindingStatus
from netzwart.inventory.service.recording_devices import update_device
from netzwart.inventory.tables import Device, DeviceStatus
from netzwart.schools.calendar import SchoolCalendar
from tests.custody.test_watch import ANNA
from tests.custody.town import START, Town, a_town, at

LIMIT = 5
WAITING_LIMIT = 60
NRW = SchoolCalendar("NW")
_numbers = itertools.count(1)

ACTIONS = st.lists(
    st.sampled_from(
        ["see", "swap", "swap back", "lose", "keep", "ignore", "dispose", "store", "repair",
         "return", "six days", "eleven weeks"]
    ),
    min_size=1,
    max_size=9,
)  # fmt: skip


class Chain:
    """A funded device with those that came to stand for it."""

    def __init__(self, town: Town) -> None:
        self.town, self.day = town, START
        self.members: list[int] = []

    async def begin(self) -> None:
        with frozen_at(at(self.day)):
            self.members = [await self.town.buy(f"K{next(_numbers)}")]
            self.witness = await self.town.buy(f"W{next(_numbers)}", funded=False)
        await self.town.see(self.day, self.members[0], self.witness)

    async def head(self) -> Device:
        async with self.town.database.session(writing=False) as session:
            devices = await load_devices(session)
            return await session.get_one(Device, heads_of(devices)[self.members[0]])

    async def act(self, action: str) -> None:
        head = await self.head()
        if action == "see":
            await self.town.see(self.day, head.id)
        elif action == "swap":
            with frozen_at(at(self.day)):
                spare = await self.town.buy(
                    f"E{next(_numbers)}", funded=False, status=DeviceStatus.IN_STORAGE
                )
            await self.swap(head, spare)
        elif action == "swap back" and len(self.members) > 1:
            await self.swap(head, self.members[-2])
        elif action in {"store", "repair", "return"}:
            status = {"store": DeviceStatus.IN_STORAGE, "repair": DeviceStatus.IN_REPAIR,
                      "return": DeviceStatus.IN_SERVICE}[action]  # fmt: skip
            if head.status not in CLOSED:
                async with self.town.database.session() as session:
                    with frozen_at(at(self.day)):
                        device = await session.get_one(Device, head.id)
                        await update_device(session, ANNA, device, {"status": status})
        elif action.endswith(("days", "weeks")):
            for _ in range(6 if action == "six days" else 77):
                self.day += timedelta(days=1)
            await self.town.see(self.day, self.witness)
        else:
            await self.decide(head.id, action)

    async def swap(self, old: Device, new_id: int) -> None:
        """What the wire finds (another serial in the same place) and a person decides."""
        async with self.town.database.session() as session:
            new = await session.get_one(Device, new_id)
            cause = f"serial_changed:test:{next(_numbers)}"
            wrong = NewFinding(cause, FindingKind.SERIAL_CHANGED, "x", device_id=new_id,
                               facts={"serial": new.serial, "replaced": old.serial})  # fmt: skip
            await settle_findings(session, [wrong], [], utcnow())
            finding = (await self.town.finding_in(session, cause)).id
        try:
            with frozen_at(at(self.day)):
                async with self.town.database.session() as session:
                    await decide_finding(session, ANNA, finding, Decision.SWAP, "Defekt")
        except NetzwartError:
            return  # a swap that makes a circle is refused
        self.members.append(new_id)

    async def decide(self, head: int, action: str) -> None:
        decision, until = {
            "lose": (Decision.ACCEPT_REALITY, None),
            "keep": (Decision.KEEP_RECORD, None),
            "ignore": (Decision.IGNORE_UNTIL, self.day + timedelta(days=9)),
            "dispose": (Decision.DISPOSE, None),
        }.get(action, (None, None))
        finding = await self.case(head)
        if decision is None or finding is None or finding.status is not FindingStatus.OPEN:
            return
        with frozen_at(at(self.day)):
            async with self.town.database.session() as session:
                await decide_finding(session, ANNA, finding.id, decision, "x", ignored_until=until)

    async def case(self, head: int) -> Finding | None:
        async with self.town.database.session(writing=False) as session:
            c = table_of(Finding).c
            found = await session.execute(select(Finding).where(c.cause == f"unseen:{head}"))
            return found.scalar_one_or_none()

    async def check(self, played: list[str]) -> None:
        await self.town.watch(self.day)
        head = await self.head()
        if head.status in CLOSED:
            return
        case = await self.case(head.id)
        if case is not None and (
            case.status is FindingStatus.OPEN
            or (case.ignored_until is not None and case.ignored_until >= self.day)
        ):
            return
        async with self.town.database.session(writing=False) as session:
            c = table_of(DevicePresence).c
            seen = await session.execute(select(c.last_seen_at).where(c.device_id == head.id))
            days = [one.date() for one in seen.scalars()]
        since: date = max([*days, head.commissioned_on or date.min, head.created_at.date()])
        is_waiting = head.status in {DeviceStatus.IN_STORAGE, DeviceStatus.IN_REPAIR}
        if is_waiting:
            since = max(since, head.changed_at.date())
        missed = len(NRW.school_days(since, self.day - timedelta(days=1)))
        allowed = (WAITING_LIMIT if is_waiting else LIMIT) + 20  # a dark school stops the clock
        assert missed <= allowed, f"{played}: nobody asks about {head.inventory_number}"


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(played=ACTIONS)
def test_no_path_leaves_a_funded_device_without_serial_or_case(
    _sqlite_template: Path,  # noqa: PT019 - its value is what is wanted
    tmp_path: Path,
    played: list[str],
):
    async def play() -> None:
        path = shutil.copy(_sqlite_template, tmp_path / f"{next(_numbers)}.sqlite3")
        database = Database(f"sqlite:///{path}")
        chain = Chain(await a_town(database))
        await chain.begin()
        for action in played:
            await chain.act(action)
            await chain.check(played)
        await database.close()

    asyncio.run(play())
