"""German words for searches and what they found."""

from collections.abc import Mapping

RUN_STATES: Mapping[str, tuple[str, str]] = {
    "waiting": ("wartet", "muted"),
    "running": ("läuft", "info"),
    "finished": ("fertig", "ok"),
    "cancelled": ("abgebrochen", "muted"),
    "failed": ("fehlgeschlagen", "danger"),
}
STATUSES: Mapping[str, str] = {
    "open": "offen",
    "accepted": "aufgenommen",
    "joined": "zugeordnet",
    "ignored": "übergangen",
}
