import pytest
from sqlalchemy import func, select

from netzwart.accounts.tables import AuditEvent
from netzwart.database import table_of
from netzwart.schools.queries import BUILDING, ROOM
from netzwart.schools.tables import Room
from tests.builders import a_room
from tests.cast import Cast
from tests.client import Site

FORM = {"number": "B207", "name": "Chemie", "kind": "lab", "building": "Haus B", "floor": "2"}


async def test_school_admin_creates_a_room_in_a_new_building(site: Site, cast: Cast) -> None:
    browser = site.as_(cast.school_admin)
    form = await browser.get(f"/schulen/{cast.school.id}/raeume/neu")
    assert form.status_code == 200
    answer = await browser.post(f"/schulen/{cast.school.id}/raeume", FORM)
    assert answer.headers["location"] == f"/schulen/{cast.school.id}/raeume"
    page = await browser.get(answer.headers["location"])
    assert "B207" in page.text
    assert "Haus B" in page.text
    await browser.post(f"/schulen/{cast.school.id}/raeume", {**FORM, "number": "B208"})
    async with site.database.session() as session:
        assert await session.scalar(select(func.count()).select_from(BUILDING)) == 1
        events = table_of(AuditEvent)
        actions = (await session.execute(select(events.c.action).order_by(events.c.id))).scalars()
        assert list(actions) == ["room_created", "room_created"]


async def test_same_room_twice_is_told_beside_the_field(site: Site, cast: Cast) -> None:
    browser = site.as_(cast.technician)
    await browser.post(f"/schulen/{cast.school.id}/raeume", FORM)
    answer = await browser.post(f"/schulen/{cast.school.id}/raeume", {**FORM, "name": "Zweiter"})
    assert answer.status_code == 422
    assert "Diesen Raum gibt es an der Schule schon." in answer.text
    assert 'value="Zweiter"' in answer.text


async def test_missing_number_gives_the_form_back(site: Site, cast: Cast) -> None:
    answer = await site.as_(cast.technician).post(
        f"/schulen/{cast.school.id}/raeume", {**FORM, "number": "  "}
    )
    assert answer.status_code == 422
    assert 'value="Chemie"' in answer.text


async def test_room_is_changed(site: Site, cast: Cast) -> None:
    async with site.database.session() as session:
        room = await a_room(session, school_id=cast.school.id, number="A1")
    browser = site.as_(cast.technician)
    path = f"/schulen/{cast.school.id}/raeume/{room.id}/bearbeiten"
    form = await browser.get(path)
    assert 'value="A1"' in form.text
    answer = await browser.post(path, {**FORM, "version": room.version})
    assert answer.status_code == 303
    async with site.database.session() as session:
        assert (await session.get_one(Room, room.id)).number == "B207"


async def test_stale_form_shows_what_is_written_now_and_changes_nothing(
    site: Site, cast: Cast
) -> None:
    async with site.database.session() as session:
        room = await a_room(session, school_id=cast.school.id, number="A1", name="Alt")
    path = f"/schulen/{cast.school.id}/raeume/{room.id}/bearbeiten"
    browser = site.as_(cast.technician)
    await browser.post(path, {**FORM, "version": room.version})
    answer = await browser.post(path, {**FORM, "number": "X9", "version": room.version})
    assert answer.status_code == 422
    assert "inzwischen geändert" in answer.text
    assert 'value="B207"' in answer.text
    assert f'name="version" value="{room.version + 1}"' in answer.text
    async with site.database.session() as session:
        assert await session.scalar(select(ROOM.c.number)) == "B207"


@pytest.mark.parametrize("path", ["neu", "{room}/bearbeiten"])
async def test_forms_are_refused_to_readers_strangers_and_unknown_visitors(
    site: Site, cast: Cast, path: str
) -> None:
    async with site.database.session() as session:
        room = await a_room(session, school_id=cast.school.id)
    address = f"/schulen/{cast.school.id}/raeume/" + path.format(room=room.id)
    assert (await site.as_(cast.viewer).get(address)).status_code == 403
    assert (await site.as_(cast.outsider).get(address)).status_code == 404
    assert (await site.as_(None).get(address)).status_code == 303


async def test_writing_is_refused_to_readers_and_strangers(site: Site, cast: Cast) -> None:
    async with site.database.session() as session:
        room = await a_room(session, school_id=cast.school.id, number="A1")
    address = f"/schulen/{cast.school.id}/raeume"
    for person, status in ((cast.viewer, 403), (cast.outsider, 404)):
        browser = site.as_(person)
        assert (await browser.post(address, FORM)).status_code == status
        answer = await browser.post(f"{address}/{room.id}/bearbeiten", {**FORM, "version": 1})
        assert answer.status_code == status
    async with site.database.session() as session:
        assert (await session.execute(select(ROOM.c.number))).scalars().all() == ["A1"]


async def test_room_of_another_school_is_not_found_under_this_one(site: Site, cast: Cast) -> None:
    async with site.database.session() as session:
        foreign = await a_room(session, school_id=cast.other_school.id)
    answer = await site.as_(cast.technician).get(
        f"/schulen/{cast.school.id}/raeume/{foreign.id}/bearbeiten"
    )
    assert answer.status_code == 404
