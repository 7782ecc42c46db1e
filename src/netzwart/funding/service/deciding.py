"""Whether a line is eligible: one person decides, another confirms."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.accounts.audit import record_audit
from netzwart.clock import utcnow
from netzwart.errors import ConflictError, ForbiddenError, InvalidInputError
from netzwart.funding.forms import DecisionForm
from netzwart.funding.purchase_tables import InvoiceLine


class SamePersonError(ConflictError):
    """Who decided may not confirm."""


class NothingToConfirmError(ConflictError):
    """Nobody has decided about the line, or it is confirmed already."""


class ReasonMissingError(InvalidInputError):
    """A decision needs a reason: the proof prints it, the auditor asks for it."""


class DecisionChangedError(ConflictError):
    """Somebody decided anew since the second person looked."""


class DecisionNeedsPersonError(ForbiddenError):
    """A token or the system cannot decide; people do."""


async def decide_eligibility(
    session: AsyncSession, line: InvoiceLine, form: DecisionForm, actor: Actor
) -> None:
    """Store one person's decision; it counts when somebody else confirms it.

    A new decision takes back the old one with its confirmation.

    Raises:
        DecisionNeedsPersonError: when no person asks.
        ReasonMissingError: when nobody says why.
    """
    person = _person(actor)
    if not form.reason:
        message = "Jede Entscheidung über die Zuwendungsfähigkeit braucht eine Begründung."
        raise ReasonMissingError(message, {"reason": message})
    before = line.is_eligible
    line.is_eligible = form.is_eligible
    line.eligible_part = form.eligible_part
    line.ineligible_reason = form.reason
    line.decided_by_id, line.decided_at = person, utcnow()
    line.confirmed_by_id, line.confirmed_at = None, None
    await session.flush()
    await record_audit(
        session,
        actor,
        "eligibility_decided",
        "invoice_line",
        line.id,
        changes={
            "is_eligible": [before, form.is_eligible],
            "eligible_part": [None, str(form.eligible_part)],
        },
        reason=form.reason,
    )


async def decide_several(
    session: AsyncSession,
    lines: Sequence[InvoiceLine],
    form: DecisionForm,
    actor: Actor,
) -> None:
    """Store the same decision for several lines, all or none.

    Raises:
        DecisionNeedsPersonError: when no person asks.
        ReasonMissingError: when nobody says why.
    """
    for line in lines:
        await decide_eligibility(session, line, form, actor)


async def confirm_several(
    session: AsyncSession,
    decisions: Sequence[tuple[InvoiceLine, datetime]],
    actor: Actor,
) -> None:
    """Make another person's decisions count, all or none; each with the moment that was seen.

    Raises:
        DecisionChangedError: when a newer decision stands there by now.
        DecisionNeedsPersonError: when no person asks.
        NothingToConfirmError: when one of them is no open decision.
        SamePersonError: when the actor decided one of them.
    """
    for line, decided_at in decisions:
        await confirm_eligibility(session, line, actor, decided_at)


async def confirm_eligibility(
    session: AsyncSession,
    line: InvoiceLine,
    actor: Actor,
    decided_at: datetime | None = None,
) -> None:
    """Make another person's decision count; `decided_at` is the decision that person saw.

    Raises:
        DecisionChangedError: when a newer decision stands there by now.
        DecisionNeedsPersonError: when no person asks.
        NothingToConfirmError: when there is no open decision.
        SamePersonError: when the actor decided it.
    """
    person = _person(actor)
    if line.decided_by_id is None or line.confirmed_by_id is not None:
        raise NothingToConfirmError("Zu dieser Position gibt es keine offene Entscheidung.")
    if line.decided_by_id == person:
        raise SamePersonError(
            "Wer entschieden hat, bestätigt nicht selbst. Bitte eine zweite Person fragen."
        )
    if decided_at is not None and line.decided_at != decided_at:
        raise DecisionChangedError(
            "Inzwischen wurde neu entschieden. Bitte die Position noch einmal ansehen."
        )
    line.confirmed_by_id, line.confirmed_at = person, utcnow()
    await session.flush()
    await record_audit(
        session,
        actor,
        "eligibility_confirmed",
        "invoice_line",
        line.id,
        changes={"confirmed": [False, True]},
    )


def _person(actor: Actor) -> int:
    if actor.user_id is None:
        raise DecisionNeedsPersonError(
            "Über die Zuwendungsfähigkeit entscheiden angemeldete Personen, keine Programme."
        )
    return actor.user_id
