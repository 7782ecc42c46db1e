"""The words that every part of a profile is written with: OIDs, patterns, units, rows."""

import re
from enum import StrEnum
from typing import Annotated, Self, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

SLUG = r"^[a-z][a-z0-9_]{1,39}$"


OWN = "~"
"""Stands for the device's own sysObjectID at the head of an OID: some makers put each model's
objects below the model's number."""


def numeric_oid(text: str) -> str:
    """Return the text if it is an OID in numbers; raises ValueError otherwise."""
    if not re.fullmatch(r"([0-2]|~)(\.\d{1,10}){1,127}", text):
        msg = "is not a numeric OID without a leading dot, e.g. 1.3.6.1.2.1.1.1.0 or ~.12.7.0"
        raise ValueError(msg)
    return text


def compilable(text: str) -> str:
    """Return the text if it is a regular expression; raises ValueError otherwise."""
    try:
        re.compile(text)
    except re.error as error:
        msg = f"is not a regular expression: {error}"
        raise ValueError(msg) from error
    return text


def as_list(value: object) -> object:
    """Return a list of one, where a single source may stand without the dash of a list."""
    is_single = isinstance(value, (dict, BaseModel))
    return [cast("object", value)] if is_single else value


def as_texts(value: object) -> object:
    """Return a list of one, where a single text may stand without the dash of a list."""
    return [value] if isinstance(value, str) else value


OidText = Annotated[str, AfterValidator(numeric_oid)]
Pattern = Annotated[str, StringConstraints(min_length=1), AfterValidator(compilable)]
Slug = Annotated[str, StringConstraints(pattern=SLUG)]
PartName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Oids = Annotated[tuple[OidText, ...], BeforeValidator(as_texts), Field(min_length=1)]
Patterns = Annotated[tuple[Pattern, ...], BeforeValidator(as_texts), Field(min_length=1)]


class Words(BaseModel):
    """A mapping that knows its keys: anything else is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=False)


class StandardText(StrEnum):
    """What a standard MIB says about the device itself, by a name a profile can use."""

    ENTITY_MODEL = "entity_model"
    ENTITY_SERIAL = "entity_serial"
    ENTITY_SOFTWARE = "entity_software"
    ENTITY_FIRMWARE = "entity_firmware"
    ENTITY_HARDWARE = "entity_hardware"
    ENTITY_VENDOR = "entity_vendor"
    ENTITY_DESCRIPTION = "entity_description"
    ENTITY_NAME = "entity_name"
    PRINTER_MODEL = "printer_model"
    PRINTER_SERIAL = "printer_serial"
    UPS_VENDOR = "ups_vendor"
    UPS_MODEL = "ups_model"
    UPS_FIRMWARE = "ups_firmware"
    UPS_SOFTWARE = "ups_software"
    UPS_NAME = "ups_name"
    WIFI_VENDOR = "wifi_vendor"
    WIFI_MODEL = "wifi_model"
    WIFI_VERSION = "wifi_version"
    LLDP_DESCRIPTION = "lldp_description"
    BRIDGE_MAC = "bridge_mac"
    INTERFACE_MAC = "interface_mac"


class Form(StrEnum):
    """How octets become text: as characters, as a MAC address, or as hex digits."""

    TEXT = "text"
    MAC = "mac"
    HEX = "hex"


class Unit(StrEnum):
    """In what the device counts; results are always Celsius, percent, minutes and watts."""

    CELSIUS = "celsius"
    FAHRENHEIT = "fahrenheit"
    KELVIN = "kelvin"
    SECONDS = "seconds"
    TICKS = "ticks"


class Combine(StrEnum):
    """What becomes of several rows."""

    EACH = "each"
    FIRST = "first"
    SUM = "sum"
    COUNT = "count"
    MEAN = "mean"
    MAX = "max"


class Rows(Words):
    """Which rows of a table count: by another column of the same row, or by index."""

    column: OidText | None = None
    matches: Pattern | None = None
    index: Pattern | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if (self.column is None) != (self.matches is None):
            msg = "needs both column and matches"
            raise ValueError(msg)
        if self.column is None and self.index is None:
            msg = "needs column and matches, or index"
            raise ValueError(msg)
        return self


RowChoices = Annotated[tuple[Rows, ...], BeforeValidator(as_list)]
