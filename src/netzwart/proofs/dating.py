"""The days that follow from a grant: when the proof is due, how long things are bound and kept."""

from dataclasses import dataclass
from datetime import date

from netzwart.funding.programmes.judging import earmark_rule, retention_rule, value_of
from netzwart.funding.queries.records import DeviceRecord
from netzwart.funding.rules.dating import (
    EarmarkRule,
    EarmarkStart,
    RetentionFacts,
    earmark_from,
    earmarked_until,
    proof_due_on,
    retain_until,
)
from netzwart.funding.settlement import SettledGrant
from netzwart.proofs.values import DeadlineRow, Deadlines

_SIX = 6


@dataclass(frozen=True, slots=True)
class GrantDays:
    """The events of one grant that days are counted from."""

    rule: EarmarkRule
    execution_until: date | None
    last_payment_on: date | None

    def earmark_of(self, delivered_on: date | None) -> date | None:
        """Return the last day on which a thing of the grant is bound."""
        started = earmark_from(
            self.rule,
            execution_until=self.execution_until,
            last_payment_on=self.last_payment_on,
            delivered_on=delivered_on,
        )
        return earmarked_until(self.rule, started)


def days_of(grant: SettledGrant) -> GrantDays:
    """Return what the grant's days are counted from."""
    head = grant.record.head
    paid = [expense.paid_on for expense in grant.settlement.expenses]
    return GrantDays(
        rule=earmark_rule(grant.programme),
        execution_until=head.execution_until
        or value_of(grant.programme.rules.deadlines.executed_until),
        last_payment_on=max(paid, default=None),
    )


def earmark_of_device(days: GrantDays, device: DeviceRecord) -> date | None:
    """Return the last day on which the device must serve its purpose."""
    return days.earmark_of(device.delivered_on)


def deadlines_of(grant: SettledGrant) -> Deadlines:
    """Return the grant's days with their reasons; what is unknown is None and says so."""
    days = days_of(grant)
    due = _proof_due_on(grant)
    if days.rule.start is EarmarkStart.DELIVERY:
        bound = [days.earmark_of(device.delivered_on) for device in grant.record.devices]
        bound_until = max((day for day in bound if day is not None), default=None)
    else:
        bound_until = days.earmark_of(None)
    kept = _kept_until(grant, days, bound_until)
    head = grant.record.head
    return Deadlines(
        proof_due_on=due,
        earmarked_until=bound_until,
        retain_until=kept,
        rows=(
            DeadlineRow(
                label="Ende des Durchführungszeitraums",
                day=days.execution_until,
                basis="Bescheid" if head.execution_until else "Förderprogramm",
            ),
            DeadlineRow(
                label="Ende des Bewilligungszeitraums", day=head.approval_until, basis="Bescheid"
            ),
            DeadlineRow(
                label="Verwendungsnachweis fällig",
                day=due,
                basis="ANBest-G Nr. 7.1: sechs Monate nach Zweckerfüllung, spätestens zum Ende "
                "des sechsten Monats nach dem Bewilligungszeitraum",
            ),
            DeadlineRow(
                label="Zweckbindung bis",
                day=bound_until,
                basis=_earmark_basis(days.rule),
            ),
            DeadlineRow(
                label="Belege aufbewahren bis",
                day=kept,
                basis="längste bekannte Frist aus Programm, Zweckbindung und Haushaltsrecht",
            ),
        ),
    )


def _proof_due_on(grant: SettledGrant) -> date | None:
    head = grant.record.head
    rules = grant.programme.rules.deadlines.proof
    until = head.approval_until or head.execution_until
    fixed = value_of(rules.due_on)
    if until is None:
        return fixed
    return proof_due_on(
        until,
        head.purpose_fulfilled_on,
        months=value_of(rules.months_after_period) or _SIX,
        notice_due_on=fixed,
    )


def _kept_until(grant: SettledGrant, days: GrantDays, bound_until: date | None) -> date | None:
    years, start = retention_rule(grant.programme)
    return retain_until(
        RetentionFacts(
            years=years,
            start=start,
            proof_received_on=grant.record.head.proof_submitted_on,
            last_payment_on=days.last_payment_on,
            earmarked_until=bound_until,
        )
    )


def _earmark_basis(rule: EarmarkRule) -> str:
    if rule.years is None:
        return "unbekannt; maßgeblich ist der Bescheid"
    if rule.years == 0:
        return "das Programm bindet keine Gegenstände"
    start = {
        EarmarkStart.EXECUTION_END: "nach dem Ende der Durchführung",
        EarmarkStart.LAST_PAYMENT: "nach der letzten Zahlung",
        EarmarkStart.DELIVERY: "nach der Lieferung",
        None: "",
    }[rule.start]
    return f"{rule.years} Jahre {start}".strip()
