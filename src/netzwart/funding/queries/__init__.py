"""Named reads about money; the number of statements never depends on the number of rows."""

from netzwart.funding.queries.choices import (
    list_grant_choices,
    list_measure_choices,
    list_suppliers,
)
from netzwart.funding.queries.loading import EVIDENCE_WINDOW_DAYS, load_grant, load_grants
from netzwart.funding.queries.showing import (
    InvoicePage,
    get_drawdown,
    get_grant,
    get_invoice,
    get_invoice_line,
    get_invoice_page,
)
from netzwart.funding.queries.visibility import visible_grants

__all__ = [
    "EVIDENCE_WINDOW_DAYS",
    "InvoicePage",
    "get_drawdown",
    "get_grant",
    "get_invoice",
    "get_invoice_line",
    "get_invoice_page",
    "list_grant_choices",
    "list_measure_choices",
    "list_suppliers",
    "load_grant",
    "load_grants",
    "visible_grants",
]
