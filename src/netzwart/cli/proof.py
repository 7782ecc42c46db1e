"""`netzwart proof build` and `netzwart proof verify`."""

import argparse
import asyncio
import hashlib
import json
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from sqlalchemy import select

from netzwart.accounts.actors import SYSTEM
from netzwart.cli.installation import open_installation
from netzwart.clock import today
from netzwart.database import table_of
from netzwart.errors import InvalidInputError, NotFoundError
from netzwart.funding.tables import Grant
from netzwart.proofs.compiling import compile_proof_of_use
from netzwart.reports.issuing import issue, twin_of
from netzwart.reports.proof_files import CHECKS, DEVICES, EXPENSES, PDF, PROOF, build_proof_files
from netzwart.reports.tables import IssuedDocument

_GRANT = table_of(Grant)
_DOCUMENT = table_of(IssuedDocument)
_TWINS = (PROOF, EXPENSES, DEVICES, CHECKS)


def add_parser(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]",  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add `proof` to the command line."""
    parser = subparsers.add_parser(
        "proof",
        help="Verwendungsnachweis bauen oder prüfen",
        epilog="Beispiel: netzwart proof build 48.02-DP-2021-001 --as-of 2022-12-31 --out nachweis",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    acts = parser.add_subparsers(dest="act", required=True, metavar="VORGANG")
    build = acts.add_parser(
        "build",
        help="PDF und seine Zwillinge in einen Ordner schreiben",
        epilog="Ohne --draft wird der Nachweis ausgestellt, nummeriert und gespeichert.",
    )
    build.add_argument("grant", metavar="GRANT", help="Aktenzeichen der Bewilligung")
    build.add_argument("--as-of", metavar="TAG", type=date.fromisoformat, help="JJJJ-MM-TT")
    build.add_argument("--out", metavar="ORDNER", type=Path, required=True)
    build.add_argument("--draft", action="store_true", help="Entwurf mit Wasserzeichen")
    build.add_argument("--json", action="store_true", help="Ergebnis als JSON")
    build.set_defaults(run=run_build)
    verify = acts.add_parser("verify", help="eine PDF-Datei mit dem Gespeicherten vergleichen")
    verify.add_argument("file", metavar="FILE.pdf", type=Path)
    verify.add_argument("--json", action="store_true", help="Ergebnis als JSON")
    verify.set_defaults(run=run_verify)


def run_build(arguments: argparse.Namespace) -> int:
    """Write the five files of the proof directory and say what they add up to.

    Raises:
        NotFoundError: when there is no grant of that number.
        InvalidInputError: when the day lies in the future.
    """
    day: date = arguments.as_of or today()
    if day > today():
        raise InvalidInputError("Der Stichtag liegt in der Zukunft.", {"as_of": "Zukunft"})
    return asyncio.run(_build(arguments, day))


async def _build(arguments: argparse.Namespace, day: date) -> int:
    async with (
        open_installation() as installation,
        installation.database.session(writing=not arguments.draft) as session,
    ):
        grant_id = await session.scalar(
            select(_GRANT.c.id).where(_GRANT.c.number == arguments.grant)
        )
        if grant_id is None:
            raise NotFoundError(f"Die Bewilligung {arguments.grant} gibt es nicht.")
        proof = await compile_proof_of_use(session, grant_id, day, SYSTEM, is_draft=arguments.draft)
        if sys.stderr.isatty():
            print("Zeichne den Nachweis …", file=sys.stderr)
        number = None
        if arguments.draft:
            files = await asyncio.to_thread(build_proof_files, proof)
        else:
            document = await issue(session, proof, grant_id, SYSTEM)
            number = document.number
            files = {PDF: document.pdf, **{name: twin_of(document, name) for name in _TWINS}}
    await asyncio.to_thread(_write, arguments.out, files)
    summary = {
        "grant": proof.grant,
        "as_of": day.isoformat(),
        "number": number,
        "out": str(arguments.out),
        "sha256": hashlib.sha256(files[PDF]).hexdigest(),
        "eligible": str(proof.totals.eligible),
        "grant_claimed": str(proof.totals.grant_claimed),
        "checks": len(proof.checks),
    }
    print(json.dumps(summary, ensure_ascii=False) if arguments.json else _sentences(summary))
    return 0


def _write(folder: Path, files: dict[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        folder.joinpath(name).write_bytes(content)


def _sentences(summary: Mapping[str, object]) -> str:
    what = summary["number"] or "Entwurf"
    return (
        f"{what}: {summary['grant']}, Stand {summary['as_of']}, in {summary['out']}\n"
        f"Zuwendungsfähig {summary['eligible']} EUR, Zuwendung {summary['grant_claimed']} EUR, "
        f"{summary['checks']} Hinweise im Prüfbericht\nSHA-256 {summary['sha256']}"
    )


def run_verify(arguments: argparse.Namespace) -> int:
    """Say whether the file is, byte for byte, a document that was issued here; 1 if not.

    Raises:
        InvalidInputError: when the file cannot be read.
    """
    try:
        content = arguments.file.read_bytes()
    except OSError as error:
        message = f"Die Datei {arguments.file} ist nicht lesbar."
        raise InvalidInputError(message, {"file": message}) from error
    return asyncio.run(_verify(content, as_json=arguments.json))


async def _verify(content: bytes, *, as_json: bool) -> int:
    digest = hashlib.sha256(content).hexdigest()
    columns = (_DOCUMENT.c.number, _DOCUMENT.c.title, _DOCUMENT.c.as_of, _DOCUMENT.c.issued_at)
    async with (
        open_installation() as installation,
        installation.database.session(writing=False) as session,
    ):
        row = (await session.execute(select(*columns).where(_DOCUMENT.c.sha256 == digest))).first()
    if as_json:
        found = None if row is None else {"number": row.number, "as_of": row.as_of.isoformat()}
        print(json.dumps({"sha256": digest, "issued": found}))
    elif row is None:
        print(f"Diese Datei wurde hier nicht ausgestellt oder ist verändert.\nSHA-256 {digest}")
    else:
        print(
            f"Echt: {row.number}, {row.title}, Stand {row.as_of:%d.%m.%Y}, "
            f"ausgestellt am {row.issued_at:%d.%m.%Y}.\nSHA-256 {digest}"
        )
    return 0 if row is not None else 1
