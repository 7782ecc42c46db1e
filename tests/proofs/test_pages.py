"""Förderung above the money: list, figures, devices and the way to the proof."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from netzwart.accounts.tables import AuditEvent, Role
from netzwart.database import Database, table_of
from netzwart.funding.tables import Measure
from netzwart.proofs.drilling import Figure
from netzwart.proofs.preparing import Step
from tests.builders import a_grant, a_sighting
from tests.cast import Cast, a_person
from tests.client import Site
from tests.proofs.test_compiling import Scene, a_scene

GRANT_PAGE = 11
"""Statements of one grant's page: a page of many parts, whose number grows with nothing."""


@pytest.fixture
async def scene(database: Database, cast: Cast) -> Scene:
    del cast
    async with database.session() as session:
        return await a_scene(session)


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text).replace("\xa0", " "))


async def test_list_is_filtered_by_words_programme_and_state(
    site: Site, cast: Cast, database: Database, scene: Scene
):
    async with database.session() as session:
        await a_grant(session, number="ANDERE-1", programme="DPS-SOFORT", title="Tablets")
    browser = site.as_(cast.auditor)
    for query, shown in (
        ("", {"ANDERE-1", scene.grant.number}),
        ("?q=tablets", {"ANDERE-1"}),
        ("?programme=DPS-NRW-2019", {scene.grant.number}),
        ("?stand=to_prove", {"ANDERE-1", scene.grant.number}),
        ("?stand=submitted", set[str]()),
    ):
        page = (await browser.get(f"/foerderung{query}")).text
        found = set(re.findall(r'<h2>.*?<a href="/foerderung/\d+">([^<]+)</a>', page))
        assert found == shown, query
    assert "Nichts gefunden" in (await browser.get("/foerderung?q=nirgends")).text
    assert (await browser.get("/foerderung?stand=irgendwie")).status_code == 400
    assert "überfällig" in (await browser.get("/foerderung")).text


async def test_grant_page_shows_plan_schools_checks_documents_and_timeline(
    site: Site, cast: Cast, scene: Scene
):
    address = f"/foerderung/{scene.grant.id}"
    browser = site.as_(cast.funding_officer)
    page = await browser.get(address, statements_at_most=GRANT_PAGE)
    text = plain(page.text)
    for words in ("Plan und Ist", "Schulen", "Prüfung", "Unterlagen", "Zeitleiste", "Zahlung K-1"):
        assert words in text
    form = {"key": "earmark.years", "value": "5", "reason": "Bescheid, Seite 3"}
    assert (await browser.post(f"{address}/regelwerte", form)).status_code == 303
    mine = (await browser.get(address, statements_at_most=GRANT_PAGE)).text
    assert "Bescheid, Seite 3" in mine
    assert cast.funding_officer.actor.display_name in plain(mine).split("Bescheid, Seite 3")[1]


async def test_every_amount_of_the_page_opens_rows_with_the_same_sum(
    site: Site, cast: Cast, scene: Scene
):
    browser = site.as_(cast.auditor)
    page = await browser.get(f"/foerderung/{scene.grant.id}", statements_at_most=GRANT_PAGE)
    figures = re.findall(
        r'<a class="nz-figure" href="([^"]+)"><data[^>]* value="([^"]+)"', page.text
    )
    assert len(figures) > 12
    for href, amount in dict(figures).items():
        opened = await browser.get(href.replace("&amp;", "&"))
        assert opened.status_code == 200, href
        values = re.findall(r'<td[^>]*class="nz-num"><data[^>]* value="([^"]+)"', opened.text)
        *rows, last = [round(float(value) * 100) for value in values]
        assert last == round(float(amount) * 100), href
        assert sum(rows) == last, href


async def test_figures_are_exported_and_unknown_ones_do_not_exist(
    site: Site, cast: Cast, database: Database, scene: Scene
):
    browser = site.as_(cast.auditor)
    base = f"/foerderung/{scene.grant.id}/zahlen"
    answer = await browser.get(f"{base}/ausgaben/zeilen.csv")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "Vorgang;Erläuterung;Tag;Betrag"
    assert all(line.startswith("K-1;") for line in lines[1:])
    assert (await browser.get(f"{base}/unsinn")).status_code == 404
    assert (await browser.get(f"{base}/bewilligt?schule=-")).status_code == 404
    empty = await browser.get(f"{base}/{Figure.INCOME}")
    assert "Keine Zeilen" in empty.text
    before = await browser.get(f"{base}/ausgaben?tag=2022-02-19")
    assert "Keine Zeilen" in before.text
    async with database.session() as session:
        other = await a_grant(session)
        limited = await a_person(session, Role.AUDITOR, name="eng", grant_id=other.id)
    assert (await site.as_(limited).get(f"{base}/ausgaben")).status_code == 404


async def test_funded_device_shows_voucher_and_sightings_to_an_auditor_of_its_grant(
    site: Site, cast: Cast, database: Database, scene: Scene
):
    device = scene.devices[0]
    async with database.session() as session:
        await a_sighting(session, device)
        limited = await a_person(session, Role.AUDITOR, name="eng", grant_id=scene.grant.id)
        other = await a_grant(session)
    address = f"/foerderung/{scene.grant.id}/geraete/{device.id}"
    page = await site.as_(limited).get(address)
    assert device.serial in page.text
    assert "K-1" in page.text
    assert "vom Gerät gelesen" in page.text
    assert "Im Inventar öffnen" not in page.text
    assert "Im Inventar öffnen" in (await site.as_(cast.funding_officer).get(address)).text
    wrong = f"/foerderung/{other.id}/geraete/{device.id}"
    assert (await site.as_(cast.admin).get(wrong)).status_code == 404


async def test_assistant_walks_from_what_is_missing_to_issued(
    site: Site, cast: Cast, database: Database, scene: Scene
):
    browser = site.as_(cast.funding_officer)
    base = f"/foerderung/{scene.grant.id}/nachweis"
    start = await browser.get(base)
    assert start.status_code == 303
    assert start.headers["location"].startswith(f"{base}/")
    for step in Step:
        page = await browser.get(f"{base}/{step}")
        assert page.status_code == 200, step
        assert 'aria-current="step"' in page.text
    preview = plain((await browser.get(f"{base}/vorschau?tag=2022-12-31")).text)
    assert "1.282,81 €" in preview
    assert "1.154,53 €" in preview
    devices = plain((await browser.get(f"{base}/geraete")).text)
    assert scene.devices[0].inventory_number in devices
    assert (await browser.get(f"{base}/unsinn")).status_code == 404
    issued = await browser.post(
        "/nachweise",
        {"bewilligung": str(scene.grant.id), "stichtag": "2022-12-31", "art": "ausstellen"},
    )
    assert issued.status_code == 303
    assert (await site.as_(cast.viewer).get(f"{base}/vorschau")).status_code == 403


async def test_texts_are_written_by_officers_only_and_leave_a_trace(
    site: Site, cast: Cast, database: Database, scene: Scene
):
    async with database.session(writing=False) as session:
        measure = (
            await session.scalars(
                select(Measure).where(table_of(Measure).c.grant_id == scene.grant.id)
            )
        ).first()
    assert measure is not None
    base = f"/foerderung/{scene.grant.id}/nachweis/texte"
    write = f"/foerderung/{scene.grant.id}/nachweis/massnahme"
    texts: dict[str, Any] = {"initial_situation": "Vorher gab es kein WLAN.", "result": ""}
    browser = site.as_(cast.funding_officer)
    assert (await browser.post(f"{write}/{measure.id}", texts)).status_code == 303
    page = (await browser.get(base)).text
    assert "Vorher gab es kein WLAN." in page
    long = await browser.post(f"{write}/{measure.id}", {"result": "x" * 8001})
    assert long.status_code == 422
    assert (await browser.post(f"{write}/999999", texts)).status_code == 404
    assert (await site.as_(cast.auditor).post(f"{write}/{measure.id}", texts)).status_code == 403
    read = (await site.as_(cast.auditor).get(base)).text
    assert "Vorher gab es kein WLAN." in read
    assert "<textarea" not in read
    async with database.session(writing=False) as session:
        [event] = await session.scalars(
            select(AuditEvent).where(table_of(AuditEvent).c.action == "measure_changed")
        )
    assert event.changes == {"narrative": [None, "initial_situation"]}
