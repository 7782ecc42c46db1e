"""The days that follow from a grant, one reading for grant page, proof, Heute and calendar.

Whoever asks fills `DeadlineFacts`: a settled grant has everything at hand, a list reads a few
columns for many grants.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from netzwart.funding.programmes.judging import earmark_rule, retention_rule, value_of
from netzwart.funding.programmes.loading import FundingProgramme
from netzwart.funding.rules.charging_interest import USE_MONTHS
from netzwart.funding.rules.dating import (
    EarmarkRule,
    RetentionFacts,
    add_months,
    earmark_from,
    earmarked_until,
    proof_due_on,
    retain_until,
)
from netzwart.money import ZERO, format_euro

_PROOF_MONTHS = 6


class DeadlineKind(StrEnum):
    """What a day means; duties can be overdue, ends only pass."""

    EXECUTION_END = "execution_end"
    APPROVAL_END = "approval_end"
    PROOF_DUE = "proof_due"
    LAST_DRAWDOWN = "last_drawdown"
    SPEND_CALLED_MONEY = "spend_called_money"
    MESSAGE_DUE = "message_due"
    CLAWBACK_DUE = "clawback_due"
    RETAINED_MONEY = "retained_money"
    EARMARK_END = "earmark_end"
    RETENTION_END = "retention_end"


DUTIES = frozenset(
    {
        DeadlineKind.PROOF_DUE,
        DeadlineKind.SPEND_CALLED_MONEY,
        DeadlineKind.MESSAGE_DUE,
        DeadlineKind.CLAWBACK_DUE,
    }
)
"""Kinds that somebody has to do something for; they stay until it is done."""


@dataclass(frozen=True, slots=True)
class GrantDeadline:
    """One day of a grant."""

    kind: DeadlineKind
    on: date
    title: str
    key: str = ""
    """Tells two of a kind apart."""

    @property
    def is_duty(self) -> bool:
        """Return whether somebody has to act, so that the day can be overdue."""
        return self.kind in DUTIES


@dataclass(frozen=True, slots=True)
class MessageDay:
    """A message to the authority that has not gone out."""

    id: int
    title: str
    due_on: date


@dataclass(frozen=True, slots=True)
class CalledMoney:
    """Called money with what of it is still unspent."""

    number: int
    received_on: date
    unspent: Decimal


@dataclass(frozen=True, slots=True)
class DemandedMoney:
    """What the authority wants back and has not got: due with its demand, as interest runs on."""

    id: int
    demanded_on: date
    amount: Decimal
    """With the interest demanded."""


@dataclass(frozen=True, slots=True)
class RetainedMoney:
    """What a supplier is still owed when the warranty ends."""

    invoice: str
    until: date
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineFacts:
    """What a grant's days are computed from; unknown days are None."""

    execution_until: date | None
    approval_until: date | None
    purpose_fulfilled_on: date | None
    proof_submitted_on: date | None
    last_payment_on: date | None
    last_delivery_on: date | None
    approved: Decimal = ZERO
    drawn: Decimal = ZERO
    """Called so far, whether it has arrived or not."""
    messages: Sequence[MessageDay] = ()
    clawbacks: Sequence[DemandedMoney] = ()
    called: Sequence[CalledMoney] = ()
    retained: Sequence[RetainedMoney] = ()


def earmark_end(programme: FundingProgramme, facts: DeadlineFacts) -> date | None:
    """Return the last day of the grant's latest earmark, None while its start is unknown."""
    return earmark_of(programme, facts, facts.last_delivery_on)


def earmark_of(
    programme: FundingProgramme, facts: DeadlineFacts, delivered_on: date | None
) -> date | None:
    """Return the last day on which a thing delivered that day is bound."""
    rule: EarmarkRule = earmark_rule(programme)
    return earmarked_until(
        rule,
        earmark_begin(programme, facts, delivered_on),
        value_of(programme.rules.earmark.until),
    )


def earmark_begin(
    programme: FundingProgramme, facts: DeadlineFacts, delivered_on: date | None
) -> date | None:
    """Return the day from which a thing delivered that day is bound."""
    return earmark_from(
        earmark_rule(programme),
        execution_until=facts.execution_until or value_of(programme.rules.deadlines.executed_until),
        last_payment_on=facts.last_payment_on,
        delivered_on=delivered_on,
    )


def proof_due(programme: FundingProgramme, facts: DeadlineFacts) -> date | None:
    """Return the day the proof must have arrived, None while nothing says it."""
    rules = programme.rules.deadlines.proof
    until = facts.approval_until or facts.execution_until
    fixed = value_of(rules.due_on)
    if until is None:
        return fixed
    return proof_due_on(
        until,
        facts.purpose_fulfilled_on,
        months=value_of(rules.months_after_period) or _PROOF_MONTHS,
        notice_due_on=fixed,
    )


def retention_end(programme: FundingProgramme, facts: DeadlineFacts) -> date | None:
    """Return the last day before which no receipt may be destroyed, None while unknown."""
    years, start = retention_rule(programme)
    rules = programme.rules.retention
    return retain_until(
        RetentionFacts(
            years=years,
            start=start,
            proof_received_on=facts.proof_submitted_on,
            accounts_approved_on=value_of(rules.accounts_approved_on),
            last_payment_on=facts.last_payment_on,
            earmarked_until=earmark_end(programme, facts),
            notice_until=value_of(rules.until),
        )
    )


def deadlines_from(programme: FundingProgramme, facts: DeadlineFacts) -> list[GrantDeadline]:
    """Return all days of a grant that are known, in order; what is done is left out."""
    rules = programme.rules.deadlines
    days: list[tuple[DeadlineKind, date | None, str]] = [
        (
            DeadlineKind.EXECUTION_END,
            facts.execution_until or value_of(rules.executed_until),
            "Durchführungszeitraum endet",
        ),
        (DeadlineKind.APPROVAL_END, facts.approval_until, "Bewilligungszeitraum endet"),
        (DeadlineKind.EARMARK_END, earmark_end(programme, facts), "Zweckbindung endet"),
        (
            DeadlineKind.RETENTION_END,
            retention_end(programme, facts),
            "Aufbewahrung der Belege endet",
        ),
    ]
    if facts.proof_submitted_on is None:
        due = proof_due(programme, facts)
        days.append((DeadlineKind.PROOF_DUE, due, "Verwendungsnachweis fällig"))
    if facts.drawn < facts.approved:
        last = value_of(rules.last_drawdown_on) or facts.approval_until
        days.append((DeadlineKind.LAST_DRAWDOWN, last, "Letzter Tag für Mittelabrufe"))
    known = [GrantDeadline(kind, day, title) for kind, day, title in days if day is not None]
    return sorted([*known, *_running(facts)], key=lambda one: (one.on, one.kind, one.key))


def _running(facts: DeadlineFacts) -> list[GrantDeadline]:
    messages = [
        GrantDeadline(DeadlineKind.MESSAGE_DUE, one.due_on, one.title, str(one.id))
        for one in facts.messages
    ]
    called = [
        GrantDeadline(
            DeadlineKind.SPEND_CALLED_MONEY,
            add_months(one.received_on, USE_MONTHS),
            f"Abruf {one.number}: {format_euro(one.unspent)} verwenden oder anzeigen",
            str(one.number),
        )
        for one in facts.called
        if one.unspent > 0
    ]
    retained = [
        GrantDeadline(
            DeadlineKind.RETAINED_MONEY,
            one.until,
            f"Einbehalt von {format_euro(one.amount)} zu Rechnung {one.invoice} auszahlen",
            one.invoice,
        )
        for one in facts.retained
    ]
    demanded = [
        GrantDeadline(
            DeadlineKind.CLAWBACK_DUE,
            one.demanded_on,
            f"Rückforderung: {format_euro(one.amount)} zurückzahlen",
            str(one.id),
        )
        for one in facts.clawbacks
    ]
    return [*messages, *demanded, *called, *retained]


def is_soon(deadline: GrantDeadline, on: date, ahead: timedelta) -> bool:
    """Return whether the day is near, or overdue and still to be done."""
    if deadline.on < on:
        return deadline.is_duty
    return deadline.on <= on + ahead
