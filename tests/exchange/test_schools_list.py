from datetime import date

import pytest
from sqlalchemy import select

from netzwart.accounts.actors import SYSTEM
from netzwart.database import Database, table_of
from netzwart.exchange.importing import prepare_import
from netzwart.exchange.problems import BrokenImportError
from netzwart.exchange.schools_list import COLUMNS, chosen_schools, read_school_list
from netzwart.exchange.service import ImportPlan, apply_import
from netzwart.schools.tables import School

HERTEN = "05562020"
OURS, COUNTY = "900001", "900002"


def _line(number: str, name: str, key: str = HERTEN, operator: str = OURS, kind: str = "02") -> str:
    cells = dict.fromkeys(COLUMNS, "")
    cells |= {
        "Schulnummer": number, "Schulform": kind, "Schulbezeichnung_1": name,
        "Kurzbezeichnung": name[:20], "Gemeindeschluessel": key, "Traegernummer": operator,
        "Telefonvorwahl": "02366", "Telefon": "0000", "EPSG": "null", "PLZ": "45699",
    }  # fmt: skip
    return "".join(f'"{cells[column]}";' for column in COLUMNS)


def _list(*lines: str) -> bytes:
    return "\r\n".join(["sep=;", "".join(f"{c};" for c in COLUMNS), *lines]).encode() + b"\r\n"


SAMPLE = _list(
    _line("990101", "Erfundene Grundschule Süd"),
    _line("990102", "Erfundenes Gymnasium", kind="20"),
    _line("990103", "Erfundene Kreisschule", operator=COUNTY),
    _line("990104", "Erfundene Schule anderswo", key="05562024"),
)


async def _import(database: Database, data: bytes) -> ImportPlan:
    walk, read = prepare_import(
        data, "schuldaten.csv", municipality_key=HERTEN, operator_number=OURS,
        retrieved_on=date(2026, 8, 1),
    )  # fmt: skip
    return await apply_import(database, walk, read, b"k" * 32, SYSTEM)


def test_own_schools_are_those_of_municipality_and_operator():
    listed = read_school_list(SAMPLE)
    assert [row.number for row in chosen_schools(listed, HERTEN, OURS)] == ["990101", "990102"]
    assert len(chosen_schools(listed, HERTEN, None)) == 3


async def test_school_list_is_taken_with_leading_zeros_and_kinds_in_words(database: Database):
    await _import(database, SAMPLE)
    school = table_of(School)
    async with database.session(writing=False) as session:
        query = select(school.c.number, school.c.kind, school.c.phone).order_by(school.c.number)
        rows = (await session.execute(query)).all()
    assert rows == [("990101", "Grundschule", "02366 0000"), ("990102", "Gymnasium", "02366 0000")]


async def test_vanished_school_is_reported_and_kept(database: Database):
    await _import(database, SAMPLE)
    plan = await _import(database, _list(_line("990101", "Erfundene Grundschule Süd")))
    assert [row.label for row in plan.rows if "steht nicht mehr" in row.message] == ["990102"]
    async with database.session(writing=False) as session:
        assert len((await session.execute(select(table_of(School).c.id))).all()) == 2


async def test_unknown_column_is_refused_with_the_nearest(database: Database):
    broken = SAMPLE.replace(b"Strasse;", b"Strase;", 1)
    with pytest.raises(BrokenImportError) as refused:
        await _import(database, broken)
    assert str(refused.value.problems[0]) == (
        "Zeile 2: Strase: Spalte „Strase“ ist unbekannt. Meinten Sie „Strasse“?"
    )
    async with database.session(writing=False) as session:
        assert (await session.execute(select(table_of(School).c.id))).all() == []


async def test_list_without_own_schools_says_what_to_check(database: Database):
    with pytest.raises(BrokenImportError) as refused:
        await _import(database, _list(_line("990104", "Anderswo", key="05562024")))
    assert "Gemeindeschlüssel und Träger" in refused.value.problems[0].message


def test_number_that_lost_its_zero_is_refused_with_its_line():
    with pytest.raises(BrokenImportError) as refused:
        read_school_list(_list(_line("99010", "Kurz")))
    assert refused.value.problems[0].line == 3


def test_list_in_code_page_850_is_read():
    text = SAMPLE.decode().encode("cp850")
    assert "Süd" in read_school_list(text)[0].get("Schulbezeichnung_1")
