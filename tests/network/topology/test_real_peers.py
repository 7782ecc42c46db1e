"""netzwart against real snmpd, lldpd and bridges: mapped, a cable cut, a box switched off."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Generator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from netzwart.clock import utcnow
from netzwart.database import Database, table_of
from netzwart.network.polling.cycle import PollCycle
from netzwart.network.polling.visits import report_to_nobody
from netzwart.network.profiles.loading import knowledge
from netzwart.network.protocols.snmp import open_snmp_wire
from netzwart.network.tables import Incident, Node
from netzwart.network.topology.cycle import TopologyCycle
from netzwart.network.topology.drawing import draw_wide
from netzwart.network.topology.linking import LinkState
from netzwart.network.topology.locating import Certainty
from netzwart.network.topology.mac_queries import locate
from netzwart.network.topology.plan_queries import Plan, school_plan
from netzwart.network.topology_tables import TopologyReading
from tests.network.place import Place, a_place
from tests.network.topology.small_school import BOXES, TABLET_MAC, SmallSchool, small_school

LinkStates = dict[tuple[str, str, str, str], LinkState]


@pytest.fixture
def school() -> Generator[SmallSchool]:
    with small_school() as built:
        yield built


@dataclass
class Town:
    """The town hall's netzwart: the product's own cycles, database and plan."""

    school: SmallSchool
    place: Place
    polling: PollCycle
    topology: TopologyCycle

    async def look(self) -> Plan:
        """Let all speak, poll all nodes, read their slow tables, and return the plan."""
        await asyncio.to_thread(self.school.announce)
        await self.place.make_due()
        await self.polling.run_once()
        readings = table_of(TopologyReading)
        async with self.place.database.session() as session:
            long_ago = utcnow() - timedelta(seconds=1)
            await session.execute(readings.update().values(due_at=long_ago))
        while await self.topology.run_once():
            continue
        async with self.place.database.session(writing=False) as session:
            return await school_plan(session, None, self.place.school_id, utcnow())

    async def look_until(self, is_so: Callable[[LinkStates], bool]) -> LinkStates:
        """Look again and again, at most 40 seconds, and return the links by name."""
        deadline = time.monotonic() + 40
        while True:
            links = states(await self.look())
            if is_so(links) or time.monotonic() > deadline:
                return links
            await asyncio.sleep(0.3)


def states(plan: Plan) -> LinkStates:
    names = plan.names()
    return {
        (names[link.a].name, link.a_port, names[link.b].name, link.b_port): link.state
        for link in plan.links
        if not names[link.b].is_stranger
    }


@pytest.fixture
async def town(school: SmallSchool, sqlite_database: Database) -> AsyncGenerator[Town]:
    place = await a_place(sqlite_database)
    for name, address in BOXES.items():
        await place.add(address, None, name=name)
    known = knowledge()
    with school.inside("town"):
        wire = open_snmp_wire()
        polling = PollCycle.of(place.database, wire, place.box, known, report_to_nobody,
                               interval_s=300, concurrency=4)  # fmt: skip
        yield Town(school, place, polling, TopologyCycle(place.database, wire, place.box, known))
        await wire.close()


WHOLE = {
    ("core", "p1", "sw1", "uplink"): LinkState.UP,
    ("core", "p2", "sw2", "uplink"): LinkState.UP,
    ("sw1", "p5", "ap", "eth0"): LinkState.UP,
}


async def test_school_is_mapped_and_a_cut_and_a_death_are_seen(school: SmallSchool, town: Town):
    # 1. Four boxes, three cables, each told by both its ends and drawn once.
    assert await town.look_until(lambda links: links == WHOLE) == WHOLE
    plan = await town.look()
    root = min(draw_wide(plan.nodes, plan.links).cards, key=lambda card: (card.x, card.y))
    assert root.node.name in {"core", "sw1"}, "a box that others hang on"

    # 2. The tablet talks through all of them; its port is at the access point.
    school.talk("tablet", "10.99.0.100")
    await town.look()
    async with town.place.database.session(writing=False) as session:
        found = await locate(session, None, TABLET_MAC)
    assert {seer.name for seer in found.seers.values()} >= {"core", "sw1", "ap"}
    assert found.place is not None
    assert found.seer is not None
    assert (found.seer.name, found.place.sight.port) == ("ap", "wlan0")
    assert found.place.certainty is Certainty.EDGE

    # 3. One cable is cut: the link is down, the port has an incident, the box behind it is silent.
    school.cut("sw2", "uplink")
    cut = ("core", "p2", "sw2", "uplink")
    links = await town.look_until(lambda links: links.get(cut) is LinkState.DOWN)
    assert links == WHOLE | {cut: LinkState.DOWN}
    incidents = await town.place.rows(Incident)
    assert "p2" in " ".join(row["text"] for row in incidents if row["kind"] == "port_down")

    # 4. The access point dies with its cable plugged in: nobody answers at the other end.
    school.kill("ap")
    dead = ("sw1", "p5", "ap", "eth0")
    links = await town.look_until(lambda links: links.get(dead) is LinkState.SILENT)
    assert links[dead] is LinkState.SILENT
    nodes = {row["name"]: str(row["reachability"]) for row in await town.place.rows(Node)}
    assert nodes == {"core": "up", "sw1": "up", "sw2": "down", "ap": "down"}
