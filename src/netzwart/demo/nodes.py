"""Which nodes the demo city's network has, and in which of them reality differs from the record."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from netzwart.demo.catalogue import ACCESS_POINT, SCHOOLS, SWITCH
from netzwart.demo.purchasing import Bundle

PORT = 16161
"""UDP port of every simulated agent if nothing else is said; each has an address of its own."""

SWITCH_CREDENTIAL = "demo-snmpv3"
ACCESS_POINT_CREDENTIAL = "demo-snmpv2c"

SILENT = ("990003", "990009", "990013")
"""Schools where the first access point does not answer."""

STRANGER = "990006"
"""School where a switch answers that nobody has bought."""

LENDER, BORROWER = "990010", "990011"
"""The first access point of LENDER's record really hangs at BORROWER."""


@dataclass(frozen=True, slots=True)
class SimulatedNode:
    """One agent of the simulated network."""

    address: str
    name: str
    school: str
    category: str
    serial: str
    mac: str
    room: str
    credential: str
    is_silent: bool = False
    port: int = PORT

    def as_bundle_row(self) -> dict[str, Any]:
        """Return the node as the bundle lists it."""
        return {
            "address": self.address,
            "port": self.port,
            "name": self.name,
            "school": self.school,
            "credential": self.credential,
        }


def simulated_nodes(bundle: Bundle, port: int = PORT) -> list[SimulatedNode]:
    """Return one node per switch and access point of the bundle, and the stranger."""
    nodes: list[SimulatedNode] = []
    for number, school in enumerate(SCHOOLS, start=1):
        at_school = [node for node in bundle["devices"] if node["school"] == school.number]
        switches = [row for row in at_school if row["model"] == SWITCH.name]
        points = [row for row in at_school if row["model"] == ACCESS_POINT.name]
        nodes += _nodes_of(number, school.short, switches, "sw")
        nodes += _nodes_of(number, school.short, points, "ap")
    return [replace(node, port=port) for node in _moved([*nodes, _stranger()])]


def _nodes_of(
    number: int, short: str, devices: Sequence[dict[str, Any]], kind: str
) -> list[SimulatedNode]:
    is_switch = kind == "sw"
    return [
        SimulatedNode(
            address=f"127.77.{number}.{(10 if is_switch else 100) + index}",
            name=f"{short.lower()}-{kind}-{index:02d}",
            school=device["school"],
            category="switch" if is_switch else "access_point",
            serial=device["serial"],
            mac=device["mac"],
            room=device["room"] or "",
            credential=SWITCH_CREDENTIAL if is_switch else ACCESS_POINT_CREDENTIAL,
            is_silent=not is_switch and index == 1 and device["school"] in SILENT,
        )
        for index, device in enumerate(devices, start=1)
    ]


def _stranger() -> SimulatedNode:
    number = next(i for i, school in enumerate(SCHOOLS, start=1) if school.number == STRANGER)
    short = SCHOOLS[number - 1].short.lower()
    return SimulatedNode(
        address=f"127.77.{number}.19",
        name=f"{short}-sw-09",
        school=STRANGER,
        category="switch",
        serial="DEMOUNBEKANNT9",
        mac="02:de:00:00:ff:01",
        room="A101",
        credential=SWITCH_CREDENTIAL,
    )


def _moved(nodes: Sequence[SimulatedNode]) -> list[SimulatedNode]:
    """Let the lender's access point answer from the borrower's network."""
    lent = next(n for n in nodes if n.school == LENDER and n.category == "access_point")
    number = next(i for i, school in enumerate(SCHOOLS, start=1) if school.number == BORROWER)
    short = SCHOOLS[number - 1].short.lower()
    there = SimulatedNode(
        address=f"127.77.{number}.109",
        name=f"{short}-ap-09",
        school=BORROWER,
        category="access_point",
        serial=lent.serial,
        mac=lent.mac,
        room="A101",
        credential=ACCESS_POINT_CREDENTIAL,
    )
    return [there if node is lent else node for node in nodes]
