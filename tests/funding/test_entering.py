"""Typing an invoice: rows proposed from the order, sums that must agree, its check pages."""

from decimal import Decimal

from sqlalchemy import select
from tests.builders import a_delivery, a_supplier, an_order, an_order_line
from tests.cast import Cast
from tests.client import Site

from netzwart.database import Database
from netzwart.funding.pages.entering import InvoiceEntryForm, offered_rows
from netzwart.funding.purchase_tables import DeliveryLine, InvoiceLine

NEW = "/foerderung/rechnungen/neu"


def test_rows_are_as_many_as_are_used_and_some_more():
    assert list(offered_rows({})) == [1, 2, 3, 4]
    assert list(offered_rows({"text_5": "Tablet", "text_9": ""})) == list(range(1, 10))
    assert list(offered_rows({"text_60": "Tablet"})) == list(range(1, 61))


def test_row_far_down_is_taken():
    sent = {"number": "R-1", "supplier_id": "1", "issued_on": "2022-02-10"}
    row = {"text_40": "Tablet", "quantity_40": "2", "unit_net_40": "1,5", "vat_rate_40": "7"}
    form = InvoiceEntryForm.model_validate({**sent, **row, "order_line_40": "8"})
    [line] = form.lines
    assert (line.number, line.vat_rate, line.order_line_id) == (40, Decimal("0.07"), 8)


async def test_lines_are_proposed_from_order_and_delivery_and_must_be_the_total(
    site: Site, cast: Cast, database: Database
):
    async with database.session() as session:
        supplier = await a_supplier(session)
        order = await an_order(session, number="B-7", supplier_id=supplier.id)
        line = await an_order_line(session, order_id=order.id, text="Access Point AP-1")
        await an_order_line(session, order_id=order.id, text="Noch nicht da")
        delivery = await a_delivery(session, order_id=order.id)
        session.add(
            DeliveryLine(delivery_id=delivery.id, order_line_id=line.id, quantity=Decimal(4))
        )
    browser = site.as_(cast.funding_officer)
    page = (await browser.get(f"{NEW}?bestellung={order.id}")).text
    assert "Vorgeschlagen aus Bestellung B-7" in page
    assert 'value="Access Point AP-1"' in page
    assert "Noch nicht da" not in page
    assert (await browser.get(f"{NEW}?bestellung=4711")).status_code == 404
    typed = {
        "number": "R-7", "supplier_id": str(supplier.id), "issued_on": "2022-02-10",
        "kind": "invoice", "order_id": str(order.id), "order_line_1": str(line.id),
        "text_1": "Access Point AP-1", "quantity_1": "4", "unit_net_1": "500", "vat_rate_1": "19",
    }  # fmt: skip
    wrong = await browser.post("/foerderung/rechnungen", {**typed, "stated_total": "2.400,00"})
    assert wrong.status_code == 422
    assert "2.380,00" in wrong.text
    assert "2.400,00" in wrong.text
    right = await browser.post("/foerderung/rechnungen", {**typed, "stated_total": "2.380,00"})
    assert right.status_code == 303
    async with database.session(writing=False) as session:
        recorded = (await session.scalars(select(InvoiceLine))).one()
        assert recorded.order_line_id == line.id
    rest = (await browser.get(f"{NEW}?bestellung={order.id}")).text
    assert 'value="Access Point AP-1"' not in rest


async def test_every_check_has_its_page(site: Site, cast: Cast):
    browser = site.as_(cast.auditor)
    index = await browser.get("/foerderung/pruefungen")
    assert index.text.count("/foerderung/pruefungen/CHK-") == 32
    page = await browser.get("/foerderung/pruefungen/chk-14")
    assert "Was zu tun ist" in page.text
    assert (await browser.get("/foerderung/pruefungen/CHK-99")).status_code == 404
    assert (await site.as_(cast.technician).get("/foerderung/pruefungen")).status_code == 403
