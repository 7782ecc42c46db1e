"""Devices and everything that happens to them; a device is never deleted."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from netzwart.database import (
    Money,
    Record,
    UtcDateTime,
    choice,
    json_object,
    link,
    register_messages,
)

MESSAGES = {
    "uq_device_inventory_number": (
        "inventory_number",
        "Diese Inventarnummer ist schon vergeben; Inventarnummern werden nie wiederverwendet.",
    ),
    "uq_device_manufacturer_id_serial_normalised": (
        "serial",
        "Ein Gerät dieses Herstellers mit dieser Seriennummer gibt es schon.",
    ),
    "uq_manufacturer_name": ("name", "Diesen Hersteller gibt es schon."),
    "uq_device_model_manufacturer_id_name": (
        "name",
        "Dieses Modell gibt es beim Hersteller schon.",
    ),
    "ck_device_model_life": (
        "useful_life_years",
        "Die Nutzungsdauer liegt zwischen 1 und 80 Jahren.",
    ),
    "ck_loan_order": ("due_on", "Das Leihende liegt vor dem Leihbeginn."),
    "uq_loan_number": ("number", "Diese Leihnummer gibt es schon."),
}
register_messages(MESSAGES)


class DeviceStatus(StrEnum):
    """The life of a device, in the contract's words."""

    PLANNED = "planned"
    ORDERED = "ordered"
    DELIVERED = "delivered"
    IN_STORAGE = "in_storage"
    IN_SERVICE = "in_service"
    LENT = "lent"
    IN_REPAIR = "in_repair"
    LOST = "lost"
    DISPOSED = "disposed"


class DeviceCategory(StrEnum):
    """What kind of thing a model is."""

    SWITCH = "switch"
    ACCESS_POINT = "access_point"
    ROUTER = "router"
    FIREWALL = "firewall"
    WLAN_CONTROLLER = "wlan_controller"
    SERVER = "server"
    STORAGE = "storage"
    PRINTER = "printer"
    UPS = "ups"
    PDU = "pdu"
    CAMERA = "camera"
    PHONE = "phone"
    PANEL = "panel"
    TABLET = "tablet"
    NOTEBOOK = "notebook"
    DESKTOP = "desktop"
    PROJECTOR = "projector"
    ACCESSORY = "accessory"
    OTHER = "other"


class Manufacturer(Record, table=True):
    """Who made it."""

    __table_args__ = (UniqueConstraint("name"),)

    name: str = Field(max_length=120)


class DeviceModel(Record, table=True):
    """What can be bought."""

    __table_args__ = (
        UniqueConstraint("manufacturer_id", "name"),
        CheckConstraint("useful_life_years BETWEEN 1 AND 80", name="life"),
    )

    manufacturer_id: int = link("manufacturer.id")
    name: str = Field(max_length=200)
    part_number: str | None = Field(default=None, max_length=80, index=True)
    category: DeviceCategory = choice(DeviceCategory)
    useful_life_years: int | None = None
    end_of_life_on: date | None = None
    target_firmware: str | None = Field(default=None, max_length=120)
    """What devices of this model should run; None where nobody says."""
    is_network: bool = False
    """True if a device of this model is expected to answer on the network (`network` outside)."""


class Device(Record, table=True):
    """The bought thing (Gerät)."""

    __table_args__ = (
        UniqueConstraint("inventory_number"),
        Index(
            "uq_device_manufacturer_id_serial_normalised",
            "manufacturer_id",
            "serial_normalised",
            unique=True,
        ),
        Index("ix_device_serial_normalised", "serial_normalised"),
        Index("ix_device_school_id_status", "school_id", "status"),
        Index("ix_device_changed_at_id", "changed_at", "id"),
        # The list of a school in its order, and the search, each answered by one index alone.
        Index("ix_device_school_id_inventory_number", "school_id", "inventory_number", "id"),
        Index("ix_device_search", "inventory_number", "id", "school_id", "search_text"),
    )

    inventory_number: str = Field(max_length=60)
    model_id: int = link("device_model.id")
    manufacturer_id: int = link("manufacturer.id", index=False)
    """The model's manufacturer, here for the key (manufacturer, normalised serial)."""
    serial: str | None = Field(default=None, max_length=120)
    serial_normalised: str | None = Field(default=None, max_length=120)
    """As `inventory.rules.normalised_serial` gives it."""
    mac: str | None = Field(default=None, max_length=17, index=True)
    """Lower case with colons."""
    school_id: int | None = link("school.id", nullable=True, index=False)
    room_id: int | None = link("room.id", nullable=True)
    status: DeviceStatus = choice(DeviceStatus)
    order_line_id: int | None = link("order_line.id", nullable=True)
    invoice_line_id: int | None = link("invoice_line.id", nullable=True)
    measure_id: int | None = link("measure.id", nullable=True)
    predecessor_id: int | None = link("device.id", nullable=True)
    """The device this one replaces; history, funding and earmark stay with the chain."""
    delivered_on: date | None = None
    commissioned_on: date | None = None
    warranty_until: date | None = None
    disposed_on: date | None = None
    labelled_on: date | None = None
    asset_number: str | None = Field(default=None, max_length=40)
    """The treasury's number in the fixed-asset ledger (Anlagennummer)."""
    note: str = Field(default="", max_length=2000)
    search_text: str = Field(default="", max_length=400)
    """Lower case: inventory number, serial, MAC, model; kept by the service."""


class DeviceEventKind(StrEnum):
    """What can happen to a device; paper and wire share one timeline."""

    ORDERED = "ordered"
    DELIVERED = "delivered"
    INVOICED = "invoiced"
    LABELLED = "labelled"
    COMMISSIONED = "commissioned"
    FIRST_SEEN = "first_seen"
    ACCEPTED = "accepted"
    MOVED = "moved"
    STATUS_CHANGED = "status_changed"
    LENT = "lent"
    RETURNED = "returned"
    SWAPPED = "swapped"
    REPAIRED = "repaired"
    DISPOSED = "disposed"
    CHANGED = "changed"
    NOTED = "noted"


class DeviceEvent(Record, table=True):
    """One line of a device's history; append-only."""

    __table_args__ = (Index("ix_device_event_device_id_at", "device_id", "at"),)

    device_id: int = link("device.id", index=False)
    at: datetime = Field(sa_type=UtcDateTime)
    kind: DeviceEventKind = choice(DeviceEventKind)
    actor: str = Field(default="system", max_length=200)
    text: str = Field(default="", max_length=500)
    data: dict[str, Any] = json_object()


class Relocation(Record, table=True):
    """A move from one place to another (Umsetzung); append-only."""

    device_id: int = link("device.id")
    at: datetime = Field(sa_type=UtcDateTime)
    from_school_id: int | None = link("school.id", nullable=True)
    from_room_id: int | None = link("room.id", nullable=True)
    to_school_id: int | None = link("school.id", nullable=True)
    to_room_id: int | None = link("room.id", nullable=True)
    reason: str = Field(default="", max_length=1000)
    consented_by_id: int | None = link("user_account.id", nullable=True)


class Disposal(Record, table=True):
    """A device leaves service for good (Aussonderung)."""

    __table_args__ = (UniqueConstraint("device_id"),)

    device_id: int = link("device.id", index=False)
    disposed_on: date
    reason: str = Field(max_length=1000)
    proceeds: Decimal = Field(default=Decimal("0.00"), sa_type=Money)
    data_erased_on: date | None = None
    consented_by_id: int | None = link("user_account.id", nullable=True)
    authority_informed_on: date | None = None
    document_id: int | None = link("document.id", nullable=True)


class Borrower(Record, table=True):
    """A person who borrows; personal data, kept apart, erasable, never in proofs or logs."""

    school_id: int = link("school.id")
    name: str | None = Field(default=None, max_length=200)
    address: str | None = Field(default=None, max_length=400)
    form: str | None = Field(default=None, max_length=40)
    """Klasse or Jahrgang."""
    guardian: str | None = Field(default=None, max_length=200)
    is_teacher: bool = False
    erased_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Loan(Record, table=True):
    """One handover of one or many devices."""

    __table_args__ = (
        UniqueConstraint("number"),
        CheckConstraint("due_on IS NULL OR due_on >= lent_on", name="order"),
    )

    number: str = Field(max_length=40)
    school_id: int = link("school.id")
    borrower_id: int | None = link("borrower.id", nullable=True)
    lent_on: date
    due_on: date | None = None
    contract_document_id: int | None = link("document.id", nullable=True)
    note: str = Field(default="", max_length=2000)


class LoanDevice(Record, table=True):
    """One device within a loan (Leihgerät)."""

    __table_args__ = (UniqueConstraint("loan_id", "device_id"),)

    loan_id: int = link("loan.id", index=False)
    device_id: int = link("device.id")
    accessories: str = Field(default="", max_length=500)
    prior_damage: str = Field(default="", max_length=1000)
    returned_on: date | None = None
    condition: str = Field(default="", max_length=1000)
