"""`netzwart import --kind devices`, as somebody at a terminal runs it."""

import json
from pathlib import Path

import pytest

from netzwart.cli import run_command_line


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with a school and a model."""
    monkeypatch.setenv("NETZWART_DATA_DIR", str(tmp_path / "var"))
    bundle = tmp_path / "stadt.json"
    content = {
        "netzwart": "bundle/1",
        "schools": [{"number": "990001", "name": "Eins", "short_name": "E"}],
        "models": [{"manufacturer": "Muster", "name": "M1", "category": "switch"}],
    }
    bundle.write_text(json.dumps(content), encoding="utf-8")
    assert run_command_line(["import", str(bundle), "--apply"]) == 0
    return tmp_path


def a_list(town: Path, *rows: str, header: str = "Inv.-Nr.;Typ;S/N;Schule") -> str:
    file = town / "geraete.csv"
    file.write_bytes("\r\n".join([header, *rows]).encode("cp1252"))
    return str(file)


def test_list_is_planned_and_applied_by_its_plan(
    town: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = a_list(town, "INV-1;M1;SN-1;E", "INV-2;M1;SN-2;990001")
    command = ["import", file, "--kind", "devices"]
    capsys.readouterr()
    assert run_command_line([*command, "--plan", "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["counts"] == {"create": 2, "update": 0, "skip": 0, "conflict": 0}
    assert plan["rows"][0]["changes"]["school"] == [None, "E"]
    assert run_command_line([*command, "--apply", "--plan-id", "0" * 32]) == 1
    assert run_command_line([*command, "--apply", "--plan-id", plan["plan_id"]]) == 0
    capsys.readouterr()
    assert run_command_line([*command, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["counts"]["skip"] == 2


def test_unknown_column_mapping_and_model_are_told(
    town: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = a_list(town, "1;2", header="Inventarnumer;Typ")
    capsys.readouterr()
    assert run_command_line(["import", file, "--kind", "devices"]) == 1
    assert "Meinten Sie „Inventarnummer“?" in capsys.readouterr().err
    assert run_command_line(["import", file, "--kind", "devices", "--as", "Muster"]) == 1
    assert "Die Zuordnung „Muster“ gibt es nicht." in capsys.readouterr().err
    file = a_list(town, "INV-1;M2;SN-1;E")
    assert run_command_line(["import", file, "--kind", "devices", "--apply"]) == 1
    assert "im Konflikt mit der Kartei" in capsys.readouterr().err
