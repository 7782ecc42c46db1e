"""What an invoice can be."""

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
