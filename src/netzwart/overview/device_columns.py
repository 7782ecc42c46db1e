"""The columns a device list can have, on screen and as a file."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from netzwart.overview.queries.device_list import ListedDevice
from netzwart.web.spreadsheets import Cell

LIST = "devices"
"""What the list is called where people's views and columns are kept."""


@dataclass(frozen=True, slots=True)
class DeviceColumn:
    """One column: its heading, what sorts by it, and what a file says in it."""

    key: str
    label: str
    cell: Callable[[ListedDevice], Cell]
    sort: str | None = None


_EVERY = (
    DeviceColumn("model", "Modell", lambda row: row.model, "model"),
    DeviceColumn("manufacturer", "Hersteller", lambda row: row.manufacturer),
    DeviceColumn("category", "Art", lambda row: row.category_label),
    DeviceColumn("serial", "Seriennummer", lambda row: row.serial),
    DeviceColumn("mac", "MAC", lambda row: row.mac),
    DeviceColumn("school", "Schule", lambda row: row.school, "school"),
    DeviceColumn("room", "Raum", lambda row: row.room),
    DeviceColumn("status", "Status", lambda row: row.status_label),
    DeviceColumn("evidence", "Nachweis", lambda row: row.evidence),
    DeviceColumn("seen_at", "Zuletzt gesehen", lambda row: row.seen_at),
    DeviceColumn("delivered_on", "Geliefert am", lambda row: row.delivered_on),
    DeviceColumn("commissioned_on", "In Betrieb seit", lambda row: row.commissioned_on),
    DeviceColumn("warranty_until", "Gewährleistung bis", lambda row: row.warranty_until),
    DeviceColumn("labelled_on", "Beklebt am", lambda row: row.labelled_on),
    DeviceColumn("asset_number", "Anlagennummer", lambda row: row.asset_number),
    DeviceColumn("note", "Bemerkung", lambda row: row.note),
    DeviceColumn("changed_at", "Geändert", lambda row: row.changed_at, "changed"),
)
COLUMNS: Mapping[str, DeviceColumn] = {column.key: column for column in _EVERY}
"""In the order in which a list shows them; the inventory number always comes first."""

ON_SCREEN = ("model", "serial", "school", "room", "status", "evidence", "seen_at")
IN_FILES = (
    "manufacturer", "model", "category", "serial", "mac", "school", "room", "status", "evidence",
    "seen_at",
)  # fmt: skip
"""What a file holds for somebody who never chose."""


def columns_of(chosen: Sequence[str], usual: Sequence[str]) -> list[DeviceColumn]:
    """Return the chosen columns in the list's order; the usual ones where nobody chose."""
    wanted = [column for key, column in COLUMNS.items() if key in chosen]
    return wanted or [COLUMNS[key] for key in usual]
