"""The trade's rules about devices; pure."""

import re

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
