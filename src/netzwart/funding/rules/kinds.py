"""What an invoice can be, and how it came."""

from enum import StrEnum


class InvoiceKind(StrEnum):
    """What an invoice is; EN 16931 BT-3 codes 380, 326, 381, 384 and our own."""

    INVOICE = "invoice"
    PARTIAL = "partial"
    FINAL = "final"
    CREDIT_NOTE = "credit_note"
    CANCELLATION = "cancellation"
    CORRECTED = "corrected"
    RETENTION = "retention"


class InvoiceFormat(StrEnum):
    """How an invoice came in; the original bytes are kept whichever it is."""

    TYPED = "typed"
    """Typed by a person or sent as JSON."""
    UBL = "ubl"
    """XRechnung in UBL 2.1."""
    CII = "cii"
    """XRechnung in UN/CEFACT Cross Industry Invoice."""
    HYBRID_PDF = "hybrid_pdf"
    """ZUGFeRD or Factur-X: a PDF with the CII file inside."""
