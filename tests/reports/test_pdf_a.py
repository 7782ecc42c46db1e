"""What an archive and a screen reader need of the file, by validators and by structure."""

import hashlib
import io
from functools import cache
from pathlib import Path
from typing import Any

from pikepdf import Array, Dictionary, Name, Pdf

from netzwart.reports import structure
from netzwart.reports.proof_files import build_proof_files
from tests.reports.builders import a_proof
from tests.reports.preflight import body_as_part_1, complaints

PDF = "verwendungsnachweis.pdf"


@cache
def paper() -> bytes:
    return build_proof_files(a_proof(12, 20, is_draft=True))[PDF]


def test_preflight_accepts_the_body(tmp_path: Path):
    assert complaints(body_as_part_1(paper()), tmp_path) == ""


def test_preflight_notices_a_font_that_is_not_embedded(tmp_path: Path):
    target = io.BytesIO()
    with Pdf.open(io.BytesIO(body_as_part_1(paper()))) as pdf:
        for font in dict(pdf.pages[0].resources.Font.items()).values():
            del font.FontDescriptor["/FontFile2"]
        pdf.save(target)
    assert "font" in complaints(target.getvalue(), tmp_path).lower()


def test_part_3_additions_are_as_the_standard_wants_them():
    """ISO 19005-3, 6.8: name, unique specification, relationship, media type, in AF and Names."""
    with Pdf.open(io.BytesIO(paper())) as pdf:
        root = pdf.Root
        [intent] = root.OutputIntents
        assert intent.S == Name.GTS_PDFA1
        assert int(intent.DestOutputProfile.N) == 3
        assert b"<pdfaid:part>3</pdfaid:part>" in root.Metadata.read_bytes()
        assert "/Filter" not in root.Metadata
        listed = [each.objgen for each in root.Names.EmbeddedFiles.Names[1::2]]
        assert [each.objgen for each in root.AF] == listed
        for specification in root.AF:
            assert str(specification.F) == str(specification.UF)
            assert specification.AFRelationship in {Name.Source, Name.Data, Name.Supplement}
            file = specification.EF.F
            assert str(file.Subtype) in {"/text/csv", "/application/json"}
            content = file.read_bytes()
            assert int(file.Params.Size) == len(content)
            checksum = hashlib.md5(content, usedforsecurity=False).digest()
            assert bytes(file.Params.CheckSum) == checksum
            assert file.Params.ModDate


def elements(pdf: Pdf) -> list[Any]:
    found: list[Any] = []
    waiting = list(pdf.Root.StructTreeRoot.K)
    while waiting:
        element = waiting.pop(0)
        found.append(element)
        kids = element.get("/K", Array([]))
        waiting += [kid for kid in kids if kid.get("/Type") == Name.StructElem]
    return found


def test_pages_are_tagged_from_title_to_table_cell():
    with Pdf.open(io.BytesIO(paper())) as pdf:
        assert pdf.Root.MarkInfo.Marked is True
        kinds = [str(each.S) for each in elements(pdf)]
        assert kinds[0] == "/Document"
        for kind in ("/H1", "/H2", "/P", "/Table", "/TR", "/TH", "/TD"):
            assert kind in kinds
        for element in elements(pdf):
            if element.S in {Name.TD, Name.TH}:
                assert element.P.S == Name.TR
            if element.S == Name.TR:
                assert Name.Table == element.P.S


def test_marked_content_and_tree_lead_to_one_another():
    with Pdf.open(io.BytesIO(paper())) as pdf:
        numbers = pdf.Root.StructTreeRoot.ParentTree.Nums
        parents = {int(numbers[index]): numbers[index + 1] for index in range(0, len(numbers), 2)}
        pages = {page.obj.objgen: page.obj for page in pdf.pages}
        counted = 0
        for element in elements(pdf):
            for kid in element.get("/K", Array([])):
                if kid.get("/Type") == Name.MCR:
                    index = int(pages[kid.Pg.objgen].StructParents)
                    assert parents[index][int(kid.MCID)].objgen == element.objgen
                    counted += 1
        assert counted == sum(len(each) for each in parents.values())
        assert counted > 100


def test_page_numbers_and_carried_sums_are_not_read_out():
    with Pdf.open(io.BytesIO(paper())) as pdf:
        content = b"\n".join(page.Contents.read_bytes() for page in pdf.pages)
    assert content.count(b"BDC") + content.count(b"BMC") == content.count(b"EMC")
    assert b"/Artifact BMC" in content


def test_endless_tables_are_one_element_and_not_half_a_million(monkeypatch: Any):
    monkeypatch.setattr(structure, "MOST_CELLS", 10)
    monkeypatch.setattr("netzwart.reports.grid.MOST_CELLS", 10)
    with Pdf.open(io.BytesIO(build_proof_files(a_proof(5, 5))[PDF])) as pdf:
        kinds = [str(each.S) for each in elements(pdf)]
        assert "/Div" in kinds
        assert isinstance(pdf.Root.StructTreeRoot, Dictionary)
