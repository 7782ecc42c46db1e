import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, insert, select, text

from netzwart.accounts.tables import AuditEvent
from netzwart.clock import frozen_at
from netzwart.database import Database, table_of
from netzwart.ledger import sealing
from netzwart.ledger.checking import check_chain
from netzwart.ledger.queries import entries_by_subject, latest_seal, list_seals
from netzwart.ledger.reading import rows_between
from netzwart.ledger.sealing import columns_of, end_of_day, seal_days
from netzwart.ledger.tables import DaySeal, JournalEntry, LedgerSegment
from netzwart.ledger.verifier import GENESIS, Row, Segment, kinds_of, leaf_of, runs_of
from tests.builders import a_device, a_sighting

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


async def audit(database: Database, at: datetime, action: str = "thing_done", **changes: object):
    with frozen_at(at):
        async with database.session() as session:
            session.add(
                AuditEvent(at=at, actor="anna", action=action, subject_type="x", changes=changes)
            )


async def seals(database: Database) -> list[DaySeal]:
    async with database.session(writing=False) as session:
        return list(
            (await session.execute(select(DaySeal).order_by(table_of(DaySeal).c.day))).scalars()
        )


async def faults(database: Database, as_of: date) -> list[str]:
    async with database.session(writing=False) as session:
        return (await check_chain(session, as_of))[1]


async def test_each_day_gets_one_seal_chained_to_the_day_before(database: Database):
    await audit(database, NOON)
    await audit(database, NOON + timedelta(days=1))
    assert await seal_days(database, NOON + timedelta(days=1)) == 1
    assert await seal_days(database, NOON + timedelta(days=1)) == 0
    assert await seal_days(database, NOON + timedelta(days=4)) == 3, "days without rows too"
    first, second, *others = await seals(database)
    assert [str(seal.day) for seal in (first, second, *others)] == [
        "2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23",
    ]  # fmt: skip
    assert first.previous_sha256 == GENESIS
    assert second.previous_sha256 == first.root_sha256
    assert [seal.entries for seal in (first, second, *others)] == [1, 1, 0, 0]
    assert await faults(database, date(2026, 11, 24)) == []


async def test_day_is_sealed_only_after_its_grace(database: Database):
    await audit(database, NOON)
    midnight = end_of_day(date(2026, 11, 20))
    assert midnight == datetime(2026, 11, 20, 23, 0, tzinfo=UTC), "of Berlin"
    assert await seal_days(database, midnight + timedelta(minutes=9)) == 1, "the day before"
    assert (await seals(database))[-1].entries == 0
    assert await seal_days(database, midnight + timedelta(minutes=10)) == 1
    assert (await seals(database))[-1].entries == 1


async def test_row_committed_late_is_sealed_with_the_next_day(database: Database):
    await audit(database, NOON)
    await seal_days(database, NOON + timedelta(days=1))
    await audit(database, NOON)  # its moment lies in the sealed day
    await seal_days(database, NOON + timedelta(days=2))
    assert [seal.entries for seal in await seals(database)] == [1, 1]
    assert await faults(database, date(2026, 11, 22)) == []


async def test_two_workers_seal_a_day_once(postgres_database: Database):
    await audit(postgres_database, NOON)
    await seal_days(postgres_database, NOON + timedelta(days=1))
    done = await asyncio.gather(
        *(seal_days(postgres_database, NOON + timedelta(days=3)) for _ in range(3))
    )
    assert sum(done) == 2
    assert await faults(postgres_database, date(2026, 11, 23)) == []


async def test_sealing_does_not_block_a_writer(database: Database, monkeypatch: pytest.MonkeyPatch):
    """While a seal hashes (held here in the middle of it), somebody else writes and commits."""
    await audit(database, NOON)
    wrote: list[float] = []
    loop = asyncio.get_running_loop()

    async def write() -> None:
        started = loop.time()
        await audit(database, NOON + timedelta(days=1), "written_meanwhile")
        wrote.append(loop.time() - started)

    real = database.session
    writer: list[asyncio.Task[None]] = []

    def watched(*, writing: bool = True, keeping: bool = True):
        if writing and not writer:
            raise AssertionError("the hashing took the write lock")
        return real(writing=writing, keeping=keeping)

    original = sealing._next_seal

    def held(connection: object, last_day: date) -> object:
        found = original(connection, last_day)  # type: ignore[arg-type]
        if not writer:
            monkeypatch.setattr(database, "session", real)
            writer.append(loop.create_task(write()))
            connection.execute(text("SELECT 1"))  # type: ignore[attr-defined]
        return found

    monkeypatch.setattr(sealing, "_next_seal", held)
    monkeypatch.setattr(database, "session", watched)
    await seal_days(database, NOON + timedelta(days=1))
    await asyncio.wait_for(writer[0], 5)
    assert wrote[0] < 2
    assert await faults(database, date(2026, 11, 21)) == []


async def test_sightings_documents_journal_and_audit_are_under_the_seal(database: Database):
    async with database.session() as session:
        device = await a_device(session)
        await a_sighting(session, device, raw={"ä": [1, None, "x"]})
    await audit(database, NOON, name=["a", "b"])
    later = datetime.now(UTC) + timedelta(days=1)
    await seal_days(database, later)
    async with database.session(writing=False) as session:
        found = dict(await entries_by_subject(session))
        newest = await latest_seal(session)
        assert newest is not None
        assert [row.day for row in await list_seals(session, before=newest.day)] == []
    assert found["sighting"] == found["audit_event"] == 1
    assert await faults(database, later.date()) == []


async def test_both_databases_hash_a_row_alike(
    sqlite_database: Database, postgres_database: Database
):
    told: list[list[Row]] = []
    for database in (sqlite_database, postgres_database):
        row = {
            "id": 7, "created_at": NOON, "changed_at": NOON, "version": 1, "at": NOON,
            "actor": "Ä 'quote' \\ 漢", "action": "x", "subject_type": "y", "subject_id": None,
            "changes": {"b": [None, 1], "a": ["€", True]},
        }  # fmt: skip
        async with database.session() as session:
            await session.execute(insert(table_of(AuditEvent)).values(**row))
        table = table_of(AuditEvent)
        segment = Segment("2026-11-20", "audit_event", 0, columns_of(table), "7-7", 1, b"", "")
        async with database.session(writing=False) as session:
            connection = await session.connection()
            rows = await connection.run_sync(lambda sync, s=segment: list(rows_between(sync, s)))
            told.append(rows)
    leaves = [leaf_of(rows[0], kinds_of(columns_of(table_of(AuditEvent)))) for rows in told]
    assert told[0][0][1] == told[1][0][1]
    assert leaves[0] == leaves[1]


async def test_every_change_of_money_is_journaled_by_the_database(database: Database):
    async with database.session() as session:
        await session.execute(text(
            "INSERT INTO supplier (name, created_at, changed_at, version)"
            " VALUES ('S', '2026-11-20 12:00:00.000000', '2026-11-20 12:00:00.000000', 1)"
        ))  # fmt: skip
        await session.execute(text(
            "INSERT INTO invoice (number, supplier_id, issued_on, kind, currency, created_at,"
            " changed_at, version) VALUES ('R1', (SELECT max(id) FROM supplier), '2026-11-20',"
            " 'invoice', 'EUR', '2026-11-20 12:00:00.000000', '2026-11-20 12:00:00.000000', 1)"
        ))  # fmt: skip
        for statement in (
            "UPDATE invoice SET number = 'R2'",
            "UPDATE invoice SET number = 'R2'",  # changes nothing
            "DELETE FROM invoice",
        ):
            await session.execute(text(statement))
    async with database.session(writing=False) as session:
        rows = (
            await session.execute(select(JournalEntry).order_by(table_of(JournalEntry).c.id))
        ).scalars()
        assert [(row.act, '"R2"' in row.content) for row in rows] == [
            ("insert", False), ("update", True), ("delete", True),
        ]  # fmt: skip
        count = await session.scalar(select(func.count()).select_from(table_of(LedgerSegment)))
        assert count == 0
    assert await faults(database, date(2026, 11, 20)) == []


def test_ids_are_told_as_runs():
    assert runs_of([1, 2, 3, 7, 9, 10]) == "1-3 7-7 9-10"
