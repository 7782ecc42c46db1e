"""What the recipient of a grant must tell the authority, and until when."""

from datetime import date, timedelta
from enum import StrEnum

_PROMPTLY = timedelta(days=14)


class MessageOccasion(StrEnum):
    """Why the authority must be told. Source: ANBest-G Nr. 5 (in `domain/funding.md`, 4.2)."""

    OTHER_GRANTS = "other_grants"
    """Further grants from others were asked for or received."""
    COSTS_CHANGED = "costs_changed"
    """More or less money is needed, or covers the costs, than planned."""
    PURPOSE_CHANGED = "purpose_changed"
    PURPOSE_UNREACHABLE = "purpose_unreachable"
    MONEY_UNSPENT = "money_unspent"
    """Called money was not spent within two months."""
    OBJECT_NOT_USED = "object_not_used"
    """A funded thing is gone, or no longer serves the purpose, before its earmark ends."""


def message_due_on(known_on: date) -> date:
    """Return the day until which the authority should be told.

    ANBest-G Nr. 5 says "unverzüglich"; fourteen days are the house's reading of it, not a source.
    """
    return known_on + _PROMPTLY
