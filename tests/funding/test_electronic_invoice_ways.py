"""E-invoices by API and command line: the same file, the same refusals, the same invoice."""

import asyncio
import json
from decimal import Decimal
from pathlib import Path

import pytest
from httpx import Response
from tests.api_client import Api, Caller
from tests.builders import a_measure
from tests.funding.electronic_invoices.samples import cii, ubl

from netzwart import schema
from netzwart.accounts.tables import Role
from netzwart.cli import run_command_line
from netzwart.database import Database
from netzwart.settings import Settings

WRONG_TOTAL = ubl().replace(b"25109.00</cbc:TaxInc", b"25209.00</cbc:TaxInc")


async def send(caller: Caller, content: bytes, name: str = "rechnung.xml") -> Response:
    """Upload a file as multipart/form-data."""
    return await caller.client.post(
        "/api/v1/documents",
        files={"file": (name, content, "application/xml")},
        headers={"Authorization": f"Bearer {caller.word}"},
    )


async def test_api_keeps_the_file_and_makes_the_invoice_of_it_once(api: Api):
    async with api.database.session() as session:
        measure_id = (await a_measure(session)).id
    officer = await api.caller(Role.FUNDING_OFFICER)
    kept = await send(officer, cii())
    assert kept.status_code == 201, kept.text
    where = f"documents/{kept.json()['id']}"
    assert (await officer.call("GET", f"{where}/content")).content == cii()
    made = await officer.call("POST", f"{where}/invoice", {"measure_id": measure_id})
    assert made.status_code == 201, made.text
    invoice = await officer.get(f"invoices/{made.json()['id']}")
    assert (invoice["number"], invoice["document"]) == (
        "R-2022-0815",
        kept.json()["sha256"],
    )
    assert [line["eligible"] for line in invoice["lines"]] == [None, None, None]
    assert invoice["lines"][0]["serials"] == ["CNXX0001"]
    assert sum(Decimal(line["gross"]) for line in invoice["lines"]) == Decimal("25109.00")
    again = await officer.call("POST", f"{where}/invoice", {})
    assert again.status_code in {409, 422}
    assert "schon" in again.json()["detail"]
    viewer = await api.caller(Role.AUDITOR)
    assert (await viewer.call("POST", f"{where}/invoice", {})).status_code == 403


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(WRONG_TOTAL, "25.209,00"), (b"<?xml version='1.0'?><x/>", "keine E-Rechnung")],
)
async def test_api_says_why_a_kept_file_is_no_invoice(api: Api, content: bytes, sentence: str):
    officer = await api.caller(Role.FUNDING_OFFICER)
    kept = (await send(officer, content)).json()
    refused = await officer.call("POST", f"documents/{kept['id']}/invoice", {})
    assert refused.status_code == 422, refused.text
    assert sentence in refused.text


def test_command_line_plans_applies_and_refuses_the_second_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("NETZWART_DATA_DIR", str(tmp_path / "data"))

    async def prepare() -> None:
        database = Database(Settings(data_dir=tmp_path / "data").database_address)
        await schema.upgrade(database)
        await database.close()

    asyncio.run(prepare())
    file, wrong = tmp_path / "rechnung.xml", tmp_path / "falsch.xml"
    file.write_bytes(ubl())
    wrong.write_bytes(WRONG_TOTAL)
    words = ["import", str(file), "--kind", "invoice"]
    assert run_command_line([*words, "--plan", "--json"]) == 0
    planned = json.loads(capsys.readouterr().out)
    assert "R-2022-0815" in json.dumps(planned)
    assert run_command_line([*words, "--apply"]) == 0
    capsys.readouterr()
    assert run_command_line([*words, "--apply"]) == 1
    assert "schon erfasst" in capsys.readouterr().err
    assert run_command_line(["import", str(wrong), "--kind", "invoice", "--apply"]) == 1
    assert "25.209,00" in capsys.readouterr().err
