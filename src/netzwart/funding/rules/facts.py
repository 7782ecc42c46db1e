"""What happened, as plain values that the formulas take: invoices, payments, drawdowns, incomes."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from netzwart.money import ZERO


class IneligibleReason(StrEnum):
    """Why paid money is not eligible."""

    DECIDED = "decided"
    """Two people decided so; the line carries their reason."""
    PARTLY = "partly"
    """Only a part of the line is eligible."""
    UNDECIDED = "undecided"
    NO_MEASURE = "no_measure"
    INPUT_TAX = "input_tax"
    CAP = "cap"
    ORDERED_TOO_EARLY = "ordered_too_early"
    DELIVERED_TOO_LATE = "delivered_too_late"
    PAID_TOO_LATE = "paid_too_late"
    OVERPAID = "overpaid"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareFacts:
    """The part of an invoice line that one measure bears."""

    amount: Decimal
    measure: str | None
    category: str | None
    school: str | None
    in_grant: bool = True
    """False when the measure belongs to another grant: the share weighs, but does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFacts:
    """One invoice line with its decision."""

    key: str
    """Unique among all lines of the settlement."""
    gross: Decimal
    vat_rate: Decimal
    quantity: Decimal
    eligible: bool | None
    """None while nobody, or only one person, has decided."""
    shares: tuple[ShareFacts, ...]
    eligible_part: Decimal = Decimal(1)
    devices: tuple[str, ...] = ()
    """Inventory numbers of this grant's devices that the line bought."""
    incidental_to: tuple[str, ...] = ()
    """Keys of the device lines whose delivery, setup or licence this line is, or takes back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFacts:
    """What really left the account; a refund is negative."""

    key: str
    paid_on: date
    amount: Decimal
    discount: Decimal = ZERO
    """Skonto really taken with this payment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceFacts:
    """One invoice; a credit note is an invoice with negative lines and payments.

    A credit note that was set off and never paid goes into `deductions` of the invoice it
    corrects; it must not stand beside it as well.
    """

    key: str
    lines: tuple[LineFacts, ...]
    payments: tuple[PaymentFacts, ...] = ()
    deductions: Decimal = ZERO
    """Rebates and set-off credit notes beside the discounts of the payments."""
    ordered_on: date | None = None
    delivered_on: date | None = None
    unassigned_in_grant: bool = False
    """True when money that no share claims is this grant's spending (it never is eligible)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawdownFacts:
    """Grant money that was called; not yet received when `received_on` is None."""

    amount: Decimal
    received_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomeFacts:
    """Insurance, sale or third-party money that reduces what the grant must cover."""

    amount: Decimal
    received_on: date
