"""Which column of a list means what: known headings, saved mappings, suggestions; pure."""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from netzwart.exchange.problems import BrokenImportError, ImportProblem


class ListField(StrEnum):
    """What a column can mean."""

    INVENTORY_NUMBER = "inventory_number"
    SERIAL = "serial"
    MAC = "mac"
    MANUFACTURER = "manufacturer"
    MODEL = "model"
    SCHOOL = "school"
    ROOM = "room"
    STATUS = "status"
    DELIVERED_ON = "delivered_on"
    COMMISSIONED_ON = "commissioned_on"
    WARRANTY_UNTIL = "warranty_until"
    ASSET_NUMBER = "asset_number"
    NOTE = "note"
    ORDER = "order"
    ORDER_LINE = "order_line"


IGNORED = "-"
"""What a mapping says of a column that a person chose to leave out."""

FIELD_LABELS: Mapping[ListField, str] = {
    ListField.INVENTORY_NUMBER: "Inventarnummer",
    ListField.SERIAL: "Seriennummer",
    ListField.MAC: "MAC-Adresse",
    ListField.MANUFACTURER: "Hersteller",
    ListField.MODEL: "Modell oder Artikelnummer",
    ListField.SCHOOL: "Schule",
    ListField.ROOM: "Raum",
    ListField.STATUS: "Status",
    ListField.DELIVERED_ON: "Geliefert am",
    ListField.COMMISSIONED_ON: "In Betrieb seit",
    ListField.WARRANTY_UNTIL: "Gewährleistung bis",
    ListField.ASSET_NUMBER: "Anlagennummer",
    ListField.NOTE: "Bemerkung",
    ListField.ORDER: "Bestellung",
    ListField.ORDER_LINE: "Bestellposition",
}

_HEADINGS: Mapping[ListField, Sequence[str]] = {
    ListField.INVENTORY_NUMBER: (
        "Inventarnummer", "Inventar-Nr.", "Inv.-Nr.", "Inventarnr", "Inventar", "Asset Tag",
    ),
    ListField.SERIAL: (
        "Seriennummer", "Serien-Nr.", "Seriennr", "S/N", "SN", "Serial", "Serial Number",
        "Serialnumber", "Geräteseriennummer",
    ),
    ListField.MAC: ("MAC-Adresse", "MAC", "MAC Address", "WLAN-MAC", "Ethernet-Adresse"),
    ListField.MANUFACTURER: ("Hersteller", "Marke", "Manufacturer", "Vendor", "Fabrikat"),
    ListField.MODEL: (
        "Modell oder Artikelnummer", "Modell", "Model", "Typ", "Gerätetyp", "Artikelnummer",
        "Artikel-Nr.", "Herstellernummer", "Part Number", "Teilenummer", "Produkt",
    ),
    ListField.SCHOOL: ("Schule", "Schulnummer", "Schul-Nr.", "School", "Standort", "Kurzname"),
    ListField.ROOM: ("Raum", "Raumnummer", "Raum-Nr.", "Room", "Zimmer", "Aufstellort"),
    ListField.STATUS: ("Status", "Zustand"),
    ListField.DELIVERED_ON: (
        "Geliefert am", "Lieferdatum", "Lieferung am", "Delivered on", "Delivery Date",
    ),
    ListField.COMMISSIONED_ON: (
        "In Betrieb seit", "Inbetriebnahme", "Commissioned on", "In Betrieb am",
    ),
    ListField.WARRANTY_UNTIL: (
        "Gewährleistung bis", "Garantie bis", "Garantieende", "Warranty until", "Warranty End",
    ),
    ListField.ASSET_NUMBER: ("Anlagennummer", "Anlagen-Nr.", "Asset Number", "Anlage"),
    ListField.NOTE: ("Bemerkung", "Notiz", "Kommentar", "Note", "Notes", "Anmerkung"),
    ListField.ORDER: ("Bestellung", "Bestellnummer", "Bestell-Nr.", "Auftrag", "Order"),
    ListField.ORDER_LINE: (
        "Bestellposition", "Position", "Pos.", "Pos", "Order Line", "Auftragsposition",
    ),
}  # fmt: skip

_OTHER_SIGNS = re.compile(r"[^0-9a-z]")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def folded(heading: str) -> str:
    """Return a heading as it is compared: lower case, letters and digits, umlauts written out."""
    return _OTHER_SIGNS.sub("", heading.lower().translate(_UMLAUTS))


_KNOWN: Mapping[str, ListField] = {
    folded(word): meaning
    for meaning, words in _HEADINGS.items()
    for word in (*words, meaning.value)
}


class MatchKey(StrEnum):
    """How a row finds the device it speaks of."""

    INVENTORY_NUMBER = "inventory_number"
    SERIAL = "serial"
    ORDER_LINE = "order_line"


MATCH_LABELS: Mapping[MatchKey, str] = {
    MatchKey.INVENTORY_NUMBER: "Inventarnummer",
    MatchKey.SERIAL: "Hersteller und Seriennummer",
    MatchKey.ORDER_LINE: "Bestellposition",
}

MATCH_NEEDS: Mapping[MatchKey, Sequence[ListField]] = {
    MatchKey.INVENTORY_NUMBER: (ListField.INVENTORY_NUMBER,),
    MatchKey.SERIAL: (ListField.SERIAL,),
    MatchKey.ORDER_LINE: (ListField.ORDER, ListField.ORDER_LINE),
}
DEFAULTABLE = (
    ListField.MANUFACTURER,
    ListField.MODEL,
    ListField.SCHOOL,
    ListField.STATUS,
    ListField.ORDER,
    ListField.ORDER_LINE,
    ListField.DELIVERED_ON,
)
"""Fields for which one value may hold for the whole file."""


@dataclass(frozen=True, slots=True)
class ListSettings:
    """How a list is read."""

    columns: Mapping[str, ListField | None]
    """Heading → meaning; None is left out on purpose."""
    match_on: MatchKey
    defaults: Mapping[ListField, str] = field(default_factory=dict[ListField, str])
    """What holds for every row whose own cell is empty or missing."""
    leaves_conflicts: bool = False
    """Apply what can be applied, and leave rows in conflict out."""

    def to_json(self) -> dict[str, Any]:
        """Return what is kept of it."""
        return {
            "columns": {name: meaning or IGNORED for name, meaning in self.columns.items()},
            "match_on": self.match_on.value,
            "defaults": {meaning.value: text for meaning, text in self.defaults.items()},
            "leaves_conflicts": self.leaves_conflicts,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "ListSettings":
        """Return what was kept."""
        return cls(
            columns={
                name: None if meaning == IGNORED else ListField(meaning)
                for name, meaning in kept["columns"].items()
            },
            match_on=MatchKey(kept["match_on"]),
            defaults={ListField(name): text for name, text in kept["defaults"].items()},
            leaves_conflicts=bool(kept["leaves_conflicts"]),
        )


def meaning_of(heading: str) -> ListField | None:
    """Return what a heading usually means, None if nobody knows."""
    return _KNOWN.get(folded(heading))


def suggestion_for(heading: str) -> ListField | None:
    """Return the field whose usual headings are nearest to this one, None if none is near."""
    found = difflib.get_close_matches(folded(heading), list(_KNOWN), n=1, cutoff=0.7)
    return _KNOWN[found[0]] if found else None


def recognised(header: Sequence[str], kept: ListSettings | None = None) -> ListSettings:
    """Return how a header is understood, by a saved mapping first and by usual headings then.

    Raises:
        BrokenImportError: names every unknown heading with a suggestion, and doubled meanings.
    """
    saved = {folded(name): meaning for name, meaning in kept.columns.items()} if kept else {}
    columns: dict[str, ListField | None] = {}
    problems: list[ImportProblem] = []
    for name in header:
        if folded(name) in saved:
            columns[name] = saved[folded(name)]
        elif (usual := meaning_of(name)) is not None:
            columns[name] = usual
        else:
            problems.append(ImportProblem(name, _unknown(name), 1))
    problems += doubled_meanings(columns)
    if problems:
        raise BrokenImportError(problems)
    defaults = dict(kept.defaults) if kept else {}
    match_on = kept.match_on if kept else best_match(columns.values())
    return ListSettings(columns, match_on, defaults, kept.leaves_conflicts if kept else False)


def best_match(meanings: Iterable[ListField | None]) -> MatchKey:
    """Return the surest way to find devices with these columns."""
    present = set(meanings)
    return next(
        (key for key, needs in MATCH_NEEDS.items() if present.issuperset(needs)),
        MatchKey.INVENTORY_NUMBER,
    )


def doubled_meanings(columns: Mapping[str, ListField | None]) -> list[ImportProblem]:
    """Return a problem for each column that means what another one means already."""
    seen: dict[ListField, str] = {}
    problems: list[ImportProblem] = []
    for name, meaning in columns.items():
        if meaning is None:
            continue
        if meaning in seen:
            message = f"Die Spalten „{seen[meaning]}“ und „{name}“ meinen beide: "
            problems.append(ImportProblem(name, f"{message}{FIELD_LABELS[meaning]}.", 1))
        seen.setdefault(meaning, name)
    return problems


def missing_for_match(settings: ListSettings) -> list[ListField]:
    """Return the fields that finding devices needs and the list does not have."""
    present = {*settings.columns.values(), *settings.defaults}
    return [needed for needed in MATCH_NEEDS[settings.match_on] if needed not in present]


def _unknown(heading: str) -> str:
    near = suggestion_for(heading)
    hint = f" Meinten Sie „{FIELD_LABELS[near]}“?" if near else ""
    return f"Spalte „{heading}“ ist unbekannt.{hint}"
