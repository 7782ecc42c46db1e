"""Which grants a reader of the list asked for; grants are few, so they are sifted when loaded."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from netzwart.errors import InvalidInputError
from netzwart.funding.queries.records import GrantHead

STATES: Final[Mapping[str, str]] = {
    "running": "läuft",
    "to_prove": "Nachweis steht aus",
    "submitted": "Nachweis eingereicht",
}
"""Where a grant stands, in words."""

_LONGEST = 200


class BadGrantFilterError(InvalidInputError):
    """The address asks for a state that no grant can have."""

    status = 400


def grant_conditions(q: str, programme: str, state: str, on: date) -> Callable[[GrantHead], bool]:
    """Return the test a grant must pass; every word must stand in number, title or authority.

    Raises:
        BadGrantFilterError: for an unknown state or a search that is too long.
    """
    if (state and state not in STATES) or len(q) > _LONGEST:
        raise BadGrantFilterError("Diese Filter passen nicht zur Liste der Bewilligungen.")
    words = q.casefold().split()

    def fits(head: GrantHead) -> bool:
        text = f"{head.number} {head.title} {head.authority} {head.programme}".casefold()
        return (
            all(word in text for word in words)
            and (not programme or head.programme == programme)
            and (not state or state_of(head, on) == state)
        )

    return fits


def state_of(head: GrantHead, on: date) -> str:
    """Return where the grant stands on a day."""
    if head.proof_submitted_on is not None:
        return "submitted"
    until = head.approval_until or head.execution_until
    return "to_prove" if until is not None and until < on else "running"
