"""The simulated network: what each agent of the demo city answers."""

from collections.abc import Sequence
from zlib import crc32

from netzwart.demo.agent_descriptions import (
    AgentComponent,
    AgentDescription,
    AgentInterface,
    AgentNeighbour,
)
from netzwart.demo.catalogue import ACCESS_POINT, SWITCH
from netzwart.demo.newcomers import (
    CORE_PORT,
    SWITCH_MAC,
    SWITCH_NAME,
    SWITCH_UPLINK,
    newcomers,
)
from netzwart.demo.newcomers import SCHOOL as NEWCOMERS_SCHOOL
from netzwart.demo.nodes import SimulatedNode
from netzwart.network.protocols.replies import AuthProtocol, PrivacyProtocol

COMMUNITY = "demo-lesen"
TRAP_COMMUNITY = "demo-melden"
V3_USER = "netzwart-demo"
V3_AUTH_KEY = "demo-auth-erfunden"
V3_PRIVACY_KEY = "demo-priv-erfunden"
"""Invented, for agents on loopback only."""

SWITCH_PORTS = 48
UPLINK = SWITCH_PORTS + 1
DOWN = 2
WLAN = 71
"""ianaiftype ieee80211."""

FIRMWARE = {"switch": "MS-OS 10.4.2", "access_point": "MF-OS 8.12.1"}


def describe_network(nodes: Sequence[SimulatedNode]) -> list[AgentDescription]:
    """Return one agent per node; access points hang at the first switch of their school."""
    return [
        _switch(node, _points_of(node, nodes)) if node.category == "switch" else _point(node, nodes)
        for node in nodes
    ]


def describe_newcomers(nodes: Sequence[SimulatedNode]) -> list[AgentDescription]:
    """Return the agents that nobody has recorded."""
    core = next(node for node in nodes if _is_core(node))
    keys = {"user": V3_USER, "auth_key": V3_AUTH_KEY, "privacy_key": V3_PRIVACY_KEY}
    return newcomers(core, keys, COMMUNITY, core.port)


def _is_core(node: SimulatedNode) -> bool:
    return node.school == NEWCOMERS_SCHOOL.number and node.category == "switch"


def _mac_table(points: Sequence[SimulatedNode]) -> dict[str, int]:
    """Return BRIDGE-MIB rows: each access point at its port, and three clients behind it."""
    rows = {f"1.3.6.1.2.1.17.1.4.1.2.{number}": number for number in range(1, SWITCH_PORTS + 2)}
    for port, point in enumerate(points, start=1):
        for mac in (point.mac, *client_macs(point)):
            dotted = ".".join(str(octet) for octet in bytes.fromhex(mac.replace(":", "")))
            rows[f"1.3.6.1.2.1.17.4.3.1.2.{dotted}"] = port
            rows[f"1.3.6.1.2.1.17.4.3.1.3.{dotted}"] = 3
    return rows


def client_macs(point: SimulatedNode) -> list[str]:
    """Return the invented end devices in an access point's wireless network."""
    return [f"06:de:{number:02x}{point.mac[8:]}" for number in range(1, 4)]


def _arp_table(points: Sequence[SimulatedNode]) -> dict[str, str]:
    """Return the IP addresses of access points and clients."""
    macs = [mac for point in points for mac in (point.mac, *client_macs(point))]
    subnet = points[0].address.split(".")[2] if points else "0"
    return {f"10.77.{subnet}.{number}": mac for number, mac in enumerate(macs, start=10)}


def _points_of(switch: SimulatedNode, nodes: Sequence[SimulatedNode]) -> list[SimulatedNode]:
    first = next(n for n in nodes if n.school == switch.school and n.category == "switch")
    if switch is not first:
        return []
    return [n for n in nodes if n.school == switch.school and n.category == "access_point"]


def _number(text: str, below: int) -> int:
    """Return a number that looks random and is always the same for a text."""
    return crc32(text.encode()) % below


def _switch(node: SimulatedNode, points: Sequence[SimulatedNode]) -> AgentDescription:
    interfaces = [_switch_port(node, index, points) for index in range(1, SWITCH_PORTS + 1)]
    interfaces.append(
        AgentInterface(
            index=UPLINK,
            name=f"1/0/{UPLINK}",
            alias="Uplink Rathaus",
            speed_mbps=10_000,
            mac=_port_mac(node, UPLINK),
            in_octets_per_s=1_400_000 + _number(node.name, 900_000),
            out_octets_per_s=350_000 + _number(node.name, 200_000),
        )
    )
    neighbours = [
        AgentNeighbour(index, point.mac, "eth0", point.name)
        for index, point in enumerate(points, start=1)
    ]
    if _is_core(node):
        far = f"1/0/{SWITCH_UPLINK}"
        neighbours.append(AgentNeighbour(CORE_PORT, SWITCH_MAC, far, SWITCH_NAME))
    return AgentDescription(
        host=node.address,
        port=node.port,
        name=node.name,
        description=f"{SWITCH.manufacturer} {SWITCH.name}, {FIRMWARE['switch']} (Demo)",
        location=f"{node.school} {node.room}",
        mac=node.mac,
        user=V3_USER,
        auth=AuthProtocol.SHA1,
        auth_key=V3_AUTH_KEY,
        privacy=PrivacyProtocol.AES128,
        privacy_key=V3_PRIVACY_KEY,
        interfaces=tuple(interfaces),
        components=(_chassis(node, SWITCH.manufacturer, SWITCH.name),),
        neighbours=tuple(neighbours),
        numbers=_mac_table(points),
        arp=_arp_table(points),
        uptime_s=86_400 * (3 + _number(node.name, 200)),
        is_silent=node.is_silent,
    )


def _switch_port(
    node: SimulatedNode, index: int, points: Sequence[SimulatedNode]
) -> AgentInterface:
    is_point = index <= len(points)
    is_uplink = _is_core(node) and index == CORE_PORT
    is_used = is_point or is_uplink or _number(f"{node.name}/{index}", 10) < 6  # noqa: PLR2004 - six of ten ports
    load = 20_000 + _number(f"{node.name}-{index}", 90_000)
    return AgentInterface(
        index=index,
        name=f"1/0/{index}",
        alias=points[index - 1].name if is_point else "",
        mac=_port_mac(node, index),
        oper=1 if is_used else DOWN,
        in_octets_per_s=load if is_used else 0,
        out_octets_per_s=load * 3 if is_used else 0,
        in_errors_per_hour=2 if is_used and index % 17 == 0 else 0,
        flips_every_s=240 if is_used and not is_point and index == 24 else 0,  # noqa: PLR2004 - one loose cable
    )


def _point(node: SimulatedNode, nodes: Sequence[SimulatedNode]) -> AgentDescription:
    switch = next(n for n in nodes if n.school == node.school and n.category == "switch")
    at_switch = _points_of(switch, nodes)
    port = at_switch.index(node) + 1
    interfaces = (
        AgentInterface(1, "eth0", "Uplink", mac=node.mac, in_octets_per_s=45_000,
                       out_octets_per_s=120_000),
        AgentInterface(2, "wlan0", "2,4 GHz", WLAN, speed_mbps=574, in_octets_per_s=9_000),
        AgentInterface(3, "wlan1", "5 GHz", WLAN, speed_mbps=2402, in_octets_per_s=36_000),
    )  # fmt: skip
    return AgentDescription(
        host=node.address,
        port=node.port,
        name=node.name,
        description=f"{ACCESS_POINT.manufacturer} {ACCESS_POINT.name}, "
        f"{FIRMWARE['access_point']} (Demo)",
        location=f"{node.school} {node.room}",
        mac=node.mac,
        community=COMMUNITY,
        interfaces=interfaces,
        components=(_chassis(node, ACCESS_POINT.manufacturer, ACCESS_POINT.name),),
        neighbours=(AgentNeighbour(1, switch.mac, f"1/0/{port}", switch.name),),
        uptime_s=86_400 * (1 + _number(node.name, 60)),
        is_silent=node.is_silent,
    )


def _chassis(node: SimulatedNode, manufacturer: str, model: str) -> AgentComponent:
    return AgentComponent(
        index=1,
        name="Chassis",
        description=f"{manufacturer} {model}",
        manufacturer=manufacturer,
        model=model,
        serial=node.serial,
        firmware=FIRMWARE[node.category],
    )


def _port_mac(node: SimulatedNode, index: int) -> str:
    return f"{node.mac[:8]}:{index:02x}{node.mac[11:]}"
