"""German words for findings and decisions."""

from collections.abc import Mapping

from netzwart.evidence.rules import Decision, FindingKind

KINDS: Mapping[str, str] = {
    "serial_changed": "Seriennummer geändert",
    "unknown_device": "Unbekanntes Gerät",
    "ambiguous_serial": "Seriennummer nicht eindeutig",
    "unseen": "Nicht gesehen",
    "wrong_school": "An anderer Schule",
    "quantity_mismatch": "Menge weicht ab",
    "double_funding": "Doppelt gefördert",
    "model_differs": "Anderes Modell",
    "idle_purchase": "Ungenutzt",
    "end_of_life": "Am Ende der Nutzung",
}
STATUSES: Mapping[str, str] = {
    "open": "offen",
    "decided": "entschieden",
    "resolved": "von selbst erledigt",
}
SEVERITIES: Mapping[str, str] = {"error": "Fehler", "warning": "Warnung", "info": "Hinweis"}
DECISIONS: Mapping[Decision, str] = {
    Decision.ACCEPT_REALITY: "Hinnehmen – es ist bekannt und bleibt so",
    Decision.KEEP_RECORD: "Kartei gilt – die Messung irrt, oder es wird geändert",
    Decision.SWAP: "Tausch – das neue Gerät tritt an die Stelle des bisherigen, samt Förderung",
    Decision.MOVE: "Umsetzung – die Kartei führt das Gerät ab jetzt an der anderen Schule",
    Decision.DISPOSE: "Aussondern – das Gerät scheidet aus",
    Decision.IGNORE_UNTIL: "Bis zu einem Tag zurückstellen",
}
_OF_KIND: Mapping[tuple[FindingKind, Decision], str] = {
    (FindingKind.UNSEEN, Decision.ACCEPT_REALITY): "Verloren – das Gerät ist nicht mehr da",
    (
        FindingKind.UNSEEN,
        Decision.KEEP_RECORD,
    ): "Es ist da – wird binnen vier Wochen wieder gesehen",
    (FindingKind.WRONG_SCHOOL, Decision.KEEP_RECORD): "Es kommt zurück – binnen vier Wochen",
    (
        FindingKind.SERIAL_CHANGED,
        Decision.ACCEPT_REALITY,
    ): "Dasselbe Gerät – nur die Seriennummer ist neu (z. B. Hauptplatine getauscht)",
    (FindingKind.MODEL_DIFFERS, Decision.ACCEPT_REALITY): "Die Kartei folgt dem Gerät",
    (FindingKind.UNKNOWN_DEVICE, Decision.KEEP_RECORD): "Gehört nicht zum Bestand",
}


def decision_label(kind: FindingKind, decision: Decision | str) -> str:
    """Return what a decision means for a finding of this kind."""
    chosen = Decision(decision)
    return _OF_KIND.get((kind, chosen), DECISIONS[chosen])
