"""A router's own shell: FRR's vtysh behind OpenSSH, with its daemon running."""

import getpass
import subprocess
import time
from collections.abc import Generator

import asyncssh
import pytest
from pydantic import SecretStr

from netzwart.network.protocols.replies import SshTarget
from netzwart.network.protocols.ssh import open_ssh_wire
from tests.network.conftest import required_binary
from tests.network.shells import start_sshd, wait_for_port
from tests.ports import free_tcp_port


@pytest.fixture(scope="module")
def router(tmp_path_factory: pytest.TempPathFactory) -> Generator[SshTarget]:
    folder = tmp_path_factory.mktemp("frr")
    (folder / "vtysh.conf").touch()
    (folder / "bgpd.conf").write_text("hostname schul-router\nrouter bgp 65001\n")
    # -S keeps this user, -Z needs no kernel routes, -p 0 listens to no peer.
    daemon = subprocess.Popen(
        [required_binary("/usr/lib/frr/bgpd"), "-S", "-n", "-Z", "-p", "0", "-P", "0",
         "-f", str(folder / "bgpd.conf"), "-i", str(folder / "bgpd.pid"),
         "--vty_socket", str(folder), "-z", str(folder / "zebra.api")],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    shell = f"{required_binary('vtysh')} --vty_socket {folder} --config_dir {folder}"
    key, port = asyncssh.generate_private_key("ssh-ed25519"), free_tcp_port()
    public = key.export_public_key("openssh").decode()
    server = start_sshd(
        required_binary("/usr/sbin/sshd", "sshd"), folder, port, public, command=shell
    )
    try:
        wait_for_port(server, port)
        deadline = time.monotonic() + 10
        while not (folder / "bgpd.vty").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        yield SshTarget(
            "127.0.0.1",
            "cisco_ios",
            getpass.getuser(),
            port,
            private_key=SecretStr(key.export_private_key("openssh").decode()),
            known_hosts=str(folder / "known_hosts"),
            timeout_s=10.0,
        )
    finally:
        for process in (server, daemon):
            process.terminate()
            process.wait(10)


async def test_router_answers_several_commands_in_one_round(router: SshTarget):
    wire = open_ssh_wire(2)
    async with wire.session(router) as session:
        version = await session.ask("show version")
        configuration = await session.ask("show running-config")
    assert version.startswith("FRRouting ")
    assert "router bgp 65001" in configuration
    assert configuration.rstrip().endswith("end"), "no page of it is missing"
    outputs = await wire.run(router, ["show bgp summary", "show gibt es nicht"])
    assert "Unknown command" in outputs["show gibt es nicht"]
    await wire.close()
