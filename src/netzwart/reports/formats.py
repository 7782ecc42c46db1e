"""German writing of amounts, days and moments on paper."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final

from netzwart.clock import BERLIN
from netzwart.money import NBSP, format_amount

NOTHING = "–"
_CENTS: Final = -2
_GERMAN: Final = str.maketrans(",.-", ".,\N{MINUS SIGN}")


def amount(value: Decimal | None) -> str:
    """Return `1.234,56` with a real minus sign, which is as wide as a figure."""
    if value is None:
        return NOTHING
    if value.as_tuple().exponent == _CENTS:  # nothing to round: ten times as fast
        return f"{value:,.2f}".translate(_GERMAN)
    return format_amount(value).replace("-", "\N{MINUS SIGN}")


def euro(value: Decimal | None) -> str:
    """Return `1.234,56 €`."""
    return NOTHING if value is None else f"{amount(value)}{NBSP}€"


def percent(value: Decimal | None) -> str:
    """Return `97,30 %` for 97.30."""
    return NOTHING if value is None else f"{amount(value)}{NBSP}%"


def rate(value: Decimal | None) -> str:
    """Return `19 %` for 0.19 and `7,5 %` for 0.075."""
    if value is None:
        return NOTHING
    text = format_amount(value * 100, 2).rstrip("0").rstrip(",")
    return f"{text}{NBSP}%"


@lru_cache(maxsize=5000)
def day(value: date | None) -> str:
    """Return `21.11.2026`."""
    return NOTHING if value is None else f"{value:%d.%m.%Y}"


def span(first: date | None, last: date | None) -> str:
    """Return `01.02.2022 – 28.02.2022`, a single day once."""
    if first == last or last is None:
        return day(first)
    return f"{day(first)} – {day(last)}"


@lru_cache(maxsize=5000)
def moment(value: datetime | None) -> str:
    """Return `21.11.2026, 09:15 Uhr` as clocks in Berlin show it."""
    return NOTHING if value is None else f"{value.astimezone(BERLIN):%d.%m.%Y, %H:%M} Uhr"


def hash_groups(value: str, groups: int = 4) -> str:
    """Return the first characters of a hash in groups of four: `3fa9 c2d1 …`."""
    return " ".join(value[index * 4 : index * 4 + 4] for index in range(groups))
