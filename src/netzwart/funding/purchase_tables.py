"""What was ordered, delivered, invoiced and paid, and whose share it is."""

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from netzwart.database import (
    Money,
    Quantity,
    Rate,
    Record,
    UnitPrice,
    UtcDateTime,
    choice,
    link,
    register_messages,
)
from netzwart.funding.rules.kinds import InvoiceFormat, InvoiceKind
from netzwart.funding.rules.sharing import ShareKey

MESSAGES = {
    "uq_supplier_name": ("name", "Diesen Lieferanten gibt es schon."),
    "uq_purchase_order_number": ("number", "Eine Bestellung mit dieser Nummer gibt es schon."),
    "uq_order_line_order_id_number": ("lines", "Diese Position gibt es in der Bestellung schon."),
    "ck_order_line_quantity": ("quantity", "Die Menge ist größer als null."),
    "uq_order_share_order_line_id_measure_id": (
        "shares",
        "Diese Maßnahme hat an der Position schon einen Anteil.",
    ),
    "ck_order_share_weight": ("shares", "Ein Gewicht ist größer als null."),
    "uq_delivery_order_id_note_number": ("note_number", "Diesen Lieferschein gibt es schon."),
    "ck_delivery_line_quantity": ("quantity", "Die Menge ist größer als null."),
    "uq_invoice_supplier_id_number": (
        "number",
        "Diese Rechnungsnummer gibt es bei diesem Lieferanten schon.",
    ),
    "uq_invoice_line_invoice_id_number": ("lines", "Diese Position gibt es in der Rechnung schon."),
    "ck_invoice_retained": (
        "retained",
        "Ein Einbehalt ist nicht negativ und nennt den Tag, bis zu dem er gilt.",
    ),
    "uq_incidental_cost_line_id_device_line_id": (
        "incidental_to",
        "Diese Zuordnung gibt es schon.",
    ),
    "ck_incidental_cost_other_line": (
        "incidental_to",
        "Eine Position kann nicht ihre eigene Nebenleistung sein.",
    ),
    "ck_invoice_line_eligible_part": (
        "eligible_part",
        "Der zuwendungsfähige Anteil liegt zwischen 0 und 1.",
    ),
    "ck_invoice_line_two_people": (
        "confirmed_by_id",
        "Zwei verschiedene Personen müssen entscheiden und bestätigen.",
    ),
    "uq_cost_share_invoice_line_id_measure_id": (
        "shares",
        "Diese Maßnahme hat an der Position schon einen Anteil.",
    ),
    "uq_payment_receipt_number": ("receipt_number", "Diese Belegnummer gibt es schon."),
    "ck_payment_discount": ("discount", "Skonto kann nicht negativ sein."),
}
register_messages(MESSAGES)


class Supplier(Record, table=True):
    """Who sold it."""

    __table_args__ = (UniqueConstraint("name"),)

    name: str = Field(max_length=200)
    vat_id: str | None = Field(default=None, max_length=20)


class Order(Record, table=True):
    """An order with the procurement facts (Auftrag, Vergabe)."""

    table_name: ClassVar[str] = "purchase_order"
    __table_args__ = (UniqueConstraint("number"),)

    number: str = Field(max_length=80)
    supplier_id: int = link("supplier.id")
    ordered_on: date
    procedure: str | None = Field(default=None, max_length=40)
    """open, restricted, negotiated, direct, framework …"""
    procedure_reason: str = Field(default="", max_length=1000)
    estimated_net: Decimal | None = Field(default=None, sa_type=Money)
    offers_requested: int | None = None
    offers_received: int | None = None
    awarded_on: date | None = None
    award_criterion: str = Field(default="", max_length=200)
    framework_contract: str | None = Field(default=None, max_length=120)
    eu_wide: bool = False
    award_document_id: int | None = link("document.id", nullable=True)


class OrderLine(Record, table=True):
    """One position of an order."""

    __table_args__ = (
        UniqueConstraint("order_id", "number"),
        CheckConstraint("quantity > 0", name="quantity"),
    )

    order_id: int = link("purchase_order.id", index=False)
    number: int
    model_id: int | None = link("device_model.id", nullable=True)
    text: str = Field(max_length=500)
    quantity: Decimal = Field(sa_type=Quantity)
    unit_net: Decimal = Field(sa_type=UnitPrice)
    vat_rate: Decimal = Field(sa_type=Rate)


class OrderShare(Record, table=True):
    """A measure an order line is meant for; binds its grant's money before an invoice comes."""

    __table_args__ = (
        UniqueConstraint("order_line_id", "measure_id"),
        CheckConstraint("weight > 0", name="weight"),
    )

    order_line_id: int = link("order_line.id", index=False)
    measure_id: int = link("measure.id")
    weight: Decimal = Field(sa_type=Quantity)
    """How the line is split over its measures, e.g. pieces."""


class Delivery(Record, table=True):
    """A delivery note against an order (Lieferung, Lieferschein)."""

    __table_args__ = (UniqueConstraint("order_id", "note_number"),)

    order_id: int = link("purchase_order.id", index=False)
    note_number: str = Field(max_length=80)
    received_on: date


class DeliveryLine(Record, table=True):
    """What came of one order line."""

    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"),)

    delivery_id: int = link("delivery.id")
    order_line_id: int = link("order_line.id")
    quantity: Decimal = Field(sa_type=Quantity)


class DeliveredSerial(Record, table=True):
    """One serial number on a delivery note."""

    __table_args__ = (UniqueConstraint("delivery_line_id", "serial"),)

    delivery_line_id: int = link("delivery_line.id", index=False)
    serial: str = Field(max_length=120, index=True)


class Invoice(Record, table=True):
    """An invoice as it came in (Rechnung)."""

    __table_args__ = (
        UniqueConstraint("supplier_id", "number"),
        CheckConstraint(
            "CAST(retained AS NUMERIC) = 0"
            " OR (CAST(retained AS NUMERIC) > 0 AND retained_until IS NOT NULL)",
            name="retained",
        ),
    )

    number: str = Field(max_length=80)
    supplier_id: int = link("supplier.id", index=False)
    order_id: int | None = link("purchase_order.id", nullable=True)
    issued_on: date
    kind: InvoiceKind = choice(InvoiceKind)
    delivered_on: date | None = None
    """Day or last day of the service (BT-72, BT-74); decides the tax rate."""
    due_on: date | None = None
    discount_rate: Decimal | None = Field(default=None, sa_type=Rate)
    discount_days: int | None = None
    currency: str = Field(default="EUR", max_length=3)
    buyer: str | None = Field(default=None, max_length=200)
    service_from: date | None = None
    """First day of the service (BT-73), where it took more than one."""
    stated_total: Decimal | None = Field(default=None, sa_type=Money)
    """The gross total the invoice itself states (BT-112); the lines add up to it."""
    retained: Decimal = Field(default=Decimal("0.00"), sa_type=Money)
    """Held back until the warranty ends (Sicherheitseinbehalt); not paid, so not eligible yet."""
    retained_until: date | None = None
    format: InvoiceFormat = choice(InvoiceFormat, default=InvoiceFormat.TYPED)
    cancels_id: int | None = link("invoice.id", nullable=True)
    document_id: int | None = link("document.id", nullable=True)


class InvoiceLine(Record, table=True):
    """One position of an invoice, and who decided that it is eligible."""

    __table_args__ = (
        UniqueConstraint("invoice_id", "number"),
        CheckConstraint("CAST(eligible_part AS NUMERIC) BETWEEN 0 AND 1", name="eligible_part"),
        CheckConstraint(
            "confirmed_by_id IS NULL OR decided_by_id IS NULL OR confirmed_by_id <> decided_by_id",
            name="two_people",
        ),
    )

    invoice_id: int = link("invoice.id", index=False)
    number: int
    model_id: int | None = link("device_model.id", nullable=True)
    order_line_id: int | None = link("order_line.id", nullable=True)
    text: str = Field(max_length=500)
    quantity: Decimal = Field(sa_type=Quantity)
    unit_net: Decimal = Field(sa_type=UnitPrice)
    vat_rate: Decimal = Field(sa_type=Rate)
    net: Decimal | None = Field(default=None, sa_type=Money)
    """What the invoice states (BT-131), where it is not simply quantity times price."""
    gross: Decimal = Field(sa_type=Money)
    """Net times one plus tax, rounded so that lines add up to the invoice; negative on credits."""
    is_eligible: bool | None = None
    """None is undecided; nobody but people decides."""
    eligible_part: Decimal = Field(default=Decimal(1), sa_type=Rate)
    ineligible_reason: str | None = Field(default=None, max_length=500)
    decided_by_id: int | None = link("user_account.id", nullable=True)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    confirmed_by_id: int | None = link("user_account.id", nullable=True)
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class InvoicedSerial(Record, table=True):
    """One serial number that an invoice names, as an e-invoice does for its pieces."""

    __table_args__ = (UniqueConstraint("invoice_line_id", "serial"),)

    invoice_line_id: int = link("invoice_line.id", index=False)
    serial: str = Field(max_length=120)
    serial_normalised: str | None = Field(default=None, max_length=120, index=True)
    """As devices have it, for the comparison with the inventory; None is a placeholder."""


class CostShare(Record, table=True):
    """Part of an invoice line charged to a measure (Kostenanteil); shares sum to the line."""

    __table_args__ = (UniqueConstraint("invoice_line_id", "measure_id"),)

    invoice_line_id: int = link("invoice_line.id", index=False)
    measure_id: int = link("measure.id")
    amount: Decimal = Field(sa_type=Money)
    weight: Decimal | None = Field(default=None, sa_type=Quantity)
    """The weight it was split by, where it was split."""
    share_key: ShareKey | None = choice(ShareKey, default=None)
    """What the weights count."""
    weighted_on: date | None = None
    """Reference date of the weights (Stichtag)."""


class IncidentalCost(Record, table=True):
    """A line for delivery, setup or licence belongs to a device line and adds to its cost."""

    __table_args__ = (
        UniqueConstraint("line_id", "device_line_id"),
        CheckConstraint("line_id <> device_line_id", name="other_line"),
    )

    line_id: int = link("invoice_line.id", index=False)
    device_line_id: int = link("invoice_line.id")


class Payment(Record, table=True):
    """What was really paid, and when (Zahlung, der Beleg); never deleted."""

    __table_args__ = (
        UniqueConstraint("receipt_number"),
        CheckConstraint("discount >= 0", name="discount"),
    )

    invoice_id: int = link("invoice.id")
    receipt_number: str = Field(max_length=80)
    """Kassenzeichen."""
    paid_on: date = Field(index=True)
    amount: Decimal = Field(sa_type=Money)
    discount: Decimal = Field(default=Decimal("0.00"), sa_type=Money)
