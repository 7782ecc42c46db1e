"""What people and programs send about grants, purchases and decisions; no unknown fields."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from netzwart.errors import InvalidInputError
from netzwart.funding.rules.duties import MessageOccasion
from netzwart.funding.rules.kinds import InvoiceKind
from netzwart.funding.rules.sharing import ShareKey
from netzwart.funding.rules.terms import DrawdownMode
from netzwart.funding.rules.terms import GrantRounding as RoundingMode
from netzwart.money import parse_amount

_EURO_PLACES, _PRICE_PLACES, _QUANTITY_PLACES, _RATE_PLACES = 2, 4, 3, 6


def _euros(value: object) -> object:
    """Read `1.234,56` and `1234.56`; a binary float is refused because it is not exact."""
    if isinstance(value, (Decimal, int)) and not isinstance(value, bool):
        return value
    try:
        return parse_amount(value)
    except InvalidInputError as error:
        raise ValueError(error.message) from error


def _number(value: object) -> object:
    """Read `0,19` and `0.19`."""
    if isinstance(value, (bool, float)):
        raise ValueError("Zahlen bitte als Text schreiben, z. B. 0,19")  # noqa: TRY004 - pydantic wants ValueError
    if isinstance(value, str) and "," in value:
        return value.replace(".", "").replace(",", ".")
    return value


def _places(count: int) -> AfterValidator:
    def check(value: Decimal) -> Decimal:
        if value != round(value, count):
            raise ValueError(f"höchstens {count} Nachkommastellen")
        return value

    return AfterValidator(check)


def _empty_is_none(value: object) -> object:
    return None if value == "" else value


_EXACT = Field(allow_inf_nan=False, max_digits=14)

Euro = Annotated[Decimal, BeforeValidator(_euros), _places(_EURO_PLACES), _EXACT]
PositiveEuro = Annotated[Euro, Field(gt=0)]
NotNegativeEuro = Annotated[Euro, Field(ge=0)]
Price = Annotated[Decimal, BeforeValidator(_number), _places(_PRICE_PLACES), _EXACT]
Count = Annotated[Decimal, BeforeValidator(_number), _places(_QUANTITY_PLACES), _EXACT]
Part = Annotated[Decimal, BeforeValidator(_number), _places(_RATE_PLACES), Field(ge=0, le=1)]
Day = Annotated[date | None, BeforeValidator(_empty_is_none)]
Key = Annotated[str, Field(min_length=1, max_length=80)]
Serial = Annotated[str, Field(min_length=1, max_length=120)]
Words = Annotated[str, Field(min_length=1, max_length=300)]


class Form(BaseModel):
    """Strict about names, forgiving about spaces."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)


class PlanForm(Form):
    """A position of the financing plan."""

    category: Annotated[str, Field(min_length=1, max_length=60)]
    total: NotNegativeEuro
    eligible: NotNegativeEuro


class SourceForm(Form):
    """A source of the financing plan."""

    kind: Annotated[str, Field(min_length=1, max_length=40)]
    label: Annotated[str, Field(min_length=1, max_length=200)]
    amount: NotNegativeEuro


class TrancheForm(Form):
    """What a budget year makes available."""

    year: Annotated[int, Field(ge=2000, le=2100)]
    amount: NotNegativeEuro


class GrantForm(Form):
    """A grant as its notice awards it."""

    number: Key
    programme: Annotated[str, Field(min_length=1, max_length=40)]
    authority: Annotated[str, Field(min_length=1, max_length=200)]
    title: Annotated[str, Field(max_length=300)] = ""
    issued_on: date
    final_on: Day = None
    approved_amount: NotNegativeEuro
    eligible_planned: NotNegativeEuro
    funding_rate: Part | None = None
    rounding: RoundingMode = RoundingMode.CENT
    execution_from: Day = None
    execution_until: Day = None
    approval_until: Day = None
    purpose_fulfilled_on: Day = None
    conditions_version: Annotated[str, Field(max_length=80)] = ""
    lucom_number: Annotated[str, Field(max_length=40)] | None = None
    drawdown_mode: DrawdownMode = DrawdownMode.TWO_MONTHS
    input_tax_deductible: bool = False
    plan: tuple[PlanForm, ...] = ()
    sources: tuple[SourceForm, ...] = ()
    tranches: tuple[TrancheForm, ...] = ()


class AmendmentForm(Form):
    """A later notice: what it adds, and what it changes; what it leaves out stays."""

    notice_number: Key
    issued_on: date
    amount: Euro = Decimal("0.00")
    """The difference; negative when the award shrinks."""
    reason: Annotated[str, Field(min_length=1, max_length=1000)]
    eligible_planned: NotNegativeEuro | None = None
    funding_rate: Part | None = None
    final_on: Day = None
    execution_from: Day = None
    execution_until: Day = None
    approval_until: Day = None
    plan: tuple[PlanForm, ...] | None = None
    sources: tuple[SourceForm, ...] | None = None
    tranches: tuple[TrancheForm, ...] | None = None
    document_id: int | None = None


class RuleOverrideForm(Form):
    """A value of the notice that wins over the programme's."""

    key: Annotated[str, Field(min_length=1, max_length=120)]
    value: Annotated[str, Field(min_length=1, max_length=400)]
    reason: Annotated[str, Field(min_length=1, max_length=1000)]


class MeasureForm(Form):
    """What a grant pays for at one school."""

    key: Key
    grant_id: int
    school_id: int | None = None
    category: Annotated[str, Field(min_length=1, max_length=60)]
    subcategory: Annotated[str, Field(max_length=10)] | None = None
    title: Words
    started_on: Day = None
    finished_on: Day = None
    concept_document: Annotated[str, Field(max_length=300)] | None = None


class SupportForm(Form):
    """The measure of another grant that an administration measure serves."""

    supports_id: int


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


class DrawdownForm(Form):
    """A call for money."""

    grant_id: int
    number: Annotated[int, Field(ge=1)] | None = None
    """None takes the next number."""
    requested_on: date
    amount: PositiveEuro
    received_on: Day = None


class IncomeForm(Form):
    """Money that came in for funded things."""

    grant_id: int
    kind: Annotated[str, Field(min_length=1, max_length=40)]
    received_on: date
    payer: Annotated[str, Field(min_length=1, max_length=200)]
    reason: Annotated[str, Field(max_length=500)] = ""
    amount: PositiveEuro
    device_id: int | None = None


class MessageForm(Form):
    """What the authority must be told, until when, or when it was told."""

    grant_id: int
    occasion: MessageOccasion
    due_on: Day = None
    sent_on: Day = None
    text: Annotated[str, Field(max_length=2000)] = ""
    device_id: int | None = None
    document_id: int | None = None


class ClawbackForm(Form):
    """What the authority wants back."""

    grant_id: int
    demanded_on: date
    amount: PositiveEuro
    interest: NotNegativeEuro = Decimal("0.00")
    reason: Annotated[str, Field(min_length=1, max_length=1000)]
    paid_on: Day = None


class SubmissionForm(Form):
    """A proof of use that went out."""

    grant_id: int
    submitted_on: date
    as_of: date
    """The day whose end the proof shows."""
    document_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None


class DecisionForm(Form):
    """One person's decision about an invoice line; it counts when a second person confirms it."""

    is_eligible: bool
    eligible_part: Part = Decimal(1)
    reason: Annotated[str, Field(max_length=500)] = ""
    """Always: the proof prints it for what is cut, the auditor asks it for the rest."""


class SeveralDecisionsForm(DecisionForm):
    """One decision with one reason for several lines of an invoice."""

    line_ids: Annotated[tuple[int, ...], Field(min_length=1, max_length=1000)]
