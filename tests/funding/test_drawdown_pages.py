"""Mittelabruf, measures and incomes on the pages of their grant."""

import re
from decimal import Decimal

import pytest
from sqlalchemy import select
from tests.builders import a_grant
from tests.cast import Cast
from tests.client import Site
from tests.proofs.test_compiling import Scene, a_scene

from netzwart.database import Database
from netzwart.funding.rules.terms import DrawdownMode
from netzwart.funding.tables import Drawdown, Income, Measure


@pytest.fixture
async def scene(database: Database, cast: Cast) -> Scene:
    del cast
    async with database.session() as session:
        return await a_scene(session)


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text).replace("\xa0", " "))


async def test_assistant_proposes_with_derivation_records_and_warns_of_use_by_day(
    site: Site, cast: Cast, database: Database, scene: Scene
):
    browser = site.as_(cast.funding_officer)
    base = f"/foerderung/{scene.grant.id}/abrufe"
    page = await browser.get(f"{base}/neu?tag=2022-02-21")
    text = plain(page.text)
    assert "1.282,81 €" in text  # eligible and paid
    assert 'value="1.154,53"' in page.text  # 90 % of it, the proposal
    assert "21.04.2022" in text  # two months to use it
    answer = await browser.post(base, {"requested_on": "2022-02-21", "amount": "1.154,53"})
    assert answer.status_code == 303
    address = answer.headers["location"]
    shown = plain((await browser.get(address)).text)
    assert "noch nicht eingegangen" in shown
    assert "1.282,81 €" in shown
    again = plain((await browser.get(f"{base}/neu?tag=2022-02-22")).text)
    assert "Höchstens abrufbar 0,00 €" in again
    early = await browser.post(f"{address}/eingang", {"received_on": "2022-02-20"})
    assert early.status_code == 422
    assert "liegt vor dem Abruf" in early.text
    assert (
        await browser.post(f"{address}/eingang", {"received_on": "2022-03-15"})
    ).status_code == 303
    assert "15.05.2022" in (await browser.get(address)).text
    async with database.session(writing=False) as session:
        drawdown = (await session.scalars(select(Drawdown))).one()
    assert drawdown.amount == Decimal("1154.53")
    assert drawdown.basis["eligible_paid"] == "1282.81"


async def test_what_forbids_a_call_is_said_and_refused(
    site: Site, cast: Cast, database: Database, scene: Scene
):
    async with database.session() as session:
        grant = await a_grant(session, final_on=None)
    browser = site.as_(cast.funding_officer)
    page = await browser.get(f"/foerderung/{grant.id}/abrufe/neu")
    assert "noch nicht bestandskräftig" in page.text
    refused = await browser.post(
        f"/foerderung/{grant.id}/abrufe", {"requested_on": "2022-02-21", "amount": "1,00"}
    )
    assert refused.status_code == 409
    base = f"/foerderung/{scene.grant.id}/abrufe"
    for form, message in (
        ({"requested_on": "2022-02-21", "amount": "viel"}, "ist kein Betrag"),
        ({"requested_on": "2022-02-21", "amount": "0"}, "Größer als 0"),
        ({"requested_on": "", "amount": "1"}, "Die Angabe fehlt"),
    ):
        refused = await browser.post(base, form)
        assert refused.status_code == 422
        assert message in refused.text
    assert (await site.as_(cast.auditor).get(f"{base}/neu")).status_code == 403
    assert (await site.as_(cast.auditor).post(base, {})).status_code == 403


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        (DrawdownMode.TWO_MONTHS, "in zwei Monaten fällig"),
        (DrawdownMode.REIMBURSEMENT, "Erstattung nach Zahlung"),
        (DrawdownMode.FLAT, "Pauschale"),
    ],
)
async def test_each_mode_shows_its_own_derivation(
    site: Site, cast: Cast, database: Database, mode: DrawdownMode, words: str
):
    async with database.session() as session:
        scene = await a_scene(session, drawdown_mode=mode)
    browser = site.as_(cast.funding_officer)
    text = plain((await browser.get(f"/foerderung/{scene.grant.id}/abrufe/neu")).text)
    assert words in text
    assert ("in zwei Monaten fällig" in text) == (mode is DrawdownMode.TWO_MONTHS)
    assert ("Zuwendungsfähige Ausgaben, bezahlt bis" in text) == (mode is not DrawdownMode.FLAT)


async def test_call_of_another_grant_does_not_exist_here(
    site: Site, cast: Cast, database: Database, scene: Scene
):
    browser = site.as_(cast.funding_officer)
    base = f"/foerderung/{scene.grant.id}/abrufe"
    answer = await browser.post(base, {"requested_on": "2022-02-21", "amount": "1"})
    async with database.session() as session:
        other = await a_grant(session)
    number = answer.headers["location"].rpartition("/")[2]
    assert (await browser.get(f"/foerderung/{other.id}/abrufe/{number}")).status_code == 404


async def test_measures_and_incomes_are_added_by_officers(
    site: Site, cast: Cast, database: Database, scene: Scene
):
    browser = site.as_(cast.funding_officer)
    base = f"/foerderung/{scene.grant.id}"
    assert (await browser.get(f"{base}/massnahmen/neu")).status_code == 200
    measure = {"key": "neu-1", "title": "Neue Tafeln", "category": "it_grundstruktur"}
    wrong = await browser.post(f"{base}/massnahmen", {**measure, "category": "quatsch"})
    assert wrong.status_code == 422
    assert "kennt keinen Förderbereich" in wrong.text
    sent = {**measure, "school_id": str(cast.school.id)}
    assert (await browser.post(f"{base}/massnahmen", sent)).status_code == 303
    assert (await browser.get(f"{base}/einnahmen/neu")).status_code == 200
    income = {"kind": "insurance", "amount": "100,00", "payer": "Versicherung", "received_on": ""}
    assert (await browser.post(f"{base}/einnahmen", income)).status_code == 422
    income |= {"received_on": "2022-03-01"}
    assert (await browser.post(f"{base}/einnahmen", income)).status_code == 303
    page = plain((await browser.get(base, statements_at_most=11)).text)
    assert "Neue Tafeln" in page
    assert "Versicherung 100,00 €" in page
    async with database.session(writing=False) as session:
        assert len((await session.scalars(select(Income))).all()) == 1
        assert "neu-1" in {one.key for one in await session.scalars(select(Measure))}
    for path in ("massnahmen", "einnahmen"):
        assert (await site.as_(cast.auditor).get(f"{base}/{path}/neu")).status_code == 403
        assert (await site.as_(cast.auditor).post(f"{base}/{path}", {})).status_code == 403
