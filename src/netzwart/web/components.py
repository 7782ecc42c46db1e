"""The values that the component macros draw, computed here because templates do no arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Self


class Tone(StrEnum):
    """What a status means to the reader; each tone has a colour and an icon of its own."""

    OK = "ok"
    WARNING = "warning"
    DANGER = "danger"
    INFO = "info"
    NEUTRAL = "neutral"
    MUTED = "muted"


class Source(StrEnum):
    """Where an entry of a timeline comes from."""

    PAPER = "paper"
    WIRE = "wire"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line of a timeline that mixes paper and wire.

    `at` is a day for paper and an aware moment for the wire.
    """

    at: date
    source: Source
    title: str
    detail: str = ""
    href: str | None = None
    icon: str | None = None
    tone: Tone = Tone.NEUTRAL


@dataclass(frozen=True, slots=True)
class Tab:
    """One link of a tab row; `count` stands behind the label when it is not None."""

    label: str
    href: str
    is_current: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class BarPart:
    """One nested part of a money bar; `width` is in thousandths of the bar."""

    key: str
    label: str
    amount: Decimal
    share: Decimal | None
    width: int


_BAR_WIDTH = 1000


@dataclass(frozen=True, slots=True)
class MoneyBar:
    """Approved, committed, paid and proven money of one grant or school, ready to draw.

    `limit_at` is the place of the approved amount in thousandths, or None while nothing exceeds it.
    """

    parts: Sequence[BarPart]
    limit_at: int | None

    @classmethod
    def of(cls, approved: Decimal, committed: Decimal, paid: Decimal, proven: Decimal) -> Self:
        """Scale the four amounts to the largest of them; shares are of the approved amount."""
        amounts = {
            "approved": ("Bewilligt", approved),
            "committed": ("Gebunden", committed),
            "paid": ("Bezahlt", paid),
            "proven": ("Belegt und gesehen", proven),
        }
        scale = max(amount for _, amount in amounts.values())
        parts = [
            BarPart(key, label, amount, _share(amount, approved), _width(amount, scale))
            for key, (label, amount) in amounts.items()
        ]
        return cls(parts=parts, limit_at=_width(approved, scale) if scale > approved else None)


@dataclass(frozen=True, slots=True)
class ShareBar:
    """How a whole splits into named parts, e.g. devices by state; widths sum to 1000."""

    parts: Sequence["SharePart"]
    total: Decimal

    @classmethod
    def of(cls, parts: Sequence[tuple[str, Tone | str, Decimal | int]]) -> Self:
        """Lay the parts (label, colour key, amount) in a row; negative amounts count as zero."""
        positive = [(label, key, max(Decimal(amount), Decimal(0))) for label, key, amount in parts]
        total = sum((amount for _, _, amount in positive), Decimal(0))
        laid: list[SharePart] = []
        passed = Decimal(0)
        for label, key, amount in positive:
            start = _width(passed, total)
            passed += amount
            width = _width(passed, total) - start
            laid.append(SharePart(str(key), label, amount, _share(amount, total), start, width))
        return cls(parts=laid, total=total)


@dataclass(frozen=True, slots=True)
class SharePart:
    """One part of a `ShareBar`; `start` and `width` are in thousandths."""

    key: str
    label: str
    amount: Decimal
    share: Decimal | None
    start: int
    width: int


def _share(amount: Decimal, whole: Decimal) -> Decimal | None:
    return amount / whole if whole > 0 else None


def _width(amount: Decimal, scale: Decimal) -> int:
    if scale <= 0:
        return 0
    return int(min(max(amount / scale, Decimal(0)), Decimal(1)) * _BAR_WIDTH)
