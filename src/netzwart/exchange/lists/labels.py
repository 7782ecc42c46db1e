"""What states and actions of a list are called on screen."""

from collections.abc import Mapping

from netzwart.exchange.upserting import Action
from netzwart.inventory.import_tables import ImportState

STATE_LABELS: Mapping[ImportState, tuple[str, str]] = {
    ImportState.MAPPING: ("Spalten zuordnen", "info"),
    ImportState.PLANNING: ("wird geplant", "info"),
    ImportState.PLANNED: ("geplant", "info"),
    ImportState.BROKEN: ("nicht lesbar", "danger"),
    ImportState.APPLYING: ("wird übernommen", "info"),
    ImportState.APPLIED: ("übernommen", "ok"),
    ImportState.UNDOING: ("wird zurückgenommen", "info"),
    ImportState.UNDONE: ("zurückgenommen", "muted"),
}
"""State → words and tone."""

ACTION_LABELS: Mapping[Action, tuple[str, str]] = {
    Action.CREATE: ("neu", "ok"),
    Action.UPDATE: ("ändern", "info"),
    Action.SKIP: ("gleich", "muted"),
    Action.CONFLICT: ("Konflikt", "danger"),
}
