"""The demo city as its users meet it: a process of its own, simulated agents, real polls."""

import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tests.ports import free_tcp_port

READY_WITHIN_S = 60


@contextmanager
def running_demo(folder: Path) -> Generator[str]:
    """Start `netzwart demo` in a folder and give its address; stop it with SIGTERM.

    It runs as a process of its own, so that a browser test cannot block the loop that polls.
    """
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONUNBUFFERED": "1"}
    words = [sys.executable, "-m", "netzwart", "demo", "--no-browser"]
    words += ["--port", str(free_tcp_port()), "--dir", str(folder / "demo")]
    with (folder / "demo.log").open("wb") as log:
        process = subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, stderr=log)
        try:
            yield _address(process, folder / "demo.log")
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise
            finally:
                if process.stdout is not None:
                    process.stdout.close()
    said = (folder / "demo.log").read_text(encoding="utf-8")
    assert process.returncode == 0, f"the demo ended with {process.returncode}: {said}"


def _address(process: "subprocess.Popen[bytes]", log: Path) -> str:
    """Return the address the demo prints when it answers."""
    assert process.stdout is not None
    deadline = time.monotonic() + READY_WITHIN_S
    printed = b""
    while time.monotonic() < deadline and process.poll() is None:
        if not select.select([process.stdout], [], [], 0.5)[0]:
            continue
        printed += os.read(process.stdout.fileno(), 4096)
        found = re.search(rb"netzwart l\xc3\xa4uft: (http://\S+)/\n", printed)
        if found:
            return found[1].decode()
    raise AssertionError(f"the demo did not start: {log.read_text(encoding='utf-8')}")
