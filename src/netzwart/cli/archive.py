"""`netzwart backup` and `netzwart restore`."""

import argparse
import asyncio
import sys
import time
from pathlib import Path

from netzwart.archiving import restore_archive, write_archive
from netzwart.cli.installation import open_installation

_QUIET_S = 2.0


def add_parser(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]",  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add `backup` and `restore` to the command line."""
    saving = subparsers.add_parser(
        "backup",
        help="Alles in eine Datei sichern, bei laufendem Dienst",
        description="Sichert Datenbank und Belegdateien. Der Schlüssel der Zugangsdaten ist nicht "
        "dabei; er gehört getrennt verwahrt.",
        epilog="Beispiel: netzwart backup /sicherung/netzwart-2026-11-27.zip",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    saving.add_argument("file", metavar="FILE", type=Path)
    saving.set_defaults(run=run_backup)
    restoring = subparsers.add_parser(
        "restore",
        help="Eine Sicherung einspielen, in eine leere Datenbank",
        description="Spielt eine Sicherung ein, ganz oder gar nicht; auch von SQLite nach "
        "PostgreSQL. Der Dienst muss dabei angehalten sein.",
        epilog="Beispiel: netzwart restore /sicherung/netzwart-2026-11-27.zip",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    restoring.add_argument("file", metavar="FILE", type=Path)
    restoring.add_argument(
        "--replace", action="store_true", help="ersetzt, was in der Datenbank steht"
    )
    restoring.set_defaults(run=run_restore)


def run_backup(arguments: argparse.Namespace) -> int:
    """Write the archive."""
    rows = asyncio.run(_backup(arguments.file))
    size_mib = arguments.file.stat().st_size / 1_048_576
    print(f"{arguments.file}: {rows} Zeilen, {size_mib:.1f} MiB.")
    return 0


async def _backup(target: Path) -> int:
    async with open_installation() as installation:
        return await write_archive(
            installation.database, installation.settings.documents_dir, target, _Teller()
        )


def run_restore(arguments: argparse.Namespace) -> int:
    """Read the archive."""
    return asyncio.run(_restore(arguments.file, replace=arguments.replace))


async def _restore(source: Path, *, replace: bool) -> int:
    async with open_installation(upgrade=False) as installation:
        rows = await restore_archive(
            installation.database,
            installation.settings.documents_dir,
            source,
            replace=replace,
            progress=_Teller(),
        )
    print(f"{source}: {rows} Zeilen eingespielt.")
    return 0


class _Teller:
    """Says on a terminal which table is under way, once it takes longer than two seconds."""

    def __init__(self) -> None:
        self._started = time.monotonic()

    def __call__(self, name: str) -> None:
        if sys.stderr.isatty() and time.monotonic() - self._started > _QUIET_S:
            print(f"  {name} …", file=sys.stderr)
