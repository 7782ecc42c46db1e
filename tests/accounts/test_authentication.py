"""Tokens and sessions as keys: what opens, what is over, and what a program need not send."""

from datetime import timedelta
from pathlib import Path

import pytest

from netzwart.accounts.tables import ApiToken
from netzwart.clock import frozen_at, utcnow
from netzwart.database import Database
from tests.cast import CSRF, Cast
from tests.client import Site, open_site


async def change_token(site: Site, cast: Cast, **changes: object):
    async with site.database.session() as session:
        token = await session.get_one(ApiToken, cast.poller.actor.token_id)
        for name, value in changes.items():
            setattr(token, name, value)


async def test_token_opens_what_its_role_may(site: Site, cast: Cast):
    program = site.as_(cast.poller)
    assert (await program.get("/metrics")).status_code == 200
    assert (await program.get("/verwaltung/benutzer")).status_code == 403


async def test_revoked_and_expired_tokens_open_nothing(site: Site, cast: Cast):
    await change_token(site, cast, revoked_at=utcnow())
    refused = await site.as_(cast.poller).get("/metrics")
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Bearer")
    await change_token(site, cast, revoked_at=None, expires_at=utcnow() + timedelta(hours=1))
    assert (await site.as_(cast.poller).get("/metrics")).status_code == 200
    with frozen_at(utcnow() + timedelta(hours=2)):
        assert (await site.as_(cast.poller).get("/metrics")).status_code == 401


@pytest.mark.parametrize("header", ["Bearer", "Bearer nw_wrong", "Bearer  ", "Basic YWRtaW46eA=="])
async def test_wrong_authorization_opens_nothing(site: Site, cast: Cast, header: str):
    answer = await site.as_(None).get("/metrics", headers={"Authorization": header})
    assert answer.status_code == 401


async def test_wrong_token_is_not_mended_by_a_cookie(site: Site, cast: Cast):
    answer = await site.as_(cast.admin).get("/metrics", headers={"Authorization": "Bearer nw_x"})
    assert answer.status_code == 401


async def test_last_use_of_a_token_is_kept(site: Site, cast: Cast):
    later = utcnow() + timedelta(minutes=30)
    with frozen_at(later):
        await site.as_(cast.poller).get("/metrics")
    async with site.database.session(writing=False) as session:
        token = await session.get_one(ApiToken, cast.poller.actor.token_id)
    assert token.last_used_at == later


async def test_actor_is_recognised_with_one_statement(site: Site, cast: Cast):
    for person in (cast.admin, cast.poller):
        browser = site.as_(person)
        await browser.get("/metrics")
        assert len(browser.statements) == 1


@pytest.mark.parametrize(
    ("given", "status"),
    [(None, 403), ("", 403), ("another session's", 403), (CSRF, 303)],
)
async def test_cookie_needs_the_csrf_token_of_its_session(
    site: Site, cast: Cast, given: str | None, status: int
):
    fields = {} if given is None else {"csrf_token": given}
    answer = await site.as_(cast.admin).request("POST", "/abmelden", data=fields)
    assert answer.status_code == status


async def test_csrf_token_may_come_as_a_header(site: Site, cast: Cast):
    answer = await site.as_(cast.admin).request("POST", "/abmelden", headers={"X-CSRF-Token": CSRF})
    assert answer.status_code == 303


async def test_csrf_token_of_a_browser_that_says_cross_site_is_refused(site: Site, cast: Cast):
    headers = {"X-CSRF-Token": CSRF, "Sec-Fetch-Site": "cross-site"}
    answer = await site.as_(cast.admin).request("POST", "/abmelden", headers=headers)
    assert answer.status_code == 403


async def test_token_needs_no_csrf(site: Site, cast: Cast):
    answer = await site.as_(cast.poller).request("POST", "/abmelden", data={})
    assert answer.status_code == 303


async def test_database_without_tables_is_our_error_and_public_pages_live(tmp_path: Path):
    database = Database(f"sqlite:///{tmp_path}/empty.sqlite3")
    async with open_site(database, tmp_path) as site:
        browser = site.as_(None)
        browser.client.cookies.set("netzwart_session", "some session")
        assert (await browser.get("/health/live")).status_code == 200
        assert (await browser.get("/health/ready")).status_code == 503
        answer = await browser.get("/metrics")
        assert answer.status_code == 500
        assert "web_session" not in answer.text
    await database.close()
