"""`netzwart proof` on a real installation in a folder of its own."""

import asyncio
import json
from pathlib import Path

import pytest
from sqlalchemy import select

from netzwart import schema
from netzwart.cli import run_command_line
from netzwart.database import Database, table_of
from netzwart.reports.kinds import KINDS, PaperKind, PaperScope
from netzwart.schools.tables import School
from netzwart.settings import Settings
from tests.proofs.test_compiling import a_scene


@pytest.fixture
def grant_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("NETZWART_DATA_DIR", str(tmp_path / "data"))

    async def prepare() -> str:
        database = Database(Settings(data_dir=tmp_path / "data").database_address)
        await schema.upgrade(database)
        async with database.session() as session:
            number = (await a_scene(session)).grant.number
        await database.close()
        return number

    return asyncio.run(prepare())


def a_school_number(tmp_path: Path) -> str:
    async def ask() -> str:
        database = Database(Settings(data_dir=tmp_path / "data").database_address)
        async with database.session(writing=False) as session:
            number = await session.scalar(select(table_of(School).c.number).limit(1))
        await database.close()
        return str(number)

    return asyncio.run(ask())


def test_issued_proof_is_verified_and_a_changed_one_is_not(
    grant_number: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    out = tmp_path / "out"
    words = ["proof", "build", grant_number, "--as-of", "2022-12-31", "--out", str(out), "--json"]
    assert run_command_line(words) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["eligible"] == "1282.81"
    names = {path.name for path in out.iterdir()}
    assert names == {
        "verwendungsnachweis.pdf",
        "nachweis.json",
        "belegliste.csv",
        "inventarliste.csv",
        "pruefbericht.json",
    }
    paper = out / "verwendungsnachweis.pdf"
    assert run_command_line(["proof", "verify", str(paper)]) == 0
    told = capsys.readouterr().out
    assert "Echt und unverändert" in told
    assert summary["number"] in told
    assert "Signatur: gültig, Schlüssel dieser Installation" in told
    paper.write_bytes(paper.read_bytes() + b" ")
    assert run_command_line(["proof", "verify", str(paper), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["verdict"] == "same_content"
    assert found["paper"]["number"] == summary["number"]
    assert found["signature"]["covers_all"] is False
    paper.write_bytes(b"kein PDF")
    assert run_command_line(["proof", "verify", str(paper)]) == 1
    assert "keine PDF-Datei" in capsys.readouterr().err


def test_every_kind_of_paper_is_built_by_its_command(
    grant_number: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    for kind, facts in KINDS.items():
        about = grant_number if facts.scope is PaperScope.GRANT else "alle"
        if facts.scope is PaperScope.SCHOOL:
            about = a_school_number(tmp_path)
        out = tmp_path / kind.value
        words = ["proof", "build", about, "--kind", kind.value, "--out", str(out), "--json"]
        if kind is PaperKind.AUDIT_DRAW:
            assert run_command_line([*words, "--as-of", "2022-12-31"]) == 1
            assert "keine Stichprobe abgeschlossen" in capsys.readouterr().err
            continue
        assert run_command_line([*words, "--as-of", "2022-12-31"]) == 0
        assert json.loads(capsys.readouterr().out)["number"].startswith(facts.prefix)
        assert (out / facts.pdf).read_bytes().startswith(b"%PDF-")
        assert (out / f"{facts.table}.csv").exists()


def test_draft_has_no_number_and_wrong_usage_says_so(
    grant_number: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    start = ["proof", "build", grant_number, "--out", str(tmp_path / "out")]
    assert run_command_line([*start, "--as-of", "2022-12-31", "--draft"]) == 0
    assert capsys.readouterr().out.startswith("Entwurf")
    assert run_command_line([*start, "--as-of", "2999-01-01"]) == 1
    assert run_command_line([*start, "--as-of", "gestern"]) == 2
    assert run_command_line(["proof", "build", "gibtesnicht", "--out", str(tmp_path)]) == 1
    assert "gibt es nicht" in capsys.readouterr().err
