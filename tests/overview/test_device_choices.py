"""Selections, kept views and chosen columns of the device list."""

import re

from netzwart.accounts.tables import Role
from netzwart.exchange.lists.running import work_on_list
from netzwart.inventory.tables import Device, DeviceStatus
from netzwart.overview.filters import api_query, read_filters
from tests.api_client import Api
from tests.builders import a_device, a_room
from tests.cast import Cast
from tests.client import Site

KEY = b"test" * 8


async def test_selection_is_changed_after_its_plan_and_only_where_one_may(
    site: Site, cast: Cast
) -> None:
    async with site.database.session() as session:
        room = await a_room(session, school_id=cast.school.id, number="B7")
        own = await a_device(session, inventory_number="EIGEN-1", school_id=cast.school.id)
        await a_device(session, inventory_number="EIGEN-2", school_id=cast.school.id)
        foreign = await a_device(
            session, inventory_number="FREMD-1", school_id=cast.other_school.id
        )
    browser = site.as_(cast.school_admin)
    listed = await browser.get("/geraete?status=in_service")
    assert "/geraete/auswahl?status=in_service" in listed.text
    chosen = await browser.get("/geraete/auswahl?status=in_service")
    assert re.findall(r'name="numbers" value="([^"]+)" checked', chosen.text) == [
        "EIGEN-1", "EIGEN-2"
    ]  # fmt: skip
    numbers = "EIGEN-1\r\nFREMD-1"
    form = await browser.post("/geraete/aendern", {"numbers": numbers})
    assert "2 Geräte ändern" in form.text
    empty = await browser.post("/geraete/aendern/plan", {"numbers": numbers, "reason": "Umbau"})
    assert empty.status_code == 422
    assert "mindestens ein Feld" in empty.text
    wish = {"numbers": numbers, "set_status": "in_repair", "set_room": "b7", "reason": "Umbau"}
    answer = await browser.post("/geraete/aendern/plan", wish)
    assert answer.status_code == 303
    here = answer.headers["location"]
    await work_on_list(site.database, int(here.rpartition("/")[2]), KEY)
    plan = await browser.get(here)
    assert "Dieses Gerät darfst du nicht ändern." in plan.text
    assert "Genau das übernehmen" not in plan.text
    assert (await site.as_(cast.outsider).get(here)).status_code == 404
    answer = await browser.post("/geraete/aendern/plan", {**wish, "numbers": "EIGEN-1"})
    here = answer.headers["location"]
    run_id = int(here.rpartition("/")[2])
    await work_on_list(site.database, run_id, KEY)
    plan = await browser.get(here)
    plan_id = re.search(r'name="plan_id" value="(\w+)"', plan.text)
    assert plan_id is not None
    await browser.post(f"{here}/anwenden", {"plan_id": plan_id[1]})
    await work_on_list(site.database, run_id, KEY)
    async with site.database.session(writing=False) as session:
        changed = await session.get_one(Device, own.id)
        untouched = await session.get_one(Device, foreign.id)
    assert (changed.status, changed.room_id) == (DeviceStatus.IN_REPAIR, room.id)
    assert untouched.status is DeviceStatus.IN_SERVICE
    page = await browser.get(f"/geraete/{own.id}", statements_at_most=9)
    assert "Sammeländerung: Umbau" in page.text


async def test_readers_change_nothing(site: Site, cast: Cast) -> None:
    browser = site.as_(cast.viewer)
    assert (await browser.get("/geraete/auswahl")).status_code == 403
    assert (await browser.post("/geraete/aendern", {"numbers": "X"})).status_code == 403
    assert "Ändern" not in (await browser.get("/geraete")).text


async def test_columns_are_each_persons_own_and_hold_for_files(site: Site, cast: Cast) -> None:
    async with site.database.session() as session:
        await a_device(session, mac="aa:bb:cc:00:00:01", school_id=cast.school.id)
    browser = site.as_(cast.technician)
    assert "aa:bb:cc" not in (await browser.get("/geraete")).text
    answer = await browser.post(
        "/geraete/spalten", {"column": ["mac", "nonsense", "note"], "query": "?status=in_service"}
    )
    assert answer.headers["location"] == "/geraete?status=in_service"
    assert "aa:bb:cc" in (await browser.get("/geraete")).text
    exported = (await browser.get("/geraete/export.csv")).content.decode("utf-8-sig")
    assert exported.splitlines()[0] == "Inventarnummer;MAC;Bemerkung"
    assert "aa:bb:cc" not in (await site.as_(cast.admin).get("/geraete")).text
    await browser.post("/geraete/spalten", {"query": ""})
    assert "Zuletzt gesehen" in (await browser.get("/geraete")).text


async def test_view_is_an_address_with_a_name(site: Site, cast: Cast) -> None:
    browser = site.as_(cast.technician)
    kept = {"name": "In Reparatur", "query": "?status=in_repair&farbe=", "is_shared": "true"}
    answer = await browser.post("/geraete/ansicht", kept)
    assert answer.headers["location"] == "/geraete?status=in_repair"
    await browser.post("/geraete/ansicht", {"name": "Nur meine", "query": "?q=x"})
    assert "Nur meine" in (await browser.get("/geraete")).text
    others = await site.as_(cast.admin).get("/geraete?status=in_repair")
    assert "Nur meine" not in others.text
    assert 'href="/geraete?status=in_repair" aria-current="page">In Reparatur' in others.text
    refused = await browser.post("/geraete/ansicht", {"name": "", "query": "?q=x"})
    assert refused.status_code == 422
    page = await browser.get("/geraete/ansicht")
    view_id = re.search(r"/geraete/ansicht/(\d+)/vergessen", page.text)
    assert view_id is not None
    gone = f"/geraete/ansicht/{view_id[1]}/vergessen"
    assert (await site.as_(cast.admin).post(gone)).status_code == 404
    assert (await browser.post(gone)).status_code == 303


async def test_same_question_is_asked_of_the_api(api: Api) -> None:
    async with api.database.session() as session:
        wanted = await a_device(session, status=DeviceStatus.LOST)
        await a_device(session, school_id=wanted.school_id)
    asked = [("school", str(wanted.school_id)), ("status", "lost"), ("sort", "-changed")]
    query = api_query(read_filters(asked))
    assert query == f"?school_id={wanted.school_id}&status=lost&sort=-changed_at"
    found = await (await api.caller(Role.ADMIN)).get(f"devices{query}")
    assert [one["id"] for one in found["items"]] == [wanted.id]
