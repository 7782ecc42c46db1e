"""How inventory numbers are made from a scheme; pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

USUAL_SCHEME = "{schule}-{jahr}-{nr:4}"
LONGEST = 60
_TOKEN = re.compile(r"\{([^{}]*)\}")
_RUNNING = re.compile(r"nr(?::([1-9]))?")
_PLAIN = re.compile(r"[A-Za-z0-9ÄÖÜäöüß._/ -]*")
_NOT_IN_NUMBERS = re.compile(r"[^A-Z0-9ÄÖÜ]")
TOKENS: Mapping[str, str] = {
    "schule": "Kurzname der Schule",
    "schulnummer": "Schulnummer",
    "art": "Art des Geräts, drei Buchstaben",
    "jahr": "Jahr, zwei Stellen",
    "jahr4": "Jahr, vier Stellen",
    "nr:4": "laufende Nummer, hier vierstellig",
}
"""What a scheme may name → what it stands for."""
_CATEGORY_LETTERS: Mapping[str, str] = {
    "access_point": "ACP",
    "wlan_controller": "WLC",
    "printer": "DRU",
    "panel": "TAF",
    "projector": "PRO",
    "phone": "TEL",
    "ups": "USV",
    "other": "SON",
}


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """What a number can tell of a device."""

    school: str | None
    """Short name."""
    school_number: str | None
    category: str
    on: date


def scheme_fault(scheme: str) -> str | None:
    """Return the German sentence that says what is wrong with a scheme, None if it can be used."""
    tokens = _TOKEN.findall(scheme)
    running = [token for token in tokens if _RUNNING.fullmatch(token)]
    if len(running) != 1:
        return "Das Schema braucht genau eine laufende Nummer, z. B. {nr:4}."
    unknown = [token for token in tokens if token not in TOKENS and token not in running]
    if unknown:
        known = ", ".join("{" + token + "}" for token in TOKENS)
        return f"{{{unknown[0]}}} gibt es nicht. Bekannt sind {known}."
    if not _PLAIN.fullmatch(_TOKEN.sub("", scheme)):
        return "Außer Platzhaltern sind nur Buchstaben, Ziffern und . - / _ erlaubt."
    if len(numbered(scheme, _LONGEST_FACTS, 10**9)) > LONGEST:
        return f"Eine Inventarnummer hat höchstens {LONGEST} Zeichen."
    return None


def numbered(scheme: str, facts: NumberFacts, number: int) -> str:
    """Return the inventory number of a device: the scheme filled in.

    Example:
        `{schule}-{jahr}-{nr:4}` with the Gymnasium GYM in 2026 and 17 is `GYM-26-0017`.
    """
    start, width, end = parts_of(scheme, facts)
    return f"{start}{number:0{width}}{end}"


def parts_of(scheme: str, facts: NumberFacts) -> tuple[str, int, str]:
    """Return what stands before the running number, its width, and what stands behind it."""
    values = {
        "schule": _capitals(facts.school) or "TRÄGER",
        "schulnummer": facts.school_number or "000000",
        "art": _CATEGORY_LETTERS.get(facts.category, _capitals(facts.category)[:3]),
        "jahr": f"{facts.on:%y}",
        "jahr4": f"{facts.on:%Y}",
    }
    found = next(each for each in _TOKEN.finditer(scheme) if _RUNNING.fullmatch(each[1]))
    running = _RUNNING.fullmatch(found[1])
    width = int(running[1] or 1) if running else 1

    def filled(text: str) -> str:
        return _TOKEN.sub(lambda each: values[each[1]], text)

    return filled(scheme[: found.start()]), width, filled(scheme[found.end() :])


def running_number(text: str, start: str, end: str) -> int | None:
    """Return the running number of an inventory number of this scheme, None if it is of none."""
    middle = text.removeprefix(start).removesuffix(end) if end else text.removeprefix(start)
    is_one = text == f"{start}{middle}{end}" and middle.isascii() and middle.isdigit()
    return int(middle) if is_one and len(middle) <= 9 else None  # noqa: PLR2004 - a running number


def _capitals(text: str | None) -> str:
    return _NOT_IN_NUMBERS.sub("", (text or "").upper())


_LONGEST_FACTS = NumberFacts("X" * 20, "000000", "switch", date(2000, 1, 1))
