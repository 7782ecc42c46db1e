"""Typing an invoice: rows proposed from the order, sums that must agree, its check pages."""

from decimal import Decimal

from sqlalchemy import select
from tests.builders import (
    a_delivery,
    a_measure,
    a_supplier,
    an_invoice,
    an_order,
    an_order_line,
)
from tests.cast import Cast
from tests.client import Site

from netzwart.database import Database, table_of
from netzwart.funding.pages.entering import InvoiceEntryForm, line_field, offered_rows
from netzwart.funding.purchase_tables import CostShare, DeliveryLine, InvoiceLine, OrderShare

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


def test_row_keeps_the_orders_split_and_names_what_it_is_incidental_to():
    sent = {"number": "R-1", "supplier_id": "1", "issued_on": "2022-02-10"}
    rows = {
        "text_1": "Tablet", "quantity_1": "2", "unit_net_1": "100", "measure_1": "7:3,9:1",
        "text_2": "Lieferung", "quantity_2": "1", "unit_net_2": "10", "measure_2": "7",
        "belongs_2": "1, 3",
    }  # fmt: skip
    first, second = InvoiceEntryForm.model_validate({**sent, **rows}).lines
    assert [(one.measure_id, one.weight) for one in first.shares] == [(7, 3), (9, 1)]
    assert [(one.measure_id, one.weight) for one in second.shares] == [(7, 1)]
    assert second.incidental_to == (1, 3)
    assert line_field("lines.1.incidental_to") == "belongs_2"


async def test_lines_are_proposed_from_order_and_delivery_and_must_be_the_total(
    site: Site, cast: Cast, database: Database
):
    async with database.session() as session:
        supplier = await a_supplier(session)
        order = await an_order(session, number="B-7", supplier_id=supplier.id)
        line = await an_order_line(session, order_id=order.id, text="Access Point AP-1")
        await an_order_line(session, order_id=order.id, text="Noch nicht da")
        measures = [await a_measure(session) for _ in range(2)]
        session.add_all(
            OrderShare(order_line_id=line.id, measure_id=one.id, weight=Decimal(weight))
            for one, weight in zip(measures, (3, 1), strict=True)
        )
        delivery = await a_delivery(session, order_id=order.id)
        session.add(
            DeliveryLine(delivery_id=delivery.id, order_line_id=line.id, quantity=Decimal(4))
        )
    browser = site.as_(cast.funding_officer)
    page = (await browser.get(f"{NEW}?bestellung={order.id}")).text
    assert "Vorgeschlagen aus Bestellung B-7" in page
    assert 'value="Access Point AP-1"' in page
    assert "Noch nicht da" not in page
    split = f"{measures[0].id}:3,{measures[1].id}:1"
    assert f'<option value="{split}" selected>wie bestellt, auf 2 Maßnahmen' in page
    assert (await browser.get(f"{NEW}?bestellung=4711")).status_code == 404
    typed = {
        "number": "R-7", "supplier_id": str(supplier.id), "issued_on": "2022-02-10",
        "kind": "invoice", "order_id": str(order.id), "order_line_1": str(line.id),
        "text_1": "Access Point AP-1", "quantity_1": "4", "unit_net_1": "500", "vat_rate_1": "19",
        "measure_1": split,
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
        shares = (await session.scalars(select(table_of(CostShare).c.amount))).all()
        assert sorted(shares) == [Decimal("595.00"), Decimal("1785.00")]
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


async def test_credit_note_names_what_it_corrects_by_number(
    site: Site, cast: Cast, database: Database
):
    async with database.session() as session:
        supplier = await a_supplier(session)
        invoice = await an_invoice(session, supplier_id=supplier.id, number="R-1")
    browser = site.as_(cast.funding_officer)
    typed = {
        "number": "G-1", "supplier_id": str(supplier.id), "issued_on": "2022-03-10",
        "kind": "credit_note", "text_1": "Tablet zurück", "quantity_1": "-1",
        "unit_net_1": "100", "vat_rate_1": "19",
    }  # fmt: skip
    unknown = await browser.post("/foerderung/rechnungen", {**typed, "cancels": "R-9"})
    assert (unknown.status_code, "ist keine Rechnung R-9 erfasst" in unknown.text) == (422, True)
    without = await browser.post("/foerderung/rechnungen", typed)
    assert (without.status_code, "nennt die Rechnung" in without.text) == (422, True)
    right = await browser.post("/foerderung/rechnungen", {**typed, "cancels": "R-1"})
    assert right.status_code == 303
    shown = (await browser.get(right.headers["location"], statements_at_most=12)).text
    assert f'<a href="/foerderung/rechnungen/{invoice.id}">Rechnung R-1</a>' in shown
