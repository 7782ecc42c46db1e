"""`netzwart user add` and `netzwart token add`: an installation's first people and programs."""

import argparse
import asyncio
import getpass
import json
import sys
from datetime import date

from pydantic import SecretStr, ValidationError
from sqlalchemy import select

from netzwart.accounts import service
from netzwart.accounts.actors import SYSTEM
from netzwart.accounts.forms import TokenForm, UserForm
from netzwart.cli.installation import Installation, open_installation
from netzwart.database import table_of
from netzwart.errors import InvalidInputError, NotFoundError
from netzwart.schools.tables import School
from netzwart.web.validation import pydantic_field, pydantic_sentence

_ROLES = "admin, technician, school_admin, funding_officer, auditor, poller (nur Token), viewer"

_USER_EXAMPLES = """Beispiele:
  netzwart user add verwaltung --role admin
  netzwart user add technik --role technician --school 990001 --display-name "Technik Nord"
  printf '%s' "$PASSWORT" | netzwart user add pruefung --role auditor --expires 2027-03-31"""

_PROGRAM_EXAMPLES = """Beispiele:
  netzwart token add prometheus --role poller
  netzwart token add schulportal --role viewer --school 990001 --expires 2027-07-31 --json"""


def add_parser(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]",  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add `user` and `token` to the command line."""
    _add_acts(subparsers, "user", "Menschen, die sich anmelden", _USER_EXAMPLES)
    _add_acts(subparsers, "token", "Token für andere Programme", _PROGRAM_EXAMPLES)


def run(args: argparse.Namespace) -> int:
    """Add what is asked for.

    Raises:
        InvalidInputError: a name exists, a role is unknown, the password is weak.
        NotFoundError: there is no school with this number.
    """
    act = _add_user if args.command == "user" else _add_token
    return asyncio.run(act(args))


def _add_acts(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]",  # pyright: ignore[reportPrivateUsage]
    word: str,
    help_text: str,
    examples: str,
) -> None:
    parser = subparsers.add_parser(word, help=help_text, description=help_text)
    acts = parser.add_subparsers(dest="act", required=True, metavar="add")
    adding = acts.add_parser(
        "add",
        help="anlegen",
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    adding.add_argument("name", metavar="NAME", help="Anmeldename oder Name des Tokens")
    adding.add_argument("--role", metavar="R", required=True, help=_ROLES)
    adding.add_argument("--school", metavar="N", help="nur für die Schule mit dieser Schulnummer")
    adding.add_argument(
        "--expires", metavar="TAG", type=date.fromisoformat, help="letzter Tag, JJJJ-MM-TT"
    )
    adding.add_argument("--json", action="store_true", help="Ergebnis als JSON")
    if word == "user":
        adding.add_argument("--display-name", metavar="TEXT", help="Name auf dem Bildschirm")
    adding.set_defaults(run=run)


async def _add_user(args: argparse.Namespace) -> int:
    password = _read_password()
    async with open_installation() as installation:
        school_id = await _school_id(installation, args.school)
        form = _checked_user(args, password, school_id)
        async with installation.database.session() as session:
            user = await service.add_user(
                session,
                SYSTEM,
                name=form.name,
                display_name=form.display_name,
                password=form.password,
                role=service.read_role(form.role),
                school_id=form.school_id,
                expires_on=form.expires_on,
            )
    _tell(args, {"id": user.id, "name": user.name}, f"{user.name} kann sich jetzt anmelden.")
    return 0


async def _add_token(args: argparse.Namespace) -> int:
    async with open_installation() as installation:
        school_id = await _school_id(installation, args.school)
        form = _checked_token(args, school_id)
        async with installation.database.session() as session:
            made = await service.add_token(
                session,
                SYSTEM,
                name=form.name,
                role=service.read_role(form.role),
                school_id=form.school_id,
                expires_on=form.expires_on,
            )
    word = made.word.get_secret_value()
    _tell(args, {"id": made.token.id, "name": form.name, "token": word}, word)
    if not args.json:
        print("Das Token wird nur dieses eine Mal gezeigt.", file=sys.stderr)
    return 0


def _read_password() -> SecretStr:
    """Ask at a terminal, twice; otherwise take the first line of standard input."""
    if not sys.stdin.isatty():
        return SecretStr(sys.stdin.readline().rstrip("\r\n"))
    first = getpass.getpass("Passwort (mindestens 12 Zeichen): ")
    if getpass.getpass("Noch einmal: ") != first:
        raise InvalidInputError("Die Wiederholung ist anders.")
    return SecretStr(first)


def _checked_user(args: argparse.Namespace, password: SecretStr, school_id: int | None) -> UserForm:
    try:
        return UserForm(
            name=args.name,
            display_name=args.display_name or args.name,
            password=password,
            role=args.role,
            school_id=school_id,
            expires_on=args.expires,
        )
    except ValidationError as refusal:
        raise _spoken(refusal) from refusal


def _checked_token(args: argparse.Namespace, school_id: int | None) -> TokenForm:
    try:
        return TokenForm(
            name=args.name, role=args.role, school_id=school_id, expires_on=args.expires
        )
    except ValidationError as refusal:
        raise _spoken(refusal) from refusal


def _spoken(refusal: ValidationError) -> InvalidInputError:
    fields = {
        pydantic_field(dict(entry)): pydantic_sentence(dict(entry))
        for entry in refusal.errors(include_url=False, include_input=False)
    }
    words = " ".join(f"{field}: {sentence}" for field, sentence in fields.items())
    return InvalidInputError(words, fields)


async def _school_id(installation: Installation, number: str | None) -> int | None:
    if number is None:
        return None
    table = table_of(School)
    async with installation.database.session(writing=False) as session:
        found = await session.scalar(select(table.c.id).where(table.c.number == number))
    if found is None:
        raise NotFoundError(f"Eine Schule mit der Nummer {number} gibt es nicht.")
    return int(found)


def _tell(args: argparse.Namespace, facts: dict[str, object], sentence: str) -> None:
    print(json.dumps(facts, ensure_ascii=False) if args.json else sentence)
