from datetime import date

import pytest
from sqlalchemy import select

from netzwart.inventory.codes import short_code
from netzwart.inventory.queries import DEVICE, EVENT
from netzwart.reports.labels.queries import MOST_LABELS
from tests.builders import a_device, a_grant, a_measure, a_room
from tests.cast import Cast
from tests.client import Site


async def test_labels_of_a_school_are_shown_printed_and_noted(site: Site, cast: Cast):
    async with site.database.session() as session:
        grant = await a_grant(session, number="48.02-DP-2021-001", programme="DPS-NRW-2019")
        measure = await a_measure(session, grant_id=grant.id, school_id=cast.school.id)
        device = await a_device(
            session,
            inventory_number="HER-1",
            school_id=cast.school.id,
            measure_id=measure.id,
            delivered_on=date(2022, 2, 1),
        )
        labelled = await a_device(
            session,
            school_id=cast.school.id,
            labelled_on=date(2024, 1, 1),
            inventory_number="HER-2",
        )
        elsewhere = await a_device(session, school_id=cast.other_school.id)
    browser = site.as_(cast.technician)
    query = f"?school={cast.school.id}&format=dymo_99012"
    page = await browser.get(f"/etiketten{query}", statements_at_most=8)
    assert "48.02-DP-2021-001" in page.text
    assert "geliefert 01.02.2022" in page.text
    pdf = await browser.get(f"/etiketten/etiketten.pdf{query}")
    assert pdf.content.startswith(b"%PDF-")
    text = (await browser.get(f"/etiketten/etiketten.zpl{query}&dpi=300")).text
    assert f"/g/{short_code(device.id)}^FS" in text
    assert f"/g/{short_code(elsewhere.id)}^FS" not in text
    answer = await browser.post(f"/etiketten/beklebt{query}", {})
    assert answer.status_code == 303
    async with site.database.session(writing=False) as session:
        rows = (await session.execute(select(DEVICE.c.id, DEVICE.c.labelled_on))).all()
        days = {row.id: row.labelled_on for row in rows}
        events = (await session.execute(select(EVENT.c.device_id, EVENT.c.text))).all()
    assert days[device.id] is not None
    assert days[labelled.id] == date(2024, 1, 1)
    assert days[elsewhere.id] is None
    assert [(row.device_id, row.text) for row in events] == [(device.id, "Etikett angebracht")]
    again = await browser.get(f"/etiketten{query}&unlabelled=true")
    assert "Keine Etiketten" in again.text


async def test_nothing_chosen_prints_nothing(site: Site, cast: Cast):
    async with site.database.session() as session:
        await a_device(session, school_id=cast.school.id)
    browser = site.as_(cast.admin)
    assert "Welche Geräte?" in (await browser.get("/etiketten")).text
    assert (await browser.get("/etiketten/etiketten.zpl")).text == "\n"


async def test_room_and_model_narrow(site: Site, cast: Cast):
    async with site.database.session() as session:
        room = await a_room(session, school_id=cast.school.id)
        inside = await a_device(session, school_id=cast.school.id, room_id=room.id)
        outside = await a_device(session, school_id=cast.school.id)
        disposed = await a_device(
            session, school_id=cast.school.id, room_id=room.id, status="disposed",
            disposed_on=date(2026, 1, 1),
        )  # fmt: skip
    browser = site.as_(cast.technician)
    text = (await browser.get(f"/etiketten/etiketten.zpl?room={room.id}")).text
    assert inside.inventory_number in text
    assert outside.inventory_number not in text
    assert disposed.inventory_number not in text
    one = (await browser.get(f"/etiketten/etiketten.zpl?device={outside.id}")).text
    assert outside.inventory_number in one


async def test_other_school_and_wrong_rights_get_nothing(site: Site, cast: Cast):
    async with site.database.session() as session:
        device = await a_device(session, school_id=cast.other_school.id, inventory_number="FREMD-1")
    browser = site.as_(cast.technician)
    for path in (f"?device={device.id}", f"?school={cast.other_school.id}"):
        assert "FREMD-1" not in (await browser.get(f"/etiketten{path}")).text
        await browser.post(f"/etiketten/beklebt{path}", {})
    assert (await browser.get(f"/g/{short_code(device.id)}")).status_code == 404
    async with site.database.session(writing=False) as session:
        assert await session.scalar(select(DEVICE.c.labelled_on)) is None


async def test_scanned_code_leads_to_the_device(site: Site, cast: Cast):
    async with site.database.session() as session:
        device = await a_device(session, school_id=cast.school.id)
    browser = site.as_(cast.school_admin)
    answer = await browser.get(f"/g/{short_code(device.id).lower()}")
    assert answer.headers["location"] == f"/geraete/{device.id}"
    wrong = await browser.get("/g/00000")
    assert wrong.status_code == 404
    assert "noch einmal vom Etikett ablesen" in wrong.text.replace("\n", " ")


@pytest.mark.parametrize(
    "query", ["format=gibtsnicht", "first=0", "schule=1", "device=x", "dpi=72", "device=-1"]
)
async def test_bad_addresses_are_told(site: Site, cast: Cast, query: str):
    answer = await site.as_(cast.admin).get(f"/etiketten?{query}")
    assert answer.status_code in {400, 422}


def test_a_print_out_has_a_bound():
    assert MOST_LABELS == 2_000
