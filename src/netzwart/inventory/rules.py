"""The trade's rules about devices; pure."""

import re
from collections.abc import Sequence

_PUNCTUATION = re.compile(r"[^0-9A-Z]")
_SEPARATORS = re.compile(r"[:.\-]")
_MAC = re.compile(r"[0-9a-f]{12}")
_PLACEHOLDERS = frozenset(
    {
        "NA",
        "NONE",
        "NULL",
        "UNKNOWN",
        "UNBEKANNT",
        "KEINE",
        "NOTAVAILABLE",
        "NOTAPPLICABLE",
        "NOTSPECIFIED",
        "DEFAULTSTRING",
        "SYSTEMSERIALNUMBER",
        "CHASSISSERIALNUMBER",
        "SERIALNUMBER",
        "TOBEFILLED",
        "TOBEFILLEDBYOEM",
        "INVALID",
        "EMPTY",
        "TBD",
        "123456789",
        "0123456789",
    }
)
"""What firmware says when nobody wrote a serial number into the device."""


def normalised_serial(text: str | None) -> str | None:
    """Return a serial number as it is compared: upper case, letters and digits only.

    Placeholders of the firmware ("N/A", "0000", "To be filled by O.E.M.") are no serial number.
    """
    if text is None:
        return None
    kept = _PUNCTUATION.sub("", text.upper())
    if kept in _PLACEHOLDERS or len(set(kept)) <= 1:
        return None
    return kept


def search_text(*parts: str | None) -> str:
    """Return what a device is found by: lower case, one blank between parts, at most 400 long."""
    return " ".join(part.lower() for part in parts if part)[:400]


def normalised_mac(text: str) -> str | None:
    """Return a MAC address in lower case with colons; None if the text is none.

    Source: IEEE 802, EUI-48, in the spellings of the vendors (aa-bb-cc…, aabb.cc…).
    """
    digits = _SEPARATORS.sub("", text.strip()).lower()
    if not _MAC.fullmatch(digits):
        return None
    return ":".join(digits[start : start + 2] for start in range(0, 12, 2))


def model_named(choices: Sequence[tuple[int, str]], told: str) -> int | None:
    """Return the model that a device calls itself by, of (id, label) pairs; None if not plain.

    Makers put more into the name than the record does; the longest label's end that stands in
    what was told is meant, unless two are equally long.
    """
    said = told.casefold()
    fitting = sorted(
        ((len(name), key) for key, label in choices if (name := _last_words(label, said))),
        reverse=True,
    )
    if not fitting or (len(fitting) > 1 and fitting[0][0] == fitting[1][0]):
        return None
    return fitting[0][1]


def _last_words(label: str, said: str) -> str:
    """Return the longest end of a label, by words, that stands in what was said."""
    words = label.casefold().split()
    ends = (" ".join(words[start:]) for start in range(len(words)))
    return next((end for end in ends if len(end) > 1 and end in said), "")
