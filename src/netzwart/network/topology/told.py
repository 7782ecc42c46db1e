"""What a node told of its surroundings, as plain values."""

from dataclasses import dataclass
from datetime import datetime

from netzwart.network.profiles.facts import Neighbour


@dataclass(frozen=True, slots=True)
class ToldMac:
    """A MAC address behind a port; VLAN 0 where the node does not tell."""

    mac: str
    vlan: int
    port: str


@dataclass(frozen=True, slots=True)
class ToldAddress:
    """An IP address and whose it is."""

    address: str
    mac: str
    port: str


@dataclass(frozen=True, slots=True)
class TopologyTables:
    """One reading of a node's slow tables; None is a table that did not come in full."""

    read_at: datetime
    duration_ms: int = 0
    chassis: str | None = None
    bridge_mac: str | None = None
    neighbours: tuple[Neighbour, ...] | None = None
    macs: tuple[ToldMac, ...] | None = None
    addresses: tuple[ToldAddress, ...] | None = None
    error: str | None = None

    @property
    def is_complete(self) -> bool:
        """Tell whether every table came: only then does silence about something mean it is gone."""
        return None not in (self.neighbours, self.macs, self.addresses)
