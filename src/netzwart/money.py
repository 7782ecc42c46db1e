"""Euro amounts: the only place that rounds, splits, reads and writes them.

Amounts are `Decimal` euros. A binary float is never accepted, because 0.1 has no binary equal and
the lost part turns up as a missing cent in a proof. Splitting works on whole cents with exact
fractions, so the parts always add up to the whole.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Final, TypeGuard

from netzwart.errors import InvalidInputError

ZERO: Final = Decimal("0.00")
NBSP: Final = "\N{NO-BREAK SPACE}"

_HUNDRED: Final = Decimal("100.00")
_CENTS_OF_EURO: Final = 100
_MAX_EURO_DIGITS: Final = 10  # NUMERIC(12,2)
_MAX_TEXT: Final = 40
_SPACES = re.compile("[ \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]")
_UNIT = re.compile(r"(?:€|EUR)$")
_GERMAN = re.compile(r"[+-]?(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,[0-9]+)?")
_PLAIN = re.compile(r"[+-]?[0-9]+(?:\.[0-9]{1,2})?")


class AmountError(InvalidInputError):
    """A text is not an amount of money in euros."""


def exact(value: Decimal | int | Fraction) -> Fraction:
    """Return the value as an exact fraction.

    Raises:
        TypeError: for a float, a bool or a text.
        ValueError: for NaN and infinity.
    """
    if isinstance(value, Decimal):
        if not value.is_finite():
            msg = f"{value} is no amount"
            raise ValueError(msg)
    elif isinstance(value, bool) or not isinstance(value, (int, Fraction)):  # pyright: ignore[reportUnnecessaryIsInstance] - callers without types exist
        msg = f"money is Decimal, never {type(value).__name__}"
        raise TypeError(msg)
    return Fraction(value)


def cents(amount: Decimal | int | Fraction) -> Decimal:
    """Return the amount rounded to two places, halves away from zero, never as minus zero.

    Raises:
        TypeError: for a float.
        ValueError: for NaN and infinity.
    """
    if _is_in_cents(amount):  # nothing to round: thirty times as fast, and nearly always so
        return amount or ZERO
    return _from_cents(_half_up(exact(amount) * 100))


def full_euros(amount: Decimal | int | Fraction) -> Decimal:
    """Return the amount cut down to full euros, towards zero."""
    value = exact(amount)
    whole = int(abs(value))
    return _from_cents(100 * (-whole if value < 0 else whole))


def parse_amount(text: object) -> Decimal:
    """Return the amount a person or a file wrote: `1.234,56`, `1234,56`, `1234.56`, `1.234 €`.

    A single dot before exactly three digits groups thousands, since money has two places.

    Raises:
        AmountError: for a float, for more than two places, for anything that is not a number.
    """
    if not isinstance(text, str):
        raise AmountError("Beträge sind als Text mit Komma oder Punkt anzugeben, z. B. 1.234,56.")
    bare = _SPACES.sub("", text[: _MAX_TEXT + 1]).replace("\N{MINUS SIGN}", "-")
    bare = _UNIT.sub("", bare)
    if len(text) <= _MAX_TEXT and _GERMAN.fullmatch(bare):
        bare = bare.replace(".", "").replace(",", ".")
    elif len(text) > _MAX_TEXT or not _PLAIN.fullmatch(bare):
        raise AmountError(f"„{text[:_MAX_TEXT]}“ ist kein Betrag. Erwartet wird z. B. 1.234,56.")
    whole, _, places = bare.lstrip("+-").partition(".")
    if len(places) > len("00"):
        raise AmountError(f"„{text}“ hat mehr als zwei Nachkommastellen.")
    if len(whole.lstrip("0")) > _MAX_EURO_DIGITS:
        raise AmountError(f"„{text}“ ist zu groß für einen Betrag.")
    return cents(Decimal(bare))


def format_amount(amount: Decimal | Fraction, places: int = 2) -> str:
    """Return the German writing without a unit: `1.234,56`, negative `-1.234,56`."""
    digits = _half_up(exact(amount) * 10**places)
    text = str(abs(digits)).rjust(places + 1, "0")
    whole, fraction = text[: len(text) - places], text[len(text) - places :]
    grouped = f"{int(whole):,}".replace(",", ".")
    return f"{'-' if digits < 0 else ''}{grouped}{',' if places else ''}{fraction}"


def format_euro(amount: Decimal) -> str:
    """Return the German writing with the unit, which never breaks off: `1.234,56 €`."""
    return f"{format_amount(amount)}{NBSP}€"


def format_percent(share: Decimal, places: int = 2) -> str:
    """Return a share between 0 and 1 as German percent: `0.9` becomes `90,00 %`."""
    return f"{format_amount(exact(share) * 100, places)}{NBSP}%"


def apportion(
    total: Decimal,
    weights: Sequence[Decimal | int | Fraction],
    keys: Sequence[str] | None = None,
) -> list[Decimal]:
    """Return the total split by the weights into whole cents that add up to it exactly.

    Largest remainder: each part is cut to the cent, the rest goes cent by cent to the parts that
    lost most. Ties go to the smaller key, without keys to the earlier part. A negative total is
    split like its positive mirror, so a credit note takes back what the invoice gave. Weights may
    be negative (a discount line among the lines of an invoice) as long as their sum is not zero.
    Source: `domain/funding.md`, formula 9.2.

    Raises:
        InvalidInputError: when an amount other than zero meets weights that add up to zero.
        ValueError: when the total is not in whole cents, or keys and weights differ in number.
    """
    whole = _to_cents(total)
    order = list(keys) if keys is not None else [f"{index:012d}" for index in range(len(weights))]
    if len(order) != len(weights):
        msg = "one key per weight"
        raise ValueError(msg)
    scaled = _integers(weights)
    base = sum(scaled)
    if whole == 0:
        return [ZERO] * len(scaled)
    if base == 0:
        raise InvalidInputError(
            f"{format_euro(total)} lassen sich nicht aufteilen: die Summe der Gewichte ist null."
        )
    side = -1 if base < 0 else 1
    ideal = [divmod(side * abs(whole) * weight, abs(base)) for weight in scaled]
    parts = [part for part, _ in ideal]
    rest = abs(whole) - sum(parts)
    by_loss = sorted(range(len(parts)), key=lambda index: (-ideal[index][1], order[index], index))
    for index in by_loss[:rest]:
        parts[index] += 1
    sign = -1 if whole < 0 else 1
    return [_from_cents(sign * part) for part in parts]


def percentages(parts: Sequence[Decimal]) -> list[Decimal]:
    """Return what percent of the sum each part is, two places, adding up to exactly 100.00.

    When the parts add up to zero every percentage is zero.
    Source: `domain/funding.md`, section 4.3 (columns "v.H.").
    """
    if sum((exact(part) for part in parts), Fraction(0)) == 0:
        return [ZERO] * len(parts)
    return apportion(_HUNDRED, parts)


def total(amounts: Sequence[Decimal]) -> Decimal:
    """Return the sum with two places, `0.00` for nothing."""
    return cents(sum(amounts, ZERO))


def _is_in_cents(amount: object) -> TypeGuard[Decimal]:
    """Tell whether an amount is written with exactly two places; infinity and NaN are not."""
    return isinstance(amount, Decimal) and amount.same_quantum(ZERO)


def _to_cents(amount: Decimal | int | Fraction) -> int:
    if _is_in_cents(amount):
        euros, part = amount.as_integer_ratio()
        return euros * (_CENTS_OF_EURO // part)
    scaled = exact(amount) * 100
    if scaled.denominator != 1:
        msg = f"{amount} is not in whole cents"
        raise ValueError(msg)
    return scaled.numerator


def _integers(weights: Sequence[Decimal | int | Fraction]) -> list[int]:
    """Return whole numbers in the same proportion, which divide faster than fractions."""
    if all(map(_is_in_cents, weights)):
        return [_to_cents(weight) for weight in weights]
    fractions = [exact(weight) for weight in weights]
    scale = lcm(*(fraction.denominator for fraction in fractions))
    return [fraction.numerator * (scale // fraction.denominator) for fraction in fractions]


def _from_cents(whole: int) -> Decimal:
    return Decimal(f"{whole}E-2")  # exact, whatever the precision of the context


def _half_up(value: Fraction) -> int:
    whole = (abs(value.numerator) * 2 + value.denominator) // (2 * value.denominator)
    return -whole if value < 0 else whole
