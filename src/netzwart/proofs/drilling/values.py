"""What a figure of a grant is, where it stands, and the rows it is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final
from urllib.parse import urlencode

from netzwart.errors import NetzwartError, NotFoundError
from netzwart.funding.rules.settling import Portion
from netzwart.money import ZERO, apportion, total

NOBODY: Final = "-"
"""In an address: the rows that belong to no school or no category."""


class Figure(StrEnum):
    """Every amount of a grant that can be opened."""

    APPROVED = "bewilligt"
    COMMITTED = "gebunden"
    PAID = "bezahlt"
    PROVEN = "gesehen"
    PLANNED = "plan"
    PLANNED_ELIGIBLE = "plan-zuwendungsfaehig"
    SOURCES = "finanzierung"
    SPENT = "ausgaben"
    ELIGIBLE = "zuwendungsfaehig"
    INELIGIBLE = "nicht-zuwendungsfaehig"
    GRANT_CLAIMED = "zuwendung"
    OWN_SHARE = "eigenanteil"
    CALLED = "abgerufen"
    RECEIVED = "ausgezahlt"
    OPEN = "offen"
    INCOME = "einnahmen"
    COVERED_A = "klasse-a"
    COVERED_B = "klasse-b"
    COVERED_C = "klasse-c"
    COVERED_D = "klasse-d"
    UNSEEN = "ohne-sichtung"
    NO_DEVICE = "ohne-geraet"


class UnknownFigureError(NotFoundError):
    """There is no such figure, or it cannot be narrowed like that."""


class FigureDoesNotAddUpError(NetzwartError):
    """The rows of a figure are not the figure: a bug, and never shown as if it were right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """The part of a figure that is asked for; None is all, `NOBODY` what belongs to none."""

    category: str | None = None
    school: str | None = None
    measure: str | None = None

    @property
    def is_narrow(self) -> bool:
        """Tell whether any part is named."""
        return (self.category, self.school, self.measure) != (None, None, None)

    def pairs(self) -> tuple[tuple[str, str | None], ...]:
        """Return the parts as an address names them."""
        return (
            ("foerderbereich", self.category),
            ("schule", self.school),
            ("massnahme", self.measure),
        )

    def fits(self, portion: Portion) -> bool:
        """Tell whether a portion belongs to the part."""
        pairs = (
            (self.category, portion.category),
            (self.school, portion.school),
            (self.measure, portion.measure),
        )
        return all(wanted is None or wanted == (has or NOBODY) for wanted, has in pairs)


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One row of a figure."""

    label: str
    amount: Decimal
    note: str = ""
    day: date | None = None
    href: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedFigure:
    """A figure with its rows.

    Raises:
        FigureDoesNotAddUpError: when they are not equal to the cent.
    """

    figure: Figure
    title: str
    explanation: str
    amount: Decimal
    rows: tuple[FigureRow, ...]

    def __post_init__(self) -> None:
        """Refuse rows that do not add up."""
        found = total([row.amount for row in self.rows])
        if found != self.amount:
            raise FigureDoesNotAddUpError(
                "Die Zeilen ergeben den Betrag nicht.",
                figure=self.figure.value,
                amount=str(self.amount),
                rows=str(found),
            )


ALL = Narrowing()


def parts_of(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Split an amount over its rows so that they add up; weights without a sum leave it whole."""
    if not weights:
        return []
    if total(weights) == ZERO:
        return [amount, *[ZERO] * (len(weights) - 1)]
    return apportion(amount, weights)


def figure_href(grant_id: int, figure: Figure, part: Narrowing = ALL) -> str:
    """Return the address of a figure."""
    query = urlencode([(name, value) for name, value in part.pairs() if value is not None])
    return f"/foerderung/{grant_id}/zahlen/{figure.value}" + (f"?{query}" if query else "")
