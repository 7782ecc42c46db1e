"""What may have to be paid back when a funded thing leaves its purpose before the earmark ends."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from netzwart.money import ZERO, cents, exact

_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Repayment:
    """Both readings; the authority decides. Never more than the device's grant share."""

    pro_rata: Decimal
    """Linear by the months left, the usual practice (not sourced)."""
    full: Decimal
    """The whole grant share, zero after the earmark."""
    months_left: int
    months_total: int


def repayment_on_disposal(
    grant_share: Decimal, earmark_from: date, earmarked_until: date, disposed_on: date
) -> Repayment:
    """Return the repayment for one device, by whole calendar months after the disposal's month.

    Source: formula 9.10 (`grant share x months left / months of the earmark`).
    """
    months_total = max(1, _months_between(earmark_from, earmarked_until))
    left = _months_between(max(disposed_on, earmark_from), earmarked_until)
    if disposed_on > earmarked_until:
        return Repayment(ZERO, ZERO, 0, months_total)
    months_left = min(left, months_total)
    return Repayment(
        cents(exact(grant_share) * months_left / months_total),
        cents(grant_share),
        months_left,
        months_total,
    )


def _months_between(first: date, last: date) -> int:
    return (last.year - first.year) * _MONTHS + last.month - first.month
