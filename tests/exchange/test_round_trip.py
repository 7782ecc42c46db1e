"""Everything about money goes out and comes in again as it was: export, import, equal export."""

import shutil
from collections.abc import AsyncGenerator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import SYSTEM, Actor
from netzwart.accounts.tables import Role
from netzwart.database import Database, table_of
from netzwart.exchange.exporting import export_bundle
from netzwart.exchange.problems import BrokenImportError
from netzwart.funding import service
from netzwart.funding.forms import (
    AmendmentForm,
    ApplicationForm,
    ClawbackForm,
    DecisionForm,
    DrawdownForm,
    GrantForm,
    IncomeForm,
    InvoiceForm,
    MeasureForm,
    MessageForm,
    OrderForm,
    PaymentForm,
    RuleOverrideForm,
    SubmissionForm,
    SupportForm,
)
from netzwart.funding.purchase_tables import InvoiceLine
from netzwart.funding.queries import load_grants
from netzwart.funding.settlement import settle_grant
from netzwart.funding.tables import Grant, GrantNotice, Measure
from netzwart.proofs.checking import check_grant
from tests import builders
from tests.exchange.test_import import _apply, _file

DAY = date(2022, 12, 31)


@pytest.fixture
async def other_database(_sqlite_template: Path, tmp_path: Path) -> AsyncGenerator[Database]:
    """An empty database beside the one that the city lives in."""
    path = tmp_path / "other.sqlite"
    shutil.copy(_sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    yield database
    await database.close()


async def a_grant_with_everything(session: AsyncSession) -> Grant:
    """One of everything that money leaves behind; the second line waits for its second person."""
    school = await builders.a_school(session, number="990001")
    other = await builders.a_school(session, number="990002")
    model = await builders.a_model(session)
    supplier = await builders.a_supplier(session)
    served = await _grant(session, "48.02-DP-1", "DPS-NRW-2019")
    grant = await _grant(session, "48.02-AD-1", "DPS-ADMIN")
    wlan = await _measure(session, served, "wlan", school.id, "it_grundstruktur")
    mine = await _measure(session, grant, "admin", school.id, "dienstleister")
    more = await _measure(session, grant, "admin-2", other.id, "dienstleister")
    await service.record_support(session, mine, SupportForm(supports_id=wlan.id), SYSTEM)
    await service.write_narrative(session, mine, {"result": "Läuft."}, SYSTEM)
    order = await service.record_order(session, _order(supplier.id, model.id, mine, more), SYSTEM)
    assert order.id is not None
    await _purchase(session, supplier.id, order.id, model.id, mine, more)
    device = await builders.a_device(session, measure_id=mine.id, model_id=model.id)
    await _letters(session, grant, device.id)
    return grant


async def _grant(session: AsyncSession, number: str, programme: str) -> Grant:
    return await service.record_grant(
        session,
        GrantForm.model_validate(
            {
                "number": number, "programme": programme, "authority": "Bezirksregierung",
                "issued_on": "2021-11-02", "final_on": "2021-12-02",
                "approved_amount": "9000.00", "eligible_planned": "10000.00",
                "funding_rate": "0.9", "execution_from": "2020-06-03",
                "execution_until": "2022-12-31", "approval_until": "2022-12-31",
                "tranches": [{"year": 2022, "amount": "9000.00"}],
                "sources": [{"kind": "own_share", "label": "Haushalt", "amount": "1000.00"}],
            }
        ),
        SYSTEM,
    )  # fmt: skip


async def _measure(
    session: AsyncSession, grant: Grant, key: str, school_id: int, category: str
) -> Measure:
    form = MeasureForm(
        key=key, grant_id=grant.id, school_id=school_id, category=category, title=key
    )
    return await service.record_measure(session, form, SYSTEM)


def _order(supplier_id: int, model_id: int, mine: Measure, more: Measure) -> OrderForm:
    shares = [{"measure_id": mine.id, "weight": "3"}, {"measure_id": more.id, "weight": "1"}]
    line = {
        "number": 1, "model_id": model_id, "text": "Einrichtung", "quantity": "4",
        "unit_net": "100.00", "vat_rate": "0.19", "shares": shares,
    }  # fmt: skip
    return OrderForm.model_validate(
        {"number": "B-1", "supplier_id": supplier_id, "ordered_on": "2022-01-10", "lines": [line]}
    )


async def _purchase(
    session: AsyncSession,
    supplier_id: int,
    order_id: int,
    model_id: int,
    mine: Measure,
    more: Measure,
) -> None:
    split = [
        {"measure_id": one.id, "weight": weight, "share_key": "pupils", "weighted_on": "2022-01-01"}
        for one, weight in ((mine, "700"), (more, "301"))
    ]
    lines = [
        {"number": 1, "text": "Einrichtung", "model_id": model_id, "quantity": "4",
         "unit_net": "100.00", "vat_rate": "0.19", "shares": split},
        {"number": 2, "text": "Anfahrt", "quantity": "3", "unit_net": "33.3333", "net": "100.00",
         "vat_rate": "0.19", "incidental_to": [1],
         "shares": [{"measure_id": mine.id, "amount": "119.00"}]},
    ]  # fmt: skip
    invoice = await service.record_invoice(
        session,
        InvoiceForm.model_validate(
            {"number": "R-1", "supplier_id": supplier_id, "order_id": order_id,
             "issued_on": "2022-02-10", "delivered_on": "2022-02-01", "service_from": "2022-01-20",
             "buyer": "Stadt Musterstadt", "stated_total": "595.01", "retained": "25.00",
             "retained_until": "2024-02-01", "lines": lines}
        ),
        SYSTEM,
    )  # fmt: skip
    first, second = await builders_people(session)
    rows = (await session.scalars(select(InvoiceLine).order_by(table_of(InvoiceLine).c.id))).all()
    for row in rows:
        decision = DecisionForm(is_eligible=True, reason="Zuschlag nach Nr. 2.1")
        await service.decide_eligibility(session, row, decision, first)
    await service.confirm_eligibility(session, rows[0], second)
    payment = PaymentForm(
        invoice_id=invoice.id, receipt_number="K.4711", paid_on=date(2022, 2, 20),
        amount=Decimal("570.01"),
    )  # fmt: skip
    await service.record_payment(session, payment, SYSTEM)


async def builders_people(session: AsyncSession) -> list[Actor]:
    people = [await builders.a_user(session, Role.FUNDING_OFFICER) for _ in range(2)]
    return [Actor(one.name, one.name, (), user_id=one.id) for one in people]


async def _letters(session: AsyncSession, grant: Grant, device_id: int) -> None:
    amendment = AmendmentForm.model_validate(
        {"notice_number": "Ä1", "issued_on": "2022-06-01", "amount": "900.00", "reason": "mehr",
         "eligible_planned": "11000.00", "approval_until": "2023-06-30",
         "tranches": [{"year": 2022, "amount": "9900.00"}]}
    )  # fmt: skip
    await service.record_amendment(session, grant, amendment, SYSTEM)
    for value in ("5", "6"):
        rule = RuleOverrideForm(key="earmark.years", value=value, reason="Bescheid Nr. 4")
        await service.override_rule(session, grant, rule, SYSTEM)
    of_grant: dict[str, Any] = {"grant_id": grant.id}
    await service.record_application(
        session,
        ApplicationForm(programme="DPS-ADMIN", applied_on=DAY, requested=Decimal(9000), **of_grant),
        SYSTEM,
    )
    call = DrawdownForm(
        requested_on=date(2022, 2, 21), amount=Decimal(100), received_on=date(2022, 3, 1),
        **of_grant,
    )  # fmt: skip
    await service.record_drawdown(session, call, SYSTEM)
    income = IncomeForm(
        kind="sale", received_on=date(2022, 5, 1), payer="Händler", amount=Decimal(20),
        device_id=device_id, **of_grant,
    )  # fmt: skip
    await service.record_income(session, income, SYSTEM)
    for told in ({"due_on": DAY, "device_id": device_id}, {"sent_on": DAY}):
        message = MessageForm.model_validate(
            {"occasion": "object_not_used", "text": "weg", **of_grant, **told}
        )
        await service.record_message(session, message, SYSTEM)
    clawback = ClawbackForm(
        demanded_on=DAY, amount=Decimal(10), interest=Decimal("0.55"), reason="zu viel", **of_grant
    )
    await service.record_clawback(session, clawback, SYSTEM)
    submission = SubmissionForm(submitted_on=DAY, as_of=date(2022, 11, 1), **of_grant)
    await service.record_submission(session, submission, SYSTEM)


async def _export(database: Database) -> str:
    async with database.session(writing=False) as session:
        return await export_bundle(session)


async def test_money_comes_out_as_it_went_in(database: Database, other_database: Database):
    async with database.session() as session:
        await a_grant_with_everything(session)
    first = await _export(database)
    written = yaml.safe_load(first)
    assert written["orders"][0]["lines"][0]["shares"][0] == {"measure": "admin", "weight": "3.000"}
    assert [row["value"] for row in written["rules"]] == ["6"]
    plan = await _apply(other_database, first.encode())
    assert plan.counts()["conflict"] == 0
    assert await _export(other_database) == first
    again = await _apply(other_database, first.encode())
    assert again.counts()["create"] == again.counts()["update"] == 0


async def test_settlement_and_checks_are_the_same_on_the_other_side(
    sqlite_database: Database, other_database: Database
):
    """Apart from the days of receipt of the proof, which is judged by ids that are others."""
    async with sqlite_database.session() as session:
        await a_grant_with_everything(session)
    await _apply(other_database, (await _export(sqlite_database)).encode())
    found: list[Any] = []
    for database in (sqlite_database, other_database):
        async with database.session(writing=False) as session:
            records = await load_grants(session, SYSTEM, DAY)
        grants = [settle_grant(one, DAY) for one in records]
        found.append(
            [
                (grant.settlement.totals, [(one.check, one.message) for one in check_grant(grant)])
                for grant in grants
            ]
        )
    assert found[0] == found[1]


async def test_decision_of_one_person_does_not_come_back_as_confirmed(sqlite_database: Database):
    async with sqlite_database.session() as session:
        await a_grant_with_everything(session)
    lines = yaml.safe_load(await _export(sqlite_database))["invoices"][0]["lines"]
    assert [line["eligible"] for line in lines] == [True, None]
    assert lines[1]["reason"] is None


async def test_first_notice_keeps_its_amount_when_an_amended_grant_comes_again(
    sqlite_database: Database,
):
    """A file without notices gives the award as it is today, which is not the first notice's."""
    async with sqlite_database.session() as session:
        await a_grant_with_everything(session)
    bundle = yaml.safe_load(await _export(sqlite_database))
    bundle.pop("notices")
    await _apply(sqlite_database, _file(bundle))
    async with sqlite_database.session(writing=False) as session:
        notice = table_of(GrantNotice)
        query = select(notice.c.amount).where(notice.c.notice_number == "48.02-AD-1")
        assert await session.scalar(query) == Decimal("9000.00")


BASE: dict[str, Any] = {
    "grants": [{"number": "G", "programme": "DPS-NRW-2019", "authority": "BR", "awarded": "90.00",
                "issued_on": "2022-01-01", "eligible_planned": "100.00", "rate": "0.9"}],
    "suppliers": [{"name": "L"}],
}  # fmt: skip
INVOICE = {"number": "R", "supplier": "L", "issued_on": "2022-02-01"}
LINE = {"number": 1, "text": "T", "quantity": "1", "unit_net": "100", "vat_rate": "0"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"messages": [{"grant": "G", "occasion": "costs_changed"}]}, "braucht einen Termin"),
        ({"messages": [{"grant": "G", "occasion": "x", "due_on": "2022-01-01"}]}, "dieser Werte"),
        ({"messages": [{"grant": "G", "occasion": "costs_changed", "due_on": "2022-01-01",
                        "device": "HER-1"}]}, "Das Gerät „HER-1“ gibt es weder"),
        ({"clawbacks": [{"grant": "H", "demanded_on": "2022-01-01", "amount": "1.00",
                         "reason": "x"}]}, "Die Bewilligung „H“ gibt es weder"),
        ({"submissions": [{"grant": "G", "submitted_on": "2022-01-01", "as_of": "2022-01-01",
                           "figures": {"payment.K1.paid": "1.00"}}]}, "Den Beleg „K1“"),
        ({"rules": [{"grant": "G", "key": "earmark.jears", "value": "5", "reason": "x"}]},
         "earmark"),
        ({"applications": [{"programme": "DPS", "applied_on": "2022-01-01", "requested": "1"}]},
         "gibt es nicht"),
        ({"notices": [{"grant": "G", "number": "1", "issued_on": "2022-01-01",
                       "changes": {"plan": ["nur eins"]}}]}, "changes"),
        ({"invoices": [{**INVOICE, "retained": "1.00", "lines": [LINE]}]}, "nennt den Tag"),
        ({"invoices": [{**INVOICE, "lines": [{**LINE, "incidental_to": [2]}]}]}, "kann nicht zu"),
        ({"invoices": [{**INVOICE, "lines": [{**LINE, "gross": "100.03"}]}]}, "angegeben sind"),
        ({"measures": [{"key": "m", "grant": "G", "category": "c", "title": "t",
                        "supports": ["m"]}]}, "dient nicht sich selbst"),
    ],
)  # fmt: skip
async def test_each_wrong_row_gets_a_sentence_and_nothing_is_written(
    sqlite_database: Database, wrong: dict[str, Any], said: str
):
    with pytest.raises(BrokenImportError) as refused:
        await _apply(sqlite_database, _file({"netzwart": "bundle/1", **BASE, **wrong}))
    assert any(said in str(problem) for problem in refused.value.problems)
    async with sqlite_database.session(writing=False) as session:
        assert await session.scalar(select(table_of(Grant).c.id)) is None
