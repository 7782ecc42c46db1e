"""Until when the evidence of a device must be kept; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

UNFUNDED_YEARS: Final = 10
"""Full calendar years after the end of what no grant bound: as long as accounting records.
Source: § 59 KomHVO NRW, which keeps them ten years."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A chain of swaps: whether it is accounted for, and what still wants its evidence."""

    is_closed: bool
    """Its newest device is lost or disposed of."""
    closed_on: date | None
    """When it went; None where nobody wrote it down."""
    periods: Sequence[date | None] = ()
    """Ends of earmark and retention of all its grants; None is an end nobody knows."""


def keep_until(kept: Kept) -> date | None:
    """Return the last day on which the evidence must be there; None: on and on.

    As long as the thing stands, or one of its periods has no known end, nothing of it is deleted.
    """
    if not kept.is_closed or kept.closed_on is None or any(end is None for end in kept.periods):
        return None
    known = [end for end in kept.periods if end is not None]
    return max([end_of_unfunded(kept.closed_on), *known])


def end_of_unfunded(day: date) -> date:
    """Return the end of the tenth calendar year after a day."""
    return date(day.year + UNFUNDED_YEARS, 12, 31)
