"""Commands that look after an installation, as somebody at a terminal runs them."""

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from netzwart.cli import run_command_line
from netzwart.database import Database
from tests.builders import a_school


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NETZWART_DATA_DIR", str(tmp_path / "var"))
    return tmp_path / "var"


@pytest.fixture
def town(folder: Path) -> Path:
    """An installation with one school."""
    assert run_command_line(["db", "upgrade"]) == 0

    async def fill() -> None:
        database = Database(f"sqlite:///{folder / 'netzwart.sqlite3'}")
        async with database.session() as session:
            await a_school(session, name="Eine Schule", number="990001")
        await database.close()

    asyncio.run(fill())
    return folder


def test_folder_and_tables_are_made_for_this_user_alone(folder: Path):
    assert run_command_line(["db", "upgrade"]) == 0
    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / "keys" / "secret.key").stat().st_mode & 0o077 == 0
    assert run_command_line(["db", "check"]) == 0


def test_check_finds_a_serial_that_was_changed_past_the_service(
    town: Path, capsys: pytest.CaptureFixture[str]
):
    bundle = town / "geraete.json"
    device = {"inventory_number": "HER-1", "serial": "SN-1", "school": "990001", "model": "M1"}
    models = [{"manufacturer": "Muster", "name": "M1", "category": "switch", "network": True}]
    content = {"netzwart": "bundle/1", "models": models, "devices": [device]}
    bundle.write_text(json.dumps(content), encoding="utf-8")
    assert run_command_line(["import", str(bundle), "--apply"]) == 0
    assert run_command_line(["db", "check"]) == 0
    with closing(sqlite3.connect(town / "netzwart.sqlite3")) as database:
        database.execute("UPDATE device SET serial = 'anders'")
        database.commit()
    capsys.readouterr()
    assert run_command_line(["db", "check"]) == 1
    assert "HER-1" in capsys.readouterr().out


def test_doctor_says_what_is_well_and_what_is_not(
    folder: Path, town: Path, capsys: pytest.CaptureFixture[str]
):
    capsys.readouterr()
    run_command_line(["doctor"])
    said = capsys.readouterr().out
    assert "SQLite, eingebettet" in said
    assert str(folder) not in said  # safe to paste
    with closing(sqlite3.connect(town / "netzwart.sqlite3")) as database:
        database.execute("UPDATE alembic_version SET version_num = '0001'")
        database.commit()
    assert run_command_line(["doctor"]) == 1
    assert "netzwart db upgrade" in capsys.readouterr().out


def test_doctor_names_an_unreachable_database(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    address = "postgresql://netzwart:sehr-geheim@127.0.0.1:1/netzwart"
    monkeypatch.setenv("NETZWART_DATABASE_URL", address)
    assert run_command_line(["doctor"]) == 1
    said = capsys.readouterr()
    assert "nicht erreichbar" in said.out
    assert "sehr-geheim" not in said.out + said.err


def test_unknown_setting_stops_with_the_nearest_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("NETZWART_POLL_INTERVALL_S", "60")
    assert run_command_line(["doctor"]) == 1
    assert "NETZWART_POLL_INTERVAL_S" in capsys.readouterr().err


def test_backup_is_restored_into_another_installation(
    town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    archive = tmp_path / "sicherung.zip"
    assert run_command_line(["backup", str(archive)]) == 0
    assert run_command_line(["restore", str(archive)]) == 1
    assert "--replace" in capsys.readouterr().err
    monkeypatch.setenv("NETZWART_DATA_DIR", str(tmp_path / "neu"))
    assert run_command_line(["restore", str(archive)]) == 0
    assert run_command_line(["db", "check"]) == 0
    capsys.readouterr()
    assert run_command_line(["export", "bundle"]) == 0
    assert "Eine Schule" in capsys.readouterr().out


def test_bundle_goes_in_by_plan_and_apply_and_comes_out(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    bundle = tmp_path / "stadt.yaml"
    bundle.write_text(
        'netzwart: bundle/1\nschools:\n- {number: "990007", name: Siebte, short_name: S}\n',
        encoding="utf-8",
    )
    assert run_command_line(["import", str(bundle), "--plan", "--json"]) == 0
    planned = json.loads(capsys.readouterr().out)
    assert run_command_line(["export", "bundle"]) == 0
    assert "Siebte" not in capsys.readouterr().out
    assert (
        run_command_line(["import", str(bundle), "--apply", "--plan-id", planned["plan_id"]]) == 0
    )
    capsys.readouterr()
    assert run_command_line(["export", "bundle", "--school", "990007"]) == 0
    assert "Siebte" in capsys.readouterr().out
    assert run_command_line(["import", str(bundle), "--apply", "--plan-id", "falsch"]) == 1


def test_unknown_column_is_named_with_the_nearest(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    bundle = tmp_path / "stadt.yaml"
    bundle.write_text(
        'netzwart: bundle/1\nschools:\n- {number: "990007", shortname: Siebte}\n', encoding="utf-8"
    )
    assert run_command_line(["import", str(bundle), "--apply"]) == 1
    said = capsys.readouterr()
    assert "shortname" in said.out + said.err
    assert "short_name" in said.out + said.err
    assert run_command_line(["import", str(tmp_path / "fehlt.yaml")]) == 1
    assert run_command_line(["import"]) == 2
