"""The days that matter soon: of grants, loans and warranties."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import (
    Date,
    Integer,
    ScalarSelect,
    String,
    Subquery,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from netzwart.accounts.actors import Actor, Scope
from netzwart.clock import today
from netzwart.database import Money, table_of
from netzwart.funding.deadlines import MessageDay, RetainedMoney
from netzwart.funding.liabilities import OCCASIONS
from netzwart.funding.programmes.loading import FundingProgramme, get_programme
from netzwart.funding.purchase_tables import Invoice
from netzwart.funding.queries.visibility import visible_grants
from netzwart.funding.rules.duties import MessageOccasion
from netzwart.funding.tables import AuthorityMessage, Drawdown, RuleOverride
from netzwart.inventory.queries import DEVICE
from netzwart.inventory.tables import DeviceStatus
from netzwart.money import ZERO, total
from netzwart.overview.deadlines import Deadline, GrantDays, grant_deadlines, tone_of
from netzwart.overview.queries.school_figures import GRANT, LINE, MEASURE, PAYMENT, SHARE
from netzwart.schools.queries import AnyRow, at_schools

DRAWDOWN = table_of(Drawdown)
OVERRIDE = table_of(RuleOverride)
MESSAGE = table_of(AuthorityMessage)
INVOICE = table_of(Invoice)

WARRANTY_AHEAD = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class JudgedGrants:
    """Grants with the rules each is judged by."""

    grants: Sequence[GrantDays]
    programmes: Mapping[int, FundingProgramme]

    @property
    def approved(self) -> Decimal:
        """Return what was approved in all of them, in euros."""
        return total([grant.approved for grant in self.grants])

    def deadlines(self) -> list[Deadline]:
        """Return their near deadlines, in no order."""
        return grant_deadlines(self.grants, self.programmes, today())


async def judged_grants(
    session: AsyncSession, actor: Actor, school_id: int | None = None
) -> JudgedGrants:
    """Return the grants the actor may see, or those with a measure at one school."""
    conditions = [visible_grants(actor)]
    if school_id is not None:
        at_school = select(MEASURE.c.grant_id).where(MEASURE.c.school_id == school_id)
        conditions.append(GRANT.c.id.in_(at_school))
    found = await _grant_days(session, conditions)
    overrides: dict[int, dict[str, object]] = defaultdict(dict)
    messages: dict[int, list[MessageDay]] = defaultdict(list)
    retained: dict[int, list[RetainedMoney]] = defaultdict(list)
    for row in found:
        if row.kind == "override":
            overrides[row.id][row.word] = row.text
        elif row.kind == "message":
            title = OCCASIONS[MessageOccasion(row.word)]
            messages[row.id].append(MessageDay(row.extra_id, title, row.day))
        elif row.kind == "retained":
            retained[row.id].append(RetainedMoney(row.word, row.day, row.amount))
    rows = list({row.id: row for row in found}.values())
    programmes = {row.id: programme_of(row, overrides[row.id]) for row in rows}
    grants = [
        GrantDays(
            id=row.id,
            number=row.number,
            title=row.title,
            approval_until=row.approval_until,
            execution_until=row.execution_until,
            purpose_fulfilled_on=row.purpose_fulfilled_on,
            proof_submitted_on=row.proof_submitted_on,
            last_payment_on=row.last_payment_on,
            last_delivery_on=row.last_delivery_on,
            approved=row.approved_amount,
            drawn=row.drawn if row.drawn is not None else ZERO,
            messages=messages[row.id],
            retained=retained[row.id],
        )
        for row in rows
    ]
    return JudgedGrants(grants, programmes)


def _extras() -> Subquery:
    """Return what hangs on grants: the notice's values, messages to be sent, money held back."""
    nothing = cast(literal(0, Integer()), Money())
    overrides = select(
        OVERRIDE.c.grant_id,
        OVERRIDE.c.id,
        literal("override", String()).label("kind"),
        OVERRIDE.c.key.label("word"),
        OVERRIDE.c.value.label("text"),
        cast(null(), Date()).label("day"),
        nothing.label("amount"),
    )
    messages = select(
        MESSAGE.c.grant_id,
        MESSAGE.c.id,
        literal("message", String()),
        cast(MESSAGE.c.occasion, String()),
        literal("", String()),
        MESSAGE.c.due_on,
        nothing,
    ).where(MESSAGE.c.sent_on.is_(None), MESSAGE.c.due_on.is_not(None))
    retained = (
        select(
            MEASURE.c.grant_id,
            INVOICE.c.id,
            literal("retained", String()),
            INVOICE.c.number,
            literal("", String()),
            INVOICE.c.retained_until,
            INVOICE.c.retained,
        )
        .select_from(
            INVOICE.join(LINE, LINE.c.invoice_id == INVOICE.c.id)
            .join(SHARE, SHARE.c.invoice_line_id == LINE.c.id)
            .join(MEASURE, MEASURE.c.id == SHARE.c.measure_id)
        )
        .where(INVOICE.c.retained_until.is_not(None))
        .distinct()
    )
    return union_all(overrides, messages, retained).subquery("extra")


def programme_of(grant: AnyRow, overrides: dict[str, object]) -> FundingProgramme:
    """Return the rules a grant is judged by, with the values its notice overrides."""
    programme = get_programme(grant.programme, grant.issued_on)
    return programme.with_overrides(overrides) if overrides else programme


def last_payment_on() -> ScalarSelect[date | None]:
    """Return, within a statement over grants, the day of a grant's last payment."""
    lines = (
        select(SHARE.c.invoice_line_id)
        .join(MEASURE, MEASURE.c.id == SHARE.c.measure_id)
        .where(MEASURE.c.grant_id == GRANT.c.id)
        .correlate(GRANT)
    )
    invoices = select(LINE.c.invoice_id).where(LINE.c.id.in_(lines)).correlate(GRANT)
    return (
        select(func.max(PAYMENT.c.paid_on))
        .where(PAYMENT.c.invoice_id.in_(invoices))
        .correlate(GRANT)
        .scalar_subquery()
    )


async def _grant_days(
    session: AsyncSession, conditions: Sequence[ColumnElement[bool]]
) -> Sequence[AnyRow]:
    """Return the grants, each once per thing that hangs on it, newest override last."""
    extra = _extras()
    last_delivery = (
        select(func.max(DEVICE.c.delivered_on))
        .join(MEASURE, MEASURE.c.id == DEVICE.c.measure_id)
        .where(MEASURE.c.grant_id == GRANT.c.id)
        .correlate(GRANT)
        .scalar_subquery()
    )
    drawn = (
        select(func.sum(DRAWDOWN.c.amount))
        .where(DRAWDOWN.c.grant_id == GRANT.c.id)
        .correlate(GRANT)
        .scalar_subquery()
    )
    statement = (
        select(
            GRANT.c.id,
            GRANT.c.number,
            GRANT.c.title,
            GRANT.c.programme,
            GRANT.c.issued_on,
            GRANT.c.approval_until,
            GRANT.c.execution_until,
            GRANT.c.purpose_fulfilled_on,
            GRANT.c.proof_submitted_on,
            GRANT.c.approved_amount,
            last_payment_on().label("last_payment_on"),
            last_delivery.label("last_delivery_on"),
            drawn.label("drawn"),
            extra.c.id.label("extra_id"),
            extra.c.kind,
            extra.c.word,
            extra.c.text,
            extra.c.day,
            extra.c.amount,
        )
        .select_from(GRANT.outerjoin(extra, extra.c.grant_id == GRANT.c.id))
        .where(*conditions)
        .order_by(GRANT.c.issued_on, GRANT.c.id, extra.c.kind, extra.c.id)
    )
    return (await session.execute(statement)).all()


async def list_warranty_deadlines(session: AsyncSession, scope: Scope) -> list[Deadline]:
    """Return the days on which warranties end within the next sixty days, with how many."""
    begin: date = today()
    statement = (
        select(DEVICE.c.warranty_until, func.count())
        .where(
            DEVICE.c.warranty_until.between(begin, begin + WARRANTY_AHEAD),
            DEVICE.c.status != DeviceStatus.DISPOSED,
            at_schools(DEVICE.c.school_id, scope),
        )
        .group_by(DEVICE.c.warranty_until)
        .order_by(DEVICE.c.warranty_until)
        .limit(5)
    )
    return [
        Deadline(
            on=day,
            title="Gewährleistung endet",
            subject="1 Gerät" if number == 1 else f"{number} Geräte",
            tone=tone_of(day, begin),
        )
        for day, number in await session.execute(statement)
    ]
