"""What each row of a list means for the record: create, update, skip or conflict; pure.

Rows are judged in the file's order, each knowing what those before it took: a number, a serial
number, a place in an order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from netzwart.exchange.lists.book import Book, Known, words_of
from netzwart.exchange.lists.cells import CLEARABLE, CLEARED, CellValue, read_cell
from netzwart.exchange.lists.columns import FIELD_LABELS, ListField, ListSettings
from netzwart.exchange.lists.matching import Match, Matcher
from netzwart.exchange.lists.reading import Sheet, SheetRow
from netzwart.exchange.lists.referring import Referring
from netzwart.exchange.upserting import Action
from netzwart.inventory.rules import normalised_serial, search_text
from netzwart.inventory.tables import DeviceStatus

BY_OTHER_ACTS = frozenset({DeviceStatus.LENT, DeviceStatus.DISPOSED})
"""States a device comes into and leaves by a loan or a disposal, never by a list."""

COLUMN_FIELDS: Mapping[str, ListField] = {
    "inventory_number": ListField.INVENTORY_NUMBER,
    "serial": ListField.SERIAL,
    "mac": ListField.MAC,
    "model_id": ListField.MODEL,
    "school_id": ListField.SCHOOL,
    "room_id": ListField.ROOM,
    "status": ListField.STATUS,
    "delivered_on": ListField.DELIVERED_ON,
    "commissioned_on": ListField.COMMISSIONED_ON,
    "warranty_until": ListField.WARRANTY_UNTIL,
    "asset_number": ListField.ASSET_NUMBER,
    "note": ListField.NOTE,
    "order_line_id": ListField.ORDER_LINE,
}
"""Columns of a device that a list sets, in the order in which a plan shows them."""
_PLAIN = frozenset(
    {
        ListField.INVENTORY_NUMBER,
        ListField.SERIAL,
        ListField.MAC,
        ListField.STATUS,
        ListField.DELIVERED_ON,
        ListField.COMMISSIONED_ON,
        ListField.WARRANTY_UNTIL,
        ListField.ASSET_NUMBER,
        ListField.NOTE,
    }
)
"""Fields whose column has their name and takes their value as it is."""


@dataclass(slots=True)
class Judged:
    """One row and what it means."""

    line: int
    label: str = ""
    action: Action = Action.SKIP
    device: Known | None = None
    values: dict[str, Any] = field(default_factory=dict[str, Any])
    """Column → new value: all of a new device, the changed ones of a known one."""
    changes: dict[str, tuple[str | None, str | None]] = field(
        default_factory=dict[str, tuple[str | None, str | None]]
    )
    faults: dict[str, str] = field(default_factory=dict[str, str])
    """Field → why it cannot be so."""


def judge(sheet: Sheet, settings: ListSettings, book: Book) -> list[Judged]:
    """Return what every row means, in the file's order."""
    court = _Court(settings, book)
    return [court.judge(row) for row in sheet.rows]


class _Court:
    """Judges row after row, remembering what earlier rows took."""

    def __init__(self, settings: ListSettings, book: Book) -> None:
        self._settings = settings
        self._book = book
        self._matcher = Matcher(settings.match_on, book)
        self._taken: dict[str, str] = {}
        """What a row before took → that row in words."""

    def judge(self, row: SheetRow) -> Judged:
        judged = Judged(row.line)
        said = self._read(row, judged)
        refs = Referring(self._book, judged.faults)
        wanted: dict[str, Any] = {
            meaning.value: value for meaning, value in said.items() if meaning in _PLAIN
        }
        wanted |= refs.papers_and_model(said)
        judged.label = str(
            wanted.get("inventory_number") or wanted.get("serial") or f"Zeile {row.line}"
        )
        match = self._matcher.match(wanted, refs.maker_id(said))
        self._take(match, judged)
        wanted |= refs.place(said, judged.device)
        if judged.device is None:
            self._create(judged, wanted)
        else:
            self._update(judged, wanted, judged.device)
        self._refuse_taken(judged)
        if judged.faults:
            judged.action = Action.CONFLICT
        return judged

    def _read(self, row: SheetRow, judged: Judged) -> dict[ListField, CellValue | None]:
        """Return what the cells say; None empties the field."""
        said: dict[ListField, CellValue | None] = {}
        texts = {name: text for name, text in self._settings.defaults.items() if text}
        for heading, meaning in self._settings.columns.items():
            if meaning is not None and heading in row.cells:
                texts[meaning] = row.cells[heading]
        for meaning, text in texts.items():
            if text == CLEARED and meaning in CLEARABLE:
                said[meaning] = "" if meaning is ListField.NOTE else None
                continue
            try:
                said[meaning] = read_cell(meaning, text)
            except ValueError as fault:
                judged.faults[meaning.value] = str(fault)
        return said

    def _take(self, match: Match, judged: Judged) -> None:
        for name, sentence in match.faults.items():
            judged.faults.setdefault(name, sentence)
        judged.device = match.device
        if match.device is None:
            return
        judged.label = str(match.device["inventory_number"])
        if not self._book.may_touch(match.device["school_id"]):
            judged.faults[ListField.SCHOOL] = "Dieses Gerät darfst du nicht ändern."
        if not self._claim(f"device {match.device['id']}", judged):
            judged.faults.setdefault(
                ListField.INVENTORY_NUMBER, self._doubled(f"device {match.device['id']}", "Gerät")
            )

    def _create(self, judged: Judged, wanted: dict[str, Any]) -> None:
        judged.action = Action.CREATE
        for name, meaning in (
            ("inventory_number", ListField.INVENTORY_NUMBER),
            ("model_id", ListField.MODEL),
        ):
            if wanted.get(name) is None:
                judged.faults.setdefault(
                    meaning.value, f"{FIELD_LABELS[meaning]} fehlt für ein neues Gerät."
                )
        wanted.setdefault("status", DeviceStatus.IN_STORAGE)
        if wanted["status"] in BY_OTHER_ACTS:
            judged.faults[ListField.STATUS] = "So kommt kein Gerät in die Kartei."
        if not self._book.may_touch(wanted.get("school_id")):
            judged.faults.setdefault(ListField.SCHOOL, "Diese Schule gehört nicht zu dir.")
        line_id = wanted.get("order_line_id")
        if line_id is not None and self._matcher.is_full(line_id):
            judged.faults[ListField.ORDER_LINE] = "Mehr Geräte als bestellt."
        judged.values = {name: value for name, value in wanted.items() if value is not None}
        judged.changes = self._shown(judged.values, None)
        self._derive(judged.values, None)

    def _update(self, judged: Judged, wanted: dict[str, Any], device: Known) -> None:
        changed = {
            name: value
            for name, value in wanted.items()
            if value != device[name] and (value or device[name])
        }
        self._refuse_changes(judged, changed, device)
        judged.values = changed
        judged.changes = self._shown(changed, device)
        judged.action = Action.UPDATE if changed else Action.SKIP
        if changed:
            self._derive(judged.values, device)

    def _refuse_changes(self, judged: Judged, changed: Mapping[str, Any], device: Known) -> None:
        """Name what a list may not do to a known device."""
        faults = judged.faults
        if "inventory_number" in changed:
            faults[ListField.INVENTORY_NUMBER] = (
                f"Das Gerät trägt schon die Inventarnummer {device['inventory_number']}."
            )
        if "serial" in changed and device["serial"]:
            self._judge_serial(judged, changed, device)
        if "status" in changed and not BY_OTHER_ACTS.isdisjoint(
            {DeviceStatus(changed["status"]), DeviceStatus(device["status"])}
        ):
            faults[ListField.STATUS] = "Verleihen und Aussondern sind eigene Vorgänge."
        if "school_id" in changed:
            if device["is_funded"] and device["school_id"] is not None:
                faults[ListField.SCHOOL] = (
                    "Ein gefördertes Gerät wechselt die Schule nur einzeln und mit Zustimmung."
                )
            elif not self._book.may_touch(changed["school_id"]):
                faults[ListField.SCHOOL] = "Diese Schule gehört nicht zu dir."

    def _judge_serial(self, judged: Judged, changed: Mapping[str, Any], device: Known) -> None:
        if normalised_serial(changed["serial"]) != device["serial_normalised"]:
            judged.faults[ListField.SERIAL] = (
                f"In der Kartei steht {device['serial']}. Eine andere Seriennummer ist ein Tausch "
                "oder ein Tippfehler: bitte am Gerät entscheiden."
            )

    def _refuse_taken(self, judged: Judged) -> None:
        """Name numbers that another device or an earlier row has."""
        values = judged.values
        number = values.get("inventory_number")
        if number is not None and ListField.INVENTORY_NUMBER not in judged.faults:
            if number in self._book.by_number:
                judged.faults[ListField.INVENTORY_NUMBER] = f"{number} ist schon vergeben."
            elif not self._claim(f"number {number}", judged):
                judged.faults[ListField.INVENTORY_NUMBER] = self._doubled(
                    f"number {number}", "Inventarnummer"
                )
        serial = values.get("serial_normalised")
        if serial and ListField.SERIAL not in judged.faults:
            self._refuse_taken_serial(judged, serial)

    def _refuse_taken_serial(self, judged: Judged, serial: str) -> None:
        maker_id = judged.values.get("manufacturer_id") or (
            judged.device["manufacturer_id"] if judged.device else None
        )
        own_id = judged.device["id"] if judged.device else None
        for device_id in self._book.by_serial.get(serial, ()):
            holder = self._book.devices[device_id]
            if device_id != own_id and holder["manufacturer_id"] == maker_id:
                judged.faults[ListField.SERIAL] = (
                    f"Die Seriennummer gehört schon zu {holder['inventory_number']}."
                )
                return
        if not self._claim(f"serial {maker_id} {serial}", judged):
            judged.faults[ListField.SERIAL] = self._doubled(
                f"serial {maker_id} {serial}", "Seriennummer"
            )

    def _claim(self, thing: str, judged: Judged) -> bool:
        """Take something for this row; False when an earlier row has it."""
        return self._taken.setdefault(thing, str(judged.line)) == str(judged.line)

    def _doubled(self, thing: str, noun: str) -> str:
        return f"Zeile {self._taken[thing]} nennt dasselbe: {noun}."

    def _derive(self, values: dict[str, Any], device: Known | None) -> None:
        """Add what follows from the changed columns."""
        present: dict[str, Any] = {**(device or {}), **values}
        model = self._book.models_by_id.get(present.get("model_id") or 0)
        if model is not None and "model_id" in values:
            values["manufacturer_id"] = model.manufacturer_id
        if "serial" in values:
            values["serial_normalised"] = normalised_serial(values["serial"])
        text = search_text(
            present.get("inventory_number"),
            present.get("serial"),
            normalised_serial(present.get("serial")),
            present.get("mac"),
            model.name if model else None,
        )
        if device is None or text != device["search_text"]:
            values["search_text"] = text

    def _shown(
        self, values: Mapping[str, Any], device: Known | None
    ) -> dict[str, tuple[str | None, str | None]]:
        return {
            meaning.value: (
                words_of(self._book, name, device[name]) if device else None,
                words_of(self._book, name, values[name]),
            )
            for name, meaning in COLUMN_FIELDS.items()
            if name in values
        }


def counts_of(rows: Sequence[Judged]) -> dict[str, int]:
    """Return how many rows are created, updated, skipped, in conflict."""
    found = {action.value: 0 for action in Action}
    for row in rows:
        found[row.action.value] += 1
    return found
