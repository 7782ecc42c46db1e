"""Turns what a device sent into text and numbers that are safe to keep, show and compare.

Every string on the wire is hostile: any bytes, any length, control characters, half a character.
"""

import re
import unicodedata
from decimal import Decimal

from netzwart.network.protocols.replies import SnmpValue

TEXT_LIMIT = 255
"""Characters kept of any device string; DisplayString is bounded alike (RFC 2579)."""

DESCRIPTION_LIMIT = 2000
"""Characters kept of a string that is only read to find something in it, e.g. sysDescr."""

_MAC_OCTETS = 6
_CONTROL_OCTETS = re.compile(rb"[\x80-\x9f]")
_NUMBER = re.compile(r"[-+]?\d{1,18}(?:\.\d{1,18})?")
_PLACEHOLDERS = frozenset(
    {
        "-",
        "--",
        "n/a",
        "na",
        "none",
        "null",
        "unknown",
        "undefined",
        "not available",
        "not specified",
        "not set",
        "default string",
        "system serial number",
        "system product name",
        "to be filled by o.e.m.",
        "to be filled by oem",
        "o.e.m.",
        "noname",
        "notavail",
        "not defined",
        "uninitialized",
        "unspecified",
        "<not set>",
    }
)


def text_of(value: SnmpValue | None, limit: int = TEXT_LIMIT) -> str | None:
    """Return readable text: UTF-8 (else Latin-1), no control characters, blanks folded, bounded.

    Empty text is None, because a device that says nothing has said nothing.
    """
    if value is None:
        return None
    # Four bytes a character is UTF-8's worst case; nothing beyond can survive the bound.
    text = _decoded(value[: limit * 4]) if isinstance(value, bytes) else str(value)
    spaced = "".join(" " if _is_unprintable(char) else char for char in text)
    return " ".join(spaced.split())[:limit].strip() or None


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        # Old firmware speaks Latin-1, which has no printable character between 0x80 and 0x9F.
        if _CONTROL_OCTETS.search(raw):
            return raw.decode("utf-8", "replace")
        return raw.decode("latin-1")


def _is_unprintable(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) in {"Cc", "Cf", "Co", "Cs", "Cn"}


def meaning_of(text: str | None) -> str | None:
    """Return the text unless it is one of the words that firmware writes for "not known"."""
    if text is None or text.lower() in _PLACEHOLDERS or not any(map(str.isalnum, text)):
        return None
    return text


def mac_of(value: SnmpValue | None) -> str | None:
    """Return six octets as `aa:bb:cc:dd:ee:ff`; all zeros and any other length are None."""
    if not isinstance(value, bytes) or len(value) != _MAC_OCTETS or not any(value):
        return None
    return value.hex(":")


def number_of(value: SnmpValue | None) -> Decimal | None:
    """Return an integer, or the first number of a text such as `23.5 C` or `45%`."""
    if isinstance(value, int):
        return Decimal(value)
    text = text_of(value)
    found = _NUMBER.search(text) if text else None
    return Decimal(found.group()) if found else None


def integer_of(value: SnmpValue | None) -> int | None:
    """Return the value if the device sent an integer type."""
    return value if isinstance(value, int) else None


def whole_index(index: str) -> tuple[int, ...]:
    """Return an instance's index as numbers, so that rows sort as the device means them."""
    return tuple(int(part) for part in index.split(".") if part.isdigit())
