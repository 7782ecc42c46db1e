from datetime import date

from icalendar import Calendar

from netzwart.accounts.actors import SYSTEM
from netzwart.accounts.service import add_token
from netzwart.accounts.tables import Role
from tests.builders import a_grant
from tests.cast import Cast
from tests.client import Site

FEED = "/kalender/fristen.ics"


async def _token(site: Site, name: str, role: Role) -> str:
    async with site.database.session() as session:
        return (await add_token(session, SYSTEM, name=name, role=role)).word.get_secret_value()


async def test_reading_token_gets_the_deadlines_as_calendar(site: Site, cast: Cast):
    async with site.database.session() as session:
        await a_grant(session, number="48.02-KAL", approval_until=date(2027, 12, 31))
    word = await _token(site, "kalender", Role.AUDITOR)
    answer = await site.as_(None).get(f"{FEED}?token={word}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/calendar")
    events = {
        str(event["summary"]): event for event in Calendar.from_ical(answer.content).walk("VEVENT")
    }
    due = events["Verwendungsnachweis fällig (48.02-KAL)"]
    assert due.decoded("dtstart") == date(2028, 6, 30)
    assert len(due.walk("VALARM")) == 1
    assert events["Bewilligungszeitraum endet (48.02-KAL)"].walk("VALARM") == []


async def test_writing_wrong_and_missing_tokens_get_nothing(site: Site, cast: Cast):
    stranger = site.as_(None)
    writing = await _token(site, "schreiben", Role.FUNDING_OFFICER)
    for word in (writing, "nw_falsch", ""):
        assert (await stranger.get(f"{FEED}?token={word}")).status_code == 404
    assert (await stranger.get(FEED)).status_code == 400
