"""What the authority is told and gets: messages, the submitted proof; and what it wants back."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.accounts.audit import record_audit
from netzwart.clock import today, utcnow
from netzwart.errors import ConflictError, InvalidInputError
from netzwart.funding.forms import ClawbackForm, MessageForm, SubmissionForm
from netzwart.funding.queries import get_grant, load_grant
from netzwart.funding.rules.comparing import figures_of
from netzwart.funding.rules.duties import message_due_on
from netzwart.funding.settlement import settle_grant
from netzwart.funding.tables import AuthorityMessage, Clawback, ProofSubmission


class MessageSentAlreadyError(ConflictError):
    """The message went out before; a sent message is not changed."""


class ClawbackPaidAlreadyError(ConflictError):
    """The money was paid back before."""


class DayInFutureError(InvalidInputError):
    """What has happened cannot lie in the future."""


async def record_message(
    session: AsyncSession, form: MessageForm, actor: Actor
) -> AuthorityMessage:
    """Store what the authority must be told; without a day it is due in fourteen days.

    Raises:
        NotFoundError: when there is no such grant for this actor.
        DayInFutureError: when it is said to have gone out on a day to come.
    """
    grant = await get_grant(session, form.grant_id, actor)
    if form.sent_on is not None:
        _check_past(form.sent_on, "sent_on")
    values = form.model_dump()
    if form.sent_on is None and form.due_on is None:
        values["due_on"] = message_due_on(today())
    message = AuthorityMessage(**values)
    session.add(message)
    await session.flush()
    await record_audit(
        session,
        actor,
        "authority_message_recorded",
        "authority_message",
        message.id,
        changes={"occasion": [None, form.occasion.value], "grant": [None, grant.number]},
    )
    return message


async def record_message_sent(
    session: AsyncSession, message: AuthorityMessage, sent_on: date, actor: Actor
) -> None:
    """Store that the message went out.

    Raises:
        MessageSentAlreadyError: when it had gone out before.
        DayInFutureError: when the day is to come.
    """
    if message.sent_on is not None:
        raise MessageSentAlreadyError(
            f"Diese Mitteilung ging schon am {message.sent_on:%d.%m.%Y} heraus."
        )
    _check_past(sent_on, "sent_on")
    message.sent_on = sent_on
    await session.flush()
    await record_audit(
        session,
        actor,
        "authority_message_sent",
        "authority_message",
        message.id,
        changes={"sent_on": [None, sent_on.isoformat()]},
    )


async def record_clawback(session: AsyncSession, form: ClawbackForm, actor: Actor) -> Clawback:
    """Store what the authority demands back.

    Raises:
        NotFoundError: when there is no such grant for this actor.
    """
    grant = await get_grant(session, form.grant_id, actor)
    clawback = Clawback(**form.model_dump())
    session.add(clawback)
    await session.flush()
    await record_audit(
        session,
        actor,
        "clawback_recorded",
        "clawback",
        clawback.id,
        changes={"amount": [None, str(clawback.amount)], "grant": [None, grant.number]},
        reason=form.reason,
    )
    return clawback


async def record_clawback_paid(
    session: AsyncSession, clawback: Clawback, paid_on: date, actor: Actor
) -> None:
    """Store that the money went back.

    Raises:
        ClawbackPaidAlreadyError: when it went back before.
        DayInFutureError: when the day is to come.
    """
    if clawback.paid_on is not None:
        raise ClawbackPaidAlreadyError("Diese Rückforderung ist schon bezahlt.")
    _check_past(paid_on, "paid_on")
    clawback.paid_on, clawback.settled_at = paid_on, utcnow()
    await session.flush()
    await record_audit(
        session,
        actor,
        "clawback_paid",
        "clawback",
        clawback.id,
        changes={"paid_on": [None, paid_on.isoformat()]},
    )


async def record_submission(
    session: AsyncSession, form: SubmissionForm, actor: Actor
) -> ProofSubmission:
    """Store that a proof went out, with the figures it shows; the grant's rules are closed then.

    Raises:
        NotFoundError: when there is no such grant for this actor.
        DayInFutureError: when it is said to have gone out on a day to come.
        FinancingTypeMissingError: when the grant cannot be settled.
    """
    grant = await get_grant(session, form.grant_id, actor)
    _check_past(form.submitted_on, "submitted_on")
    record = await load_grant(session, grant.id, actor, form.as_of)
    settled = settle_grant(record, form.as_of)
    submission = ProofSubmission(
        grant_id=grant.id,
        submitted_on=form.submitted_on,
        as_of=form.as_of,
        document_sha256=form.document_sha256,
        figures=figures_of(settled.settlement),
    )
    session.add(submission)
    before, grant.proof_submitted_on = grant.proof_submitted_on, form.submitted_on
    await session.flush()
    await record_audit(
        session,
        actor,
        "proof_submitted",
        "funding_grant",
        grant.id,
        changes={
            "proof_submitted_on": [
                before and before.isoformat(),
                form.submitted_on.isoformat(),
            ],
            "document_sha256": [None, form.document_sha256],
        },
    )
    return submission


def _check_past(day: date, field: str) -> None:
    if day > today():
        message = f"Der {day:%d.%m.%Y} liegt in der Zukunft."
        raise DayInFutureError(message, {field: message})
