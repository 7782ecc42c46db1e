"""Auditor's draws (list, sample, what answered), and what nodes told of their use by day."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Text, UniqueConstraint
from sqlmodel import Field

from netzwart.database import (
    Record,
    UtcDateTime,
    choice,
    json_object,
    link,
    register_messages,
)
from netzwart.evidence.rules import EvidenceClass

MESSAGES = {
    "ck_audit_draw_size": ("size", "Es werden mindestens ein Gerät und höchstens alle gezogen."),
}
register_messages(MESSAGES)


class AuditDraw(Record, table=True):
    """A sample drawn by a seed from a frozen list of a grant's devices (Stichprobe)."""

    __table_args__ = (CheckConstraint("size BETWEEN 1 AND population", name="size"),)

    grant_id: int = link("funding_grant.id")
    seed: str = Field(max_length=200)
    listed: str = Field(sa_type=Text)
    """The frozen list: `inventory number;serial number` a line, sorted."""
    list_sha256: str = Field(max_length=64)
    population: int
    """Lines of the list."""
    size: int
    drawn_at: datetime = Field(sa_type=UtcDateTime)
    drawn_by_id: int | None = link("user_account.id", nullable=True)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the last line was settled, or somebody ended it; nothing changes after."""


class DrawnState(StrEnum):
    """What became of one drawn device."""

    WAITING = "waiting"
    FOUND = "found"
    NOT_FOUND = "not_found"


class AuditDrawLine(Record, table=True):
    """One drawn device and what it answered."""

    __table_args__ = (UniqueConstraint("draw_id", "position"),)

    draw_id: int = link("audit_draw.id", index=False)
    position: int
    """Place in the sample, from 1."""
    device_id: int = link("device.id")
    inventory_number: str = Field(max_length=60)
    serial: str | None = Field(default=None, max_length=120)
    node_id: int | None = link("node.id", nullable=True)
    """Where it is asked; None where no node answers for it."""
    state: DrawnState = choice(DrawnState)
    evidence_class: EvidenceClass | None = choice(EvidenceClass, default=None)
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    told: str = Field(default="", max_length=500)
    """Why so, in a German sentence."""
    raw: dict[str, Any] = json_object()
    """What was read, as it was read."""


class UseDay(Record, table=True):
    """What a node told of power and wireless clients on a day, summed over quarters of an hour."""

    __table_args__ = (UniqueConstraint("node_id", "day"),)

    node_id: int = link("node.id", index=False)
    day: date = Field(index=True)
    """In Berlin."""
    power_samples: int = 0
    power_mw: int = Field(default=0, sa_type=BigInteger)
    """Sum of the samples in milliwatts, as the switch measured them."""
    client_samples: int = 0
    """Within school hours alone."""
    client_sum: int = Field(default=0, sa_type=BigInteger)
    client_max: int = 0
    sampled_at: datetime = Field(sa_type=UtcDateTime)
    """The reading that was counted last; an older one is not counted again."""
