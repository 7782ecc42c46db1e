"""Acts of evidence: sightings come in, findings open and close, people decide."""

from netzwart.evidence.service.deciding import allowed_decisions, decide_finding
from netzwart.evidence.service.judging_places import judge_places, witness_neighbours
from netzwart.evidence.service.opening_findings import (
    NewFinding,
    settle_findings,
    settle_watch,
)
from netzwart.evidence.service.recording_sightings import Recognised, record_sightings
from netzwart.evidence.service.recording_visits import record_node_visit, record_node_visits
from netzwart.evidence.service.remembering_visits import VisitMemory
from netzwart.evidence.service.syncing_presence import sync_presence

__all__ = [
    "NewFinding",
    "Recognised",
    "VisitMemory",
    "allowed_decisions",
    "decide_finding",
    "judge_places",
    "record_node_visit",
    "record_node_visits",
    "record_sightings",
    "settle_findings",
    "settle_watch",
    "sync_presence",
    "witness_neighbours",
]
