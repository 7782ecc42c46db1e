"""Headings and cells in the spellings people use."""

from datetime import date

import pytest

from netzwart.exchange.lists.cells import read_cell
from netzwart.exchange.lists.columns import ListField, ListSettings, MatchKey, recognised
from netzwart.exchange.problems import BrokenImportError
from netzwart.inventory.tables import DeviceStatus


def test_usual_headings_are_known_in_many_spellings() -> None:
    header = ["Inv.-Nr.", "S/N", "serial_normalised"[:6].upper(), "MAC-Adresse", "Garantie bis"]
    settings = recognised(header[:2] + header[3:])
    assert list(settings.columns.values()) == [
        ListField.INVENTORY_NUMBER, ListField.SERIAL, ListField.MAC, ListField.WARRANTY_UNTIL,
    ]  # fmt: skip
    assert settings.match_on is MatchKey.INVENTORY_NUMBER
    assert recognised(["Serial", "Raum"]).match_on is MatchKey.SERIAL


def test_unknown_heading_is_an_error_with_a_suggestion() -> None:
    with pytest.raises(BrokenImportError) as refused:
        recognised(["Inventarnummer", "Seriennumer", "Farbe"])
    assert [problem.message for problem in refused.value.problems] == [
        "Spalte „Seriennumer“ ist unbekannt. Meinten Sie „Seriennummer“?",
        "Spalte „Farbe“ ist unbekannt.",
    ]


def test_two_columns_cannot_mean_the_same() -> None:
    with pytest.raises(BrokenImportError, match="Ein Fehler") as refused:
        recognised(["Serial", "S/N"])
    assert "meinen beide: Seriennummer" in refused.value.problems[0].message


def test_saved_mapping_comes_before_usual_headings() -> None:
    kept = ListSettings({"Raum": None, "Nr": ListField.SERIAL}, MatchKey.SERIAL)
    settings = recognised(["NR", "raum", "Schule"], kept)
    assert dict(settings.columns) == {
        "NR": ListField.SERIAL, "raum": None, "Schule": ListField.SCHOOL,
    }  # fmt: skip
    assert ListSettings.from_json(settings.to_json()) == settings


@pytest.mark.parametrize(
    ("meaning", "text", "value"),
    [
        (ListField.DELIVERED_ON, "3.2.26", date(2026, 2, 3)),
        (ListField.DELIVERED_ON, "03.02.2026", date(2026, 2, 3)),
        (ListField.DELIVERED_ON, "2026-02-03 00:00:00", date(2026, 2, 3)),
        (ListField.MAC, "AABB.CC00.0001", "aa:bb:cc:00:00:01"),
        (ListField.STATUS, "Im Einsatz", DeviceStatus.IN_SERVICE),
        (ListField.STATUS, "in_storage", DeviceStatus.IN_STORAGE),
        (ListField.ORDER_LINE, "010.", 10),
        (ListField.ROOM, "A101", "A101"),
    ],
)
def test_cells_are_read(meaning: ListField, text: str, value: object) -> None:
    assert read_cell(meaning, text) == value


@pytest.mark.parametrize(
    ("meaning", "text", "sentence"),
    [
        (ListField.DELIVERED_ON, "31.02.2026", "in keinem Kalender"),
        (ListField.DELIVERED_ON, "gestern", "kein Tag"),
        (ListField.MAC, "aa:bb", "keine MAC-Adresse"),
        (ListField.STATUS, "im Einsaz", "Meinten Sie „im Einsatz“"),
        (ListField.SERIAL, "1,23457E+11", "Excel hat die Nummer gerundet"),
        (ListField.SERIAL, "N/A", "keine Seriennummer"),
        (ListField.INVENTORY_NUMBER, "x" * 61, "länger als 60"),
        (ListField.ORDER_LINE, "eins", "keine Position"),
    ],
)
def test_cells_that_say_nothing_are_refused(meaning: ListField, text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        read_cell(meaning, text)
