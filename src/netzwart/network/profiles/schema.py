"""The words in which `profile.yaml` speaks: strict models, no expressions, no code.

A *source* says where one text or number comes from; a quantity is a list of sources, tried in
order, the first that gives something wins. The JSON schema for editors is written from here.
"""

import re
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from netzwart.network.profiles.facts import (
    Category,
    ComponentKind,
    Condition,
    NeighbourProtocol,
)
from netzwart.network.profiles.vocabulary import (
    Combine,
    Form,
    Line,
    Oids,
    OidText,
    PartName,
    Pattern,
    Patterns,
    RowChoices,
    Slug,
    StandardText,
    Unit,
    Words,
    as_list,
)


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
    parts: dict[PartName, Annotated[tuple["TextSource", ...], BeforeValidator(as_list)]] = Field(
        default={}
    )
    form: Form = Form.TEXT
    pattern: Pattern | None = None
    unless: Pattern | None = None
    replace: dict[Pattern, str] = Field(default={})
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


Texts = Annotated[tuple[TextSource, ...], BeforeValidator(as_list)]


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


Numbers = Annotated[tuple[NumberSource, ...], BeforeValidator(as_list)]


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


Shares = Annotated[tuple[ShareSource, ...], BeforeValidator(as_list)]


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


States = Annotated[
    dict[Annotated[str, StringConstraints(to_lower=True)], Condition | Literal["absent"]],
    Field(min_length=1),
]
"""What the device writes, a number or a text, and what it means; `absent` is no part at all."""


class PartSource(Words):
    """Fans, power supplies or disks and whether they work: one row a part, or one object."""

    oid: OidText | None = None
    column: OidText | None = None
    where: RowChoices = ()
    states: States
    """A value that is not named here means `unknown`."""
    label: Line | None = None
    label_column: OidText | None = None
    label_index: Annotated[int, Field(ge=1, le=20)] | None = None
    amount: NumberSource | None = None
    """A fan's turns per minute, a supply's watts, a disk's percentage; of the same row."""

    @model_validator(mode="after")
    def _has_one_origin(self) -> Self:
        if (self.oid is None) == (self.column is None):
            msg = "needs exactly one of oid, column"
            raise ValueError(msg)
        return self


Parts = Annotated[tuple[PartSource, ...], BeforeValidator(as_list)]


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
    fans: Parts = ()
    power_supplies: Parts = ()
    disks: Parts = ()
    wireless_clients: Numbers = ()
    access_points: Numbers = ()
    ups: UpsSource = UpsSource()
    supplies: Annotated[tuple[SupplySource, ...], BeforeValidator(as_list)] = ()
    poe: PoeSource = PoeSource()
    neighbours: Annotated[tuple[NeighbourSource, ...], BeforeValidator(as_list)] = ()
    components: Annotated[tuple[ComponentSource, ...], BeforeValidator(as_list)] = ()


class Probe(Words):
    """An instance that must exist and, with `pattern`, say something certain."""

    oid: OidText
    pattern: Pattern | None = None


class Match(Words):
    """One way to recognise the family; everything stated must hold."""

    object_id: Oids = ()
    description: Patterns = ()
    description_unless: Patterns = ()
    exists: Annotated[tuple[Probe, ...], BeforeValidator(as_list)] = ()

    @model_validator(mode="after")
    def _is_not_empty(self) -> Self:
        if not (self.object_id or self.description or self.exists):
            msg = "needs object_id, description or exists"
            raise ValueError(msg)
        return self


class Ssh(Words):
    """How to ask the family by shell."""

    platform: Slug
    """netmiko's device type."""
    templates: Slug | None = None
    """ntc-templates' name of the platform, where it is not netmiko's."""
    identity: tuple[Line, ...] = ()
    """Commands whose output says who the device is and what it consists of."""
    configuration: Line | None = None
    """Command that prints the whole configuration."""
    refine: tuple[Pattern, ...] = ()
    """Patterns that take a parsed firmware text apart; groups `model`, `firmware`, `serial`."""


class Context(Words):
    """An SNMP context in which some agents keep tables: v3's, or `community@name` in v1 and v2c."""

    name: Annotated[str, StringConstraints(pattern=r"^[\w.-]{1,32}$")]
    columns: Oids
    """Asked again in this context if all of them are empty without it."""


class VlanContexts(Words):
    """MAC tables that an agent keeps once per VLAN, each in an SNMP context of its own."""

    column: OidText
    """Its rows are the VLANs; the last number of each index is the VLAN's."""
    matches: Pattern | None = None
    """What a row must say for its VLAN to be asked."""
    unless: Annotated[tuple[int, ...], BeforeValidator(as_list)] = ()
    """VLANs that are there in name only."""
    context: Annotated[str, StringConstraints(pattern=r"^[\w.-]{0,20}\{vlan\}$")]
    """The context's name for v3; v1 and v2c hang the VLAN on the community."""


class DeviceProfile(Words):
    """What is known about one family of devices."""

    name: Slug
    title: Line | None = None
    """What a person calls the family, German where it is not a name."""
    vendor: Line | None = None
    category: Category
    sources: Annotated[tuple[Line, ...], Field(min_length=1)]
    based_on: Slug | None = None
    """Another profile, whose `read` holds for every quantity that this one does not name."""
    match: Annotated[tuple[Match, ...], BeforeValidator(as_list)] = ()
    """Any of these; a profile without serves only others to be based on."""
    read: Read = Read()
    contexts: Annotated[tuple[Context, ...], BeforeValidator(as_list)] = ()
    vlan_contexts: VlanContexts | None = None
    ssh: Ssh | None = None


class Redaction(Words):
    """What a recording of a device must not give away."""

    source: Line
    skip: dict[OidText, Line]
    """Subtrees of which nothing is recorded, with the reason."""
    pseudonyms: dict[OidText, Slug]
    """Objects whose text the owner wrote, and the word that stands for it."""


class Enterprises(Words):
    """IANA private enterprise numbers of makers that schools meet."""

    source: Line
    enterprises: dict[Annotated[str, StringConstraints(pattern=r"^\d{1,10}$")], Line]
