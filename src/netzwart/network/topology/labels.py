"""German words for links: on the plan, in its table, and on the phone."""

from collections.abc import Mapping

from netzwart.network.topology.linking import Basis, LinkState
from netzwart.network.topology.locating import Certainty, Place

LINK_STATES: Mapping[str, tuple[str, str, str]] = {
    LinkState.UP: ("verbunden", "ok", ""),
    LinkState.DOWN: ("unterbrochen", "danger", "×"),
    LinkState.SILENT: ("Gegenstelle antwortet nicht", "danger", "!"),
    LinkState.GONE: ("nicht mehr gesehen", "warning", "–"),
    LinkState.UNSEEN: ("nie gesehen", "warning", "?"),
}
"""State → words, tone, and the mark on the line."""
BASES: Mapping[str, tuple[str, str]] = {
    Basis.BOTH: ("dokumentiert und gesehen", "ok"),
    Basis.OBSERVED: ("nur gesehen", "info"),
    Basis.DOCUMENTED: ("nur dokumentiert", "warning"),
}
NODE_STATES: Mapping[str, str] = {
    "up": "erreichbar",
    "down": "ausgefallen",
    "unknown": "noch nicht abgefragt",
    "disabled": "Abfrage aus",
    "stranger": "kein Netzknoten",
}


def place_words(place: Place) -> str:
    """Return how sure it is that a thing hangs at a place, for a person."""
    behind = place.neighbour.name if place.neighbour is not None else ""
    return {
        Certainty.EDGE: "direkt an diesem Port",
        Certainty.BEHIND: f"hinter {behind}" if behind else "hinter einem Nachbarn an diesem Port",
        Certainty.UPLINK: (
            f"über diesen Port, an dem {place.sight.mac_count} Adressen hängen: "
            "dahinter steht ein Switch, der nichts meldet"
        ),
    }[place.certainty]
