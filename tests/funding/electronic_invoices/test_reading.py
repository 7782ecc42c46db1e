from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from tests.funding.electronic_invoices.samples import cii, hybrid_pdf, ubl

from netzwart.funding.electronic_invoices import (
    ElectronicInvoice,
    ElectronicInvoiceError,
    read_electronic_invoice,
)
from netzwart.funding.rules.kinds import InvoiceFormat, InvoiceKind
from netzwart.funding.rules.taxing import TotalsDisagreeError

FILES = {
    InvoiceFormat.UBL: ubl(),
    InvoiceFormat.CII: cii(),
    InvoiceFormat.HYBRID_PDF: hybrid_pdf(cii()),
}


@pytest.mark.parametrize("source", FILES, ids=str)
def test_every_format_gives_the_same_invoice(source: InvoiceFormat):
    found = read_electronic_invoice(FILES[source])
    assert found.format is source
    assert replace(found, format=InvoiceFormat.UBL) == read_electronic_invoice(ubl())
    assert (found.number, found.supplier, found.supplier_vat_id, found.buyer) == (
        "R-2022-0815",
        "Muster Systemhaus GmbH",
        "DE999999990",
        "Stadt Musterstadt",
    )
    assert (found.issued_on, found.delivered_on, found.due_on) == (
        date(2022, 2, 10),
        date(2022, 2, 1),
        date(2022, 3, 12),
    )
    assert (found.order_number, found.buyer_reference) == ("B-2022-17", "05562020-31001-02")
    assert found.discount is not None
    assert (found.discount.rate, found.discount.days) == (Decimal("0.02"), 14)
    first, licence, rebate = found.lines
    assert (first.text, first.quantity, first.net, first.order_line) == (
        "Access Point AP-635 – Innenraum, Wi-Fi 6E",
        Decimal(40),
        Decimal("20800.00"),
        1,
    )
    assert first.article_numbers == ("R7J27A",)
    assert first.serials == ("CNXX0001",)
    assert (licence.text, licence.vat_rate) == ("Lizenz je Access Point", Decimal("0.19"))
    assert (rebate.number, rebate.text, rebate.net) == (3, "Projektrabatt", Decimal("-100.00"))
    assert found.recorded_total == Decimal("25109.00")


def test_advance_is_taken_off_in_a_line_of_its_own():
    found = read_electronic_invoice(ubl(prepaid="5109.00", payable="20000.00"))
    advance = found.lines[-1]
    assert (advance.net, advance.vat_rate) == (Decimal("-5109.00"), Decimal(0))
    assert (found.gross_total, found.recorded_total) == (Decimal("25109.00"), Decimal("20000.00"))


def test_credit_note_carries_negative_amounts():
    found = read_electronic_invoice(ubl(credit=True, corrects="R-1"))
    assert (found.kind, found.corrected_number) == (InvoiceKind.CREDIT_NOTE, "R-1")
    assert found.recorded_total == Decimal("-25109.00")
    assert [line.quantity for line in found.lines] == [-40, -40, -1]
    assert all(line.unit_net >= 0 for line in found.lines[:2])
    assert read_electronic_invoice(cii(code="381")).recorded_total == Decimal("-25109.00")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("326", InvoiceKind.PARTIAL),
        ("384", InvoiceKind.CORRECTED),
        ("877", InvoiceKind.FINAL),
    ],
)
def test_type_code_says_what_kind_it_is(code: str, kind: InvoiceKind):
    assert read_electronic_invoice(cii(code=code)).kind is kind


@pytest.mark.parametrize(
    ("old", "new", "numbers"),
    [
        (b"25109.00</cbc:TaxInc", b"25209.00</cbc:TaxInc", ("25.109,00", "25.209,00", "100,00")),
        (b"21100.00</cbc:TaxEx", b"21000.00</cbc:TaxEx", ("21.100,00", "21.000,00", "-100,00")),
        (b"20800.00</cbc:LineEx", b"20700.00</cbc:LineEx", ("21.000,00", "21.100,00", "100,00")),
        (b"25109.00</cbc:Pay", b"25009.00</cbc:Pay", ("25.109,00", "25.009,00", "-100,00")),
        (b"<cbc:Percent>19</cbc:Percent>", b"<cbc:Percent>16</cbc:Percent>", ("24.476,00",)),
    ],
)
def test_totals_that_disagree_are_refused_with_the_numbers(
    old: bytes, new: bytes, numbers: tuple[str, ...]
):
    broken = ubl().replace(old, new)
    assert broken != ubl()
    with pytest.raises(TotalsDisagreeError) as refused:
        read_electronic_invoice(broken)
    for number in numbers:
        assert number in refused.value.message


def test_cents_of_rounding_are_no_difference():
    close = ubl().replace(b"25109.00</cbc:TaxInc", b"25109.02</cbc:TaxInc")
    assert read_electronic_invoice(close).gross_total == Decimal("25109.02")


BOMB = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><Invoice>&b;</Invoice>"""


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (BOMB, "DOCTYPE"),
        (BOMB.decode().replace('1.0"', '1.0" encoding="UTF-16"').encode("utf-16"), "DOCTYPE"),
        (b"<?xml version='1.0'?><!doctype x><Invoice/>", "DOCTYPE"),
        (b"<Invoice", "kein gültiges XML"),
        (b"<?xml version='1.0'?>" + b"<Invoice>" * 300, "kein gültiges XML"),
        (ubl().replace(b"Innenraum", b"x" * 11_000_000), "kein gültiges XML"),
        (ubl().replace(b"</Invoice>", b"<x/>" * 2001 + b"</Invoice>"), "2.000 Positionen"),
        (b"<?xml version='1.0'?><Invoice>" + b"<x/>" * 400_000 + b"</Invoice>", "2.000"),
        (b"<?xml version='1.0'?><Rechnung/>", "keine E-Rechnung"),
        (b"<?xml version='1.0'?><CrossIndustryDocument/>", "ZUGFeRD 1.0"),
        (ubl().replace(b"<cbc:ID>R-2022-0815</cbc:ID>", b""), "Schema (Zeile"),
        (ubl().replace(b">380<", b">71<"), "Rechnungstyp 71"),
        (ubl().replace(b"520.00</cbc:PriceAmount", b"1e30</cbc:PriceAmount"), "Schema"),
        (cii(with_lines=False), "keine Positionen"),
        (hybrid_pdf(None), "keine E-Rechnung"),
        (hybrid_pdf(cii(), name="bild.xml"), "keine E-Rechnung"),
        (hybrid_pdf(cii(), password="geheim"), "verschl"),
        (hybrid_pdf(BOMB), "DOCTYPE"),
        (b"%PDF-1.7\nkaputt", "besch"),
        (b"", "XML"),
    ],
    ids=range(20),
)
def test_hostile_and_foreign_files_are_refused_in_german(content: bytes, sentence: str):
    with pytest.raises(ElectronicInvoiceError) as refused:
        read_electronic_invoice(content)
    assert sentence in refused.value.message
    assert set(refused.value.fields) == {"file"}


def test_external_file_is_never_read(tmp_path: Path):
    secret = tmp_path / "geheim.txt"
    secret.write_text("GEHEIM", encoding="utf-8")
    hostile = f'<!DOCTYPE x [<!ENTITY f SYSTEM "{secret.as_uri()}">]>'.encode()
    content = ubl().replace(b"<Invoice ", hostile + b"<Invoice ", 1)
    with pytest.raises(ElectronicInvoiceError, match="DOCTYPE"):
        read_electronic_invoice(content)


def test_lines_without_usable_numbers_are_counted():
    found = read_electronic_invoice(
        ubl().replace(b"<cbc:ID>1</cbc:ID>\n<cbc:Inv", b"<cbc:ID>A.1</cbc:ID>\n<cbc:Inv")
    )
    assert [line.number for line in found.lines] == [1, 2, 3]


def test_base_quantity_divides_the_price():
    found: ElectronicInvoice = read_electronic_invoice(
        ubl()
        .replace(b'520.00</cbc:PriceAmount><cbc:BaseQuantity unitCode="H87">1<',
                 b'52000.00</cbc:PriceAmount><cbc:BaseQuantity unitCode="H87">100<')
    )  # fmt: skip
    assert found.lines[0].unit_net == Decimal(520)
