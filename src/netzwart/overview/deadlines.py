"""Which days are due for a reader: proofs, money, earmarks, warranties; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from netzwart.funding.programmes.judging import earmark_rule, value_of
from netzwart.funding.programmes.loading import FundingProgramme
from netzwart.funding.rules.dating import earmark_from, earmarked_until, proof_due_on
from netzwart.web.components import Tone

SOON = timedelta(days=90)
"""From here on a deadline is coloured."""
HORIZON = timedelta(days=730)
"""A deadline further away is not shown among those of today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """One day by which something has to be done, or on which something ends."""

    on: date
    title: str
    subject: str
    href: str | None = None
    tone: Tone = Tone.NEUTRAL
    is_overdue: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantDays:
    """What a grant's deadlines are computed from."""

    id: int
    number: str
    title: str
    approval_until: date | None
    execution_until: date | None
    purpose_fulfilled_on: date | None
    proof_submitted_on: date | None
    last_payment_on: date | None
    last_delivery_on: date | None
    approved: Decimal
    drawn: Decimal
    """Called so far, whether it has arrived or not."""


def earmarks_of(programme: FundingProgramme, grant: GrantDays) -> date | None:
    """Return the last day of the grant's latest earmark, None while its start is unknown."""
    rule = earmark_rule(programme)
    begun = earmark_from(
        rule,
        execution_until=grant.execution_until,
        last_payment_on=grant.last_payment_on,
        delivered_on=grant.last_delivery_on,
    )
    return earmarked_until(rule, begun)


def _proof_due(programme: FundingProgramme, grant: GrantDays) -> date | None:
    if grant.proof_submitted_on is not None or grant.approval_until is None:
        return None
    proof = programme.rules.deadlines.proof
    months = value_of(proof.months_after_period)
    return proof_due_on(
        grant.approval_until,
        grant.purpose_fulfilled_on,
        notice_due_on=value_of(proof.due_on),
        **({} if months is None else {"months": months}),
    )


def deadlines_of(programme: FundingProgramme, grant: GrantDays) -> list[tuple[date, str]]:
    """Return the days of one grant with what is due then, in no order."""
    found: list[tuple[date | None, str]] = [
        (_proof_due(programme, grant), "Verwendungsnachweis fällig"),
        (earmarks_of(programme, grant), "Zweckbindung endet"),
    ]
    if grant.drawn < grant.approved:
        last = value_of(programme.rules.deadlines.last_drawdown_on) or grant.approval_until
        found.append((last, "Letzter Tag für Mittelabrufe"))
    return [(day, title) for day, title in found if day is not None]


def grant_deadlines(
    grants: Sequence[GrantDays], programmes: Mapping[int, FundingProgramme], today: date
) -> list[Deadline]:
    """Return the deadlines of grants that are near or overdue; what has ended is left out.

    Only a proof that was not handed in can be overdue.
    """
    found: list[Deadline] = []
    for grant in grants:
        for day, title in deadlines_of(programmes[grant.id], grant):
            is_duty = title.startswith("Verwendungsnachweis")
            if (day < today and not is_duty) or day > today + HORIZON:
                continue
            found.append(
                Deadline(
                    on=day,
                    title=title,
                    subject=grant.number,
                    href=f"/foerderung/{grant.id}",
                    tone=tone_of(day, today),
                    is_overdue=day < today,
                )
            )
    return found


def tone_of(day: date, today: date) -> Tone:
    """Return how much a deadline presses."""
    if day < today:
        return Tone.DANGER
    return Tone.WARNING if day <= today + SOON else Tone.NEUTRAL


def in_order(deadlines: Sequence[Deadline]) -> list[Deadline]:
    """Return the deadlines by day, then by what is due."""
    return sorted(deadlines, key=lambda deadline: (deadline.on, deadline.title, deadline.subject))
