"""What is printed is what was meant: every format, measured and read back with a scanner."""

import io
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import pikepdf
import pytest
import zxingcpp
from PIL import Image

from netzwart.reports.fonts import REGULAR, STRONG, text_width
from netzwart.reports.labels.drawing import draw_labels, preview, zpl
from netzwart.reports.labels.formats import UnknownFormatError, get_label_format, label_formats
from netzwart.reports.labels.layout import Label, lay_out

MM = 72 / 25.4
DPI = 300
LABEL = Label(
    code="00F3K",
    address="https://netzwart.beispielstadt.example/g/00F3K",
    inventory_number="HER-GYM-22-0001",
    model="Musterfunk MF-660",
    place="GYM · A101",
    programme="DPS-NRW-2019",
    notice_number="48.02-DEMO-2021-001",
    delivered_on=date(2022, 2, 1),
    owner="Eigentum: Stadt Herten (Demodaten)",
)
LONG = replace(
    LABEL,
    inventory_number="HER-GESAMTSCHULE-NORD-2026-000012345",
    model="Ein Hersteller mit sehr langem Namen und ein noch längeres Modell",
    place="Erfundene Förderschule mit einem sehr langen Namen · Nebengebäude B, Raum 0.117a",
)
FORMATS = sorted(label_formats())


def pages_of(pdf: bytes, folder: Path) -> list[Image.Image]:
    """Return each page as a picture of 300 dots per inch."""
    tool = shutil.which("pdftoppm")
    assert tool, "pdftoppm is missing: apt-get install poppler-utils"
    (folder / "x.pdf").write_bytes(pdf)
    subprocess.run([tool, "-r", str(DPI), "-png", folder / "x.pdf", folder / "page"], check=True)
    return [Image.open(path) for path in sorted(folder.glob("page*.png"))]


def codes_in(picture: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(picture)]


@pytest.mark.parametrize("key", FORMATS)
def test_code_of_each_format_can_be_scanned(key: str, tmp_path: Path):
    paper = get_label_format(key)
    (picture,) = pages_of(draw_labels([LABEL], paper), tmp_path)
    assert codes_in(picture) == [LABEL.address]


@pytest.mark.parametrize("key", FORMATS)
def test_pages_have_their_exact_size_and_labels_stay_on_them(key: str):
    paper = get_label_format(key)
    pdf = draw_labels([LABEL] * (paper.per_page + 1), paper)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert len(opened.pages) == 2
        for page in opened.pages:
            box = [float(number) for number in page.mediabox]
            assert box[2] == pytest.approx(paper.page_width * MM, abs=0.01)
            assert box[3] == pytest.approx(paper.page_height * MM, abs=0.01)
    slots = paper.slots()
    for _ in range(paper.per_page):
        slot = next(slots)
        assert slot.x + paper.width <= paper.page_width + 0.51
        assert slot.y + paper.height <= paper.page_height + 0.01


@pytest.mark.parametrize("key", FORMATS)
@pytest.mark.parametrize("label", [LABEL, LONG, replace(LABEL, programme="", notice_number="")])
def test_nothing_leaves_the_label_and_the_number_is_whole(key: str, label: Label):
    paper = get_label_format(key)
    layout = lay_out(label, paper.width, paper.height)
    assert layout.code.x + layout.code.side <= paper.width
    assert layout.code.y + layout.code.side <= paper.height
    for text in layout.texts:
        font = STRONG if text.is_strong else REGULAR
        right = text.x + text_width(text.text, font, text.size_pt) / MM
        assert right <= paper.width - 1.0, text
        assert 0 < text.y <= paper.height, text
        assert text.size_pt >= 4.5
    number = "".join(text.text for text in layout.texts if text.is_strong)
    assert label.inventory_number in number


def test_least_important_lines_give_way_first():
    small = {text.text for text in lay_out(LABEL, 25.4, 10).texts}
    large = {text.text for text in lay_out(LABEL, 90, 38).texts}
    assert LABEL.inventory_number in small
    assert LABEL.owner not in small
    assert {LABEL.owner, LABEL.model, "geliefert 01.02.2022", LABEL.notice_number} <= large


def test_used_sheet_is_begun_where_it_is_free(tmp_path: Path):
    paper = get_label_format("avery_l4770")
    labels = [replace(LABEL, address=f"https://x.example/g/{n}") for n in range(3)]
    first, second = pages_of(draw_labels(labels, paper, first=39), tmp_path)
    assert codes_in(first) == ["https://x.example/g/0", "https://x.example/g/1"]
    assert codes_in(second) == ["https://x.example/g/2"]
    found = zxingcpp.read_barcodes(first)[0].position.top_left
    assert found.x / DPI * 25.4 == pytest.approx(10 + 2 * 48.5, abs=5)
    assert found.y / DPI * 25.4 == pytest.approx(22 + 9 * 25.4, abs=6)


def test_same_labels_give_the_same_bytes():
    paper = get_label_format("herma_4221")
    assert draw_labels([LABEL, LONG], paper) == draw_labels([LABEL, LONG], paper)


def test_preview_escapes_and_is_measured_like_the_paper():
    hostile = replace(LABEL, model="<script>alert(1)</script>", inventory_number='A"><b>')
    picture = preview(hostile, get_label_format("dymo_99012"))
    assert "<script" not in picture
    assert "<b>" not in picture
    assert 'viewBox="0 0 89.0 36.0"' in picture


def test_zpl_holds_every_line_and_no_foreign_command():
    paper = get_label_format("zebra_57x32")
    text = zpl([LABEL, replace(LABEL, model="^XZ~JA_\\x\n")], paper)
    assert text.count("^XA") == text.count("^XZ") == 2
    assert "~JA" not in text
    assert f"^PW{57 * 8}^LL{32 * 8}" in text
    assert f"^FDMA,{LABEL.address}^FS" in text
    assert "^FDHER-GYM-22-0001^FS" in text
    wide = zpl([LABEL], paper, 300)
    assert f"^PW{round(57 * 11.811)}" in wide


def test_unknown_format_is_told():
    with pytest.raises(UnknownFormatError):
        get_label_format("avery_9999")
