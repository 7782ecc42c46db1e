"""What is sent about orders, deliveries, invoices, payments and decisions about lines."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from netzwart.funding.forms.fields import (
    Count,
    Day,
    Euro,
    Form,
    Key,
    NotNegativeEuro,
    Part,
    Price,
    Serial,
)
from netzwart.funding.rules.kinds import InvoiceKind
from netzwart.funding.rules.sharing import ShareKey


class OrderShareForm(Form):
    """A measure that an order line is meant for."""

    measure_id: int
    weight: Annotated[Count, Field(gt=0)] = Decimal(1)


class OrderLineForm(Form):
    """A position of an order."""

    number: Annotated[int, Field(ge=1)]
    model_id: int | None = None
    text: Annotated[str, Field(min_length=1, max_length=500)]
    quantity: Annotated[Count, Field(gt=0)]
    unit_net: Price
    vat_rate: Part
    shares: tuple[OrderShareForm, ...] = ()


class OrderForm(Form):
    """An order with its procurement facts."""

    number: Key
    supplier_id: int
    ordered_on: date
    procedure: Annotated[str, Field(max_length=40)] | None = None
    procedure_reason: Annotated[str, Field(max_length=1000)] = ""
    estimated_net: NotNegativeEuro | None = None
    offers_requested: Annotated[int, Field(ge=0)] | None = None
    offers_received: Annotated[int, Field(ge=0)] | None = None
    awarded_on: Day = None
    award_criterion: Annotated[str, Field(max_length=200)] = ""
    framework_contract: Annotated[str, Field(max_length=120)] | None = None
    eu_wide: bool = False
    lines: Annotated[tuple[OrderLineForm, ...], Field(min_length=1)]


class OrderChangeForm(Form):
    """What may be corrected about an order; its positions are what was ordered and stay."""

    ordered_on: date
    procedure: Annotated[str, Field(max_length=40)] | None = None
    procedure_reason: Annotated[str, Field(max_length=1000)] = ""
    estimated_net: NotNegativeEuro | None = None
    offers_requested: Annotated[int, Field(ge=0)] | None = None
    offers_received: Annotated[int, Field(ge=0)] | None = None
    awarded_on: Day = None
    award_criterion: Annotated[str, Field(max_length=200)] = ""
    framework_contract: Annotated[str, Field(max_length=120)] | None = None
    eu_wide: bool = False


class DeliveryLineForm(Form):
    """What came of one order line."""

    order_line: Annotated[int, Field(ge=1)]
    """Number of the line within its order."""
    quantity: Annotated[Count, Field(gt=0)]
    serials: tuple[Serial, ...] = ()


class DeliveryForm(Form):
    """A delivery note."""

    order_id: int
    note_number: Key
    received_on: date
    lines: Annotated[tuple[DeliveryLineForm, ...], Field(min_length=1)]


class DeliveryChangeForm(Form):
    """What may be corrected about a delivery note."""

    note_number: Key
    received_on: date


class SerialsForm(Form):
    """Serial numbers read after the delivery was recorded."""

    serials: Annotated[tuple[Serial, ...], Field(min_length=1)]


class ShareForm(Form):
    """The part of an invoice line one measure bears: an amount, or a weight to split by."""

    measure_id: int
    amount: Euro | None = None
    weight: Annotated[Count, Field(ge=0)] | None = None
    share_key: ShareKey | None = None
    """What the weight counts; printed with the split."""
    weighted_on: Day = None


class InvoiceLineForm(Form):
    """A position of an invoice; nobody but people decides whether it is eligible."""

    number: Annotated[int, Field(ge=1)]
    model_id: int | None = None
    order_line_id: int | None = None
    text: Annotated[str, Field(min_length=1, max_length=500)]
    quantity: Count
    unit_net: Price
    vat_rate: Part
    net: Euro | None = None
    """What the invoice states, where it is not quantity times price (BT-131)."""
    incidental_to: tuple[Annotated[int, Field(ge=1)], ...] = ()
    """Numbers of the device lines that this delivery, setup or licence belongs to."""
    serials: tuple[Serial, ...] = ()
    """What the invoice names; a delivery note may take them over."""
    shares: tuple[ShareForm, ...] = ()


class InvoiceForm(Form):
    """An invoice as it came in; a credit note names what it corrects and has negative amounts."""

    number: Key
    supplier_id: int
    order_id: int | None = None
    issued_on: date
    kind: InvoiceKind = InvoiceKind.INVOICE
    delivered_on: Day = None
    due_on: Day = None
    discount_rate: Part | None = None
    discount_days: Annotated[int, Field(ge=0, le=365)] | None = None
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "EUR"
    buyer: Annotated[str, Field(max_length=200)] | None = None
    cancels_id: int | None = None
    document_id: int | None = None
    service_from: Day = None
    stated_total: Euro | None = None
    """The gross total on the invoice; the lines must add up to it."""
    retained: NotNegativeEuro = Decimal("0.00")
    retained_until: Day = None
    lines: Annotated[tuple[InvoiceLineForm, ...], Field(min_length=1)]


class PaymentForm(Form):
    """What was really paid."""

    invoice_id: int
    receipt_number: Key
    paid_on: date
    amount: Euro
    discount: NotNegativeEuro = Decimal("0.00")


class DecisionForm(Form):
    """One person's decision about an invoice line; it counts when a second person confirms it."""

    is_eligible: bool
    eligible_part: Part = Decimal(1)
    reason: Annotated[str, Field(max_length=500)] = ""
    """Always: the proof prints it for what is cut, the auditor asks it for the rest."""


class SeveralDecisionsForm(DecisionForm):
    """One decision with one reason for several lines of an invoice."""

    line_ids: Annotated[tuple[int, ...], Field(min_length=1, max_length=1000)]
