"""Several lines decided at once, with what the word lists say; another person confirms them."""

import re
from typing import Any

from sqlalchemy import select
from tests.builders import a_measure, a_supplier
from tests.cast import Cast, a_person
from tests.client import Site

from netzwart.accounts.actors import SYSTEM
from netzwart.accounts.tables import Role
from netzwart.database import Database, table_of
from netzwart.funding import service
from netzwart.funding.forms import InvoiceForm
from netzwart.funding.pages.suggestions import suggestions_of
from netzwart.funding.purchase_tables import InvoiceLine
from netzwart.funding.queries import get_invoice_page

TEXTS = ("Access Point AP-1", "Montage der Access Points", "Wartung für drei Jahre", "Kabel")


async def _an_invoice(database: Database) -> int:
    async with database.session() as session:
        measure = await a_measure(session)
        supplier = await a_supplier(session)
        lines = [
            {"number": number, "text": text, "quantity": "1", "unit_net": "100",
             "vat_rate": "0.19", "shares": [{"measure_id": measure.id, "weight": "1"}]}
            for number, text in enumerate(TEXTS, 1)
        ]  # fmt: skip
        lines[3]["shares"] = []
        form = InvoiceForm.model_validate(
            {"number": "R-1", "supplier_id": supplier.id, "issued_on": "2022-02-10", "lines": lines}
        )
        return (await service.record_invoice(session, form, SYSTEM)).id


async def _lines(database: Database) -> list[InvoiceLine]:
    async with database.session(writing=False) as session:
        table = table_of(InvoiceLine)
        return list((await session.scalars(select(InvoiceLine).order_by(table.c.number))).all())


async def test_word_lists_suggest_and_do_not_decide(sqlite_database: Database):
    invoice_id = await _an_invoice(sqlite_database)
    async with sqlite_database.session(writing=False) as session:
        page = await get_invoice_page(session, invoice_id, SYSTEM)
    spoken = suggestions_of(page)
    by_text = {line.text: spoken.get(line.id) for line in page.invoice.lines}
    assert by_text["Kabel"] is None  # no measure bears it, so there is nothing to decide
    for text in TEXTS[:2]:
        found = by_text[text]
        assert found is not None
        assert found.is_eligible
    against = by_text["Wartung für drei Jahre"]
    assert against is not None
    assert (against.is_eligible, against.word) == (False, "Wartung")
    assert "DPS-NRW-2019" in against.reason
    assert all(line.is_eligible is None for line in page.invoice.lines)


async def test_several_lines_are_decided_with_one_reason_and_confirmed_by_another(
    site: Site, cast: Cast, database: Database
):
    invoice_id = await _an_invoice(database)
    address = f"/foerderung/rechnungen/{invoice_id}"
    browser = site.as_(cast.funding_officer)
    page = (await browser.get(address, statements_at_most=12)).text
    assert "Die Wortlisten sprechen dagegen" in page
    assert len(re.findall(r'name="line_ids"[^>]* checked', page)) == 2
    first, second, third, _ = await _lines(database)
    sent = {"line_ids": [str(first.id), str(second.id)], "is_eligible": "true"}
    without = await browser.post(f"{address}/entscheidungen", sent)
    assert (without.status_code, "braucht eine Begründung" in without.text) == (422, True)
    none = await browser.post(f"{address}/entscheidungen", {"is_eligible": "true", "reason": "x"})
    assert none.status_code == 422
    foreign = {**sent, "line_ids": [str(first.id), "99999"], "reason": "WLAN"}
    assert (await browser.post(f"{address}/entscheidungen", foreign)).status_code == 404
    right = await browser.post(f"{address}/entscheidungen", {**sent, "reason": "WLAN"})
    assert right.status_code == 303
    first, second, third, _ = await _lines(database)
    assert [one.is_eligible for one in (first, second, third)] == [True, True, None]
    moments = [one.decided_at.isoformat() for one in (first, second) if one.decided_at]
    seen = {"line_ids": [str(first.id), str(second.id)], "decided_at": moments}
    assert (await browser.post(f"{address}/bestaetigungen", seen)).status_code == 409
    other = site.as_(await _second_officer(database))
    assert "Alle 2 bestätigen" in (await other.get(address)).text
    assert (await other.post(f"{address}/bestaetigungen", seen)).status_code == 303
    first, second, *_ = await _lines(database)
    assert first.confirmed_by_id is not None
    assert second.confirmed_by_id == first.confirmed_by_id
    for path in ("entscheidungen", "bestaetigungen"):
        assert (await site.as_(cast.auditor).post(f"{address}/{path}", {})).status_code == 403


async def _second_officer(database: Database) -> Any:
    async with database.session() as session:
        return await a_person(session, Role.FUNDING_OFFICER, name="zwei")
