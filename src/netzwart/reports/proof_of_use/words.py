"""German words for the contract's values on a proof of use."""

from collections.abc import Mapping
from typing import Final

from netzwart.proofs.values import CheckSeverity, CoverageKey, Evidence, EvidenceLetter

EVIDENCE: Final[Mapping[EvidenceLetter, str]] = {
    "A": "Seriennummer am Gerät gelesen",
    "B": "Seriennummer von Controller/MDM gemeldet",
    "C": "nur Netzadresse oder Name gesehen",
    "D": "vor Ort von einer Person erfasst",
    "0": "keine Sichtung",
}

COVERAGE: Final[Mapping[CoverageKey, str]] = {
    "A": "Seriennummer am Gerät selbst gelesen (SNMP, SSH)",
    "B": "Seriennummer von einem Verwaltungssystem gemeldet (WLAN-Controller, MDM)",
    "C": "nur MAC-Adresse, Name oder Netzadresse gesehen",
    "D": "vor Ort von einer Person erfasst (Scan, Inventur)",
    "none": "Geräte ohne Sichtung in diesem Zeitraum",
    "no_device": "ohne Gerät: Leistungen, Verkabelung, Lizenzen",
}

SOURCE: Final[Mapping[str, str]] = {
    "snmp": "SNMP",
    "ssh": "SSH",
    "lldp": "LLDP-Nachbar",
    "fdb": "Adresstabelle",
    "controller": "Controller",
    "mdm": "MDM",
    "stocktake": "Inventur",
    "scan": "Scan",
}

STATUS: Final[Mapping[str, str]] = {
    "planned": "geplant",
    "ordered": "bestellt",
    "delivered": "geliefert",
    "in_storage": "Lager",
    "in_service": "im Einsatz",
    "lent": "verliehen",
    "in_repair": "in Reparatur",
    "lost": "verloren",
    "disposed": "ausgesondert",
}

SEVERITY: Final[Mapping[CheckSeverity, str]] = {
    CheckSeverity.ERROR: "Fehler",
    CheckSeverity.WARNING: "Warnung",
    CheckSeverity.INFO: "Hinweis",
}


def source(evidence: Evidence) -> str:
    """Return the source of a sighting; an unknown one stands for itself."""
    return source_label(evidence.source or "")


def source_label(key: str) -> str:
    """Return the German name of a sighting source; an unknown one stands for itself."""
    return SOURCE.get(key, key)
