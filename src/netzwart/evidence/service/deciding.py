"""A person decides about a finding, with a reason; what follows for the record is done at once."""

from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.accounts.audit import record_audit
from netzwart.clock import today, utcnow
from netzwart.errors import ConflictError, NotFoundError
from netzwart.evidence.rules import allowed_decisions
from netzwart.evidence.service.taking_effect import DecisionDoesNotFitError, take_effect
from netzwart.evidence.tables import Decision, Finding, FindingKind, FindingStatus

KEPT_FOR = timedelta(days=28)
"""Who keeps the record against reality promises that reality follows: four weeks, then we ask."""
_PROMISED = frozenset({FindingKind.UNSEEN, FindingKind.WRONG_SCHOOL})


class FindingIsClosedError(ConflictError):
    """Somebody decided before, or reality came right by itself."""


async def decide_finding(
    session: AsyncSession,
    actor: Actor,
    finding_id: int,
    decision: Decision,
    reason: str,
    *,
    ignored_until: date | None = None,
) -> Finding:
    """Decide an open finding, and change the devices it is about.

    Raises:
        NotFoundError: there is none, or not for this actor.
        FindingIsClosedError: it is not open any more.
        DecisionDoesNotFitError: wrong decision for its kind, no reason, or no day to ignore until.
        ForbiddenError: the decision changes a device the actor may not change.
    """
    finding = await session.get(Finding, finding_id, with_for_update=True)
    if finding is None or not actor.may_at(Right.DECIDE_FINDINGS, finding.school_id):
        raise NotFoundError("Diesen Befund gibt es nicht.")
    if finding.status is not FindingStatus.OPEN:
        raise FindingIsClosedError("Dieser Befund ist schon entschieden oder erledigt.")
    _check(finding, decision, reason, ignored_until)
    finding.ignored_until = _asks_again_after(finding.kind, decision, ignored_until)
    finding.effect = (await take_effect(session, actor, finding, decision, reason.strip()))[:500]
    finding.status = FindingStatus.DECIDED
    finding.decision = decision
    finding.reason = reason.strip()
    finding.decided_by_id = actor.user_id
    finding.closed_at = utcnow()
    await session.flush()
    await record_audit(
        session,
        actor,
        "finding_decided",
        "finding",
        finding.id,
        changes={
            "decision": [None, str(decision)],
            "kind": [None, str(finding.kind)],
            "effect": [None, finding.effect],
        },
        reason=finding.reason,
        school_id=finding.school_id,
    )
    return finding


def _asks_again_after(
    kind: FindingKind, decision: Decision, ignored_until: date | None
) -> date | None:
    if decision is Decision.IGNORE_UNTIL:
        return ignored_until
    if decision is Decision.KEEP_RECORD and kind in _PROMISED:
        return today() + KEPT_FOR
    return None


def _check(finding: Finding, decision: Decision, reason: str, ignored_until: date | None) -> None:
    problems: dict[str, str] = {}
    if decision not in allowed_decisions(finding.kind):
        problems["decision"] = "Diese Entscheidung passt nicht zu diesem Befund."
    if not reason.strip():
        problems["reason"] = "Bitte die Entscheidung begründen."
    if decision is Decision.IGNORE_UNTIL and (ignored_until is None or ignored_until <= today()):
        problems["ignored_until"] = "Bitte einen künftigen Tag angeben."
    if problems:
        raise DecisionDoesNotFitError(" ".join(problems.values()), problems)


__all__ = [
    "DecisionDoesNotFitError",
    "FindingIsClosedError",
    "allowed_decisions",
    "decide_finding",
]
