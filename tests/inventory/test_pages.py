from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import select

from netzwart.inventory.queries import DEVICE, EVENT, RELOCATION
from netzwart.inventory.tables import Device, DeviceStatus
from netzwart.schools.tables import Room
from tests.builders import a_device, a_model, a_room
from tests.cast import Cast
from tests.client import Site


async def new_device_form(site: Site, school_id: int | None, **given: Any) -> dict[str, Any]:
    async with site.database.session() as session:
        model = await a_model(session)
    return {
        "inventory_number": "NEU-1",
        "model_id": model.id,
        "serial": "cn xx-9",
        "mac": "AABBCC000009",
        "school_id": school_id or "",
        "room_id": "",
        "status": "in_service",
        "delivered_on": "2026-11-01",
        "note": "",
        **given,
    }


async def one(site: Site, device_id: int) -> Device:
    async with site.database.session() as session:
        return await session.get_one(Device, device_id)


def card_of(device: Device, **changes: Any) -> Mapping[str, Any]:
    return {
        "version": device.version,
        "inventory_number": device.inventory_number,
        "model_id": device.model_id,
        "serial": device.serial or "",
        "note": device.note,
        **changes,
    }


async def test_school_admin_takes_a_device_into_the_record(site: Site, cast: Cast) -> None:
    browser = site.as_(cast.school_admin)
    form = await browser.get(f"/geraete/neu?school={cast.school.id}")
    assert form.status_code == 200
    assert "Erfundene Gesamtschule" not in form.text
    answer = await browser.post("/geraete", await new_device_form(site, cast.school.id))
    assert answer.status_code == 303
    page = await browser.get(answer.headers["location"], statements_at_most=9)
    assert "aa:bb:cc:00:00:09" in page.text
    assert "Das Gerät ist aufgenommen." in page.text
    found = await browser.get("/suche?q=CNXX9")
    assert found.headers["location"] == answer.headers["location"]


async def test_taken_numbers_and_bad_addresses_are_told_beside_the_field(
    site: Site, cast: Cast
) -> None:
    async with site.database.session() as session:
        await a_device(session, inventory_number="SCHON-DA", school_id=cast.other_school.id)
    browser = site.as_(cast.technician)
    for field, value, sentence in (
        ("inventory_number", "SCHON-DA", "schon vergeben"),
        ("mac", "zz:zz", "zwölf Hexziffern"),
        ("model_id", "999999", "Dieses Modell gibt es nicht"),
        ("model_id", "abc", "ganze Zahl"),
        ("delivered_on", "gestern", "Tag erwartet"),
        ("status", "disposed", "eigene Vorgänge"),
        ("inventory_number", "", "fehlt"),
    ):
        form = await new_device_form(site, cast.school.id, **{field: value})
        answer = await browser.post("/geraete", form)
        assert answer.status_code == 422, field
        assert sentence in answer.text, (field, value)
        assert "2026-11-01" in answer.text or field == "delivered_on"


async def test_devices_go_only_where_one_may_change_things(site: Site, cast: Cast) -> None:
    async with site.database.session() as session:
        foreign_room = await a_room(session, school_id=cast.other_school.id)
    browser = site.as_(cast.school_admin)
    for school_id, room_id in (
        (cast.other_school.id, ""),
        (None, ""),
        (999_999, ""),
        (cast.school.id, foreign_room.id),
        (cast.school.id, 999_999),
    ):
        form = await new_device_form(site, school_id, room_id=room_id)
        answer = await browser.post("/geraete", form)
        assert answer.status_code == 422, (school_id, room_id)
    async with site.database.session() as session:
        assert (await session.execute(select(DEVICE.c.id))).all() == []


async def test_card_is_corrected(site: Site, cast: Cast) -> None:
    async with site.database.session() as session:
        device = await a_device(session, school_id=cast.school.id, serial="ALT1")
    browser = site.as_(cast.technician)
    form = await browser.get(f"/geraete/{device.id}/bearbeiten")
    assert 'value="ALT1"' in form.text
    answer = await browser.post(
        f"/geraete/{device.id}/bearbeiten", card_of(device, serial="neu-2", note="geputzt")
    )
    assert answer.status_code == 303
    changed = await one(site, device.id)
    assert (changed.serial, changed.serial_normalised, changed.note) == (
        "neu-2",
        "NEU2",
        "geputzt",
    )
    assert changed.delivered_on is None, "an emptied field is emptied"


async def test_stale_form_shows_what_is_written_now_and_changes_nothing(
    site: Site, cast: Cast
) -> None:
    async with site.database.session() as session:
        device = await a_device(session, school_id=cast.school.id)
    browser = site.as_(cast.technician)
    path = f"/geraete/{device.id}/bearbeiten"
    await browser.post(path, card_of(device, note="von Anna"))
    answer = await browser.post(path, card_of(device, note="von Ben"))
    assert answer.status_code == 422
    assert "inzwischen geändert" in answer.text
    assert "von Anna" in answer.text
    present = await one(site, device.id)
    assert f'name="version" value="{present.version}"' in answer.text
    assert present.note == "von Anna"


async def test_move_leaves_a_line_with_the_reason(site: Site, cast: Cast) -> None:
    async with site.database.session() as session:
        device = await a_device(session, school_id=cast.other_school.id)
        room: Room = await a_room(session, school_id=cast.school.id, number="A101")
    browser = site.as_(cast.admin)
    path = f"/geraete/{device.id}/umsetzen"
    assert "A101" in (await browser.get(path)).text
    place = {"version": device.version, "school_id": cast.school.id, "room_id": room.id}
    answer = await browser.post(path, {**place, "reason": "Tausch der Klassen"})
    assert answer.status_code == 303
    async with site.database.session() as session:
        moved = (await session.execute(select(RELOCATION))).one()
    assert (moved.from_school_id, moved.to_school_id, moved.to_room_id, moved.reason) == (
        cast.other_school.id,
        cast.school.id,
        room.id,
        "Tausch der Klassen",
    )
    page = await browser.get(f"/geraete/{device.id}", statements_at_most=9)
    assert "Umgesetzt nach EGY, Raum A101" in page.text
    present = await one(site, device.id)
    again = await browser.post(path, {**place, "version": present.version})
    assert "Dort steht das Gerät schon." in again.text


async def test_status_changes_with_a_reason_only(site: Site, cast: Cast) -> None:
    async with site.database.session() as session:
        device = await a_device(session, school_id=cast.school.id)
    browser = site.as_(cast.school_admin)
    path = f"/geraete/{device.id}/status"
    assert (await browser.get(path)).status_code == 200
    sent = {"version": device.version, "status": "in_repair"}
    for reason in ("", "x"):
        answer = await browser.post(path, {**sent, "reason": reason})
        assert answer.status_code == 422
    for status in ("disposed", "lent", "kaputt"):
        answer = await browser.post(path, {**sent, "status": status, "reason": "Display gerissen"})
        assert answer.status_code == 422, status
    answer = await browser.post(path, {**sent, "reason": "Display gerissen"})
    assert answer.status_code == 303
    page = await browser.get(f"/geraete/{device.id}", statements_at_most=9)
    assert "im Einsatz → in Reparatur: Display gerissen" in page.text


async def test_disposed_device_does_not_come_back_by_a_form(site: Site, cast: Cast) -> None:
    async with site.database.session() as session:
        device = await a_device(session, school_id=cast.school.id, status=DeviceStatus.DISPOSED)
    answer = await site.as_(cast.admin).post(
        f"/geraete/{device.id}/status",
        {"version": device.version, "status": "in_service", "reason": "doch noch da"},
    )
    assert answer.status_code == 422
    assert (await one(site, device.id)).status is DeviceStatus.DISPOSED


async def test_note_is_kept_and_escaped(site: Site, cast: Cast) -> None:
    async with site.database.session() as session:
        device = await a_device(session, school_id=cast.school.id)
    browser = site.as_(cast.technician)
    path = f"/geraete/{device.id}/notiz"
    assert (await browser.get(path)).status_code == 200
    assert (await browser.post(path, {"text": ""})).status_code == 422
    answer = await browser.post(path, {"text": "<b>Lüfter</b> laut"})
    assert answer.status_code == 303
    page = await browser.get(f"/geraete/{device.id}", statements_at_most=9)
    assert "&lt;b&gt;Lüfter&lt;/b&gt; laut" in page.text


@pytest.mark.parametrize("verb", ["bearbeiten", "umsetzen", "status", "notiz"])
async def test_verbs_are_refused_to_readers_strangers_and_unknown_visitors(
    site: Site, cast: Cast, verb: str
) -> None:
    async with site.database.session() as session:
        device = await a_device(session, school_id=cast.school.id)
    path = f"/geraete/{device.id}/{verb}"
    assert (await site.as_(cast.viewer).get(path)).status_code == 403
    assert (await site.as_(cast.viewer).post(path, {"text": "x"})).status_code == 403
    assert (await site.as_(cast.outsider).get(path)).status_code == 404
    assert (await site.as_(cast.outsider).post(path, {"text": "x"})).status_code == 404
    assert (await site.as_(None).get(path)).status_code == 303
    async with site.database.session() as session:
        assert (await session.execute(select(EVENT.c.id))).all() == []
