"""A grant with all that hangs on it, as it stands in the database; read, never written."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from netzwart.evidence.rules import EvidenceClass
from netzwart.funding.queries.surroundings import Surroundings
from netzwart.funding.rules.kinds import InvoiceFormat, InvoiceKind
from netzwart.funding.rules.sharing import ShareKey
from netzwart.funding.tables import DrawdownMode, RoundingMode
from netzwart.inventory.tables import DeviceCategory, DeviceStatus
from netzwart.money import ZERO, total


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantHead:
    """The notice's own facts."""

    id: int
    number: str
    programme: str
    programme_version: str
    title: str
    issued_on: date
    final_on: date | None
    approved_amount: Decimal
    eligible_planned: Decimal
    funding_rate: Decimal | None
    rounding: RoundingMode
    execution_from: date | None
    execution_until: date | None
    approval_until: date | None
    purpose_fulfilled_on: date | None
    conditions_version: str
    lucom_number: str | None
    drawdown_mode: DrawdownMode
    input_tax_deductible: bool
    proof_submitted_on: date | None
    authority: str
    authority_street: str
    authority_postcode: str
    authority_city: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRecord:
    """A measure with its school."""

    id: int
    key: str
    category: str
    subcategory: str | None
    title: str
    started_on: date | None
    finished_on: date | None
    concept_document: str | None
    narrative: dict[str, object]
    school_id: int | None
    school: str | None
    school_name: str | None
    school_short: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallRow:
    """A short row of a grant: plan, source, drawdown, message …; or of an invoice."""

    kind: str
    id: int
    owner_id: int
    """The grant, of payments the invoice, of incidental costs the line."""
    key: str
    text: str
    amount: Decimal
    second: Decimal
    day: date | None
    second_day: date | None
    number: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareRecord:
    """The part of a line that a measure bears."""

    measure_id: int
    measure: str
    grant_id: int
    category: str
    school: str | None
    amount: Decimal
    weight: Decimal | None
    share_key: ShareKey | None = None
    weighted_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRecord:
    """An invoice line with its decision and shares."""

    id: int
    number: int
    text: str
    model_id: int | None
    order_line_id: int | None
    quantity: Decimal
    unit_net: Decimal
    vat_rate: Decimal
    gross: Decimal
    is_eligible: bool | None
    """As it was decided; see `counts_as`."""
    eligible_part: Decimal
    ineligible_reason: str | None
    decided_by_id: int | None
    confirmed_by_id: int | None
    shares: tuple[ShareRecord, ...]
    net: Decimal | None = None
    """As the invoice states it; None is quantity times price."""
    incidental_to: tuple[int, ...] = ()
    """Ids of the device lines that this line adds to."""

    @property
    def counts_as(self) -> bool | None:
        """Return the decision once two people made it; what came by import counts as decided."""
        waiting = self.decided_by_id is not None and self.confirmed_by_id is None
        return None if waiting else self.is_eligible

    def share_of(self, grant_id: int) -> Decimal:
        """Return what this grant's measures bear of the line."""
        return total([share.amount for share in self.shares if share.grant_id == grant_id])


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRecord:
    """What was really paid."""

    id: int
    receipt_number: str
    paid_on: date
    amount: Decimal
    discount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceRecord:
    """An invoice with everything on it."""

    id: int
    number: str
    kind: InvoiceKind
    supplier_id: int
    supplier: str
    issued_on: date
    delivered_on: date | None
    due_on: date | None
    discount_rate: Decimal | None
    discount_days: int | None
    currency: str
    buyer: str | None
    cancels_id: int | None
    document_id: int | None
    order_id: int | None
    order: str | None
    ordered_on: date | None
    procedure: str | None
    lines: tuple[LineRecord, ...]
    payments: tuple[PaymentRecord, ...]
    service_from: date | None = None
    stated_total: Decimal | None = None
    retained: Decimal = ZERO
    retained_until: date | None = None
    format: InvoiceFormat = InvoiceFormat.TYPED

    @property
    def gross(self) -> Decimal:
        """Return the sum of the lines."""
        return total([line.gross for line in self.lines])

    @property
    def paid(self) -> Decimal:
        """Return what was paid so far."""
        return total([payment.amount for payment in self.payments])

    def share_of(self, grant_id: int) -> Decimal:
        """Return what this grant's measures bear of the invoice."""
        return total([line.share_of(grant_id) for line in self.lines])


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderShareRecord:
    """A measure that an order line is meant for."""

    measure_id: int
    grant_id: int
    weight: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLineRecord:
    """An order line, and what was delivered of it."""

    id: int
    number: int
    text: str
    model_id: int | None
    quantity: Decimal
    unit_net: Decimal
    vat_rate: Decimal
    delivered: Decimal
    shares: tuple[OrderShareRecord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRecord:
    """An order with its procurement facts."""

    id: int
    number: str
    supplier: str
    ordered_on: date
    procedure: str | None
    estimated_net: Decimal | None
    offers_requested: int | None
    offers_received: int | None
    awarded_on: date | None
    framework_contract: str | None
    eu_wide: bool
    lines: tuple[OrderLineRecord, ...]
    procedure_reason: str = ""
    award_criterion: str = ""
    award_document_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRecord:
    """A funded device where it stands, with the last time it was seen up to the day."""

    id: int
    inventory_number: str
    serial: str | None
    model: str
    manufacturer: str
    category: DeviceCategory
    is_network: bool
    school: str | None
    school_short: str | None
    room: str | None
    status: DeviceStatus
    invoice_line_id: int | None
    measure_id: int | None
    delivered_on: date | None
    commissioned_on: date | None
    disposed_on: date | None
    disposal_reason: str | None
    authority_informed_on: date | None
    labelled_on: date | None
    asset_number: str | None
    has_successor: bool
    last_seen_at: datetime | None
    proceeds: Decimal = ZERO
    """What its sale or insurance brought in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenDevice:
    """The best sighting of a device within the window."""

    letter: EvidenceClass
    seen_at: datetime
    source: str
    serial_read: str | None
    school_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRecord:
    """Everything about one grant."""

    head: GrantHead
    measures: tuple[MeasureRecord, ...]
    plan: tuple[SmallRow, ...] = ()
    """key: category, amount: total, second: eligible."""
    sources: tuple[SmallRow, ...] = ()
    """key: kind, text: label."""
    overrides: tuple[SmallRow, ...] = ()
    """key: dotted path, text: value; oldest first."""
    tranches: tuple[SmallRow, ...] = ()
    drawdowns: tuple[SmallRow, ...] = ()
    """day: requested, second_day: received."""
    incomes: tuple[SmallRow, ...] = ()
    """key: kind, text: payer, number: device id."""
    notices: tuple[SmallRow, ...] = ()
    """key: number, text: reason."""
    messages: tuple[SmallRow, ...] = ()
    """key: occasion, day: due, second_day: sent, number: device id."""
    clawbacks: tuple[SmallRow, ...] = ()
    """amount, second: interest, day: demanded, second_day: paid."""
    invoices: tuple[InvoiceRecord, ...] = ()
    orders: tuple[OrderRecord, ...] = ()
    devices: tuple[DeviceRecord, ...] = ()
    evidence: dict[int, SeenDevice] = field(default_factory=dict[int, SeenDevice])
    """Best sighting within the window, by device id."""
    around: Surroundings = field(default_factory=Surroundings)
    """What checks hold the grant against."""

    @property
    def planned_by_category(self) -> dict[str, Decimal]:
        """Return the plan's totals."""
        return {row.key: row.amount for row in self.plan}

    def planned_income(self, kinds: frozenset[str]) -> Decimal:
        """Return what the plan expects from sources of these kinds."""
        return total([row.amount for row in self.sources if row.key in kinds]) or ZERO
