"""Zahlungen: the list, a new payment of an invoice, one payment with what it was spent on."""

from typing import Any

from litestar import Controller, get, post
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_funding_editor, requires_funding_reader
from netzwart.clock import today
from netzwart.database import DbSession
from netzwart.funding import service
from netzwart.funding.pages.listing import filter_context, filters_of, list_context
from netzwart.funding.pages.purchase_forms import PaymentEntryForm
from netzwart.funding.pages.wording import INVOICE_KINDS
from netzwart.funding.proposing import propose_payment
from netzwart.funding.queries import get_invoice, get_invoice_page
from netzwart.funding.queries.payments import get_payment_head, list_payments
from netzwart.funding.spending import spent_on
from netzwart.money import format_amount
from netzwart.web.addresses import RowId
from netzwart.web.requests import Entered, TypedValues, enter, go_to, nothing_entered

BASE = "/foerderung/zahlungen"
_OF_INVOICE = "/foerderung/rechnungen/{invoice_id:int}/zahlungen"


class PaymentsController(Controller):
    """What was really paid; nothing of it is ever changed."""

    path = "/"
    guards = [requires_funding_reader]  # noqa: RUF012 - Litestar reads a plain attribute

    @get(BASE)
    async def index(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor
    ) -> Template:
        """List payments; only the table where HTMX asks for it."""
        filters = filters_of(request, {})
        found = await list_payments(session, actor, filters)
        context = list_context(BASE, actor, filters, found)
        if request.htmx:
            return Template("funding/_payments.html", context=context)
        context |= await filter_context(session, actor, BASE, {})
        return Template("funding/payments.html", context=context)

    @get(f"{BASE}/{{payment_id:int}}")
    async def show(self, session: DbSession, actor: CurrentActor, payment_id: RowId) -> Template:
        """Show a payment with the lines and measures it was spent on."""
        head = await get_payment_head(session, payment_id, actor)
        page = await get_invoice_page(session, head.invoice_id, actor)
        context = {
            "payment": head,
            "page": page,
            "kind": INVOICE_KINDS[page.invoice.kind],
            "spent": spent_on(page.invoice, payment_id),
        }
        return Template("funding/payment.html", context=context)

    @get(f"{_OF_INVOICE}/neu", guards=[requires_funding_editor])
    async def new(self, session: DbSession, actor: CurrentActor, invoice_id: RowId) -> Template:
        """Show the form with what is open, less the discount that may still be taken."""
        return await _new_page(session, actor, invoice_id, nothing_entered())

    @post(_OF_INVOICE, guards=[requires_funding_editor])
    async def create(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor, invoice_id: RowId
    ) -> Template | Redirect:
        """Record a payment of the invoice."""
        await get_invoice(session, invoice_id, actor)
        entered = await enter(
            request,
            session,
            PaymentEntryForm,
            lambda form: service.record_payment(
                session, form.model_copy(update={"invoice_id": invoice_id}), actor
            ),
        )
        if entered.errors:
            return await _new_page(session, actor, invoice_id, entered)
        return go_to(f"/foerderung/rechnungen/{invoice_id}", "Die Zahlung ist erfasst.")


async def _new_page(
    session: AsyncSession, actor: Actor, invoice_id: int, entered: Entered[Any]
) -> Template:
    page = await get_invoice_page(session, invoice_id, actor)
    proposal = propose_payment(page.invoice, today())
    if not entered.values:
        entered.values = TypedValues(
            paid_on=today().isoformat(),
            amount=format_amount(proposal.amount) if proposal.amount else "",
            discount=format_amount(proposal.discount) if proposal.discount else "",
        )
    context = {
        "invoice": page.invoice,
        "kind": INVOICE_KINDS[page.invoice.kind],
        "proposal": proposal,
        "values": entered.values,
        "errors": entered.errors,
    }
    return Template("funding/new_payment.html", context=context, status_code=entered.status)
