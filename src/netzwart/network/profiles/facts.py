"""What one identification found out, in the words of the contract's Identify line."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum


class Category(StrEnum):
    """What a device is for; a profile states it."""

    SWITCH = "switch"
    ROUTER = "router"
    FIREWALL = "firewall"
    ACCESS_POINT = "access_point"
    WLAN_CONTROLLER = "wlan_controller"
    SERVER = "server"
    HYPERVISOR = "hypervisor"
    MANAGEMENT_CONTROLLER = "management_controller"
    STORAGE = "storage"
    PRINTER = "printer"
    UPS = "ups"
    PDU = "pdu"
    SENSOR = "sensor"
    CAMERA = "camera"
    PHONE = "phone"
    OTHER = "other"


class PortState(StrEnum):
    """ifAdminStatus and ifOperStatus. Source: IF-MIB (RFC 2863)."""

    UP = "up"
    DOWN = "down"
    TESTING = "testing"
    UNKNOWN = "unknown"
    DORMANT = "dormant"
    NOT_PRESENT = "not_present"
    LOWER_LAYER_DOWN = "lower_layer_down"


class ComponentKind(StrEnum):
    """What a part is. Source: PhysicalClass of ENTITY-MIB (RFC 6933)."""

    CHASSIS = "chassis"
    STACK = "stack"
    MODULE = "module"
    POWER_SUPPLY = "power_supply"
    FAN = "fan"
    TRANSCEIVER = "transceiver"
    DISK = "disk"
    ACCESS_POINT = "access_point"
    """Managed by this controller, which tells of it; not a part of the controller itself."""
    OTHER = "other"


class Condition(StrEnum):
    """How a part is, whatever number its maker writes for it."""

    OK = "ok"
    WARNING = "warning"
    CRITICAL = "critical"
    UNKNOWN = "unknown"


class NeighbourProtocol(StrEnum):
    """Which protocol told of a neighbour."""

    LLDP = "lldp"
    CDP = "cdp"
    EDP = "edp"
    FDP = "fdp"


@dataclass(frozen=True, slots=True)
class Component:
    """One part with an identity of its own; `position` is the device's name for its place."""

    position: str
    kind: ComponentKind
    model: str | None = None
    serial: str | None = None
    firmware: str | None = None


@dataclass(frozen=True, slots=True)
class Interface:
    """One row of ifTable; `type` is IANAifType in snake_case, `mac` lower-case with colons."""

    index: int
    name: str | None
    alias: str | None
    type: str | None
    speed_bps: int | None
    admin: PortState | None
    oper: PortState | None
    mac: str | None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One device that a discovery protocol heard on a local interface.

    `remote_interface` is the name to show, `remote_port_id` what the neighbour calls the port,
    which may be a MAC address; they are often equal.
    """

    local_interface: str | None
    remote_name: str | None
    remote_interface: str | None
    remote_chassis: str | None
    protocol: NeighbourProtocol
    remote_port_id: str | None = None


@dataclass(frozen=True, slots=True)
class Temperature:
    """One sensor's reading in degrees Celsius."""

    name: str | None
    celsius: float


@dataclass(frozen=True, slots=True)
class Fan:
    """One fan; `rpm` is turns a minute."""

    name: str | None
    state: Condition
    rpm: float | None = None


@dataclass(frozen=True, slots=True)
class PowerSupply:
    """One power supply; `watts` is what it delivers now."""

    name: str | None
    state: Condition
    watts: float | None = None


@dataclass(frozen=True, slots=True)
class Disk:
    """One disk or one file system on it; `percent` is how full it is."""

    name: str | None
    state: Condition | None
    percent: float | None = None


@dataclass(frozen=True, slots=True)
class UpsState:
    """Battery charge and load in percent, and the minutes that are left on battery."""

    charge_percent: float | None = None
    runtime_minutes: float | None = None
    load_percent: float | None = None


@dataclass(frozen=True, slots=True)
class Supply:
    """One consumable of a printer and how much of it is left."""

    name: str
    percent: float | None


@dataclass(frozen=True, slots=True)
class PoeState:
    """Power over Ethernet: ports that can, ports that do, and watts."""

    ports: int | None = None
    delivering: int | None = None
    budget_watts: float | None = None
    used_watts: float | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """What a device says about its condition; empty means that it does not say."""

    cpu_percent: tuple[float, ...] = ()
    memory_percent: tuple[float, ...] = ()
    temperatures: tuple[Temperature, ...] = ()
    fans: tuple[Fan, ...] = ()
    power_supplies: tuple[PowerSupply, ...] = ()
    disks: tuple[Disk, ...] = ()
    wireless_clients: int | None = None
    access_points: int | None = None
    ups: UpsState | None = None
    supplies: tuple[Supply, ...] = ()
    poe: PoeState | None = None


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """Everything one identification found out; unknown is None, never a guess."""

    reachable: bool
    profile: str | None = None
    category: Category | None = None
    vendor: str | None = None
    model: str | None = None
    firmware: str | None = None
    serial: str | None = None
    name: str | None = None
    location: str | None = None
    uptime_s: int | None = None
    components: tuple[Component, ...] = ()
    interfaces: tuple[Interface, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    health: Health = field(default_factory=Health)
    error: str | None = None

    def as_line(self, target_id: str, *, full: bool) -> dict[str, object]:
        """Return the contract's Identify line; health keys only when `full`, and only if known."""
        line: dict[str, object] = {"id": target_id, **asdict(self)}
        health: Mapping[str, object] = asdict(self.health)
        del line["health"]
        error = line.pop("error")
        if full:
            line |= {key: value for key, value in health.items() if value not in (None, ())}
        return line | {"error": error}
