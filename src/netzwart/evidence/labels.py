"""German words for findings and decisions."""

from collections.abc import Mapping

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
DECISIONS: Mapping[str, str] = {
    "accept_reality": "Wirklichkeit gilt – die Kartei wird von Hand angepasst",
    "keep_record": "Kartei gilt – das Gerät kommt zurück oder die Messung irrt",
    "swap": "Tausch – das neue Gerät tritt die Nachfolge des bisherigen an",
    "move": "Umsetzung – die Kartei führt das Gerät ab jetzt an der anderen Schule",
    "dispose": "Aussondern",
    "ignore_until": "Bis zu einem Tag zurückstellen",
}
