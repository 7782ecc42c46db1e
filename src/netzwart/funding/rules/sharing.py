"""Shared costs, split to schools and measures by a weight that is stored and printed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from netzwart.errors import InvalidInputError
from netzwart.money import apportion


class ShareKey(StrEnum):
    """What the weights of an apportioning count. Source: formula 9.2."""

    PUPILS = "pupils"
    ROOMS = "rooms"
    DEVICES = "devices"
    PORTS = "ports"
    EQUAL = "equal"
    MANUAL = "manual"


class WeightsUnusableError(InvalidInputError):
    """The weights cannot carry a split."""


@dataclass(frozen=True, slots=True)
class WeightFacts:
    """One measure's weight; `school` is the number that decides ties."""

    measure: str
    school: str
    weight: Decimal


def share_costs(amount: Decimal, weights: Sequence[WeightFacts]) -> Mapping[str, Decimal]:
    """Return the amount of each measure, adding up to the whole; ties go to the lower school.

    The order of the weights does not matter. Source: formula 9.2.

    Raises:
        WeightsUnusableError: without weights, or when one is negative, all are zero, or a measure
            repeats.
    """
    ordered = sorted(weights, key=lambda entry: (entry.school, entry.measure))
    if not ordered or any(entry.weight < 0 for entry in ordered):
        raise WeightsUnusableError(
            "Die Gewichte der Aufteilung dürfen nicht negativ sein oder fehlen."
        )
    if not any(entry.weight for entry in ordered):
        raise WeightsUnusableError(
            "Mindestens ein Gewicht der Aufteilung muss größer als null sein."
        )
    if len({entry.measure for entry in ordered}) != len(ordered):
        raise WeightsUnusableError("Jede Maßnahme darf in einer Aufteilung nur einmal vorkommen.")
    parts = apportion(amount, [entry.weight for entry in ordered])
    return {entry.measure: part for entry, part in zip(ordered, parts, strict=True)}
