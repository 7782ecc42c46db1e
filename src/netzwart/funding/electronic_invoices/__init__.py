"""E-invoices: XRechnung in UBL or CII, ZUGFeRD and Factur-X, read into one plain value.

Nothing here asks the database or the network. The libraries that open what strangers send
(lxml, pypdf, factur-x) are met in `opening` alone.
"""

from netzwart.funding.electronic_invoices.reading import read_electronic_invoice
from netzwart.funding.electronic_invoices.values import (
    ElectronicInvoice,
    ElectronicInvoiceError,
    ElectronicLine,
)

__all__ = [
    "ElectronicInvoice",
    "ElectronicInvoiceError",
    "ElectronicLine",
    "read_electronic_invoice",
]
