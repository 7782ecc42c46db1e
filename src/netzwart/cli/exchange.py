"""`netzwart import` and `netzwart export`."""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from netzwart.accounts.actors import SYSTEM
from netzwart.cli.installation import Installation, open_installation
from netzwart.clock import today
from netzwart.errors import ConflictError
from netzwart.exchange.electronic_invoices import electronic_invoice_walk
from netzwart.exchange.exporting import export_bundle
from netzwart.exchange.importing import prepare_import
from netzwart.exchange.lists.at_once import ListWish, apply_at_once, plan_at_once
from netzwart.exchange.lists.columns import MatchKey
from netzwart.exchange.problems import BrokenImportError
from netzwart.exchange.reading import ReadFile
from netzwart.exchange.service import ImportPlan, Walk, apply_import, plan_import
from netzwart.exchange.upserting import Action

KINDS = ("bundle", "schools", "devices", "invoice")
SHOWN = 60
"""Rows printed of a plan; `--json` prints all."""


def add_parser(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]",  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add `import` and `export` to the command line."""
    taking = subparsers.add_parser(
        "import",
        help="Bündel, Schulliste oder E-Rechnung einlesen: erst planen, dann genau das tun",
        epilog="Beispiele: netzwart import herten.yaml --plan\n"
        '           netzwart import geraete.xlsx --kind devices --as "Muster Systemhaus"\n'
        "           netzwart import rechnung.xml --kind invoice --apply",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    taking.add_argument(
        "file",
        metavar="FILE",
        type=Path,
        help="YAML, JSON, XLSX, ODS, CSV; E-Rechnung als XML oder PDF",
    )
    taking.add_argument("--kind", choices=KINDS, help="sonst an der Endung erkannt")
    doing = taking.add_mutually_exclusive_group()
    doing.add_argument("--plan", action="store_true", help="nur zeigen, nichts schreiben (Vorgabe)")
    doing.add_argument("--apply", action="store_true", help="schreiben, alles oder nichts")
    taking.add_argument(
        "--as",
        dest="profile",
        metavar="PROFILE",
        default="",
        help="gespeicherte Zuordnung (devices)",
    )
    taking.add_argument(
        "--match", choices=[key.value for key in MatchKey], help="Geräte finden über (devices)"
    )
    taking.add_argument(
        "--leave-conflicts", action="store_true", help="Zeilen im Konflikt auslassen (devices)"
    )
    taking.add_argument("--plan-id", help="nur ausführen, wenn der Plan noch dieser ist")
    taking.add_argument("--municipality-key", default="05562020", help="Gemeindeschlüssel")
    taking.add_argument("--operator-number", help="Trägernummer der Schulliste")
    taking.add_argument("--json", action="store_true", help="maschinenlesbar ausgeben")
    taking.set_defaults(run=run_import)
    giving = subparsers.add_parser(
        "export",
        help="Alles als Bündel ausgeben",
        epilog="Beispiel: netzwart export bundle --school 168269 > schule.yaml",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    giving.add_argument("what", choices=("bundle",))
    giving.add_argument("--school", metavar="N", help="nur diese Schule (Schulnummer)")
    giving.set_defaults(run=run_export)


def run_import(arguments: argparse.Namespace) -> int:
    """Plan or apply a file; 0 done, 1 refused."""
    return asyncio.run(_import(arguments))


async def _import(arguments: argparse.Namespace) -> int:
    try:
        data = arguments.file.read_bytes()
    except OSError as error:
        print(f"netzwart: {arguments.file}: {error.strerror}", file=sys.stderr)
        return 1
    async with open_installation() as installation:
        try:
            if arguments.kind == "devices":
                plan = await _device_list(installation, data, arguments)
            else:
                plan = await _plan_or_apply(installation, data, arguments)
        except BrokenImportError as error:
            _print_problems(error, as_json=arguments.json)
            return 1
        except ConflictError as error:
            print(f"netzwart: {error.message}", file=sys.stderr)
            return 1
    _print_plan(plan, applied=arguments.apply, as_json=arguments.json)
    return 1 if plan.counts()[Action.CONFLICT.value] else 0


async def _plan_or_apply(
    installation: Installation, data: bytes, arguments: argparse.Namespace
) -> ImportPlan:
    walk, read = _prepared(installation, data, arguments)
    key = installation.signing_key
    if arguments.apply:
        return await apply_import(installation.database, walk, read, key, SYSTEM, arguments.plan_id)
    return await plan_import(installation.database, walk, read, key)


async def _device_list(
    installation: Installation, data: bytes, arguments: argparse.Namespace
) -> ImportPlan:
    wish = ListWish(
        arguments.profile,
        MatchKey(arguments.match) if arguments.match else None,
        leaves_conflicts=arguments.leave_conflicts,
    )
    name, key = arguments.file.name, installation.signing_key
    if not arguments.apply:
        return await plan_at_once(installation.database, name, data, wish, key)
    return await apply_at_once(
        installation.database, name, data, wish, key, plan_id=arguments.plan_id
    )


def _prepared(
    installation: Installation, data: bytes, arguments: argparse.Namespace
) -> tuple[Walk, ReadFile]:
    if arguments.kind == "invoice":
        settings = installation.settings
        folder = settings.documents_dir if arguments.apply else None
        walk = electronic_invoice_walk(data, arguments.file.name, folder, settings.upload_limit_mib)
        return walk, ReadFile({})
    return prepare_import(
        data,
        arguments.file.name,
        kind=arguments.kind,
        municipality_key=arguments.municipality_key,
        operator_number=arguments.operator_number,
        retrieved_on=today(),
    )


def _print_problems(error: BrokenImportError, *, as_json: bool) -> None:
    if as_json:
        problems = [
            {"path": one.path, "line": one.line, "message": one.message} for one in error.problems
        ]
        print(json.dumps({"applied": False, "problems": problems}, ensure_ascii=False))
        return
    print(f"netzwart: {error.message}", file=sys.stderr)
    for problem in error.problems[:SHOWN]:
        print(f"  {problem}", file=sys.stderr)


def _print_plan(plan: ImportPlan, *, applied: bool, as_json: bool) -> None:
    if as_json:
        rows: Sequence[dict[str, Any]] = [
            {
                "section": row.section,
                "row": row.label,
                "action": row.action.value,
                "changes": {name: list(pair) for name, pair in row.changes.items()},
                "message": row.message,
                **({"line": row.line, "faults": dict(row.faults)} if row.line else {}),
            }
            for row in plan.rows
        ]
        body = {"applied": applied, "plan_id": plan.plan_id, "counts": plan.counts(), "rows": rows}
        print(json.dumps(body, ensure_ascii=False))
        return
    counts = ", ".join(f"{number} {action}" for action, number in plan.counts().items())
    print(f"{'Übernommen' if applied else 'Plan'} {plan.plan_id}: {counts}")
    told = [row for row in plan.rows if row.action is not Action.SKIP or row.message]
    for row in told[:SHOWN]:
        changes = "; ".join(f"{n}: {a} → {b}" for n, (a, b) in row.changes.items())
        print(f"  {row.action.value:8} {row.section} {row.label} {row.message or changes}".rstrip())
    if len(told) > SHOWN:
        print(f"  … und {len(told) - SHOWN} weitere (--json zeigt alle)")


def run_export(arguments: argparse.Namespace) -> int:
    """Print the bundle as YAML."""
    return asyncio.run(_export(arguments.school))


async def _export(school: str | None) -> int:
    async with (
        open_installation() as installation,
        installation.database.session(writing=False) as session,
    ):
        text = await export_bundle(session, school)
    sys.stdout.write(text)
    return 0
