"""Order, delivery, invoice and payment, each on its page, with what is missing between them."""

import re
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select
from tests.builders import (
    a_cost_share,
    a_delivery,
    a_device,
    a_grant,
    a_measure,
    a_model,
    a_payment,
    a_supplier,
    an_invoice,
    an_invoice_line,
    an_order,
    an_order_line,
)
from tests.cast import Cast, a_person
from tests.client import Browser, Site

from netzwart.accounts.tables import AuditEvent, Role
from netzwart.database import Database, table_of
from netzwart.funding.purchase_tables import DeliveredSerial, Order, Supplier

LISTS = (
    "/foerderung/bestellungen",
    "/foerderung/lieferungen",
    "/foerderung/rechnungen",
    "/foerderung/zahlungen",
)
ORDER = {
    "number": "B-77",
    "ordered_on": "2022-01-10",
    "supplier": "Neues Systemhaus GmbH",
    "text_1": "Access Point",
    "quantity_1": "4",
    "unit_net_1": "520,00",
    "vat_rate_1": "19",
    "text_3": "Montage",
    "quantity_3": "1",
    "unit_net_3": "100,00",
    "vat_rate_3": "19",
}


def plain(text: str) -> str:
    """Return the words of a page, without marks and no-break spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text).replace("\xa0", " "))


async def ordered(browser: Browser, database: Database) -> tuple[str, int]:
    """Order four devices and their mounting; return the order's address and the model's id."""
    async with database.session() as session:
        model = await a_model(session, name="AP-635")
    answer = await browser.post("/foerderung/bestellungen", {**ORDER, "model_id_1": str(model.id)})
    assert answer.status_code == 303, plain(answer.text)
    return answer.headers["location"], model.id


async def test_lists_are_shown_to_readers_refused_to_others_and_say_what_to_do_when_empty(
    site: Site, cast: Cast
):
    for path in LISTS:
        for person in (cast.funding_officer, cast.auditor, cast.admin):
            page = await site.as_(person).get(path)
            assert page.status_code == 200
            assert "Noch keine" in page.text
        for person in (cast.viewer, cast.technician):
            assert (await site.as_(person).get(path)).status_code == 403
        wrong = await site.as_(cast.auditor).get(f"{path}?missing=alles&nonsense=1")
        assert wrong.status_code == 400
        assert (await site.as_(cast.auditor).get(f"{path}?cursor=quark")).status_code == 400
        assert (await site.as_(cast.auditor).get(f"{path}?grant=-1")).status_code == 400


async def test_order_is_delivered_invoiced_and_paid_and_each_gap_closes(
    site: Site, cast: Cast, database: Database
):
    browser = site.as_(cast.funding_officer)
    order, model_id = await ordered(browser, database)
    page = plain((await browser.get(order)).text)
    assert "4 von 4 nicht geliefert" in page  # the mounting does not arrive
    assert "2.594,20 €" in page  # 4 x 520.00 x 1.19 + 119.00
    form = await browser.get(f"{order}/lieferungen/neu")
    assert 'value="4"' in form.text
    delivered = {
        "note_number": "LS-9",
        "received_on": "2022-02-01",
        "quantity_1": "4",
        "serials_1": "SN-1\nSN-2,SN-3",
        "quantity_3": "1",
    }
    answer = await browser.post(f"{order}/lieferungen", delivered)
    assert answer.status_code == 303, plain(answer.text)
    delivery = answer.headers["location"]
    assert "1 von 4 ohne Seriennummer" in plain((await browser.get(delivery)).text)
    page = plain((await browser.get(order)).text)
    assert "1 von 4 ohne Seriennummer" in page
    assert "4 von 4 nicht im Inventar" in page
    assert "geliefert, aber keine Rechnung" in page
    listed = plain((await browser.get("/foerderung/bestellungen?missing=invoice")).text)
    assert "B-77" in listed
    async with database.session() as session:
        found = (await session.scalars(select(Order))).one()
        invoice = await an_invoice(session, order_id=found.id, supplier_id=found.supplier_id)
        line = await an_invoice_line(session, invoice_id=invoice.id, gross=Decimal("2594.20"))
        await a_cost_share(session, invoice_line_id=line.id, amount=Decimal("2594.20"))
        for number in range(1, 5):
            await a_device(
                session, serial=f"SN-{number}", model_id=model_id, invoice_line_id=line.id
            )
    page = plain((await browser.get(order)).text)
    assert "2.594,20 € noch nicht bezahlt" in page
    assert "keine Rechnung" not in page
    paid = {"receipt_number": "K-1", "paid_on": "2022-02-20", "amount": "2.594,20"}
    answer = await browser.post(f"/foerderung/rechnungen/{invoice.id}/zahlungen", paid)
    assert answer.status_code == 303
    page = plain((await browser.get(order)).text)
    assert "noch nicht bezahlt" not in page
    assert "K-1" in page


async def test_serials_that_were_missing_are_added_and_devices_tied(
    site: Site, cast: Cast, database: Database
):
    browser = site.as_(cast.funding_officer)
    order, model_id = await ordered(browser, database)
    async with database.session() as session:
        device = await a_device(session, serial="SN-4", model_id=model_id)
    delivered = {"note_number": "LS-9", "received_on": "2022-02-01", "quantity_1": "4"}
    answer = await browser.post(f"{order}/lieferungen", delivered)
    delivery = answer.headers["location"]
    page = await browser.get(delivery)
    found = re.search(r'action="([^"]+/seriennummern)"', page.text)
    assert found is not None
    for text, message in (
        ("SN-1 SN-1", "steht zweimal"),
        ("A B C D E", "5 Seriennummern für 4 Stück"),
        ("   ", "Mindestens 1"),
    ):
        refused = await browser.post(found[1], {"serials": text})
        assert refused.status_code == 422
        assert message in plain(refused.text)
    assert (await browser.post(found[1], {"serials": "SN-1\nSN-4"})).status_code == 303
    page = plain((await browser.get(delivery)).text)
    assert "2 von 4 ohne Seriennummer" in page
    assert device.inventory_number in page
    async with database.session(writing=False) as session:
        serials = (await session.scalars(select(table_of(DeliveredSerial).c.serial))).all()
        event = (
            await session.scalars(
                select(AuditEvent).where(table_of(AuditEvent).c.action == "serials_recorded")
            )
        ).one()
    assert sorted(serials) == ["SN-1", "SN-4"]
    assert event.changes == {"serials": [None, 2]}
    assert (
        await browser.post(f"{delivery}/positionen/999/seriennummern", {"serials": "X"})
    ).status_code == 404


async def test_wrong_orders_and_deliveries_come_back_with_messages_and_what_was_typed(
    site: Site, cast: Cast, database: Database
):
    browser = site.as_(cast.funding_officer)
    for changed, message in (
        ({"supplier": ""}, "Die Angabe fehlt"),
        ({"quantity_1": "viele"}, "Hier wird eine Zahl erwartet"),
        ({"text_1": "", "text_3": "", "unit_net_1": "", "unit_net_3": ""}, "Mindestens 1"),
        ({"ordered_on": "gestern"}, "Hier wird ein Tag erwartet"),
        ({"vat_rate_1": "190"}, "Position 1"),
    ):
        refused = await browser.post("/foerderung/bestellungen", {**ORDER, **changed})
        assert refused.status_code == 422, changed
        assert message in plain(refused.text) or message in refused.text, changed
        assert 'value="B-77"' in refused.text
    order, _ = await ordered(browser, database)
    again = await browser.post("/foerderung/bestellungen", {**ORDER, "supplier": "Anderes"})
    assert "Eine Bestellung mit dieser Nummer gibt es schon" in again.text
    async with database.session(writing=False) as session:
        names = (await session.scalars(select(table_of(Supplier).c.name))).all()
    assert "Anderes" not in names  # the refusal left no supplier behind
    nothing = {"note_number": "LS-1", "received_on": "2022-02-01", "quantity_1": "0"}
    refused = await browser.post(f"{order}/lieferungen", nothing)
    assert refused.status_code == 422
    many = {**nothing, "quantity_1": "1", "serials_1": "A B"}
    refused = await browser.post(f"{order}/lieferungen", many)
    assert "2 Seriennummern für 1 Stück" in plain(refused.text)
    assert "error-serials_1" in refused.text


async def test_procurement_facts_and_delivery_notes_are_corrected_with_a_trace(
    site: Site, cast: Cast, database: Database
):
    browser = site.as_(cast.funding_officer)
    order, _ = await ordered(browser, database)
    assert 'value="2022-01-10"' in (await browser.get(f"{order}/bearbeiten")).text
    facts = {"ordered_on": "2022-01-11", "procedure": "open", "offers_received": "3"}
    assert (await browser.post(f"{order}/bearbeiten", facts)).status_code == 303
    page = plain((await browser.get(order)).text)
    assert "Öffentliche Ausschreibung" in page
    async with database.session(writing=False) as session:
        event = (
            await session.scalars(
                select(AuditEvent).where(table_of(AuditEvent).c.action == "order_changed")
            )
        ).one()
    assert event.changes["ordered_on"] == ["2022-01-10", "2022-01-11"]
    assert event.changes["procedure"] == [None, "open"]
    refused = await browser.post(f"{order}/bearbeiten", {**facts, "offers_received": "-1"})
    assert refused.status_code == 422
    delivered = {"note_number": "LS-9", "received_on": "2022-02-01", "quantity_1": "4"}
    delivery = (await browser.post(f"{order}/lieferungen", delivered)).headers["location"]
    change = {"note_number": "LS-10", "received_on": "2022-02-02"}
    assert (await browser.post(delivery, change)).status_code == 303
    assert "LS-10" in (await browser.get(delivery)).text


async def test_payment_form_proposes_what_is_open_less_the_discount_of_these_days(
    site: Site, cast: Cast, database: Database, monkeypatch: pytest.MonkeyPatch
):
    async with database.session() as session:
        invoice = await an_invoice(
            session, discount_rate=Decimal("0.02"), discount_days=14, issued_on=date(2022, 2, 10)
        )
        line = await an_invoice_line(session, invoice_id=invoice.id)
        await a_cost_share(session, invoice_line_id=line.id)
    browser = site.as_(cast.funding_officer)
    address = f"/foerderung/rechnungen/{invoice.id}/zahlungen/neu"
    for day, amount in ((date(2022, 2, 24), "5.831,00"), (date(2022, 2, 25), "5.950,00")):
        monkeypatch.setattr("netzwart.funding.pages.payments.today", lambda day=day: day)
        page = await browser.get(address)
        assert f'value="{amount}"' in page.text
        assert 'data-rest-of="5950.00"' in page.text
    assert "Die Frist ist vorbei" in page.text
    assert (await site.as_(cast.auditor).get(address)).status_code == 403


async def test_payment_page_adds_up_and_hides_what_other_grants_bear(
    site: Site, database: Database
):
    async with database.session() as session:
        invoice = await an_invoice(session)
        line = await an_invoice_line(session, invoice_id=invoice.id)
        mine = await a_measure(session, key="meine-massnahme")
        other = await a_measure(session, key="fremde-massnahme")
        for measure, amount in ((mine, "4000.00"), (other, "1950.00")):
            await a_cost_share(
                session,
                invoice_line_id=line.id,
                measure_id=measure.id,
                amount=Decimal(amount),
            )
        payment = await a_payment(session, invoice_id=invoice.id)
        limited = await a_person(session, Role.AUDITOR, name="eng", grant_id=mine.grant_id)
        blind = await a_person(
            session, Role.AUDITOR, name="blind", grant_id=(await a_grant(session)).id
        )
    for path in (f"/foerderung/zahlungen/{payment.id}", f"/foerderung/rechnungen/{invoice.id}"):
        page = plain((await site.as_(limited).get(path)).text)
        assert "meine-massnahme" in page
        assert "andere Mittel" in page
        assert "fremde-massnahme" not in page
        assert (await site.as_(blind).get(path)).status_code == 404
    assert "4.000,00 €" in plain(
        (await site.as_(limited).get(f"/foerderung/zahlungen/{payment.id}")).text
    )


async def test_other_grants_orders_and_deliveries_do_not_exist_for_a_limited_auditor(
    site: Site, cast: Cast, database: Database
):
    async with database.session() as session:
        order = await an_order(session, number="FREMD-1")
        delivery = await a_delivery(session, order_id=order.id, note_number="FREMD-LS")
        grant = await a_grant(session)
        limited = await a_person(session, Role.AUDITOR, name="eng", grant_id=grant.id)
    browser = site.as_(limited)
    for path in (
        f"/foerderung/bestellungen/{order.id}",
        f"/foerderung/lieferungen/{delivery.id}",
    ):
        assert (await browser.get(path)).status_code == 404
        assert (await site.as_(cast.auditor).get(path)).status_code == 200
    for path in LISTS:
        assert "FREMD" not in (await browser.get(path)).text


@pytest.mark.parametrize("path", LISTS)
async def test_lists_page_by_key_and_statements_do_not_grow(
    site: Site, cast: Cast, database: Database, path: str
):
    async with database.session() as session:
        supplier = await a_supplier(session)
        model = await a_model(session)
        for _ in range(52):
            order = await an_order(session, supplier_id=supplier.id)
            await an_order_line(session, order_id=order.id, model_id=model.id)
            await a_delivery(session, order_id=order.id)
            invoice = await an_invoice(session, order_id=order.id, supplier_id=supplier.id)
            await an_invoice_line(session, invoice_id=invoice.id)
            await a_payment(session, invoice_id=invoice.id)
    browser = site.as_(cast.funding_officer)
    first = await browser.get(path)
    statements = len(browser.statements)
    assert first.text.count('<tr><th scope="row"') == 50
    onwards = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert onwards is not None
    second = await browser.get(onwards[1].replace("&amp;", "&"))
    assert second.text.count('<tr><th scope="row"') == 2
    assert len(browser.statements) == statements <= 8
    shown = set(re.findall(rf'<th scope="row"[^>]*><a href="{path}/(\d+)"', first.text))
    assert not shown & set(re.findall(rf'<a href="{path}/(\d+)"', second.text))
    table = await browser.get(f"{path}?q=gibtesnicht", htmx=True)
    assert "Nichts gefunden" in table.text
    assert "<html" not in table.text
    for wanted in (
        ("number", "-number", "supplier", "day") if "zahlungen" not in path else ("number",)
    ):
        assert (await browser.get(f"{path}?sort={wanted}")).status_code == 200


@pytest.mark.parametrize("missing", ["delivery", "serial", "invoice", "payment"])
async def test_orders_are_filtered_by_what_is_missing_as_the_page_says_it(
    site: Site, cast: Cast, database: Database, missing: str
):
    async with database.session() as session:
        model = await a_model(session)
        fresh = await an_order(session, number="FRISCH")
        await an_order_line(session, order_id=fresh.id, model_id=model.id)
        came = await an_order(session, number="GEKOMMEN")
        line = await an_order_line(session, order_id=came.id, model_id=model.id, number=1)
        del line
        billed = await an_order(session, number="BERECHNET")
        await an_order_line(session, order_id=billed.id)
        invoice = await an_invoice(session, order_id=billed.id)
        await an_invoice_line(session, invoice_id=invoice.id)
    browser = site.as_(cast.funding_officer)
    note = {"note_number": "LS", "received_on": "2022-02-01", "quantity_1": "10", "serials_1": "A"}
    assert (
        await browser.post(f"/foerderung/bestellungen/{came.id}/lieferungen", note)
    ).status_code == 303
    page = (await browser.get(f"/foerderung/bestellungen?missing={missing}")).text
    expected = {
        "delivery": {"FRISCH"},
        "serial": {"GEKOMMEN"},
        "invoice": {"GEKOMMEN"},
        "payment": {"BERECHNET"},
    }[missing]
    assert {name for name in ("FRISCH", "GEKOMMEN", "BERECHNET") if name in page} == expected
