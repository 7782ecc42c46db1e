"""Auditors never read a person's name: every page, export and resource is walked and searched.

Each column that can hold a name holds a mark; a person of the whole city's audit and one of a
single grant then open everything they can reach.
"""

import re
from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.tables import AuditEvent, Role, UserAccount
from netzwart.clock import utcnow
from netzwart.database import Database
from netzwart.funding.purchase_tables import InvoiceLine
from netzwart.funding.tables import RuleOverride
from netzwart.inventory.tables import (
    Borrower,
    DeviceEvent,
    DeviceEventKind,
    Loan,
    LoanDevice,
)
from tests.api_city import two_schools
from tests.api_resources import RESOURCES
from tests.builders import a_device, a_finding, a_presence, a_sighting, a_user
from tests.cast import Cast, Person, a_person
from tests.client import Browser, Site
from tests.proofs.test_compiling import Scene, a_scene

MARK = "Nachnamefisch"
"""Stands in every personal column."""
START = (
    "/",
    "/foerderung",
    "/foerderung/bestellungen",
    "/foerderung/lieferungen",
    "/foerderung/rechnungen",
    "/foerderung/zahlungen",
    "/nachweise",
    "/geraete",
    "/schulen",
    "/netz",
    "/befunde",
    f"/suche?q={MARK[:8]}",
    f"/foerderung/rechnungen?q={MARK[:8]}",
    "/suche?q=SN",
    "/verwaltung/protokoll",
    "/geraete/export.csv",
)
MOST_PAGES = 150
_SHAPE = re.compile(r"\d+")


@pytest.fixture
async def scene(database: Database, cast: Cast) -> Scene:
    del cast
    async with database.session() as session:
        return await _marked_scene(session)


async def _marked_scene(session: AsyncSession) -> Scene:
    scene = await a_scene(session)
    first = await a_user(session, Role.FUNDING_OFFICER, name="nachnamefisch-1", display_name=MARK)
    second = await a_user(session, Role.ADMIN, name="nachnamefisch-2", display_name=MARK)
    for line in await session.scalars(select(InvoiceLine)):
        line.decided_by_id, line.decided_at = first.id, utcnow()
        line.confirmed_by_id, line.confirmed_at = second.id, utcnow()
    device = scene.devices[0]
    await a_sighting(session, device)
    await a_presence(session, device)
    other = await a_device(session)
    borrower = Borrower(
        school_id=device.school_id, name=MARK, address=f"{MARK}weg 1", form=MARK, guardian=MARK
    )
    session.add(borrower)
    await session.flush()
    loan = Loan(
        number="L-1",
        borrower_id=borrower.id,
        lent_on=date(2022, 9, 1),
        school_id=device.school_id,
        note=MARK,
    )
    session.add(loan)
    await session.flush()
    session.add_all(
        [
            LoanDevice(loan_id=loan.id, device_id=device.id),
            DeviceEvent(
                device_id=device.id,
                at=utcnow(),
                kind=DeviceEventKind.LENT,
                actor=MARK,
                text="Ausgegeben",
            ),
            DeviceEvent(
                device_id=other.id,
                at=utcnow(),
                kind=DeviceEventKind.NOTED,
                actor=MARK,
                text="Notiz",
            ),
            RuleOverride(
                grant_id=scene.grant.id,
                key="earmark.years",
                value="5",
                reason="Bescheid, Seite 3",
                decided_by_id=first.id,
            ),
            AuditEvent(
                at=utcnow(),
                actor=MARK,
                user_id=first.id,
                action="rule_overridden",
                subject_type="funding_grant",
                subject_id=scene.grant.id,
            ),
        ]
    )
    await a_finding(
        session, school_id=device.school_id, device_id=device.id, decided_by_id=first.id
    )
    await session.flush()
    return scene


async def _issue(site: Site, database: Database, scene: Scene) -> None:
    """Let a marked officer issue the proof, so that the paper and its row are real."""
    async with database.session() as session:
        officer = await a_person(
            session, Role.FUNDING_OFFICER, name="nachnamefisch-3", display_name=MARK
        )
    form = {"bewilligung": str(scene.grant.id), "stichtag": "2022-12-31", "art": "ausstellen"}
    browser = site.as_(officer)
    assert (await browser.post("/nachweise", form)).status_code == 303
    assert MARK.lower() in (await browser.get("/nachweise")).text.lower()


async def test_the_marks_are_there_for_whoever_may_read_names(site: Site, cast: Cast, scene: Scene):
    """Otherwise the walk below would find nothing because there is nothing."""
    officer = site.as_(cast.funding_officer)
    grant = (await officer.get(f"/foerderung/{scene.grant.id}", statements_at_most=20)).text
    invoice = (await officer.get(f"/foerderung/rechnungen/{scene.invoice_id}")).text
    device = await site.as_(cast.admin).get(
        f"/geraete/{scene.devices[0].id}", statements_at_most=20
    )
    for text in (grant, invoice, device.text):
        assert MARK in text


@pytest.mark.parametrize("who", ["city", "grant", "programme"])
async def test_no_page_or_export_names_a_person_to_an_auditor(
    site: Site, cast: Cast, database: Database, scene: Scene, who: str
):
    await _issue(site, database, scene)
    browser = site.as_(await _auditor(cast, database, scene, who))
    seen = await _walk(browser, [*START, f"/foerderung/{scene.grant.id}"])
    wanted = {"/foerderung/#", "/foerderung/rechnungen/#", "/foerderung/zahlungen/#"}
    if who == "city":
        wanted |= {"/geraete/#", "/schulen/#"}
    assert wanted <= seen, f"the walk never reached {sorted(wanted - seen)}"


@pytest.mark.parametrize("who", ["city", "grant"])
async def test_no_resource_names_a_person_to_an_auditor(
    site: Site, cast: Cast, database: Database, scene: Scene, who: str
):
    async with database.session() as session:
        await two_schools(session)
    await _issue(site, database, scene)
    browser = site.as_(await _auditor(cast, database, scene, who))
    answered = [name for name in sorted(RESOURCES) if await _is_silent_about_people(browser, name)]
    assert {"grants", "invoices", "payments", "devices", "proofs", "findings"} <= set(answered)


async def _is_silent_about_people(browser: Browser, name: str) -> bool:
    """Check what a resource answers to an auditor; return whether it answers at all."""
    expand = ",".join(RESOURCES[name].joins)
    answered = False
    for query in ("?limit=200&count=true", f"?limit=200&expand={expand}", f"?q={MARK}&count=true"):
        answer = await browser.request("GET", f"/api/v1/{name}{query}")
        _check(answer.text.replace(MARK, "") if "?q=" in query else answer.text, f"{name}{query}")
        answered = answered or answer.status_code == 200
        if query.startswith("?q=") and answer.status_code == 200:
            assert answer.json()["total"] == 0, f"{name} is found by a person's name"
    return answered


async def test_an_auditor_of_one_grant_reads_nothing_beside_it(
    site: Site, cast: Cast, database: Database, scene: Scene
):
    async with database.session() as session:
        foreign = await a_device(session, inventory_number="FREMD-0001")
    browser = site.as_(await _auditor(cast, database, scene, "grant"))
    for path in ("/geraete", "/schulen", "/netz", "/befunde", "/", "/suche?q=FREMD"):
        answer = await browser.get(path, statements_at_most=20)
        assert "FREMD-0001" not in answer.text, path
        assert scene.devices[0].inventory_number not in answer.text, path
    for device in (foreign, scene.devices[0]):
        assert (await browser.get(f"/geraete/{device.id}")).status_code == 404
    mine = f"/foerderung/{scene.grant.id}/geraete/{scene.devices[0].id}"
    assert (await browser.get(mine)).status_code == 200


async def test_access_ends_with_its_last_day(
    site: Site, cast: Cast, database: Database, scene: Scene
):
    auditor = await _auditor(cast, database, scene, "grant")
    browser = site.as_(auditor)
    path = f"/foerderung/{scene.grant.id}"
    assert (await browser.get(path, statements_at_most=20)).status_code == 200
    async with database.session() as session:
        user = await session.get_one(UserAccount, auditor.actor.user_id)
        user.expires_at = utcnow() - timedelta(seconds=1)
    assert (await browser.get(path)).status_code in {302, 303, 401}


async def _auditor(cast: Cast, database: Database, scene: Scene, who: str) -> Person:
    if who == "city":
        return cast.auditor
    async with database.session() as session:
        return await a_person(
            session,
            Role.AUDITOR,
            name=f"pruefer-{who}",
            display_name="Prüfstelle",
            grant_id=scene.grant.id if who == "grant" else None,
            programme=scene.grant.programme if who == "programme" else None,
        )


async def _walk(browser: Browser, start: Iterable[str]) -> set[str]:
    """Open pages breadth first, each shape of address at most three times; return the shapes."""
    waiting, opened, shapes = list(start), set[str](), dict[str, int]()
    while waiting and len(opened) < MOST_PAGES:
        path = waiting.pop(0).partition("#")[0]
        shape = _SHAPE.sub("#", path.partition("?")[0])
        if path in opened or shapes.get(shape, 0) >= 3:
            continue
        opened.add(path)
        shapes[shape] = shapes.get(shape, 0) + 1
        answer = await browser.get(path, statements_at_most=40)
        assert answer.status_code < 500, path
        if answer.status_code != 200 or "pdf" in answer.headers["content-type"]:
            continue
        _check(answer.text, path)
        if answer.headers["content-type"].startswith("text/html"):
            waiting += re.findall(
                r'href="(/(?!static|api)[^"]*)"', answer.text.replace("&amp;", "&")
            )
    return set(shapes)


def _check(text: str, where: str) -> None:
    at = text.lower().find(MARK.lower())
    assert at < 0, f"{where} names a person: …{text[max(at - 120, 0) : at + 40]}…"
