import asyncio
import getpass
import socket
import time
from collections.abc import AsyncGenerator, Generator
from dataclasses import replace
from pathlib import Path

import asyncssh
import pytest
from pydantic import SecretStr

from netzwart.database import Database
from netzwart.network.polling.shell_probing import identify_over_ssh
from netzwart.network.profiles.facts import ComponentKind
from netzwart.network.profiles.loading import knowledge
from netzwart.network.protocols.replies import (
    AuthenticationFailedError,
    HostKeyError,
    NoAnswerError,
    RefusedError,
    SshTarget,
)
from netzwart.network.protocols.ssh import NetmikoWire, open_ssh_wire
from netzwart.network.tables import Node
from tests.network.conftest import required_binary
from tests.network.place import a_place
from tests.network.shells import (
    ENABLE,
    OUTPUTS,
    PASSWORD,
    USER,
    DeviceShell,
    key_line,
    start_sshd,
    wait_for_port,
)
from tests.network.simulated_switch import Switch


@pytest.fixture
async def wire() -> AsyncGenerator[NetmikoWire]:
    opened = open_ssh_wire(4)
    yield opened
    await opened.close()


@pytest.fixture
async def shell() -> AsyncGenerator[DeviceShell]:
    device = DeviceShell(OUTPUTS)
    await device.start()
    yield device
    await device.close()


def at(shell: DeviceShell, password: str = PASSWORD) -> SshTarget:
    return SshTarget(
        "127.0.0.1",
        "cisco_ios",
        USER,
        shell.port,
        SecretStr(password),
        host_keys=frozenset({shell.key_line()}),
        timeout_s=5.0,
    )


async def test_commands_run_in_one_session(wire: NetmikoWire, shell: DeviceShell):
    outputs = await wire.run(at(shell), ["show version", "show inventory"])
    assert "15.2(7)E3" in outputs["show version"]
    assert "DEMOSFP0001" in outputs["show inventory"]
    assert shell.sessions == 1


async def test_enable_secret_is_given(wire: NetmikoWire, shell: DeviceShell):
    target = replace(at(shell), enable_secret=SecretStr(ENABLE))
    assert "15.2(7)E3" in (await wire.run(target, ["show version"]))["show version"]
    with pytest.raises(AuthenticationFailedError, match="enable"):
        await wire.run(replace(target, enable_secret=SecretStr("falsch")), ["show version"])


async def test_device_is_identified_by_its_shell(wire: NetmikoWire, shell: DeviceShell):
    facts = await identify_over_ssh(at(shell), wire, knowledge())
    assert facts.reachable
    assert facts.error is None
    assert (facts.profile, facts.vendor) == ("cisco_ios", "Cisco")
    assert (facts.model, facts.firmware) == ("WS-C2960X-24PS-L", "15.2(7)E3")
    assert (facts.serial, facts.name) == ("DEMO1234ABC", "demo-sw-01")
    assert facts.uptime_s == ((2 * 7 + 3) * 24 + 4) * 3600 + 300
    assert [part.serial for part in facts.components] == [
        "DEMO1234ABC",
        "DEMOPWR0001",
        "DEMOSFP0001",
    ]
    assert [part.kind for part in facts.components][1:] == [
        ComponentKind.POWER_SUPPLY,
        ComponentKind.TRANSCEIVER,
    ]


async def test_sessions_at_once_do_not_mix(wire: NetmikoWire):
    shells = [DeviceShell({"show version": f"device {number}\n"}) for number in range(8)]
    for shell in shells:
        await shell.start()
    outputs = await asyncio.gather(*(wire.run(at(shell), ["show version"]) for shell in shells))
    assert [one["show version"] for one in outputs] == [f"device {n}" for n in range(8)]
    for shell in shells:
        await shell.close()


async def test_wrong_password_is_told_apart(wire: NetmikoWire, shell: DeviceShell):
    with pytest.raises(AuthenticationFailedError, match="password") as caught:
        await wire.run(at(shell, "sehr-geheim-falsch"), ["show version"])
    assert "sehr-geheim" not in repr(caught.value)


async def test_known_host_key_is_accepted_and_another_is_not(
    wire: NetmikoWire, shell: DeviceShell, tmp_path: Path
):
    unknown = replace(at(shell), host_keys=frozenset())
    known = shell.write_known_hosts(tmp_path / "known_hosts")
    assert await wire.run(replace(unknown, known_hosts=known), ["show version"])
    stranger = asyncssh.generate_private_key("ssh-ed25519")
    other = shell.write_known_hosts(tmp_path / "other", stranger)
    (tmp_path / "empty").write_text("", encoding="utf-8")
    for wrong, is_changed in (
        (replace(unknown, known_hosts=other), True),
        (replace(unknown, known_hosts=other, accepts_new_host=True), True),
        (replace(unknown, host_keys=frozenset({key_line(stranger)})), True),
        (replace(unknown, known_hosts=str(tmp_path / "empty")), False),
        (replace(unknown, known_hosts=str(tmp_path / "missing")), False),
        (unknown, False),
    ):
        with pytest.raises(HostKeyError, match="host key") as caught:
            await wire.run(wrong, ["show version"])
        assert caught.value.is_changed is is_changed
        assert caught.value.line == shell.key_line()
        assert caught.value.fingerprint == shell.host_key.get_fingerprint()
    assert shell.sessions == 1, "nobody else's password was told"
    assert await wire.run(replace(unknown, accepts_new_host=True), ["show version"])


async def test_session_is_kept_for_a_round_and_by_one_thread(wire: NetmikoWire, shell: DeviceShell):
    async with wire.session(at(shell)) as session:
        assert "15.2(7)E3" in await session.ask("show version")
        await asyncio.sleep(0.1)
        assert "DEMOSFP0001" in await session.ask("show inventory")
    assert shell.sessions == 1


async def test_stuck_sessions_hold_up_neither_the_loop_nor_snmp(sqlite_database: Database):
    wire, place = open_ssh_wire(2), await a_place(sqlite_database)
    for number in range(20):
        await place.add(f"10.0.0.{number}", Switch())
    stalled = DeviceShell(OUTPUTS, stalls_at="show version")
    await stalled.start()
    stuck = [
        asyncio.create_task(wire.run(replace(at(stalled), timeout_s=4.0), ["show version"]))
        for _ in range(6)
    ]
    async with asyncio.timeout(10):
        while stalled.sessions < 2:  # noqa: ASYNC110 - the shell tells nobody
            await asyncio.sleep(0.02)
    longest, ticking = 0.0, asyncio.create_task(place.cycle().run_once())
    while not ticking.done():
        before = time.monotonic()
        await asyncio.sleep(0.01)
        longest = max(longest, time.monotonic() - before)
    assert ticking.result() == 20
    assert not any(task.done() for task in stuck), "all were polled while sessions were stuck"
    assert {row["reachability"] for row in await place.rows(Node)} == {"up"}
    assert longest < 1.0
    outcomes = await asyncio.gather(*stuck, return_exceptions=True)
    assert all(isinstance(one, NoAnswerError) for one in outcomes)
    healthy = DeviceShell(OUTPUTS)
    await healthy.start()
    assert await wire.run(at(healthy), ["show version"]), "the lanes came back"
    for device in (stalled, healthy):
        await device.close()
    await wire.close()


async def test_closed_port_and_stalled_device_are_silence(wire: NetmikoWire):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    target = SshTarget("127.0.0.1", "cisco_ios", USER, port, SecretStr(PASSWORD), timeout_s=1.0)
    with pytest.raises(NoAnswerError):
        await wire.run(target, ["show version"])
    facts = await identify_over_ssh(target, wire, knowledge())
    assert not facts.reachable
    assert (facts.error or "").startswith("Keine Antwort")
    stalled = DeviceShell(OUTPUTS, stalls_at="show version")
    await stalled.start()
    with pytest.raises(NoAnswerError):
        await wire.run(replace(at(stalled), timeout_s=1.0), ["show version"])
    await stalled.close()


async def test_unknown_platform_and_telnet_are_refused(wire: NetmikoWire, shell: DeviceShell):
    for platform in ("gibt_es_nicht", "cisco_ios_telnet", "autodetect"):
        with pytest.raises(RefusedError, match="platform"):
            await wire.run(replace(at(shell), platform=platform), ["show version"])


async def test_command_with_line_break_is_refused(wire: NetmikoWire, shell: DeviceShell):
    with pytest.raises(RefusedError, match="control"):
        await wire.run(at(shell), ["show version\nreload"])
    assert shell.asked == []


@pytest.fixture(scope="module")
def openssh(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[int, str, str]]:
    """OpenSSH's server: its port, a private key that opens it, and its known_hosts line."""
    binary = required_binary("/usr/sbin/sshd", "sshd")
    folder = tmp_path_factory.mktemp("sshd")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    key = asyncssh.generate_private_key("ssh-ed25519")
    process = start_sshd(binary, folder, port, key.export_public_key("openssh").decode())
    try:
        wait_for_port(process, port)
        yield port, key.export_private_key("openssh").decode(), str(folder / "known_hosts")
    finally:
        process.terminate()
        process.wait(10)


async def test_linux_server_is_opened_by_key(wire: NetmikoWire, openssh: tuple[int, str, str]):
    port, private_key, known = openssh
    target = SshTarget(
        "127.0.0.1",
        "linux",
        getpass.getuser(),
        port,
        private_key=SecretStr(private_key),
        known_hosts=known,
        timeout_s=15.0,
    )
    outputs = await wire.run(target, ["uname -s", "echo netzwart-$((40 + 2))"])
    assert outputs == {"uname -s": "Linux", "echo netzwart-$((40 + 2))": "netzwart-42"}
    with pytest.raises(AuthenticationFailedError, match="not readable"):
        await wire.run(replace(target, private_key=SecretStr("kein Schlüssel")), ["uname -s"])
    stranger = asyncssh.generate_private_key("ssh-ed25519").export_private_key("openssh").decode()
    with pytest.raises(AuthenticationFailedError, match="refused"):
        await wire.run(replace(target, private_key=SecretStr(stranger)), ["uname -s"])
