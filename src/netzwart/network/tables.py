"""Nodes, what they consist of, how they are, and what changed."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    UniqueConstraint,
)
from sqlmodel import Field, SQLModel

from netzwart.clock import utcnow
from netzwart.database import (
    Id,
    Record,
    UtcDateTime,
    choice,
    json_object,
    link,
    register_messages,
)
from netzwart.network.access import AccessOutcome
from netzwart.network.rules import IncidentKind, Reachability

MESSAGES = {
    "uq_credential_name": ("name", "Zugangsdaten mit diesem Namen gibt es schon."),
    "uq_node_address_port": (
        "address",
        "Diese Adresse mit diesem Port gibt es schon.",
    ),
    "ck_node_port": ("port", "Ein Port liegt zwischen 1 und 65535."),
    "ck_maintenance_window_order": ("ends_at", "Das Ende liegt vor dem Anfang."),
}
register_messages(MESSAGES)


class CredentialKind(StrEnum):
    """What a credential opens."""

    SNMP_V1 = "snmp_v1"
    SNMP_V2C = "snmp_v2c"
    SNMP_V3 = "snmp_v3"
    SSH = "ssh"


class Credential(Record, table=True):
    """How to ask a node; secrets are encrypted (AES-GCM) and never leave by API or log."""

    __table_args__ = (UniqueConstraint("name"),)

    name: str = Field(max_length=80)
    kind: CredentialKind = choice(CredentialKind)
    user_name: str | None = Field(default=None, max_length=80)
    auth: str | None = Field(default=None, max_length=10)
    privacy: str | None = Field(default=None, max_length=10)
    secrets_encrypted: bytes = Field(sa_type=LargeBinary)
    """Sealed JSON object: community, auth_key, privacy_key, password, private_key, …"""
    read_timeout_s: int | None = None
    """How long an SSH session waits for each answer; None takes `SshTarget`'s time."""
    fast_cli: bool = True
    """False lets netmiko pause between steps, for devices that swallow what comes too soon."""
    school_id: int | None = link("school.id", nullable=True)
    note: str = Field(default="", max_length=500)


class Node(Record, table=True):
    """A management address that answers SNMP or SSH (Netzknoten), and its current state."""

    __table_args__ = (
        UniqueConstraint("address", "port"),
        CheckConstraint("port BETWEEN 1 AND 65535", name="port"),
        Index("ix_node_next_poll_at", "next_poll_at"),
        Index("ix_node_school_id_reachability", "school_id", "reachability"),
    )

    address: str = Field(max_length=200)
    port: int = 161
    name: str = Field(max_length=200, index=True)
    school_id: int = link("school.id", index=False)
    credential_id: int | None = link("credential.id", nullable=True)
    ssh_credential_id: int | None = link("credential.id", nullable=True)
    ssh_port: int = 22
    ssh_platform: str | None = Field(default=None, max_length=80)
    """netmiko's device type; None takes that of the recognised profile."""
    is_enabled: bool = True
    poll_interval_s: int | None = None
    """None takes the installation's interval."""
    next_poll_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Due from this moment on; None is never polled."""
    claimed_until: datetime | None = Field(default=None, sa_type=UtcDateTime)

    profile: str | None = Field(default=None, max_length=80)
    category: str | None = Field(default=None, max_length=40)
    vendor: str | None = Field(default=None, max_length=120)
    model: str | None = Field(default=None, max_length=200)
    firmware: str | None = Field(default=None, max_length=120)
    serial: str | None = Field(default=None, max_length=120)
    sys_name: str | None = Field(default=None, max_length=255)
    sys_location: str | None = Field(default=None, max_length=255)
    sys_description: str | None = Field(default=None, max_length=1000)
    object_id: str | None = Field(default=None, max_length=200)
    identified_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    reachability: Reachability = choice(Reachability, default=Reachability.UNKNOWN)
    reachability_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_error: str | None = Field(default=None, max_length=500)
    last_polled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_duration_ms: int | None = None
    booted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """From sysUpTime; moves by more than a minute only at a restart."""
    failed_polls: int = 0
    """In a row."""
    readings: dict[str, Any] = json_object()
    """Last health: cpu_percent, memory_percent, temperatures, poe, …, in the contract's words."""
    readings_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    poll_cause: str | None = Field(default=None, max_length=12)
    """A `PollCause`: why the next visit comes out of turn; None is the schedule."""
    poll_log: bytes | None = Field(default=None, sa_type=LargeBinary)
    """The last polls, newest first, as `network.poll_log` packs them."""


class HostKey(Record, table=True):
    """An SSH key that a node showed; only an accepted one opens a session."""

    __table_args__ = (UniqueConstraint("node_id", "line"),)

    node_id: int = link("node.id", index=False)
    line: str = Field(max_length=3000)
    """Key type and key in base64, as a known_hosts line holds them behind the host."""
    fingerprint: str = Field(max_length=60)
    """`SHA256:…` as ssh-keygen -l prints it."""
    last_seen_at: datetime = Field(sa_type=UtcDateTime)
    accepted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    accepted_by: str | None = Field(default=None, max_length=80)


class ShellReading(Record, table=True):
    """When a node's shell is asked beside SNMP, and how that went."""

    __table_args__ = (Index("ix_shell_reading_due_at", "due_at"),)

    node_id: int = link("node.id", index=False, unique=True)
    due_at: datetime = Field(sa_type=UtcDateTime)
    """Asked from this moment on; moved on before the node is asked, so that two never do."""
    read_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    duration_ms: int | None = None
    error: str | None = Field(default=None, max_length=300)
    """German sentence; never a secret."""


class AccessCheck(Record, table=True):
    """Somebody asked whether credentials open a node, and what came of it; append-only."""

    __table_args__ = (
        Index("ix_access_check_node_id", "node_id", "id"),
        Index("ix_access_check_credential_id", "credential_id", "id"),
    )

    node_id: int = link("node.id", index=False)
    credential_id: int = Field(
        sa_column=Column(Id, ForeignKey("credential.id", ondelete="CASCADE"), nullable=False)
    )
    """Goes with its credentials: a wrong password that was tried must stay deletable."""
    requested_by: str = Field(max_length=120)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """None while the worker has not been there."""
    outcome: AccessOutcome | None = choice(AccessOutcome, default=None)
    detail: str = Field(default="", max_length=500)
    """German sentence; never a secret."""
    duration_ms: int | None = None


class Interface(Record, table=True):
    """One row of a node's IF-MIB, as last seen."""

    __table_args__ = (UniqueConstraint("node_id", "index"),)

    node_id: int = link("node.id", index=False)
    index: int
    """ifIndex."""
    name: str = Field(default="", max_length=200)
    alias: str = Field(default="", max_length=255)
    type: int | None = None
    """ianaiftype."""
    mac: str | None = Field(default=None, max_length=17, index=True)
    speed_bps: int | None = Field(default=None, sa_type=BigInteger)
    admin: str = Field(default="unknown", max_length=20)
    oper: str = Field(default="unknown", max_length=20)
    oper_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    in_octets: str | None = Field(default=None, max_length=20)
    """ifHCInOctets as text: 64 bits unsigned fit neither database's integer."""
    out_octets: str | None = Field(default=None, max_length=20)
    in_errors: int | None = Field(default=None, sa_type=BigInteger)
    out_errors: int | None = Field(default=None, sa_type=BigInteger)
    in_bps: int | None = Field(default=None, sa_type=BigInteger)
    """Bits per second, averaged over the last poll interval."""
    out_bps: int | None = Field(default=None, sa_type=BigInteger)
    is_gone: bool = False
    """True if the last poll did not list it any more."""


class Component(Record, table=True):
    """A part with its own serial number: chassis, stack member, module (ENTITY-MIB)."""

    __table_args__ = (
        UniqueConstraint("node_id", "position"),
        Index("ix_component_serial_normalised", "serial_normalised"),
    )

    node_id: int = link("node.id", index=False)
    position: str = Field(max_length=120)
    kind: str = Field(max_length=40)
    manufacturer: str | None = Field(default=None, max_length=120)
    model: str | None = Field(default=None, max_length=200)
    serial: str | None = Field(default=None, max_length=120)
    serial_normalised: str | None = Field(default=None, max_length=120)
    firmware: str | None = Field(default=None, max_length=120)
    device_id: int | None = link("device.id", nullable=True)
    """The bought thing this is, by serial; None if unknown or ambiguous."""
    source: str = Field(default="snmp", max_length=10)
    """`snmp` or `ssh`: only who told of a part can say that it is gone."""
    first_seen_at: datetime = Field(sa_type=UtcDateTime)
    last_seen_at: datetime = Field(sa_type=UtcDateTime)
    is_gone: bool = False


class Neighbour(Record, table=True):
    """What a node says is at the other end of a cable (LLDP-MIB, CDP)."""

    __table_args__ = (
        UniqueConstraint("node_id", "local_interface", "remote_chassis", "remote_name"),
    )

    node_id: int = link("node.id", index=False)
    local_interface: str = Field(max_length=200)
    remote_name: str = Field(default="", max_length=255)
    remote_interface: str = Field(default="", max_length=255)
    remote_chassis: str = Field(default="", max_length=120)
    protocol: str = Field(default="lldp", max_length=10)
    remote_node_id: int | None = link("node.id", nullable=True)
    first_seen_at: datetime = Field(default_factory=utcnow, sa_type=UtcDateTime)
    last_seen_at: datetime = Field(sa_type=UtcDateTime)
    """Confirmed at most once an hour while nothing changes."""
    is_gone: bool = False
    """True if the node does not name it any more; kept to show what was."""


class StateChange(Record, table=True):
    """One thing that changed between two polls; append-only."""

    __table_args__ = (Index("ix_state_change_node_id_at", "node_id", "at"),)

    node_id: int = link("node.id", index=False)
    interface_id: int | None = link("interface.id", nullable=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    what: str = Field(max_length=60)
    """reachability, oper, admin, speed_bps, sys_name, serial, firmware, restarted …"""
    before: str | None = Field(default=None, max_length=255)
    after: str | None = Field(default=None, max_length=255)


class Incident(Record, table=True):
    """Something is wrong from then until then (Störung)."""

    __table_args__ = (Index("ix_incident_ended_at_started_at", "ended_at", "started_at"),)

    node_id: int = link("node.id")
    interface_id: int | None = link("interface.id", nullable=True)
    school_id: int = link("school.id")
    kind: IncidentKind = choice(IncidentKind)
    started_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    text: str = Field(default="", max_length=500)


class MaintenanceWindow(Record, table=True):
    """A planned time in which silence is no incident; node None means the whole school."""

    __table_args__ = (CheckConstraint("ends_at > starts_at", name="order"),)

    school_id: int | None = link("school.id", nullable=True)
    node_id: int | None = link("node.id", nullable=True)
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    reason: str = Field(max_length=300)


class Configuration(Record, table=True):
    """A node's configuration text as it was, encrypted; the redacted text is made on reading."""

    __table_args__ = (Index("ix_configuration_node_id_taken_at", "node_id", "taken_at"),)

    node_id: int = link("node.id", index=False)
    taken_at: datetime = Field(sa_type=UtcDateTime)
    sha256: str = Field(max_length=64)
    text_encrypted: bytes = Field(sa_type=LargeBinary)
    lines: int


class RollupPeriod(StrEnum):
    """How much time one row of `CounterRollup` sums up."""

    HOUR = "hour"
    DAY = "day"
    """A day in Berlin, so that it covers a school's day and not two halves."""


class PollSample(SQLModel, table=True):
    """All counters of one poll in one packed row; kept two days. Written by the ten million.

    Neither key nor version of its own: nobody refers to a sample and nobody edits one.
    """

    __tablename__ = "poll_sample"  # pyright: ignore[reportAssignmentType] - SQLAlchemy takes plain text
    __table_args__ = (PrimaryKeyConstraint("node_id", "taken_at"),)

    node_id: int = link("node.id", index=False)
    taken_at: datetime = Field(sa_type=UtcDateTime)
    packed: bytes = Field(sa_type=LargeBinary)
    """As `history/packing.py` writes it."""


class CounterRollup(SQLModel, table=True):
    """What a node's interfaces carried in an hour or a day, one packed row per node and period."""

    __tablename__ = "counter_rollup"  # pyright: ignore[reportAssignmentType] - SQLAlchemy takes plain text
    __table_args__ = (PrimaryKeyConstraint("node_id", "period", "starts_at"),)

    node_id: int = link("node.id", index=False)
    period: RollupPeriod = choice(RollupPeriod)
    starts_at: datetime = Field(sa_type=UtcDateTime)
    packed: bytes = Field(sa_type=LargeBinary)
    """As `history/packing.py` writes it."""
