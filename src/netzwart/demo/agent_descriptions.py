"""What a simulated SNMP agent is and has, as frozen values that travel as JSON."""

from dataclasses import asdict, dataclass, field
from json import dumps
from pathlib import Path

from pydantic import TypeAdapter

from netzwart.network.protocols.replies import AuthProtocol, PrivacyProtocol

CHASSIS, POWER_SUPPLY, FAN, MODULE, STACK = 3, 6, 7, 9, 11
"""PhysicalClass of ENTITY-MIB (RFC 6933)."""

UP, DOWN = 1, 2
"""ifAdminStatus and ifOperStatus (RFC 2863)."""


@dataclass(frozen=True, slots=True)
class AgentInterface:
    """One port; octets grow by the given rates while it is up."""

    index: int
    name: str
    alias: str = ""
    type: int = 6
    mac: str = ""
    speed_mbps: int = 1000
    admin: int = UP
    oper: int = UP
    in_octets_per_s: int = 0
    out_octets_per_s: int = 0
    in_errors_per_hour: int = 0
    out_errors_per_hour: int = 0
    flips_every_s: int = 0
    """The port changes between up and down after each such period; 0 leaves it alone."""


@dataclass(frozen=True, slots=True)
class AgentComponent:
    """One row of entPhysicalTable; `kind` is its PhysicalClass."""

    index: int
    name: str
    kind: int = CHASSIS
    description: str = ""
    manufacturer: str = ""
    model: str = ""
    serial: str = ""
    firmware: str = ""
    contained_in: int = 0


@dataclass(frozen=True, slots=True)
class AgentNeighbour:
    """One row of lldpRemTable; `chassis` is a MAC address."""

    local_index: int
    chassis: str
    port: str
    name: str
    port_description: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class AgentDescription:
    """One agent: answers `community` by v2c if given, and `user` by v3 if given."""

    host: str = "127.0.0.1"
    port: int = 0
    """0 takes a free one."""
    name: str = "demo"
    description: str = "netzwart simulated device"
    object_id: str = "1.3.6.1.4.1.8072.9999.9999"
    location: str = ""
    contact: str = ""
    mac: str = ""
    community: str | None = None
    user: str | None = None
    auth: AuthProtocol = AuthProtocol.SHA1
    auth_key: str = ""
    privacy: PrivacyProtocol | None = PrivacyProtocol.AES128
    privacy_key: str = ""
    interfaces: tuple[AgentInterface, ...] = ()
    components: tuple[AgentComponent, ...] = ()
    neighbours: tuple[AgentNeighbour, ...] = ()
    numbers: dict[str, int] = field(default_factory=dict[str, int])
    """Further instances by OID, answered as INTEGER."""
    texts: dict[str, str] = field(default_factory=dict[str, str])
    """Further instances by OID, answered as OCTET STRING."""
    arp: dict[str, str] = field(default_factory=dict[str, str])
    """MAC addresses by IPv4 address, heard on the first interface."""
    uptime_s: int = 0
    """How long the device has been up when the agent starts."""
    trap_host: str = "127.0.0.1"
    trap_port: int = 0
    """Where linkDown and linkUp go; 0 sends none."""
    trap_community: str = ""
    is_silent: bool = False
    silent_every_s: int = 0
    """The agent changes between answering and silence after each such period; 0 never."""


_DESCRIPTIONS = TypeAdapter(list[AgentDescription])


def write_descriptions(path: Path, descriptions: list[AgentDescription]) -> None:
    """Write agents to a JSON file that `serve_agents` reads; whole or not at all."""
    part = path.with_suffix(".part")
    part.write_text(dumps([asdict(each) for each in descriptions]), encoding="utf-8")
    part.chmod(0o600)
    part.replace(path)


def read_descriptions(path: Path) -> list[AgentDescription]:
    """Return the agents of a JSON file.

    Raises:
        ValidationError: when the file holds anything else.
    """
    return _DESCRIPTIONS.validate_json(path.read_bytes())
