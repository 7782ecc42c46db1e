"""The door: who comes in, who waits, and what a stolen or planted cookie is worth."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from netzwart.accounts.secret_words import digest
from netzwart.accounts.tables import AuditEvent, SignInAttempt, UserAccount, WebSession
from netzwart.clock import frozen_at, utcnow
from netzwart.database import Database, table_of
from tests.cast import CHEAP_HASH, CSRF, PASSWORD, Cast
from tests.client import Browser, Site, csrf_field_of, open_site

SESSION = "netzwart_session"


async def try_to_sign_in(browser: Browser, name: str, password: str, weiter: str = "/"):
    """Fill in the form as a person would: open it, then send it."""
    form = await browser.get("/anmelden")
    fields = {"csrf_token": csrf_field_of(form), "name": name, "password": password}
    return await browser.request("POST", "/anmelden", data={**fields, "weiter": weiter})


async def count(database: Database, table: type) -> int:
    async with database.session(writing=False) as session:
        return await session.scalar(select(func.count()).select_from(table_of(table))) or 0


async def test_right_password_opens_a_session_and_goes_on(site: Site, cast: Cast):
    browser = site.as_(None)
    answer = await try_to_sign_in(browser, "admin", PASSWORD, "/konto")
    assert (answer.status_code, answer.headers["location"]) == (303, "/konto")
    page = await browser.get("/konto")
    assert page.status_code == 200
    assert "Demo-Verwaltung" in page.text


async def test_name_is_taken_in_capitals_too(site: Site, cast: Cast):
    assert (await try_to_sign_in(site.as_(None), " ADMIN ", PASSWORD)).status_code == 303


async def test_wrong_password_and_unknown_name_get_the_same_answer(site: Site, cast: Cast):
    wrong = await try_to_sign_in(site.as_(None), "admin", "falsch")
    unknown = await try_to_sign_in(site.as_(None), "niemand", "falsch")
    assert wrong.status_code == unknown.status_code == 422
    for answer in (wrong, unknown):
        assert "Name oder Passwort stimmt nicht." in answer.text
        assert "set-cookie" not in answer.headers


async def test_only_the_hash_of_the_cookie_is_stored(site: Site, cast: Cast):
    browser = site.as_(None)
    await try_to_sign_in(browser, "admin", PASSWORD)
    word = browser.client.cookies[SESSION]
    async with site.database.session(writing=False) as session:
        hashes = set((await session.scalars(select(table_of(WebSession).c.token_hash))).all())
    assert digest(word) in hashes
    assert word not in hashes


async def test_session_planted_before_sign_in_opens_nothing(site: Site, cast: Cast):
    browser = site.as_(None)
    browser.client.cookies.set(SESSION, "planted-by-somebody-else", domain="testserver.local")
    await try_to_sign_in(browser, "admin", PASSWORD)
    thief = site.as_(None)
    thief.client.cookies.set(SESSION, "planted-by-somebody-else")
    assert (await thief.get("/konto")).status_code == 303


async def test_sign_in_ends_the_session_that_was_there(site: Site, cast: Cast):
    browser = site.as_(cast.viewer)
    old = cast.viewer.word
    browser.client.cookies.set(SESSION, old)
    fields = {"csrf_token": CSRF, "name": "admin", "password": PASSWORD}
    answer = await browser.request("POST", "/anmelden", data=fields)
    assert answer.status_code == 303
    assert old not in answer.headers["set-cookie"]
    thief = site.as_(None)
    thief.client.cookies.set(SESSION, old)
    assert (await thief.get("/konto")).status_code == 303


async def test_cookie_over_https_is_bound_to_the_host(
    database: Database, cast: Cast, tmp_path: Path
):
    async with open_site(database, tmp_path, base_url="https://netzwart.example.de") as site:
        answer = await try_to_sign_in(site.as_(None), "admin", PASSWORD)
        cookies = answer.headers.get_list("set-cookie")
        own = next(cookie for cookie in cookies if cookie.startswith("__Host-netzwart_session="))
        parts = {part.strip().lower() for part in own.split(";")[1:]}
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= parts
        assert not [part for part in parts if part.startswith("domain")]
        assert answer.headers["strict-transport-security"].startswith("max-age=")


async def test_sixth_guess_at_a_name_waits_twice_as_long_each_time(site: Site, cast: Cast):
    now = utcnow()
    for _ in range(5):
        with frozen_at(now):
            assert (await try_to_sign_in(site.as_(None), "admin", "falsch")).status_code == 422
    for seconds in (2, 4, 8, 16):
        with frozen_at(now):
            refused = await try_to_sign_in(site.as_(None), "admin", "falsch")
        assert refused.status_code == 429
        assert refused.headers["retry-after"] == str(seconds)
        assert f"Bitte in {seconds} Sekunden noch einmal." in refused.text
        now += timedelta(seconds=seconds)
        with frozen_at(now):
            assert (await try_to_sign_in(site.as_(None), "admin", "falsch")).status_code == 422


async def test_right_password_is_not_even_compared_while_waiting(site: Site, cast: Cast):
    with frozen_at(utcnow()):
        for _ in range(5):
            await try_to_sign_in(site.as_(None), "admin", "falsch")
        assert (await try_to_sign_in(site.as_(None), "admin", PASSWORD)).status_code == 429


async def test_one_address_guessing_many_names_is_slowed_down(site: Site, cast: Cast):
    with frozen_at(utcnow()):
        for number in range(20):
            answer = await try_to_sign_in(site.as_(None), f"name-{number}", "falsch")
            assert answer.status_code == 422
        assert (await try_to_sign_in(site.as_(None), "name-99", "falsch")).status_code == 429


async def test_success_forgets_the_failures_of_the_name(site: Site, cast: Cast):
    for _ in range(3):
        await try_to_sign_in(site.as_(None), "admin", "falsch")
    await try_to_sign_in(site.as_(None), "admin", PASSWORD)
    async with site.database.session(writing=False) as session:
        keys = (await session.scalars(select(table_of(SignInAttempt).c.key))).all()
    assert "name:admin" not in keys
    assert len(keys) == 3  # the address keeps what it guessed


async def test_deactivated_and_expired_users_stay_outside(site: Site, cast: Cast):
    async with site.database.session() as session:
        user = await session.get_one(UserAccount, cast.viewer.actor.user_id)
        user.is_active = False
        other = await session.get_one(UserAccount, cast.auditor.actor.user_id)
        other.expires_at = utcnow() - timedelta(seconds=1)
    for name in ("lesen", "pruefung"):
        assert (await try_to_sign_in(site.as_(None), name, PASSWORD)).status_code == 422
    for person in (cast.viewer, cast.auditor):
        assert (await site.as_(person).get("/konto")).status_code == 303


async def test_session_ends_when_nobody_uses_it(site: Site, cast: Cast):
    browser = site.as_(cast.admin)
    start = utcnow()
    with frozen_at(start + timedelta(hours=11)):
        assert (await browser.get("/konto")).status_code == 200
    with frozen_at(start + timedelta(hours=22)):
        assert (await browser.get("/konto")).status_code == 200
    with frozen_at(start + timedelta(hours=35)):
        assert (await browser.get("/konto")).status_code == 303


async def test_last_use_is_written_every_five_minutes_at_most(site: Site, cast: Cast):
    browser = site.as_(cast.admin)
    await browser.get("/konto")
    assert not [line for line in browser.statements if line.startswith("UPDATE")]
    with frozen_at(utcnow() + timedelta(minutes=6)):
        await browser.get("/konto")
        assert len([line for line in browser.statements if line.startswith("UPDATE")]) == 1
        await browser.get("/konto")
        assert not [line for line in browser.statements if line.startswith("UPDATE")]


async def test_sign_out_ends_the_session_on_the_server(site: Site, cast: Cast):
    browser = site.as_(cast.admin)
    answer = await browser.post("/abmelden")
    assert (answer.status_code, answer.headers["location"]) == (303, "/anmelden")
    thief = site.as_(None)
    thief.client.cookies.set(SESSION, cast.admin.word)
    assert (await thief.get("/konto")).status_code == 303


async def test_form_without_its_browsers_token_is_refused(site: Site, cast: Cast):
    before = await count(site.database, WebSession)
    fields = {"name": "admin", "password": PASSWORD}
    assert (await site.as_(None).request("POST", "/anmelden", data=fields)).status_code == 403
    form = await site.as_(None).get("/anmelden")
    stolen = {**fields, "csrf_token": csrf_field_of(form)}
    assert (await site.as_(None).request("POST", "/anmelden", data=stolen)).status_code == 403
    assert await count(site.database, WebSession) == before


async def test_going_on_leads_nowhere_but_here(site: Site, cast: Cast):
    for elsewhere in ("//evil.example", "https://evil.example", "/\\evil.example", "konto"):
        answer = await try_to_sign_in(site.as_(None), "admin", PASSWORD, elsewhere)
        assert answer.headers["location"] == "/"


async def test_outdated_hash_is_renewed_at_sign_in(site: Site, cast: Cast):
    await try_to_sign_in(site.as_(None), "admin", PASSWORD)
    async with site.database.session(writing=False) as session:
        user = await session.get_one(UserAccount, cast.admin.actor.user_id)
    assert user.password_hash is not None
    assert user.password_hash != CHEAP_HASH
    assert user.password_hash.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert (await try_to_sign_in(site.as_(None), "admin", PASSWORD)).status_code == 303


async def test_sign_in_is_in_the_audit_trail(site: Site, cast: Cast):
    answer = await try_to_sign_in(site.as_(None), "admin", PASSWORD)
    async with site.database.session(writing=False) as session:
        event = (await session.scalars(select(AuditEvent))).one()
    assert (event.action, event.actor) == ("signed_in", "admin")
    assert event.request_id == answer.headers["x-request-id"]
