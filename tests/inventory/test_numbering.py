"""Schemes, and that no number is given twice."""

from datetime import date

import pytest

from netzwart.accounts.actors import SYSTEM
from netzwart.database import Database
from netzwart.inventory.numbering_rules import NumberFacts, numbered, running_number, scheme_fault
from netzwart.inventory.service.giving_numbers import BadSchemeError, change_scheme, give_numbers
from tests.builders import a_device
from tests.cast import Cast
from tests.client import Site

FACTS = NumberFacts("Gym 1", "168269", "access_point", date(2026, 11, 27))


@pytest.mark.parametrize(
    ("scheme", "number"),
    [
        ("{schule}-{jahr}-{nr:4}", "GYM1-26-0017"),
        ("HER/{schulnummer}/{art}{nr}", "HER/168269/ACP17"),
        ("{nr:6}_{jahr4}", "000017_2026"),
    ],
)
def test_scheme_is_filled_in(scheme: str, number: str) -> None:
    assert scheme_fault(scheme) is None
    assert numbered(scheme, FACTS, 17) == number


@pytest.mark.parametrize(
    ("scheme", "sentence"),
    [
        ("{schule}-{jahr}", "genau eine laufende Nummer"),
        ("{nr:4}{nr}", "genau eine laufende Nummer"),
        ("{farbe}{nr}", "{farbe} gibt es nicht"),
        ("A*{nr}", "nur Buchstaben"),
        ("A}{nr}", "nur Buchstaben"),
        ("X" * 55 + "{nr}", "höchstens 60 Zeichen"),
    ],
)
def test_unusable_schemes_are_refused(scheme: str, sentence: str) -> None:
    fault = scheme_fault(scheme)
    assert fault is not None
    assert sentence in fault


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("A-0017-E", 17),
        ("A-17-E", 17),
        ("A--E", None),
        ("A-x-E", None),
        ("B-1-E", None),
        ("A-E", None),
    ],
)
def test_running_number_is_read_back(text: str, number: int | None) -> None:
    assert running_number(text, "A-", "-E") == number


async def test_numbers_go_on_after_what_is_there_and_pass_over_what_hands_gave(
    database: Database,
) -> None:
    async with database.session() as session:
        await a_device(session, inventory_number="GYM1-26-0041")
        first = await give_numbers(session, FACTS, 2)
        await a_device(session, inventory_number="GYM1-26-0045")
        second = await give_numbers(session, FACTS, 2)
    assert [*first, *second] == [f"GYM1-26-{number:04}" for number in (42, 43, 44, 46)]


async def test_given_numbers_never_come_again_even_if_no_device_bears_them(
    database: Database,
) -> None:
    async with database.session() as session:
        assert await give_numbers(session, FACTS, 1) == ["GYM1-26-0001"]
    async with database.session() as session:
        assert await give_numbers(session, FACTS, 1) == ["GYM1-26-0002"]
        await change_scheme(session, SYSTEM, "{art}-{nr}")
        assert await give_numbers(session, FACTS, 1) == ["ACP-1"]
        with pytest.raises(BadSchemeError):
            await change_scheme(session, SYSTEM, "ohne")


async def test_administration_changes_the_scheme(site: Site, cast: Cast) -> None:
    browser = site.as_(cast.admin)
    assert "GYM-" in (await browser.get("/verwaltung/inventarnummern")).text
    refused = await browser.post("/verwaltung/inventarnummern", {"scheme": "X"})
    assert refused.status_code == 422
    await browser.post("/verwaltung/inventarnummern", {"scheme": "HER-{nr:5}"})
    assert "HER-00017" in (await browser.get("/verwaltung/inventarnummern")).text
    assert (await site.as_(cast.technician).get("/verwaltung/inventarnummern")).status_code == 403
