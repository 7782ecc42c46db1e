"""What a switch answers of its surroundings, by OID, for tests that put it into a wire."""

from collections.abc import Iterable

from netzwart.network.protocols.replies import SnmpValue

_LLDP = "1.0.8802.1.1.2.1"


def mac(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))


def dotted(text: str) -> str:
    return ".".join(str(octet) for octet in mac(text))


def chassis(text: str) -> dict[str, SnmpValue]:
    return {f"{_LLDP}.3.1.0": 4, f"{_LLDP}.3.2.0": mac(text)}


def hears(port: int, who: str, name: str, their_port: str, number: int = 1) -> dict[str, SnmpValue]:
    """Answer that LLDP hears a chassis on the port with this ifIndex."""
    row = f"0.{port}.{number}"
    return {
        f"{_LLDP}.4.1.1.4.{row}": 4,
        f"{_LLDP}.4.1.1.5.{row}": mac(who),
        f"{_LLDP}.4.1.1.6.{row}": 5,
        f"{_LLDP}.4.1.1.7.{row}": their_port.encode(),
        f"{_LLDP}.4.1.1.8.{row}": their_port.encode(),
        f"{_LLDP}.4.1.1.9.{row}": name.encode(),
    }


def bridge_ports(numbers: Iterable[int], offset: int = 100) -> dict[str, SnmpValue]:
    """Answer that bridge port n + offset is the interface with ifIndex n."""
    return {f"1.3.6.1.2.1.17.1.4.1.2.{number + offset}": number for number in numbers}


def sees(who: str, port: int, status: int = 3, offset: int = 100) -> dict[str, SnmpValue]:
    """Answer a row of dot1dTpFdbTable."""
    row = dotted(who)
    return {
        f"1.3.6.1.2.1.17.4.3.1.2.{row}": port + offset if port else 0,
        f"1.3.6.1.2.1.17.4.3.1.3.{row}": status,
    }


def sees_in_vlan(
    who: str, port: int, fdb_id: int, status: int = 3, offset: int = 100
) -> dict[str, SnmpValue]:
    """Answer a row of dot1qTpFdbTable."""
    row = f"{fdb_id}.{dotted(who)}"
    return {
        f"1.3.6.1.2.1.17.7.1.2.2.1.2.{row}": port + offset,
        f"1.3.6.1.2.1.17.7.1.2.2.1.3.{row}": status,
    }


def knows(address: str, who: str, port: int = 1, kind: int = 3) -> dict[str, SnmpValue]:
    """Answer a row of ipNetToMediaTable."""
    return {
        f"1.3.6.1.2.1.4.22.1.2.{port}.{address}": mac(who),
        f"1.3.6.1.2.1.4.22.1.4.{port}.{address}": kind,
    }
