"""What evidence classes, sources and incidents are called in lists and timelines."""

from collections.abc import Mapping

from netzwart.evidence.rules import EvidenceClass, SightingSource
from netzwart.network.rules import IncidentKind

EVIDENCE_LABELS: Mapping[EvidenceClass, str] = {
    EvidenceClass.A: "A – vom Gerät gelesen",
    EvidenceClass.B: "B – vom Controller gemeldet",
    EvidenceClass.C: "C – nur Adresse gesehen",
    EvidenceClass.D: "D – von Hand erfasst",
    EvidenceClass.NONE: "0 – kein Nachweis",
}
SOURCE_LABELS: Mapping[SightingSource, str] = {
    SightingSource.SNMP: "SNMP",
    SightingSource.SSH: "SSH",
    SightingSource.LLDP: "Nachbar (LLDP)",
    SightingSource.FDB: "MAC-Tabelle",
    SightingSource.CONTROLLER: "Controller",
    SightingSource.MDM: "MDM",
    SightingSource.STOCKTAKE: "Inventur",
    SightingSource.SCAN: "Scan",
}
INCIDENT_LABELS: Mapping[str, str] = {
    IncidentKind.UNREACHABLE: "antwortete nicht",
    IncidentKind.PORT_DOWN: "Anschluss ohne Verbindung",
    IncidentKind.PORT_FLAPPING: "Anschluss wechselt ständig",
    IncidentKind.RESTARTED: "neu gestartet",
    IncidentKind.CREDENTIAL_REFUSED: "Zugangsdaten abgelehnt",
    IncidentKind.HARDWARE: "Bauteil gestört",
}
