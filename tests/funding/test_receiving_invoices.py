"""E-invoices from a supplier's file to undecided lines: service, browser, import walk."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from tests.builders import a_device, a_measure, a_model, a_supplier, an_order, an_order_line
from tests.cast import Cast
from tests.client import Site
from tests.funding.electronic_invoices.samples import cii, hybrid_pdf, ubl

from netzwart.accounts.actors import SYSTEM
from netzwart.database import Database, table_of
from netzwart.documents.tables import Document
from netzwart.exchange.electronic_invoices import electronic_invoice_walk
from netzwart.exchange.problems import BrokenImportError
from netzwart.exchange.reading import ReadFile
from netzwart.exchange.service import apply_import, plan_import
from netzwart.funding.electronic_invoices import read_electronic_invoice
from netzwart.funding.forms import DeliveryForm, DeliveryLineForm
from netzwart.funding.purchase_tables import CostShare, Invoice, InvoiceLine, OrderShare, Supplier
from netzwart.funding.queries.invoiced_serials import list_undelivered_serials
from netzwart.funding.service import (
    match_electronic_invoice,
    record_delivery,
    record_electronic_invoice,
)
from netzwart.funding.service.invoicing import CreditNoteError, DuplicateInvoiceError
from netzwart.funding.service.receiving_invoices import ForeignCurrencyError

UPLOAD = "/foerderung/rechnungen/e-rechnung"


async def _ordered(session: AsyncSession) -> int:
    """Order what the sample invoices, split 3 : 1 over two measures; return the first measure."""
    supplier = await a_supplier(session, name="Musterhaus", vat_id="DE999999990")
    order = await an_order(session, number="B-2022-17", supplier_id=supplier.id)
    model = await a_model(session, part_number="R7J27A")
    line = await an_order_line(session, order_id=order.id, number=7, model_id=model.id)
    first, second = await a_measure(session), await a_measure(session)
    for measure, weight in ((first, 3), (second, 1)):
        session.add(
            OrderShare(order_line_id=line.id, measure_id=measure.id, weight=Decimal(weight))
        )
    await session.flush()
    return first.id


async def test_invoice_is_matched_by_vat_number_order_and_part_number(database: Database):
    async with database.session(keeping=False) as session:
        measure_id = await _ordered(session)
        received = await match_electronic_invoice(session, read_electronic_invoice(ubl()))
        assert received.supplier == "Musterhaus"
        assert received.order_id is not None
        assert received.remarks == ()
        invoice = await record_electronic_invoice(session, received, None, SYSTEM)
        lines = (
            await session.scalars(
                select(InvoiceLine)
                .where(table_of(InvoiceLine).c.invoice_id == invoice.id)
                .order_by(table_of(InvoiceLine).c.number)
            )
        ).all()
        assert [line.gross for line in lines] == [
            Decimal("24752.00"),
            Decimal("476.00"),
            Decimal("-119.00"),
        ]
        assert [line.is_eligible for line in lines] == [None, None, None]
        assert lines[0].order_line_id is not None
        shares = (
            await session.execute(
                select(table_of(CostShare).c.measure_id, table_of(CostShare).c.amount).order_by(
                    table_of(CostShare).c.measure_id
                )
            )
        ).all()
        assert [tuple(row) for row in shares] == [
            (measure_id, Decimal("18564.00")),
            (measure_id + 1, Decimal("6188.00")),
        ]
        assert (invoice.stated_total, invoice.buyer) == (
            Decimal("25109.00"),
            "Stadt Musterstadt",
        )


async def test_unknown_things_are_said_and_never_guessed(database: Database):
    async with database.session(keeping=False) as session:
        received = await match_electronic_invoice(session, read_electronic_invoice(cii()))
        assert (received.supplier_id, received.order_id) == (None, None)
        assert any("wird neu angelegt" in remark for remark in received.remarks)
        measure = await a_measure(session)
        await record_electronic_invoice(session, received, None, SYSTEM, measure.id)
        shares = table_of(CostShare)
        total = await session.scalar(select(func.sum(shares.c.amount)))
        assert total == Decimal("25109.00")
        again = read_electronic_invoice(ubl())
        with pytest.raises(DuplicateInvoiceError, match="schon erfasst"):
            await match_electronic_invoice(session, again)


async def test_serials_of_the_file_are_kept_and_offered_to_the_delivery(
    site: Site, cast: Cast, database: Database
):
    async with database.session() as session:
        await _ordered(session)
        received = await match_electronic_invoice(session, read_electronic_invoice(ubl()))
        invoice = await record_electronic_invoice(session, received, None, SYSTEM)
        order_id = received.order_id
        assert order_id is not None
        assert await list_undelivered_serials(session, order_id) == {7: ["CNXX0001"]}
    browser = site.as_(cast.funding_officer)
    unknown = (await browser.get(f"/foerderung/rechnungen/{invoice.id}")).text
    assert "1 Seriennummer auf der Rechnung, 1 nicht im Inventar" in unknown
    form = (await browser.get(f"/foerderung/bestellungen/{order_id}/lieferungen/neu")).text
    assert ">CNXX0001</textarea>" in form
    async with database.session() as session:
        model_id = received.lines[0].model_id
        device = await a_device(session, model_id=model_id, serial="cnxx-0001")
        delivered = DeliveryForm(
            order_id=order_id,
            note_number="LS-1",
            received_on=date(2022, 2, 1),
            lines=(DeliveryLineForm(order_line=7, quantity=Decimal(1), serials=("CNXX0001",)),),
        )
        await record_delivery(session, delivered, SYSTEM)
        assert await list_undelivered_serials(session, order_id) == {}
    page = (await browser.get(f"/foerderung/rechnungen/{invoice.id}")).text
    assert f'href="/geraete/{device.id}" title="{device.inventory_number}">CNXX0001</a>' in page
    assert "nicht im Inventar" not in page


async def test_other_currency_and_dangling_credit_note_are_refused(database: Database):
    async with database.session(keeping=False) as session:
        foreign = read_electronic_invoice(ubl(currency="CHF"))
        with pytest.raises(ForeignCurrencyError, match="CHF"):
            await match_electronic_invoice(session, foreign)
        credit = read_electronic_invoice(ubl(number="G-1", credit=True, corrects="R-0"))
        received = await match_electronic_invoice(session, credit)
        assert any("R-0 ist nicht erfasst" in remark for remark in received.remarks)
        with pytest.raises(CreditNoteError):
            await record_electronic_invoice(session, received, None, SYSTEM)


async def test_credit_note_finds_the_invoice_it_corrects(database: Database):
    async with database.session(keeping=False) as session:
        first = await match_electronic_invoice(session, read_electronic_invoice(ubl(number="R-1")))
        invoice = await record_electronic_invoice(session, first, None, SYSTEM)
        note = read_electronic_invoice(ubl(number="G-1", credit=True, corrects="R-1"))
        credited = await match_electronic_invoice(session, note)
        credit = await record_electronic_invoice(session, credited, None, SYSTEM)
        assert credit.cancels_id == invoice.id


async def test_browser_reads_shows_and_records_the_original(
    site: Site, cast: Cast, database: Database
):
    async with database.session() as session:
        await _ordered(session)
    browser = site.as_(cast.funding_officer)
    assert "XRechnung" in (await browser.get(UPLOAD)).text
    sent = {"file": ("rechnung.pdf", hybrid_pdf(cii()), "application/pdf")}
    answer = await browser.post(UPLOAD, files=sent)
    assert answer.status_code == 303
    address = answer.headers["location"]
    page = await browser.get(address)
    assert "25.109,00" in page.text
    assert "Access Point AP-635" in page.text
    assert (await browser.post(UPLOAD, files=sent)).headers["location"] == address
    recorded = await browser.post(address, {"measure_id": ""})
    assert recorded.status_code == 303
    invoice_page = await browser.get(recorded.headers["location"])
    assert "noch nicht entschieden" in invoice_page.text
    stored = await browser.get(f"{recorded.headers['location']}/beleg")
    assert stored.content == sent["file"][1]
    again = await browser.post(UPLOAD, files=sent)
    assert again.status_code == 422
    assert "schon als Rechnung erfasst" in again.text
    assert (await browser.get(address)).status_code == 409
    assert (await site.as_(cast.auditor).get(UPLOAD)).status_code == 403


async def test_browser_keeps_nothing_of_a_wrong_file(site: Site, cast: Cast, database: Database):
    browser = site.as_(cast.funding_officer)
    broken = ubl().replace(b"25109.00</cbc:TaxInc", b"25209.00</cbc:TaxInc")
    for content, sentence in ((broken, "25.209,00"), (b"<x/>", "keine E-Rechnung")):
        answer = await browser.post(UPLOAD, files={"file": ("x.xml", content)})
        assert answer.status_code == 422
        assert sentence in answer.text
    async with database.session(writing=False) as session:
        assert await session.scalar(select(func.count()).select_from(table_of(Document))) == 0


async def test_import_plans_without_trace_and_applies_with_the_file(
    database: Database, tmp_path: Path
):
    content = ubl()
    plan = await plan_import(
        database, electronic_invoice_walk(content, "r.xml", None, 20), ReadFile({}), b"key"
    )
    assert plan.counts()["create"] == 4
    assert "wird neu angelegt" in plan.rows[0].message
    async with database.session(writing=False) as session:
        assert await session.scalar(select(func.count()).select_from(table_of(Supplier))) == 0
    walk = electronic_invoice_walk(content, "r.xml", tmp_path, 20)
    applied = await apply_import(database, walk, ReadFile({}), b"key", SYSTEM, plan.plan_id)
    assert applied.plan_id == plan.plan_id
    async with database.session(writing=False) as session:
        invoice = (await session.scalars(select(Invoice))).one()
        document = await session.get_one(Document, invoice.document_id)
        assert (tmp_path / document.sha256[:2] / document.sha256).read_bytes() == content
    with pytest.raises(BrokenImportError) as twice:
        await apply_import(database, walk, ReadFile({}), b"key", SYSTEM)
    assert "schon erfasst" in str(twice.value.problems[0])
    with pytest.raises(BrokenImportError):
        electronic_invoice_walk(b"<x/>", "x.xml", None, 20)
