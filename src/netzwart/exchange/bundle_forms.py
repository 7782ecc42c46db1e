"""The bundle's rows as the contract names them; every unknown key is refused.

Fields that are absent are left as they are in the database; fields that are null are cleared.
"""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from netzwart.evidence.tables import SightingSource
from netzwart.funding.purchase_tables import InvoiceKind
from netzwart.funding.tables import DrawdownMode, RoundingMode
from netzwart.inventory.tables import DeviceCategory, DeviceStatus


def _exact(value: object) -> object:
    if isinstance(value, float):
        raise ValueError("Beträge bitte als Text in Anführungszeichen schreiben")  # noqa: TRY004 - pydantic wants ValueError
    return value


def _places(count: int) -> AfterValidator:
    def check(value: Decimal) -> Decimal:
        if value != round(value, count):
            raise ValueError(f"höchstens {count} Nachkommastellen")
        return value

    return AfterValidator(check)


def _mac(value: str) -> str:
    bare = re.sub(r"[^0-9a-f]", "", value.lower())
    if len(bare) != 12:  # noqa: PLR2004 - EUI-48
        raise ValueError("keine MAC-Adresse (aa:bb:cc:dd:ee:ff)")
    return ":".join(bare[i : i + 2] for i in range(0, 12, 2))


Amount = Annotated[
    Decimal, BeforeValidator(_exact), _places(2), Field(max_digits=12, allow_inf_nan=False)
]
UnitAmount = Annotated[
    Decimal, BeforeValidator(_exact), _places(4), Field(max_digits=14, allow_inf_nan=False)
]
Part = Annotated[Decimal, BeforeValidator(_exact), _places(6), Field(ge=0, le=1)]
Count = Annotated[Decimal, BeforeValidator(_exact), _places(3), Field(max_digits=12)]
Mac = Annotated[str, AfterValidator(_mac)]
SchoolNumber = Annotated[str, Field(pattern=r"^\d{6}$")]
Word = Annotated[str, Field(min_length=1, max_length=300)]


class Row(BaseModel):
    """A row of the bundle."""

    model_config = ConfigDict(
        extra="forbid", str_strip_whitespace=True, frozen=True, coerce_numbers_to_str=True
    )


class OperatorRow(Row):
    """The Schulträger."""

    name: Word
    municipality_key: Annotated[str, Field(pattern=r"^\d{8}$")]
    street: str = ""
    postcode: str = ""
    city: str = ""
    phone: str = ""
    iban: str | None = None


class RoomRow(Row):
    """A room of a school."""

    number: Annotated[str, Field(min_length=1, max_length=40)]
    name: str = ""
    kind: str = "other"
    building: str | None = None
    floor: str = ""


class SchoolRow(Row):
    """A school."""

    number: SchoolNumber
    name: Word
    short_name: Annotated[str, Field(min_length=1, max_length=40)]
    kind: str = ""
    pupils: Annotated[int, Field(ge=0)] | None = None
    teachers: Annotated[int, Field(ge=0)] | None = None
    street: str = ""
    postcode: str = ""
    city: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""
    rooms: list[RoomRow] = []


class SupplierRow(Row):
    """A supplier."""

    name: Word
    vat_id: str | None = None


class ModelRow(Row):
    """A thing that can be bought."""

    manufacturer: Word
    name: Word
    part_number: str | None = None
    category: DeviceCategory
    useful_life_years: Annotated[int, Field(ge=1, le=80)] | None = None
    network: bool = False
    end_of_life_on: date | None = None


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
    plan: list[PlanRow] = []
    sources: list[SourceRow] = []


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


class OrderLineRow(Row):
    """A position of an order."""

    number: Annotated[int, Field(ge=1)]
    model: str | None = None
    text: Annotated[str, Field(min_length=1, max_length=500)]
    quantity: Annotated[Count, Field(gt=0)]
    unit_net: UnitAmount
    vat_rate: Part


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
    lines: list[OrderLineRow] = []


class DeliveryLineRow(Row):
    """What came of an order line."""

    order_line: int
    quantity: Annotated[Count, Field(gt=0)]
    serials: list[Annotated[str, Field(min_length=1, max_length=120)]] = []


class DeliveryRow(Row):
    """A delivery note."""

    order: Word
    note_number: Word
    received_on: date
    lines: list[DeliveryLineRow] = []


class ShareRow(Row):
    """A share of an invoice line: an amount, or a weight to split by."""

    measure: Word
    amount: Amount | None = None
    weight: Annotated[Count, Field(ge=0)] | None = None


class DiscountRow(Row):
    """A discount for paying early."""

    rate: Part
    days: Annotated[int, Field(ge=0, le=365)]


class InvoiceLineRow(Row):
    """A position of an invoice."""

    number: Annotated[int, Field(ge=1)]
    text: Annotated[str, Field(min_length=1, max_length=500)]
    model: str | None = None
    order_line: int | None = None
    quantity: Count
    unit_net: UnitAmount
    vat_rate: Part
    eligible: bool | None = None
    eligible_part: Part = Decimal(1)
    reason: str | None = None
    shares: list[ShareRow] = []


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
    cancels: str | None = None
    lines: list[InvoiceLineRow] = []


class PaymentRow(Row):
    """A payment."""

    invoice: Word
    supplier: Word
    receipt_number: Annotated[str, Field(min_length=1, max_length=80)]
    paid_on: date
    amount: Amount
    discount: Annotated[Amount, Field(ge=0)] = Decimal("0.00")


class DrawdownRow(Row):
    """A call for money."""

    grant: Word
    number: Annotated[int, Field(ge=1)]
    requested_on: date
    amount: Annotated[Amount, Field(gt=0)]
    received_on: date | None = None


class IncomeRow(Row):
    """Money that came in."""

    grant: Word
    kind: Word
    received_on: date
    payer: Word
    reason: str = ""
    amount: Annotated[Amount, Field(gt=0)]


class DeviceRow(Row):
    """A device."""

    inventory_number: Annotated[str, Field(min_length=1, max_length=60)]
    model: Word
    manufacturer: str | None = None
    serial: Annotated[str, Field(max_length=120)] | None = None
    mac: Mac | None = None
    school: SchoolNumber | None = None
    room: str | None = None
    status: DeviceStatus = DeviceStatus.IN_SERVICE
    invoice: str | None = None
    supplier: str | None = None
    invoice_line: int | None = None
    measure: str | None = None
    delivered_on: date | None = None
    commissioned_on: date | None = None
    warranty_until: date | None = None
    disposed_on: date | None = None
    labelled_on: date | None = None
    asset_number: str | None = None
    note: Annotated[str, Field(max_length=2000)] = ""


class NodeRow(Row):
    """A network node."""

    address: Annotated[str, Field(min_length=1, max_length=200)]
    port: Annotated[int, Field(ge=1, le=65535)] = 161
    name: Annotated[str, Field(min_length=1, max_length=200)]
    school: SchoolNumber
    credential: str | None = None


class SightingRow(Row):
    """A sighting."""

    serial: str | None = None
    mac: Mac | None = None
    manufacturer: str | None = None
    source: SightingSource
    seen_at: datetime
    school: SchoolNumber | None = None
    node: str | None = None


class StocktakeRow(Row):
    """A stocktake."""

    school: SchoolNumber
    title: Word
    started_on: date
    ended_on: date | None = None
    is_closed: bool = False


class LoanRow(Row):
    """A loan without its borrower: personal data does not travel in bundles."""

    number: Annotated[str, Field(min_length=1, max_length=40)]
    school: SchoolNumber
    lent_on: date
    due_on: date | None = None
    devices: list[str] = []


class ProjectRow(Row):
    """A rollout project."""

    key: Annotated[str, Field(min_length=1, max_length=40)]
    title: Word
    starts_on: date | None = None
    ends_on: date | None = None
    grant: str | None = None


class Bundle(Row):
    """A whole city or one school."""

    netzwart: Literal["bundle/1"]
    operator: OperatorRow | None = None
    schools: list[SchoolRow] = []
    suppliers: list[SupplierRow] = []
    models: list[ModelRow] = []
    grants: list[GrantRow] = []
    measures: list[MeasureRow] = []
    orders: list[OrderRow] = []
    deliveries: list[DeliveryRow] = []
    invoices: list[InvoiceRow] = []
    payments: list[PaymentRow] = []
    drawdowns: list[DrawdownRow] = []
    incomes: list[IncomeRow] = []
    devices: list[DeviceRow] = []
    nodes: list[NodeRow] = []
    sightings: list[SightingRow] = []
    stocktakes: list[StocktakeRow] = []
    loans: list[LoanRow] = []
    projects: list[ProjectRow] = []
