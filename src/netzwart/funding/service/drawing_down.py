"""Money that comes in: calls on the grant, and income that lowers it."""

from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.accounts.audit import record_audit
from netzwart.database import table_of
from netzwart.errors import ConflictError, InvalidInputError, NotFoundError
from netzwart.funding.drawdowns import DrawdownProposal, propose_drawdown
from netzwart.funding.forms import DrawdownForm, IncomeForm
from netzwart.funding.queries import load_grant
from netzwart.funding.settlement import can_be_settled, settle_grant
from netzwart.funding.tables import Drawdown, Grant, Income
from netzwart.money import ZERO, format_euro

_DRAWDOWN = table_of(Drawdown)


class DrawdownExceedsGrant(ConflictError):  # noqa: N818 - the house's own example of a name
    """More would be called than was awarded."""


class DrawdownTooEarlyError(ConflictError):
    """Money is called before the notice is final (Bestandskraft). Source: VVG 7.1."""


class ReceivedBeforeRequestedError(InvalidInputError):
    """Money cannot arrive before it was called."""


async def record_drawdown(session: AsyncSession, form: DrawdownForm, actor: Actor) -> Drawdown:
    """Store a call for money, with the next number when the form names none.

    Raises:
        NotFoundError: when there is no such grant.
        DrawdownExceedsGrant: when all calls together exceed the award.
        DrawdownTooEarlyError: when the notice is not final on that day.
        ReceivedBeforeRequestedError: when the money came before the call.
    """
    grant = await _grant(session, form.grant_id)
    if grant.final_on is None or form.requested_on < grant.final_on:
        raise DrawdownTooEarlyError(
            "Vor der Bestandskraft des Bescheids dürfen keine Mittel abgerufen werden. "
            "Bitte am Bescheid den Tag der Bestandskraft eintragen."
        )
    _check_days(form.requested_on, form.received_on)
    called, last = (
        await session.execute(
            select(
                func.coalesce(func.sum(_DRAWDOWN.c.amount), ZERO).label("called"),
                func.max(_DRAWDOWN.c.number),
            ).where(_DRAWDOWN.c.grant_id == grant.id)
        )
    ).one()
    _check_award(grant, called, form.amount)
    drawdown = Drawdown(
        **form.model_dump(exclude={"number"}),
        number=form.number or (last or 0) + 1,
        basis=await _basis(session, grant.id, form.requested_on, actor),
    )
    session.add(drawdown)
    await session.flush()
    await record_audit(
        session,
        actor,
        "drawdown_recorded",
        "drawdown",
        drawdown.id,
        changes={"amount": [None, str(drawdown.amount)], "grant": [None, grant.number]},
    )
    return drawdown


async def _basis(session: AsyncSession, grant_id: int, on: date, actor: Actor) -> dict[str, object]:
    """Return the figures of the day of the call, as far as the grant can be settled."""
    record = await load_grant(session, grant_id, actor, on)
    if not can_be_settled(record):
        return {}
    return propose_drawdown(settle_grant(record, on)).as_basis()


async def get_proposal(
    session: AsyncSession, grant_id: int, on: date, actor: Actor
) -> DrawdownProposal:
    """Return what may be called on a day, and what the call would rest on.

    Raises:
        NotFoundError: when there is no such grant for this actor.
        FinancingTypeMissingError: when nobody said how the grant is financed.
        FundingRateMissingError: when the rate is needed and unknown.
    """
    return propose_drawdown(settle_grant(await load_grant(session, grant_id, actor, on), on))


async def record_drawdown_received(
    session: AsyncSession, drawdown: Drawdown, received_on: date, actor: Actor
) -> None:
    """Store the day on which called money arrived.

    Raises:
        ReceivedBeforeRequestedError: when the day lies before the call.
    """
    _check_days(drawdown.requested_on, received_on)
    before, drawdown.received_on = drawdown.received_on, received_on
    await session.flush()
    await record_audit(
        session,
        actor,
        "drawdown_received",
        "drawdown",
        drawdown.id,
        changes={"received_on": [before and before.isoformat(), received_on.isoformat()]},
    )


async def record_income(session: AsyncSession, form: IncomeForm, actor: Actor) -> Income:
    """Store money from insurance, sale or third parties.

    Raises:
        NotFoundError: when there is no such grant.
    """
    grant = await _grant(session, form.grant_id)
    income = Income(**form.model_dump())
    session.add(income)
    await session.flush()
    await record_audit(
        session,
        actor,
        "income_recorded",
        "income",
        income.id,
        changes={"amount": [None, str(income.amount)], "grant": [None, grant.number]},
    )
    return income


async def _grant(session: AsyncSession, grant_id: int) -> Grant:
    grant = await session.get(Grant, grant_id)
    if grant is None:
        raise NotFoundError("Diese Bewilligung gibt es nicht.")
    return grant


def _check_days(requested_on: date, received_on: date | None) -> None:
    if received_on is not None and received_on < requested_on:
        message = "Der Eingang liegt vor dem Abruf."
        raise ReceivedBeforeRequestedError(message, {"received_on": message})


def _check_award(grant: Grant, called: Decimal, amount: Decimal) -> None:
    if called + amount > grant.approved_amount:
        left = format_euro(grant.approved_amount - called)
        raise DrawdownExceedsGrant(
            f"{format_euro(amount)} sind mehr, als vom Bescheid noch offen ist ({left})."
        )
