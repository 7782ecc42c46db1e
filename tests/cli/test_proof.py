"""`netzwart proof` on a real installation in a folder of its own."""

import asyncio
import json
from pathlib import Path

import pytest

from netzwart import schema
from netzwart.cli import run_command_line
from netzwart.database import Database
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
    assert f"Echt: {summary['number']}" in capsys.readouterr().out
    paper.write_bytes(paper.read_bytes() + b" ")
    assert run_command_line(["proof", "verify", str(paper)]) == 1


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
