"""net-snmp's senders against a receiver under test."""

import asyncio
import os
from pathlib import Path

from tests.network.conftest import required_binary

LINK_DOWN, LINK_UP = "1.3.6.1.6.3.1.1.5.3", "1.3.6.1.6.3.1.1.5.4"
COLD_START = "1.3.6.1.6.3.1.1.5.1"


async def send(folder: Path, tool: str, arguments: list[str], port: int, *said: str) -> int:
    """Run snmptrap or snmpinform and return its exit code."""
    process = await asyncio.create_subprocess_exec(
        required_binary(tool), "-r", "1", "-t", "2", *arguments, f"127.0.0.1:{port}", *said,
        env={"PATH": os.environ["PATH"], "SNMP_PERSISTENT_DIR": str(folder),
             "SNMPCONFPATH": str(folder), "MIBS": ""},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    return await process.wait()


def v3(user: str, auth: str = "SHA", privacy: str = "AES", engine: str = "") -> list[str]:
    chosen = ["-v3", "-u", user, "-l", "authPriv", "-a", auth, "-A", "invented-auth-1",
              "-x", privacy, "-X", "invented-priv-1"]  # fmt: skip
    return [*chosen, "-e", engine] if engine else chosen
