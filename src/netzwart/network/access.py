"""What came of trying credentials at a node, in words; pure."""

from enum import StrEnum

from netzwart.network.polling.reading import PollError


class AccessOutcome(StrEnum):
    """What a check of access found."""

    OPENED = "opened"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    AUTHENTICATION_FAILED = "authentication_failed"
    MALFORMED_REPLY = "malformed_reply"
    HOST_KEY_UNKNOWN = "host_key_unknown"
    HOST_KEY_CHANGED = "host_key_changed"
    NOT_USABLE = "not_usable"
    """The credentials themselves: sealed with another key, or without a platform for SSH."""


SENTENCES = {
    AccessOutcome.OPENED: "Zugang funktioniert",
    AccessOutcome.NO_ANSWER: "Keine Antwort",
    AccessOutcome.REFUSED: "Gerät hat abgelehnt",
    AccessOutcome.AUTHENTICATION_FAILED: "Zugangsdaten abgelehnt",
    AccessOutcome.MALFORMED_REPLY: "Unlesbare Antwort",
    AccessOutcome.HOST_KEY_UNKNOWN: "Schlüssel des Geräts ist noch nicht angenommen",
    AccessOutcome.HOST_KEY_CHANGED: "Gerät zeigt einen anderen Schlüssel als den angenommenen",
    AccessOutcome.NOT_USABLE: "Zugangsdaten nicht verwendbar",
}
"""What a person reads about each outcome."""


def outcome_of(error: PollError) -> AccessOutcome:
    """Return what a failed visit means for a check; the names are the same."""
    return AccessOutcome(error.value)
