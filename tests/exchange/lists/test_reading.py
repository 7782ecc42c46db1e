"""Files as spreadsheet programs write them."""

from io import BytesIO

import pytest
import xlsxwriter

from netzwart.exchange.lists.reading import read_sheet
from netzwart.exchange.problems import BrokenImportError

TEXT = "Inventarnummer;Gerät\r\nINV-1;Größe „L“\r\nINV-2;Straße\r\n"
ROWS = [
    {"Inventarnummer": "INV-1", "Gerät": "Größe „L“"},
    {"Inventarnummer": "INV-2", "Gerät": "Straße"},
]


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "CSV, UTF-8, Semikolon"),
        ("utf-8-sig", "CSV, UTF-8, Semikolon"),
        ("cp1252", "CSV, Windows-1252, Semikolon"),
        ("utf-16", "CSV, UTF-16, Semikolon"),
    ],
)
def test_encodings_are_recognised(encoding: str, told: str) -> None:
    sheet = read_sheet(TEXT.encode(encoding), "liste.csv")
    assert [row.cells for row in sheet.rows] == ROWS
    assert sheet.told == told


def test_old_dos_file_is_recognised() -> None:
    text = "Inventarnummer;Gerät\r\n" + "INV-1;Gerät für Schüler, grün, größer, Übergröße\r\n" * 20
    sheet = read_sheet(text.encode("cp850"), "liste.csv")
    assert sheet.header == ["Inventarnummer", "Gerät"]
    assert sheet.told == "CSV, DOS 850, Semikolon"


@pytest.mark.parametrize(
    ("separator", "told"), [(",", "Komma"), ("\t", "Tabulator"), ("|", "Strich")]
)
def test_separators_are_recognised_even_beside_others(separator: str, told: str) -> None:
    lines = [["Inventarnummer", "Notiz"], ["INV-1", '"a; b; c"'], ["INV-2", '"d;e"']]
    sheet = read_sheet("\n".join(separator.join(line) for line in lines).encode(), "x.csv")
    assert [row.cells["Notiz"] for row in sheet.rows] == ["a; b; c", "d;e"]
    assert sheet.told.endswith(told)


def test_line_numbers_survive_the_separator_line_and_breaks_in_cells() -> None:
    text = 'sep=;\nInventarnummer;Notiz\nINV-1;"zwei\nZeilen"\n\nINV-2;x\n'
    assert [row.line for row in read_sheet(text.encode(), "x.csv").rows] == [3, 6]


def test_workbook_gives_days_and_numbers_as_people_read_them() -> None:
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        page = book.add_worksheet("Geräte")
        book.add_worksheet("Leer")
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        page.write_row(0, 0, ["Inventarnummer", "Geliefert am", "Position"])
        page.write_row(1, 0, ["INV-1", 46056, 3.0])
        page.write_number(1, 1, 46056, day)
    sheet = read_sheet(file.getvalue(), "x.xlsx")
    assert sheet.rows[0].cells == {
        "Inventarnummer": "INV-1", "Geliefert am": "2026-02-03", "Position": "3"
    }  # fmt: skip
    assert sheet.told == "Tabellenblatt „Geräte“"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "Die Datei ist leer."),
        (b";;\n;;\n", "Die Datei ist leer."),
        (b"Inventarnummer;Raum\n", "nur eine Kopfzeile"),
        (b"A;A\n1;2\n", "Die Spalte „A“ steht doppelt da.".encode().decode()),
        (b"A;B\n1;2;3\n", "„3“ steht in einer Spalte ohne Überschrift."),
        (b"PK\x03\x04 no archive", "keine lesbare Tabelle"),
        (b"\x00\x01\x02\x03 a;b\n", "keine Tabelle"),
        (b"A;B\n1;" + b"x" * 200_000, "zu lang"),
    ],
)
def test_what_is_no_list_is_refused_in_german(data: bytes, sentence: str) -> None:
    with pytest.raises(BrokenImportError) as refused:
        read_sheet(data, "x.csv")
    assert sentence in str(refused.value.problems[0])


def test_workbook_with_two_filled_sheets_asks_for_one() -> None:
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        for name in ("Eins", "Zwei"):
            book.add_worksheet(name).write_row(0, 0, ["Inventarnummer"])
    with pytest.raises(BrokenImportError, match="Ein Fehler") as refused:
        read_sheet(file.getvalue(), "x.xlsx")
    assert "„Eins“, „Zwei“" in refused.value.problems[0].message
