"""Which days are due for a reader: proofs, money, earmarks, warranties; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from netzwart.funding.deadlines import (
    DeadlineFacts,
    DeadlineKind,
    deadlines_from,
    earmark_end,
    is_soon,
)
from netzwart.funding.programmes.loading import FundingProgramme
from netzwart.web.components import Tone

SOON = timedelta(days=90)
"""From here on a deadline is coloured."""
HORIZON = timedelta(days=730)
"""A deadline further away is not shown among those of today."""

_NOT_TODAY = frozenset({DeadlineKind.EXECUTION_END, DeadlineKind.APPROVAL_END})
"""Ends that ask for nothing by themselves; what follows from them has its own day."""


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
class GrantDays(DeadlineFacts):
    """A grant with what its deadlines are computed from."""

    id: int
    number: str
    title: str


def earmarks_of(programme: FundingProgramme, grant: GrantDays) -> date | None:
    """Return the last day of the grant's latest earmark, None while its start is unknown."""
    return earmark_end(programme, grant)


def grant_deadlines(
    grants: Sequence[GrantDays], programmes: Mapping[int, FundingProgramme], today: date
) -> list[Deadline]:
    """Return the deadlines of grants that are near or overdue; what has ended is left out.

    Only what somebody has to do can be overdue.
    """
    found: list[Deadline] = []
    for grant in grants:
        for one in deadlines_from(programmes[grant.id], grant):
            if one.kind in _NOT_TODAY or not is_soon(one, today, HORIZON):
                continue
            found.append(
                Deadline(
                    on=one.on,
                    title=one.title,
                    subject=grant.number,
                    href=f"/foerderung/{grant.id}",
                    tone=tone_of(one.on, today),
                    is_overdue=one.on < today,
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
