import asyncio
import os
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest
from pydantic import SecretStr

from netzwart.network.protocols.replies import (
    AuthProtocol,
    PrivacyProtocol,
    SnmpTarget,
    SnmpVersion,
)
from netzwart.network.protocols.udp_wire import UdpSnmpWire
from tests.ports import free_udp_port

AUTH_KEY = "invented-auth-1"
PRIVACY_KEY = "invented-priv-1"

USERS = {
    "md5des": (AuthProtocol.MD5, PrivacyProtocol.DES, "MD5", "DES"),
    "sha1aes": (AuthProtocol.SHA1, PrivacyProtocol.AES128, "SHA", "AES"),
    "sha224aes": (AuthProtocol.SHA224, PrivacyProtocol.AES128, "SHA-224", "AES"),
    "sha256aes": (AuthProtocol.SHA256, PrivacyProtocol.AES128, "SHA-256", "AES"),
    "sha384aes192": (AuthProtocol.SHA384, PrivacyProtocol.AES192, "SHA-384", "AES-192"),
    "sha512aes256": (AuthProtocol.SHA512, PrivacyProtocol.AES256, "SHA-512", "AES-256"),
    # Key shorter than the cipher wants: net-snmp extends it as Blumenthal's draft says.
    "sha1aes256": (AuthProtocol.SHA1, PrivacyProtocol.AES256, "SHA", "AES-256"),
    "sha256only": (AuthProtocol.SHA256, None, "SHA-256", ""),
}
"""User name → what to ask with, and net-snmp's words for it."""


def required_binary(*names: str) -> str:
    """Return the first of these programs that exists; without one the test fails."""
    for name in names:
        found = shutil.which(name) or (name if Path(name).is_file() else None)
        if found:
            return found
    pytest.fail(f"This test needs {names[0]}; install it (Debian: snmpd, openssh-server).")


@dataclass(frozen=True)
class Snmpd:
    """A running net-snmp agent and how to ask it."""

    port: int
    process: subprocess.Popen[bytes]

    def v1(self) -> SnmpTarget:
        return SnmpTarget("127.0.0.1", self.port, SnmpVersion.V1, SecretStr("geheim-lesen"))

    def v2c(self, host: str = "127.0.0.1", community: str = "geheim-lesen") -> SnmpTarget:
        return SnmpTarget(
            host, self.port, SnmpVersion.V2C, SecretStr(community), timeout_s=0.5, retries=1
        )

    def v3(
        self,
        user: str,
        auth_key: str = AUTH_KEY,
        privacy_key: str = PRIVACY_KEY,
        host: str = "127.0.0.1",
    ) -> SnmpTarget:
        auth, privacy, _, _ = USERS.get(user, USERS["sha256aes"])
        return SnmpTarget(
            host,
            self.port,
            SnmpVersion.V3,
            user=user,
            auth=auth,
            auth_key=SecretStr(auth_key),
            privacy=privacy,
            privacy_key=SecretStr(privacy_key) if privacy else None,
            timeout_s=0.5,
        )


def _write_snmpd_configuration(folder: Path) -> Path:
    lines = [
        "rocommunity geheim-lesen 127.0.0.1",
        "rocommunity6 geheim-lesen ::1",
        "sysLocation Serverraum <script>alert(1)</script>",
        "sysName netzwart-test",
        "sysDescr Netzwart test agent",
        f"[snmp] persistentDir {folder}",
    ]
    for user, (_, privacy, auth_word, privacy_word) in USERS.items():
        secrets = f"{auth_word} {AUTH_KEY}"
        if privacy:
            secrets += f" {privacy_word} {PRIVACY_KEY}"
        lines += [f"createUser {user} {secrets}", f"rouser {user} {'priv' if privacy else 'auth'}"]
    path = folder / "snmpd.conf"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _wait_until_bound(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"snmpd ended at once: {log.read_text(encoding='utf-8')[-2000:]}")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return
        time.sleep(0.02)
    pytest.fail("snmpd did not open its port within 10 s.")


@pytest.fixture(scope="session")
def snmpd(tmp_path_factory: pytest.TempPathFactory) -> Generator[Snmpd]:
    binary = required_binary("/usr/sbin/snmpd", "snmpd")
    folder = tmp_path_factory.mktemp("snmpd")
    port = free_udp_port()
    log = folder / "snmpd.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                binary,
                "-f",
                "-C",
                "-c",
                str(_write_snmpd_configuration(folder)),
                "-Lo",
                "-p",
                str(folder / "pid"),
                f"udp:127.0.0.1:{port}",
                f"udp6:[::1]:{port}",
            ],
            stdout=output,
            stderr=subprocess.STDOUT,
            env={
                "PATH": os.environ["PATH"],
                "SNMP_PERSISTENT_DIR": str(folder),
                "SNMPCONFPATH": str(folder),
            },
        )
        try:
            _wait_until_bound(process, port, log)
            yield Snmpd(port, process)
        finally:
            process.terminate()
            process.wait(10)


@pytest.fixture
async def wire() -> AsyncGenerator[UdpSnmpWire]:
    opened = UdpSnmpWire()
    yield opened
    await opened.close()


Answer = Callable[[bytes], Sequence[bytes]]


class ScriptedAgent(asyncio.DatagramProtocol):
    """Answers each datagram with what a function makes of it; for agents that misbehave."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.asked = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.asked += 1
        for reply in self.answer(data):
            self.transport.sendto(reply, addr)


StartAgent = Callable[[Answer], Awaitable[tuple[int, ScriptedAgent]]]


@pytest.fixture
async def scripted_agent() -> AsyncGenerator[StartAgent]:
    """Return a function that starts a misbehaving agent and gives its port and itself."""
    transports: list[asyncio.DatagramTransport] = []

    async def start(answer: Answer) -> tuple[int, ScriptedAgent]:
        agent = ScriptedAgent(answer)
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: agent, local_addr=("127.0.0.1", 0)
        )
        transports.append(transport)
        return transport.get_extra_info("sockname")[1], agent

    yield start
    for transport in transports:
        transport.close()
    await asyncio.sleep(0)
