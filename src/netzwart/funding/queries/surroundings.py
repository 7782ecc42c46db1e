"""What lies around a grant and checks need: schools, loans, stocktakes, submitted proofs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolAround:
    """A school with a measure of the grant."""

    number: str
    name: str
    pupils: int | None = None
    teachers: int | None = None
    has_wlan: bool = False
    """An access point is in service there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanAround:
    """A loan of one of the grant's devices; the name is compared, never shown."""

    number: str
    device_id: int
    borrower: str
    due_on: date | None
    returned_on: date | None
    has_contract: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionAround:
    """A proof that went out."""

    as_of: date
    submitted_on: date
    figures: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationAround:
    """The application that the grant answers."""

    applied_on: date
    requested: Decimal
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OthersAround:
    """Devices that other grants paid for at the schools of this one."""

    programme: str
    category: str
    devices: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedAround:
    """An asset number of the grant's devices, as the accountants keep it."""

    asset_number: str
    devices: int
    """Devices with that number, of whichever grant."""
    cost: Decimal | None
    """As booked; None when the list does not have the number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Everything around one grant; empty where nobody looked."""

    operator: str | None = None
    """The city's name, which invoices must be made out to."""
    schools: tuple[SchoolAround, ...] = ()
    loans: tuple[LoanAround, ...] = ()
    missing_devices: Mapping[int, date] = field(default_factory=dict[int, date])
    """Device id → end of the school's last closed stocktake that did not find it."""
    supported: Mapping[int, tuple[str, ...]] = field(default_factory=dict[int, tuple[str, ...]])
    """Measure id → programmes of the measures it serves."""
    submissions: tuple[SubmissionAround, ...] = ()
    changes: Mapping[int, Mapping[str, Any]] = field(default_factory=dict[int, Mapping[str, Any]])
    """Notice id → what it changed: field → before and after."""
    applications: tuple[ApplicationAround, ...] = ()
    others: tuple[OthersAround, ...] = ()
    booked: tuple[BookedAround, ...] = ()
    """Empty before the accountants' list was taken over."""
    damaged_files: tuple[str, ...] = ()
    """Receipts whose bytes are gone or changed, where somebody compared them."""
