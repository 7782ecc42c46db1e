"""What single cells say, in the spellings people and spreadsheet programs use; pure."""

import re
from collections.abc import Callable, Mapping
from datetime import date

from netzwart.exchange.lists.columns import ListField
from netzwart.exchange.problems import nearest
from netzwart.inventory.labels import STATUS_LABELS
from netzwart.inventory.rules import normalised_mac, normalised_serial
from netzwart.inventory.tables import DeviceStatus

CLEARED = "(leer)"
"""What a cell says to empty a field; an empty cell leaves the field as it is."""
CLEARABLE = frozenset(
    {
        ListField.MAC,
        ListField.ROOM,
        ListField.DELIVERED_ON,
        ListField.COMMISSIONED_ON,
        ListField.WARRANTY_UNTIL,
        ListField.ASSET_NUMBER,
        ListField.NOTE,
    }
)
_ROUNDED = re.compile(r"\d(?:[.,]\d+)?E\+\d+", re.IGNORECASE)
_GERMAN_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})")
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T]00:00(?::00)?)?")
_CENTURY = 2000
_STATUS_WORDS: Mapping[str, DeviceStatus] = {
    **{label.lower(): status for status, label in STATUS_LABELS.items()},
    **{status.value: status for status in DeviceStatus},
    "lager": DeviceStatus.IN_STORAGE,
    "eingelagert": DeviceStatus.IN_STORAGE,
    "in betrieb": DeviceStatus.IN_SERVICE,
    "aktiv": DeviceStatus.IN_SERVICE,
    "reparatur": DeviceStatus.IN_REPAIR,
    "defekt": DeviceStatus.IN_REPAIR,
}

CellValue = str | date | DeviceStatus | int


def read_cell(meaning: ListField, text: str) -> CellValue:
    """Return what a cell says; references stay text and are looked up elsewhere.

    Raises:
        ValueError: with the German sentence that says what is wrong.
    """
    reader = _READERS.get(meaning)
    return text if reader is None else reader(text)


def _short_text(longest: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        if len(text) > longest:
            raise ValueError(f"ist länger als {longest} Zeichen.")
        return text

    return read


def _inventory_number(text: str) -> str:
    _refuse_rounded(text)
    return _short_text(60)(text)


def _serial(text: str) -> str:
    _refuse_rounded(text)
    if normalised_serial(text) is None:
        raise ValueError(f"„{text[:40]}“ ist keine Seriennummer.")
    return _short_text(120)(text)


def _refuse_rounded(text: str) -> None:
    if _ROUNDED.fullmatch(text):
        raise ValueError(
            f"„{text}“: Excel hat die Nummer gerundet. Die Spalte als Text formatieren und die "
            "Nummern neu eintragen."
        )


def _mac(text: str) -> str:
    mac = normalised_mac(text)
    if mac is None:
        raise ValueError(f"„{text[:40]}“ ist keine MAC-Adresse (aa:bb:cc:dd:ee:ff).")
    return mac


def _day(text: str) -> date:
    try:
        if german := _GERMAN_DAY.fullmatch(text):
            day, month, year = (int(part) for part in german.groups())
            return date(year if year > 99 else _CENTURY + year, month, day)  # noqa: PLR2004 - two digits
        if iso := _ISO_DAY.fullmatch(text):
            return date(*(int(part) for part in iso.groups()))
    except ValueError as error:
        raise ValueError(f"„{text[:40]}“ steht in keinem Kalender.") from error
    raise ValueError(f"„{text[:40]}“ ist kein Tag (TT.MM.JJJJ).")


def _status(text: str) -> DeviceStatus:
    found = _STATUS_WORDS.get(text.lower())
    if found is None:
        raise ValueError(
            f"Den Status „{text[:40]}“ gibt es nicht.{nearest(text, STATUS_LABELS.values())}"
        )
    return found


def _position(text: str) -> int:
    bare = text.removesuffix(".").lstrip("0")
    if not (bare.isascii() and bare.isdigit()) or len(bare) > 6:  # noqa: PLR2004 - a position
        raise ValueError(f"„{text[:40]}“ ist keine Position.")
    return int(bare)


_READERS: Mapping[ListField, Callable[[str], CellValue]] = {
    ListField.INVENTORY_NUMBER: _inventory_number,
    ListField.SERIAL: _serial,
    ListField.MAC: _mac,
    ListField.STATUS: _status,
    ListField.DELIVERED_ON: _day,
    ListField.COMMISSIONED_ON: _day,
    ListField.WARRANTY_UNTIL: _day,
    ListField.ASSET_NUMBER: _short_text(40),
    ListField.NOTE: _short_text(2000),
    ListField.ORDER_LINE: _position,
}
