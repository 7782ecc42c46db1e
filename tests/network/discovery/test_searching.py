import socket
from collections import Counter
from collections.abc import Mapping, Sequence

import pytest
from pydantic import SecretStr

from netzwart.accounts.actors import SYSTEM
from netzwart.database import Database
from netzwart.network.credentials import store_credential
from netzwart.network.discovery.liveness import Liveness, look_at
from netzwart.network.discovery.searching import Discovery
from netzwart.network.discovery.service import (
    DiscoveryForm,
    IgnoreForm,
    cancel_discovery,
    ignore,
    start_discovery,
)
from netzwart.network.discovery_tables import (
    DiscoveredNode,
    DiscoveryRun,
    DiscoveryState,
    ProposalStatus,
)
from netzwart.network.forms import CredentialForm
from netzwart.network.profiles.loading import Knowledge
from netzwart.network.protocols.replies import (
    Index,
    NoAnswerError,
    Oid,
    SnmpTarget,
    SnmpValue,
)
from netzwart.network.tables import Node
from tests.network.conftest import Snmpd
from tests.network.place import Place, a_place
from tests.network.simulated_switch import Switch


class Doors:
    """Lets in whoever knows an address's community, and counts who knocked with what."""

    def __init__(self, place: Place, communities: Mapping[str, str]) -> None:
        self.place, self.communities = place, communities
        self.tried: Counter[tuple[str, str]] = Counter()

    async def get(self, target: SnmpTarget, oids: Sequence[Oid]) -> Mapping[Oid, SnmpValue]:
        said = target.community.get_secret_value() if target.community else ""
        self.tried[target.host, said] += 1
        if self.communities.get(target.host) != said:
            raise NoAnswerError("no answer")
        return await self.place.wire.get(target, oids)

    async def walk(
        self, target: SnmpTarget, columns: Sequence[Oid]
    ) -> Mapping[Oid, Mapping[Index, SnmpValue]]:
        return await self.place.wire.walk(target, columns)


@pytest.fixture
async def place(database: Database) -> Place:
    place = await a_place(database)
    for number, serial in ((5, "SN5"), (6, "SN6")):
        place.wire.switches[f"10.0.0.{number}:161"] = Switch(
            name=f"sw-{number}", parts={"Chassis": serial}
        )
    return place


async def alive(host: str, port: int) -> Liveness:
    return Liveness.ALIVE if host.endswith((".5", ".6", ".7")) else Liveness.SILENT


async def search(place: Place, doors: Doors, **given: object) -> DiscoveryRun:
    async with place.database.session() as session:
        names = ("neu-eins", "neu-zwei")
        stored = [
            await store_credential(
                session,
                place.box,
                CredentialForm(name=f"{name}-{id(given)}", kind="snmp_v2c",
                               community=SecretStr(name)),
            )
            for name in names
        ]  # fmt: skip
        form = DiscoveryForm.model_validate(
            {"school_id": place.school_id, "ranges": "10.0.0.0/28",
             "credential_ids": [one.id for one in stored], **given}
        )  # fmt: skip
        run = await start_discovery(session, SYSTEM, form)
    await discovery(place, doors).run(run.id)
    return await the_run(place, run.id)


def discovery(place: Place, doors: Doors) -> Discovery:
    return Discovery(
        place.database, doors, place.box, Knowledge({}, {}), look=alive, per_second=5000
    )


async def the_run(place: Place, run_id: int) -> DiscoveryRun:
    async with place.database.session(writing=False) as session:
        return await session.get_one(DiscoveryRun, run_id)


async def test_what_answers_is_proposed_and_no_node_is_made(place: Place):
    doors = Doors(place, {"10.0.0.5": "neu-eins", "10.0.0.6": "neu-zwei"})
    run = await search(place, doors)
    assert (run.state, run.total, run.asked) == (DiscoveryState.FINISHED, 14, 14)
    assert (run.alive, run.answered, run.proposed) == (3, 2, 2)
    found = await place.rows(DiscoveredNode)
    assert [(row["address"], row["sys_name"], row["serial"]) for row in found] == [
        ("10.0.0.5", "sw-5", "SN5"),
        ("10.0.0.6", "sw-6", "SN6"),
    ]
    assert {row["status"] for row in found} == {ProposalStatus.OPEN}
    assert await place.rows(Node) == []


async def test_only_the_chosen_credentials_are_tried_each_once_and_only_where_somebody_is(
    place: Place,
):
    doors = Doors(place, {"10.0.0.6": "neu-zwei"})
    run = await search(place, doors)
    assert {said for _, said in doors.tried} == {"neu-eins", "neu-zwei"}, "never another one"
    assert {host for host, _ in doors.tried} == {"10.0.0.5", "10.0.0.6", "10.0.0.7"}
    assert doors.tried["10.0.0.7", "neu-eins"] == doors.tried["10.0.0.7", "neu-zwei"] == 1
    assert run.attempts == 6


async def test_nodes_are_left_alone(place: Place):
    await place.add("10.0.0.5", Switch())
    doors = Doors(place, {"10.0.0.5": "neu-eins"})
    run = await search(place, doors)
    assert (run.known, run.answered) == (1, 0)
    assert not any(host == "10.0.0.5" for host, _ in doors.tried)
    (node,) = await place.rows(Node)
    assert node["name"] == "node 10.0.0.5", "nothing is overwritten"


async def test_what_was_ignored_stays_ignored_until_another_device_answers(place: Place):
    doors = Doors(place, {"10.0.0.5": "neu-eins"})
    await search(place, doors)
    (row,) = await place.rows(DiscoveredNode)
    async with place.database.session() as session:
        await ignore(session, SYSTEM, row["id"], IgnoreForm(reason="Privat"))
    run = await search(place, doors)
    assert run.proposed == 0
    (row,) = await place.rows(DiscoveredNode)
    assert (row["status"], row["reason"]) == (ProposalStatus.IGNORED, "Privat")
    place.wire.switches["10.0.0.5:161"].parts["Chassis"] = "SN99"
    run = await search(place, doors)
    (row,) = await place.rows(DiscoveredNode)
    assert (run.proposed, row["status"], row["serial"]) == (1, ProposalStatus.OPEN, "SN99")


async def test_interrupted_search_goes_on_and_a_finished_one_is_left_alone(place: Place):
    doors = Doors(place, {"10.0.0.5": "neu-eins"})
    run = await search(place, doors)
    before = doors.tried.total()
    await discovery(place, doors).run(run.id)
    assert doors.tried.total() == before
    async with place.database.session() as session:
        kept = await session.get_one(DiscoveryRun, run.id)
        kept.state, kept.asked = DiscoveryState.RUNNING, 10
    await discovery(place, doors).run(run.id)
    assert doors.tried.total() == before, "addresses before the tenth are not asked again"
    assert (await the_run(place, run.id)).asked == 14


async def test_cancelled_search_asks_nobody(place: Place):
    doors = Doors(place, {})
    async with place.database.session() as session:
        form = DiscoveryForm(
            school_id=place.school_id, ranges="10.0.0.5", credential_ids=[place.credential_id]
        )
        run = await start_discovery(session, SYSTEM, form)
        await cancel_discovery(session, SYSTEM, run.id)
    await discovery(place, doors).run(run.id)
    assert doors.tried.total() == 0
    assert (await the_run(place, run.id)).state is DiscoveryState.CANCELLED


async def test_look_at_a_real_agent_and_at_a_closed_port(snmpd: Snmpd):
    assert await look_at("127.0.0.1", snmpd.port) is Liveness.SPEAKS_SNMP
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        closed = probe.getsockname()[1]
    assert await look_at("127.0.0.1", closed) is Liveness.NO_SNMP
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
        mute.bind(("127.0.0.1", 0))
        # It takes the question and says nothing; a refused TCP port shows that somebody is there.
        found = await look_at("127.0.0.1", mute.getsockname()[1], patience_s=0.3)
    assert found is Liveness.ALIVE
