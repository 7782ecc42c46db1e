"""From the bytes of a file to an e-invoice whose totals agree."""

from netzwart.funding.electronic_invoices.cii import read_cii, refuse_without_lines
from netzwart.funding.electronic_invoices.opening import check_schema, open_xml, xml_in_pdf
from netzwart.funding.electronic_invoices.totalling import check_totals
from netzwart.funding.electronic_invoices.ubl import read_ubl
from netzwart.funding.electronic_invoices.values import ElectronicInvoice, ElectronicInvoiceError
from netzwart.funding.rules.kinds import InvoiceFormat

_PDF = b"%PDF-"


def read_electronic_invoice(content: bytes) -> ElectronicInvoice:
    """Return what the file says; its own totals have been checked against its lines.

    Raises:
        ElectronicInvoiceError: when it is no e-invoice, or a kind that cannot be taken.
        TotalsDisagreeError: when lines, taxes and totals differ; with the numbers.
    """
    is_pdf = content.startswith(_PDF)
    inside = xml_in_pdf(content) if is_pdf else content
    if inside is None:
        raise ElectronicInvoiceError(
            "Das PDF enthält keine E-Rechnung (ZUGFeRD oder Factur-X). Bitte die Rechnung von "
            "Hand erfassen und das PDF als Beleg anhängen."
        )
    root = open_xml(inside)
    if root.name == "CrossIndustryInvoice":
        refuse_without_lines(root)
        check_schema(root, "cii")
        found = read_cii(root, InvoiceFormat.HYBRID_PDF if is_pdf else InvoiceFormat.CII)
    elif root.name in {"Invoice", "CreditNote"}:
        check_schema(root, "ubl-invoice" if root.name == "Invoice" else "ubl-credit-note")
        found = read_ubl(root)
    elif root.name == "CrossIndustryDocument":
        raise ElectronicInvoiceError(
            "ZUGFeRD 1.0 wird nicht gelesen. Bitte beim Lieferanten ZUGFeRD 2 oder eine XRechnung "
            "anfordern, oder die Rechnung von Hand erfassen."
        )
    else:
        raise ElectronicInvoiceError(
            "Die Datei ist keine E-Rechnung: erwartet wird XRechnung (UBL oder CII) oder ZUGFeRD."
        )
    check_totals(found)
    return found
