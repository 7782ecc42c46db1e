"""The days that follow from a grant: when the proof is due, how long things are bound and kept."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from netzwart.funding.deadlines import (
    DeadlineFacts,
    DeadlineKind,
    deadlines_from,
    earmark_end,
    earmark_of,
    proof_due,
    retention_end,
)
from netzwart.funding.liabilities import deadline_facts
from netzwart.funding.programmes.judging import earmark_rule
from netzwart.funding.programmes.loading import FundingProgramme
from netzwart.funding.queries.records import DeviceRecord
from netzwart.funding.rules.dating import EarmarkRule, EarmarkStart
from netzwart.funding.settlement import SettledGrant
from netzwart.proofs.values import DeadlineRow, Deadlines

_RUNNING: Final[Mapping[DeadlineKind, str]] = {
    DeadlineKind.LAST_DRAWDOWN: "Förderprogramm oder Bescheid",
    DeadlineKind.SPEND_CALLED_MONEY: "ANBest-G Nr. 1.4: innerhalb von zwei Monaten",
    DeadlineKind.MESSAGE_DUE: "ANBest-G Nr. 5",
    DeadlineKind.CLAWBACK_DUE: "ANBest-G Nr. 9: mit dem Bescheid fällig, Zinsen laufen",
    DeadlineKind.RETAINED_MONEY: "Ende der Gewährleistung",
}
"""Deadlines that come and go, with what they rest on; the standing ones have their own rows."""


class GrantDays:
    """The events of one grant that days are counted from."""

    def __init__(self, programme: FundingProgramme, facts: DeadlineFacts) -> None:
        self._programme = programme
        self._facts = facts
        self._ends: dict[date | None, date | None] = {}

    def earmark_of(self, delivered_on: date | None) -> date | None:
        """Return the last day on which a thing of the grant is bound."""
        if delivered_on not in self._ends:
            self._ends[delivered_on] = earmark_of(self._programme, self._facts, delivered_on)
        return self._ends[delivered_on]


def days_of(grant: SettledGrant) -> GrantDays:
    """Return what the grant's days are counted from."""
    return GrantDays(grant.programme, deadline_facts(grant))


def earmark_of_device(days: GrantDays, device: DeviceRecord) -> date | None:
    """Return the last day on which the device must serve its purpose."""
    return days.earmark_of(device.delivered_on)


def deadlines_of(grant: SettledGrant) -> Deadlines:
    """Return the grant's days with their reasons; what is unknown is None and says so."""
    facts, programme = deadline_facts(grant), grant.programme
    due = proof_due(programme, facts)
    bound_until = earmark_end(programme, facts)
    kept = retention_end(programme, facts)
    found = deadlines_from(programme, facts)
    execution = next((one.on for one in found if one.kind is DeadlineKind.EXECUTION_END), None)
    head = grant.record.head
    return Deadlines(
        proof_due_on=due,
        earmarked_until=bound_until,
        retain_until=kept,
        rows=(
            DeadlineRow(
                label="Ende des Durchführungszeitraums",
                day=execution,
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
                basis=_earmark_basis(earmark_rule(programme)),
            ),
            DeadlineRow(
                label="Belege aufbewahren bis",
                day=kept,
                basis="längste bekannte Frist aus Programm, Zweckbindung und Haushaltsrecht",
            ),
            *(
                DeadlineRow(label=one.title, day=one.on, basis=_RUNNING[one.kind])
                for one in found
                if one.kind in _RUNNING
            ),
        ),
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
