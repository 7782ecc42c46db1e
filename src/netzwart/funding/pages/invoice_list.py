"""Rechnungen: the list with what is missing; single invoices are in `invoices`."""

from litestar import Controller, get
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Template

from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_funding_reader
from netzwart.database import DbSession
from netzwart.funding.pages.listing import filter_context, filters_of, list_context
from netzwart.funding.pages.wording import INVOICE_KINDS
from netzwart.funding.queries.payments import INVOICE_MISSING, list_invoices

BASE = "/foerderung/rechnungen"


class InvoiceListController(Controller):
    """All invoices somebody may see."""

    path = BASE
    guards = [requires_funding_reader]  # noqa: RUF012 - Litestar reads a plain attribute

    @get()
    async def index(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor
    ) -> Template:
        """List invoices; only the table where HTMX asks for it."""
        filters = filters_of(request, INVOICE_MISSING)
        found = await list_invoices(session, actor, filters)
        context = list_context(BASE, actor, filters, found) | {"kinds": INVOICE_KINDS}
        if request.htmx:
            return Template("funding/_invoices.html", context=context)
        context |= await filter_context(session, actor, BASE, INVOICE_MISSING)
        return Template("funding/invoices.html", context=context)
