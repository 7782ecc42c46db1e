"""Invoices: entering one, its lines and decisions, the file of the receipt."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Response, Template
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
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
from netzwart.funding.forms import DecisionForm
from netzwart.funding.pages.entering import (
    InvoiceEntryForm,
    line_field,
    offered_rows,
    proposed_values,
)
from netzwart.funding.pages.wording import INVOICE_KINDS
from netzwart.funding.purchase_tables import InvoiceLine
from netzwart.funding.queries import (
    get_invoice,
    get_invoice_line,
    get_invoice_page,
    list_measure_choices,
    list_suppliers,
)
from netzwart.funding.queries.orders import OrderProgress, get_order_progress
from netzwart.settings import Settings
from netzwart.web.requests import Entered, go_to, nothing_entered, read_form


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
        entered = await read_form(request, InvoiceEntryForm)
        invoice_id = 0
        if entered.form is not None:
            async with entered.attempt(session):
                invoice = await service.record_invoice(session, entered.form, actor)
                invoice_id = invoice.id
        if entered.errors:
            return await _new_page(session, actor, entered, bewilligung)
        return go_to(_address(invoice_id), "Die Rechnung ist erfasst.")

    @get("/{invoice_id:int}")
    async def show(
        self, session: DbSession, actor: CurrentActor, invoice_id: FromPath[int]
    ) -> Template:
        """Show lines, shares, decisions, payments and receipt."""
        return await _page(session, actor, invoice_id, nothing_entered())

    @post(
        "/{invoice_id:int}/positionen/{line_id:int}/entscheidung", guards=[requires_funding_editor]
    )
    async def decide(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        invoice_id: FromPath[int],
        line_id: FromPath[int],
    ) -> Template | Redirect:
        """Record one person's decision about a line."""
        line = await _editable_line(session, actor, invoice_id, line_id)
        entered = await read_form(request, DecisionForm)
        if entered.form is not None:
            async with entered.attempt(session):
                await service.decide_eligibility(session, line, entered.form, actor)
        if entered.errors:
            return await _page(session, actor, invoice_id, entered, line_id)
        return go_to(_address(invoice_id), "Entschieden. Eine zweite Person muss bestätigen.")

    @post(
        "/{invoice_id:int}/positionen/{line_id:int}/bestaetigung", guards=[requires_funding_editor]
    )
    async def confirm(
        self,
        session: DbSession,
        actor: CurrentActor,
        invoice_id: FromPath[int],
        line_id: FromPath[int],
    ) -> Redirect:
        """Make another person's decision count."""
        line = await _editable_line(session, actor, invoice_id, line_id)
        await service.confirm_eligibility(session, line, actor)
        return go_to(_address(invoice_id), "Die Entscheidung ist bestätigt.")

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
            return await _page(session, actor, invoice_id, entered)
        return go_to(_address(invoice_id), "Der Beleg ist gespeichert.")

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


async def _editable_line(
    session: AsyncSession, actor: Actor, invoice_id: int, line_id: int
) -> InvoiceLine:
    line = await get_invoice_line(session, line_id, actor)
    if line.invoice_id != invoice_id:
        raise NotFoundError("Diese Rechnungsposition gibt es nicht.")
    return line


async def _sent_file(request: Request[Any, Any, Any]) -> Upload:
    sent = (await request.form()).get("file")
    if not isinstance(sent, UploadFile):
        message = "Bitte eine Datei wählen."
        raise FileRefusedError(message, {"file": message})
    return Upload(sent.filename, await sent.read())


def _address(invoice_id: int) -> str:
    return f"/foerderung/rechnungen/{invoice_id}"


async def _page(
    session: AsyncSession,
    actor: Actor,
    invoice_id: int,
    entered: Entered[Any],
    line_id: int | None = None,
) -> Template:
    page = await get_invoice_page(session, invoice_id, actor)
    context = {
        "page": page,
        "invoice": page.invoice,
        "kind": INVOICE_KINDS[page.invoice.kind],
        "here": _address(invoice_id),
        "values": entered.values,
        "errors": entered.errors,
        "wrong_line": line_id,
        "may_edit": actor.may(Right.EDIT_FUNDING),
        "names_people": actor.may(Right.READ_NAMES),
        "user_id": actor.user_id,
    }
    return Template("funding/invoice.html", context=context, status_code=entered.status)


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
