"""The two-month test of called money, and the interest on what was spent too late or not at all.

Called money is used up first in, first out: each call is cut into slices, and each slice knows the
day it arrived and the day an eligible payment used it. A slice used after more than two months is
late. Whether interest runs from the end of the two months or from the day of receipt is the
authority's choice (§ 49a Abs. 4 VwVfG), so both are computed. Source: formula 9.7.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from netzwart.funding.rules.dating import Dated, add_months, valid_on
from netzwart.money import ZERO, cents, exact, total

USE_MONTHS = 2
"""Called money is spent within two months. Source: ANBest-G 1.4."""
_SURCHARGE = Fraction(5, 100)
_DAYS = 365
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Movement:
    """Grant money that arrived, or the grant's part of an eligible payment, on a day."""

    on: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of called money with its arrival and its use; never used when `used_on` is None."""

    amount: Decimal
    received_on: date
    used_on: date | None

    @property
    def due_on(self) -> date:
        """Return the last day on which the use is in time."""
        return add_months(self.received_on, USE_MONTHS)


@dataclass(frozen=True, slots=True)
class BaseRates:
    """The Basiszinssatz over time; later than `known_until` the last rate is carried forward."""

    rates: tuple[Dated[Decimal], ...]
    known_until: date


@dataclass(frozen=True, slots=True)
class InterestResult:
    """Interest in both readings, and what it rests on."""

    late: tuple[Slice, ...]
    after_two_months: Decimal
    from_receipt: Decimal
    carried_forward_from: date | None
    """First day counted with a base rate that is not in the table, None when all are."""

    @property
    def late_amount(self) -> Decimal:
        """Return how much money was used late or is still unused after its two months."""
        return total([part.amount for part in self.late])


def slices_of(receipts: Sequence[Movement], uses: Sequence[Movement]) -> list[Slice]:
    """Return the called money first in, first out against its uses, in order of arrival.

    A use before the receipt counts as used on arrival (the city paid in advance); a negative use
    (a refund) takes the latest uses back.
    """
    spent = _net_uses(uses)
    slices: list[Slice] = []
    for receipt in sorted(receipts, key=lambda each: (each.on, each.amount)):
        open_amount = receipt.amount
        while open_amount > 0 and spent:
            use = spent[0]
            part = min(open_amount, use.amount)
            slices.append(Slice(part, receipt.on, max(receipt.on, use.on)))
            open_amount -= part
            spent[0] = Movement(use.on, use.amount - part)
            if spent[0].amount == 0:
                spent.pop(0)
        if open_amount > 0:
            slices.append(Slice(open_amount, receipt.on, None))
    return slices


def _net_uses(uses: Sequence[Movement]) -> list[Movement]:
    spent: list[Movement] = []
    for use in sorted(uses, key=lambda each: (each.on, -each.amount)):
        amount = use.amount
        while amount < 0 and spent:
            last = spent.pop()
            amount += last.amount
            if amount > 0:
                spent.append(Movement(last.on, amount))
                amount = ZERO
        if amount > 0:
            spent.append(Movement(use.on, amount))
    return spent


def unspent_on(receipts: Sequence[Movement], uses: Sequence[Movement], day: date) -> Decimal:
    """Return the called money of which two months have passed unused on the day."""
    known = slices_of(_until(receipts, day), _until(uses, day))
    return total([part.amount for part in known if part.used_on is None and part.due_on < day])


def interest_on_unspent(
    receipts: Sequence[Movement],
    uses: Sequence[Movement],
    base_rates: BaseRates,
    until: date,
) -> InterestResult:
    """Return the interest up to and including `until`, base rate plus five points, days of 365.

    `uses` are the grant's parts of eligible payments (rate times amount).
    Source: VVG 8.5; § 49a Abs. 3, 4 VwVfG; formula 9.7.
    """
    late = [
        part
        for part in slices_of(_until(receipts, until), _until(uses, until))
        if part.due_on < (part.used_on or until)
    ]
    return InterestResult(
        late=tuple(late),
        after_two_months=_interest(
            [(part.amount, part.due_on + _DAY, _last_day(part, until)) for part in late],
            base_rates,
        ),
        from_receipt=_interest(
            [(part.amount, part.received_on, _last_day(part, until)) for part in late],
            base_rates,
        ),
        carried_forward_from=_carried_forward(late, base_rates, until),
    )


def _until(movements: Sequence[Movement], day: date) -> list[Movement]:
    return [movement for movement in movements if movement.on <= day]


def _last_day(part: Slice, until: date) -> date:
    return until if part.used_on is None else part.used_on - _DAY


def _carried_forward(late: Sequence[Slice], base_rates: BaseRates, until: date) -> date | None:
    last = max((_last_day(part, until) for part in late), default=base_rates.known_until)
    return base_rates.known_until + _DAY if last > base_rates.known_until else None


def _interest(periods: Sequence[tuple[Decimal, date, date]], base_rates: BaseRates) -> Decimal:
    whole = Fraction(0)
    for amount, first, last in periods:
        for start, end in _segments(first, last, base_rates):
            entry = valid_on(base_rates.rates, start)
            rate = (exact(entry.value) if entry else Fraction(0)) + _SURCHARGE
            whole += exact(amount) * ((end - start).days + 1) * rate / _DAYS
    return cents(whole)


def _segments(first: date, last: date, base_rates: BaseRates) -> list[tuple[date, date]]:
    """Cut a period, both ends inclusive, where the base rate changes."""
    changes = sorted(
        entry.valid_from for entry in base_rates.rates if first < entry.valid_from <= last
    )
    starts = [first, *changes]
    ends = [*(change - _DAY for change in changes), last]
    return list(zip(starts, ends, strict=True))
