from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, insert

from netzwart.clock import frozen_at
from netzwart.database import Database, table_of
from netzwart.network.history.condensing import condense
from netzwart.network.history.packing import CounterSample, PortSet, pack_sample
from netzwart.network.history.reading import (
    latest_rates,
    list_samples,
    traffic_by_day,
    traffic_by_hour,
)
from netzwart.network.history.storing import SampleRow, store_samples
from netzwart.network.tables import CounterRollup, Interface, PollSample
from tests.network.place import Place, a_place

NOW = datetime(2026, 11, 26, 10, 30, tzinfo=UTC)
PORTS = PortSet((1, 2), b"\x01")
PER_S = 1000


@pytest.fixture
async def place(database: Database) -> Place:
    return await a_place(database)


def samples(node_id: int, start: datetime, end: datetime, step_s: int = 300) -> list[SampleRow]:
    """Return polls of a node whose first port carries 1,000 octets per second inwards."""
    rows: list[SampleRow] = []
    moment = start
    while moment <= end:
        second = int(moment.timestamp())
        sample = CounterSample(PORTS, second, (second * PER_S, 5, 0, 0), (0, 0, 0, 0))
        rows.append((node_id, moment, pack_sample(sample)))
        moment += timedelta(seconds=step_s)
    return rows


async def store(place: Place, rows: list[SampleRow]) -> None:
    async with place.database.session() as session:
        await store_samples(session, rows)


async def test_hours_and_days_are_summed_up_once_and_raw_is_dropped(place: Place):
    node_id = await place.add("10.0.0.1", None)
    await store(place, samples(node_id, NOW - timedelta(hours=47), NOW))
    hours = await condense(place.database, NOW)
    assert hours == 47 + 2, "47 hours, yesterday and a part of the day before"
    assert await condense(place.database, NOW) == 0
    async with place.database.session(writing=False) as session:
        with frozen_at(NOW):
            by_port = await traffic_by_hour(session, node_id)
            one = await traffic_by_hour(session, node_id, ports={2})
            rates = await latest_rates(session, node_id)
            (days,) = (
                await traffic_by_day(session, [node_id], NOW.date() - timedelta(days=3), NOW.date())
            ).values()
    assert one == {2: by_port[2]}
    assert len(by_port[1]) == 48, "the running hour comes from the raw samples"
    assert {hour.in_bps for hour in by_port[1]} == {PER_S * 8}
    assert {hour.up_share for hour in by_port[1]} == {1.0}
    assert {(hour.in_bps, hour.up_share) for hour in by_port[2]} == {(0, 0.0)}
    assert (rates[1].in_bps, rates[2].in_bps) == (PER_S * 8, 0)
    before, yesterday = sorted(days)
    assert yesterday - before == timedelta(days=1)
    assert days[before][0].up_s < 86_400
    ports = days[yesterday]
    assert (ports[0].up_s, ports[1].up_s) == (86_400, 0)
    assert ports[0].in_octets == 86_400 * PER_S


async def test_raw_samples_are_dropped_after_two_days(place: Place):
    node_id = await place.add("10.0.0.1", None)
    await store(place, samples(node_id, NOW - timedelta(hours=60), NOW - timedelta(hours=47)))
    await condense(place.database, NOW)
    async with place.database.session(writing=False) as session:
        kept = await list_samples(session, node_id, NOW - timedelta(days=9))
    assert min(at for at, _ in kept) >= NOW - timedelta(days=2)


async def test_lost_sums_are_made_again_with_the_same_figures(place: Place):
    node_id = await place.add("10.0.0.1", None)
    await store(place, samples(node_id, NOW - timedelta(hours=5), NOW))
    await condense(place.database, NOW)
    before = await place.rows_of(CounterRollup)
    async with place.database.session() as session:
        await session.execute(delete(table_of(CounterRollup)))
    await condense(place.database, NOW)
    assert await place.rows_of(CounterRollup) == before


async def test_interfaces_show_the_average_of_the_last_full_hour(place: Place):
    node_id = await place.add("10.0.0.1", None)
    async with place.database.session() as session:
        session.add(Interface(node_id=node_id, index=1, name="1"))
        session.add(Interface(node_id=node_id, index=9, name="9"))
    await store(place, samples(node_id, NOW - timedelta(hours=2), NOW))
    await condense(place.database, NOW)
    first, other = await place.rows(Interface)
    assert (first["in_bps"], first["out_bps"], other["in_bps"]) == (PER_S * 8, 0, None)


async def test_silent_hours_are_absent(place: Place):
    node_id = await place.add("10.0.0.1", None)
    await store(place, samples(node_id, NOW - timedelta(hours=9), NOW - timedelta(hours=6)))
    await condense(place.database, NOW)
    async with place.database.session(writing=False) as session:
        with frozen_at(NOW):
            by_port = await traffic_by_hour(session, node_id)
            assert await traffic_by_hour(session, node_id + 1) == {}
            assert await latest_rates(session, node_id + 1) == {}
    assert max(hour.starts_at for hour in by_port[1]) <= NOW - timedelta(hours=6)


async def test_thousand_samples_are_written_at_once(place: Place):
    node_id = await place.add("10.0.0.1", None)
    rows = samples(node_id, NOW - timedelta(hours=20), NOW, step_s=60)
    await store(place, rows)
    await store(place, [])
    async with place.database.session() as session:
        later = {"node_id": node_id, "taken_at": NOW.replace(microsecond=0), "packed": b"x"}
        await session.execute(
            delete(table_of(PollSample)).where(table_of(PollSample).c.taken_at == NOW)
        )
        await session.execute(insert(table_of(PollSample)), [later])
    stored = list(await place.rows_of(PollSample))
    assert stored.pop()["packed"] == b"x", "both ways to write find and sort alike"
    rows.pop()
    assert [row["packed"] for row in stored] == [row[2] for row in rows]
    assert [row["taken_at"] for row in stored] == [row[1] for row in rows]
