"""From recorded purchases to the frozen proof: every sum to the cent, on both databases."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import SYSTEM, Actor, HeldRole
from netzwart.accounts.tables import Role
from netzwart.database import Database, table_of
from netzwart.errors import NotFoundError
from netzwart.evidence.rules import EvidenceClass, SightingSource
from netzwart.funding import service
from netzwart.funding.forms import DecisionForm, InvoiceForm, PaymentForm
from netzwart.funding.purchase_tables import InvoiceLine, Payment
from netzwart.funding.queries import load_grants
from netzwart.funding.tables import Grant, PlanPosition
from netzwart.money import total
from netzwart.proofs.compiling import compile_proof_of_use, proof_of
from netzwart.proofs.queries import find_operator
from netzwart.proofs.serialising import as_json
from netzwart.reports.proof_files import build_proof_files
from tests.builders import (
    a_device,
    a_grant,
    a_measure,
    a_model,
    a_sighting,
    a_supplier,
    a_user,
)
from tests.proofs.records import a_clean_record, settled, with_line

AS_OF = date(2022, 12, 31)


@dataclass
class Scene:
    """Three tablets and their set-up for two schools, 2 % discount taken."""

    grant: Grant
    devices: list[Any]
    invoice_id: int


async def a_scene(session: AsyncSession, **of_grant: Any) -> Scene:
    grant = await a_grant(session, **of_grant)
    session.add(
        PlanPosition(
            grant_id=grant.id,
            category="it_grundstruktur",
            total=Decimal("100000.00"),
            eligible=Decimal("100000.00"),
        )
    )
    first = await a_measure(session, grant_id=grant.id)
    second = await a_measure(session, grant_id=grant.id)
    model = await a_model(session)
    both = [{"measure_id": first.id, "weight": "2"}, {"measure_id": second.id, "weight": "1"}]
    form = InvoiceForm.model_validate(
        {
            "number": "R-1",
            "supplier_id": (await a_supplier(session)).id,
            "issued_on": "2022-02-10",
            "delivered_on": "2022-02-01",
            "lines": [
                {
                    "number": 1,
                    "text": "Access Point",
                    "model_id": model.id,
                    "quantity": "3",
                    "unit_net": "333.33",
                    "vat_rate": "0.19",
                    "shares": both,
                },
                {
                    "number": 2,
                    "text": "Montage",
                    "quantity": "1",
                    "unit_net": "100.00",
                    "vat_rate": "0.19",
                    "shares": both,
                },
            ],
        }
    )
    invoice = await service.record_invoice(session, form, SYSTEM)
    lines = (await session.scalars(select(InvoiceLine))).all()
    people = [await a_user(session, Role.FUNDING_OFFICER) for _ in range(2)]
    actors = [Actor(one.name, one.name, (), user_id=one.id) for one in people]
    for line in lines:
        await service.decide_eligibility(
            session, line, DecisionForm(is_eligible=True, reason="WLAN"), actors[0]
        )
        await service.confirm_eligibility(session, line, actors[1])
    gross = total([line.gross for line in lines])
    discount = Decimal("26.18")
    await service.record_payment(
        session,
        PaymentForm(
            invoice_id=invoice.id,
            receipt_number="K-1",
            paid_on=date(2022, 2, 20),
            amount=gross - discount,
            discount=discount,
        ),
        SYSTEM,
    )
    device_line = next(line.id for line in lines if line.model_id is not None)
    devices = [
        await a_device(
            session,
            model_id=model.id,
            invoice_line_id=device_line,
            measure_id=first.id if index < 2 else second.id,
            school_id=first.school_id if index < 2 else second.school_id,
        )
        for index in range(3)
    ]
    return Scene(grant, devices, invoice.id)


async def test_one_euro_goes_from_invoice_to_proof_to_the_cent(database: Database):
    async with database.session() as session:
        scene = await a_scene(session)
        proof = await compile_proof_of_use(session, scene.grant.id, AS_OF, SYSTEM)
        paid = await session.scalar(select(func.sum(table_of(Payment).c.amount)))
    assert paid == Decimal("1282.81")  # 3 x 333.33 x 1.19 = 1,189.99; 119.00; less 26.18
    totals = proof.totals
    assert totals.spent == totals.eligible == paid
    assert totals.grant_claimed == Decimal("1154.53")  # 0.9 x 1,282.81 = 1,154.529
    assert totals.own_share == Decimal("128.28")
    assert total([row.spent for row in proof.by_school]) == paid
    assert total([row.grant_share for row in proof.by_school]) == totals.grant_claimed
    assert proof.expenses.paid == proof.expenses.eligible == paid
    assert proof.expenses.discount == Decimal("26.18")
    assert proof.expenses.invoice_gross == Decimal("1308.99")
    assert proof.income.actual == totals.spent
    assert proof.result.actual_difference == 0
    assert {line.receipt_number for line in proof.expenses.expenses} == {"K-1"}
    device_costs = total([device.eligible_cost for device in proof.devices.devices])
    [no_device] = [row for row in proof.coverage.rows if row.key == "no_device"]
    assert device_costs + no_device.amount == totals.eligible


async def test_coverage_takes_the_best_class_of_the_window_and_adds_up(database: Database):
    async with database.session() as session:
        scene = await a_scene(session)
        first, second, third = scene.devices
        recently = datetime(2022, 12, 20, 8, tzinfo=UTC)
        await a_sighting(session, first, seen_at=recently)
        by_hand = {"source": SightingSource.SCAN, "evidence_class": EvidenceClass.D}
        await a_sighting(session, first, seen_at=datetime(2022, 12, 30, tzinfo=UTC), **by_hand)
        await a_sighting(session, second, seen_at=recently, **by_hand)
        await a_sighting(session, third, seen_at=datetime(2022, 5, 1, tzinfo=UTC))
        await a_sighting(session, third, seen_at=datetime(2023, 1, 1, tzinfo=UTC))
        proof = await compile_proof_of_use(session, scene.grant.id, AS_OF, SYSTEM)
    found = {row.key: (row.amount, row.devices) for row in proof.coverage.rows}
    assert [found[key][1] for key in ("A", "B", "C", "D", "none", "no_device")] == [
        1, 0, 0, 1, 1, 0,
    ]  # fmt: skip
    assert total([row.amount for row in proof.coverage.rows]) == proof.totals.eligible
    letters = {d.inventory_number: d.evidence for d in proof.devices.devices}
    assert letters[first.inventory_number].letter == "A"
    assert letters[first.inventory_number].seen_at == recently
    old = letters[third.inventory_number]
    assert (old.letter, old.seen_at) == ("0", datetime(2022, 5, 1, tzinfo=UTC))


async def test_undecided_line_is_spent_but_not_eligible(database: Database):
    async with database.session() as session:
        scene = await a_scene(session)
        line = (
            await session.scalars(
                select(InvoiceLine).where(table_of(InvoiceLine).c.text == "Montage")
            )
        ).one()
        line.confirmed_by_id = None
        await session.flush()
        proof = await compile_proof_of_use(session, scene.grant.id, AS_OF, SYSTEM)
    assert proof.totals.spent == Decimal("1282.81")
    assert proof.totals.ineligible == Decimal("116.62")  # 119.00 less its part of the discount
    assert "CHK-09" in {check.check for check in proof.checks}


async def test_paid_credit_note_lowers_spending_and_unpaid_one_what_it_corrects(
    database: Database,
):
    async with database.session() as session:
        scene = await a_scene(session)
        line = (
            await session.scalars(
                select(InvoiceLine).where(table_of(InvoiceLine).c.text == "Montage")
            )
        ).one()
        invoice = (await load_grants(session, SYSTEM, AS_OF))[0].invoices[0]
        share = invoice.lines[1].shares[0]
        form = InvoiceForm.model_validate(
            {
                "number": "G-1",
                "supplier_id": invoice.supplier_id,
                "issued_on": "2022-03-01",
                "kind": "credit_note",
                "cancels_id": invoice.id,
                "lines": [
                    {
                        "number": 1,
                        "text": "Gutschrift Montage",
                        "quantity": "-1",
                        "unit_net": "10.00",
                        "vat_rate": "0.19",
                        "shares": [{"measure_id": share.measure_id, "amount": "-11.90"}],
                    }
                ],
            }
        )
        credit = await service.record_invoice(session, form, SYSTEM)
        set_off = await compile_proof_of_use(session, scene.grant.id, AS_OF, SYSTEM)
        assert set_off.totals.spent == Decimal("1282.81")
        assert set_off.totals.eligible == Decimal("1270.91")  # paid too much by the credit note
        credited = (
            await session.scalars(
                select(InvoiceLine).where(table_of(InvoiceLine).c.invoice_id == credit.id)
            )
        ).one()
        credited.is_eligible, credited.decided_by_id = True, line.decided_by_id
        credited.confirmed_by_id = line.confirmed_by_id
        await service.record_payment(
            session,
            PaymentForm(
                invoice_id=credit.id,
                receipt_number="K-2",
                paid_on=date(2022, 3, 10),
                amount=Decimal("-11.90"),
            ),
            SYSTEM,
        )
        paid_back = await compile_proof_of_use(session, scene.grant.id, AS_OF, SYSTEM)
    assert paid_back.totals.spent == paid_back.totals.eligible == Decimal("1270.91")


async def test_nothing_after_the_day_counts(database: Database):
    async with database.session() as session:
        scene = await a_scene(session)
        proof = await compile_proof_of_use(session, scene.grant.id, date(2022, 2, 19), SYSTEM)
    assert proof.totals.spent == 0
    assert proof.expenses.expenses == ()


async def test_grants_are_loaded_in_six_statements_whatever_their_number(database: Database):
    counted: list[str] = []

    def count(*details: Any) -> None:
        counted.append(details[2])

    async with database.session() as session:
        await a_scene(session)
        other = await a_grant(session)
        for _ in range(3):
            await a_measure(session, grant_id=other.id)
        event.listen(database.engine.sync_engine, "before_cursor_execute", count)
        found = await load_grants(session, SYSTEM, AS_OF)
        event.remove(database.engine.sync_engine, "before_cursor_execute", count)
    assert len(found) == 2
    assert len(counted) == 6


async def test_auditor_of_another_grant_finds_nothing(database: Database):
    async with database.session() as session:
        scene = await a_scene(session)
        other = await a_grant(session, programme="DPS-SOFORT")
        limited = Actor("a", "a", (HeldRole(Role.AUDITOR, grant_id=other.id),))
        with pytest.raises(NotFoundError):
            await compile_proof_of_use(session, scene.grant.id, AS_OF, limited)
        assert [one.head.id for one in await load_grants(session, limited, AS_OF)] == [other.id]
        by_programme = Actor("a", "a", (HeldRole(Role.AUDITOR, programme="DPS-NRW-2019"),))
        seen = await load_grants(session, by_programme, AS_OF)
        assert [one.head.id for one in seen] == [scene.grant.id]


async def test_rate_of_the_notice_means_a_share_where_the_programme_is_silent(database: Database):
    async with database.session() as session:
        scene = await a_scene(session, programme="DP2-NRW", issued_on=date(2022, 1, 1))
        proof = await compile_proof_of_use(session, scene.grant.id, AS_OF, SYSTEM)
    assert proof.totals.grant_claimed == Decimal("1154.53")
    assert proof.rule_notes[0].label == "Finanzierungsart"
    assert "Fördersatz" not in {note.label for note in proof.rule_notes}


async def test_without_operator_the_proof_says_so(database: Database):
    async with database.session() as session:
        assert await find_operator(session) is None
        scene = await a_scene(session)
        proof = await compile_proof_of_use(session, scene.grant.id, AS_OF, SYSTEM)
    assert "noch nicht eingetragen" in proof.recipient.name


def test_same_record_gives_the_same_bytes_and_another_cent_gives_others():
    record = a_clean_record()
    proof = proof_of(settled(record), None, is_draft=True)
    again = proof_of(settled(a_clean_record()), None, is_draft=True)
    assert build_proof_files(proof) == build_proof_files(again)
    cut = proof_of(settled(with_line(record, eligible_part=Decimal("0.5"))), None, is_draft=True)
    assert as_json(cut)["sha256"] != as_json(proof)["sha256"]
    assert cut.totals.eligible == Decimal("2975.00")


def test_order_of_entry_does_not_matter():
    record = a_clean_record()
    turned = replace(record, devices=tuple(reversed(record.devices)))
    assert proof_of(settled(turned), None, is_draft=True) == proof_of(
        settled(record), None, is_draft=True
    )
