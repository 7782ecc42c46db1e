"""`netzwart doctor`: is this installation well? Output is safe to paste."""

import argparse
import asyncio
import json
from dataclasses import asdict

from netzwart.cli.installation import open_installation
from netzwart.doctoring import Verdict, examine

_SIGNS = {Verdict.OK: "ok  ", Verdict.WARNING: "WARN", Verdict.ERROR: "FEHL"}


def add_parser(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]",  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add `doctor` to the command line."""
    parser = subparsers.add_parser(
        "doctor",
        help="Prüfen, ob diese Installation gesund ist",
        description="Prüft Einstellungen, Datenbank, Erreichbarkeit, Uhr, Warteschlange und "
        "Plattenplatz. Die Ausgabe enthält keine Geheimnisse, keine Namen und keine Adressen.",
        epilog="Beispiel: netzwart doctor --json",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="maschinenlesbar ausgeben")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the findings; 1 if one of them is an error."""
    return asyncio.run(_doctor(as_json=arguments.json))


async def _doctor(*, as_json: bool) -> int:
    async with open_installation(upgrade=False) as installation:
        results = await examine(installation.settings, installation.database)
    if as_json:
        print(json.dumps([asdict(result) for result in results], ensure_ascii=False))
    else:
        for result in results:
            print(f"{_SIGNS[result.verdict]}  {result.subject}: {result.text}")
    return 1 if any(result.verdict is Verdict.ERROR for result in results) else 0
