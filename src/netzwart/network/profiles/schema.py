"""The words in which `profile.yaml` speaks: strict models, no expressions, no code.

A *source* says where one text or number comes from; a quantity is a list of sources, tried in
order, the first that gives something wins. The JSON schema for editors is written from here.
"""

import re
from decimal import Decimal
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

from netzwart.network.profiles.facts import Category, ComponentKind, NeighbourProtocol

SLUG = r"^[a-z][a-z0-9_]{1,39}$"


OWN = "~"
"""Stands for the device's own sysObjectID at the head of an OID: some makers put each model's
objects below the model's number."""


def _numeric_oid(text: str) -> str:
    if not re.fullmatch(r"([0-2]|~)(\.\d{1,10}){1,127}", text):
        msg = "is not a numeric OID without a leading dot, e.g. 1.3.6.1.2.1.1.1.0 or ~.12.7.0"
        raise ValueError(msg)
    return text


def _compilable(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        msg = f"is not a regular expression: {error}"
        raise ValueError(msg) from error
    return text


def _as_list(value: object) -> object:
    """A single source may stand without the dash of a list."""
    is_single = isinstance(value, (dict, BaseModel))
    return [cast("object", value)] if is_single else value


def _as_texts(value: object) -> object:
    return [value] if isinstance(value, str) else value


OidText = Annotated[str, AfterValidator(_numeric_oid)]
Pattern = Annotated[str, StringConstraints(min_length=1), AfterValidator(_compilable)]
Slug = Annotated[str, StringConstraints(pattern=SLUG)]
PartName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Oids = Annotated[tuple[OidText, ...], BeforeValidator(_as_texts), Field(min_length=1)]
Patterns = Annotated[tuple[Pattern, ...], BeforeValidator(_as_texts), Field(min_length=1)]


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


RowChoices = Annotated[tuple[Rows, ...], BeforeValidator(_as_list)]


class TextSource(Words):
    """Where one text comes from; exactly one of the first eight, then how to read it."""

    oid: OidText | None = None
    column: OidText | None = None
    description: Pattern | None = None
    system_name: Pattern | None = None
    object_id: dict[OidText, Line] | None = None
    standard: StandardText | None = None
    text: Line | None = None
    join: Line | None = None

    where: RowChoices = ()
    parts: dict[PartName, Annotated[tuple["TextSource", ...], BeforeValidator(_as_list)]] = {}
    form: Form = Form.TEXT
    pattern: Pattern | None = None
    unless: Pattern | None = None
    replace: dict[Pattern, str] = {}
    map: dict[str, Line] | None = None

    @model_validator(mode="after")
    def _has_one_origin(self) -> Self:
        origins = (
            self.oid,
            self.column,
            self.description,
            self.system_name,
            self.object_id,
            self.standard,
            self.text,
            self.join,
        )
        if sum(origin is not None for origin in origins) != 1:
            msg = (
                "needs exactly one of oid, column, description, system_name, object_id, "
                "standard, text, join"
            )
            raise ValueError(msg)
        if self.join is not None and set(re.findall(r"{(\w+)}", self.join)) != set(self.parts):
            msg = "join and parts must name the same parts"
            raise ValueError(msg)
        return self


Texts = Annotated[tuple[TextSource, ...], BeforeValidator(_as_list)]


class NumberSource(Words):
    """Where one number, or one number a row, comes from.

    value = (raw + offset) · scale · SI scale / 10^precision / divisor, then brought to the
    result's unit.
    """

    oid: OidText | None = None
    column: OidText | None = None
    where: RowChoices = ()
    pattern: Pattern | None = None
    scale: Decimal = Decimal(1)
    offset: Decimal = Decimal(0)
    si_scale_column: OidText | None = None
    """EntitySensorDataScale of RFC 3433: 8 is milli, 9 is units, 10 is kilo."""
    precision_column: OidText | None = None
    divisor_column: OidText | None = None
    unit: Unit | None = None
    unit_oid: OidText | None = None
    """An object that says fahrenheit when it holds 2 and celsius otherwise."""
    invalid: frozenset[Decimal] = frozenset()
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    combine: Combine = Combine.EACH
    label: Line | None = None
    label_column: OidText | None = None
    label_index: Annotated[int, Field(ge=1, le=20)] | None = None
    """How many leading parts of the row's index find the label, when not all."""

    @model_validator(mode="after")
    def _has_one_origin(self) -> Self:
        if (self.oid is None) == (self.column is None):
            msg = "needs exactly one of oid, column"
            raise ValueError(msg)
        return self


Numbers = Annotated[tuple[NumberSource, ...], BeforeValidator(_as_list)]


class ShareSource(Words):
    """A percentage: given as such, or from two of used, free and total.

    `used` and `free` may be lists, whose rows are added: free memory, buffers and page cache.
    """

    percent: NumberSource | None = None
    free_percent: NumberSource | None = None
    used: Numbers = ()
    free: Numbers = ()
    total: NumberSource | None = None

    @model_validator(mode="after")
    def _is_a_share(self) -> Self:
        given = frozenset(self.model_fields_set)
        allowed = (
            {"percent"},
            {"free_percent"},
            {"used", "total"},
            {"free", "total"},
            {"used", "free"},
        )
        if given not in map(frozenset, allowed):
            msg = "needs percent, free_percent, used + total, free + total, or used + free"
            raise ValueError(msg)
        return self


Shares = Annotated[tuple[ShareSource, ...], BeforeValidator(_as_list)]


class SupplySource(Words):
    """A table of consumables."""

    name: OidText
    percent: NumberSource | None = None
    level: NumberSource | None = None
    capacity: NumberSource | None = None


class NeighbourSource(Words):
    """A table of neighbours where LLDP-MIB and CISCO-CDP-MIB do not tell."""

    local: OidText | None = None
    """The column with the local port's name; without it the index begins with an ifIndex."""
    name: OidText
    interface: OidText | None = None
    chassis: OidText | None = None
    protocol: NeighbourProtocol = NeighbourProtocol.LLDP


class ComponentSource(Words):
    """A table of parts that carry serial numbers: one component a row."""

    kind: ComponentKind
    position: Texts = ()
    model: Texts = ()
    serial: Texts
    firmware: Texts = ()


class UpsSource(Words):
    """The three numbers of a battery."""

    charge_percent: Numbers = ()
    runtime_minutes: Numbers = ()
    load_percent: Numbers = ()


class PoeSource(Words):
    """Power over Ethernet where POWER-ETHERNET-MIB does not tell."""

    ports: Numbers = ()
    delivering: Numbers = ()
    budget_watts: Numbers = ()
    used_watts: Numbers = ()


class Read(Words):
    """Quantity by quantity where the value is; what is not named is read as the standards say."""

    vendor: Texts | None = None
    model: Texts | None = None
    firmware: Texts | None = None
    serial: Texts | None = None
    name: Texts | None = None
    location: Texts | None = None
    cpu_percent: Numbers = ()
    memory_percent: Shares = ()
    temperatures: Numbers = ()
    wireless_clients: Numbers = ()
    access_points: Numbers = ()
    ups: UpsSource = UpsSource()
    supplies: Annotated[tuple[SupplySource, ...], BeforeValidator(_as_list)] = ()
    poe: PoeSource = PoeSource()
    neighbours: Annotated[tuple[NeighbourSource, ...], BeforeValidator(_as_list)] = ()
    components: Annotated[tuple[ComponentSource, ...], BeforeValidator(_as_list)] = ()


class Probe(Words):
    """An instance that must exist and, with `pattern`, say something certain."""

    oid: OidText
    pattern: Pattern | None = None


class Match(Words):
    """One way to recognise the family; everything stated must hold."""

    object_id: Oids = ()
    description: Patterns = ()
    description_unless: Patterns = ()
    exists: Annotated[tuple[Probe, ...], BeforeValidator(_as_list)] = ()

    @model_validator(mode="after")
    def _is_not_empty(self) -> Self:
        if not (self.object_id or self.description or self.exists):
            msg = "needs object_id, description or exists"
            raise ValueError(msg)
        return self


class Ssh(Words):
    """How to ask the family by shell; `platform` is netmiko's and ntc-templates' name."""

    platform: Slug
    identity: tuple[Line, ...] = ()
    configuration: Line | None = None


class DeviceProfile(Words):
    """What is known about one family of devices."""

    name: Slug
    vendor: Line | None = None
    category: Category
    sources: Annotated[tuple[Line, ...], Field(min_length=1)]
    based_on: Slug | None = None
    """Another profile, whose `read` holds for every quantity that this one does not name."""
    match: Annotated[tuple[Match, ...], BeforeValidator(_as_list)] = ()
    """Any of these; a profile without serves only others to be based on."""
    read: Read = Read()
    ssh: Ssh | None = None


class Enterprises(Words):
    """IANA private enterprise numbers of makers that schools meet."""

    source: Line
    enterprises: dict[Annotated[str, StringConstraints(pattern=r"^\d{1,10}$")], Line]
