"""An e-invoice as a plain value, in the terms of EN 16931 (BT and BG numbers)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from netzwart.errors import InvalidInputError
from netzwart.funding.rules.kinds import InvoiceFormat, InvoiceKind


class ElectronicInvoiceError(InvalidInputError):
    """The file is no e-invoice that netzwart can take; the message says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message, {"file": message})


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectronicLine:
    """One line (BG-25), or an allowance, charge or advance of the whole invoice made into one."""

    number: int
    text: str
    """BT-153, with BT-154 where it says more."""
    quantity: Decimal
    unit_net: Decimal
    """Net price of one piece: BT-146 by its base quantity (BT-149)."""
    net: Decimal
    """BT-131, which counts."""
    vat_rate: Decimal
    """BT-152, between 0 and 1."""
    article_numbers: tuple[str, ...] = ()
    """BT-155, BT-156, BT-157."""
    order_line: int | None = None
    """BT-132."""
    serials: tuple[str, ...] = ()
    """Values of item attributes (BG-32) that are called serial numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount:
    """A discount for paying early (Skonto), from BT-20."""

    rate: Decimal
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectronicInvoice:
    """What the file says; credit notes carry negative amounts here, as netzwart keeps them."""

    format: InvoiceFormat
    number: str
    """BT-1."""
    issued_on: date
    """BT-2."""
    kind: InvoiceKind
    """From BT-3."""
    currency: str
    """BT-5."""
    supplier: str
    """BT-27."""
    supplier_vat_id: str | None
    """BT-31."""
    buyer: str | None
    """BT-44."""
    buyer_reference: str | None = None
    """BT-10, the Leitweg-ID."""
    order_number: str | None = None
    """BT-13."""
    corrected_number: str | None = None
    """BT-25, of the invoice that this one corrects or continues."""
    delivered_on: date | None = None
    """BT-72, else the end of the period, BT-74."""
    service_from: date | None = None
    """BT-73."""
    due_on: date | None = None
    """BT-9."""
    discount: Discount | None = None
    lines: tuple[ElectronicLine, ...]
    net_total: Decimal
    """BT-109."""
    tax_total: Decimal
    """BT-110."""
    gross_total: Decimal
    """BT-112."""
    payable: Decimal
    """BT-115."""
    recorded_total: Decimal
    """What the lines, advances taken off, add up to: BT-112 less BT-113."""
