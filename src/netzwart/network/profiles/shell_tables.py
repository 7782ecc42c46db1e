"""Puts the tables that a shell prints into the contract's words, whatever the template calls them.

ntc-templates names one thing in several ways; the lists below are all of its names for each field,
the most telling first.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, cast

from netzwart.network.profiles.cleaning import text_of
from netzwart.network.profiles.facts import PortState

Row = Mapping[str, Any]


class Table(StrEnum):
    """What a table lists."""

    INVENTORY = "inventory"
    INTERFACES = "interfaces"
    NEIGHBOURS = "neighbours"
    MAC_TABLE = "mac_table"
    ARP = "arp"
    VLANS = "vlans"
    POE = "poe"
    ACCESS_POINTS = "access_points"


_FIELDS: Mapping[Table, Mapping[str, Sequence[str]]] = {
    Table.INVENTORY: {
        "name": ("name", "slot_id", "port", "module", "member_id", "chassis_id"),
        "description": ("descr", "description", "cardtype", "module_type", "slot_type"),
        "model": ("pid", "model", "model_name", "device_name", "type"),
        "serial": ("sn", "serial", "serial_number", "device_serial_number"),
    },
    Table.INTERFACES: {
        "name": ("interface", "port", "default_name", "name"),
        "oper": (
            "link_status",
            "line_status",
            "link",
            "status",
            "state",
            "protocol_status",
            "link_admin",
            "admin_state",
        ),
        "description": ("description", "alias", "comment", "name"),
        "mac": ("mac_address", "hw_address", "bia", "mac"),
    },
    Table.NEIGHBOURS: {
        "local_port": ("local_interface", "interface"),
        "remote_name": ("neighbor_name", "system_name", "identity", "neighbor", "chassis_id"),
        "remote_port": (
            "neighbor_interface",
            "neighbor_port_id",
            "interface_name",
            "neighbor_interface_description",
        ),
        "remote_chassis": ("chassis_id", "mac_address"),
        "remote_address": ("mgmt_address", "management_ip", "interface_ip", "address"),
    },
    Table.MAC_TABLE: {
        "mac": ("destination_address", "mac_address", "mac"),
        "port": (
            "destination_port",
            "port",
            "ports",
            "on_interface",
            "interface",
            "logical_interface",
        ),
        "vlan": ("vlan_id", "vlan", "vid"),
    },
    Table.ARP: {
        "ip": ("ip_address", "address", "destination"),
        "mac": ("mac_address", "mac"),
        "port": ("port", "interface"),
    },
    Table.VLANS: {
        "vlan": ("vlan_id", "vlan"),
        "name": ("vlan_name", "name", "description"),
    },
    Table.POE: {
        "port": ("interface", "port", "name"),
        "state": ("operational_status", "poe_out", "status"),
        "watts": ("power", "poe_out_power"),
        "class": ("class", "poe_class"),
    },
    Table.ACCESS_POINTS: {
        "name": ("ap_name", "name"),
        "model": ("ap_model", "model", "type"),
        "serial": ("serial", "serial_number"),
        "mac": ("mac_address", "mac", "ethernet_mac"),
        "ip": ("ip_address", "ip"),
    },
}

_TELLING: tuple[tuple[Table, frozenset[str]], ...] = (
    (Table.ACCESS_POINTS, frozenset({"ap_name"})),
    (Table.ACCESS_POINTS, frozenset({"sta", "type"})),
    (Table.NEIGHBOURS, frozenset({"neighbor_name"})),
    (Table.NEIGHBOURS, frozenset({"identity", "interface"})),
    (Table.NEIGHBOURS, frozenset({"local_interface", "chassis_id"})),
    (Table.POE, frozenset({"power", "class"})),
    (Table.POE, frozenset({"poe_out"})),
    (Table.MAC_TABLE, frozenset({"destination_address"})),
    (Table.MAC_TABLE, frozenset({"mac_address", "on_interface"})),
    (Table.MAC_TABLE, frozenset({"mac_address", "vlan_id"})),
    (Table.MAC_TABLE, frozenset({"mac", "vlan_id"})),
    (Table.INVENTORY, frozenset({"sn"})),
    (Table.INVENTORY, frozenset({"device_serial_number"})),
    (Table.INVENTORY, frozenset({"serial"})),
    (Table.INVENTORY, frozenset({"serial_number"})),
    (Table.VLANS, frozenset({"vlan_name"})),
    (Table.INTERFACES, frozenset({"interface"})),
    (Table.INTERFACES, frozenset({"port"})),
    (Table.INTERFACES, frozenset({"name"})),
)
"""Which fields together tell what a table lists, for commands whose words do not."""

_COMMAND_WORDS = (
    ("neighbo", Table.NEIGHBOURS),
    ("lldp", Table.NEIGHBOURS),
    ("cdp", Table.NEIGHBOURS),
    ("poe", Table.POE),
    ("power inline", Table.POE),
    ("mac-address", Table.MAC_TABLE),
    ("mac address", Table.MAC_TABLE),
    ("ethernet-switching", Table.MAC_TABLE),
    ("bridge host", Table.MAC_TABLE),
    (" ap ", Table.ACCESS_POINTS),
    ("arp", Table.ARP),
    ("vlan", Table.VLANS),
    ("inventory", Table.INVENTORY),
    ("manu", Table.INVENTORY),
    ("module", Table.INVENTORY),
    ("chassis", Table.INVENTORY),
    ("vsf", Table.INVENTORY),
    ("interface", Table.INTERFACES),
    ("port", Table.INTERFACES),
    ("link", Table.INTERFACES),
    ("address", Table.INTERFACES),
)


_UP = frozenset(
    {
        "up",
        "connected",
        "forward",
        "link-up",
        "ready",
        "running",
        "true",
        "u",
        "r",
        "rs",
        "dr",
    }
)
_DOWN = frozenset(
    {
        "down",
        "notconnect",
        "notconnected",
        "disabled",
        "disable",
        "err-disabled",
        "errdisabled",
        "inactive",
        "suspended",
        "sdown",
        "sfpabsent",
        "xcvrabsen",
        "link-down",
        "linkflape",
        "administratively",
        "adm",
        "not",
        "none",
        "false",
        "blocked",
    }
)


def table_of(command: str, rows: Sequence[Row]) -> Table | None:
    """Return what a command lists: by its words, else by the fields of its rows."""
    words = f" {command.lower()} "
    named = next((table for word, table in _COMMAND_WORDS if word in words), None)
    if named is not None or not rows:
        return named
    fields = frozenset(rows[0])
    return next((table for table, telling in _TELLING if telling <= fields), None)


def neutral_rows(table: Table, rows: Sequence[Row]) -> list[dict[str, str]]:
    """Return the rows with the contract's names; what a row does not tell is left out."""
    return [dict(_fields(table, row)) for row in rows]


def _fields(table: Table, row: Row) -> Iterator[tuple[str, str]]:
    for field, names in _FIELDS[table].items():
        text = _text(row, names)
        if text is not None:
            yield field, _oper(text) if field == "oper" else text


def _oper(text: str) -> str:
    """Return a link's state as up or down, whatever the shell adds to it; else its own word."""
    first = re.split(r"[^\w-]", text.lower(), maxsplit=1)[0]
    if first in _UP:
        return PortState.UP
    return PortState.DOWN if first in _DOWN else text


def _text(row: Row, names: Sequence[str]) -> str | None:
    return next((text for name in names for text in _texts(row.get(name))), None)


def _texts(value: object) -> Iterator[str]:
    several = cast("list[object]", value) if isinstance(value, list) else [value]
    for one in several:
        text = text_of(one.encode()) if isinstance(one, str) else None
        if text is not None:
            yield text
