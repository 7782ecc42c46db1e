import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from netzwart.demo.agent_descriptions import (
    DOWN,
    AgentComponent,
    AgentDescription,
    AgentInterface,
    AgentNeighbour,
    read_descriptions,
    write_descriptions,
)
from netzwart.demo.agents import AgentFleet, SimulatedAgent
from netzwart.network.polling.probing import probe_status
from netzwart.network.polling.reading import InterfaceState, StatusReading
from netzwart.network.protocols.replies import (
    AuthenticationFailedError,
    AuthProtocol,
    Index,
    NoAnswerError,
    Oid,
    PrivacyProtocol,
    SnmpTarget,
    SnmpVersion,
)
from netzwart.network.protocols.snmp import ChoosingWire, open_snmp_wire
from tests.ports import free_udp_port

SYS_NAME = Oid("1.3.6.1.2.1.1.5.0")
LLDP_REMOTE_NAME = Oid("1.0.8802.1.1.2.1.4.1.1.9")


@pytest.fixture
async def wire() -> AsyncGenerator[ChoosingWire]:
    opened = open_snmp_wire()
    yield opened
    await opened.close()


def a_switch(ports: int = 48, **changes: object) -> AgentDescription:
    known = AgentDescription(
        name="gym-sw-01",
        mac="02:de:00:00:00:01",
        community="demo-lesen",
        user="demo",
        auth_key="demo-auth-geheim",
        privacy_key="demo-priv-geheim",
        uptime_s=3600,
        interfaces=tuple(
            AgentInterface(
                number,
                f"1/1/{number}",
                mac=f"02:de:00:00:01:{number:02x}",
                in_octets_per_s=1000 * number,
                oper=DOWN if number == 3 else 1,
            )
            for number in range(1, ports + 1)
        ),
        components=(AgentComponent(1, "Chassis", model="Muster 6300", serial="DEMO0001"),),
        neighbours=(AgentNeighbour(1, "02:de:00:00:00:02", "eth0", "gym-ap-01"),),
    )
    return replace(known, **changes)  # pyright: ignore[reportArgumentType]


def by_community(agent: SimulatedAgent, community: str = "demo-lesen") -> SnmpTarget:
    host, port = agent.address
    return SnmpTarget(host, port, community=SecretStr(community), timeout_s=0.3, retries=0)


def by_user(agent: SimulatedAgent, auth_key: str = "demo-auth-geheim") -> SnmpTarget:
    host, port = agent.address
    return SnmpTarget(
        host,
        port,
        SnmpVersion.V3,
        user="demo",
        auth=AuthProtocol.SHA1,
        auth_key=SecretStr(auth_key),
        privacy=PrivacyProtocol.AES128,
        privacy_key=SecretStr("demo-priv-geheim"),
        timeout_s=0.3,
        retries=0,
    )


@pytest.fixture
async def agent() -> AsyncGenerator[SimulatedAgent]:
    started = SimulatedAgent(a_switch())
    await started.start()
    yield started
    started.close()
    await asyncio.sleep(0)


async def test_agent_answers_v2c_and_v3_alike(agent: SimulatedAgent, wire: ChoosingWire):
    readings = [
        await probe_status(target, wire, with_components=True)
        for target in (by_community(agent), by_user(agent))
    ]
    for reading in readings:
        assert reading.reachable
        assert reading.error is None
        assert reading.name == "gym-sw-01"
        assert reading.uptime_s is not None
        assert 3600 <= reading.uptime_s < 3700
        assert reading.interfaces is not None
        assert [row.name for row in reading.interfaces] == [f"1/1/{n}" for n in range(1, 49)]
        assert reading.interfaces[0].in_octets is not None
        assert reading.interfaces[2].oper is InterfaceState.DOWN
        assert reading.components is not None
        assert [part.serial for part in reading.components] == ["DEMO0001"]


async def test_counters_grow_and_ports_flip(wire: ChoosingWire, monkeypatch: pytest.MonkeyPatch):
    port = AgentInterface(1, "1/1/1", in_octets_per_s=1000, flips_every_s=60)
    agent = SimulatedAgent(a_switch(interfaces=(port,)))
    await agent.start()
    readings: list[StatusReading] = []
    for passed in (0, 60):
        monkeypatch.setattr(agent, "_started", agent._started - passed)
        readings.append(await probe_status(by_community(agent), wire, with_components=False))
    rows = [reading.interfaces[0] for reading in readings if reading.interfaces]
    assert rows[0].in_octets is not None
    assert rows[1].in_octets is not None
    assert rows[1].in_octets - rows[0].in_octets >= 60_000
    assert [row.oper for row in rows] == [InterfaceState.UP, InterfaceState.DOWN]
    agent.close()


async def test_neighbours_stand_in_the_lldp_table(agent: SimulatedAgent, wire: ChoosingWire):
    table = await wire.walk(by_community(agent), [LLDP_REMOTE_NAME])
    assert table[LLDP_REMOTE_NAME] == {Index("0.1.1"): b"gym-ap-01"}


async def test_agent_is_silent_to_strangers_and_when_told(
    agent: SimulatedAgent, wire: ChoosingWire
):
    with pytest.raises(NoAnswerError):
        await wire.get(by_community(agent, "falsch"), [SYS_NAME])
    with pytest.raises(AuthenticationFailedError, match="authentication key"):
        await wire.get(by_user(agent, "falscher-schluessel"), [SYS_NAME])
    with pytest.raises(AuthenticationFailedError, match="unknown user"):
        await wire.get(replace(by_user(agent), user="niemand"), [SYS_NAME])
    agent.is_silent = True
    with pytest.raises(NoAnswerError):
        await wire.get(by_community(agent), [SYS_NAME])


async def test_restarted_engine_is_found_again(agent: SimulatedAgent, wire: ChoosingWire):
    await wire.get(by_user(agent), [SYS_NAME])
    agent._engine_id = b"\x80\x00\x1f\x88\x05another-engine"
    agent.apply(replace(agent.description, name="getauscht"))
    assert (await wire.get(by_user(agent), [SYS_NAME]))[SYS_NAME] == b"getauscht"


async def test_lost_time_is_agreed_again(
    agent: SimulatedAgent, wire: ChoosingWire, monkeypatch: pytest.MonkeyPatch
):
    await wire.get(by_user(agent), [SYS_NAME])
    monkeypatch.setattr(agent, "_started", agent._started - 10_000)
    assert await wire.get(by_user(agent), [SYS_NAME])


async def test_net_snmp_reads_the_agent(agent: SimulatedAgent):
    host, port = agent.address
    arguments = ["-v3", "-l", "authPriv", "-u", "demo", "-a", "SHA", "-A", "demo-auth-geheim"]
    arguments += ["-x", "AES", "-X", "demo-priv-geheim", "-On", "-r0", "-t2", f"{host}:{port}"]
    process = await asyncio.create_subprocess_exec(
        "/usr/bin/snmpbulkwalk",
        *arguments,
        "1.3.6.1.2.1.31.1.1.1.1",
        stdout=subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "SNMPCONFPATH": "/nonexistent", "HOME": "/nonexistent"},
    )
    output, _ = await process.communicate()
    assert process.returncode == 0
    lines = output.decode().splitlines()
    assert len(lines) == 48
    assert lines[-1] == '.1.3.6.1.2.1.31.1.1.1.1.48 = STRING: "1/1/48"'


async def test_fleet_follows_its_file(tmp_path: Path, wire: ChoosingWire):
    path = tmp_path / "agents.json"
    hosts = ["127.88.0.1", "127.88.0.2", "127.88.0.3"]
    port = free_udp_port()
    switches = [a_switch(2, host=host, port=port, name=host) for host in hosts]
    write_descriptions(path, switches[:2])
    assert read_descriptions(path) == switches[:2]
    fleet = AgentFleet(path)
    await fleet.refresh()
    assert len(fleet.agents) == 2
    renamed = replace(switches[1], name="umbenannt", components=())
    write_descriptions(path, [renamed, switches[2]])
    os.utime(path, (1, 1))
    await fleet.refresh()
    assert {host for host, _ in fleet.agents} == set(hosts[1:])
    agent = fleet.agents[hosts[1], port]
    assert (await wire.get(by_community(agent), [SYS_NAME]))[SYS_NAME] == b"umbenannt"
    fleet.close()
    await asyncio.sleep(0)


async def test_forty_agents_run_in_a_process_of_their_own(tmp_path: Path, wire: ChoosingWire):
    path = tmp_path / "agents.json"
    port = free_udp_port()
    switches = [a_switch(host=f"127.88.1.{n}", port=port) for n in range(1, 41)]
    write_descriptions(path, switches)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "netzwart.demo.agents", "--config", str(path), "--with-parent"),
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"agents_ready count=40\n"
        targets = [by_user(SimulatedAgent(switch)) for switch in switches]
        patient = [replace(target, timeout_s=2.0, retries=2) for target in targets]
        started = time.monotonic()
        readings = await asyncio.gather(
            *(probe_status(target, wire, with_components=True) for target in patient)
        )
        assert [reading.error_text for reading in readings] == [None] * 40
        assert all(len(reading.interfaces or ()) == 48 for reading in readings)
        assert time.monotonic() - started < 20
    finally:
        process.terminate()
        assert await process.wait() == 0
