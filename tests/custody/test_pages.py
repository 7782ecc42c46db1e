import re

import pytest

from netzwart.clock import utcnow
from netzwart.custody.pages.coverage import CoverageAddress
from netzwart.database import Database
from netzwart.errors import InvalidInputError
from netzwart.evidence.rules import EvidenceClass
from netzwart.inventory.tables import Device
from netzwart.ledger.sealing import seal_days
from tests.builders import a_sighting
from tests.cast import Cast
from tests.client import Site
from tests.custody.town import Town, a_town


@pytest.fixture
async def town(database: Database) -> Town:
    """Three devices of 595 €: one read by SNMP today, one scanned, one not seen."""
    made = await a_town(database)
    for number, letter in (("A1", "A"), ("A2", "D"), ("A3", None)):
        device_id = await made.buy(number)
        if letter is not None:
            async with database.session() as session:
                device = await session.get_one(Device, device_id)
                await a_sighting(session, device, evidence_class=EvidenceClass(letter),
                                 seen_at=utcnow())  # fmt: skip
    return made


def amounts(text: str) -> list[str]:
    return re.findall(r"(\d[\d.]*,\d\d)", text)


async def test_grant_shows_classes_by_school_and_each_device(site: Site, cast: Cast, town: Town):
    path = f"/foerderung/{town.grant_id}/abdeckung"
    page = await site.as_(cast.funding_officer).get(path)
    told = amounts(page.text)
    assert told.count("595,00") >= 6, "each class once by school, in sum, and per device"
    assert "5.950,00" in told, "all of it is the eligible total"
    assert "4.165,00" in told, "seven of ten are no devices of the inventory"
    for number in ("A1", "A2", "A3"):
        assert number in page.text
    link = re.search(rf'href="({path}\?[^"]*key=none)#geraete"', page.text)
    assert link is not None
    page = await site.as_(cast.funding_officer).get(link[1].replace("&amp;", "&"))
    assert re.findall(r">(A\d)</a>", page.text) == ["A3"]
    assert "im Zeitraum nicht" in page.text


async def test_school_shows_its_money_of_all_grants(site: Site, cast: Cast, town: Town):
    page = await site.as_(cast.admin).get(f"/schulen/{town.schools[0]}/abdeckung")
    assert "5.950,00" in amounts(page.text)
    page = await site.as_(cast.admin).get(f"/schulen/{town.schools[1]}/abdeckung")
    assert "Noch keine zuwendungsfähigen Ausgaben" in page.text
    assert (await site.as_(cast.admin).get("/schulen/4711/abdeckung")).status_code == 404


async def test_who_may_not_see_money_is_refused(site: Site, cast: Cast, town: Town):
    for path in (f"/foerderung/{town.grant_id}/abdeckung", f"/schulen/{town.schools[0]}/abdeckung"):
        assert (await site.as_(cast.viewer).get(path)).status_code == 403
        assert (await site.as_(None).get(path)).status_code == 303
    assert (await site.as_(cast.viewer).get("/verwaltung/siegel")).status_code == 403


@pytest.mark.parametrize(
    "given",
    [{"window": "7"}, {"key": "E"}, {"as_of": "gestern"}, {"as_of": "2999-01-01"}],
)
def test_address_nobody_offers_is_refused(given: dict[str, str]):
    with pytest.raises(InvalidInputError):
        CoverageAddress("/x", **given).day()


async def test_seals_are_listed_and_the_verifier_can_be_taken_along(
    site: Site, cast: Cast, database: Database
):
    browser = site.as_(cast.admin)
    assert "Noch kein Siegel" in (await browser.get("/verwaltung/siegel")).text
    await seal_days(database)
    page = await browser.get("/verwaltung/siegel")
    assert re.search(r"[0-9a-f]{64}", page.text)
    program = await browser.get("/verwaltung/siegel/verifier.py")
    assert program.text.startswith('"""Verifies netzwart')
    assert "attachment" in program.headers["content-disposition"]


async def test_sample_is_drawn_by_the_funding_office_and_read_by_auditors(
    site: Site, cast: Cast, town: Town
):
    path = f"/foerderung/{town.grant_id}/stichproben"
    page = await site.as_(cast.funding_officer).get(path, statements_at_most=10)
    assert "Noch keine Stichprobe" in page.text
    sent = {"seed": "6 aus 49: 3 11 17 25 38 44", "size": "2", "list_sha256": "0" * 64}
    stale = await site.as_(cast.funding_officer).post(path, sent)
    assert stale.status_code == 409
    shown = re.search(r'name="list_sha256" value="([0-9a-f]{64})"', page.text)
    assert shown is not None
    sent["list_sha256"] = shown[1]
    short = await site.as_(cast.funding_officer).post(path, sent | {"seed": "kurz"})
    assert short.status_code == 422
    assert "mindestens 6 Zeichen" in short.text
    assert (await site.as_(cast.auditor).post(path, sent)).status_code == 403
    drawn = await site.as_(cast.funding_officer).post(path, sent)
    assert drawn.status_code == 303
    where = drawn.headers["location"]
    page = await site.as_(cast.auditor).get(where)
    assert page.text.count("wird gesucht") == 2
    assert "nicht am Netz abfragbar" in page.text
    assert "Abschließen" not in page.text
    listed = await site.as_(cast.auditor).get(f"{where}/liste.txt")
    assert listed.text == "A1;SNA1\nA2;SNA2\nA3;SNA3\n"
    ended = await site.as_(cast.funding_officer).post(f"{where}/abschliessen", {})
    assert ended.status_code == 303
    page = await site.as_(cast.funding_officer).get(where)
    assert "0 von 2 gezogenen Geräten gefunden" in page.text
    page = await site.as_(cast.auditor).get(path, statements_at_most=10)
    assert "2 nicht gefunden" in page.text
    assert "Ziehen und abfragen" not in page.text
    paper = await site.as_(cast.funding_officer).get(
        f"/nachweise/entwurf?papier=audit_draw&bewilligung={town.grant_id}", statements_at_most=12
    )
    assert paper.content.startswith(b"%PDF")
    assert (await site.as_(cast.viewer).get(path)).status_code == 403
