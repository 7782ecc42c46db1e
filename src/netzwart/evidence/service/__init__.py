"""Acts of evidence: sightings come in, findings open and close, people decide."""

from netzwart.evidence.service.deciding import allowed_decisions, decide_finding
from netzwart.evidence.service.opening_findings import NewFinding, settle_findings
from netzwart.evidence.service.recording_sightings import Recognised, record_sightings
from netzwart.evidence.service.recording_visits import record_node_visit

__all__ = [
    "NewFinding",
    "Recognised",
    "allowed_decisions",
    "decide_finding",
    "record_node_visit",
    "record_sightings",
    "settle_findings",
]
