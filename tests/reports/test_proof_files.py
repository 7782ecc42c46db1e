import csv
import hashlib
import io
import json
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pikepdf import Name, Pdf, pdfa

from netzwart.money import parse_amount, total
from netzwart.proofs.serialising import canonical
from netzwart.reports.pdf_a import attached_files
from netzwart.reports.proof_files import build_proof_files
from tests.reports.builders import a_device, a_proof, an_expense
from tests.reports.reading import qpdf_complaints

TWINS = {"nachweis.json", "belegliste.csv", "inventarliste.csv", "pruefbericht.json"}


@cache
def built() -> dict[str, bytes]:
    return build_proof_files(a_proof())


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def read_json(name: str) -> Any:
    return json.loads(built()[name])


def test_directory_holds_the_five_files_of_the_contract():
    assert set(built()) == {"verwendungsnachweis.pdf", *TWINS}


def test_twins_inside_the_pdf_equal_the_files_beside_it():
    assert attached_files(built()["verwendungsnachweis.pdf"]) == {
        name: built()[name] for name in TWINS
    }


def test_twins_are_associated_files_of_the_document():
    with Pdf.open(io.BytesIO(built()["verwendungsnachweis.pdf"])) as pdf:
        associated = {str(each.UF): str(each.AFRelationship) for each in pdf.Root.AF}
        assert set(associated) == TWINS
        assert associated["nachweis.json"] == "/Source"


@pytest.mark.parametrize(
    "changes", [{}, {"is_draft": True, "is_demo": True}, {"purpose": "漢字 ☃"}]
)
def test_pdf_passes_the_pdf_a_validator(changes: dict[str, Any]):
    files = build_proof_files(a_proof(3, 3, **changes))
    report = pdfa.validate_written(io.BytesIO(files["verwendungsnachweis.pdf"]), "3b")
    assert report.verdict == "pass", report.findings


def test_validator_refuses_the_drawing_before_it_becomes_pdf_a():
    from netzwart.reports.proof_of_use import draw_proof_of_use  # noqa: PLC0415

    report = pdfa.validate_written(io.BytesIO(draw_proof_of_use(a_proof(1, 1))), "3b")
    assert report.verdict != "pass"


def test_qpdf_finds_nothing_wrong(tmp_path: Path):
    assert qpdf_complaints(built()["verwendungsnachweis.pdf"], tmp_path) == ""
    broken = built()["verwendungsnachweis.pdf"].replace(b"startxref", b"startxxxx")
    assert qpdf_complaints(broken, tmp_path) != ""


def test_every_font_is_embedded():
    with Pdf.open(io.BytesIO(built()["verwendungsnachweis.pdf"])) as pdf:
        fonts = {
            str(font.BaseFont): "/FontFile2" in font.FontDescriptor
            for page in pdf.pages
            for font in dict(page.resources.Font.items()).values()
        }
    assert fonts
    assert all(fonts.values())
    assert all("SourceSansPro" in name for name in fonts)


def test_document_says_its_language_title_and_author():
    with Pdf.open(io.BytesIO(built()["verwendungsnachweis.pdf"])) as pdf:
        assert str(pdf.Root.Lang) == "de-DE"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle is True
        assert pdf.Root.PageMode == Name.UseOutlines
        with pdf.open_metadata() as metadata:
            assert metadata["dc:title"] == "Verwendungsnachweis 48.02-DP-2021-001"
            assert metadata["dc:creator"] == ["Stadt Herten"]
            assert metadata["pdfaid:part"] == "3"


def test_same_proof_gives_the_same_bytes():
    assert build_proof_files(a_proof()) == built()


def test_hash_is_over_the_canonical_json_without_itself():
    content = read_json("nachweis.json")
    claimed = content.pop("sha256")
    assert claimed == hashlib.sha256(canonical(content)).hexdigest()


def test_json_has_the_keys_of_the_contract():
    content = read_json("nachweis.json")
    assert set(content["totals"]) == {
        "spent", "eligible", "ineligible", "grant_claimed", "own_share", "received", "open"
    }  # fmt: skip
    wanted = {
        "by_category": {"category", "planned", "spent", "eligible"},
        "by_school": {"school", "spent", "eligible", "grant_share"},
        "caps": {"key", "limit", "actual", "excess", "ok"},
        "expenses": {
            "number", "receipt_number", "invoice", "supplier", "paid_on", "paid", "eligible",
            "category", "school", "devices",
        },
        "devices": {
            "inventory_number", "serial", "model", "school", "room", "cost", "eligible_cost",
            "grant_share", "earmarked_until", "status", "evidence",
        },
    }  # fmt: skip
    for key, names in wanted.items():
        assert names <= set(content[key][0]), key
    assert set(content["devices"][0]["evidence"]) == {"class", "seen_at", "source", "serial_read"}
    assert {"window_days", "A", "B", "C", "D", "none", "no_device"} <= set(content["coverage"])
    assert {"proof_due_on", "earmarked_until", "retain_until"} <= set(content["deadlines"])
    assert {"grant", "as_of", "programme", "rule_notes", "sha256"} <= set(content)


def test_json_money_is_a_decimal_string_and_moments_are_utc():
    content = read_json("nachweis.json")
    assert content["totals"]["spent"] == f"{a_proof().totals.spent:.2f}"
    assert content["devices"][0]["evidence"]["seen_at"] == "2024-04-29T06:15:00Z"
    assert content["as_of"] == "2024-04-30"


def test_coverage_adds_up_to_the_eligible_costs():
    content = read_json("nachweis.json")
    keys = ("A", "B", "C", "D", "none", "no_device")
    assert total([Decimal(content["coverage"][key]) for key in keys]) == Decimal(
        content["totals"]["eligible"]
    )


def test_check_report_has_the_shape_of_the_contract():
    first = read_json("pruefbericht.json")[0]
    assert set(first) == {"check", "severity", "subject", "message", "rows"}
    assert first["severity"] == "error"


def test_lists_open_in_a_german_spreadsheet():
    content = built()["belegliste.csv"]
    assert content.startswith(b"\xef\xbb\xbflfd_nr;beleg_nr;")
    rows = rows_of(content)
    assert len(rows) == 26
    assert rows[0]["zahlung_datum"] == "20.02.2022"
    paid = total([parse_amount(row["betrag_gezahlt"]) for row in rows])
    assert paid == a_proof().totals.spent
    assert rows[0]["ust_satz_prozent"] == "19"


def test_device_list_names_class_and_sighting():
    rows = rows_of(built()["inventarliste.csv"])
    assert len(rows) == 58
    assert rows[0]["nachweisklasse"] == "A"
    assert rows[0]["letzte_sichtung"] == "29.04.2024 08:15:00"
    assert rows[0]["etikett"] == "ja"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", " =", "|"])
def test_no_cell_can_be_taken_for_a_formula(start: str):
    hostile = f'{start}HYPERLINK(1);"x"\nrest'
    proof = a_proof([an_expense(0, supplier=hostile)], [a_device(0, room=hostile)])
    files = build_proof_files(proof)
    assert rows_of(files["belegliste.csv"])[0]["empfaenger"] == f"'{hostile}"
    assert rows_of(files["inventarliste.csv"])[0]["raum"] == f"'{hostile}"


def test_negative_amounts_stay_numbers_in_the_list():
    credit = an_expense(
        0, paid=Decimal("-50.00"), eligible=Decimal("-50.00"), invoice_gross=Decimal("-50.00")
    )
    rows = rows_of(build_proof_files(a_proof([an_expense(1), credit], 1))["belegliste.csv"])
    assert "-50,00" in {row["betrag_gezahlt"] for row in rows}
