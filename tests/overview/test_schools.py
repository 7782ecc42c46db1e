from decimal import Decimal

from netzwart.accounts.tables import Role
from netzwart.clock import utcnow
from netzwart.inventory.tables import DeviceStatus
from netzwart.network.rules import Reachability
from tests.builders import (
    a_cost_share,
    a_device,
    a_finding,
    a_grant,
    a_measure,
    a_node,
    a_payment,
    a_presence,
    a_room,
    a_school,
    an_invoice,
    an_invoice_line,
)
from tests.cast import Cast, a_person
from tests.client import Site


async def spend(site: Site, school_id: int, *, paid: str = "5950.00") -> tuple[int, int]:
    """Charge one line of ten units to a measure of the school; return line and grant."""
    async with site.database.session() as session:
        grant = await a_grant(session)
        measure = await a_measure(session, grant_id=grant.id, school_id=school_id)
        invoice = await an_invoice(session)
        line = await an_invoice_line(session, invoice_id=invoice.id)
        await a_cost_share(session, invoice_line_id=line.id, measure_id=measure.id)
        await a_payment(session, invoice_id=invoice.id, amount=Decimal(paid))
        return line.id, grant.id


async def test_list_shows_figures_of_every_school(site: Site, cast: Cast) -> None:
    await spend(site, cast.school.id)
    async with site.database.session() as session:
        for _ in range(3):
            await a_device(session, school_id=cast.school.id)
        await a_device(session, school_id=cast.school.id, status=DeviceStatus.DISPOSED)
        await a_node(session, school_id=cast.school.id, reachability=Reachability.DOWN)
        await a_finding(session, school_id=cast.school.id)
    page = await site.as_(cast.admin).get("/schulen")
    assert page.status_code == 200
    assert f'href="/geraete?school={cast.school.id}">3</a>' in page.text
    assert "1 ausgefallen" in page.text
    assert "1 offen" in page.text
    assert "5.950 €" in page.text
    assert "Erfundene Gesamtschule" in page.text


async def test_list_knows_one_school_only_for_those_of_one_school(site: Site, cast: Cast) -> None:
    page = await site.as_(cast.school_admin).get("/schulen")
    assert "Erfundenes Gymnasium" in page.text
    assert "Erfundene Gesamtschule" not in page.text
    assert "Ausgegeben" not in page.text


async def test_unknown_visitor_is_sent_to_sign_in(site: Site, cast: Cast) -> None:
    answer = await site.as_(None).get("/schulen")
    assert answer.status_code == 303


async def test_somebody_without_a_role_is_refused(site: Site, cast: Cast) -> None:
    answer = await site.as_(cast.roleless).get("/schulen")
    assert answer.status_code == 403


async def test_list_costs_as_much_with_sixty_schools_as_with_two(site: Site, cast: Cast) -> None:
    browser = site.as_(cast.admin)
    await browser.get("/schulen")
    before = len(browser.statements)
    async with site.database.session() as session:
        for _ in range(60):
            await a_school(session)
    page = await browser.get("/schulen")
    assert "62 Schulen" in page.text
    assert len(browser.statements) == before


async def test_school_is_shown_on_one_screen(site: Site, cast: Cast) -> None:
    line_id, _ = await spend(site, cast.school.id)
    async with site.database.session() as session:
        room = await a_room(session, school_id=cast.school.id, number="A101")
        for number in range(10):
            device = await a_device(
                session, school_id=cast.school.id, room_id=room.id, invoice_line_id=line_id
            )
            if number < 4:
                await a_presence(session, device, last_seen_at=utcnow())
        await a_node(
            session, school_id=cast.school.id, name="egy-sw-01", reachability=Reachability.UP
        )
        await a_finding(session, school_id=cast.school.id, title="Seriennummer passt nicht")
    page = await site.as_(cast.admin).get(f"/schulen/{cast.school.id}")
    assert page.status_code == 200
    for wanted in ("A101", "egy-sw-01", "Seriennummer passt nicht", "1 von 1"):
        assert wanted in page.text
    assert "5.950,00\u00a0€" in page.text
    assert "2.380,00\u00a0€" in page.text  # four of ten devices were seen
    assert "40,0\u00a0%" in page.text


async def test_school_does_not_exist_for_an_auditor_of_one_grant(site: Site, cast: Cast) -> None:
    """The page would show devices, nodes and money that the grant did not pay."""
    _, mine = await spend(site, cast.school.id, paid="100.00")
    async with site.database.session() as session:
        auditor = await a_person(session, Role.AUDITOR, name="pruefer-1", grant_id=mine)
    assert (await site.as_(auditor).get(f"/schulen/{cast.school.id}")).status_code == 404
    assert cast.school.name not in (await site.as_(auditor).get("/schulen")).text
    money = (await site.as_(auditor).get(f"/foerderung/{mine}", statements_at_most=11)).text
    assert "100,00\u00a0€" in money


async def test_other_school_does_not_exist(site: Site, cast: Cast) -> None:
    browser = site.as_(cast.outsider)
    for path in ("", "/lage", "/raeume", "/raeume/neu"):
        answer = await browser.get(f"/schulen/{cast.school.id}{path}")
        assert answer.status_code == 404, path


async def test_school_without_anything_says_what_to_do(site: Site, cast: Cast) -> None:
    page = await site.as_(cast.technician).get(f"/schulen/{cast.school.id}")
    assert "Noch keine Räume" in page.text
    assert "Keine Netzknoten" in page.text
    reader = await site.as_(cast.viewer).get(f"/schulen/{cast.school.id}")
    assert "Raum anlegen" not in reader.text


async def test_huge_school_number_is_no_fault_of_ours(site: Site, cast: Cast) -> None:
    answer = await site.as_(cast.admin).get(f"/schulen/{2**63 + 5}")
    assert answer.status_code == 400


async def test_school_costs_as_much_with_sixty_rows_as_with_none(site: Site, cast: Cast) -> None:
    browser = site.as_(cast.admin)
    await browser.get(f"/schulen/{cast.school.id}/lage", htmx=True)
    before = len(browser.statements)
    line_id, _ = await spend(site, cast.school.id)
    async with site.database.session() as session:
        for number in range(60):
            room = await a_room(session, school_id=cast.school.id, number=f"R{number}")
            await a_device(
                session, school_id=cast.school.id, room_id=room.id, invoice_line_id=line_id
            )
            await a_node(session, school_id=cast.school.id)
            await a_finding(session, school_id=cast.school.id)
    page = await browser.get(f"/schulen/{cast.school.id}/lage", htmx=True)
    assert len(browser.statements) == before
    assert "R59" in page.text
