"""Plays the two years day by day, with the service's own tasks at their own hours.

    0:20 the day before is sealed · 5:30 the watch · 10:00 nodes are polled, tablets report ·
    11:00 the cables are witnessed · after both, people decide about what has opened

Time is injected: `clock` stands still at each of these moments, and the journal of this database
alone reads the same moment (decision 0053).
"""

from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart import schema
from netzwart.accounts.actors import SYSTEM
from netzwart.clock import BERLIN, frozen_at
from netzwart.custody.service import run_watch
from netzwart.database import Database, table_of
from netzwart.demo.catalogue import DemoSchool
from netzwart.demo.years import story
from netzwart.demo.years.city import years_bundle
from netzwart.demo.years.happening import let_happen
from netzwart.demo.years.telling import Entry
from netzwart.demo.years.wire import Reality, look_around, poll, report_tablets, take_stock
from netzwart.evidence.service import (
    decide_finding,
    judge_places,
    sync_presence,
    witness_neighbours,
)
from netzwart.evidence.tables import Finding, FindingStatus
from netzwart.exchange.importing import walk_of
from netzwart.exchange.service import apply_import
from netzwart.exchange.validating import bundle_from
from netzwart.inventory.tables import Device, DeviceModel
from netzwart.ledger.checking import check_chain
from netzwart.ledger.journal import keep_journal
from netzwart.ledger.sealing import seal_days
from netzwart.ledger.verifier import Outcome
from netzwart.schools.calendar import SchoolCalendar
from netzwart.secrets import open_secret_box

_devices = table_of(Device)
_findings = table_of(Finding)
_models = table_of(DeviceModel)
NRW = SchoolCalendar("NW")
STOCK_IS_TAKEN = (date(2022, 8, 29), date(2023, 8, 28))
_CLOCK = "SELECT at FROM simulated_clock"


@dataclass(slots=True)
class Years:
    """One simulation: its database, what really is, and the log so far."""

    database: Database
    reality: Reality
    log: list[Entry] = field(default_factory=list[Entry])
    known: dict[int, FindingStatus] = field(default_factory=dict[int, FindingStatus])
    outcome: Outcome | None = None
    faults: Sequence[str] = ()

    @asynccontextmanager
    async def at(self, day: date, hour: time) -> AsyncGenerator[AsyncSession]:
        """Give a session at a moment of the simulated time."""
        async with _at(self.database, datetime.combine(day, hour, BERLIN)) as session:
            yield session

    async def live(self, day: date) -> None:
        """Play one day."""
        async with self.at(day, time(5, 30)) as session:
            await run_watch(session)
            await self._note_findings(session, day)
        await self._happen(day)
        await self._decide(day)
        async with self.at(day, time(10)) as session:
            await self._see(session, day, datetime.combine(day, time(10), BERLIN).astimezone(UTC))
        async with self.at(day, time(11)) as session:
            await sync_presence(session)
            await witness_neighbours(session)
            await judge_places(session)
            await self._note_findings(session, day)
        await self._decide(day)

    async def _see(self, session: AsyncSession, day: date, moment: datetime) -> None:
        self.reality.dark = {story.OUTAGE.school} if story.OUTAGE.covers(day) else set()
        await poll(session, self.reality, moment)
        if NRW.is_school_day(day):
            await report_tablets(session, self.reality, moment)
        if day in STOCK_IS_TAKEN:
            await take_stock(session, self.reality, moment)

    async def _happen(self, day: date) -> None:
        if day == story.OUTAGE.first:
            self._note(day, "Ereignis", f"Der Uplink einer Schule fällt aus, bis zum "
                       f"{story.OUTAGE.last:%d.%m.%Y}.")  # fmt: skip
        for chapter in story.STORY:
            if chapter.on == day:
                self._note(day, "Ereignis", chapter.text)
                async with self.at(day, time(8)) as session:
                    await let_happen(session, self.reality, chapter)

    async def _decide(self, day: date) -> None:
        """Decide what is open, as the story says; what it does not know of stays open."""
        for finding_id, status in list(self.known.items()):
            if status is not FindingStatus.OPEN:
                continue
            async with self.at(day, time(12)) as session:
                finding = await session.get_one(Finding, finding_id)
                category = await session.scalar(
                    select(_models.c.category)
                    .join(_devices, _devices.c.model_id == _models.c.id)
                    .where(_devices.c.id == finding.device_id)
                )
                answer = story.ANSWERS.get((finding.kind, str(category)))
                if answer is None:
                    continue
                decided = await decide_finding(
                    session, SYSTEM, finding_id, answer.decision, answer.reason
                )
                self._note(day, "Entscheidung", f"{answer.reason} {decided.effect}")
                self.known[finding_id] = FindingStatus.DECIDED

    async def _note_findings(self, session: AsyncSession, day: date) -> None:
        """Write down what opened or was settled by itself since the last look."""
        c = _findings.c
        rows = await session.execute(select(c.id, c.status, c.title).order_by(c.id))
        for row in rows:
            before = self.known.get(row.id)
            if before is None and row.status is FindingStatus.OPEN:
                self._note(day, "Befund", row.title)
            elif before is FindingStatus.OPEN and row.status is FindingStatus.RESOLVED:
                self._note(day, "Erledigt", row.title)
            self.known[row.id] = row.status

    def _note(self, day: date, what: str, told: str) -> None:
        self.log.append(Entry(day, what, told))


async def simulate(
    folder: Path,
    schools: Sequence[DemoSchool],
    *,
    days: Iterable[date] | None = None,
    is_sealed: bool = True,
    on_day: Callable[[date], None] = lambda _: None,
) -> Years:
    """Play the years in a fresh database in a folder, and verify its chain at the end.

    Args:
        folder: Where the database and its keys are made.
        schools: At least three.
        days: Which days are played, in order; None is every day.
        is_sealed: Whether each night the day before is sealed.
        on_day: Is told each day that is over.
    """
    database = Database(f"sqlite:///{folder / 'years.sqlite3'}")
    try:
        await schema.upgrade(database)
        begin = datetime.combine(story.FIRST_DAY, time(0), BERLIN)
        await _stop_the_clock(database, begin)
        await _fill(database, folder, schools, begin)
        async with database.session(writing=False) as session:
            years = Years(database, await look_around(session))
        end = story.FIRST_DAY
        for day in days or story.every_day():
            if is_sealed:
                await _seal(database, day)
            await years.live(day)
            on_day(day)
            end = day + timedelta(days=1)
        if is_sealed:
            await _seal(database, end)
            async with database.session(writing=False) as session:
                years.outcome, years.faults = await check_chain(session, end)
        return years
    finally:
        await database.close()


async def _seal(database: Database, day: date) -> None:
    with frozen_at(datetime.combine(day, time(0, 20), BERLIN)):
        await seal_days(database)


async def _stop_the_clock(database: Database, begin: datetime) -> None:
    """Let the journal of this one database read the simulated moment."""
    async with database.session() as session:
        await session.execute(text("CREATE TABLE simulated_clock (at TEXT NOT NULL)"))
        await session.execute(text("INSERT INTO simulated_clock VALUES ('')"))
        connection = await session.connection()
        await connection.run_sync(keep_journal, f"({_CLOCK})")
        await _set(session, begin)


@asynccontextmanager
async def _at(database: Database, moment: datetime) -> AsyncGenerator[AsyncSession]:
    with frozen_at(moment.astimezone(UTC)):
        async with database.session() as session:
            await _set(session, moment)
            yield session


async def _set(session: AsyncSession, moment: datetime) -> None:
    told = f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"
    await session.execute(text("UPDATE simulated_clock SET at = :at"), {"at": told})


async def _fill(
    database: Database, folder: Path, schools: Sequence[DemoSchool], begin: datetime
) -> None:
    bundle = years_bundle(schools)
    checked, read = bundle_from(bundle)
    key = open_secret_box(None, folder).derive("import plan")
    with frozen_at(begin.astimezone(UTC)):
        await apply_import(database, walk_of(checked), read, key, SYSTEM)
