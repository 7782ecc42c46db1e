"""What rooms are used for, in words."""

from collections.abc import Mapping

ROOM_KIND_LABELS: Mapping[str, str] = {
    "classroom": "Klassenraum",
    "lab": "Fachraum",
    "office": "Verwaltung",
    "staff": "Lehrerzimmer",
    "server_room": "Serverraum",
    "storage": "Lager",
    "hall": "Halle",
    "other": "Sonstiges",
}
"""The kinds a form offers; an import may bring others, which are kept and shown as they are."""
