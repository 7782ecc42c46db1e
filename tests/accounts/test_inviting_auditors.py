"""Auditors of single grants: invited for a time, with a word that works once."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from netzwart.accounts.csrf import CSRF_FIELD
from netzwart.accounts.tables import AccountInvitation, AuditEvent, UserAccount
from netzwart.clock import today, utcnow
from netzwart.database import Database, table_of
from netzwart.funding.tables import Grant
from tests.builders import a_grant
from tests.cast import Cast
from tests.client import Browser, Site

BASE = "/verwaltung/pruefzugaenge"
PASSWORD = "ein langes neues Kennwort"


@pytest.fixture
async def grant(database: Database, cast: Cast) -> Grant:
    del cast
    async with database.session() as session:
        return await a_grant(session, number="48.02-PRUEF")


def invitation(grant: Grant, **changed: str) -> dict[str, str]:
    return {
        "name": "br-muenster",
        "display_name": "Bezirksregierung Münster",
        "grant_ids": str(grant.id),
        "expires_on": (today() + timedelta(days=30)).isoformat(),
        **changed,
    }


def word_of(page: str) -> str:
    found = re.search(r'id="one-time-word">([a-z0-9-]{29})<', page)
    assert found is not None, "no one-time word on the page"
    return found[1]


async def knock(site: Site, word: str, **changed: str) -> tuple[int, str]:
    """Open the door as somebody unknown and send the form."""
    stranger: Browser = site.as_(None)
    page = await stranger.get("/einladung")
    token = re.search(rf'name="{CSRF_FIELD}" value="([^"]+)"', page.text)
    assert token is not None
    form = {
        CSRF_FIELD: token[1],
        "name": "br-muenster",
        "word": word,
        "new": PASSWORD,
        "repeated": PASSWORD,
        **changed,
    }
    answer = await stranger.request("POST", "/einladung", data=form)
    return answer.status_code, answer.text


async def test_invited_auditor_chooses_a_password_once_and_reads_that_grant_only(
    site: Site, cast: Cast, database: Database, grant: Grant
):
    officer = site.as_(cast.funding_officer)
    assert "Noch kein Prüfzugang" in (await officer.get(BASE)).text
    page = await officer.post(BASE, invitation(grant))
    assert page.status_code == 200
    word = word_of(page.text)
    again = (await officer.get(BASE)).text
    assert word not in again
    assert "eingeladen" in again
    assert "48.02-PRUEF" in again
    async with database.session(writing=False) as session:
        stored = (await session.scalars(select(AccountInvitation))).one()
        events = (
            await session.scalars(
                select(AuditEvent).where(table_of(AuditEvent).c.action == "auditor_invited")
            )
        ).all()
    assert word not in str(stored)
    assert word not in str([event.changes for event in events])
    assert (await knock(site, word, repeated="anders als oben"))[0] == 422
    assert (await knock(site, word, new="kurz", repeated="kurz"))[0] == 422
    assert (await knock(site, word, name="jemand"))[0] == 422
    assert (await knock(site, word.upper()))[0] == 303  # a word is typed as it is read
    status, text = await knock(site, word)
    assert status == 422
    assert "schon benutzt" in text
    assert word not in text
    assert "aktiv" in (await officer.get(BASE)).text


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"grant_ids": ""}, "ganze Zahl"),
        ({"grant_ids": "999999"}, "Diese Bewilligung gibt es nicht"),
        ({"expires_on": "2020-01-01"}, "in der Vergangenheit"),
        ({"expires_on": "2099-01-01"}, "höchstens ein Jahr"),
        ({"expires_on": ""}, "Die Angabe fehlt"),
        ({"name": "admin"}, "gibt es schon"),
        ({"name": "mit leerzeichen"}, "Schreibweise"),
        ({"display_name": ""}, "Die Angabe fehlt"),
    ],
)
async def test_wrong_invitations_come_back_with_messages(
    site: Site, cast: Cast, grant: Grant, changed: dict[str, str], message: str
):
    answer = await site.as_(cast.admin).post(BASE, invitation(grant, **changed))
    assert answer.status_code == 422
    assert message in answer.text
    assert "one-time-word" not in answer.text


async def test_words_lapse_are_renewed_and_access_ends(
    site: Site, cast: Cast, database: Database, grant: Grant
):
    officer = site.as_(cast.funding_officer)
    word = word_of((await officer.post(BASE, invitation(grant))).text)
    async with database.session() as session:
        stored = (await session.scalars(select(AccountInvitation))).one()
        stored.expires_at = utcnow() - timedelta(seconds=1)
        user_id = stored.user_id
    assert (await knock(site, word))[0] == 422
    assert "Einladung verfallen" in (await officer.get(BASE)).text
    fresh = word_of((await officer.post(f"{BASE}/{user_id}/neues-kennwort")).text)
    assert fresh != word
    assert (await officer.post(f"{BASE}/{user_id}/beenden")).status_code == 303
    assert "gesperrt" in (await officer.get(BASE)).text
    assert (await knock(site, fresh))[0] == 422
    async with database.session(writing=False) as session:
        user = await session.get_one(UserAccount, user_id)
    assert not user.is_active


async def test_officers_touch_auditors_of_grants_and_nobody_else(
    site: Site, cast: Cast, grant: Grant
):
    del grant
    officer = site.as_(cast.funding_officer)
    for person in (cast.admin, cast.auditor, cast.technician):
        for verb in ("neues-kennwort", "beenden"):
            answer = await officer.post(f"{BASE}/{person.actor.user_id}/{verb}")
            assert answer.status_code == 404
    assert (await officer.get("/verwaltung")).headers["location"] == BASE
    assert (await officer.get("/verwaltung/benutzer")).status_code == 403
    for person in (cast.auditor, cast.technician, cast.viewer):
        assert (await site.as_(person).get(BASE)).status_code == 403
        assert (await site.as_(person).post(BASE, {})).status_code == 403
