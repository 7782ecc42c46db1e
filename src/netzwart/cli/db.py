"""`netzwart db upgrade` and `netzwart db check`."""

import argparse
import asyncio

from netzwart import schema
from netzwart.checking import check_database
from netzwart.cli.installation import open_installation


def add_parser(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]",  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add `db` to the command line."""
    parser = subparsers.add_parser(
        "db",
        help="Datenbank auf Stand bringen oder prüfen",
        epilog="Beispiel: netzwart db upgrade",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("act", choices=("upgrade", "check"))
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Do what is asked; 1 if the check found something."""
    return asyncio.run(_upgrade() if arguments.act == "upgrade" else _check())


async def _upgrade() -> int:
    async with open_installation() as installation:
        print(f"Die Datenbank ist auf Stand ({installation.database.url.get_backend_name()}).")
    return 0


async def _check() -> int:
    async with open_installation(upgrade=False) as installation:
        if not await schema.is_current(installation.database):
            print("Die Datenbank ist nicht auf Stand. Bitte: netzwart db upgrade")
            return 1
        async with installation.database.session(writing=False) as session:
            faults = await check_database(session)
    for fault in faults:
        print(f"FEHLER {fault}")
    if not faults:
        print("Alles stimmt: Anteile, Summen, Verweise, Dokumente, Siegelkette.")
    return 1 if faults else 0
