"""What a line's words suggest about its eligibility; people decide, words never do."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

COMMON_WORDS = (
    "Wartung",
    "Support",
    "Garantieverlängerung",
    "Smartphone",
    "Verbrauchsmaterial",
    "Verwaltung",
    "Abo",
)
"""Words that rarely stand on an eligible line of any programme. Source: CHK-09."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What to look at before deciding; `is_eligible` is what the words speak for."""

    is_eligible: bool
    word: str | None
    """The word that was found, as it stands on the line."""
    reason: str
    """A sentence to start one's own reason from."""


def suspicious_word(text: str, words: Iterable[str]) -> str | None:
    """Return the first listed word that a word of the text begins with, as the text writes it."""
    listed = [re.escape(word) for word in dict.fromkeys(words) if word.strip()]
    if not listed:
        return None
    found = re.search(r"\b(?:" + "|".join(listed) + ")", text, re.IGNORECASE)
    return found[0] if found else None


def suggest(text: str, category: str | None, ineligible: Sequence[str], clause: str) -> Suggestion:
    """Return what the words speak for: against, when one of the lists stands on the line.

    `category` is the German name of the Förderbereich, None when no measure bears the line;
    `clause` says where the word list comes from.
    """
    word = suspicious_word(text, [*ineligible, *COMMON_WORDS])
    if word is not None:
        return Suggestion(
            is_eligible=False,
            word=word,
            reason=f"„{word}“ gehört nach {clause} in der Regel nicht zu den zuwendungsfähigen "
            "Ausgaben.",
        )
    if category is None:
        return Suggestion(
            is_eligible=False, word=None, reason="Keine Maßnahme trägt diese Position."
        )
    return Suggestion(
        is_eligible=True,
        word=None,
        reason=f"Gehört zum Förderbereich {category}; kein Ausschlusswort gefunden.",
    )
