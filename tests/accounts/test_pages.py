"""The pages about accounts, by the people who may and may not see them."""

import re

import pytest
from sqlalchemy import select

from netzwart.accounts.tables import ApiToken, AuditEvent, Role, RoleGrant, UserAccount, WebSession
from netzwart.database import table_of
from tests.builders import a_grant, a_school, a_user
from tests.cast import PASSWORD, Cast, a_session_of
from tests.client import Site

USERS = "/verwaltung/benutzer"
TOKENS = "/verwaltung/token"
NEW_USER = {
    "display_name": "Erfundene Person",
    "name": "erfunden",
    "password": "ein langer Satz hilft",
    "role": "viewer",
    "school_id": "",
    "expires_on": "",
}
NEW_PASSWORD = "ein neuer langer Satz"
ADMINISTRATION = [USERS, f"{USERS}/neu", TOKENS, "/verwaltung/protokoll"]


async def all_of(site: Site, table: type):
    async with site.database.session(writing=False) as session:
        return (await session.scalars(select(table).order_by(table_of(table).c.id))).all()


@pytest.mark.parametrize("path", ADMINISTRATION)
async def test_administration_is_shown_to_admins_only(site: Site, cast: Cast, path: str):
    assert (await site.as_(cast.admin).get(path)).status_code == 200
    for person in (cast.technician, cast.school_admin, cast.funding_officer, cast.viewer):
        refused = await site.as_(person).get(path)
        assert refused.status_code == 403
        assert "Das ist nicht erlaubt" in refused.text


async def test_administration_begins_where_the_role_may_be(site: Site, cast: Cast):
    assert (await site.as_(cast.admin).get("/verwaltung")).headers["location"] == USERS
    auditor = await site.as_(cast.auditor).get("/verwaltung")
    assert auditor.headers["location"] == "/verwaltung/protokoll"


async def test_own_account_is_shown_to_everybody_signed_in(site: Site, cast: Cast):
    for person in (cast.admin, cast.technician, cast.roleless):
        page = await site.as_(person).get("/konto")
        assert page.status_code == 200
        assert person.actor.display_name in page.text
    assert "Erfundenes Gymnasium" in (await site.as_(cast.technician).get("/konto")).text


async def test_changed_password_signs_other_browsers_out(site: Site, cast: Cast):
    async with site.database.session() as session:
        user = await session.get_one(UserAccount, cast.viewer.actor.user_id)
        _, other = await a_session_of(session, user)
    browser = site.as_(cast.viewer)
    sent = {"current": PASSWORD, "new": NEW_PASSWORD, "repeated": NEW_PASSWORD}
    assert (await browser.post("/konto/passwort", sent)).status_code == 303
    assert (await browser.get("/konto")).status_code == 200
    elsewhere = site.as_(None)
    elsewhere.client.cookies.set("netzwart_session", other)
    assert (await elsewhere.get("/konto")).status_code == 303


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"current": "falsch"}, "Das bisherige Passwort stimmt nicht."),
        ({"repeated": "anders"}, "Die Wiederholung ist anders."),
        ({"new": "zu kurz", "repeated": "zu kurz"}, "Das Passwort hat mindestens 12 Zeichen."),
        ({"new": ""}, "Das Passwort hat mindestens 12 Zeichen."),
    ],
)
async def test_bad_new_password_is_explained_and_never_shown_again(
    site: Site, cast: Cast, change: dict[str, str], sentence: str
):
    sent = {"current": PASSWORD, "new": NEW_PASSWORD, "repeated": NEW_PASSWORD}
    if change.get("new") == "":
        change = {"new": "", "repeated": ""}
    page = await site.as_(cast.viewer).post("/konto/passwort", {**sent, **change})
    assert page.status_code == 422
    assert sentence in page.text
    assert PASSWORD not in page.text


async def test_new_user_can_sign_in_and_is_in_the_audit_trail(site: Site, cast: Cast):
    browser = site.as_(cast.admin)
    sent = {**NEW_USER, "role": "technician", "school_id": str(cast.school.id)}
    answer = await browser.post(USERS, sent)
    assert (answer.status_code, answer.headers["location"]) == (303, USERS)
    page = await browser.get(USERS)
    assert "Erfundene Person kann sich jetzt anmelden." in page.text
    assert "Erfundenes Gymnasium" in page.text
    user = (await all_of(site, UserAccount))[-1]
    held = (await all_of(site, RoleGrant))[-1]
    assert (held.user_id, held.role, held.school_id) == (user.id, Role.TECHNICIAN, cast.school.id)
    event = (await all_of(site, AuditEvent))[-1]
    assert (event.action, event.actor, event.subject_id) == ("user_added", "admin", user.id)
    assert "Satz" not in str(event.changes)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": "ADMIN"}, "Diesen Anmeldenamen gibt es schon."),
        ({"name": "mit leer zeichen"}, "Die Schreibweise passt nicht."),
        ({"display_name": ""}, "Die Angabe fehlt."),
        ({"role": "king"}, "Diese Rolle gibt es nicht."),
        ({"role": "poller"}, "nur für Token"),
        ({"expires_on": "morgen"}, "Hier wird ein Tag erwartet"),
        ({"password": "kurz"}, "mindestens 12 Zeichen"),
        ({"unbekannt": "x"}, "Dieses Feld gibt es nicht."),
    ],
)
async def test_bad_user_form_comes_back_with_what_was_typed(
    site: Site, cast: Cast, change: dict[str, str], sentence: str
):
    before = len(await all_of(site, UserAccount))
    page = await site.as_(cast.admin).post(USERS, {**NEW_USER, **change})
    assert page.status_code == 422
    assert sentence in page.text
    if "display_name" not in change:
        assert "Erfundene Person" in page.text
    assert NEW_USER["password"] not in page.text
    assert len(await all_of(site, UserAccount)) == before


async def test_unknown_school_is_refused_in_words(site: Site, cast: Cast):
    page = await site.as_(cast.admin).post(USERS, {**NEW_USER, "school_id": "987654"})
    assert page.status_code == 409
    assert "verweist auf etwas, das es nicht gibt" in page.text


async def test_deactivated_user_is_out_at_once(site: Site, cast: Cast):
    browser = site.as_(cast.viewer)
    assert (await browser.get("/konto")).status_code == 200
    address = f"{USERS}/{cast.viewer.actor.user_id}"
    assert (await site.as_(cast.admin).post(f"{address}/sperren")).status_code == 303
    assert (await browser.get("/konto")).status_code == 303
    sessions = await all_of(site, WebSession)
    assert cast.viewer.actor.user_id not in {row.user_id for row in sessions}
    assert "gesperrt" in (await site.as_(cast.admin).get(address)).text
    assert (await site.as_(cast.admin).post(f"{address}/entsperren")).status_code == 303


async def test_last_admin_can_be_neither_locked_nor_stripped(site: Site, cast: Cast):
    browser = site.as_(cast.admin)
    address = f"{USERS}/{cast.admin.actor.user_id}"
    held = next(row for row in await all_of(site, RoleGrant) if row.role is Role.ADMIN)
    for path in (f"{address}/sperren", f"{address}/rollen/{held.id}/entziehen"):
        assert (await browser.post(path)).status_code == 409
    assert (await browser.get(USERS)).status_code == 200


async def test_role_is_given_and_taken(site: Site, cast: Cast):
    async with site.database.session() as session:
        grant = await a_grant(session)
    browser = site.as_(cast.admin)
    address = f"{USERS}/{cast.auditor.actor.user_id}"
    sent = {"role": "auditor", "school_id": "", "grant_id": str(grant.id), "programme": ""}
    assert (await browser.post(f"{address}/rollen", sent)).status_code == 303
    assert grant.number in (await browser.get(address)).text
    twice = await browser.post(f"{address}/rollen", sent)
    assert twice.status_code == 422
    assert "Diese Rolle ist schon vergeben." in twice.text
    wrong = await browser.post(f"{address}/rollen", {**sent, "role": "viewer"})
    assert "Nur die Prüfung wird auf Zuwendungen" in wrong.text
    held = (await all_of(site, RoleGrant))[-1]
    assert (await browser.post(f"{address}/rollen/{held.id}/entziehen")).status_code == 303
    assert grant.number not in (await browser.get(address)).text.partition("<form")[0]


async def test_role_of_somebody_else_is_not_found(site: Site, cast: Cast):
    held = next(row for row in await all_of(site, RoleGrant) if row.role is Role.VIEWER)
    path = f"{USERS}/{cast.technician.actor.user_id}/rollen/{held.id}/entziehen"
    assert (await site.as_(cast.admin).post(path)).status_code == 404


async def test_admin_sets_a_password_and_the_user_is_signed_out(site: Site, cast: Cast):
    path = f"{USERS}/{cast.viewer.actor.user_id}/passwort"
    browser = site.as_(cast.admin)
    assert (await browser.post(path, {"new": "kurz"})).status_code == 422
    assert (await browser.post(path, {"new": "ein neuer langer Satz"})).status_code == 303
    assert (await site.as_(cast.viewer).get("/konto")).status_code == 303


async def test_last_day_of_access_is_kept_as_the_end_of_that_day(site: Site, cast: Cast):
    address = f"{USERS}/{cast.auditor.actor.user_id}"
    browser = site.as_(cast.admin)
    sent = {"display_name": "Prüfamt", "expires_on": "2027-03-31"}
    assert (await browser.post(address, sent)).status_code == 303
    user = next(row for row in await all_of(site, UserAccount) if row.name == "pruefung")
    assert user.expires_at is not None
    assert user.expires_at.isoformat() == "2027-03-31T22:00:00+00:00"
    page = await browser.get(address)
    assert 'value="2027-03-31"' in page.text


async def test_user_list_does_not_ask_more_for_more_users(site: Site, cast: Cast):
    browser = site.as_(cast.admin)
    await browser.get(USERS)
    few = len(browser.statements)
    async with site.database.session() as session:
        for _ in range(30):
            school = await a_school(session)
            await a_user(session, Role.TECHNICIAN, school_id=school.id)
    await browser.get(USERS)
    assert len(browser.statements) == few <= 5


async def test_user_list_is_searched_and_tells_when_empty(site: Site, cast: Cast):
    browser = site.as_(cast.admin)
    fragment = await browser.get(f"{USERS}?q=verwalt", htmx=True)
    assert "<html" not in fragment.text
    assert "Demo-Verwaltung" in fragment.text
    assert "Fremde" not in fragment.text
    assert "Niemand gefunden" in (await browser.get(f"{USERS}?q=%25")).text


async def test_token_is_shown_once_and_opens_the_door(site: Site, cast: Cast):
    browser = site.as_(cast.admin)
    sent = {"name": "prometheus", "role": "poller", "school_id": "", "expires_on": ""}
    page = await browser.post(TOKENS, sent)
    found = re.search(r"nw_[A-Za-z0-9]{40}", page.text)
    assert found is not None
    assert found[0] not in (await browser.get(TOKENS)).text
    token = (await all_of(site, ApiToken))[-1]
    assert found[0] not in f"{token.token_hash}{token.prefix}"
    program = site.as_(None)
    headers = {"Authorization": f"Bearer {found[0]}"}
    assert (await program.get("/metrics", headers=headers)).status_code == 200
    assert (await browser.post(f"{TOKENS}/{token.id}/widerrufen")).status_code == 303
    assert (await program.get("/metrics", headers=headers)).status_code == 401
    assert (await browser.post(f"{TOKENS}/{token.id}/widerrufen")).status_code == 409


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": "poller"}, "Ein Token mit diesem Namen gibt es schon."),
        ({"expires_on": "2020-01-01"}, "liegt in der Vergangenheit"),
        ({"role": ""}, "Die Angabe fehlt."),
    ],
)
async def test_bad_token_form_comes_back(
    site: Site, cast: Cast, change: dict[str, str], sentence: str
):
    sent = {"name": "neu", "role": "viewer", "school_id": "", "expires_on": "", **change}
    page = await site.as_(cast.admin).post(TOKENS, sent)
    assert page.status_code == 422
    assert sentence in page.text
    assert "nw_" not in page.text.replace("nw_…", "").replace(cast.poller.word[:8], "")
    assert len(await all_of(site, ApiToken)) == 1


async def test_audit_trail_pages_by_key_and_filters(site: Site, cast: Cast):
    async with site.database.session() as session:
        for number in range(60):
            kind = "invoice" if number % 2 else "device"
            session.add(
                AuditEvent(
                    at=cast.school.created_at,
                    actor="system",
                    action=f"{kind}_recorded",
                    subject_type=kind,
                    subject_id=number,
                )
            )
    browser = site.as_(cast.admin)
    first = await browser.get("/verwaltung/protokoll")
    assert first.text.count('<th scope="row"') == 50
    onwards = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert onwards is not None
    second = await browser.get(onwards[1].replace("&amp;", "&"))
    assert second.text.count('<th scope="row"') == 10
    filtered = await browser.get("/verwaltung/protokoll?was=invoice", htmx=True)
    assert filtered.text.count('<th scope="row"') == 30
    assert "Nichts im Protokoll" in (await browser.get("/verwaltung/protokoll?was=x")).text


async def test_auditor_sees_acts_but_no_persons(site: Site, cast: Cast):
    await site.as_(cast.admin).post(USERS, NEW_USER)
    async with site.database.session() as session:
        session.add(
            AuditEvent(
                at=cast.school.created_at,
                actor="foerderung",
                user_id=cast.funding_officer.actor.user_id,
                action="invoice_recorded",
                subject_type="invoice",
            )
        )
    page = await site.as_(cast.auditor).get("/verwaltung/protokoll")
    assert "Rechnung erfasst" in page.text
    assert "Benutzer angelegt" not in page.text
    assert "foerderung" not in page.text.replace('href="/foerderung"', "")
    assert f"Benutzer {cast.funding_officer.actor.user_id}" in page.text
