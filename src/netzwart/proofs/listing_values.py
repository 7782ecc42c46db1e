"""The lists of a proof as frozen values: expenses, income, devices with evidence, checks."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

EvidenceLetter = Literal["A", "B", "C", "D", "0"]
"""Evidence class, best first; "0" is no evidence. Source: product description, vocabulary."""

CoverageKey = Literal["A", "B", "C", "D", "none", "no_device"]
"""`none`: a device unseen in the window; `no_device`: services, cabling, licences."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expense:
    """One printed line of the expense list: what one payment bore for one category and school.

    A payment for several categories or schools stands in several lines with one receipt number.
    Source: `domain/funding.md`, section 4.5.
    """

    number: int
    """Running number over the whole list, from 1."""
    receipt_number: str
    category: str
    """Key of the financing plan's position, e.g. `it_grundstruktur`."""
    school: str | None
    """School number."""
    school_name: str | None
    """Short name for narrow columns."""
    supplier: str
    invoice: str
    invoiced_on: date | None
    service_from: date | None
    service_until: date | None
    order: str | None
    ordered_on: date | None
    procedure: str | None
    """German name of the procurement procedure."""
    purpose: str
    """What was bought, with the count: `40 × Access Point AP-635`."""
    invoice_gross: Decimal
    """This line's part of the invoice before discounts."""
    discount: Decimal
    paid: Decimal
    paid_on: date
    eligible: Decimal
    ineligible: Decimal
    ineligible_reason: str | None
    """German, printed; with the clause where there is one."""
    vat_rate: Decimal | None
    """0.19; None when the invoice mixes rates."""
    devices: tuple[str, ...]
    """Inventory numbers, all of them, sorted."""
    device_span: str | None
    """The same for a narrow column: `HER-GYM-22-0001 – 0040`."""
    note: str | None = None
    paid_so_far: Decimal
    """`paid` of this and all lines before it in print order; printed where a page ends."""
    eligible_so_far: Decimal
    ineligible_so_far: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpenseGroup:
    """The expenses of one position of the financing plan, in order of payment, with sums."""

    category: str
    label: str
    expenses: tuple[Expense, ...]
    invoice_gross: Decimal
    discount: Decimal
    paid: Decimal
    eligible: Decimal
    ineligible: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpenseList:
    """All expenses by group, with the sums that are carried to II.2."""

    groups: tuple[ExpenseGroup, ...]
    invoice_gross: Decimal
    discount: Decimal
    paid: Decimal
    eligible: Decimal
    ineligible: Decimal

    @property
    def expenses(self) -> tuple[Expense, ...]:
        """Return all lines in print order."""
        return tuple(line for group in self.groups for line in group.expenses)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedMoney:
    """One line of the income list: a drawdown paid out, insurance, sale, third-party money."""

    received_on: date
    payer: str
    reason: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedMoneyList:
    """The income list with its sum."""

    rows: tuple[ReceivedMoney, ...]
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The strongest proof that the device exists, on the proof's day."""

    letter: EvidenceLetter
    seen_at: datetime | None
    source: str | None
    """A sighting source of the contract: `snmp`, `controller`, `scan` …"""
    serial_read: str | None
    """What was read; printed when it differs from the device's serial number."""


NO_EVIDENCE = Evidence(letter="0", seen_at=None, source=None, serial_read=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenDevice:
    """One printed line of the inventory list. Source: `domain/funding.md`, section 10.1."""

    inventory_number: str
    description: str
    category: str
    """German label of category or funding area."""
    model: str
    """Manufacturer and model."""
    serial: str | None
    earlier_serials: tuple[str, ...] = ()
    """Serial numbers before swaps, oldest first; printed as old → new."""
    school: str | None
    school_name: str | None
    room: str | None
    delivered_on: date | None
    commissioned_on: date | None
    invoice: str | None
    receipt_number: str | None
    cost: Decimal
    """Gross acquisition cost."""
    eligible_cost: Decimal
    grant_share: Decimal
    notice_number: str
    earmarked_until: date | None
    status: str
    """A device status of the contract: `in_service`, `lent` …"""
    status_on: date | None = None
    status_reason: str | None = None
    """Without any person's name."""
    has_label: bool
    evidence: Evidence
    cost_so_far: Decimal
    """`cost` of this and all lines before it in print order; printed where a page ends."""
    eligible_cost_so_far: Decimal
    grant_share_so_far: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceGroup:
    """The devices of one school, with sums; school None is the operator's own store."""

    school: str | None
    label: str
    devices: tuple[ProvenDevice, ...]
    cost: Decimal
    eligible_cost: Decimal
    grant_share: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceList:
    """All funded devices by school, with sums."""

    groups: tuple[DeviceGroup, ...]
    cost: Decimal
    eligible_cost: Decimal
    grant_share: Decimal

    @property
    def devices(self) -> tuple[ProvenDevice, ...]:
        """Return all lines in print order."""
        return tuple(line for group in self.groups for line in group.devices)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRow:
    """The eligible euros that one evidence class covers."""

    key: CoverageKey
    amount: Decimal
    percent: Decimal
    """Of the eligible costs, 0 to 100; the rows' percentages add up to 100.00."""
    devices: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Euro coverage: how the eligible costs divide by evidence; amounts add up to the cent."""

    window_days: int
    """A sighting older than this does not cover a euro."""
    rows: tuple[CoverageRow, ...]
    """All six keys, in the order of `CoverageKey`."""
    amount: Decimal
    serial_amount: Decimal
    """Classes A and B: euros that trace to a serial number read by a machine."""
    serial_percent: Decimal


class CheckSeverity(StrEnum):
    """How bad a check's result is."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One thing a check has to say; checks without a complaint give none.

    Source: `domain/funding.md`, section 11.
    """

    check: str
    """`CHK-14`."""
    severity: CheckSeverity
    subject: str
    """What it is about, German: `Rechnung R-2022-0815`."""
    message: str
    """One German sentence."""
    rows: tuple[str, ...] = ()
    """The lines, devices or documents concerned, readable: `Beleg 14`, `HER-GYM-22-0001`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedRuleNote:
    """A value of the programme's rules that is not `belegt` and not set by the notice."""

    label: str
    value: str | None
    """As printed; None when unknown."""
    status: str
    """German: `unbekannt`, `nur aus zweiter Hand belegt` …"""
    source: str
    message: str
    """The whole sentence."""
