"""What nodes told of the cables between them, and which cables somebody has documented.

Who sees which MAC address and IP address is current state, not history: a row is written when
something appears, moves or vanishes. While it is there, it was last seen at the node's `read_at`.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from netzwart.database import Record, UtcDateTime, link, register_messages

MESSAGES = {
    "uq_documented_link_ends": (
        "interface",
        "Diese Verbindung ist schon dokumentiert.",
    ),
    "ck_documented_link_ends": (
        "remote_node_id",
        "Eine Verbindung führt von einem Knoten zu einem anderen.",
    ),
}
register_messages(MESSAGES)


class TopologyReading(Record, table=True):
    """When a node's slow tables (LLDP, CDP, MAC and ARP tables) are read, and how that went."""

    __table_args__ = (Index("ix_topology_reading_due_at", "due_at"),)

    node_id: int = link("node.id", index=False, unique=True)
    due_at: datetime = Field(sa_type=UtcDateTime)
    """Read from this moment on; moved on before the node is asked, so that two never do."""
    read_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When all tables came in full; what is not gone was seen then."""
    duration_ms: int | None = None
    chassis: str | None = Field(default=None, max_length=120)
    """lldpLocChassisId: under this name others see it."""
    bridge_mac: str | None = Field(default=None, max_length=17)
    """dot1dBaseBridgeAddress."""
    error: str | None = Field(default=None, max_length=300)


class ForwardingEntry(Record, table=True):
    """A port behind which a node sees a MAC address (BRIDGE-MIB, Q-BRIDGE-MIB)."""

    __table_args__ = (UniqueConstraint("node_id", "mac", "vlan"),)

    node_id: int = link("node.id", index=False)
    mac: str = Field(max_length=17, index=True)
    vlan: int = 0
    """0 where the node does not tell."""
    local_interface: str = Field(max_length=200)
    first_seen_at: datetime = Field(sa_type=UtcDateTime)
    """Behind this port."""
    last_seen_at: datetime = Field(sa_type=UtcDateTime)
    """Of an entry that is gone; one that is there was seen at the node's last reading."""
    is_gone: bool = False


class AddressEntry(Record, table=True):
    """An IP address whose MAC address a node knows (ARP, IPv6 neighbour discovery)."""

    __table_args__ = (UniqueConstraint("node_id", "address"),)

    node_id: int = link("node.id", index=False)
    address: str = Field(max_length=45, index=True)
    mac: str = Field(max_length=17, index=True)
    local_interface: str = Field(default="", max_length=200)
    first_seen_at: datetime = Field(sa_type=UtcDateTime)
    """With this MAC address."""
    last_seen_at: datetime = Field(sa_type=UtcDateTime)
    is_gone: bool = False


class DocumentedLink(Record, table=True):
    """A cable as somebody has written it down; an empty port name is not known."""

    __table_args__ = (
        UniqueConstraint(
            "node_id",
            "interface",
            "remote_node_id",
            "remote_interface",
            name="uq_documented_link_ends",
        ),
        CheckConstraint("node_id <> remote_node_id", name="ends"),
    )

    node_id: int = link("node.id", index=False)
    interface: str = Field(default="", max_length=200)
    remote_node_id: int = link("node.id")
    remote_interface: str = Field(default="", max_length=200)
    note: str = Field(default="", max_length=300)
