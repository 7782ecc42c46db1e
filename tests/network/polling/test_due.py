import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select, update

from netzwart.clock import utcnow
from netzwart.database import Database, table_of
from netzwart.network.polling.due import LEASE, claim_due_nodes, claim_node, has_due_nodes
from netzwart.network.tables import Node, Reachability
from netzwart.schools.tables import School

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
nodes = table_of(Node)


async def some_nodes(database: Database, count: int, due_at: datetime | None = NOW) -> list[int]:
    async with database.session() as session:
        school = School(number="990001", name="Schule", short_name="S")
        session.add(school)
        await session.flush()
        rows = [
            {
                "address": f"10.0.{n // 250}.{n % 250}",
                "port": 161,
                "ssh_port": 22,
                "name": f"n{n}",
                "school_id": school.id,
                "is_enabled": True,
                "next_poll_at": due_at,
                "reachability": Reachability.UNKNOWN,
                "failed_polls": 0,
                "readings": {},
                "created_at": NOW,
                "changed_at": NOW,
                "version": 1,
            }
            for n in range(count)
        ]
        await session.execute(insert(nodes), rows)
        return list((await session.execute(select(nodes.c.id).order_by(nodes.c.id))).scalars())


async def claimed(database: Database, limit: int, now: datetime) -> list[int]:
    async with database.session() as session:
        return [node.id for node in await claim_due_nodes(session, limit, now)]


async def test_due_nodes_are_claimed_once_and_no_more_than_asked_for(database: Database):
    ids = await some_nodes(database, 5)
    first = await claimed(database, 3, NOW)
    second = await claimed(database, 3, NOW)
    assert len(first) == 3
    assert sorted(first + second) == ids
    assert await claimed(database, 3, NOW) == []


async def test_workers_never_hold_the_same_node(database: Database):
    ids = await some_nodes(database, 200)
    shards = await asyncio.gather(*(claimed(database, 17, NOW) for _ in range(20)))
    held = [node for shard in shards for node in shard]
    assert len(held) == len(set(held)), "a node was claimed twice"
    rest = await claimed(database, 200, NOW)
    assert sorted(held + rest) == ids


async def test_node_of_a_dead_worker_is_due_again_after_the_lease(database: Database):
    ids = await some_nodes(database, 1)
    assert await claimed(database, 5, NOW) == ids
    assert await claimed(database, 5, NOW + LEASE - timedelta(seconds=1)) == []
    assert await claimed(database, 5, NOW + LEASE) == ids


async def test_polling_a_held_node_now_does_not_take_it_away(database: Database):
    ids = await some_nodes(database, 1)
    await claimed(database, 5, NOW)
    async with database.session() as session:
        await session.execute(update(nodes).values(next_poll_at=NOW))
    assert await claimed(database, 5, NOW) == []
    async with database.session() as session:
        assert await claim_node(session, ids[0], NOW) is None


async def test_disabled_and_undated_nodes_are_never_due(database: Database):
    await some_nodes(database, 2, due_at=None)
    async with database.session() as session:
        await session.execute(update(nodes).where(nodes.c.name == "n0").values(is_enabled=False))
        await session.execute(update(nodes).where(nodes.c.name == "n0").values(next_poll_at=NOW))
    async with database.session(writing=False) as session:
        assert not await has_due_nodes(session, utcnow())
    assert await claimed(database, 5, utcnow()) == []


async def test_claiming_one_node_does_not_need_it_to_be_due(database: Database):
    ids = await some_nodes(database, 2, due_at=NOW + timedelta(hours=1))
    async with database.session() as session:
        node = await claim_node(session, ids[1], NOW)
    assert node is not None
    assert node.id == ids[1]
    assert node.known.reachability is Reachability.UNKNOWN
