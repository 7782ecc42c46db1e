"""Searches of address ranges, and what they found: proposals that a person decides about."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, Index, UniqueConstraint
from sqlmodel import Field

from netzwart.database import JsonValue, Record, UtcDateTime, choice, link, register_messages

MESSAGES = {
    "uq_discovered_node_address_port": ("address", "Diese Adresse ist schon vorgeschlagen."),
}
register_messages(MESSAGES)


class DiscoveryState(StrEnum):
    """How a search stands."""

    WAITING = "waiting"
    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"


class ProposalStatus(StrEnum):
    """What became of something that was found."""

    OPEN = "open"
    ACCEPTED = "accepted"
    JOINED = "joined"
    IGNORED = "ignored"


class DiscoveryRun(Record, table=True):
    """One search of address ranges (Suchlauf): what is asked, how far it is, what it met."""

    __table_args__ = (Index("ix_discovery_run_school_id_created_at", "school_id", "created_at"),)

    school_id: int = link("school.id", index=False)
    ranges: str = Field(max_length=1000)
    """As typed and checked: `10.1.0.0/24, 10.1.2.10-40`."""
    port: int = 161
    credential_ids: list[int] = Field(
        default_factory=list[int], sa_column=Column(JsonValue, nullable=False)
    )
    """In the order in which they are tried, each at most once an address."""
    asks_silent: bool = False
    """Also try addresses that give no sign of life."""
    state: DiscoveryState = choice(DiscoveryState, default=DiscoveryState.WAITING)
    requested_by: str = Field(default="", max_length=120)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    total: int = 0
    asked: int = 0
    """Addresses done; a search that was interrupted goes on from here."""
    alive: int = 0
    answered: int = 0
    """Told by SNMP who they are."""
    known: int = 0
    """Are nodes already, and were left alone."""
    proposed: int = 0
    """New in the inbox."""
    attempts: int = 0
    """Credentials tried, over all addresses."""
    error: str | None = Field(default=None, max_length=300)


class DiscoveredNode(Record, table=True):
    """Something that answered and is no node yet; nothing follows until somebody decides."""

    __table_args__ = (
        UniqueConstraint("address", "port"),
        Index("ix_discovered_node_school_id_status", "school_id", "status"),
    )

    school_id: int = link("school.id", index=False)
    run_id: int = link("discovery_run.id")
    """The search that found it last."""
    address: str = Field(max_length=45)
    port: int = 161
    credential_id: int | None = link("credential.id", nullable=True)
    """The credentials that opened it."""
    profile: str | None = Field(default=None, max_length=80)
    category: str | None = Field(default=None, max_length=40)
    vendor: str | None = Field(default=None, max_length=120)
    model: str | None = Field(default=None, max_length=200)
    firmware: str | None = Field(default=None, max_length=120)
    serial: str | None = Field(default=None, max_length=120)
    serial_normalised: str | None = Field(default=None, max_length=120)
    sys_name: str | None = Field(default=None, max_length=255)
    sys_location: str | None = Field(default=None, max_length=255)
    first_seen_at: datetime = Field(sa_type=UtcDateTime)
    last_seen_at: datetime = Field(sa_type=UtcDateTime)
    status: ProposalStatus = choice(ProposalStatus, default=ProposalStatus.OPEN)
    reason: str = Field(default="", max_length=500)
    decided_by: str = Field(default="", max_length=120)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    node_id: int | None = link("node.id", nullable=True)
    """What it became, or what it was joined to."""
