"""German words for what the network is and does; pages and lists share them."""

from collections.abc import Mapping
from typing import Any

CATEGORIES: Mapping[str, str] = {
    "switch": "Switch",
    "router": "Router",
    "firewall": "Firewall",
    "access_point": "Access Point",
    "wlan_controller": "WLAN-Controller",
    "server": "Server",
    "hypervisor": "Virtualisierung",
    "management_controller": "Fernwartung",
    "storage": "Speicher",
    "printer": "Drucker",
    "ups": "USV",
    "pdu": "Steckdosenleiste",
    "sensor": "Sensor",
    "camera": "Kamera",
    "phone": "Telefon",
    "panel": "Display",
    "tablet": "Tablet",
    "notebook": "Notebook",
    "desktop": "Desktop-PC",
    "projector": "Beamer",
    "accessory": "Zubehör",
    "other": "Sonstiges",
}
STATES: Mapping[str, str] = {
    "up": "erreichbar",
    "down": "ausgefallen",
    "unknown": "noch nicht abgefragt",
    "disabled": "Abfrage aus",
}
COMPONENT_KINDS: Mapping[str, str] = {
    "chassis": "Gehäuse",
    "stack": "Stack",
    "module": "Modul",
    "power_supply": "Netzteil",
    "fan": "Lüfter",
    "transceiver": "Transceiver",
    "disk": "Datenträger",
    "access_point": "Access Point",
    "other": "Sonstiges",
}
QUANTITIES: Mapping[str, str] = {
    "vendor": "Hersteller",
    "model": "Modell",
    "firmware": "Firmware",
    "serial": "Seriennummer",
    "name": "Name",
    "location": "Standort",
    "cpu_percent": "Prozessor",
    "memory_percent": "Speicher",
    "temperatures": "Temperatur",
    "fans": "Lüfter",
    "power_supplies": "Netzteile",
    "disks": "Datenträger",
    "wireless_clients": "WLAN-Geräte",
    "access_points": "Access Points",
    "ups": "Batterie",
    "supplies": "Verbrauchsmaterial",
    "poe": "PoE",
    "neighbours": "Nachbarn",
    "components": "Teile",
}
CONDITIONS: Mapping[str, str] = {
    "ok": "in Ordnung",
    "warning": "Warnung",
    "critical": "gestört",
    "unknown": "unbekannt",
}
_PARTS = (("fans", "Lüfter"), ("power_supplies", "Netzteil"), ("disks", "Datenträger"))
INCIDENTS: Mapping[str, str] = {
    "unreachable": "Antwortet nicht",
    "port_down": "Port ohne Verbindung",
    "port_flapping": "Port wackelt",
    "restarted": "Neu gestartet",
    "credential_refused": "Zugangsdaten abgelehnt",
    "hardware": "Hardware gestört",
}
CHANGES: Mapping[str, str] = {
    "reachability": "Erreichbarkeit",
    "restarted": "Neustart",
    "sys_name": "Name",
    "object_id": "Gerätekennung",
    "sys_description": "Beschreibung",
    "firmware": "Firmware",
    "serial": "Seriennummer",
    "oper": "Verbindung",
    "admin": "Freischaltung",
    "alias": "Portbeschreibung",
    "speed_bps": "Tempo (bit/s)",
    "name": "Portname",
    "gone": "Port verschwunden",
}
_WORDS: Mapping[str, str] = {
    "up": "an",
    "down": "aus",
    "unknown": "unbekannt",
    "testing": "im Test",
    "dormant": "wartet",
    "not_present": "nicht vorhanden",
    "lower_layer_down": "untere Schicht aus",
}
CREDENTIAL_KINDS: Mapping[str, str] = {
    "snmp_v1": "SNMP v1",
    "snmp_v2c": "SNMP v2c",
    "snmp_v3": "SNMP v3",
    "ssh": "SSH",
}


POLL_ERRORS: Mapping[str, str] = {
    "no_answer": "keine Antwort",
    "refused": "Abfrage abgelehnt",
    "authentication_failed": "Zugangsdaten abgelehnt",
    "malformed_reply": "unlesbare Antwort",
}
POLL_CAUSES: Mapping[str, str] = {
    "schedule": "Takt",
    "verify": "Nachprüfung",
    "trap": "Meldung des Geräts",
    "person": "von Hand",
}


def changed_value(what: str, value: str | None) -> str:
    """Return a value of a state change as a person reads it."""
    if value is None:
        return "–"
    if what == "reachability":
        return STATES.get(value, value)
    return _WORDS.get(value, value) if what in {"oper", "admin", "gone"} else value


def health_facts(readings: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the last health of a node as pairs of a word and a figure."""
    facts = [
        (word, ", ".join(f"{_number(value)} %" for value in readings[name]))
        for name, word in (("cpu_percent", "Prozessor"), ("memory_percent", "Speicher"))
        if readings.get(name)
    ]
    facts += [
        (f"Temperatur {sensor.get('name') or ''}".strip(), f"{_number(sensor['celsius'])} °C")
        for sensor in readings.get("temperatures") or ()
    ]
    facts += [
        (part.get("name") or word, _part(part))
        for kind, word in _PARTS
        for part in readings.get(kind) or ()
    ]
    facts += [
        (word, str(readings[name]))
        for name, word in (("wireless_clients", "WLAN-Geräte"), ("access_points", "Access Points"))
        if readings.get(name) is not None
    ]
    facts += [
        (supply["name"], f"{_number(supply.get('percent'))} %")
        for supply in readings.get("supplies") or ()
    ]
    return facts + _power(readings)


def _part(part: Mapping[str, Any]) -> str:
    """Return a fan's, supply's or disk's condition and its figure, as far as it tells them."""
    figures = [
        f"{_number(part[key])} {unit}"
        for key, unit in (("rpm", "U/min"), ("watts", "W"), ("percent", "%"))
        if part.get(key) is not None
    ]
    word = CONDITIONS.get(part.get("state") or "")
    return ", ".join(filter(None, (word, *figures))) or "–"


def _power(readings: Mapping[str, Any]) -> list[tuple[str, str]]:
    poe, ups = readings.get("poe"), readings.get("ups")
    facts = [("PoE", _poe(poe))] if poe else []
    if ups:
        facts.append(("Batterie", f"{_number(ups.get('charge_percent'))} %"))
    return facts


def _poe(poe: Mapping[str, Any]) -> str:
    used, budget = _number(poe.get("used_watts")), _number(poe.get("budget_watts"))
    ports = f", {poe['delivering']} Ports" if poe.get("delivering") is not None else ""
    return f"{used} von {budget} W{ports}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}".replace(".", ",").removesuffix(",0")
