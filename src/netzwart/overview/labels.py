"""What evidence classes and sources are called in lists and timelines."""

from collections.abc import Mapping

from netzwart.evidence.rules import EvidenceClass, SightingSource

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
