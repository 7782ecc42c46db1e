"""E-invoices in the browser: upload, see what was read, record it."""

from typing import Annotated, Any

from litestar import Controller, Request, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Template
from pydantic import BaseModel, BeforeValidator, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_funding_editor
from netzwart.database import DbSession
from netzwart.documents.service import FileRefusedError, Upload
from netzwart.funding import service
from netzwart.funding.pages.wording import INVOICE_KINDS
from netzwart.funding.queries import list_measure_choices
from netzwart.funding.service.keeping_files import keep_electronic_invoice, read_kept_invoice
from netzwart.settings import Settings
from netzwart.web.requests import Entered, go_to, nothing_entered, read_form

HERE = "/foerderung/rechnungen/e-rechnung"


class MeasureForm(BaseModel):
    """The measure that bears the whole invoice, where its order does not say it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    measure_id: Annotated[int | None, BeforeValidator(lambda value: value or None)] = None


class ElectronicInvoicesController(Controller):
    """From a supplier's file to an invoice with undecided lines."""

    path = HERE
    guards = [requires_funding_editor]  # noqa: RUF012 - Litestar reads a plain attribute

    @get()
    async def new(self) -> Template:
        """Show where to drop the file."""
        return _upload_page(nothing_entered())

    @post()
    async def upload(
        self,
        request: Request[Any, Any, Any],
        session: DbSession,
        actor: CurrentActor,
        settings: NamedDependency[Settings],
    ) -> Template | Redirect:
        """Read the file, keep it, and show what it says; nothing is recorded yet."""
        entered = nothing_entered()
        document_id = 0
        async with entered.attempt(session):
            document = await keep_electronic_invoice(
                session, settings.documents_dir, await _sent(request), actor,
                limit_mib=settings.upload_limit_mib,
            )  # fmt: skip
            document_id = document.id
        if entered.errors:
            return _upload_page(entered)
        return go_to(f"{HERE}/{document_id}")

    @get("/{document_id:int}")
    async def show(
        self,
        session: DbSession,
        actor: CurrentActor,
        document_id: FromPath[int],
        settings: NamedDependency[Settings],
    ) -> Template:
        """Show what was read, what was found for it, and what a person should know."""
        return await _preview(session, actor, document_id, settings, nothing_entered())

    @post("/{document_id:int}")
    async def record(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        document_id: FromPath[int],
        settings: NamedDependency[Settings],
    ) -> Template | Redirect:
        """Record the invoice as it stands; all its lines start undecided."""
        entered = await read_form(request, MeasureForm)
        invoice_id = 0
        if entered.form is not None:
            async with entered.attempt(session):
                kept = await read_kept_invoice(session, settings.documents_dir, document_id)
                invoice = await service.record_electronic_invoice(
                    session, kept.received, kept.document, actor, entered.form.measure_id
                )
                invoice_id = invoice.id
        if entered.errors:
            return await _preview(session, actor, document_id, settings, entered)
        return go_to(f"/foerderung/rechnungen/{invoice_id}", "Die E-Rechnung ist erfasst.")


async def _sent(request: Request[Any, Any, Any]) -> Upload:
    sent = (await request.form()).get("file")
    if not isinstance(sent, UploadFile):
        message = "Bitte eine Datei wählen."
        raise FileRefusedError(message, {"file": message})
    return Upload(sent.filename, await sent.read())


def _upload_page(entered: Entered[Any]) -> Template:
    return Template(
        "funding/new_electronic_invoice.html",
        context={"action": HERE, "errors": entered.errors},
        status_code=entered.status,
    )


async def _preview(
    session: AsyncSession,
    actor: Actor,
    document_id: int,
    settings: Settings,
    entered: Entered[Any],
) -> Template:
    kept = await read_kept_invoice(session, settings.documents_dir, document_id)
    context = {
        "document": kept.document,
        "received": kept.received,
        "invoice": kept.received.invoice,
        "kind": INVOICE_KINDS[kept.received.invoice.kind],
        "format": _FORMATS[kept.received.invoice.format.value],
        "measures": await list_measure_choices(session, actor),
        "action": f"{HERE}/{document_id}",
        "values": entered.values,
        "errors": entered.errors,
    }
    return Template("funding/electronic_invoice.html", context=context, status_code=entered.status)


_FORMATS = {
    "typed": "von Hand erfasst",
    "ubl": "XRechnung (UBL)",
    "cii": "XRechnung (CII)",
    "hybrid_pdf": "ZUGFeRD / Factur-X",
}
