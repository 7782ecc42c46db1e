import pytest

from netzwart.network.rules import Reachability
from tests.builders import (
    a_cost_share,
    a_device,
    a_measure,
    a_node,
    a_room,
    an_invoice,
    an_invoice_line,
)
from tests.cast import Cast
from tests.client import Site


@pytest.mark.parametrize(
    "words",
    ["EGY-22-0001", "egy-22-0001", "CN-XX 0001", "AA-BB-CC-00-00-01", "aabb.cc00.0001", "xx0001"],
)
async def test_number_of_one_device_leads_to_it(site: Site, cast: Cast, words: str) -> None:
    async with site.database.session() as session:
        device = await a_device(
            session,
            inventory_number="EGY-22-0001",
            serial="CNXX0001",
            mac="aa:bb:cc:00:00:01",
            school_id=cast.school.id,
        )
        await a_device(session, inventory_number="EGY-22-00012", school_id=cast.school.id)
    answer = await site.as_(cast.technician).get("/suche", params={"q": words})
    assert answer.headers["location"] == f"/geraete/{device.id}"


async def test_each_kind_is_found(site: Site, cast: Cast) -> None:
    async with site.database.session() as session:
        node = await a_node(
            session,
            school_id=cast.school.id,
            name="egy-core-9",
            address="10.77.1.9",
            reachability=Reachability.UP,
        )
        room = await a_room(session, school_id=cast.school.id, number="Z999")
        invoice = await an_invoice(session, number="R-2022-0815")
        line = await an_invoice_line(session, invoice_id=invoice.id)
        await a_cost_share(session, invoice_line_id=line.id)
    browser = site.as_(cast.admin)
    for words, place in (
        ("10.77.1.9", f"/netz/knoten/{node.id}"),
        ("egy-core", f"/netz/knoten/{node.id}"),
        ("0200.0000.0099", "/netz/mac?q=0200.0000.0099"),
        ("z999", f"/geraete?school={cast.school.id}&room={room.id}"),
        ("R-2022-0815", f"/foerderung/rechnungen/{invoice.id}"),
        (cast.school.number, f"/schulen/{cast.school.id}"),
        ("Erfundenes", f"/schulen/{cast.school.id}"),
    ):
        answer = await browser.get("/suche", params={"q": words})
        assert answer.headers.get("location") == place, words


async def test_several_hits_are_listed_by_kind(site: Site, cast: Cast) -> None:
    async with site.database.session() as session:
        await a_device(session, inventory_number="EGS-1", school_id=cast.school.id)
        await a_device(session, inventory_number="EGS-2", school_id=cast.school.id)
    page = await site.as_(cast.admin).get("/suche?q=egs-")
    assert page.status_code == 200
    assert "EGS-1" in page.text
    assert "EGS-2" in page.text


async def test_more_hits_than_are_listed_are_told(site: Site, cast: Cast) -> None:
    async with site.database.session() as session:
        for number in range(12):
            await a_device(session, inventory_number=f"EGX-{number:02}", school_id=cast.school.id)
            await a_room(session, number=f"EGX-{number:02}", school_id=cast.school.id)
    page = await site.as_(cast.technician).get("/suche?q=egx-")
    assert 'href="/geraete?q=egx-"' in page.text
    assert "die ersten 10, bitte genauer suchen" in page.text
    assert "EGX-10" not in page.text


async def test_search_finds_nothing_of_other_schools_or_rights(site: Site, cast: Cast) -> None:
    async with site.database.session() as session:
        measure = await a_measure(session, school_id=cast.school.id)
        invoice = await an_invoice(session, number="R-2022-4242")
        line = await an_invoice_line(session, invoice_id=invoice.id)
        await a_cost_share(session, invoice_line_id=line.id, measure_id=measure.id)
        await a_device(session, inventory_number="GEHEIM-1", school_id=cast.school.id)
        await a_node(session, name="geheim-sw-1", school_id=cast.school.id)
        await a_room(session, number="GEHEIM-R", school_id=cast.school.id)
    browser = site.as_(cast.outsider)
    for words in ("GEHEIM", "GEHEIM-1", "R-2022-4242", "Gymnasium"):
        page = await browser.get("/suche", params={"q": words})
        assert page.status_code == 200
        assert "Nichts gefunden" in page.text, words
    technician = await site.as_(cast.technician).get("/suche?q=R-2022-4242")
    assert "Nichts gefunden" in technician.text


@pytest.mark.parametrize(
    "words", ["", " ", "%", "_", "\x00", "'; DROP TABLE device; --", "x" * 500]
)
async def test_strange_words_find_nothing_and_break_nothing(
    site: Site, cast: Cast, words: str
) -> None:
    async with site.database.session() as session:
        await a_device(session, school_id=cast.school.id)
    page = await site.as_(cast.admin).get("/suche", params={"q": words})
    assert page.status_code == 200
    assert "Nichts gefunden" in page.text or "Was suchst du" in page.text


async def test_unknown_visitor_is_sent_to_sign_in(site: Site, cast: Cast) -> None:
    answer = await site.as_(None).get("/suche?q=x")
    assert answer.status_code == 303
