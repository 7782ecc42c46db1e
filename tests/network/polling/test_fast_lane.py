"""Known nodes on the fast lane: quiet ones in bulk, all else the long way; real datagrams."""

from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest
from pydantic import SecretStr

from netzwart.database import Database, table_of
from netzwart.network.history.packing import unpack_sample
from netzwart.network.poll_log import entries
from netzwart.network.polling.cycle import PollCycle, recorders_for, targets_by_place
from netzwart.network.polling.fast_lane import FastLane
from netzwart.network.polling.visits import report_to_nobody
from netzwart.network.profiles.loading import Knowledge
from netzwart.network.protocols import ber
from netzwart.network.protocols.replies import SnmpTarget
from netzwart.network.protocols.snmp import ChoosingWire, open_snmp_wire
from netzwart.network.tables import Incident, Interface, Node, PollSample, Reachability, StateChange
from tests.network.odd_agent import (
    COUNTER64,
    IF,
    IFX,
    TICKS,
    OddAgent,
    start_odd_agent,
    switch_values,
)
from tests.network.place import Place, a_place

LONG_WAY = "netzwart.network.polling.cycle.probe_with_table"


class Scene:
    """One node behind a real agent, and the cycle that polls it."""

    def __init__(self, place: Place, wire: ChoosingWire, agent: OddAgent, node_id: int) -> None:
        self.place, self.agent, self.node_id = place, agent, node_id
        target = SnmpTarget(
            "127.0.0.1", agent.port, community=SecretStr("public"), timeout_s=0.3, retries=1
        )
        self.cycle = PollCycle(
            database=place.database,
            wire=wire,
            knowledge=Knowledge({}, {}),
            report=report_to_nobody,
            interval_s=300,
            concurrency=10,
            recorders=recorders_for(place.database),
            target_of=targets_by_place([target]),
            lane=FastLane(wire),
            status_only=True,
        )

    async def poll(self) -> int:
        """Poll once and return how many datagrams the agent got."""
        self.agent.asked = 0
        await self.place.make_due()
        assert await self.cycle.run_once() == 1
        return self.agent.asked

    async def settle(self) -> None:
        """Poll until the node is known: the long way, everything, and quietly."""
        for _ in range(3):
            await self.poll()

    async def kinds(self) -> list[tuple[str, bool]]:
        rows = await self.place.rows(Incident)
        return [(row["kind"], row["ended_at"] is None) for row in rows]

    async def changes(self) -> list[str]:
        return [row["what"] for row in await self.place.rows(StateChange)]


@pytest.fixture
async def scene(database: Database) -> AsyncGenerator[Scene]:
    place = await a_place(database)
    agent = await start_odd_agent(values=switch_values(6))
    wire = open_snmp_wire()
    node_id = await place.add("127.0.0.1", None, port=agent.port)
    yield Scene(place, wire, agent, node_id)
    await wire.close()
    agent.transport.close()


async def test_quiet_polls_leave_the_state_alone_and_add_samples(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
):
    await scene.settle()
    before = await scene.place.node(scene.node_id)
    interfaces = await scene.place.rows(Interface)
    monkeypatch.delattr(LONG_WAY)
    scene.agent.values[f"{IFX}.6.2"] = (COUNTER64, 10**12 + 999)
    assert await scene.poll() == 3, "scalars, octets, states; no names and speeds"
    after = await scene.place.node(scene.node_id)
    assert after["last_polled_at"] == after["last_answered_at"] > before["last_polled_at"]
    assert after["claimed_until"] is None
    assert after["next_poll_at"] > after["last_polled_at"]
    assert (after["version"], after["changed_at"]) == (before["version"], before["changed_at"])
    assert await scene.place.rows(Interface) == interfaces
    samples = [unpack_sample(row["packed"]) for row in await scene.place.rows_of(PollSample)]
    assert len(samples) == 4
    assert samples[-1].octets[2] == 10**12 + 999
    assert samples[-1].ports.indexes == (1, 2, 3, 4, 5, 6)
    assert len(list(entries(after["poll_log"]))) == 4
    assert next(entries(after["poll_log"])).is_reachable


async def test_port_that_goes_down_is_recorded_at_once(scene: Scene):
    await scene.settle()
    scene.agent.values[f"{IF}.8.2"] = (ber.INTEGER, 2)
    await scene.poll()
    assert await scene.kinds() == [("port_down", True)]
    assert "oper" in await scene.changes()
    port = (await scene.place.rows(Interface))[1]
    assert (port["oper"], port["mac"], port["type"]) == ("down", "02:00:00:00:00:02", 6)
    scene.agent.values[f"{IF}.5.2"] = (ber.GAUGE32, 100_000_000)
    scene.agent.values[f"{IFX}.15.2"] = (ber.GAUGE32, 100)
    await scene.poll()
    assert (await scene.place.rows(Interface))[1]["speed_bps"] == 100_000_000


async def test_new_and_renumbered_ports_are_learned(scene: Scene):
    await scene.settle()
    scene.agent.values = switch_values(8)
    await scene.poll()
    assert len(await scene.place.rows(Interface)) == 8
    scene.agent.values = switch_values(8, first=101)
    await scene.poll()
    rows = await scene.place.rows(Interface)
    assert [row["is_gone"] for row in rows] == [True] * 8 + [False] * 8
    await scene.settle()
    samples = [unpack_sample(row["packed"]) for row in await scene.place.rows_of(PollSample)]
    assert samples[-1].ports.indexes == tuple(range(101, 109))


async def test_restart_is_seen_by_the_uptime(scene: Scene):
    await scene.settle()
    scene.agent.values["1.3.6.1.2.1.1.3.0"] = (TICKS, 500)
    await scene.poll()
    assert ("restarted", False) in await scene.kinds()


async def test_silent_node_goes_down_is_probed_cheaply_and_comes_back(scene: Scene):
    await scene.settle()
    scene.agent.is_silent = True
    await scene.poll()
    assert (await scene.place.node(scene.node_id))["reachability"] is Reachability.UP
    await scene.poll()
    down = await scene.place.node(scene.node_id)
    assert down["reachability"] is Reachability.DOWN
    assert await scene.kinds() == [("unreachable", True)]
    for _ in range(6):
        assert await scene.poll() == 1, "one datagram, no second attempt"
    later = await scene.place.node(scene.node_id)
    assert (later["failed_polls"], later["last_error"]) == (8, down["last_error"])
    assert later["next_poll_at"] - later["last_polled_at"] > timedelta(seconds=300)
    assert not next(entries(later["poll_log"])).is_reachable
    scene.agent.is_silent = False
    await scene.poll()
    assert (await scene.place.node(scene.node_id))["reachability"] is Reachability.UP
    assert await scene.kinds() == [("unreachable", False)]


async def test_node_that_somebody_else_changed_is_read_again(scene: Scene):
    await scene.settle()
    nodes = table_of(Node)
    async with scene.place.database.session() as session:
        await session.execute(nodes.update().values(version=nodes.c.version + 1, sys_name="alt"))
    await scene.poll()
    assert "sys_name" in await scene.changes()


async def test_script_and_control_characters_in_names_are_kept_as_text(scene: Scene):
    await scene.settle()
    name = b"<script>alert(1)</script>\x00\x1b[31m\xff"
    scene.agent.values["1.3.6.1.2.1.1.5.0"] = (ber.OCTET_STRING, name)
    scene.agent.values[f"{IFX}.18.1"] = (ber.OCTET_STRING, b"a" * 1200)
    await scene.poll()
    node = await scene.place.node(scene.node_id)
    assert "<script>alert(1)</script>" in node["sys_name"]
    assert "\x00" not in node["sys_name"]
    assert "\x1b" not in node["sys_name"]


async def test_wrong_types_and_resets_of_counters_do_not_stop_the_polling(scene: Scene):
    await scene.settle()
    scene.agent.values[f"{IFX}.6.3"] = (ber.OCTET_STRING, b"many")
    scene.agent.values[f"{IFX}.10.2"] = (COUNTER64, 2**64 - 1)
    for _ in range(3):
        await scene.poll()
    scene.agent.values[f"{IFX}.10.2"] = (COUNTER64, 3)
    await scene.poll()
    node = await scene.place.node(scene.node_id)
    assert node["reachability"] is Reachability.UP
    assert node["last_error"] is None
