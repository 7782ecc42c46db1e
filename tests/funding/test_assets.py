"""The accountants' list of assets: read, refused with the line, shown, held against devices."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select
from tests.builders import a_device, a_grant, a_measure
from tests.cast import Cast
from tests.client import Site

from netzwart.accounts.actors import SYSTEM
from netzwart.database import Database, table_of
from netzwart.funding.queries import load_grants
from netzwart.funding.service.booking import AssetFileError, read_assets, replace_asset_bookings
from netzwart.funding.tables import AssetBooking

GOOD = """Anlagennummer;Bezeichnung;AHK;Aktivierung
4711-1;Tablet;595,00;01.03.2022
4711-2;Größe;1.190,00;
"""


@pytest.mark.parametrize("content", [GOOD.encode(), GOOD.encode("cp1252")])
def test_list_is_read_in_the_encodings_that_offices_use(content: bytes):
    first, second = read_assets(content)
    assert (first.asset_number, first.cost, first.booked_on) == (
        "4711-1", Decimal("595.00"), date(2022, 3, 1),
    )  # fmt: skip
    assert (second.label, second.cost, second.booked_on) == ("Größe", Decimal("1190.00"), None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "keine Anlagen"),
        ("Anlagennummer;AHK\n", "keine Anlagen"),
        ("Nummer;AHK\n1;2\n", "fehlt die Spalte „Anlagennummer“"),
        ("Anlagennummer;Preis\n1;2\n", "fehlt die Spalte „AHK“"),
        ("Anlagennummer;AHK\n1;viel\n", "Zeile 2: "),
        ("Anlagennummer;AHK\n;2\n", "Zeile 2: Die Anlagennummer fehlt"),
        ("Anlagennummer;AHK\n1;2\n1;3\n", "Zeile 3: Die Anlage 1 steht schon in Zeile 2"),
        ("Anlagennummer;AHK;Datum\n1;2;gestern\n", "ist kein Tag"),
        ("PK\x00\x03", "keine CSV-Datei"),
        (f"Anlagennummer;AHK\n{'9' * 61};2\n", "länger als 60"),
    ],
)
def test_each_broken_file_gets_a_sentence(text: str, said: str):
    with pytest.raises(AssetFileError) as refused:
        read_assets(text.encode())
    assert said in refused.value.message


async def test_list_is_taken_over_and_replaced_as_a_whole(
    site: Site, cast: Cast, database: Database
):
    browser = site.as_(cast.funding_officer)
    assert "Noch keine Liste" in (await browser.get("/foerderung/anlagen")).text
    assert (await browser.post("/foerderung/anlagen", {})).status_code == 422
    for content in (GOOD, "Anlagennummer;AHK\n4711-3;10,00\n"):
        async with database.session() as session:
            await replace_asset_bookings(session, content.encode(), SYSTEM)
    async with database.session(writing=False) as session:
        numbers = await session.scalars(select(table_of(AssetBooking).c.asset_number))
        assert list(numbers) == ["4711-3"]
    assert "10,00" in (await browser.get("/foerderung/anlagen")).text
    assert (await site.as_(cast.auditor).post("/foerderung/anlagen", {})).status_code == 403


async def test_bookings_come_with_the_grant(database: Database):
    async with database.session() as session:
        grant = await a_grant(session)
        measure = await a_measure(session, grant_id=grant.id)
        for number in ("4711-1", "4711-9"):
            await a_device(session, measure_id=measure.id, asset_number=number)
        [before] = await load_grants(session, SYSTEM, date(2022, 12, 31))
        await replace_asset_bookings(session, GOOD.encode(), SYSTEM)
        [after] = await load_grants(session, SYSTEM, date(2022, 12, 31))
    assert before.around.booked == ()
    assert [(one.asset_number, one.cost) for one in after.around.booked] == [
        ("4711-1", Decimal("595.00")), ("4711-9", None),
    ]  # fmt: skip
