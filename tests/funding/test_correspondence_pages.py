"""Notices, messages, clawbacks and submissions on the pages of their grant."""

import re
from decimal import Decimal

import pytest
from sqlalchemy import select
from tests.builders import a_device, a_grant, a_measure
from tests.cast import Cast
from tests.client import Site
from tests.proofs.test_compiling import Scene, a_scene

from netzwart.database import Database, table_of
from netzwart.funding.rules.duties import MessageOccasion
from netzwart.funding.tables import (
    AuthorityMessage,
    Clawback,
    Grant,
    GrantApplication,
    GrantNotice,
    Income,
    MeasureSupport,
    ProofSubmission,
)


@pytest.fixture
async def scene(database: Database, cast: Cast) -> Scene:
    del cast
    async with database.session() as session:
        return await a_scene(session)


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text).replace("\xa0", " "))


async def test_amendment_shows_what_holds_and_keeps_what_was(
    site: Site, cast: Cast, database: Database, scene: Scene
):
    browser = site.as_(cast.funding_officer)
    base = f"/foerderung/{scene.grant.id}"
    form = await browser.get(f"{base}/bescheide/neu")
    assert 'value="100.000,00"' in form.text  # planned and eligible, of the plan
    sent = {
        "notice_number": "Ä1", "issued_on": "2022-06-01", "amount": "4.500,00",
        "eligible_planned": "105.000,00", "funding_rate": "0,9", "approval_until": "2023-06-30",
        "reason": "mehr WLAN", "plan_category_1": "it_grundstruktur",
        "plan_total_1": "105.000,00", "plan_eligible_1": "105.000,00",
    }  # fmt: skip
    wrong = await browser.post(f"{base}/bescheide", {**sent, "plan_total_1": "viel"})
    assert wrong.status_code == 422
    assert "ist kein Betrag" in wrong.text
    nothing = {"notice_number": "Ä0", "issued_on": "2022-06-01", "reason": "nichts"}
    nothing |= {"plan_category_1": "it_grundstruktur"}
    nothing |= {"plan_total_1": "100.000,00", "plan_eligible_1": "100.000,00"}
    refused = await browser.post(f"{base}/bescheide", nothing)
    assert (refused.status_code, "ändert nichts" in refused.text) == (422, True)
    assert (await browser.post(f"{base}/bescheide", sent)).status_code == 303
    page = plain((await browser.get(base, statements_at_most=11)).text)
    assert "Bewilligung: 90.000,00 € → 94.500,00 €" in page
    assert "Bewilligungszeitraum bis: 31.12.2022 → 30.06.2023" in page
    assert "100.000,00 € → 105.000,00 €" in page
    assert "Änderungsbescheid Ä1" in page
    async with database.session(writing=False) as session:
        grant = await session.get_one(Grant, scene.grant.id)
        notices = (await session.scalars(select(GrantNotice))).all()
    assert grant.approved_amount == Decimal("94500.00")
    assert sorted(one.amount for one in notices) == [Decimal("4500.00"), Decimal("90000.00")]


async def test_messages_clawbacks_and_submissions_are_entered_and_closed(
    site: Site, cast: Cast, database: Database, scene: Scene
):
    browser = site.as_(cast.funding_officer)
    base = f"/foerderung/{scene.grant.id}"
    number = scene.devices[0].inventory_number
    page = await browser.get(f"{base}/mitteilungen/neu?anlass=object_not_used&geraet={number}")
    assert f'value="{number}"' in page.text
    sent = {"occasion": "object_not_used", "device": number, "text": "verloren"}
    unknown = await browser.post(f"{base}/mitteilungen", {**sent, "device": "HER-9"})
    assert "kein Gerät HER-9 bezahlt" in unknown.text
    assert (await browser.post(f"{base}/mitteilungen", sent)).status_code == 303
    claw = {"demanded_on": "2023-02-01", "amount": "100,00", "interest": "5", "reason": "zu viel"}
    assert (
        await browser.post(f"{base}/rueckforderungen", {**claw, "amount": "0"})
    ).status_code == 422
    assert (await browser.post(f"{base}/rueckforderungen", claw)).status_code == 303
    proof = {"submitted_on": "2022-12-20", "as_of": "2022-12-15"}
    assert (await browser.get(f"{base}/einreichungen/neu")).status_code == 200
    future = await browser.post(f"{base}/einreichungen", {**proof, "submitted_on": "2099-01-01"})
    assert "liegt in der Zukunft" in future.text
    assert (await browser.post(f"{base}/einreichungen", proof)).status_code == 303
    async with database.session(writing=False) as session:
        message = (await session.scalars(select(AuthorityMessage))).one()
        clawback = (await session.scalars(select(Clawback))).one()
        submission = (await session.scalars(select(ProofSubmission))).one()
    assert message.device_id == scene.devices[0].id
    assert submission.figures["totals.eligible"] == "1282.81"
    shown = plain((await browser.get(base, statements_at_most=11)).text)
    assert "100,00 € und 5,00 € Zinsen" in shown
    assert "Stand 15.12.2022" in shown
    day = {"day": "2023-03-01"}
    told = await browser.post(f"{base}/mitteilungen/{message.id}/versandt", day)
    paid = await browser.post(f"{base}/rueckforderungen/{clawback.id}/bezahlt", day)
    assert (told.status_code, paid.status_code) == (303, 303)
    shown = plain((await browser.get(base, statements_at_most=11)).text)
    assert "Mitteilung an die Behörde versandt" in shown
    assert "Rückforderung bezahlt" in shown
    twice = await browser.post(f"{base}/mitteilungen/{message.id}/versandt", day)
    assert twice.status_code == 409


async def test_forms_are_for_officers_and_for_the_grants_own_rows(
    site: Site, cast: Cast, database: Database, scene: Scene
):
    async with database.session() as session:
        other = await a_grant(session)
        message = AuthorityMessage(
            grant_id=other.id, occasion=MessageOccasion.COSTS_CHANGED, due_on=other.issued_on
        )
        session.add(message)
        await session.flush()
        foreign = message.id
    browser, auditor = site.as_(cast.funding_officer), site.as_(cast.auditor)
    base = f"/foerderung/{scene.grant.id}"
    missing = await browser.post(f"{base}/mitteilungen/{foreign}/versandt", {"day": "2022-01-01"})
    assert missing.status_code == 404
    for part in ("bescheide", "mitteilungen", "rueckforderungen", "einreichungen"):
        assert (await auditor.get(f"{base}/{part}/neu")).status_code == 403
        assert (await auditor.post(f"{base}/{part}", {})).status_code == 403


async def test_administration_is_tied_to_a_measure_of_the_digitalpakt(
    site: Site, cast: Cast, database: Database, scene: Scene
):
    async with database.session() as session:
        grant = await a_grant(session, programme="DPS-ADMIN")
        mine = await a_measure(session, grant_id=grant.id, category="dienstleister", title="Admin")
        served = await a_measure(session, grant_id=scene.grant.id, title="WLAN Nord")
    browser = site.as_(cast.funding_officer)
    address = f"/foerderung/{grant.id}/massnahmen/{mine.id}"
    page = await browser.get(address, statements_at_most=14)
    assert "noch keine Verbindung" in page.text
    wrong = await browser.post(f"{address}/verbindungen", {"supports_id": str(mine.id)})
    assert wrong.status_code == 422
    tied = await browser.post(f"{address}/verbindungen", {"supports_id": str(served.id)})
    assert tied.status_code == 303
    assert "WLAN Nord" in (await browser.get(address, statements_at_most=14)).text
    async with database.session(writing=False) as session:
        support = (await session.scalars(select(MeasureSupport))).one()
    away = await browser.post(f"{address}/verbindungen/{support.id}/loesen", {})
    assert away.status_code == 303
    assert "noch keine Verbindung" in (await browser.get(address, statements_at_most=14)).text


async def test_application_and_grant_are_typed_and_tied(site: Site, cast: Cast, database: Database):
    browser = site.as_(cast.funding_officer)
    empty = await browser.get("/foerderung/antraege")
    assert "Noch kein Antrag" in empty.text
    assert "31.07.2022" in (await browser.get("/foerderung/antraege/neu")).text
    sent = {"programme": "DPS-NRW-2019", "applied_on": "2021-06-01", "requested": "750.870,00"}
    late = await browser.post("/foerderung/antraege", {**sent, "applied_on": "2099-01-01"})
    assert "liegt in der Zukunft" in late.text
    assert (await browser.post("/foerderung/antraege", sent)).status_code == 303
    assert (await browser.get("/foerderung/neu")).status_code == 200
    grant = {
        "number": "48.02-NEU", "programme": "DPS-NRW-2019", "authority": "Bezirksregierung",
        "issued_on": "2021-11-02", "final_on": "2021-12-02", "approved_amount": "750.870,00",
        "eligible_planned": "834.300,00", "funding_rate": "0,9", "rounding": "cent",
        "drawdown_mode": "two_months", "plan_category_1": "it_grundstruktur",
        "plan_total_1": "834.300,00", "plan_eligible_1": "834.300,00",
        "sources_kind_1": "own_share", "sources_label_1": "Haushalt",
        "sources_amount_1": "83.430,00", "tranches_year_1": "2022",
        "tranches_amount_1": "750.870,00",
    }  # fmt: skip
    wrong = await browser.post("/foerderung", {**grant, "plan_category_1": "quatsch"})
    assert "kennt keinen Förderbereich" in wrong.text
    made = await browser.post("/foerderung", grant)
    assert made.status_code == 303
    page = plain((await browser.get(made.headers["location"], statements_at_most=11)).text)
    assert "750.870,00 €" in page
    assert "834.300,00 €" in page
    grant_id = made.headers["location"].rpartition("/")[2]
    async with database.session(writing=False) as session:
        application = (await session.scalars(select(GrantApplication))).one()
    tied = await browser.post(
        f"/foerderung/antraege/{application.id}/bewilligung", {"grant_id": grant_id}
    )
    assert tied.status_code == 303
    assert "48.02-NEU" in (await browser.get("/foerderung/antraege")).text
    auditor = site.as_(cast.auditor)
    assert (await auditor.get("/foerderung/antraege/neu")).status_code == 403
    assert (await auditor.post("/foerderung", {})).status_code == 403


async def test_income_names_the_device_it_came_for(
    site: Site, cast: Cast, database: Database, scene: Scene
):
    async with database.session() as session:
        foreign = await a_device(session)
    browser = site.as_(cast.funding_officer)
    base = f"/foerderung/{scene.grant.id}/einnahmen"
    income = {"kind": "sale", "amount": "20,00", "payer": "Händler", "received_on": "2022-03-01"}
    wrong = await browser.post(base, {**income, "device": foreign.inventory_number})
    assert wrong.status_code == 422
    right = {**income, "device": scene.devices[0].inventory_number}
    assert (await browser.post(base, right)).status_code == 303
    async with database.session(writing=False) as session:
        found = await session.scalars(select(table_of(Income).c.device_id))
        assert found.one() == scene.devices[0].id
