import json
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter
import yaml
from sqlalchemy import func, select

from netzwart.accounts.actors import SYSTEM
from netzwart.accounts.tables import AuditEvent
from netzwart.database import Database, Record, table_of
from netzwart.demo.city import demo_bundle
from netzwart.exchange.exporting import export_bundle
from netzwart.exchange.importing import prepare_import, walk_of
from netzwart.exchange.problems import BrokenImportError
from netzwart.exchange.service import (
    ImportPlan,
    PlanChangedError,
    apply_import,
    plan_import,
)
from netzwart.exchange.validating import bundle_from, read_bundle_file
from netzwart.funding.purchase_tables import CostShare, InvoiceLine
from netzwart.inventory.tables import Device
from netzwart.schools.tables import Room, School

KEY = b"test" * 8
SMALL = {
    "netzwart": "bundle/1",
    "schools": [
        {"number": "990001", "name": "Eins", "short_name": "E", "rooms": [{"number": "A1"}]},
        {"number": "990002", "name": "Zwei", "short_name": "Z"},
    ],
    "models": [{"manufacturer": "Muster", "name": "M1", "category": "switch", "network": True}],
    "devices": [
        {
            "inventory_number": "HER-E-22-0001",
            "model": "M1",
            "serial": "SN-0001",
            "school": "990001",
            "room": "A1",
            "status": "in_service",
        }
    ],
}


def _file(content: dict[str, Any]) -> bytes:
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False).encode()


async def _apply(database: Database, data: bytes, name: str = "x.yaml") -> ImportPlan:
    walk, read = prepare_import(
        data, name, municipality_key="05562020", operator_number=None, retrieved_on=date(2026, 1, 1)
    )
    return await apply_import(database, walk, read, KEY, SYSTEM)


async def _count(database: Database, model: type[Record]) -> int:
    async with database.session(writing=False) as session:
        return int(await session.scalar(select(func.count()).select_from(table_of(model))) or 0)


async def test_second_import_of_the_same_file_changes_nothing(database: Database):
    first = await _apply(database, _file(SMALL))
    assert first.counts() == {"create": 5, "update": 0, "skip": 0, "conflict": 0}
    second = await _apply(database, _file(SMALL))
    assert second.counts() == {"create": 0, "update": 0, "skip": 5, "conflict": 0}
    assert await _count(database, AuditEvent) == 2


async def test_plan_names_the_changed_field_and_writes_nothing(database: Database):
    await _apply(database, _file(SMALL))
    changed = {**SMALL, "devices": [{**SMALL["devices"][0], "serial": "SN-0002"}]}
    walk, read = prepare_import(
        _file(changed), "x.yaml", municipality_key="", operator_number=None,
        retrieved_on=date(2026, 1, 1),
    )  # fmt: skip
    plan = await plan_import(database, walk, read, KEY)
    row = next(row for row in plan.rows if row.section == "devices")
    assert row.action == "update"
    assert row.changes["serial"] == ("SN-0001", "SN-0002")
    async with database.session(writing=False) as session:
        assert await session.scalar(select(table_of(Device).c.serial)) == "SN-0001"


async def test_plan_that_is_no_longer_true_is_not_applied(database: Database):
    walk, read = prepare_import(
        _file(SMALL), "x.yaml", municipality_key="", operator_number=None,
        retrieved_on=date(2026, 1, 1),
    )  # fmt: skip
    plan = await plan_import(database, walk, read, KEY)
    async with database.session() as session:
        session.add(School(number="990001", name="Schneller", short_name="S"))
    with pytest.raises(PlanChangedError):
        await apply_import(database, walk, read, KEY, SYSTEM, plan.plan_id)
    assert await _count(database, Device) == 0


async def test_unknown_key_names_line_and_nearest_and_nothing_is_written(database: Database):
    data = b"netzwart: bundle/1\nschools:\n  - number: '990001'\n    name: A\n    short_nam: B\n"
    with pytest.raises(BrokenImportError) as refused:
        await _apply(database, data)
    problems = {(one.line, one.message) for one in refused.value.problems}
    assert (5, "„short_nam“ ist unbekannt. Meinten Sie „short_name“?") in problems
    assert await _count(database, School) == 0


async def test_one_broken_row_keeps_everything_out(database: Database):
    content = {**SMALL, "devices": [*SMALL["devices"], {"inventory_number": "X", "model": "M9"}]}
    with pytest.raises(BrokenImportError) as refused:
        await _apply(database, _file(content))
    assert "„M9“ gibt es weder in der Datei noch im Bestand" in str(refused.value.problems[0])
    assert refused.value.problems[0].line is not None
    assert await _count(database, School) == 0


async def test_serial_of_another_device_is_a_conflict(database: Database):
    await _apply(database, _file(SMALL))
    twin = {**SMALL["devices"][0], "inventory_number": "HER-E-22-0002", "serial": "sn 0001"}
    with pytest.raises(BrokenImportError, match="nichts übernommen") as refused:
        await _apply(database, _file({**SMALL, "devices": [twin]}))
    assert "gehört schon zu HER-E-22-0001" in str(refused.value.problems[0])
    assert await _count(database, Device) == 1


async def test_absent_fields_stay_and_null_clears(database: Database):
    await _apply(database, _file(SMALL))
    row = {"inventory_number": "HER-E-22-0001", "model": "M1", "room": None}
    await _apply(database, _file({"netzwart": "bundle/1", "devices": [row]}))
    async with database.session(writing=False) as session:
        device = table_of(Device)
        found = (await session.execute(select(device.c.serial, device.c.room_id))).one()
    assert found == ("SN-0001", None)


async def test_weights_are_split_to_the_cent_with_ties_to_the_lower_school(database: Database):
    content = {
        **SMALL,
        "suppliers": [{"name": "L"}],
        "grants": [
            {"number": "G", "programme": "DPS-NRW-2019", "authority": "BR", "awarded": "90.00",
             "issued_on": "2022-01-01", "eligible_planned": "100.00"}
        ],
        "measures": [
            {"key": "z", "grant": "G", "school": "990002", "category": "c", "title": "Z"},
            {"key": "e", "grant": "G", "school": "990001", "category": "c", "title": "E"},
        ],
        "invoices": [
            {"number": "R", "supplier": "L", "issued_on": "2022-02-01", "lines": [
                {"number": 1, "text": "T", "quantity": "1", "unit_net": "100.00",
                 "vat_rate": "0.0001", "shares": [{"measure": "z", "weight": 1},
                                                  {"measure": "e", "weight": 1}]}]}
        ],
    }  # fmt: skip
    await _apply(database, _file(content))
    async with database.session(writing=False) as session:
        line, share = table_of(InvoiceLine), table_of(CostShare)
        gross = await session.scalar(select(line.c.gross))
        amounts = (await session.execute(select(share.c.amount).order_by(share.c.id))).scalars()
        assert gross == Decimal("100.01")
        assert list(amounts) == [Decimal("50.00"), Decimal("50.01")]


async def test_shares_that_do_not_add_up_are_refused_with_the_numbers(database: Database):
    bundle = demo_bundle(date(2026, 11, 24))
    bundle["invoices"][0]["lines"][0]["shares"] = [{"measure": "gym-netz", "amount": "1.00"}]
    for node in bundle["nodes"]:
        node.pop("credential")
    checked, read = bundle_from(bundle)
    with pytest.raises(BrokenImportError, match="nichts") as refused:
        await apply_import(database, walk_of(checked), read, KEY, SYSTEM)
    assert "Die Anteile ergeben 1.00 €, die Position 41316.80 €" in str(refused.value.problems[0])
    assert await _count(database, Room) == 0


async def test_demo_city_comes_out_as_it_went_in(database: Database):
    bundle = demo_bundle(date(2026, 11, 24))
    for node in bundle["nodes"]:
        node.pop("credential")
    checked, read = bundle_from(bundle)
    plan = await apply_import(database, walk_of(checked), read, KEY, SYSTEM)
    assert plan.counts()["conflict"] == 0
    async with database.session(writing=False) as session:
        text = await export_bundle(session)
    again = await _apply(database, text.encode())
    assert again.counts()["create"] == again.counts()["update"] == 0
    assert again.counts()["skip"] > 500


def test_json_and_workbook_hold_the_same_bundle():
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheets = {
            "schools": [["number", "name", "short_name"], ["990001", "Eins", "E"],
                        ["990002", "Zwei", "Z"]],
            "schools.rooms": [["school", "number"], ["990001", "A1"]],
            "models": [["manufacturer", "name", "category", "network"],
                       ["Muster", "M1", "switch", "true"]],
            "devices": [["inventory_number", "model", "serial", "school", "room", "status"],
                        ["HER-E-22-0001", "M1", "SN-0001", "990001", "A1", "in_service"]],
        }  # fmt: skip
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    from_book, _ = read_bundle_file(buffer.getvalue(), "x.xlsx")
    from_json, _ = read_bundle_file(json.dumps(SMALL).encode(), "x.json")
    from_yaml, _ = read_bundle_file(_file(SMALL), "x.yaml")
    assert from_book == from_json == from_yaml


def test_unknown_sheet_names_the_nearest():
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        book.add_worksheet("device")
    with pytest.raises(BrokenImportError) as refused:
        read_bundle_file(buffer.getvalue(), "x.xlsx")
    assert "Meinten Sie „devices“?" in refused.value.problems[0].message


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "leer"),
        (b"- 1\n", "leer oder beginnt nicht"),
        (b"netzwart: bundle/1\nschools: [\n", "kein g"),
        (b"netzwart: bundle/1\nnetzwart: bundle/1\n", "steht doppelt"),
        (b"a: &x [1]\nb: *x\n", "Verweise"),
        (b"netzwart: bundle/9\n", "bundle/1"),
        (b"\xff\xfe\x00", "YAML"),
        (b'{"netzwart": ', "JSON"),
        (b"PK\x03\x04 broken", "Tabelle"),
        (b"netzwart: bundle/1\ngrants:\n  - {number: a, awarded: 1.239}\n", "Nachkommastellen"),
        (b"netzwart: bundle/1\nschools:\n  - {number: 12, name: a, short_name: b}\n", "Form"),
    ],
)  # fmt: skip
def test_hostile_or_broken_files_get_a_sentence(data: bytes, said: str):
    with pytest.raises(BrokenImportError) as refused:
        read_bundle_file(data, "x")
    assert any(said in str(problem) for problem in refused.value.problems)
