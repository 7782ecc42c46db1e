"""What a grant may cost the city: interest on idle money, repayment for things that left early.

Both are figures to know, not decisions: the authority chooses the reading, so both are given.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from netzwart.funding.deadlines import (
    CalledMoney,
    DeadlineFacts,
    DemandedMoney,
    MessageDay,
    RetainedMoney,
    earmark_begin,
    earmark_of,
)
from netzwart.funding.programmes.law import load_law
from netzwart.funding.queries.records import DeviceRecord, GrantRecord
from netzwart.funding.rules.charging_interest import (
    InterestResult,
    Movement,
    interest_on_unspent,
    slices_of,
    unspent_on,
)
from netzwart.funding.rules.disposing import Repayment, repayment_on_disposal
from netzwart.funding.rules.duties import MessageOccasion
from netzwart.funding.settlement import SettledGrant
from netzwart.inventory.tables import DeviceStatus
from netzwart.money import ZERO, total

GONE = frozenset({DeviceStatus.LOST, DeviceStatus.DISPOSED})

OCCASIONS = {
    MessageOccasion.OTHER_GRANTS: "Weitere Förderung mitteilen",
    MessageOccasion.COSTS_CHANGED: "Geänderte Ausgaben oder Deckungsmittel mitteilen",
    MessageOccasion.PURPOSE_CHANGED: "Geänderten Zweck mitteilen",
    MessageOccasion.PURPOSE_UNREACHABLE: "Zweck nicht erreichbar: mitteilen",
    MessageOccasion.MONEY_UNSPENT: "Nicht verwendete Mittel mitteilen",
    MessageOccasion.OBJECT_NOT_USED: "Gegenstand nicht mehr im Zweck: mitteilen",
}
"""German titles of messages. Source: ANBest-G Nr. 5."""


@dataclass(frozen=True, slots=True)
class EarlyDisposal:
    """A funded device that left before its earmark ended, with what that may cost."""

    device: DeviceRecord
    left_on: date
    earmarked_until: date
    repayment: Repayment


def receipts_and_uses(grant: SettledGrant) -> tuple[list[Movement], list[Movement]]:
    """Return the money that came, and the grant's part of what was spent, day by day."""
    receipts = [
        Movement(row.second_day, row.amount)
        for row in grant.record.drawdowns
        if row.second_day is not None
    ]
    return receipts, [Movement(day, amount) for day, amount in grant.uses]


def unspent_money(grant: SettledGrant) -> Decimal:
    """Return the called money of which two months have passed unused. Source: formula 9.7."""
    receipts, uses = receipts_and_uses(grant)
    return unspent_on(receipts, uses, grant.settlement.as_of)


def interest_of(grant: SettledGrant) -> InterestResult:
    """Return the interest up to the settlement's day, from the two months' end and from receipt.

    Source: VVG 8.5; § 49a Abs. 4 VwVfG; formula 9.7.
    """
    receipts, uses = receipts_and_uses(grant)
    return interest_on_unspent(receipts, uses, load_law().base_rates, grant.settlement.as_of)


def early_disposals(grant: SettledGrant) -> list[EarlyDisposal]:
    """Return the devices that left before their earmark ended, both readings of the repayment.

    A device that a successor replaced did not leave: the chain goes on. Source: formula 9.10.
    """
    facts = deadline_facts(grant)
    shares = {one.inventory_number: one.grant_share for one in grant.settlement.devices}
    found: list[EarlyDisposal] = []
    for device in grant.record.devices:
        until = earmark_of(grant.programme, facts, device.delivered_on)
        begun = earmark_begin(grant.programme, facts, device.delivered_on)
        left = _left_on(device, grant.settlement.as_of)
        if left is None or until is None or left > until or device.has_successor:
            continue
        repayment = repayment_on_disposal(
            shares.get(device.inventory_number, ZERO), begun or left, until, left
        )
        found.append(EarlyDisposal(device, left, until, repayment))
    return found


def _left_on(device: DeviceRecord, as_of: date) -> date | None:
    if device.status not in GONE:
        return None
    return device.disposed_on or as_of


def deadline_facts(grant: SettledGrant) -> DeadlineFacts:
    """Return what the settled grant's days are computed from."""
    head, record = grant.record.head, grant.record
    paid = [expense.paid_on for expense in grant.settlement.expenses]
    delivered = [device.delivered_on for device in record.devices if device.delivered_on]
    return DeadlineFacts(
        execution_until=head.execution_until,
        approval_until=head.approval_until,
        purpose_fulfilled_on=head.purpose_fulfilled_on,
        proof_submitted_on=head.proof_submitted_on,
        last_payment_on=max(paid, default=None),
        last_delivery_on=max(delivered, default=None),
        approved=head.approved_amount,
        drawn=total([row.amount for row in record.drawdowns]),
        messages=open_messages(record),
        clawbacks=[
            DemandedMoney(row.id, row.day, row.amount + row.second)
            for row in record.clawbacks
            if row.second_day is None and row.day is not None
        ],
        called=_called(grant),
        retained=[
            RetainedMoney(invoice.number, invoice.retained_until, invoice.retained)
            for invoice in record.invoices
            if invoice.retained_until is not None and invoice.paid < invoice.gross
        ],
    )


def open_messages(record: GrantRecord) -> list[MessageDay]:
    """Return the messages to the authority that have not gone out."""
    return [
        MessageDay(row.id, OCCASIONS[MessageOccasion(row.key)], row.day)
        for row in record.messages
        if row.second_day is None and row.day is not None
    ]


def _called(grant: SettledGrant) -> list[CalledMoney]:
    """Return the calls with what is unspent of each, first in, first out."""
    receipts, uses = receipts_and_uses(grant)
    unspent: dict[date, Decimal] = {}
    for part in slices_of(receipts, uses):
        if part.used_on is None:
            unspent[part.received_on] = unspent.get(part.received_on, ZERO) + part.amount
    found: list[CalledMoney] = []
    for row in grant.record.drawdowns:
        day = row.second_day
        if day is not None and day in unspent:
            found.append(CalledMoney(row.number or 0, day, unspent.pop(day)))
    return found
