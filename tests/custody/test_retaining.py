"""Evidence is deleted last, leaves its hash, and the chain over it holds."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import DBAPIError

from netzwart.clock import frozen_at
from netzwart.custody.rules.retaining import Kept, keep_until
from netzwart.custody.service.retaining import erase_expired, find_expired
from netzwart.database import Database, table_of
from netzwart.evidence.tables import Sighting
from netzwart.inventory.tables import Device, DeviceStatus
from netzwart.ledger.checking import check_chain
from netzwart.ledger.sealing import seal_days
from netzwart.ledger.tables import ErasedRow
from tests.builders import a_device, a_sighting
from tests.custody.test_watch import ANNA
from tests.custody.town import a_town

GONE = date(2024, 3, 1)


@pytest.mark.parametrize(
    ("closed_on", "periods", "expected"),
    [
        (GONE, [], date(2034, 12, 31)),
        (GONE, [date(2030, 1, 1)], date(2034, 12, 31)),
        (GONE, [date(2041, 5, 6), date(2030, 1, 1)], date(2041, 5, 6)),
        (GONE, [date(2041, 5, 6), None], None),
        (None, [], None),
    ],
)
def test_last_of_all_periods_decides_and_an_unknown_one_keeps(
    closed_on: date | None, periods: Sequence[date | None], expected: date | None
):
    kept = Kept(is_closed=closed_on is not None, closed_on=closed_on, periods=periods)
    assert keep_until(kept) == expected


def test_what_stands_is_kept_whatever_has_ended():
    assert keep_until(Kept(is_closed=False, closed_on=GONE, periods=[GONE])) is None


async def _sightings(database: Database) -> int:
    async with database.session(writing=False) as session:
        count = select(func.count()).select_from(table_of(Sighting))
        return (await session.execute(count)).scalar_one()


async def test_sightings_go_when_every_period_is_over_and_the_chain_holds(database: Database):
    town = await a_town(database)
    paid = await town.buy("G1", status=DeviceStatus.DISPOSED, disposed_on=GONE)
    begun = datetime(2024, 2, 1, 9, tzinfo=UTC)
    with frozen_at(begun):
        async with database.session() as session:
            gone = await a_device(session, status=DeviceStatus.DISPOSED, disposed_on=GONE)
            stands = await a_device(session)
            funded = await session.get_one(Device, paid)
            old = await a_device(session, status=DeviceStatus.DISPOSED, disposed_on=GONE)
            new = await a_device(session, predecessor_id=old.id)
            for device in (gone, stands, funded, old, new):
                await a_sighting(session, device, seen_at=begun)
            await a_sighting(session, gone, device_id=None, seen_at=begun)
    await seal_days(database, datetime(2024, 2, 3, tzinfo=UTC))
    with frozen_at(datetime(2034, 12, 31, 12, tzinfo=UTC)):
        async with database.session(writing=False) as session:
            expired = await find_expired(session)
            assert (expired.of_devices, expired.of_nobody) == ({}, {}), "the last day still counts"
    with frozen_at(datetime(2035, 1, 2, 12, tzinfo=UTC)):
        async with database.session(writing=False) as session:
            expired = await find_expired(session)
        assert expired.devices == 2, "neither what stands nor what it was swapped for"
        assert len(expired.of_devices) == 2
        assert len(expired.of_nobody) == 1
        async with database.session() as session:
            done = await erase_expired(session, ANNA)
            assert (done.erased, done.unsealed, done.altered) == (3, 0, 0)
            assert (await erase_expired(session, ANNA)).erased == 0
    assert await _sightings(database) == 3
    async with database.session(writing=False) as session:
        rows = (await session.execute(select(ErasedRow))).scalars().all()
        assert [row.retained_until for row in rows] == [date(2034, 12, 31)] * 3
        assert (await check_chain(session, date(2024, 2, 3)))[1] == []


async def test_row_without_a_hash_and_a_forged_row_are_never_deleted(database: Database):
    begun = datetime(2024, 2, 1, 9, tzinfo=UTC)
    with frozen_at(begun):
        async with database.session() as session:
            device = await a_device(session, status=DeviceStatus.LOST, disposed_on=GONE)
            sealed = (await a_sighting(session, device, seen_at=begun)).id
    await seal_days(database, datetime(2024, 2, 3, tzinfo=UTC))
    with pytest.raises(DBAPIError):
        async with database.session() as session:
            await session.execute(delete(table_of(Sighting)))
    async with database.session() as session:
        is_sqlite = (await session.connection()).dialect.name == "sqlite"
        off = ("DROP TRIGGER sighting_refuses_update" if is_sqlite
               else "ALTER TABLE sighting DISABLE TRIGGER ALL")  # fmt: skip
        await session.execute(text(off))
        await session.execute(text("UPDATE sighting SET serial = 'FORGED'"))
        if not is_sqlite:
            await session.execute(text("ALTER TABLE sighting ENABLE TRIGGER ALL"))
        late = await a_sighting(session, device, seen_at=begun)
        assert late.id != sealed
    with frozen_at(datetime(2035, 1, 2, 12, tzinfo=UTC)):
        async with database.session() as session:
            done = await erase_expired(session, ANNA)
    assert (done.erased, done.unsealed, done.altered) == (0, 1, 1)
    assert await _sightings(database) == 2
