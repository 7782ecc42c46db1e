"""Files under `/api/v1/documents`: upload one, give it back, make an invoice of it."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath

from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_funding_editor, requires_funding_reader
from netzwart.accounts.resources import (
    API,
    ApiRequest,
    Form,
    decoded,
    row_answer,
    view_of,
)
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
from netzwart.funding.purchase_resources import DOCUMENTS, INVOICES
from netzwart.funding.service.keeping_files import read_kept_invoice
from netzwart.settings import Settings
from netzwart.web.resources.documenting import answer_operation, raw_operation
from netzwart.web.resources.reading import read_one


class InvoiceOfDocumentForm(Form):
    """The measure that bears the invoice's lines, where its order does not say it."""

    measure_id: int | None = None


class DocumentActsController(Controller):
    """What can be done with files, beside listing and showing them."""

    path = f"{API}/documents"

    @post(
        status_code=201,
        tags=["documents"],
        guards=[requires_funding_editor],
        operation_class=raw_operation(
            {
                "requestBody": {
                    "required": True,
                    "content": {
                        "multipart/form-data": {
                            "schema": {
                                "type": "object",
                                "required": ["file"],
                                "properties": {"file": {"type": "string", "format": "binary"}},
                            }
                        }
                    },
                },
                "responses": {
                    "201": {"description": "The stored file, named by its SHA-256"},
                    "422": {"description": "Empty, too large, of no known kind, or known already"},
                },
            }
        ),
        operation_id="create_documents",
        summary="Store a file under its SHA-256",
    )
    async def upload(
        self,
        request: ApiRequest,
        session: DbSession,
        actor: CurrentActor,
        settings: NamedDependency[Settings],
    ) -> Response[bytes]:
        """Keep the original bytes."""
        document = await store_document(
            session,
            settings.documents_dir,
            await _sent(request),
            limit_mib=settings.upload_limit_mib,
            uploaded_by_id=actor.user_id,
        )
        return _made(await row_answer(request, session, DOCUMENTS, document.id))

    @get(
        "/{row_id:int}/content",
        tags=["documents"],
        guards=[requires_funding_reader],
        operation_class=raw_operation(
            {
                "parameters": [
                    {
                        "name": "row_id",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "integer"},
                    }
                ],
                "responses": {
                    "200": {"description": "The stored bytes", "content": {"*/*": {}}},
                    "404": {"description": "No such file, or not yours to know"},
                },
            }
        ),
        operation_id="show_document_content",
        summary="Give back the stored bytes",
    )
    async def content(
        self,
        session: DbSession,
        actor: CurrentActor,
        row_id: FromPath[int],
        settings: NamedDependency[Settings],
    ) -> Response[bytes]:
        """Return the bytes as they came, as a download."""
        view = view_of(DOCUMENTS, actor)
        if await read_one(session, view, row_id, view.parse_shape([])) is None:
            raise NotFoundError("Diese Datei gibt es nicht.")
        document = await get_document(session, row_id)
        return Response(
            await read_document(settings.documents_dir, document),
            media_type=document.media_type,
            headers={"Content-Disposition": f'attachment; filename="{document.sha256}"'},
        )

    @post(
        "/{row_id:int}/invoice",
        status_code=201,
        tags=["documents"],
        guards=[requires_funding_editor],
        operation_class=answer_operation(
            {"id": {"type": "integer"}, "number": {"type": "string"}},
            status="201",
            body=InvoiceOfDocumentForm.model_json_schema(),
        ),
        operation_id="record_invoice_of_document",
        summary="Record the e-invoice that a stored file is; its lines start undecided",
    )
    async def record(
        self,
        request: ApiRequest,
        session: DbSession,
        actor: CurrentActor,
        row_id: FromPath[int],
        settings: NamedDependency[Settings],
    ) -> Response[bytes]:
        """Read the stored XRechnung, ZUGFeRD or Factur-X file into an invoice."""
        form = decoded(InvoiceOfDocumentForm, await request.body() or b"{}")
        kept = await read_kept_invoice(session, settings.documents_dir, row_id)
        invoice = await service.record_electronic_invoice(
            session, kept.received, kept.document, actor, form.measure_id
        )
        return _made(await row_answer(request, session, INVOICES, invoice.id))


def _made(answer: Response[bytes]) -> Response[bytes]:
    answer.status_code = 201
    return answer


async def _sent(request: ApiRequest) -> Upload:
    sent: Any = (await request.form()).get("file")
    if not isinstance(sent, UploadFile):
        message = "Bitte die Datei als multipart/form-data im Feld „file“ schicken."
        raise FileRefusedError(message, {"file": message})
    return Upload(sent.filename, await sent.read())
