"""Run web and worker on your own data and restart them when the code changes: `make run`."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

SOURCES = (Path("src"), Path("device_profiles"))
COMMAND = [sys.executable, "-m", "netzwart", "serve"]


def _state() -> float:
    """Return the newest change of any source file."""
    files = (path for root in SOURCES for path in root.rglob("*") if path.suffix != ".pyc")
    return max((path.stat().st_mtime for path in files if path.is_file()), default=0.0)


def main() -> None:
    """Start, watch, restart until Ctrl-C."""
    environment = {"NETZWART_LOG_JSON": "false", **os.environ}
    seen = _state()
    process = subprocess.Popen(COMMAND, env=environment)  # noqa: S603 - our own command
    try:
        while True:
            time.sleep(1)
            if (now := _state()) != seen:
                seen = now
                print("Code geändert, starte neu …")
                process.send_signal(signal.SIGTERM)
                process.wait()
                process = subprocess.Popen(COMMAND, env=environment)  # noqa: S603 - our own command
            elif process.poll() not in {None, 0}:
                time.sleep(2)
    except KeyboardInterrupt:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
