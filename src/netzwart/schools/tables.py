"""Schools, buildings, rooms, who maintains them, and the days they are closed."""

from datetime import date

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from netzwart.database import Record, link, register_messages

MESSAGES = {
    "uq_school_number": ("number", "Eine Schule mit dieser Schulnummer gibt es schon."),
    "ck_school_number_digits": ("number", "Eine Schulnummer hat genau sechs Ziffern."),
    "ck_school_counts": ("pupils", "Schülerzahl und Lehrerzahl können nicht negativ sein."),
    "uq_room_school_id_number": ("number", "Diesen Raum gibt es an der Schule schon."),
    "uq_building_school_id_name": ("name", "Dieses Gebäude gibt es an der Schule schon."),
    "uq_school_operator_municipality_key": (
        "municipality_key",
        "Ein Schulträger mit diesem Gemeindeschlüssel gibt es schon.",
    ),
    "ck_school_closure_order": ("until_on", "Das Ende liegt vor dem Anfang."),
}
register_messages(MESSAGES)


class SchoolOperator(Record, table=True):
    """The municipality that maintains the schools (Schulträger)."""

    __table_args__ = (UniqueConstraint("municipality_key"),)

    name: str = Field(max_length=200)
    municipality_key: str = Field(max_length=8)
    street: str = Field(default="", max_length=200)
    postcode: str = Field(default="", max_length=5)
    city: str = Field(default="", max_length=120)
    phone: str = Field(default="", max_length=60)
    iban: str | None = Field(default=None, max_length=34)
    is_demo: bool = False
    """Everything of a demo city is invented, and every page and paper says so."""


class School(Record, table=True):
    """A school; it is never deleted, since earmarks move on to its successor."""

    __table_args__ = (
        UniqueConstraint("number"),
        CheckConstraint("length(number) = 6", name="number_digits"),
        CheckConstraint("coalesce(pupils, 0) >= 0 AND coalesce(teachers, 0) >= 0", name="counts"),
    )

    number: str = Field(max_length=6)
    """Schulnummer of the Land, six digits."""
    name: str = Field(max_length=300, index=True)
    short_name: str = Field(max_length=40)
    kind: str = Field(default="", max_length=80)
    """Schulform in words: Gymnasium, Grundschule …"""
    operator_id: int | None = link("school_operator.id", nullable=True)
    pupils: int | None = None
    teachers: int | None = None
    street: str = Field(default="", max_length=200)
    postcode: str = Field(default="", max_length=5)
    city: str = Field(default="", max_length=120)
    municipality_key: str | None = Field(default=None, max_length=8)
    phone: str = Field(default="", max_length=60)
    email: str = Field(default="", max_length=200)
    website: str = Field(default="", max_length=300)
    operating_status: str | None = Field(default=None, max_length=8)
    """Schulbetriebsschluessel as the Land publishes it."""
    easting: str | None = Field(default=None, max_length=20)
    northing: str | None = Field(default=None, max_length=20)
    """UTM in EPSG:25832, as published."""
    is_active: bool = True
    successor_id: int | None = link("school.id", nullable=True)
    retrieved_on: date | None = None
    """Day of the Land's list this row was last seen in."""


class Building(Record, table=True):
    """A building of a school."""

    __table_args__ = (UniqueConstraint("school_id", "name"),)

    school_id: int = link("school.id")
    name: str = Field(max_length=80)


class Room(Record, table=True):
    """A room, or any named place a device can stand in."""

    __table_args__ = (UniqueConstraint("school_id", "number"),)

    school_id: int = link("school.id")
    building_id: int | None = link("building.id", nullable=True)
    number: str = Field(max_length=40)
    name: str = Field(default="", max_length=200)
    kind: str = Field(default="other", max_length=40)
    floor: str = Field(default="", max_length=20)


class SchoolClosure(Record, table=True):
    """Days on which a school's devices are not expected to be seen; school None means all."""

    __table_args__ = (CheckConstraint("until_on >= from_on", name="order"),)

    school_id: int | None = link("school.id", nullable=True)
    from_on: date
    until_on: date
    reason: str = Field(max_length=200)
