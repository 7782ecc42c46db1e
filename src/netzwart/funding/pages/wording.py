"""German words for what funding stores in English."""

from collections.abc import Mapping
from typing import Final

from netzwart.funding.purchase_tables import InvoiceKind

INVOICE_KINDS: Final[Mapping[InvoiceKind, str]] = {
    InvoiceKind.INVOICE: "Rechnung",
    InvoiceKind.PARTIAL: "Abschlagsrechnung",
    InvoiceKind.FINAL: "Schlussrechnung",
    InvoiceKind.CREDIT_NOTE: "Gutschrift",
    InvoiceKind.CANCELLATION: "Storno",
    InvoiceKind.CORRECTED: "berichtigte Rechnung",
    InvoiceKind.RETENTION: "Sicherheitseinbehalt",
}
