"""Intent: projects, waves, planned items, surveys and acceptances."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from netzwart.database import Record, UtcDateTime, choice, json_object, link, register_messages

MESSAGES = {
    "uq_project_key": ("key", "Ein Projekt mit diesem Kürzel gibt es schon."),
    "uq_wave_project_id_number": ("number", "Diese Welle gibt es im Projekt schon."),
    "ck_wave_order": ("ends_on", "Das Ende liegt vor dem Anfang."),
    "ck_planned_item_quantity": ("quantity", "Die Menge ist größer als null."),
}
register_messages(MESSAGES)


class AcceptanceResult(StrEnum):
    """What a measurement said; not reachable is never a pass."""

    PASS = "pass"  # noqa: S105 - a test result, no password
    FAIL = "fail"
    NOT_MEASURABLE = "not_measurable"


class Project(Record, table=True):
    """A rollout that grants pay for."""

    __table_args__ = (UniqueConstraint("key"),)

    key: str = Field(max_length=40)
    title: str = Field(max_length=300)
    starts_on: date | None = None
    ends_on: date | None = None
    grant_id: int | None = link("funding_grant.id", nullable=True)


class Wave(Record, table=True):
    """A part of a project with its own dates."""

    __table_args__ = (
        UniqueConstraint("project_id", "number"),
        CheckConstraint(
            "ends_on IS NULL OR starts_on IS NULL OR ends_on >= starts_on", name="order"
        ),
    )

    project_id: int = link("project.id", index=False)
    number: int
    title: str = Field(default="", max_length=300)
    starts_on: date | None = None
    ends_on: date | None = None


class PlannedItem(Record, table=True):
    """What shall stand where; meets reality by itself."""

    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"),)

    wave_id: int = link("wave.id")
    school_id: int = link("school.id")
    room_id: int | None = link("room.id", nullable=True)
    model_id: int | None = link("device_model.id", nullable=True)
    specification: str = Field(default="", max_length=500)
    quantity: int = 1
    name: str | None = Field(default=None, max_length=200)
    address: str | None = Field(default=None, max_length=64)
    vlan: int | None = None
    device_id: int | None = link("device.id", nullable=True)


class SiteSurvey(Record, table=True):
    """A walk through a building (Begehung)."""

    project_id: int | None = link("project.id", nullable=True)
    school_id: int = link("school.id")
    surveyed_on: date
    answers: dict[str, Any] = json_object()


class Acceptance(Record, table=True):
    """One measured requirement of a wave (Abnahme); a repeat is a new row."""

    wave_id: int = link("wave.id")
    planned_item_id: int | None = link("planned_item.id", nullable=True)
    device_id: int | None = link("device.id", nullable=True)
    measured_at: datetime = Field(sa_type=UtcDateTime)
    requirement: str = Field(max_length=120)
    result: AcceptanceResult = choice(AcceptanceResult)
    raw: dict[str, Any] = json_object()
