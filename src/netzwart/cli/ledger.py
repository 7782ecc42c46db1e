"""`netzwart ledger seal` and `netzwart ledger export`: the hash chain by hand."""

import argparse
import asyncio
from pathlib import Path

from netzwart.cli.installation import open_installation
from netzwart.ledger.exporting import export_chain
from netzwart.ledger.sealing import seal_days


def add_parser(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]",  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add `ledger` to the command line."""
    parser = subparsers.add_parser(
        "ledger",
        help="Siegelkette fortschreiben oder für die unabhängige Prüfung ausführen",
        epilog="Beispiel: netzwart ledger export kette.jsonl.gz",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    acts = parser.add_subparsers(dest="act", required=True, metavar="VERB")
    acts.add_parser("seal", help="alle vergangenen Tage siegeln, die es noch nicht sind")
    export = acts.add_parser("export", help="Kette und Zeilen in eine Datei schreiben")
    export.add_argument("file", type=Path, help="Ziel, endet auf .jsonl.gz")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Do what is asked."""
    return asyncio.run(_seal() if arguments.act == "seal" else _export(arguments.file))


async def _seal() -> int:
    async with open_installation() as installation:
        days = await seal_days(installation.database)
    print(f"{days} Tage gesiegelt.")
    return 0


async def _export(path: Path) -> int:
    async with (
        open_installation(upgrade=False) as installation,
        installation.database.session(writing=False) as session,
    ):
        connection = await session.connection()
        rows = await connection.run_sync(export_chain, path)
    print(f"{rows} Einträge nach {path} geschrieben. Prüfen: python verifier.py {path}")
    return 0
