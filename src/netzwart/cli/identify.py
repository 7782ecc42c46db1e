"""`netzwart identify`: one JSON line for each target, no database needed."""

import argparse
import asyncio
import json
import re
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import cast

from pydantic import SecretStr

from netzwart.errors import InvalidInputError
from netzwart.network.profiles.facts import DeviceFacts
from netzwart.network.profiles.identifying import identify
from netzwart.network.profiles.loading import Knowledge, knowledge
from netzwart.network.protocols.replies import SnmpTarget, SshTarget
from netzwart.network.protocols.snmp import open_snmp_wire
from netzwart.network.targets import ListedTarget, read_targets

_EXAMPLES = """Beispiele:
  netzwart identify --target 10.1.0.11 --community public --full
  netzwart identify --target [fd00::11]:161 --community public
  netzwart identify --targets geraete.jsonl --full > gefunden.jsonl"""

_ADDRESS = re.compile(r"^(?:\[(?P<v6>[^\]]+)\]|(?P<host>[^:\s]+))(?::(?P<port>\d{1,5}))?$")
_BARE_IPV6 = re.compile(r"^[0-9a-fA-F:.]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.%\w]*$")
_SNMP_PORT = 161
_HIGHEST_PORT = 65_535

Ask = Callable[[ListedTarget], Awaitable[DeviceFacts]]


def add_parser(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]",  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add `identify` to the command line."""
    parser = subparsers.add_parser(
        "identify",
        help="Geräte fragen, was sie sind",
        description="Fragt jedes Ziel über SNMP oder SSH und schreibt je Ziel eine JSON-Zeile.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--target", metavar="HOST[:PORT]", help="ein Gerät; IPv6 als [::1]:161")
    which.add_argument("--targets", metavar="DATEI", type=Path, help="Ziele als JSON-Zeilen")
    parser.add_argument("--community", metavar="C", help="Community für --target (SNMP v2c)")
    parser.add_argument("--full", action="store_true", help="auch den Zustand lesen")
    parser.add_argument(
        "--concurrency", metavar="N", type=int, default=64, help="Geräte gleichzeitig (64)"
    )
    parser.add_argument("--json", action="store_true", help="JSON-Zeilen; das gilt immer")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Identify all targets and return the exit code: 0 even if some of them are silent.

    Raises:
        InvalidInputError: The target, the community or the list is not usable.
        ProfileRejectedError: A device profile is broken.
    """
    targets = _targets(args.target, args.targets, args.community)
    at_once = max(1, min(args.concurrency, 1000))
    asyncio.run(_identify_all(targets, knowledge(), full=args.full, at_once=at_once))
    return 0


def _targets(
    address: str | None, path: Path | None, community: str | None
) -> Sequence[ListedTarget]:
    if path is not None:
        return read_targets(path)
    if not community:
        raise InvalidInputError(
            "Zu --target gehört --community.", {"community": "Die Angabe fehlt."}
        )
    target = replace(parse_address(address or ""), community=SecretStr(community))
    return [ListedTarget(id=address or "", target=target)]


def parse_address(text: str) -> SnmpTarget:
    """Return the target of `host`, `host:port`, `[v6]`, `[v6]:port` or a bare IPv6 address.

    Raises:
        InvalidInputError: The text is none of these.
    """
    if _BARE_IPV6.match(text):
        return SnmpTarget(host=text)
    found = _ADDRESS.match(text)
    port = int(found["port"] or _SNMP_PORT) if found else 0
    if found is None or not 0 < port <= _HIGHEST_PORT:
        raise InvalidInputError(
            f"{text!r} ist keine Adresse.",
            {"target": "Erwartet wird HOST[:PORT] oder [IPv6]:PORT."},
        )
    return SnmpTarget(host=found["v6"] or found["host"], port=port)


async def _identify_all(
    targets: Sequence[ListedTarget], known: Knowledge, *, full: bool, at_once: int
) -> None:
    """Print each target's line as soon as it is known; at most `at_once` are asked together."""
    gate = asyncio.Semaphore(at_once)

    async def one(listed: ListedTarget, ask: Ask) -> None:
        async with gate:
            facts = await ask(listed)
        print(json.dumps(facts.as_line(listed.id, full=full), ensure_ascii=False))
        sys.stdout.flush()

    async with AsyncExitStack() as wires, asyncio.TaskGroup() as group:
        by_snmp = _snmp_asker(wires, known, full=full)
        by_shell = None
        for listed in targets:
            if isinstance(listed.target, SshTarget):
                by_shell = by_shell or _shell_asker(wires, known)
                group.create_task(one(listed, by_shell))
            else:
                group.create_task(one(listed, by_snmp))


def _snmp_asker(wires: AsyncExitStack, known: Knowledge, *, full: bool) -> Ask:
    wire = open_snmp_wire()
    wires.push_async_callback(wire.close)

    async def ask(listed: ListedTarget) -> DeviceFacts:
        return await identify(cast("SnmpTarget", listed.target), wire, known, full=full)

    return ask


def _shell_asker(wires: AsyncExitStack, known: Knowledge) -> Ask:
    # netmiko and its templates cost half a second that a list of SNMP targets need not wait for.
    from netzwart.network.polling.shell_probing import identify_over_ssh  # noqa: PLC0415
    from netzwart.network.protocols.ssh import open_ssh_wire  # noqa: PLC0415

    wire = open_ssh_wire()
    wires.push_async_callback(wire.close)

    async def ask(listed: ListedTarget) -> DeviceFacts:
        return await identify_over_ssh(cast("SshTarget", listed.target), wire, known)

    return ask
