"""The path of one euro: recorded, split, decided by two, paid; on both databases."""

from collections.abc import AsyncGenerator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from tests.builders import (
    a_device,
    a_grant,
    a_measure,
    a_model,
    a_school,
    a_supplier,
    an_invoice,
    an_order,
    an_order_line,
)
from tests.cast import Cast

from netzwart.accounts.actors import SYSTEM
from netzwart.accounts.tables import AuditEvent
from netzwart.database import Database, table_of
from netzwart.funding import service
from netzwart.funding.forms import (
    DecisionForm,
    DeliveryForm,
    DrawdownForm,
    GrantForm,
    InvoiceForm,
    MeasureForm,
    OrderForm,
    PaymentForm,
    RuleOverrideForm,
)
from netzwart.funding.programmes.loading import UnknownRuleValueError
from netzwart.funding.purchase_tables import CostShare, Invoice, InvoiceLine
from netzwart.funding.service.deciding import (
    DecisionNeedsPersonError,
    NothingToConfirmError,
    ReasonMissingError,
    SamePersonError,
)
from netzwart.funding.service.drawing_down import DrawdownExceedsGrant, DrawdownTooEarlyError
from netzwart.funding.service.granting import AwardAboveCostsError, UnknownCategoryError
from netzwart.funding.service.invoicing import (
    CreditNoteError,
    DuplicateInvoiceError,
    PaymentError,
    line_gross,
)
from netzwart.funding.service.ordering import SerialsDoNotFitError
from netzwart.funding.service.splitting import SharesDoNotSumError
from netzwart.inventory.tables import Device

LINE = {"number": 1, "text": "Tablet", "quantity": "10", "unit_net": "100", "vat_rate": "0.19"}


@pytest.fixture
async def session(database: Database) -> AsyncGenerator[AsyncSession]:
    async with database.session(keeping=False) as opened:
        yield opened


async def _invoice_form(session: AsyncSession, *shares: dict[str, Any], **given: Any):
    supplier = given.pop("supplier_id", None) or (await a_supplier(session)).id
    line = {**LINE, **given.pop("line", {}), "shares": shares}
    values = {"number": "R-1", "supplier_id": supplier, "issued_on": "2022-02-10", "lines": [line]}
    return InvoiceForm.model_validate({**values, **given})


async def _shares(session: AsyncSession) -> dict[int, Decimal]:
    shares = table_of(CostShare)
    rows = await session.execute(select(shares.c.measure_id, shares.c.amount))
    return {row.measure_id: row.amount for row in rows}


async def _count(session: AsyncSession, action: str) -> int:
    audit = table_of(AuditEvent)
    counted = select(func.count()).select_from(audit).where(audit.c.action == action)
    return await session.scalar(counted) or 0


def test_line_is_rounded_once_with_its_tax():
    assert line_gross(Decimal(3), Decimal("0.335"), Decimal("0.19")) == Decimal("1.20")
    assert line_gross(Decimal(-1), Decimal("0.35"), Decimal("0.10")) == Decimal("-0.39")


async def test_grant_and_measure_are_recorded_in_their_programmes_words(session: AsyncSession):
    form = GrantForm.model_validate(
        {
            "number": "48.02-1",
            "programme": "DigitalPakt Schule NRW",
            "authority": "Erfundene Behörde",
            "issued_on": "2021-11-02",
            "approved_amount": "750.870,00",
            "eligible_planned": "834300.00",
            "funding_rate": "0,9",
            "plan": [
                {"category": "it_grundstruktur", "total": "834300.00", "eligible": "834300.00"}
            ],
        }
    )
    grant = await service.record_grant(session, form, SYSTEM)
    assert (grant.programme, grant.approved_amount) == ("DPS-NRW-2019", Decimal("750870.00"))
    measure = {"key": "m", "grant_id": grant.id, "title": "WLAN", "category": "it_grundstruktur"}
    recorded = await service.record_measure(session, MeasureForm.model_validate(measure), SYSTEM)
    assert recorded.grant_id == grant.id
    with pytest.raises(UnknownCategoryError, match="Bekannt sind: it_grundstruktur"):
        await service.record_measure(
            session, MeasureForm.model_validate(measure | {"category": "kaffee"}), SYSTEM
        )
    too_much = form.model_copy(update={"approved_amount": Decimal(900_000)})
    with pytest.raises(AwardAboveCostsError):
        await service.record_grant(session, too_much, SYSTEM)
    assert await _count(session, "grant_recorded") == 1


async def test_notice_wins_over_the_programme_but_only_where_it_has_a_value(session: AsyncSession):
    grant = await a_grant(session)
    form = RuleOverrideForm(key="earmark.years", value="7", reason="Bescheid Nr. 4")
    assert (await service.override_rule(session, grant, form, SYSTEM)).value == "7"
    with pytest.raises(UnknownRuleValueError, match=r"earmark\.years"):
        await service.override_rule(
            session, grant, form.model_copy(update={"key": "earmark.yers"}), SYSTEM
        )


async def test_amounts_are_never_binary_floats():
    with pytest.raises(ValidationError):
        InvoiceForm.model_validate(
            {
                "number": "R",
                "supplier_id": 1,
                "issued_on": "2022-02-10",
                "lines": [{**LINE, "unit_net": 0.1}],
            }
        )


async def test_weights_split_a_line_to_the_cent_ties_to_the_lower_school(session: AsyncSession):
    schools = [await a_school(session) for _ in range(3)]
    measures = [await a_measure(session, school_id=school.id) for school in schools]
    shares = [{"measure_id": measure.id, "weight": "1"} for measure in reversed(measures)]
    form = await _invoice_form(
        session, *shares, line={"quantity": "1", "unit_net": "100", "vat_rate": "0"}
    )
    await service.record_invoice(session, form, SYSTEM)
    found = await _shares(session)
    assert [found[measure.id] for measure in measures] == [
        Decimal("33.34"),
        Decimal("33.33"),
        Decimal("33.33"),
    ]


async def test_shares_that_do_not_sum_are_refused_with_the_numbers(session: AsyncSession):
    measure = await a_measure(session)
    form = await _invoice_form(session, {"measure_id": measure.id, "amount": "1.189,99"})
    with pytest.raises(SharesDoNotSumError) as refused:
        await service.record_invoice(session, form, SYSTEM)
    assert "1.190,00" in refused.value.message
    assert "1.189,99" in refused.value.message
    assert "0,01" in refused.value.message
    assert set(refused.value.fields) == {"lines.0.shares"}
    mixed = [
        {"measure_id": measure.id, "amount": "1190.00"},
        {"measure_id": (await a_measure(session)).id, "weight": "1"},
    ]
    with pytest.raises(SharesDoNotSumError, match="alle als Betrag oder alle als Gewicht"):
        await service.record_invoice(session, await _invoice_form(session, *mixed), SYSTEM)


async def test_duplicate_invoice_is_refused_and_another_suppliers_is_not(session: AsyncSession):
    form = await _invoice_form(session)
    await service.record_invoice(session, form, SYSTEM)
    with pytest.raises(DuplicateInvoiceError, match=r"vom 10\.02\.2022 ist schon erfasst"):
        await service.record_invoice(session, form, SYSTEM)
    await service.record_invoice(session, await _invoice_form(session), SYSTEM)


async def test_credit_note_names_what_it_corrects_and_takes_money_back(session: AsyncSession):
    first = await service.record_invoice(session, await _invoice_form(session), SYSTEM)
    back = {"kind": "credit_note", "number": "G-1", "supplier_id": first.supplier_id}
    negative = {"quantity": "-1"}
    form = await _invoice_form(session, line=negative, **back)
    with pytest.raises(CreditNoteError, match="nennt die Rechnung"):
        await service.record_invoice(session, form, SYSTEM)
    form = await _invoice_form(session, cancels_id=first.id, **back)
    with pytest.raises(CreditNoteError, match="negative Beträge"):
        await service.record_invoice(session, form, SYSTEM)
    form = await _invoice_form(session, line=negative, cancels_id=first.id, **back)
    credit = await service.record_invoice(session, form, SYSTEM)
    refund = {"invoice_id": credit.id, "receipt_number": "K-2", "paid_on": "2022-03-01"}
    with pytest.raises(PaymentError):
        await service.record_payment(
            session, PaymentForm.model_validate(refund | {"amount": "119.00"}), SYSTEM
        )
    paid = await service.record_payment(
        session, PaymentForm.model_validate(refund | {"amount": "-119.00"}), SYSTEM
    )
    assert paid.amount == Decimal("-119.00")


async def test_two_people_decide_and_nobody_confirms_themselves(database: Database, cast: Cast):
    async with database.session() as session:
        form = await _invoice_form(session)
        await service.record_invoice(session, form, SYSTEM)
        line = (await session.scalars(select(InvoiceLine))).one()
        assert line.is_eligible is None
        first, second = cast.funding_officer.actor, cast.admin.actor
        with pytest.raises(NothingToConfirmError):
            await service.confirm_eligibility(session, line, second)
        with pytest.raises(DecisionNeedsPersonError):
            await service.decide_eligibility(
                session, line, DecisionForm(is_eligible=True, reason="WLAN"), SYSTEM
            )
        with pytest.raises(ReasonMissingError):
            await service.decide_eligibility(session, line, DecisionForm(is_eligible=False), first)
        await service.decide_eligibility(
            session, line, DecisionForm(is_eligible=True, reason="WLAN"), first
        )
        with pytest.raises(SamePersonError):
            await service.confirm_eligibility(session, line, first)
        await service.confirm_eligibility(session, line, second)
        assert (line.decided_by_id, line.confirmed_by_id) == (first.user_id, second.user_id)
        await service.decide_eligibility(
            session, line, DecisionForm(is_eligible=True, reason="WLAN"), second
        )
        assert line.confirmed_by_id is None


async def test_delivery_keeps_serials_and_ties_the_makers_devices(session: AsyncSession):
    model = await a_model(session)
    order = await an_order(session)
    await an_order_line(session, order_id=order.id, number=1, model_id=model.id)
    mine = await a_device(session, model_id=model.id, serial="AB-0001-X")
    other = await a_device(session, serial="AB-0001-X")
    form = {"order_id": order.id, "note_number": "LS-1", "received_on": "2022-02-01"}
    line = {"order_line": 1, "quantity": "2", "serials": ["ab 0001 x", "AB0002Y"]}
    await service.record_delivery(
        session, DeliveryForm.model_validate({**form, "lines": [line]}), SYSTEM
    )
    devices = table_of(Device)
    rows = await session.execute(select(devices.c.id, devices.c.order_line_id))
    tied = {row.id: row.order_line_id for row in rows}
    assert tied[mine.id] is not None
    assert tied[other.id] is None
    with pytest.raises(SerialsDoNotFitError, match="2 Seriennummern für 1 Stück"):
        await service.record_delivery(
            session,
            DeliveryForm.model_validate(
                {**form, "note_number": "LS-2", "lines": [line | {"quantity": "1"}]}
            ),
            SYSTEM,
        )


async def test_order_is_recorded_with_its_lines(session: AsyncSession):
    supplier = await a_supplier(session)
    values = {"number": "B-1", "supplier_id": supplier.id, "ordered_on": "2022-01-10"}
    form = OrderForm.model_validate({**values, "lines": [LINE]})
    assert (await service.record_order(session, form, SYSTEM)).number == "B-1"
    with pytest.raises(ValidationError):
        OrderForm.model_validate({**values, "lines": []})


async def test_drawdown_stays_within_award_and_after_the_notice_is_final(session: AsyncSession):
    grant = await a_grant(session)
    values = {"grant_id": grant.id, "requested_on": "2022-02-21", "amount": "60000.00"}
    form = DrawdownForm.model_validate(values)
    assert (await service.record_drawdown(session, form, SYSTEM)).number == 1
    with pytest.raises(DrawdownExceedsGrant, match=r"30\.000,00"):
        await service.record_drawdown(session, form, SYSTEM)
    early = DrawdownForm.model_validate(values | {"requested_on": "2021-12-01"})
    with pytest.raises(DrawdownTooEarlyError):
        await service.record_drawdown(session, early, SYSTEM)


async def test_failed_act_leaves_nothing(database: Database):
    async with database.session() as session:
        supplier_id = (await a_supplier(session)).id
        measure_id = (await a_measure(session)).id
    bad = {"measure_id": measure_id, "amount": "1.00"}

    async def record() -> None:
        async with database.session() as session:
            form = await _invoice_form(session, supplier_id=supplier_id)
            await service.record_invoice(session, form, SYSTEM)
            form = await _invoice_form(session, bad, supplier_id=supplier_id, number="R-2")
            await service.record_invoice(session, form, SYSTEM)

    with pytest.raises(SharesDoNotSumError):
        await record()
    async with database.session(writing=False) as session:
        assert await session.scalar(select(func.count()).select_from(table_of(Invoice))) == 0
        assert await _count(session, "invoice_recorded") == 0


async def test_payment_keeps_receipt_number_and_day(session: AsyncSession):
    invoice = await an_invoice(session)
    form = PaymentForm(
        invoice_id=invoice.id,
        receipt_number="K-1",
        paid_on=date(2022, 2, 20),
        amount=Decimal("98.00"),
        discount=Decimal("2.00"),
    )
    paid = await service.record_payment(session, form, SYSTEM)
    assert (paid.receipt_number, paid.discount) == ("K-1", Decimal("2.00"))
