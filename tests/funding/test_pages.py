"""Förderung and Nachweise in the real application, on both databases."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.builders import a_grant, a_measure, a_supplier
from tests.cast import Cast, Person, a_person
from tests.client import Site
from tests.proofs.test_compiling import Scene, a_scene

from netzwart.accounts.tables import Role
from netzwart.database import Database
from netzwart.documents.service import path_of
from netzwart.funding.purchase_tables import Invoice, InvoiceLine
from netzwart.funding.rules.kinds import InvoiceKind

INVOICE = {
    "number": "R-77",
    "issued_on": "2022-02-10",
    "kind": "invoice",
    "text_1": "Tablet",
    "quantity_1": "2",
    "unit_net_1": "100,00",
    "vat_rate_1": "19",
}


@pytest.fixture
async def scene(database: Database, cast: Cast) -> Scene:
    del cast
    async with database.session() as session:
        return await a_scene(session)


async def _second_officer(database: Database) -> Person:
    async with database.session() as session:
        return await a_person(session, Role.FUNDING_OFFICER, name="zweite")


async def test_grants_are_shown_to_readers_and_refused_to_others(
    site: Site, cast: Cast, scene: Scene
):
    for path in ("/foerderung", f"/foerderung/{scene.grant.id}", "/nachweise"):
        for person in (cast.funding_officer, cast.auditor, cast.admin):
            assert (await site.as_(person).get(path, statements_at_most=11)).status_code == 200
        for person in (cast.viewer, cast.technician):
            assert (await site.as_(person).get(path)).status_code == 403
    page = await site.as_(cast.auditor).get(f"/foerderung/{scene.grant.id}", statements_at_most=11)
    assert "1.282,81" in page.text
    assert "Was zu tun ist" in page.text
    assert "Wert eintragen" not in page.text


async def test_empty_lists_say_what_to_do_next(site: Site, cast: Cast):
    browser = site.as_(cast.funding_officer)
    assert "Keine Bewilligung" in (await browser.get("/foerderung")).text
    assert "Noch nichts ausgestellt" in (await browser.get("/nachweise")).text


async def test_pages_of_another_grant_do_not_exist_for_a_limited_auditor(
    site: Site, database: Database, scene: Scene
):
    async with database.session() as session:
        other = await a_grant(session, programme="DPS-SOFORT", number="ANDERE-1")
        limited = await a_person(session, Role.AUDITOR, name="eng", grant_id=other.id)
    browser = site.as_(limited)
    for path in (
        f"/foerderung/{scene.grant.id}",
        f"/foerderung/rechnungen/{scene.invoice_id}",
        f"/foerderung/rechnungen/{scene.invoice_id}/beleg",
        f"/nachweise/entwurf?bewilligung={scene.grant.id}&tag=2022-12-31",
    ):
        assert (await browser.get(path)).status_code == 404, path
    listed = (await browser.get("/foerderung")).text
    assert "ANDERE-1" in listed
    assert scene.grant.number not in listed


async def test_statements_do_not_grow_with_grants_and_measures(
    site: Site, cast: Cast, database: Database, scene: Scene
):
    browser = site.as_(cast.funding_officer)
    await browser.get("/foerderung")
    before = len(browser.statements)
    async with database.session() as session:
        for _ in range(5):
            await a_measure(session)
        await a_measure(session, grant_id=scene.grant.id)
    await browser.get("/foerderung")
    assert len(browser.statements) == before <= 8


async def test_grant_without_rate_asks_for_the_notices_value(
    site: Site, cast: Cast, database: Database
):
    async with database.session() as session:
        grant = await a_grant(session, programme="DP2-NRW", funding_rate=None)
    browser = site.as_(cast.funding_officer)
    address = f"/foerderung/{grant.id}"
    assert "Noch nicht berechenbar" in (await browser.get(address, statements_at_most=11)).text
    form = {"reason": "Bescheid, Seite 2"}
    for key, value in (("financing_type", "share"), ("funding_rate", "0.9")):
        answer = await browser.post(f"{address}/regelwerte", {**form, "key": key, "value": value})
        assert answer.status_code == 303
    assert "Noch nicht berechenbar" not in (await browser.get(address, statements_at_most=11)).text
    wrong = await browser.post(f"{address}/regelwerte", {**form, "key": "rate", "value": "1"})
    assert wrong.status_code == 422
    assert "Gemeint ist vielleicht" in wrong.text


async def test_invoice_is_entered_decided_by_two_paid_and_its_receipt_kept(
    site: Site, cast: Cast, database: Database
):
    async with database.session() as session:
        supplier = await a_supplier(session)
        measure = await a_measure(session)
    browser = site.as_(cast.funding_officer)
    assert (await browser.get("/foerderung/rechnungen/neu")).status_code == 200
    entered = {**INVOICE, "supplier_id": str(supplier.id), "measure_1": str(measure.id)}
    answer = await browser.post("/foerderung/rechnungen", entered)
    assert answer.status_code == 303
    address = answer.headers["location"]
    assert "238,00" in (await browser.get(address, statements_at_most=11)).text
    async with database.session(writing=False) as session:
        line = (await session.scalars(select(InvoiceLine))).one()
    decided = f"{address}/positionen/{line.id}"
    refused = await browser.post(f"{decided}/entscheidung", {"is_eligible": "false"})
    assert refused.status_code == 422
    assert "braucht eine Begründung" in refused.text
    await browser.post(f"{decided}/entscheidung", {"is_eligible": "true", "reason": "WLAN"})
    async with database.session(writing=False) as session:
        line = (await session.scalars(select(InvoiceLine))).one()
    assert line.decided_at is not None
    seen = {"line_ids": str(line.id), "decided_at": line.decided_at.isoformat()}
    assert (await browser.post(f"{address}/bestaetigungen", seen)).status_code == 409
    second = site.as_(await _second_officer(database))
    assert "Entscheidung bestätigen" in (await second.get(address)).text
    old = {**seen, "decided_at": "2022-01-01T00:00:00+00:00"}
    assert (await second.post(f"{address}/bestaetigungen", old)).status_code == 409
    assert (await second.post(f"{address}/bestaetigungen", seen)).status_code == 303
    payment = {"receipt_number": "K-9", "paid_on": "2022-02-20", "amount": "238,00"}
    assert (await browser.post(f"{address}/zahlungen", payment)).status_code == 303
    again = await browser.post(f"{address}/zahlungen", payment)
    assert again.status_code == 422
    assert "Diese Belegnummer gibt es schon" in again.text


async def test_same_receipt_twice_and_foreign_files_are_refused(
    site: Site, cast: Cast, database: Database, scene: Scene
):
    async with database.session() as session:
        other = Invoice(
            number="R-2",
            supplier_id=(await a_supplier(session)).id,
            issued_on=date(2022, 3, 1),
            kind=InvoiceKind.INVOICE,
        )
        session.add(other)
        await session.flush()
        session.add(
            InvoiceLine(
                invoice_id=other.id,
                number=1,
                text="x",
                quantity=Decimal(1),
                unit_net=Decimal(1),
                vat_rate=Decimal(0),
                gross=Decimal(1),
            )
        )
    browser = site.as_(cast.funding_officer)
    address = f"/foerderung/rechnungen/{scene.invoice_id}/beleg"
    pdf = b"%PDF-1.7 erfunden"
    for content, sentence in ((b"<html>", "Belege sind PDF"), (b"", "Die Datei ist leer")):
        answer = await browser.post(address, files={"file": ("x.pdf", content)})
        assert (answer.status_code, sentence in answer.text) == (422, True)
    sent = {"file": ("../../Rechnung\u202e.pdf", pdf, "text/html")}
    assert (await browser.post(address, files=sent)).status_code == 303
    twice = await browser.post(f"/foerderung/rechnungen/{other.id}/beleg", files=sent)
    assert twice.status_code == 422
    assert "Dieser Beleg ist schon erfasst" in twice.text
    stored = await browser.get(address)
    assert stored.content == pdf
    assert stored.headers["content-type"] == "application/pdf"
    assert stored.headers["content-disposition"].startswith("attachment")
    files = [path for path in Path(site.settings.documents_dir).rglob("*") if path.is_file()]
    assert files == [path_of(site.settings.documents_dir, files[0].name)]


async def test_wrong_invoice_comes_back_with_messages_and_what_was_typed(
    site: Site, cast: Cast, database: Database
):
    async with database.session() as session:
        supplier = await a_supplier(session)
    browser = site.as_(cast.funding_officer)
    entered = {**INVOICE, "supplier_id": str(supplier.id), "unit_net_1": "viel"}
    answer = await browser.post("/foerderung/rechnungen", entered)
    assert answer.status_code == 422
    assert 'value="viel"' in answer.text
    assert 'id="error-unit_net_1"' in answer.text
    assert (await site.as_(cast.auditor).post("/foerderung/rechnungen", entered)).status_code == 403


async def test_proof_is_issued_by_who_may_and_downloaded_as_stored(
    site: Site, cast: Cast, scene: Scene
):
    browser = site.as_(cast.funding_officer)
    form = {"bewilligung": str(scene.grant.id), "stichtag": "2022-12-31"}
    draft = await browser.post("/nachweise", form)
    assert draft.status_code == 303
    drawn = await browser.get(draft.headers["location"], statements_at_most=10)
    assert drawn.content.startswith(b"%PDF-")
    future = await browser.post(
        "/nachweise", form | {"stichtag": "2999-01-01", "art": "ausstellen"}
    )
    assert (future.status_code, "in der Zukunft" in future.text) == (422, True)
    issued = await browser.post("/nachweise", form | {"art": "ausstellen"})
    assert issued.status_code == 303
    page = await browser.get("/nachweise")
    [paper] = set(re.findall(r"/nachweise/\d+/verwendungsnachweis\.pdf", page.text))
    first = await browser.get(paper)
    assert first.content.startswith(b"%PDF-")
    assert first.content == (await site.as_(cast.auditor).get(paper)).content
    assert (
        await browser.get(paper.replace("verwendungsnachweis.pdf", "belegliste.csv"))
    ).status_code == 200
    assert (
        await browser.get(paper.replace("verwendungsnachweis.pdf", "geheim.txt"))
    ).status_code == 404
    refused = await site.as_(cast.auditor).post("/nachweise", form | {"art": "ausstellen"})
    assert refused.status_code == 403
