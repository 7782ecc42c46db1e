"""A switch that tests can unplug, reboot and swap; it answers as a wire, without a network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from netzwart.network.protocols.replies import (
    AuthenticationFailedError,
    Index,
    NoAnswerError,
    Oid,
    SnmpTarget,
    SnmpValue,
)
from tests.network.recorded_wire import RecordedWire

_IF = "1.3.6.1.2.1.2.2.1"
_IFX = "1.3.6.1.2.1.31.1.1.1"
_ENTITY = "1.3.6.1.2.1.47.1.1.1.1"
STATES = {"up": 1, "down": 2}


@dataclass
class Port:
    name: str
    alias: str = ""
    admin: str = "up"
    oper: str = "up"
    in_octets: int = 1000
    out_octets: int = 2000
    speed_mbps: int = 1000


@dataclass
class Switch:
    name: str = "gym-sw-01"
    description: str = "Musterschalter 24, Version 1.2"
    object_id: str = "1.3.6.1.4.1.99999.1"
    uptime_s: int = 10_000
    is_silent: bool = False
    refuses: bool = False
    ports: dict[int, Port] = field(
        default_factory=lambda: {1: Port("1/1/1", "Uplink"), 2: Port("1/1/2")}
    )
    parts: dict[str, str] = field(default_factory=lambda: {"Chassis": "SN 0001-A"})
    """Position → serial number; all of them are chassis."""
    maker: str = "Muster"
    more: dict[str, SnmpValue] = field(default_factory=dict[str, SnmpValue])
    """Further instances by OID."""

    def replies(self) -> dict[str, SnmpValue]:
        said: dict[str, SnmpValue] = {
            "1.3.6.1.2.1.1.1.0": self.description.encode(),
            "1.3.6.1.2.1.1.2.0": Oid(self.object_id),
            "1.3.6.1.2.1.1.3.0": self.uptime_s * 100,
            "1.3.6.1.2.1.1.5.0": self.name.encode(),
            "1.3.6.1.2.1.1.6.0": b"Serverraum",
        }
        for index, port in self.ports.items():
            said |= {
                f"{_IF}.3.{index}": 6,
                f"{_IF}.7.{index}": STATES[port.admin],
                f"{_IF}.8.{index}": STATES[port.oper],
                f"{_IF}.14.{index}": 0,
                f"{_IF}.20.{index}": 0,
                f"{_IFX}.1.{index}": port.name.encode(),
                f"{_IFX}.6.{index}": port.in_octets,
                f"{_IFX}.10.{index}": port.out_octets,
                f"{_IFX}.15.{index}": port.speed_mbps,
                f"{_IFX}.18.{index}": port.alias.encode(),
            }
        for number, (position, serial) in enumerate(self.parts.items(), start=1):
            said |= {
                f"{_ENTITY}.2.{number}": b"Musterschalter",
                f"{_ENTITY}.4.{number}": 0,
                f"{_ENTITY}.5.{number}": 3,
                f"{_ENTITY}.7.{number}": position.encode(),
                f"{_ENTITY}.10.{number}": b"1.2",
                f"{_ENTITY}.11.{number}": serial.encode(),
                f"{_ENTITY}.12.{number}": self.maker.encode(),
                f"{_ENTITY}.13.{number}": b"MS-24",
            }
        return said | self.more


class SwitchWire:
    """Reaches switches by `host:port`; whoever is not there does not answer."""

    def __init__(self, switches: Mapping[str, Switch]) -> None:
        self.switches = dict(switches)
        self.communities: set[str] = set()

    async def get(self, target: SnmpTarget, oids: Sequence[Oid]) -> Mapping[Oid, SnmpValue]:
        return await self._reach(target).get(target, oids)

    async def walk(
        self, target: SnmpTarget, columns: Sequence[Oid]
    ) -> Mapping[Oid, Mapping[Index, SnmpValue]]:
        return await self._reach(target).walk(target, columns)

    def _reach(self, target: SnmpTarget) -> RecordedWire:
        if target.community is not None:
            self.communities.add(target.community.get_secret_value())
        switch = self.switches.get(f"{target.host}:{target.port}")
        if switch is None or switch.is_silent:
            raise NoAnswerError("no answer within 1.5 s")
        if switch.refuses:
            raise AuthenticationFailedError("wrong key")
        return RecordedWire(switch.replies())
