"""Rows of the bundle about money: grants, purchases, and what passes between city and authority."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from netzwart.exchange.bundle_fields import Amount, Count, Part, Row, SchoolNumber, UnitAmount, Word
from netzwart.funding.rules.drawing_down import DrawdownBlocker, DrawdownLimit
from netzwart.funding.rules.duties import MessageOccasion
from netzwart.funding.rules.kinds import InvoiceFormat, InvoiceKind
from netzwart.funding.rules.sharing import ShareKey
from netzwart.funding.rules.terms import DrawdownMode
from netzwart.funding.rules.terms import GrantRounding as RoundingMode


class PlanRow(Row):
    """A position of the financing plan."""

    category: Word
    total: Amount
    eligible: Amount


class SourceRow(Row):
    """A source of the financing plan."""

    kind: Word
    label: Word
    amount: Amount


class TrancheRow(Row):
    """What a budget year makes available."""

    year: Annotated[int, Field(ge=2000, le=2100)]
    amount: Annotated[Amount, Field(ge=0)]


class GrantRow(Row):
    """A grant."""

    number: Word
    programme: Word
    authority: Word
    title: str = ""
    issued_on: date
    final_on: date | None = None
    awarded: Annotated[Amount, Field(ge=0)]
    eligible_planned: Annotated[Amount, Field(ge=0)]
    rate: Part | None = None
    rounding: RoundingMode = RoundingMode.CENT
    execution_from: date | None = None
    execution_until: date | None = None
    approval_until: date | None = None
    purpose_fulfilled_on: date | None = None
    conditions: str = ""
    lucom_number: str | None = None
    drawdown_mode: DrawdownMode = DrawdownMode.TWO_MONTHS
    input_tax_deductible: bool = False
    proof_submitted_on: date | None = None
    plan: tuple[PlanRow, ...] = ()
    sources: tuple[SourceRow, ...] = ()
    tranches: tuple[TrancheRow, ...] = ()


class RuleRow(Row):
    """A value of the notice that wins over the programme's."""

    grant: Word
    key: Annotated[str, Field(min_length=1, max_length=120)]
    value: Annotated[str, Field(min_length=1, max_length=400)]
    reason: Annotated[str, Field(min_length=1, max_length=1000)]


class MeasureRow(Row):
    """A measure."""

    key: Word
    grant: Word
    school: SchoolNumber | None = None
    category: Word
    subcategory: str | None = None
    title: Word
    started_on: date | None = None
    finished_on: date | None = None
    concept_document: str | None = None
    narrative: dict[
        Annotated[str, Field(max_length=60)], Annotated[str, Field(max_length=20_000)]
    ] = Field(default_factory=dict)
    supports: tuple[Word, ...] = ()
    """Keys of the measures of other grants that an administration measure serves."""


class OrderShareRow(Row):
    """A measure that an order line is meant for."""

    measure: Word
    weight: Annotated[Count, Field(gt=0)] = Decimal(1)


class OrderLineRow(Row):
    """A position of an order."""

    number: Annotated[int, Field(ge=1)]
    model: str | None = None
    manufacturer: str | None = None
    """Only needed where two make a model of the same name."""
    text: Annotated[str, Field(min_length=1, max_length=500)]
    quantity: Annotated[Count, Field(gt=0)]
    unit_net: UnitAmount
    vat_rate: Part
    shares: tuple[OrderShareRow, ...] = ()


class OrderRow(Row):
    """An order with its procurement facts."""

    number: Word
    supplier: Word
    ordered_on: date
    procedure: str | None = None
    procedure_reason: str = ""
    estimated_net: Amount | None = None
    offers_requested: Annotated[int, Field(ge=0)] | None = None
    offers_received: Annotated[int, Field(ge=0)] | None = None
    awarded_on: date | None = None
    award_criterion: str = ""
    framework_contract: str | None = None
    eu_wide: bool = False
    lines: tuple[OrderLineRow, ...] = ()


class DeliveryLineRow(Row):
    """What came of an order line."""

    order_line: int
    quantity: Annotated[Count, Field(gt=0)]
    serials: tuple[Annotated[str, Field(min_length=1, max_length=120)], ...] = ()


class DeliveryRow(Row):
    """A delivery note."""

    order: Word
    note_number: Word
    received_on: date
    lines: tuple[DeliveryLineRow, ...] = ()


class ShareRow(Row):
    """A share of an invoice line: an amount, or a weight to split by."""

    measure: Word
    amount: Amount | None = None
    """With a weight beside it: what the split came to, taken as it is."""
    weight: Annotated[Count, Field(ge=0)] | None = None
    share_key: ShareKey | None = None
    weighted_on: date | None = None


class DiscountRow(Row):
    """A discount for paying early."""

    rate: Part
    days: Annotated[int, Field(ge=0, le=365)]


class InvoiceLineRow(Row):
    """A position of an invoice."""

    number: Annotated[int, Field(ge=1)]
    text: Annotated[str, Field(min_length=1, max_length=500)]
    model: str | None = None
    manufacturer: str | None = None
    order_line: int | None = None
    quantity: Count
    unit_net: UnitAmount
    vat_rate: Part
    net: Amount | None = None
    """As the invoice states it, where it is not quantity times price."""
    gross: Amount | None = None
    """Where lines share the cents of the invoice's rounding; else computed."""
    incidental_to: tuple[Annotated[int, Field(ge=1)], ...] = ()
    eligible: bool | None = None
    eligible_part: Part = Decimal(1)
    reason: str | None = None
    shares: tuple[ShareRow, ...] = ()


class InvoiceRow(Row):
    """An invoice."""

    number: Word
    supplier: Word
    order: str | None = None
    issued_on: date
    kind: InvoiceKind = InvoiceKind.INVOICE
    delivered_on: date | None = None
    due_on: date | None = None
    discount_offered: DiscountRow | None = None
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "EUR"
    buyer: Annotated[str, Field(max_length=200)] | None = None
    service_from: date | None = None
    stated_total: Amount | None = None
    retained: Annotated[Amount, Field(ge=0)] = Decimal("0.00")
    retained_until: date | None = None
    format: InvoiceFormat = InvoiceFormat.TYPED
    cancels: str | None = None
    lines: tuple[InvoiceLineRow, ...] = ()


class PaymentRow(Row):
    """A payment."""

    invoice: Word
    supplier: Word
    receipt_number: Annotated[str, Field(min_length=1, max_length=80)]
    paid_on: date
    amount: Amount
    discount: Annotated[Amount, Field(ge=0)] = Decimal("0.00")


class BasisRow(Row):
    """The figures that a call rested on, as they were on its day."""

    mode: DrawdownMode
    rate: Decimal
    eligible_paid: Amount
    eligible_due: Amount
    reduction: Amount = Decimal("0.00")
    called_before: Amount
    maximum: Amount
    binding: DrawdownLimit
    blockers: tuple[DrawdownBlocker, ...] = ()
    receipts: tuple[Annotated[str, Field(max_length=80)], ...] = ()


class DrawdownRow(Row):
    """A call for money."""

    grant: Word
    number: Annotated[int, Field(ge=1)]
    requested_on: date
    amount: Annotated[Amount, Field(gt=0)]
    received_on: date | None = None
    basis: BasisRow | None = None


class IncomeRow(Row):
    """Money that came in."""

    grant: Word
    kind: Word
    received_on: date
    payer: Word
    reason: str = ""
    amount: Annotated[Amount, Field(gt=0)]
    device: str | None = None
    """Inventory number of what was sold or insured."""


class ApplicationRow(Row):
    """What was asked for."""

    programme: Word
    applied_on: date
    requested: Annotated[Amount, Field(gt=0)]
    reference: Annotated[str, Field(max_length=120)] = ""
    grant: str | None = None
    """The grant that answered it."""


class NoticeRow(Row):
    """A notice: the first one, or one that amends the grant.

    The grant's own fields say what holds today; `changes` keeps what each notice changed.
    """

    grant: Word
    number: Annotated[str, Field(min_length=1, max_length=80)]
    issued_on: date
    amount: Amount = Decimal("0.00")
    reason: Annotated[str, Field(max_length=1000)] = ""
    changes: dict[
        Annotated[str, Field(max_length=60)],
        Annotated[
            list[Annotated[str, Field(max_length=400)] | list[dict[str, str]] | None],
            Field(min_length=2, max_length=2),
        ],
    ] = Field(default_factory=dict)


class MessageRow(Row):
    """What the authority must be told, until when, and when it was told."""

    grant: Word
    occasion: MessageOccasion
    due_on: date | None = None
    sent_on: date | None = None
    text: Annotated[str, Field(max_length=2000)] = ""
    device: str | None = None
    """Inventory number."""


class ClawbackRow(Row):
    """What the authority wants back."""

    grant: Word
    demanded_on: date
    amount: Annotated[Amount, Field(gt=0)]
    interest: Annotated[Amount, Field(ge=0)] = Decimal("0.00")
    reason: Annotated[str, Field(min_length=1, max_length=1000)]
    paid_on: date | None = None


class SubmissionRow(Row):
    """A proof that went out, with its figures; payments are named by their receipt number."""

    grant: Word
    submitted_on: date
    as_of: date
    document_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    figures: dict[Annotated[str, Field(max_length=200)], Amount] = Field(default_factory=dict)
