"""The days of a grant that still matter to somebody who reads a list."""

from dataclasses import dataclass
from datetime import date, timedelta

from netzwart.funding.deadlines import deadlines_from
from netzwart.funding.liabilities import deadline_facts
from netzwart.funding.settlement import SettledGrant

_SOON = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class UpcomingDay:
    """A day of a grant; overdue is only what somebody still has to do."""

    label: str
    day: date
    is_overdue: bool
    is_soon: bool


def upcoming_days(grant: SettledGrant, on: date) -> list[UpcomingDay]:
    """Return the duties that are overdue and the days still to come, next first."""
    return [
        UpcomingDay(one.title, one.on, is_overdue=one.on < on, is_soon=one.on <= on + _SOON)
        for one in deadlines_from(grant.programme, deadline_facts(grant))
        if one.on >= on or one.is_duty
    ]
