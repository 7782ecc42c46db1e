"""The API tells the rates that the node's page shows."""

from datetime import timedelta

from netzwart.clock import utcnow
from netzwart.database import Database
from netzwart.network.history.packing import CounterSample, PortSet, pack_sample
from netzwart.network.history.storing import store_samples
from netzwart.network.tables import Node
from tests.api_client import Api
from tests.cast import Cast


async def test_rates_are_those_between_the_last_two_polls(api: Api, cast: Cast, database: Database):
    caller, now = await api.caller(), utcnow()
    async with database.session() as session:
        node = Node(address="10.0.0.1", name="sw", school_id=cast.school.id)
        session.add(node)
        await session.flush()
    assert await caller.get(f"nodes/{node.id}/rates") == {"items": []}
    counts = ((1_000, 500), (61_000, 500))
    rows = [
        (
            node.id,
            now - timedelta(seconds=60 * (1 - place)),
            pack_sample(CounterSample(PortSet((7,), b"\x01"), 100 + 60 * place, octets, (0, 0))),
        )
        for place, octets in enumerate(counts)
    ]
    async with database.session() as session:
        await store_samples(session, rows)
    (item,) = (await caller.get(f"nodes/{node.id}/rates"))["items"]
    assert (item["interface"], item["in_bps"], item["out_bps"]) == (7, 8_000, 0)
    await caller.get("nodes/4711/rates", 404)
