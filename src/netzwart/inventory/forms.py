"""What people send about devices; a change names the version it was made from."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

_LARGEST_ID = 2**63 - 1
Id = Annotated[int, Field(ge=1, le=_LARGEST_ID)]
Line = StringConstraints(strip_whitespace=True)
Status = Annotated[str, Field(max_length=32)]
"""One of `tables.DeviceStatus`, which forms do not know; the service reads it."""


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class DeviceForm(_Form):
    """What is written on a device's card; place and status of a new one included."""

    inventory_number: Annotated[str, Line, Field(min_length=1, max_length=60)]
    model_id: Id
    serial: Annotated[str, Line, Field(max_length=120)] | None = None
    mac: Annotated[str, Line, Field(max_length=40)] | None = None
    school_id: Id | None = None
    room_id: Id | None = None
    status: Status = "in_storage"
    delivered_on: date | None = None
    commissioned_on: date | None = None
    warranty_until: date | None = None
    asset_number: Annotated[str, Line, Field(max_length=40)] | None = None
    note: Annotated[str, Line, Field(max_length=2000)] = ""


class DeviceChangeForm(_Form):
    """What may be corrected on a device's card; place and status change by acts of their own."""

    version: Id
    inventory_number: Annotated[str, Line, Field(min_length=1, max_length=60)]
    model_id: Id
    serial: Annotated[str, Line, Field(max_length=120)] | None = None
    mac: Annotated[str, Line, Field(max_length=40)] | None = None
    delivered_on: date | None = None
    commissioned_on: date | None = None
    warranty_until: date | None = None
    asset_number: Annotated[str, Line, Field(max_length=40)] | None = None
    note: Annotated[str, Line, Field(max_length=2000)] = ""


class MoveForm(_Form):
    """Where a device goes, and why."""

    version: Id
    school_id: Id
    room_id: Id | None = None
    reason: Annotated[str, Line, Field(max_length=500)] = ""


class StatusForm(_Form):
    """What a device's state is from now on, and why."""

    version: Id
    status: Status
    reason: Annotated[str, Line, Field(min_length=3, max_length=500)]


class NoteForm(_Form):
    """A line for a device's history."""

    text: Annotated[str, Line, Field(min_length=1, max_length=500)]
