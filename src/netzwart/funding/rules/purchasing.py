"""What is still missing between order, delivery, invoice, payment and inventory; pure."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from netzwart.money import ZERO

_NONE = Decimal(0)


class GapKind(StrEnum):
    """A step that the next one waits for, in the order in which one would take them."""

    NOT_DELIVERED = "not_delivered"
    OVERDELIVERED = "overdelivered"
    NO_SERIAL = "no_serial"
    NOT_IN_INVENTORY = "not_in_inventory"
    NO_INVOICE = "no_invoice"
    PARTLY_INVOICED = "partly_invoiced"
    INVOICED_UNDELIVERED = "invoiced_undelivered"
    INVOICED_MORE = "invoiced_more"
    NOT_PAID = "not_paid"
    OVERPAID = "overpaid"


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseFacts:
    """How far one purchase has come; pieces count units, amounts are euros with tax."""

    ordered: Decimal
    delivered: Decimal = _NONE
    needing_serial: Decimal = _NONE
    """Delivered pieces of lines that name a model: each is a thing with a serial number."""
    serials: int = 0
    devices: int = 0
    """Devices of the inventory that the order's lines or its invoices' lines bought."""
    ordered_gross: Decimal = ZERO
    invoices: int = 0
    invoiced: Decimal = _NONE
    """Pieces on the invoices' lines that belong to a line of the order."""
    invoiced_gross: Decimal = ZERO
    paid: Decimal = ZERO
    """With the discount taken, which the supplier does not get either."""


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is missing: `count` of `whole` pieces, or an amount of euros."""

    kind: GapKind
    count: Decimal = _NONE
    whole: Decimal = _NONE
    amount: Decimal = ZERO

    @property
    def is_wrong(self) -> bool:
        """Tell whether it contradicts itself, instead of only being unfinished."""
        return self.kind in {
            GapKind.OVERDELIVERED,
            GapKind.INVOICED_UNDELIVERED,
            GapKind.INVOICED_MORE,
            GapKind.OVERPAID,
        }


def gaps_of(facts: PurchaseFacts) -> tuple[Gap, ...]:
    """Return what is missing, in the order of the steps; nothing when the chain is closed.

    An order that is neither delivered nor invoiced lacks its delivery only: the rest comes later.
    """
    return (*_delivery(facts), *_things(facts), *_invoice(facts), *_payment(facts))


def _delivery(facts: PurchaseFacts) -> list[Gap]:
    missing = facts.ordered - facts.delivered
    if missing > 0:
        return [Gap(GapKind.NOT_DELIVERED, missing, facts.ordered)]
    if missing < 0:
        return [Gap(GapKind.OVERDELIVERED, -missing, facts.ordered)]
    return []


def _things(facts: PurchaseFacts) -> list[Gap]:
    whole = facts.needing_serial
    unread, unlisted = whole - facts.serials, whole - facts.devices
    gaps = [Gap(GapKind.NO_SERIAL, unread, whole)] if unread > 0 else []
    if unlisted > 0:
        gaps.append(Gap(GapKind.NOT_IN_INVENTORY, unlisted, whole))
    return gaps


def _invoice(facts: PurchaseFacts) -> list[Gap]:
    if facts.invoices == 0:
        return [Gap(GapKind.NO_INVOICE)] if facts.delivered > 0 else []
    gaps: list[Gap] = []
    if facts.invoiced > facts.delivered:
        undelivered = facts.invoiced - facts.delivered
        gaps.append(Gap(GapKind.INVOICED_UNDELIVERED, undelivered, facts.invoiced))
    difference = facts.ordered_gross - facts.invoiced_gross
    if difference > 0:
        gaps.append(Gap(GapKind.PARTLY_INVOICED, amount=difference))
    elif difference < 0:
        gaps.append(Gap(GapKind.INVOICED_MORE, amount=-difference))
    return gaps


def _payment(facts: PurchaseFacts) -> list[Gap]:
    unpaid = facts.invoiced_gross - facts.paid
    if unpaid > 0:
        return [Gap(GapKind.NOT_PAID, amount=unpaid)]
    if unpaid < 0:
        return [Gap(GapKind.OVERPAID, amount=-unpaid)]
    return []
