"""SSH in the regular polling, against a device's shell by asyncssh."""

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.clock import utcnow
from netzwart.database import Database, table_of
from netzwart.network.credentials import open_shell_target, sealed_credentials, store_credential
from netzwart.network.forms import CredentialForm
from netzwart.network.polling.shell_cycle import ShellCycle
from netzwart.network.polling.visits import Visit
from netzwart.network.profiles.loading import knowledge
from netzwart.network.protocols.ssh import NetmikoWire, open_ssh_wire
from netzwart.network.tables import Component, HostKey, ShellReading
from tests.network.place import INTERVAL_S, Place, a_place
from tests.network.shells import ENABLE, OUTPUTS, PASSWORD, USER, DeviceShell
from tests.network.simulated_switch import Switch


@dataclass
class Bench:
    place: Place
    shell: NetmikoWire
    device: DeviceShell
    ssh_id: int
    visits: list[Visit] = field(default_factory=list[Visit])

    def cycle(self, at_once: int = 2) -> ShellCycle:
        return ShellCycle(self.place.database, lambda: self.shell, self.place.box, knowledge(),
                          self._report, INTERVAL_S, at_once=at_once)  # fmt: skip

    async def _report(self, session: AsyncSession, visit: Visit) -> Mapping[str, int]:
        del session
        self.visits.append(visit)
        return {}

    async def add(self, device: DeviceShell, switch: Switch | None = None, **more: Any) -> int:
        defaults = {"ssh_port": device.port, "ssh_credential_id": self.ssh_id,
                    "ssh_platform": "cisco_ios"}  # fmt: skip
        if switch is None:
            defaults["credential_id"] = None
        return await self.place.add("127.0.0.1", switch, **(defaults | more))

    async def accept_keys(self) -> None:
        async with self.place.database.session() as session:
            await session.execute(update(table_of(HostKey)).values(accepted_at=utcnow()))

    async def parts(self) -> list[tuple[str, str, str, bool]]:
        rows = await self.place.rows(Component)
        return [(r["position"], r["serial"], r["source"], r["is_gone"]) for r in rows]


@pytest.fixture
async def bench(database: Database) -> AsyncGenerator[Bench]:
    place, device, shell = await a_place(database), DeviceShell(OUTPUTS), open_ssh_wire(2)
    await device.start()
    form = CredentialForm(name="shell", kind="ssh", user_name=USER, password=SecretStr(PASSWORD),
                          enable_secret=SecretStr(ENABLE), read_timeout_s=5)  # fmt: skip
    async with database.session() as session:
        ssh_id = (await store_credential(session, place.box, form)).id
    yield Bench(place, shell, device, ssh_id)
    await shell.close()
    await device.close()


async def test_node_with_ssh_alone_waits_for_its_key_and_is_then_polled_by_it(bench: Bench):
    node_id = await bench.add(bench.device)
    assert await bench.place.cycle().run_once() == 0, "SNMP polling leaves it to the shell"

    assert await bench.cycle().run_once() == 1
    node = await bench.place.node(node_id)
    assert node["reachability"] == "unknown", "an unaccepted key says nothing about the device"
    assert "noch nicht angenommen" in node["last_error"]
    assert bench.device.sessions == 0, "no password was sent"
    await bench.accept_keys()
    await bench.place.make_due()

    assert await bench.cycle().run_once() == 1
    node = await bench.place.node(node_id)
    assert (node["reachability"], node["last_error"]) == ("up", None)
    assert (node["model"], node["serial"]) == ("WS-C2960X-24PS-L", "DEMO1234ABC")
    assert (node["firmware"], node["sys_name"]) == ("15.2(7)E3", "demo-sw-01")
    assert node["profile"] == "cisco_ios"
    assert {(serial, source) for _, serial, source, _ in await bench.parts()} == {
        ("DEMO1234ABC", "ssh"), ("DEMOPWR0001", "ssh"), ("DEMOSFP0001", "ssh")
    }  # fmt: skip
    (visit,) = bench.visits
    assert visit.source == "ssh"
    assert node["next_poll_at"] > utcnow(), "its turn comes again after the interval"
    assert await bench.cycle().run_once() == 0


async def test_shell_that_falls_silent_is_an_unreachable_node(bench: Bench):
    node_id = await bench.add(bench.device)
    await bench.cycle().run_once()
    await bench.accept_keys()
    await bench.device.close()
    for _ in range(3):
        await bench.place.make_due()
        await bench.cycle().run_once()
    node = await bench.place.node(node_id)
    assert node["reachability"] == "down"
    assert node["last_error"].startswith("Keine Antwort")


async def test_shell_adds_to_snmp_and_takes_nothing_away(bench: Bench):
    node_id = await bench.add(bench.device, Switch(parts={"Chassis": "DEMO1234ABC"}))
    assert await bench.cycle().run_once() == 0, "nobody is asked by SSH before it answered SNMP"
    await bench.place.cycle().run_once()
    await bench.cycle().run_once()
    (reading,) = await bench.place.rows(ShellReading)
    assert "noch nicht angenommen" in reading["error"]
    assert (await bench.place.node(node_id))["last_error"] is None, "SNMP is well"
    await bench.accept_keys()
    assert await bench.cycle().hurry(node_id) is False
    assert await bench.cycle().run_once() == 1
    both = [
        ("Chassis", "DEMO1234ABC", "snmp", False),
        ("Switch 1 - Power Supply 0", "DEMOPWR0001", "ssh", False),
        ("GigabitEthernet1/0/25", "DEMOSFP0001", "ssh", False),
    ]
    assert await bench.parts() == both
    assert bench.visits[-1].source == "ssh"
    assert {one.serial for one in bench.visits[-1].serials} == {part[1] for part in both}
    (reading,) = await bench.place.rows(ShellReading)
    assert (reading["error"], reading["read_at"] is not None) == (None, True)

    await bench.place.cycle().poll_node(node_id)
    assert await bench.parts() == both, "SNMP cannot say that a part is gone which it never named"
    bench.device.outputs = {"show version": OUTPUTS["show version"]}
    await bench.cycle().hurry(node_id)
    await bench.cycle().run_once()
    assert [gone for *_, gone in await bench.parts()] == [False, True, True]


async def test_stuck_shells_hold_up_no_snmp_poll(bench: Bench):
    stuck = DeviceShell(OUTPUTS, stalls_at="show version")
    await stuck.start()
    node_id = await bench.add(stuck)
    await bench.cycle().run_once()
    await bench.accept_keys()
    await bench.place.make_due()
    stop = asyncio.Event()
    shells = asyncio.create_task(bench.cycle().run(stop))
    await stuck.entered.wait()
    started = time.monotonic()
    for number in range(1, 4):
        await bench.place.add(f"10.0.0.{number}", Switch(parts={"Chassis": f"SN{number}"}))
    assert await bench.place.cycle().run_once() == 3
    assert time.monotonic() - started < 5
    assert (await bench.place.node(node_id))["reachability"] == "unknown", "still at it"
    stop.set()
    await stuck.close()
    async with asyncio.timeout(20):
        await shells


async def test_patience_and_pace_come_from_the_credentials(bench: Bench):
    form = CredentialForm(name="langsam", kind="ssh", user_name=USER, password=SecretStr(PASSWORD),
                          fast_cli=False)  # fmt: skip
    box = bench.place.box
    async with bench.place.database.session() as session:
        slow_id = (await store_credential(session, box, form)).id
        sealed = await sealed_credentials(session, frozenset({slow_id, bench.ssh_id}))
    targets = [
        open_shell_target("192.0.2.1", 22, "cisco_ios", sealed[one], frozenset(), box)
        for one in (slow_id, bench.ssh_id)
    ]
    assert [(one.timeout_s, one.fast_cli) for one in targets] == [(20.0, False), (5.0, True)]
