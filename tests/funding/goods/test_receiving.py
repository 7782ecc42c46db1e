"""Cartons become devices: partial, twice, for others; on both databases."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from tests.builders import a_device, a_manufacturer, a_model, an_order, an_order_line
from tests.cast import Cast
from tests.client import Site

from netzwart.accounts.csrf import CSRF_HEADER
from netzwart.database import Database
from netzwart.funding.goods.queries import get_receipt, list_receivable
from netzwart.funding.goods.receiving import ReceiptForm, ReceiptRefusedError, receive_goods
from netzwart.funding.purchase_tables import Order, OrderLine
from netzwart.inventory.queries import DEVICE
from netzwart.inventory.tables import DeviceStatus


async def an_open_order(database: Database) -> tuple[Order, OrderLine]:
    async with database.session() as session:
        maker = await a_manufacturer(session, name="Aruba")
        model = await a_model(
            session, manufacturer_id=maker.id, name="AP-635", part_number="R7J27A"
        )
        await a_model(session, manufacturer_id=maker.id, name="AP-515", part_number="Q9H62A")
        order = await an_order(session, number="B-17")
        line = await an_order_line(
            session, order_id=order.id, number=1, model_id=model.id, quantity=3
        )
        await an_order_line(session, order_id=order.id, number=2, text="Montage", quantity=2)
    return order, line


def a_form(school_id: int | None, *serials: str, **given: Any) -> ReceiptForm:
    return ReceiptForm(
        **{
            "serials": {1: list(serials)} if serials else {},
            "pieces": {},
            "note_number": "LS-1",
            "received_on": date(2026, 11, 27),
            "school_id": school_id,
            **given,
        }
    )


async def test_partial_deliveries_make_devices_with_numbers(database: Database, cast: Cast) -> None:
    order, line = await an_open_order(database)
    actor = cast.admin.actor
    async with database.session() as session:
        await receive_goods(session, actor, order.id, a_form(cast.school.id, "CN1", "CN2"))
    async with database.session() as session:
        receipt = await get_receipt(session, order.id, None)
        assert [one.expected.open for one in receipt.lines] == [1, 2]
        again = a_form(cast.school.id, "CN2", note_number="LS-2")
        with pytest.raises(ReceiptRefusedError, match="CN2 kam schon"):
            await receive_goods(session, actor, order.id, again)
    async with database.session() as session:
        last = a_form(cast.school.id, "CN3", note_number="LS-2", pieces={2: 2})
        await receive_goods(session, actor, order.id, last)
        assert await list_receivable(session, None) == []
        rows = (await session.execute(select(DEVICE).order_by(DEVICE.c.inventory_number))).all()
    assert [row.inventory_number for row in rows] == [f"EGY-26-000{n}" for n in (1, 2, 3)]
    assert {(row.order_line_id, row.status, row.school_id) for row in rows} == {
        (line.id, DeviceStatus.IN_STORAGE, cast.school.id)
    }


async def test_device_that_is_in_the_record_joins_and_is_not_made_twice(
    database: Database, cast: Cast
) -> None:
    order, line = await an_open_order(database)
    async with database.session() as session:
        known = await a_device(session, model_id=line.model_id, serial="CN7")
        await receive_goods(session, cast.admin.actor, order.id, a_form(cast.school.id, "cn-7"))
        rows = (await session.execute(select(DEVICE.c.id, DEVICE.c.order_line_id))).all()
    assert rows == [(known.id, line.id)]


async def test_what_a_browser_may_not_send_is_refused(database: Database, cast: Cast) -> None:
    order, _ = await an_open_order(database)
    for form, field in (
        (a_form(cast.school.id), "code"),
        (a_form(cast.school.id, "A1", "A2", "A3", "A4"), "code"),
        (a_form(cast.school.id, "A1", "a-1"), "code"),
        (a_form(cast.school.id, "A1", note_number=""), "note_number"),
        (a_form(cast.school.id, "A1", received_on=None), "received_on"),
        (a_form(None, "A1"), "school_id"),
        (a_form(cast.school.id, "A1", pieces={2: 3}), "pieces_2"),
        (a_form(cast.school.id, "A1", pieces={9: 1}), "pieces_9"),
    ):
        async with database.session() as session:
            with pytest.raises(ReceiptRefusedError) as refused:
                await receive_goods(session, cast.admin.actor, order.id, form)
        assert field in refused.value.fields, form


async def test_scans_are_judged_at_once_and_booked(site: Site, cast: Cast) -> None:
    order, _ = await an_open_order(site.database)
    browser = site.as_(cast.admin)
    assert "B-17" in (await browser.get("/wareneingang")).text
    here = f"/wareneingang/{order.id}"
    assert "0 von 3, 3 fehlen" in (await browser.get(here)).text
    for code, sentence in (
        ("CN1", "CN1: 1 von 3."),
        ("AP-515", "Aruba AP-515 ist hier nicht bestellt."),
        ("R7J27A", "Position 1: Aruba AP-635."),
        ("n/a", "Das ist keine Seriennummer."),
    ):
        # As HTMX sends it: the whole form with its token, and the token in a header as well.
        answer = await browser.post(
            f"{here}/scan",
            {"code": code, "note_number": "", "received_on": "2026-11-27", "school_id": ""},
            htmx=True,
            headers={CSRF_HEADER: cast.admin.actor.csrf_token},
        )
        assert answer.status_code == 200
        assert sentence in answer.text, code
    double = {"code": "cn1", "serial_1": "CN1", "line": "1"}
    page = await browser.post(f"{here}/scan", double)
    assert "cn1 ist schon gescannt." in page.text
    assert 'name="serial_1" value="CN1" checked' in page.text
    booking = {
        "code": "",
        "serial_1": ["CN1", "CN2"],
        "note_number": "LS-1",
        "received_on": "2026-11-27",
        "school_id": str(cast.school.id),
        "room_id": "",
    }
    refused = await browser.post(here, {**booking, "note_number": ""})
    assert refused.status_code == 422
    answer = await browser.post(here, booking)
    assert answer.status_code == 303, answer.text
    assert "EGY-26-0002" in (await browser.get(answer.headers["location"])).text


async def test_orders_of_other_schools_are_not_there(site: Site, cast: Cast) -> None:
    order, _ = await an_open_order(site.database)
    browser = site.as_(cast.school_admin)
    assert "Keine Lieferung erwartet" in (await browser.get("/wareneingang")).text
    assert (await browser.get(f"/wareneingang/{order.id}")).status_code == 404
    assert (await site.as_(cast.viewer).get("/wareneingang")).status_code == 403
