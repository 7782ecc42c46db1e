"""Invoices: entering one, its lines and decisions, the file of the receipt."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Response, Template
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_funding_editor, requires_funding_reader
from netzwart.database import DbSession
from netzwart.documents.service import (
    FileRefusedError,
    Upload,
    get_document,
    read_document,
    store_document,
)
from netzwart.errors import NotFoundError
from netzwart.funding import service
from netzwart.funding.pages.entering import (
    InvoiceEntryForm,
    line_field,
    offered_rows,
    proposed_values,
)
from netzwart.funding.pages.invoice_page import invoice_address, invoice_page
from netzwart.funding.pages.wording import INVOICE_KINDS
from netzwart.funding.purchase_tables import Invoice
from netzwart.funding.queries import (
    get_invoice,
    list_measure_choices,
    list_suppliers,
)
from netzwart.funding.queries.order_progress import OrderProgress
from netzwart.funding.queries.order_shares import with_shares
from netzwart.funding.queries.orders import get_order_progress
from netzwart.funding.queries.showing import find_invoice_id
from netzwart.settings import Settings
from netzwart.web.requests import Entered, enter, go_to, nothing_entered


class InvoicesController(Controller):
    """Single invoices."""

    path = "/foerderung/rechnungen"
    guards = [requires_funding_reader]  # noqa: RUF012 - Litestar reads a plain attribute

    @get("/neu", guards=[requires_funding_editor])
    async def new(
        self,
        session: DbSession,
        actor: CurrentActor,
        bewilligung: FromQuery[int | None] = None,
        bestellung: FromQuery[int | None] = None,
    ) -> Template:
        """Show the form, with the measures of one grant or of all, or with an order's lines."""
        entered = nothing_entered()
        order: OrderProgress | None = None
        if bestellung is not None:
            order = await get_order_progress(session, bestellung, actor)
            order = await with_shares(session, order, actor)
            entered.values.update(proposed_values(order))
        return await _new_page(session, actor, entered, bewilligung, order)

    @post(guards=[requires_funding_editor])
    async def create(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        bewilligung: FromQuery[int | None] = None,
    ) -> Template | Redirect:
        """Record an invoice; all its lines start undecided."""

        async def record(form: InvoiceEntryForm) -> Invoice:
            corrected = await find_invoice_id(session, form.supplier_id, form.cancels)
            return await service.record_invoice(session, form.correcting(corrected), actor)

        entered = await enter(request, session, InvoiceEntryForm, record)
        if entered.errors:
            return await _new_page(session, actor, entered, bewilligung)
        return go_to(invoice_address(entered.made.id), "Die Rechnung ist erfasst.")

    @get("/{invoice_id:int}")
    async def show(
        self, session: DbSession, actor: CurrentActor, invoice_id: FromPath[int]
    ) -> Template:
        """Show lines, shares, decisions, payments and receipt."""
        return await invoice_page(session, actor, invoice_id, nothing_entered())

    @post("/{invoice_id:int}/beleg", guards=[requires_funding_editor])
    async def upload(
        self,
        request: Request[Any, Any, Any],
        session: DbSession,
        actor: CurrentActor,
        invoice_id: FromPath[int],
        settings: NamedDependency[Settings],
    ) -> Template | Redirect:
        """Store the receipt's file under its hash and tie it to the invoice."""
        invoice = await get_invoice(session, invoice_id, actor)
        entered = nothing_entered()
        async with entered.attempt(session):
            document = await store_document(
                session,
                settings.documents_dir,
                await _sent_file(request),
                limit_mib=settings.upload_limit_mib,
                uploaded_by_id=actor.user_id,
            )
            await service.attach_receipt(session, invoice, document, actor)
        if entered.errors:
            return await invoice_page(session, actor, invoice_id, entered)
        return go_to(invoice_address(invoice_id), "Der Beleg ist gespeichert.")

    @get("/{invoice_id:int}/beleg")
    async def receipt(
        self,
        session: DbSession,
        actor: CurrentActor,
        invoice_id: FromPath[int],
        settings: NamedDependency[Settings],
    ) -> Response[bytes]:
        """Give back the stored file, always as a download: it came from outside."""
        invoice = await get_invoice(session, invoice_id, actor)
        if invoice.document_id is None:
            raise NotFoundError("Zu dieser Rechnung liegt keine Datei vor.")
        document = await get_document(session, invoice.document_id)
        content = await read_document(settings.documents_dir, document)
        ending = document.file_name.rpartition(".")[2][:5]
        safe = ending if ending.isascii() and ending.isalnum() else "bin"
        return Response(
            content,
            media_type=document.media_type,
            headers={"Content-Disposition": f'attachment; filename="beleg-{document.id}.{safe}"'},
        )


async def _sent_file(request: Request[Any, Any, Any]) -> Upload:
    sent = (await request.form()).get("file")
    if not isinstance(sent, UploadFile):
        message = "Bitte eine Datei wählen."
        raise FileRefusedError(message, {"file": message})
    return Upload(sent.filename, await sent.read())


async def _new_page(
    session: AsyncSession,
    actor: Actor,
    entered: Entered[Any],
    grant_id: int | None,
    order: OrderProgress | None = None,
) -> Template:
    context = {
        "values": entered.values,
        "errors": {line_field(path): message for path, message in entered.errors.items()},
        "suppliers": await list_suppliers(session),
        "measures": await list_measure_choices(session, actor, grant_id),
        "kinds": [(kind.value, label) for kind, label in INVOICE_KINDS.items()],
        "lines": offered_rows(entered.values),
        "order": order.number if order is not None else None,
        "action": "/foerderung/rechnungen"
        + (f"?bewilligung={grant_id}" if grant_id is not None else ""),
    }
    return Template("funding/new_invoice.html", context=context, status_code=entered.status)
