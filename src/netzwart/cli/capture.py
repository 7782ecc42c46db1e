"""`netzwart capture`: record a device for a profile, without its secrets."""

import argparse
import asyncio
import sys
from dataclasses import replace

from pydantic import SecretStr

from netzwart.cli.identify import parse_address
from netzwart.errors import InvalidInputError, UnavailableError
from netzwart.network.profiles.capturing import capture
from netzwart.network.profiles.loading import redaction
from netzwart.network.profiles.redacting import as_recording
from netzwart.network.protocols.replies import Oid, SnmpTarget, SnmpVersion, WireError
from netzwart.network.protocols.snmp import open_snmp_wire

_EXAMPLES = """Beispiele:
  netzwart capture 10.1.0.11 --community public > switch.snmprec
  netzwart capture 10.1.0.11 --community public --redact Sonnenschule > switch.snmprec
  netzwart capture 10.1.0.11 --community public --tree 1.3.6.1.4.1.9.9 > switch.snmprec

Nicht aufgezeichnet werden Communitys, Schlüssel, Benutzer und Clients; Namen und Orte werden
ersetzt, ebenso öffentliche Adressen. Bitte sehen Sie die Datei trotzdem durch, bevor Sie sie
weitergeben."""

_OID_ARCS = 3


class NotCapturedError(UnavailableError):
    """The device said nothing that could be recorded."""


def add_parser(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]",  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add `capture` to the command line."""
    parser = subparsers.add_parser(
        "capture",
        help="ein Gerät für ein Profil aufzeichnen, ohne Geheimnisse",
        description="Schreibt die Antworten eines Geräts als .snmprec, um Geheimes bereinigt.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("host", metavar="HOST[:PORT]", help="das Gerät; IPv6 als [::1]:161")
    parser.add_argument("--community", metavar="C", required=True, help="Community (SNMP v1, v2c)")
    parser.add_argument("--snmp-version", choices=("1", "2c"), default="2c", help="(2c)")
    parser.add_argument(
        "--redact", metavar="WORT", action="append", default=[], help="auch dieses Wort entfernen"
    )
    parser.add_argument(
        "--tree",
        metavar="OID",
        action="append",
        default=[],
        help="auch diesen Teilbaum",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Record one device to standard output and return the exit code.

    Raises:
        InvalidInputError: The address or a subtree is not usable.
        NotCapturedError: The device does not answer.
    """
    target = replace(
        parse_address(args.host),
        community=SecretStr(args.community),
        version=SnmpVersion(args.snmp_version),
    )
    trees = [_tree(text) for text in args.tree]
    lines, problems = asyncio.run(_recorded(target, trees, args.redact))
    for line in lines:
        print(line)
    for problem in problems:
        print(f"netzwart: nicht gelesen: {problem}", file=sys.stderr)
    print(f"netzwart: {len(lines)} Werte. Bitte vor dem Weitergeben durchsehen.", file=sys.stderr)
    return 0


def _tree(text: str) -> Oid:
    arcs = text.lstrip(".").split(".")
    if len(arcs) < _OID_ARCS or not all(arc.isdecimal() for arc in arcs):
        raise InvalidInputError(
            f"{text!r} ist kein Teilbaum.", {"tree": "Erwartet wird eine OID in Zahlen."}
        )
    return Oid(".".join(arcs))


async def _recorded(
    target: SnmpTarget, trees: list[Oid], words: list[str]
) -> tuple[list[str], tuple[str, ...]]:
    wire = open_snmp_wire()
    try:
        answers, problems = await capture(target, wire, redaction(), more=trees, secrets=words)
    except WireError as problem:
        raise NotCapturedError(f"{target.host} antwortet nicht: {problem}") from problem
    finally:
        await wire.close()
    return list(as_recording(answers)), problems
