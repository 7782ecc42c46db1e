"""`netzwart ledger seal`, `export` and `expire`: the hash chain by hand, and its oldest rows."""

import argparse
import asyncio
import json
from dataclasses import asdict
from pathlib import Path

from netzwart.accounts.actors import SYSTEM
from netzwart.cli.installation import open_installation
from netzwart.custody.service.retaining import erase_expired, find_expired
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
    expire = acts.add_parser(
        "expire",
        help="Sichtungen nennen, deren Aufbewahrungsfristen alle abgelaufen sind",
        description="Nennt, was gelöscht werden dürfte. Mit --apply wird gelöscht; der "
        "Fingerabdruck jeder Zeile bleibt, und die Kette bleibt prüfbar.",
        epilog="Beispiel: netzwart ledger expire --apply",
    )
    expire.add_argument("--apply", action="store_true", help="löschen")
    expire.add_argument("--json", action="store_true", help="maschinenlesbar ausgeben")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Do what is asked."""
    if arguments.act == "expire":
        return asyncio.run(_expire(is_applied=arguments.apply, as_json=arguments.json))
    return asyncio.run(_seal() if arguments.act == "seal" else _export(arguments.file))


async def _expire(*, is_applied: bool, as_json: bool) -> int:
    async with (
        open_installation(upgrade=False) as installation,
        installation.database.session(writing=is_applied) as session,
    ):
        expired = await find_expired(session)
        done = await erase_expired(session, SYSTEM) if is_applied else None
    told = {"devices": expired.devices, "sightings": len(expired.of_devices),
            "sightings_of_no_device": len(expired.of_nobody)}  # fmt: skip
    told |= {} if done is None else asdict(done)
    if as_json:
        print(json.dumps(told))
    else:
        print(
            f"{told['sightings']} Sichtungen von {expired.devices} Geräten und "
            f"{told['sightings_of_no_device']} ohne Gerät: alle Fristen sind abgelaufen."
        )
        if done is None:
            print("Nichts gelöscht. Löschen: netzwart ledger expire --apply")
        else:
            print(f"{done.erased} gelöscht; ihre Fingerabdrücke bleiben in der Kette.")
            if done.unsealed:
                print(f"{done.unsealed} sind noch nicht gesiegelt und bleiben bis dahin.")
            if done.altered:
                print(f"FEHLER {done.altered} passen nicht zum Siegel und bleiben als Beweis.")
    return 1 if done is not None and done.altered else 0


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
