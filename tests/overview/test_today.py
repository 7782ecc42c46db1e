from datetime import timedelta

from netzwart.clock import utcnow
from netzwart.evidence.tables import FindingStatus
from netzwart.network.rules import IncidentKind, Reachability
from netzwart.network.tables import Incident
from tests.builders import a_device, a_finding, a_grant, a_node
from tests.cast import Cast
from tests.client import Site


async def test_calm_day_says_so(site: Site, cast: Cast) -> None:
    page = await site.as_(cast.viewer).get("/")
    assert page.status_code == 200
    assert "Alles ruhig" in page.text


async def test_unknown_visitor_is_sent_to_sign_in(site: Site, cast: Cast) -> None:
    answer = await site.as_(None).get("/")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/anmelden")


async def test_somebody_without_a_role_sees_nothing_of_the_city(site: Site, cast: Cast) -> None:
    async with site.database.session() as session:
        await a_finding(session, school_id=cast.school.id, title="Geheimer Befund")
    page = await site.as_(cast.roleless).get("/")
    assert page.status_code == 200
    assert "Geheimer Befund" not in page.text
    assert "Alles ruhig" in page.text


async def test_gravest_finding_stands_first_and_decided_ones_are_gone(
    site: Site, cast: Cast
) -> None:
    async with site.database.session() as session:
        await a_finding(session, school_id=cast.school.id, title="Nur ein Hinweis", severity="info")
        await a_finding(session, school_id=cast.school.id, title="Falsche Nummer", severity="error")
        await a_finding(
            session, school_id=cast.school.id, title="Erledigt", status=FindingStatus.DECIDED
        )
    page = await site.as_(cast.school_admin).get("/")
    assert page.text.index("Falsche Nummer") < page.text.index("Nur ein Hinweis")
    assert "Erledigt" not in page.text
    assert "1 davon schwer" in page.text


async def test_silent_nodes_and_their_incidents_are_shown_with_their_school(
    site: Site, cast: Cast
) -> None:
    async with site.database.session() as session:
        node = await a_node(
            session,
            school_id=cast.school.id,
            name="egy-ap-07",
            reachability=Reachability.DOWN,
            reachability_since=utcnow() - timedelta(hours=3),
        )
        up = await a_node(session, school_id=cast.school.id, reachability=Reachability.UP)
        now = utcnow()
        for one, ended in ((node, None), (up, now - timedelta(minutes=18))):
            session.add(
                Incident(
                    node_id=one.id,
                    school_id=one.school_id,
                    kind=IncidentKind.UNREACHABLE,
                    started_at=now - timedelta(hours=1),
                    ended_at=ended,
                )
            )
    page = await site.as_(cast.technician).get("/")
    assert "egy-ap-07" in page.text
    assert "seit\u00a03\u00a0Std." in page.text
    assert "Erfundenes Gymnasium" in page.text
    assert "42\u00a0Min." in page.text
    assert "dauert an" in page.text
    assert "1 von 2" in page.text


async def test_other_schools_do_not_count(site: Site, cast: Cast) -> None:
    async with site.database.session() as session:
        await a_finding(session, school_id=cast.school.id, title="Befund im Gymnasium")
        await a_node(
            session,
            school_id=cast.school.id,
            name="egy-sw-01",
            reachability=Reachability.DOWN,
            reachability_since=utcnow(),
        )
    page = await site.as_(cast.outsider).get("/")
    assert "Befund im Gymnasium" not in page.text
    assert "egy-sw-01" not in page.text
    assert "Alles ruhig" in page.text


async def test_deadlines_and_money_are_for_those_who_may_read_funding(
    site: Site, cast: Cast
) -> None:
    async with site.database.session() as session:
        await a_grant(session, number="48.02-GEHEIM")
    allowed = await site.as_(cast.funding_officer).get("/")
    assert "48.02-GEHEIM" in allowed.text
    assert "90.000,00\u00a0€" in allowed.text
    assert "überfällig" in allowed.text
    refused = await site.as_(cast.technician).get("/")
    assert "48.02-GEHEIM" not in refused.text
    assert "90.000,00" not in refused.text


async def test_ending_warranties_are_due_dates(site: Site, cast: Cast) -> None:
    until = (utcnow() + timedelta(days=20)).date()
    async with site.database.session() as session:
        await a_device(session, school_id=cast.school.id, warranty_until=until)
        await a_device(session, school_id=cast.school.id, warranty_until=until)
        await a_device(session, school_id=cast.other_school.id, warranty_until=until)
    page = await site.as_(cast.school_admin).get("/")
    assert "Gewährleistung endet" in page.text
    assert "2 Geräte" in page.text


async def test_fragment_costs_as_much_with_sixty_rows_as_with_none(site: Site, cast: Cast) -> None:
    browser = site.as_(cast.admin)
    await browser.get("/heute/lage", htmx=True)
    before = len(browser.statements)
    async with site.database.session() as session:
        for number in range(60):
            await a_finding(session, school_id=cast.school.id, title=f"Befund {number}")
            await a_node(
                session,
                school_id=cast.school.id,
                reachability=Reachability.DOWN,
                reachability_since=utcnow(),
            )
    page = await browser.get("/heute/lage", htmx=True)
    assert len(browser.statements) == before
    assert "<html" not in page.text
    assert "6 von 60" in page.text
