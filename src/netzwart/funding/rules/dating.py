"""Days that follow from rules: when the proof is due, how long things are bound and kept."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")

_MONTHS = 12
_PROOF_MONTHS = 6
_RECEIPT_YEARS = 6
_BOOK_YEARS = 10


class EarmarkStart(StrEnum):
    """The event the earmark counts from."""

    EXECUTION_END = "execution_end"
    LAST_PAYMENT = "last_payment"
    DELIVERY = "delivery"


class EarmarkEnd(StrEnum):
    """Whether the earmark ends with the calendar year or on the exact day."""

    YEAR_END = "year_end"
    EXACT_DAY = "exact_day"


class RetentionStart(StrEnum):
    """The event that a programme's own retention counts from."""

    PROOF_RECEIVED = "proof_received"
    LAST_PAYMENT_YEAR_END = "last_payment_year_end"


@dataclass(frozen=True, slots=True)
class Dated(Generic[T]):
    """A legal value with the first day it holds."""

    valid_from: date
    value: T
    source: str = ""


def valid_on(table: Sequence[Dated[T]], day: date) -> Dated[T] | None:
    """Return the youngest entry that holds on the day, None before the first."""
    holding = [entry for entry in table if entry.valid_from <= day]
    return max(holding, key=lambda entry: entry.valid_from, default=None)


def add_months(day: date, months: int) -> date:
    """Return the same day so many months later, or the last day of a shorter month.

    Source: §§ 187, 188 BGB.
    """
    year, month = divmod(day.year * _MONTHS + day.month - 1 + months, _MONTHS)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def month_end(day: date) -> date:
    """Return the last day of the day's month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def year_end(year: int) -> date:
    """Return 31 December."""
    return date(year, _MONTHS, 31)


def proof_due_on(
    approval_until: date,
    purpose_fulfilled_on: date | None = None,
    *,
    months: int = _PROOF_MONTHS,
    notice_due_on: date | None = None,
) -> date:
    """Return the day the proof of use must have arrived; the notice's own day wins.

    Six months after the purpose is fulfilled, at latest the last day of the sixth month after the
    grant period. Source: ANBest-G 7.1; formula 9.8.
    """
    if notice_due_on is not None:
        return notice_due_on
    latest = month_end(add_months(approval_until.replace(day=1), months))
    if purpose_fulfilled_on is None:
        return latest
    return min(add_months(purpose_fulfilled_on, months), latest)


@dataclass(frozen=True, slots=True, kw_only=True)
class EarmarkRule:
    """How long funded things must serve their purpose; `years` None means unknown."""

    years: int | None
    start: EarmarkStart | None = None
    end: EarmarkEnd | None = None


def earmark_from(
    rule: EarmarkRule,
    *,
    execution_until: date | None = None,
    last_payment_on: date | None = None,
    delivered_on: date | None = None,
) -> date | None:
    """Return the day the earmark counts from, None while its event is unknown."""
    return {
        EarmarkStart.EXECUTION_END: execution_until,
        EarmarkStart.LAST_PAYMENT: last_payment_on,
        EarmarkStart.DELIVERY: delivered_on,
        None: None,
    }[rule.start]


def earmarked_until(
    rule: EarmarkRule, started_on: date | None, notice_until: date | None = None
) -> date | None:
    """Return the last day of the earmark; the notice's own day wins.

    None when the rule, or the event it starts with, is unknown, and for programmes that bind no
    things (zero years). Source: RL DigitalPakt NRW Nr. 6.1 (end of the fifth following calendar
    year); formula 9.8.
    """
    if notice_until is not None:
        return notice_until
    if not rule.years or started_on is None or rule.end is None:
        return None
    if rule.end is EarmarkEnd.YEAR_END:
        return year_end(started_on.year + rule.years)
    return add_months(started_on, rule.years * _MONTHS)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionFacts:
    """What decides how long receipts are kept; unknown events are None."""

    years: int | None = None
    start: RetentionStart | None = None
    proof_received_on: date | None = None
    accounts_approved_on: date | None = None
    """Day the council approved the annual accounts (Feststellung)."""
    last_payment_on: date | None = None
    earmarked_until: date | None = None
    notice_until: date | None = None
    books: bool = False
    """True for ledgers (ten years), False for receipts (six years)."""


def retain_until(facts: RetentionFacts) -> date | None:
    """Return the last day before which nothing may be deleted, None while nothing is known.

    The longest of all periods holds. Source: ANBest-G 7.5; § 59 KomHVO NRW (starts on 1 January
    after the approval of the accounts); Art. 82 CPR; formula 9.9.
    """
    days = [facts.earmarked_until, facts.notice_until, _programme_retention(facts)]
    if facts.accounts_approved_on is not None:
        years = _BOOK_YEARS if facts.books else _RECEIPT_YEARS
        days.append(year_end(facts.accounts_approved_on.year + years))
    return max((day for day in days if day is not None), default=None)


def _programme_retention(facts: RetentionFacts) -> date | None:
    if facts.years is None:
        return None
    if facts.start is RetentionStart.PROOF_RECEIVED and facts.proof_received_on:
        return add_months(facts.proof_received_on, facts.years * _MONTHS)
    if facts.start is RetentionStart.LAST_PAYMENT_YEAR_END and facts.last_payment_on:
        return year_end(facts.last_payment_on.year + facts.years)
    return None
