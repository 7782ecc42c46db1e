"""The bundle's rows as the contract names them; every unknown key is refused.

Fields that are absent are left as they are in the database; fields that are null are cleared.
"""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from netzwart.evidence.tables import SightingSource
from netzwart.exchange.bundle_fields import Mac, Row, SchoolNumber, Word
from netzwart.exchange.bundle_funding import (
    ApplicationRow,
    ClawbackRow,
    DeliveryRow,
    DrawdownRow,
    GrantRow,
    IncomeRow,
    InvoiceRow,
    MeasureRow,
    MessageRow,
    NoticeRow,
    OrderRow,
    PaymentRow,
    RuleRow,
    SubmissionRow,
)
from netzwart.inventory.tables import DeviceCategory, DeviceStatus


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
    rooms: tuple[RoomRow, ...] = ()


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
    ssh_credential: str | None = None
    ssh_port: Annotated[int, Field(ge=1, le=65535)] = 22
    ssh_platform: Annotated[str, Field(max_length=80, pattern=r"^[a-z0-9_]+$")] | None = None


class LinkRow(Row):
    """A cable that somebody wrote down, between two nodes."""

    address: Annotated[str, Field(min_length=1, max_length=200)]
    port: Annotated[int, Field(ge=1, le=65535)] = 161
    interface: Annotated[str, Field(max_length=200)] = ""
    remote_address: Annotated[str, Field(min_length=1, max_length=200)]
    remote_port: Annotated[int, Field(ge=1, le=65535)] = 161
    remote_interface: Annotated[str, Field(max_length=200)] = ""
    note: Annotated[str, Field(max_length=300)] = ""


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
    devices: tuple[str, ...] = ()


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
    schools: tuple[SchoolRow, ...] = ()
    suppliers: tuple[SupplierRow, ...] = ()
    models: tuple[ModelRow, ...] = ()
    applications: tuple[ApplicationRow, ...] = ()
    grants: tuple[GrantRow, ...] = ()
    notices: tuple[NoticeRow, ...] = ()
    rules: tuple[RuleRow, ...] = ()
    measures: tuple[MeasureRow, ...] = ()
    orders: tuple[OrderRow, ...] = ()
    deliveries: tuple[DeliveryRow, ...] = ()
    invoices: tuple[InvoiceRow, ...] = ()
    payments: tuple[PaymentRow, ...] = ()
    drawdowns: tuple[DrawdownRow, ...] = ()
    incomes: tuple[IncomeRow, ...] = ()
    messages: tuple[MessageRow, ...] = ()
    clawbacks: tuple[ClawbackRow, ...] = ()
    submissions: tuple[SubmissionRow, ...] = ()
    devices: tuple[DeviceRow, ...] = ()
    nodes: tuple[NodeRow, ...] = ()
    links: tuple[LinkRow, ...] = ()
    sightings: tuple[SightingRow, ...] = ()
    stocktakes: tuple[StocktakeRow, ...] = ()
    loans: tuple[LoanRow, ...] = ()
    projects: tuple[ProjectRow, ...] = ()
