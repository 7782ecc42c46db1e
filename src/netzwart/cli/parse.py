"""`netzwart parse`: what netzwart understands of a shell's output, without a device."""

import argparse
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from netzwart.errors import InvalidInputError
from netzwart.network.profiles.loading import Knowledge, knowledge
from netzwart.network.profiles.shell import families_of, parse_rows, read_shell
from netzwart.network.profiles.shell_tables import neutral_rows, table_of

_EXAMPLES = """Beispiele:
  netzwart parse --platform cisco_ios --command "show version" ausgabe.txt
  netzwart parse --targets ausgaben.jsonl > verstanden.jsonl

Eine Zeile in ausgaben.jsonl:
  {"id": "a1", "platform": "cisco_ios", "command": "show version", "path": "ausgabe.txt"}"""

_IDENTITY = ("vendor", "model", "firmware", "serial", "name")


class Output(BaseModel):
    """One recorded output of one command."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(min_length=1, max_length=200)]
    platform: Annotated[str, Field(min_length=1, max_length=80)]
    command: Annotated[str, Field(min_length=1, max_length=300)]
    path: Path


def add_parser(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]",  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add `parse` to the command line."""
    parser = subparsers.add_parser(
        "parse",
        help="zeigen, was von einer Shell-Ausgabe verstanden wird",
        description="Liest gespeicherte Ausgaben wie nach einer SSH-Abfrage, je eine JSON-Zeile.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", metavar="DATEI", nargs="?", type=Path, help="eine Ausgabe")
    parser.add_argument("--platform", metavar="P", help="Plattform von netmiko")
    parser.add_argument("--command", metavar="BEFEHL", dest="asked", help="der Befehl dazu")
    parser.add_argument("--targets", metavar="DATEI", type=Path, help="Ausgaben als JSON-Zeilen")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print what each output says and return the exit code.

    Raises:
        InvalidInputError: The list or a file is not usable.
    """
    known = knowledge()
    for output in _outputs(args):
        understood = {"id": output.id, **_understood(output, known)}
        print(json.dumps(understood, ensure_ascii=False))
    sys.stdout.flush()
    return 0


def _outputs(args: argparse.Namespace) -> Iterable[Output]:
    if args.targets is not None:
        lines = enumerate(_read(args.targets).splitlines(), start=1)
        return [_output(number, line) for number, line in lines if line.strip()]
    if args.file is None or not args.platform or not args.asked:
        raise InvalidInputError(
            "Es fehlt etwas.", {"file": "Erwartet werden --platform, --command und eine Datei."}
        )
    return [Output(id=str(args.file), platform=args.platform, command=args.asked, path=args.file)]


def _output(number: int, line: str) -> Output:
    try:
        return Output.model_validate_json(line)
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"])) or "Zeile"
        raise InvalidInputError(
            f"Zeile {number} ist nicht zu gebrauchen: {where}.",
            {"targets": "Erwartet werden id, platform, command und path."},
        ) from error


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise InvalidInputError(
            f"{path} ist nicht lesbar.", {"file": error.strerror or ""}
        ) from error


def _understood(output: Output, known: Knowledge) -> dict[str, object]:
    """Return who the device is and the table that the command lists, as far as it is told."""
    family = families_of(output.platform, known)
    text = _read(output.path)
    facts = read_shell(output.platform, {output.command: text}, family)
    rows = parse_rows(output.platform, output.command, text, family)
    table = table_of(output.command, rows)
    said: dict[str, object] = {name: getattr(facts, name) for name in _IDENTITY}
    if table is not None:
        said |= {"table": table, "rows": neutral_rows(table, rows)}
    return said
