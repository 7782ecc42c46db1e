"""Sightings (append-only), what they add up to, findings with decisions, and stocktakes."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
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
from netzwart.evidence.rules import Decision, EvidenceClass, FindingKind, SightingSource

MESSAGES = {
    "uq_sighting_fingerprint": ("fingerprint", "Diese Sichtung ist schon erfasst."),
    "uq_finding_cause": ("cause", "Zu diesem Anlass gibt es schon einen offenen Befund."),
    "ck_stocktake_order": ("ended_on", "Das Ende liegt vor dem Anfang."),
    "ck_sighting_names_something": (
        "serial",
        "Eine Sichtung nennt mindestens Seriennummer oder MAC-Adresse.",
    ),
}
register_messages(MESSAGES)

__all__ = [
    "Decision",
    "DevicePresence",
    "EvidenceClass",
    "Finding",
    "FindingKind",
    "FindingStatus",
    "Sighting",
    "SightingSource",
    "Stocktake",
    "StocktakeLine",
    "StocktakeState",
]


class Sighting(Record, table=True):
    """A claim: this serial or MAC was seen there then; never changed, never deleted."""

    __table_args__ = (
        UniqueConstraint("fingerprint"),
        Index("ix_sighting_device_id_seen_at", "device_id", "seen_at"),
        Index("ix_sighting_serial_normalised_seen_at", "serial_normalised", "seen_at"),
        CheckConstraint("serial IS NOT NULL OR mac IS NOT NULL", name="names_something"),
    )

    fingerprint: str = Field(max_length=64)
    """SHA-256 over what was claimed and the day; the same claim is kept once a day."""
    serial: str | None = Field(default=None, max_length=120)
    serial_normalised: str | None = Field(default=None, max_length=120)
    manufacturer: str | None = Field(default=None, max_length=120)
    mac: str | None = Field(default=None, max_length=17)
    source: SightingSource = choice(SightingSource)
    evidence_class: EvidenceClass = choice(EvidenceClass)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    school_id: int | None = link("school.id", nullable=True)
    """The school whose network or room it was seen in."""
    node_id: int | None = link("node.id", nullable=True)
    device_id: int | None = link("device.id", nullable=True, index=False)
    """The device it matched when it came in; None if none did or more than one could."""
    position: str | None = Field(default=None, max_length=120)
    """Component position or port."""
    poller: str = Field(default="", max_length=80)
    raw: dict[str, Any] = json_object()


class DevicePresence(Record, table=True):
    """The exact first and last moment a device was seen, per evidence class."""

    __table_args__ = (UniqueConstraint("device_id", "evidence_class"),)

    device_id: int = link("device.id", index=False)
    evidence_class: EvidenceClass = choice(EvidenceClass)
    first_seen_at: datetime = Field(sa_type=UtcDateTime)
    last_seen_at: datetime = Field(sa_type=UtcDateTime, index=True)
    source: SightingSource = choice(SightingSource)
    serial_read: str | None = Field(default=None, max_length=120)
    node_id: int | None = link("node.id", nullable=True)
    school_id: int | None = link("school.id", nullable=True)


class FindingStatus(StrEnum):
    """Where a finding stands."""

    OPEN = "open"
    DECIDED = "decided"
    RESOLVED = "resolved"
    """Reality came right again by itself."""


class Finding(Record, table=True):
    """Record and reality differ, or a rule is about to break (Befund)."""

    __table_args__ = (
        Index("uq_finding_cause", "cause", unique=True),
        Index("ix_finding_status_opened_at", "status", "opened_at"),
        Index("ix_finding_status_priority", "status", "priority", "id"),
    )

    cause: str = Field(max_length=200)
    """One finding per cause; a closed one gives the cause free by a suffix."""
    kind: FindingKind = choice(FindingKind)
    status: FindingStatus = choice(FindingStatus)
    severity: str = Field(default="warning", max_length=10)
    title: str = Field(max_length=300)
    detail: str = Field(default="", max_length=4000)
    school_id: int | None = link("school.id", nullable=True)
    device_id: int | None = link("device.id", nullable=True)
    node_id: int | None = link("node.id", nullable=True)
    facts: dict[str, Any] = json_object()
    amount: Decimal | None = Field(default=None, sa_type=Money)
    """Eligible euros that hang on it; None where no money does."""
    priority: int = Field(default=0, sa_type=BigInteger)
    """What the inbox is ordered by, as `rules.priority_of` gives it."""
    opened_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decision: Decision | None = choice(Decision, default=None)
    reason: str | None = Field(default=None, max_length=2000)
    decided_by_id: int | None = link("user_account.id", nullable=True)
    ignored_until: date | None = None
    """A decided finding asks again after this day, if its cause still lasts."""
    effect: str = Field(default="", max_length=500)
    """What the decision did to the record, in a German sentence."""


class Stocktake(Record, table=True):
    """A count of a school's devices with start, end and result (Inventur)."""

    __table_args__ = (CheckConstraint("ended_on IS NULL OR ended_on >= started_on", name="order"),)

    school_id: int = link("school.id")
    title: str = Field(max_length=200)
    started_on: date
    ended_on: date | None = None
    is_closed: bool = False


class StocktakeState(StrEnum):
    """What was found of one device."""

    MISSING = "missing"
    VERIFIED = "verified"
    MISPLACED = "misplaced"
    FOUND = "found"


class StocktakeLine(Record, table=True):
    """One device within a stocktake."""

    __table_args__ = (UniqueConstraint("stocktake_id", "device_id"),)

    stocktake_id: int = link("stocktake.id", index=False)
    device_id: int = link("device.id")
    state: StocktakeState = choice(StocktakeState)
    room_id: int | None = link("room.id", nullable=True)
    scanned_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    evidence_class: EvidenceClass | None = choice(EvidenceClass, default=None)
