"""The command line: one module per command, each with `add_parser` and `run`."""

import argparse
import importlib
import sys
from collections.abc import Sequence

import netzwart
from netzwart.errors import NetzwartError
from netzwart.settings import UnknownSettingError

COMMANDS = (
    "demo",
    "serve",
    "worker",
    "db",
    "ledger",
    "accounts",
    "identify",
    "capture",
    "parse",
    "poll",
    "exchange",
    "proof",
    "archive",
    "doctor",
)
"""Modules of this package, in the order of `--help`; loaded only when needed by name."""

FIRST_WORDS = {
    "user": "accounts",
    "token": "accounts",
    "import": "exchange",
    "export": "exchange",
    "backup": "archive",
    "restore": "archive",
}


def run_command_line(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code: 0 done, 1 failed, 2 wrong usage."""
    parser = argparse.ArgumentParser(
        prog="netzwart",
        description="Schul-IT einer Stadt: das Gekaufte, das Netz, die Förderung, der Nachweis.",
    )
    parser.add_argument("--version", action="version", version=netzwart.__version__)
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="BEFEHL")
    for module in _needed(arguments):
        importlib.import_module(f"netzwart.cli.{module}").add_parser(subparsers)
    try:
        parsed = parser.parse_args(arguments)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 2
    try:
        return int(parsed.run(parsed))
    except (NetzwartError, UnknownSettingError) as error:
        print(f"netzwart: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _needed(arguments: Sequence[str]) -> Sequence[str]:
    """Return the one module of a known command, so that starting `identify` loads no web server."""
    first = next((word for word in arguments if not word.startswith("-")), "")
    module = FIRST_WORDS.get(first, first)
    return (module,) if module in COMMANDS else COMMANDS
