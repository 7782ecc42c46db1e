"""From a real trap to the recorded change: agent, wire, cycle and both databases are real."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from netzwart.database import Database, table_of
from netzwart.demo.agent_descriptions import DOWN, AgentDescription, AgentInterface
from netzwart.demo.agents import SimulatedAgent
from netzwart.network.credentials import store_credential
from netzwart.network.forms import CredentialForm
from netzwart.network.poll_log import PollCause, entries
from netzwart.network.protocols.replies import AuthProtocol, PrivacyProtocol
from netzwart.network.tables import Incident, Node, StateChange
from netzwart.settings import Settings
from netzwart.worker import run_worker
from tests.network.alerting.net_snmp import COLD_START, LINK_DOWN, LINK_UP, send, v3
from tests.network.place import Place, a_place
from tests.ports import free_udp_port

COMMUNITY = "geheim-lesen"
AGENT = AgentDescription(
    name="gym-sw-01",
    community=COMMUNITY,
    user="netzwart",
    auth=AuthProtocol.SHA256,
    auth_key="invented-auth-1",
    privacy=PrivacyProtocol.AES128,
    privacy_key="invented-priv-1",
    interfaces=tuple(AgentInterface(index, f"1/0/{index}") for index in range(1, 49)),
)
DOWN_AT_7 = replace(
    AGENT,
    interfaces=tuple(
        replace(port, oper=DOWN) if port.index == 7 else port for port in AGENT.interfaces
    ),
)


@pytest.fixture
async def agent() -> AsyncGenerator[SimulatedAgent]:
    started = SimulatedAgent(AGENT)
    await started.start()
    yield started
    started.close()


@asynccontextmanager
async def working(place: Place, folder: Path, port: int) -> AsyncGenerator[None]:
    """Run a worker that listens for traps, until the first poll is done."""
    stop = asyncio.Event()
    settings = Settings(data_dir=folder, trap_address="127.0.0.1", trap_port=port,
                        poll_interval_s=3600, trap_community=SecretStr("nur-traps"))  # fmt: skip
    worker = asyncio.create_task(
        run_worker(settings, place.database, secret_box=place.box, stopping=stop)
    )
    try:
        await until(place, lambda node: node["identified_at"] is not None)
        yield
    finally:
        stop.set()
        await worker


async def until(place: Place, is_so: object, within_s: float = 15.0) -> float:
    """Return the seconds until the only node is so."""
    started = time.monotonic()
    while time.monotonic() - started < within_s:
        if is_so((await place.rows(Node))[0]):  # type: ignore[operator]
            return time.monotonic() - started
        await asyncio.sleep(0.02)
    pytest.fail("the node did not become so")


async def changes(place: Place) -> list[tuple[str, str | None]]:
    return [(row["what"], row["after"]) for row in await place.rows(StateChange)
            if row["what"] == "oper"]  # fmt: skip


async def seen(place: Place, expected: list[tuple[str, str | None]], within_s: float) -> float:
    started = time.monotonic()
    while time.monotonic() - started < within_s:
        if await changes(place) == expected:
            return time.monotonic() - started
        await asyncio.sleep(0.02)
    pytest.fail(f"after {within_s} s: {await changes(place)}")


async def test_port_that_goes_down_is_seen_within_two_seconds(
    database: Database, agent: SimulatedAgent, tmp_path: Path
):
    place, port = await a_place(database), free_udp_port()
    await place.add(agent.address[0], None, port=agent.address[1])
    arguments = ["-v2c", "-c", COMMUNITY]
    async with working(place, tmp_path, port):
        await send(tmp_path, "snmptrap", arguments, port, "", LINK_DOWN)
        await asyncio.sleep(0.5)
        assert await changes(place) == [], "the port is up: a trap alone changes nothing"
        agent.apply(DOWN_AT_7)
        await send(tmp_path, "snmptrap", arguments, port, "", LINK_DOWN)
        assert await seen(place, [("oper", "down")], within_s=2.0) < 2.0
        incidents = await place.rows(Incident, table_of(Incident).c.ended_at.is_(None))
        assert [row["kind"] for row in incidents] == ["port_down"]
        node = (await place.rows(Node))[0]
        assert PollCause.TRAP in [one.cause for one in entries(node["poll_log"])]
        agent.apply(AGENT)
        code = await send(tmp_path, "snmpinform", v3("netzwart", "SHA-256"), port, "", LINK_UP)
        assert code != 0, "this node is polled by v2c: nobody else's v3 user is known"
        await send(tmp_path, "snmpinform", arguments, port, "", LINK_UP)
        await seen(place, [("oper", "down"), ("oper", "up")], within_s=2.0)
        assert not await place.rows(Incident, table_of(Incident).c.ended_at.is_(None))


async def test_v3_inform_wrong_community_and_unpolled_node(
    database: Database, agent: SimulatedAgent, tmp_path: Path
):
    place, port = await a_place(database), free_udp_port()
    keys = CredentialForm(name="v3", kind="snmp_v3", user_name="netzwart",
                          auth=AuthProtocol.SHA256, auth_key=SecretStr("invented-auth-1"),
                          privacy=PrivacyProtocol.AES128,
                          privacy_key=SecretStr("invented-priv-1"))  # fmt: skip
    async with database.session() as session:
        credential = await store_credential(session, place.box, keys)
    await place.add(agent.address[0], None, port=agent.address[1], credential_id=credential.id)
    async with working(place, tmp_path, port):
        polls = len(list(entries((await place.rows(Node))[0]["poll_log"])))
        for wrong in (["-v2c", "-c", COMMUNITY], ["-v1", "-c", COMMUNITY]):
            said = (("", LINK_DOWN) if "-v2c" in wrong
                    else ("1.3.6.1.4.1.1", "127.0.0.1", "2", "0", ""))  # fmt: skip
            await send(tmp_path, "snmptrap", wrong, port, *said)
        await asyncio.sleep(0.3)
        node = (await place.rows(Node))[0]
        assert len(list(entries(node["poll_log"]))) == polls, "the wrong word moves nobody"
        agent.apply(DOWN_AT_7)
        inform = v3("netzwart", "SHA-256")
        assert await send(tmp_path, "snmpinform", inform, port, "", LINK_DOWN) == 0
        await seen(place, [("oper", "down")], within_s=2.0)
        agent.apply(AGENT)
        extra = ["-v2c", "-c", "nur-traps"]
        await send(tmp_path, "snmptrap", extra, port, "", COLD_START)
        await seen(place, [("oper", "down"), ("oper", "up")], within_s=2.0)


async def test_taken_port_is_logged_and_polling_goes_on(
    sqlite_database: Database, agent: SimulatedAgent, tmp_path: Path
):
    place = await a_place(sqlite_database)
    await place.add(agent.address[0], None, port=agent.address[1])
    async with working(place, tmp_path, agent.address[1]):
        assert (await place.rows(Node))[0]["reachability"] == "up"
