import re
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from netzwart.clock import utcnow
from netzwart.database import Database, table_of
from netzwart.evidence.rules import priority_of
from netzwart.evidence.tables import Finding, FindingKind, FindingStatus
from tests.builders import a_device, a_finding, a_presence
from tests.cast import Cast
from tests.client import Site


async def the_finding(database: Database, school_id: int, **given: object) -> int:
    async with database.session() as session:
        return (await a_finding(session, school_id=school_id, **given)).id


def titles(text: str) -> list[str]:
    return re.findall(r'<a href="/befunde/\d+">([^<]+)</a>', text)


async def test_inbox_shows_open_findings_newest_first(site: Site, cast: Cast, database: Database):
    now = utcnow()
    await the_finding(database, cast.school.id, title="Alt", opened_at=now - timedelta(days=2))
    await the_finding(database, cast.other_school.id, title="Neu", opened_at=now,
                      severity="error")  # fmt: skip
    await the_finding(database, cast.school.id, title="Zu", status=FindingStatus.DECIDED,
                      opened_at=now)  # fmt: skip
    page = await site.as_(cast.admin).get("/befunde")
    assert titles(page.text) == ["Neu", "Alt"]
    assert "Offen: 2" in page.text
    page = await site.as_(cast.admin).get("/befunde?status=", htmx=True)
    assert len(titles(page.text)) == 3
    assert "<html" not in page.text


async def test_inbox_and_finding_hold_the_school(site: Site, cast: Cast, database: Database):
    own = await the_finding(database, cast.school.id, title="Eigen")
    foreign = await the_finding(database, cast.other_school.id, title="Fremd")
    browser = site.as_(cast.technician)
    page = await browser.get("/befunde")
    assert titles(page.text) == ["Eigen"]
    assert "Offen: 1" in page.text
    assert (await browser.get(f"/befunde/{own}")).status_code == 200
    assert (await browser.get(f"/befunde/{foreign}")).status_code == 404
    form = {"decision": "keep_record", "reason": "x"}
    assert (await browser.post(f"/befunde/{foreign}/entscheiden", form)).status_code == 404


async def test_whoever_has_no_right_is_refused(site: Site, cast: Cast, database: Database):
    finding = await the_finding(database, cast.school.id)
    for path in ("/befunde", f"/befunde/{finding}"):
        assert (await site.as_(cast.roleless).get(path)).status_code == 403
        assert (await site.as_(None).get(path)).status_code == 303
    form = {"decision": "keep_record", "reason": "x"}
    answer = await site.as_(cast.viewer).post(f"/befunde/{finding}/entscheiden", form)
    assert answer.status_code == 403
    page = await site.as_(cast.viewer).get(f"/befunde/{finding}")
    assert "/entscheiden" not in page.text, "a reader gets no form"


async def test_empty_inbox_says_what_it_means(site: Site, cast: Cast):
    browser = site.as_(cast.admin)
    assert "Keine offenen Befunde" in (await browser.get("/befunde")).text
    assert "Kein Befund passt" in (await browser.get("/befunde?kind=unseen")).text


@pytest.mark.parametrize(
    "query", ["status=x", "kind=x", "severity=x", "school=x", "cursor=x", "cursor=WyJhIiwxXQ=="]
)
async def test_address_nobody_offered_is_refused(site: Site, cast: Cast, query: str):
    assert (await site.as_(cast.admin).get(f"/befunde?{query}")).status_code == 422


async def test_inbox_goes_on_by_key(site: Site, cast: Cast, database: Database):
    async with database.session() as session:
        for number in range(51):
            await a_finding(session, school_id=cast.school.id, title=f"B{number}")
    browser = site.as_(cast.admin)
    page = await browser.get("/befunde", htmx=True)
    following = re.search(r'href="(/befunde\?[^"]*cursor=[^"]+)"', page.text)
    assert following is not None
    rest = await browser.get(following[1].replace("&amp;", "&"), htmx=True)
    assert len(titles(page.text)) == 50
    assert len(set(titles(page.text)) | set(titles(rest.text))) == 51


async def test_decision_with_a_reason_closes_the_finding(
    site: Site, cast: Cast, database: Database
):
    finding = await the_finding(database, cast.school.id)
    browser = site.as_(cast.school_admin)
    assert "/entscheiden" in (await browser.get(f"/befunde/{finding}")).text
    form = {"decision": "keep_record", "reason": "Kommt morgen zurück", "ignored_until": ""}
    answer = await browser.post(f"/befunde/{finding}/entscheiden", form)
    assert answer.status_code == 303
    page = await browser.get(f"/befunde/{finding}")
    assert "Kommt morgen zurück" in page.text
    assert "/entscheiden" not in page.text
    assert (await browser.post(f"/befunde/{finding}/entscheiden", form)).status_code == 409


async def test_moving_a_device_follows_the_sighting(site: Site, cast: Cast, database: Database):
    async with database.session() as session:
        device = await a_device(session, school_id=cast.school.id)
        finding = await a_finding(
            session,
            school_id=cast.school.id,
            device_id=device.id,
            kind=FindingKind.WRONG_SCHOOL,
            facts={"seen_school_id": cast.other_school.id},
        )
    page = await site.as_(cast.admin).get(f"/befunde/{finding.id}")
    assert 'value="move"' in page.text
    form = {"decision": "move", "reason": "Ist umgezogen"}
    answer = await site.as_(cast.technician).post(f"/befunde/{finding.id}/entscheiden", form)
    assert answer.status_code == 403, "the other school is not theirs"
    answer = await site.as_(cast.admin).post(f"/befunde/{finding.id}/entscheiden", form)
    assert answer.status_code == 303


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"decision": "keep_record", "reason": " "}, "Mindestens 1 Zeichen"),
        ({"decision": "swap", "reason": "x"}, "passt nicht zu diesem Befund"),
        ({"decision": "erfunden", "reason": "x"}, "Möglich ist"),
        ({"decision": "ignore_until", "reason": "x"}, "künftigen Tag"),
        ({"decision": "ignore_until", "reason": "x", "ignored_until": "bald"}, "Tag erwartet"),
    ],
)
async def test_bad_decision_is_shown_again_with_its_mistake(
    site: Site, cast: Cast, database: Database, form: dict[str, str], sentence: str
):
    finding = await the_finding(database, cast.school.id, kind=FindingKind.UNSEEN)
    answer = await site.as_(cast.admin).post(f"/befunde/{finding}/entscheiden", form)
    assert answer.status_code == 422
    assert sentence in answer.text
    async with database.session(writing=False) as session:
        status = (await session.execute(select(table_of(Finding).c.status))).scalar_one()
    assert status is FindingStatus.OPEN


async def test_dearest_of_the_gravest_stands_first_and_kinds_are_summed(
    site: Site, cast: Cast, database: Database
):
    for title, severity, amount in (
        ("C", "warning", "9000"),
        ("B", "error", "5"),
        ("A", "error", "700"),
    ):
        await the_finding(database, cast.school.id, title=title, severity=severity,
                          amount=Decimal(amount),
                          priority=priority_of(severity, Decimal(amount)))  # fmt: skip
    page = await site.as_(cast.admin).get("/befunde")
    assert titles(page.text) == ["A", "B", "C"]
    assert "9.705,00" in page.text, "the sum of what is not seen"


SIDES: list[tuple[FindingKind, dict[str, object], tuple[str, ...]]] = [
    (FindingKind.UNSEEN, {"missed_days": 6, "limit_days": 5, "earmarked_until": "2027-12-31",
                          "behind": ["A1"], "behind_count": 3, "grants": ["48.02-X"]},
     ("seit 6 Schultagen nicht", "31.12.2027", "A1 und 2 weitere", "48.02-X")),
    (FindingKind.SERIAL_CHANGED, {"serial": "NEU1", "replaced": "ALT1", "position": "1"},
     ("NEU1", "ALT1")),
    (FindingKind.UNKNOWN_DEVICE, {"serial": "NEU1", "model": "AP-9"},
     ("nicht in der Kartei", "AP-9")),
    (FindingKind.MODEL_DIFFERS, {"recorded_model": "AP-1", "seen_model": "AP-2"}, ("AP-1", "AP-2")),
    (FindingKind.MODEL_DIFFERS, {"recorded_firmware": "10", "seen_firmware": "9"}, ("Firmware",)),
    (FindingKind.QUANTITY_MISMATCH, {"ordered": "10", "delivered": "9", "invoiced": "10",
                                     "recorded": "9", "seen": "9"}, ("Geliefert", "Berechnet")),
    (FindingKind.DOUBLE_FUNDING, {"serial": "S", "grants": ["G1", "G2"]}, ("G1, G2",)),
    (FindingKind.END_OF_LIFE, {"end_of_life_on": "2026-12-31", "earmarked_until": "2027-12-31",
                               "devices": ["A1"]}, ("gepflegt bis 31.12.2026",)),
    (FindingKind.IDLE_PURCHASE, {"idle_since": "2026-09-01"}, ("seit 01.09.2026",)),
    (FindingKind.AMBIGUOUS_SERIAL, {"serial": "S9"}, ("S9",)),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "facts", "told"), SIDES, ids=lambda one: str(one)[:20])
async def test_finding_shows_record_and_reality(
    site: Site, cast: Cast, database: Database, kind: FindingKind, facts: dict[str, object],
    told: tuple[str, ...],
):  # fmt: skip
    async with database.session() as session:
        device = await a_device(session, school_id=cast.school.id)
        await a_presence(session, device)
    finding = await the_finding(database, cast.school.id, kind=kind, facts=facts,
                                device_id=device.id)  # fmt: skip
    page = await site.as_(cast.admin).get(f"/befunde/{finding}")
    for text in ("Kartei und Wirklichkeit", "20.11.2026", *told):
        assert text in page.text
