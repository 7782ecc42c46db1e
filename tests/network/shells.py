"""Real SSH for the tests: a device-like shell by asyncssh, and OpenSSH's own server."""

import asyncio
import os
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import asyncssh

USER, PASSWORD, ENABLE = "leser", "invented-pass-1", "invented-enable-1"

SHOW_VERSION = """\
Cisco IOS Software, C2960X Software (C2960X-UNIVERSALK9-M), Version 15.2(7)E3, RELEASE (fc3)
Technical Support: http://www.example.org/techsupport
Copyright (c) 1986-2020 by Example
Compiled Tue 01-Sep-20 10:00 by nobody

ROM: Bootstrap program is C2960X boot loader

demo-sw-01 uptime is 2 weeks, 3 days, 4 hours, 5 minutes
System returned to ROM by power-on
System image file is "flash:/c2960x-universalk9-mz.152-7.E3.bin"

cisco WS-C2960X-24PS-L (APM86XXX) processor (revision A0) with 524288K bytes of memory.
Processor board ID DEMO1234ABC
Last reset from power-on
Base ethernet MAC Address       : 02:DE:00:00:00:01
Model number                    : WS-C2960X-24PS-L
System serial number            : DEMO1234ABC

Configuration register is 0xF
"""

SHOW_INVENTORY = """\
NAME: "1", DESCR: "WS-C2960X-24PS-L"
PID: WS-C2960X-24PS-L  , VID: V01  , SN: DEMO1234ABC

NAME: "Switch 1 - Power Supply 0", DESCR: "Power supply"
PID: PWR-DEMO          , VID: V01  , SN: DEMOPWR0001

NAME: "GigabitEthernet1/0/25", DESCR: "1000BaseSX SFP"
PID: GLC-SX-MMD        , VID: V01  , SN: DEMOSFP0001
"""

OUTPUTS = {"show version": SHOW_VERSION, "show inventory": SHOW_INVENTORY}


def key_line(key: asyncssh.SSHKey) -> str:
    """Return a public key as type and base64."""
    return " ".join(key.export_public_key("openssh").decode().split()[:2])


class _Server(asyncssh.SSHServer):
    def __init__(self, connections: list[asyncssh.SSHServerConnection]) -> None:
        self.connections = connections

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self.connections.append(conn)

    def begin_auth(self, username: str) -> bool:  # noqa: ARG002 -- asyncssh's signature
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)


class DeviceShell:
    """A shell with a prompt that echoes, pages nothing and knows a few commands."""

    def __init__(self, outputs: Mapping[str, str], *, stalls_at: str | None = None) -> None:
        self.outputs = outputs
        self.stalls_at = stalls_at
        self.asked: list[str] = []
        self.sessions = 0
        self.entered = asyncio.Event()
        self.host_key = asyncssh.generate_private_key("ssh-ed25519")
        self.port = 0
        self._connections: list[asyncssh.SSHServerConnection] = []

    async def start(self) -> None:
        self._acceptor = await asyncssh.create_server(
            lambda: _Server(self._connections),
            "127.0.0.1",
            0,
            server_host_keys=[self.host_key],
            process_factory=self._serve,
            line_editor=False,
        )
        self.port = self._acceptor.get_port()

    async def close(self) -> None:
        self._acceptor.close()
        for connection in self._connections:
            connection.abort()
            await connection.wait_closed()
        await self._acceptor.wait_closed()

    def key_line(self) -> str:
        return key_line(self.host_key)

    def write_known_hosts(self, path: Path, key: asyncssh.SSHKey | None = None) -> str:
        public = (key or self.host_key).export_public_key("openssh").decode().strip()
        path.write_text(f"[127.0.0.1]:{self.port} {public}\n", encoding="utf-8")
        return str(path)

    async def _serve(self, process: asyncssh.SSHServerProcess[str]) -> None:
        self.sessions += 1
        self.entered.set()
        prompt = "demo-sw-01>"
        process.stdout.write(f"\r\n{prompt}")
        line = ""
        try:
            while character := await process.stdin.read(1):
                if character not in "\r\n":
                    line += character
                    process.stdout.write(character if line != ENABLE else "")
                    continue
                command, line = line.strip(), ""
                self.asked.append(command)
                if command == self.stalls_at:
                    await asyncio.sleep(30)
                if command == "enable":
                    process.stdout.write("\r\nPassword: ")
                    secret = ""
                    while (character := await process.stdin.read(1)) not in "\r\n":
                        secret += character
                    prompt = "demo-sw-01#" if secret == ENABLE else prompt
                    answer = "" if secret == ENABLE else "% Access denied\r\n"
                else:
                    answer = self.outputs.get(command, "").replace("\n", "\r\n")
                process.stdout.write(f"\r\n{answer}{prompt}")
        except (asyncssh.Error, BrokenPipeError, ConnectionError):
            return
        finally:
            process.exit(0)


def start_sshd(
    binary: str, folder: Path, port: int, public_key: str, *, command: str = ""
) -> subprocess.Popen[bytes]:
    """Start OpenSSH's server for the user who runs the tests, with one key and no password.

    With a command, whoever comes in gets that and no shell.
    """
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / "host_key")], check=True
    )
    (folder / "authorized_keys").write_text(public_key, encoding="utf-8")
    (folder / "sshd_config").write_text(
        f"Port {port}\n"
        "ListenAddress 127.0.0.1\n"
        f"HostKey {folder}/host_key\n"
        f"AuthorizedKeysFile {folder}/authorized_keys\n"
        f"PidFile {folder}/sshd.pid\n"
        "StrictModes no\nUsePAM no\nPasswordAuthentication no\nPermitRootLogin prohibit-password\n"
        "AllowAgentForwarding no\nPrintMotd no\nPrintLastLog no\n"
        + (f"ForceCommand {command}\n" if command else ""),
        encoding="utf-8",
    )
    (folder / "known_hosts").write_text(
        f"[127.0.0.1]:{port} {(folder / 'host_key.pub').read_text(encoding='utf-8')}",
        encoding="utf-8",
    )
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    return subprocess.Popen(
        [binary, "-D", "-e", "-f", str(folder / "sshd_config")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def wait_for_port(process: subprocess.Popen[bytes], port: int) -> None:
    """Return as soon as somebody listens on the port of loopback."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended at once"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("nobody listens")
