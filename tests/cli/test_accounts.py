"""`netzwart user add` and `token add`, as somebody at a terminal runs them."""

import asyncio
import io
import json
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from netzwart.accounts.passwords import is_password
from netzwart.accounts.queries import find_by_token
from netzwart.accounts.secret_words import digest
from netzwart.accounts.tables import Role, UserAccount
from netzwart.cli import run_command_line
from netzwart.clock import utcnow
from netzwart.database import Database
from tests.builders import a_school

SENTENCE = "ein langer Satz hilft"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NETZWART_DATA_DIR", str(tmp_path))
    return tmp_path


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def database_of(folder: Path) -> Database:
    return Database(f"sqlite:///{folder / 'netzwart.sqlite3'}")


async def users_of(folder: Path) -> list[UserAccount]:
    database = database_of(folder)
    async with database.session(writing=False) as session:
        found = (await session.scalars(select(UserAccount))).all()
    await database.close()
    return list(found)


def test_user_is_added_with_the_password_from_standard_input(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    typed(monkeypatch, f"{SENTENCE}\n")
    assert run_command_line(["user", "add", "verwaltung", "--role", "admin"]) == 0
    assert capsys.readouterr().out == "verwaltung kann sich jetzt anmelden.\n"
    user = asyncio.run(users_of(folder))[0]
    assert asyncio.run(is_password(SecretStr(SENTENCE), user.password_hash))


@pytest.mark.parametrize(
    ("words", "password", "sentence"),
    [
        (["verwaltung", "--role", "king"], SENTENCE, "Diese Rolle gibt es nicht."),
        (["verwaltung", "--role", "admin"], "kurz", "mindestens 12 Zeichen"),
        (["mit leer", "--role", "admin"], SENTENCE, "Die Schreibweise passt nicht."),
        (["x1", "--role", "technician", "--school", "990001"], SENTENCE, "990001 gibt es nicht"),
        (["x1", "--role", "poller"], SENTENCE, "nur für Token"),
    ],
)
def test_bad_user_is_refused_with_one_sentence(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    password: str,
    sentence: str,
):
    typed(monkeypatch, password)
    assert run_command_line(["user", "add", *words]) == 1
    told = capsys.readouterr()
    assert sentence in told.err
    assert told.out == ""
    assert asyncio.run(users_of(folder)) == []


def test_token_is_printed_once_and_opens_the_door(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert run_command_line(["token", "add", "prometheus", "--role", "poller"]) == 0
    told = capsys.readouterr()
    word = told.out.strip()
    assert word.startswith("nw_")
    assert len(word) == 43
    assert "nur dieses eine Mal" in told.err

    async def role() -> Role:
        database = database_of(folder)
        async with database.session(writing=False) as session:
            found = await find_by_token(session, digest(word), utcnow())
        await database.close()
        assert found is not None
        return found.actor.roles[0].role

    assert asyncio.run(role()) is Role.POLLER


def test_token_for_one_school_is_told_as_json(folder: Path, capsys: pytest.CaptureFixture[str]):
    run_command_line(["token", "add", "erstes", "--role", "viewer"])
    capsys.readouterr()

    async def school_number() -> str:
        database = database_of(folder)
        async with database.session() as session:
            number = (await a_school(session)).number
        await database.close()
        return number

    number = asyncio.run(school_number())
    words = ["token", "add", "portal", "--role", "viewer", "--school", number]
    assert run_command_line([*words, "--expires", "2099-12-31", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["name"] == "portal"
    assert told["token"].startswith("nw_")


def test_wrong_usage_is_2_and_help_shows_an_example(capsys: pytest.CaptureFixture[str]):
    assert run_command_line(["user", "add", "x"]) == 2
    assert run_command_line(["token", "add", "x", "--role", "viewer", "--expires", "bald"]) == 2
    capsys.readouterr()
    assert run_command_line(["token", "add", "--help"]) == 0
    assert "netzwart token add prometheus --role poller" in capsys.readouterr().out
