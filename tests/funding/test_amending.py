"""Amendments, messages, submissions, clawbacks, splits by key and proposals, on both databases."""

from collections.abc import AsyncGenerator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from tests.builders import a_grant, a_measure, a_room, a_school, a_supplier, an_invoice

from netzwart.accounts.actors import SYSTEM
from netzwart.clock import today
from netzwart.database import Database, table_of
from netzwart.errors import InvalidInputError, NotFoundError
from netzwart.funding import service
from netzwart.funding.forms import (
    AmendmentForm,
    ClawbackForm,
    DrawdownForm,
    InvoiceForm,
    MessageForm,
    OrderForm,
    PaymentForm,
    SubmissionForm,
    SupportForm,
)
from netzwart.funding.purchase_tables import CostShare
from netzwart.funding.queries import load_grant
from netzwart.funding.rules.drawing_down import DrawdownLimit
from netzwart.funding.rules.sharing import ShareKey
from netzwart.funding.service.amending import AmendmentChangesNothingError
from netzwart.funding.service.closing import (
    ClawbackPaidAlreadyError,
    DayInFutureError,
    MessageSentAlreadyError,
)
from netzwart.funding.service.granting import AwardAboveCostsError, SupportUnfitError
from netzwart.funding.service.invoicing import CreditNoteError, IncidentalUnknownError
from netzwart.funding.service.splitting import SplitKeyError
from netzwart.funding.settlement import settle_grant
from netzwart.funding.tables import GrantNotice

DAY = date(2022, 12, 1)


@pytest.fixture
async def session(database: Database) -> AsyncGenerator[AsyncSession]:
    async with database.session(keeping=False) as opened:
        yield opened


def _amendment(**given: object) -> AmendmentForm:
    values = {"notice_number": "Ä-1", "issued_on": "2022-06-01", "reason": "Kosten gestiegen"}
    return AmendmentForm.model_validate({**values, **given})


async def test_amendment_changes_the_grant_and_keeps_what_was(session: AsyncSession):
    grant = await a_grant(session, number="48.02-1")
    plan = [{"category": "it_grundstruktur", "total": "110000", "eligible": "110000"}]
    form = _amendment(
        amount="9000", eligible_planned="110000", execution_until="2023-06-30", plan=plan
    )
    notice = await service.record_amendment(session, grant, form, SYSTEM)
    assert grant.approved_amount == Decimal("99000.00")
    assert grant.execution_until == date(2023, 6, 30)
    assert notice.changes["approved_amount"] == ["90000.00", "99000.00"]
    assert notice.changes["execution_until"] == ["2022-12-31", "2023-06-30"]
    assert notice.changes["plan"][0] == []
    notices = table_of(GrantNotice)
    rows = await session.execute(
        select(notices.c.notice_number, notices.c.amount).order_by(notices.c.id)
    )
    assert [tuple(row) for row in rows] == [
        ("48.02-1", Decimal("90000.00")),
        ("Ä-1", Decimal("9000.00")),
    ]


async def test_amendment_that_cannot_be_is_refused(session: AsyncSession):
    grant = await a_grant(session)
    with pytest.raises(AmendmentChangesNothingError):
        await service.record_amendment(session, grant, _amendment(), SYSTEM)
    with pytest.raises(AwardAboveCostsError, match="bewilligt bei"):
        await service.record_amendment(session, grant, _amendment(amount="50000"), SYSTEM)


async def test_message_is_due_sent_once_and_never_in_the_future(session: AsyncSession):
    grant = await a_grant(session)
    form = MessageForm.model_validate({"grant_id": grant.id, "occasion": "costs_changed"})
    message = await service.record_message(session, form, SYSTEM)
    assert message.due_on == today() + timedelta(days=14)
    with pytest.raises(DayInFutureError):
        await service.record_message_sent(session, message, today() + timedelta(days=1), SYSTEM)
    await service.record_message_sent(session, message, today(), SYSTEM)
    with pytest.raises(MessageSentAlreadyError):
        await service.record_message_sent(session, message, today(), SYSTEM)
    with pytest.raises(NotFoundError):
        await service.record_message(session, form.model_copy(update={"grant_id": 4711}), SYSTEM)


async def test_clawback_is_paid_once(session: AsyncSession):
    grant = await a_grant(session)
    form = ClawbackForm.model_validate(
        {"grant_id": grant.id, "demanded_on": DAY, "amount": "12,50", "reason": "Zinsen"}
    )
    clawback = await service.record_clawback(session, form, SYSTEM)
    await service.record_clawback_paid(session, clawback, DAY, SYSTEM)
    assert clawback.settled_at is not None
    with pytest.raises(ClawbackPaidAlreadyError):
        await service.record_clawback_paid(session, clawback, DAY, SYSTEM)


async def _paid(session: AsyncSession) -> int:
    """A grant with 1,190.00 invoiced, half of it paid; return its id."""
    grant = await a_grant(session)
    measure = await a_measure(session, grant_id=grant.id)
    supplier = await a_supplier(session)
    line = {
        "number": 1, "text": "Access Point", "quantity": "10", "unit_net": "100",
        "vat_rate": "0.19", "shares": [{"measure_id": measure.id, "weight": "1"}],
    }  # fmt: skip
    form = InvoiceForm.model_validate(
        {"number": "R-1", "supplier_id": supplier.id, "issued_on": "2022-02-10", "lines": [line],
         "due_on": "2022-03-10", "retained": "59.50", "retained_until": "2027-02-10"}
    )  # fmt: skip
    invoice = await service.record_invoice(session, form, SYSTEM)
    rows = await load_grant(session, grant.id, SYSTEM, DAY)
    [shown] = rows.invoices
    assert (shown.retained, shown.lines[0].shares[0].share_key) == (
        Decimal("59.50"),
        ShareKey.MANUAL,
    )
    await service.record_payment(
        session,
        PaymentForm.model_validate(
            {"invoice_id": invoice.id, "receipt_number": "K-1", "paid_on": "2022-02-20",
             "amount": "595"}
        ),
        SYSTEM,
    )  # fmt: skip
    return grant.id


async def test_proposal_counts_what_is_due_and_the_call_keeps_it(session: AsyncSession):
    grant_id = await _paid(session)
    proposal = await service.get_proposal(session, grant_id, date(2022, 2, 25), SYSTEM)
    assert (proposal.number, proposal.period_from) == (1, None)
    assert [receipt.receipt_number for receipt in proposal.receipts] == ["K-1"]
    assert [(one.invoice, one.open) for one in proposal.due] == [("R-1", Decimal("535.50"))]
    assert proposal.maximum.binding is DrawdownLimit.COSTS
    assert proposal.maximum.amount == Decimal("0.00")  # nobody has decided yet
    form = DrawdownForm.model_validate(
        {"grant_id": grant_id, "requested_on": "2022-02-25", "amount": "10"}
    )
    drawdown = await service.record_drawdown(session, form, SYSTEM)
    assert drawdown.basis["receipts"] == ["K-1"]
    assert drawdown.basis["mode"] == "two_months"


async def test_submission_keeps_the_figures_and_closes_the_rules(session: AsyncSession):
    grant_id = await _paid(session)
    form = SubmissionForm.model_validate(
        {"grant_id": grant_id, "submitted_on": DAY, "as_of": DAY, "document_sha256": "a" * 64}
    )
    submission = await service.record_submission(session, form, SYSTEM)
    assert submission.figures["totals.spent"] == "595.00"
    record = await load_grant(session, grant_id, SYSTEM, DAY)
    [known] = record.around.submissions
    assert (known.as_of, dict(known.figures)) == (DAY, submission.figures)
    assert record.head.proof_submitted_on == DAY
    assert settle_grant(record, DAY).settlement.totals.spent == Decimal("595.00")


async def test_split_by_key_counts_schools_and_keeps_key_and_day(session: AsyncSession):
    small, large = await a_school(session, pupils=100), await a_school(session, pupils=300)
    await a_room(session, school_id=small.id)
    measures = [(await a_measure(session, school_id=one.id)).id for one in (small, large)]
    by_pupils = await service.shares_by_key(session, measures, ShareKey.PUPILS, DAY)
    assert [share.weight for share in by_pupils] == [100, 300]
    by_rooms = await service.shares_by_key(session, measures, ShareKey.ROOMS, DAY)
    assert [share.weight for share in by_rooms] == [1, 0]
    for key in (ShareKey.DEVICES, ShareKey.PORTS):
        counted = await service.shares_by_key(session, measures, key, DAY)
        assert [share.weight for share in counted] == [0, 0]
    equal = await service.shares_by_key(session, measures, ShareKey.EQUAL, DAY)
    assert [share.weight for share in equal] == [1, 1]
    line = {"number": 1, "text": "Planung", "quantity": "1", "unit_net": "100", "vat_rate": "0"}
    form = InvoiceForm.model_validate(
        {"number": "R-1", "supplier_id": (await a_supplier(session)).id,
         "issued_on": "2022-02-10", "lines": [{**line, "shares": by_pupils}]}
    )  # fmt: skip
    await service.record_invoice(session, form, SYSTEM)
    shares = table_of(CostShare)
    rows = await session.execute(
        select(shares.c.amount, shares.c.share_key, shares.c.weighted_on).order_by(shares.c.id)
    )
    assert [tuple(row) for row in rows] == [
        (Decimal("25.00"), ShareKey.PUPILS, DAY),
        (Decimal("75.00"), ShareKey.PUPILS, DAY),
    ]


async def test_split_that_cannot_be_counted_is_refused(session: AsyncSession):
    unknown = await a_measure(session, school_id=(await a_school(session, pupils=None)).id)
    nowhere = await a_measure(session, school_id=None)
    for measure in (unknown, nowhere):
        with pytest.raises(SplitKeyError, match="fehlt die Zahl"):
            await service.shares_by_key(session, [measure.id], ShareKey.PUPILS)
    with pytest.raises(SplitKeyError, match="von Hand"):
        await service.shares_by_key(session, [unknown.id], ShareKey.MANUAL)
    with pytest.raises(NotFoundError):
        await service.shares_by_key(session, [4711], ShareKey.PUPILS)


async def test_incidental_costs_and_retention_name_what_exists(session: AsyncSession):
    supplier = await a_supplier(session)
    line = {"number": 1, "text": "Montage", "quantity": "1", "unit_net": "10", "vat_rate": "0"}
    values = {"number": "R-1", "supplier_id": supplier.id, "issued_on": "2022-02-10"}
    for target in (1, 2):
        form = InvoiceForm.model_validate(
            {**values, "lines": [{**line, "incidental_to": [target]}]}
        )
        with pytest.raises(IncidentalUnknownError):
            await service.record_invoice(session, form, SYSTEM)
    refused: list[dict[str, object]] = [
        {"kind": "retention"},
        {"retained": "11", "retained_until": "2027-01-01"},
    ]
    for wrong in refused:
        form = InvoiceForm.model_validate({**values, **wrong, "lines": [line]})
        with pytest.raises(CreditNoteError):
            await service.record_invoice(session, form, SYSTEM)


async def test_order_binds_money_before_an_invoice_comes(session: AsyncSession):
    grant = await a_grant(session)
    measure = await a_measure(session, grant_id=grant.id)
    line = {
        "number": 1, "text": "Access Point", "quantity": "10", "unit_net": "100",
        "vat_rate": "0.19", "shares": [{"measure_id": measure.id}],
    }  # fmt: skip
    form = OrderForm.model_validate(
        {"number": "B-1", "supplier_id": (await a_supplier(session)).id,
         "ordered_on": "2022-01-10", "lines": [line]}
    )  # fmt: skip
    await service.record_order(session, form, SYSTEM)
    record = await load_grant(session, grant.id, SYSTEM, DAY)
    assert settle_grant(record, DAY).committed == Decimal("1190.00")


async def test_administration_serves_only_what_its_notice_allows(session: AsyncSession):
    served = await a_measure(session)
    admin = await a_grant(session, programme="DPS-ADMIN")
    measure = await a_measure(session, grant_id=admin.id, category="dienstleister")
    form = SupportForm(supports_id=served.id)
    await service.record_support(session, measure, form, SYSTEM)
    record = await load_grant(session, admin.id, SYSTEM, DAY)
    assert record.around.supported == {measure.id: ("DPS-NRW-2019",)}
    own = SupportForm(supports_id=measure.id)
    with pytest.raises(SupportUnfitError):
        await service.record_support(session, measure, own, SYSTEM)
    with pytest.raises(NotFoundError):
        await service.record_support(session, measure, SupportForm(supports_id=4711), SYSTEM)


async def test_every_refusal_says_its_field(session: AsyncSession):
    invoice = await an_invoice(session)
    grant = await a_grant(session)
    form = SubmissionForm.model_validate(
        {"grant_id": grant.id, "submitted_on": today() + timedelta(days=2), "as_of": DAY}
    )
    with pytest.raises(InvalidInputError) as refused:
        await service.record_submission(session, form, SYSTEM)
    assert set(refused.value.fields) == {"submitted_on"}
    assert invoice.retained == Decimal("0.00")
