"""Which device a row of a list speaks of; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from netzwart.exchange.lists.book import Book, Known
from netzwart.exchange.lists.columns import FIELD_LABELS, ListField, MatchKey
from netzwart.inventory.rules import normalised_serial


@dataclass(frozen=True, slots=True)
class Match:
    """The device a row means; None is a new one."""

    device: Known | None = None
    faults: Mapping[str, str] = field(default_factory=dict[str, str])


class Matcher:
    """Finds devices by the chosen key; order positions are filled in the order of the rows."""

    def __init__(self, key: MatchKey, book: Book) -> None:
        self._key = key
        self._book = book
        self._given: dict[int, int] = {}
        """Order position → new devices that rows before asked for."""
        self._filled: set[int] = set()
        """Devices without a serial number that rows before have filled."""

    def match(self, wanted: Mapping[str, Any], maker_id: int | None) -> Match:
        """Return the device that a row's values mean."""
        if self._key is MatchKey.INVENTORY_NUMBER:
            return self._by_number(wanted.get("inventory_number"))
        if self._key is MatchKey.SERIAL:
            return self._by_serial(wanted.get("serial"), maker_id)
        return self._by_line(wanted.get("order_line_id"), wanted.get("serial"))

    def is_full(self, line_id: int) -> bool:
        """Count a new device for an order position; True when it has as many as were ordered."""
        self._given[line_id] = self._given.get(line_id, 0) + 1
        line = next(one for one in self._book.lines.values() if one.id == line_id)
        return self._book.used.get(line_id, 0) + self._given[line_id] > line.quantity

    def _by_number(self, number: str | None) -> Match:
        if not number:
            return _missing(ListField.INVENTORY_NUMBER)
        device_id = self._book.by_number.get(number)
        return Match(None if device_id is None else self._book.devices[device_id])

    def _by_serial(self, serial: str | None, maker_id: int | None) -> Match:
        normalised = normalised_serial(serial)
        if normalised is None:
            return _missing(ListField.SERIAL)
        found = [self._book.devices[one] for one in self._book.by_serial.get(normalised, ())]
        if maker_id is not None:
            found = [device for device in found if device["manufacturer_id"] == maker_id]
        if len(found) > 1:
            numbers = ", ".join(device["inventory_number"] for device in found[:3])
            sentence = f"Mehrere Geräte haben sie ({numbers}). Bitte den Hersteller nennen."
            return Match(None, {ListField.SERIAL: sentence})
        return Match(found[0] if found else None)

    def _by_line(self, line_id: int | None, serial: str | None) -> Match:
        if line_id is None:
            return _missing(ListField.ORDER_LINE)
        members = [self._book.devices[one] for one in self._book.by_line.get(line_id, ())]
        normalised = normalised_serial(serial)
        same = [one for one in members if normalised and one["serial_normalised"] == normalised]
        if same:
            return Match(same[0])
        for device in members:
            if device["serial"] is None and device["id"] not in self._filled:
                self._filled.add(device["id"])
                return Match(device)
        return Match()


def _missing(meaning: ListField) -> Match:
    return Match(None, {meaning.value: f"{FIELD_LABELS[meaning]} fehlt."})
