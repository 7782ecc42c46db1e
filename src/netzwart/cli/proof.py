"""`netzwart proof build` and `netzwart proof verify`."""

import argparse
import asyncio
import hashlib
import json
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import SYSTEM
from netzwart.cli.installation import Installation, open_installation
from netzwart.clock import today
from netzwart.database import table_of
from netzwart.errors import InvalidInputError, NotFoundError
from netzwart.funding.tables import Grant
from netzwart.proofs.values import ProofOfUse
from netzwart.reports.compiling import (
    AnyPaper,
    PaperOrder,
    build_files,
    check_order,
    compile_paper,
)
from netzwart.reports.downloading import file_names, stored_file
from netzwart.reports.issuing import issue
from netzwart.reports.kinds import KINDS, PaperKind, PaperScope
from netzwart.reports.signing import open_signer
from netzwart.reports.verifying import Verdict, Verification, verify_file
from netzwart.schools.tables import School

_GRANT = table_of(Grant)
_SCHOOL = table_of(School)
_ALL = "alle"
_SENTENCES: Mapping[Verdict, str] = {
    Verdict.GENUINE: "Echt und unverändert",
    Verdict.SAME_CONTENT: "Inhalt echt, aber die Datei wurde neu gespeichert",
    Verdict.CHANGED: "Verändert: die Nummer ist von hier, der Inhalt nicht",
    Verdict.NOT_LISTED: "Von dieser Installation signiert, aber nicht im Verzeichnis",
    Verdict.UNKNOWN: "Diese Datei wurde hier nicht ausgestellt oder ist verändert",
}


def add_parser(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]",  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add `proof` to the command line."""
    parser = subparsers.add_parser(
        "proof",
        help="Nachweise und andere Papiere bauen oder prüfen",
        epilog="Beispiel: netzwart proof build 48.02-DP-2021-001 --as-of 2022-12-31 --out nachweis",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    acts = parser.add_subparsers(dest="act", required=True, metavar="VORGANG")
    build = acts.add_parser(
        "build",
        help="PDF und seine Zwillinge in einen Ordner schreiben",
        description="Ohne --draft wird das Papier ausgestellt, nummeriert, signiert und "
        "gespeichert.",
        epilog=_epilog(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    build.add_argument(
        "grant",
        metavar="GRANT",
        help=f"Aktenzeichen; Schulnummer für die Inventarliste; „{_ALL}“ für die Förderübersicht",
    )
    build.add_argument(
        "--kind",
        type=PaperKind,
        choices=list(PaperKind),
        default=PaperKind.PROOF_OF_USE,
        metavar="ART",
        help="Art des Papiers (Vorgabe proof_of_use)",
    )
    build.add_argument("--as-of", metavar="TAG", type=date.fromisoformat, help="JJJJ-MM-TT")
    build.add_argument("--out", metavar="ORDNER", type=Path, required=True)
    build.add_argument("--draft", action="store_true", help="Entwurf mit Wasserzeichen")
    build.add_argument("--json", action="store_true", help="Ergebnis als JSON")
    build.set_defaults(run=run_build)
    verify = acts.add_parser(
        "verify",
        help="sagen, ob eine PDF-Datei hier ausgestellt und unverändert ist",
        epilog="Beispiel: netzwart proof verify verwendungsnachweis.pdf",
    )
    verify.add_argument("file", metavar="FILE.pdf", type=Path)
    verify.add_argument("--json", action="store_true", help="Ergebnis als JSON")
    verify.set_defaults(run=run_verify)


def _epilog() -> str:
    kinds = "\n".join(f"  {kind.value:<22}{facts.label}" for kind, facts in KINDS.items())
    return f"Arten:\n{kinds}\n\nBeispiel: netzwart proof build 990001 --kind inventory_list --out x"


def run_build(arguments: argparse.Namespace) -> int:
    """Write paper and twins and say what they add up to.

    Raises:
        NotFoundError: when there is no grant or school of that number.
        PaperOrderError: when the day lies in the future.
    """
    return asyncio.run(_build(arguments))


async def _build(arguments: argparse.Namespace) -> int:
    async with (
        open_installation() as installation,
        installation.database.session(writing=not arguments.draft) as session,
    ):
        order = await _order(session, arguments)
        await check_order(session, order, SYSTEM)
        paper = await compile_paper(session, order, SYSTEM, is_draft=arguments.draft)
        if sys.stderr.isatty():
            print("Zeichne das Papier …", file=sys.stderr)
        number, files = await _files(session, installation, paper, order)
    await asyncio.to_thread(_write, arguments.out, files)
    pdf = files[KINDS[order.kind].pdf]
    summary: dict[str, object] = {
        "grant": paper.grant or arguments.grant,
        "as_of": order.as_of.isoformat(),
        "number": number,
        "out": str(arguments.out),
        "sha256": hashlib.sha256(pdf).hexdigest(),
    }
    if isinstance(paper, ProofOfUse):
        summary |= {
            "eligible": str(paper.totals.eligible),
            "grant_claimed": str(paper.totals.grant_claimed),
            "checks": len(paper.checks),
        }
    print(json.dumps(summary, ensure_ascii=False) if arguments.json else _sentences(summary))
    return 0


async def _files(
    session: AsyncSession, installation: Installation, paper: AnyPaper, order: PaperOrder
) -> tuple[str | None, dict[str, bytes]]:
    if paper.is_draft:
        return None, await asyncio.to_thread(build_files, paper)
    signer = open_signer(installation.settings, installation.secret_box)
    document = await issue(session, paper, order, SYSTEM, signer)
    return document.number, {name: stored_file(document, name) for name in file_names(document)}


async def _order(session: AsyncSession, arguments: argparse.Namespace) -> PaperOrder:
    day: date = arguments.as_of or today()
    kind: PaperKind = arguments.kind
    scope = KINDS[kind].scope
    if scope is PaperScope.ALL:
        return PaperOrder(kind=kind, as_of=day)
    table = _GRANT if scope is PaperScope.GRANT else _SCHOOL
    found = await session.scalar(select(table.c.id).where(table.c.number == arguments.grant))
    if found is None:
        what = "Die Bewilligung" if scope is PaperScope.GRANT else "Die Schule"
        raise NotFoundError(f"{what} {arguments.grant} gibt es nicht.")
    if scope is PaperScope.GRANT:
        return PaperOrder(kind=kind, as_of=day, grant_id=found)
    return PaperOrder(kind=kind, as_of=day, school_id=found)


def _write(folder: Path, files: dict[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        folder.joinpath(name).write_bytes(content)


def _sentences(summary: Mapping[str, object]) -> str:
    what = summary["number"] or "Entwurf"
    lines = [f"{what}: {summary['grant']}, Stand {summary['as_of']}, in {summary['out']}"]
    if "eligible" in summary:
        lines.append(
            f"Zuwendungsfähig {summary['eligible']} EUR, Zuwendung {summary['grant_claimed']} EUR, "
            f"{summary['checks']} Hinweise im Prüfbericht"
        )
    return "\n".join([*lines, f"SHA-256 {summary['sha256']}"])


def run_verify(arguments: argparse.Namespace) -> int:
    """Say what is true of a file; 0 if it is byte for byte what was issued here, else 1.

    Raises:
        InvalidInputError: when the file cannot be read.
        NotAPdfError: when it is no PDF.
    """
    try:
        content = arguments.file.read_bytes()
    except OSError as error:
        message = f"Die Datei {arguments.file} ist nicht lesbar."
        raise InvalidInputError(message, {"file": message}) from error
    return asyncio.run(_verify(content, as_json=arguments.json))


async def _verify(content: bytes, *, as_json: bool) -> int:
    async with (
        open_installation() as installation,
        installation.database.session(writing=False) as session,
    ):
        signer = open_signer(installation.settings, installation.secret_box)
        found = await verify_file(session, content, signer.key_sha256)
    print(msgspec.json.encode(found).decode() if as_json else _told(found))
    return 0 if found.verdict is Verdict.GENUINE else 1


def _told(found: Verification) -> str:
    lines = [f"{_SENTENCES[found.verdict]}."]
    if found.paper is not None:
        paper = found.paper
        lines.append(
            f"{paper.number}: {paper.title}, Stand {paper.as_of:%d.%m.%Y}, "
            f"ausgestellt am {paper.issued_at:%d.%m.%Y}"
        )
        if paper.superseded_by:
            lines.append(f"Ersetzt durch {paper.superseded_by}.")
    if found.signature is None:
        lines.append("Signatur: keine" if found.is_readable else "Signatur: nicht lesbar")
    else:
        sound = found.signature.is_intact and found.signature.covers_all
        whose = "Schlüssel dieser Installation" if found.signed_by_us else found.signature.subject
        lines.append(f"Signatur: {'gültig' if sound else 'ungültig'}, {whose}")
        if found.signature.stamped_at:
            lines.append(f"Zeitstempel: {found.signature.stamped_at}")
    return "\n".join([*lines, f"SHA-256 {found.sha256}"])
