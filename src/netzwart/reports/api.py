"""Issued papers under `/api/v1`: ordered, downloaded, verified, compared with today."""

from typing import Any, Final, cast

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.openapi.spec import Operation
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import (
    requires_funding_reader,
    requires_proof_issuer,
    requires_signed_in,
)
from netzwart.accounts.resources import (
    API,
    ApiRequest,
    filled,
    refuse_query,
    resource_controller,
    view_of,
)
from netzwart.accounts.resources.answering import item_answer, json_answer
from netzwart.accounts.resources.forms import read_json
from netzwart.accounts.resources.idempotency import Once
from netzwart.database import DbSession, table_of
from netzwart.errors import InvalidInputError, NotFoundError
from netzwart.funding.queries import visible_grants
from netzwart.funding.resources import GRANT
from netzwart.funding.tables import Grant
from netzwart.reports.comparing import compare_with_today
from netzwart.reports.compiling import PaperOrder, check_order, compile_paper
from netzwart.reports.downloading import file_names, served, stored_file
from netzwart.reports.forms import PaperOrderForm
from netzwart.reports.issuing import get_issued, issue
from netzwart.reports.kinds import PaperKind
from netzwart.reports.ordering import get_paper_job, is_large, order_paper
from netzwart.reports.signing import PaperSigner
from netzwart.reports.tables import IssuedDocument, PaperJob
from netzwart.reports.verifying import Verdict, verify_file
from netzwart.schools.resources import SCHOOL
from netzwart.schools.tables import School
from netzwart.web.listing import ListQuery
from netzwart.web.resources import Reference, declare
from netzwart.web.resources.documenting import (
    Doing,
    Forms,
    answer_operation,
    operation_of,
    raw_operation,
)
from netzwart.web.resources.fields import LARGEST_INTEGER
from netzwart.web.resources.reading import Item, encode, read_one

Signing = NamedDependency[PaperSigner]

_ASYNC: Final = "respond-async"
_JOB_ANSWER: Final = {
    "job": {"type": "integer"},
    "status": {"type": "string", "enum": ["todo", "doing", "succeeded", "failed"]},
    "stage": {"type": "string"},
    "percent": {"type": "integer"},
    "proof": {"type": ["integer", "null"]},
    "problem": {"type": ["string", "null"]},
}
_FILE: Final = {"type": "object", "properties": {"name": {"type": "string"}}}
_DIFFERENCE: Final = {
    "type": "object",
    "properties": {
        name: {"type": "string"} for name in ("section", "line", "kind", "field", "then", "now")
    },
}
_MOST_PAPERS: Final = 20
_GRANT, _SCHOOL = table_of(Grant), table_of(School)

PROOFS = declare(
    "proofs",
    IssuedDocument,
    read=Right.READ_FUNDING,
    columns="number kind title as_of issued_at issued_by sha256 content_sha256 seal_root",
    references=(
        GRANT,
        SCHOOL,
        Reference("supersedes", IssuedDocument, "supersedes_id", key="number"),
    ),
    grant=("grant_id",),
    search=("number", "title"),
    sort="-issued_at",
    guarded={"issued_by": Right.READ_NAMES},
)


class UnknownSubjectError(InvalidInputError):
    """The order names a grant or a school that is not there."""


def _creating() -> type[Operation]:
    """Return what OpenAPI says about ordering papers."""
    schema = PaperOrderForm.model_json_schema()
    schema.pop("$defs", None)
    kinds = [kind.value for kind in PaperKind]
    schema["properties"]["kind"] = {"type": "string", "enum": kinds, "default": kinds[0]}
    said = vars(operation_of(Doing.CREATE, PROOFS, Forms(create=schema)))["said"]
    job = {"type": "object", "properties": _JOB_ANSWER, "required": list(_JOB_ANSWER)}
    many = {"type": "object", "properties": {"items": {"type": "array", "items": job}}}
    queued = {
        "description": "queued; Location tells where to ask",
        "content": {"application/json": {"schema": {"anyOf": [job, many]}}},
    }
    document = {**said, "responses": {**said["responses"], "202": queued}}
    return raw_operation(document, said["x-netzwart-schemas"])


def _downloading() -> type[Operation]:
    name = {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}
    said = vars(answer_operation({}, parameters=(name,)))["said"]
    binary = {"schema": {"type": "string", "format": "binary"}}
    data = {"schema": {"type": ["object", "array"]}}
    types = {"application/pdf": binary, "text/csv": binary, "application/json": data}
    answer = {"description": "the stored bytes", "content": types}
    return raw_operation({**said, "responses": {**said["responses"], "200": answer}})


def _verifying() -> type[Operation]:
    said = vars(
        answer_operation(
            {
                "verdict": {"type": "string", "enum": [one.value for one in Verdict]},
                "sha256": {"type": "string"},
                "paper": {"type": ["object", "null"], "additionalProperties": True},
                "signature": {"type": ["object", "null"], "additionalProperties": True},
                "signed_by_us": {"type": "boolean"},
                "is_readable": {"type": "boolean"},
            },
        )
    )["said"]
    binary = {"schema": {"type": "string", "format": "binary"}}
    body = {"required": True, "content": {"application/pdf": binary}}
    return raw_operation({**said, "parameters": [], "requestBody": body})


_READING: Any = resource_controller(PROOFS)  # a class made at run time


class ProofsApi(_READING):
    """Papers read like every resource, and what can be done with them beside that."""

    path = f"{API}/proofs"
    tags = ["proofs"]  # noqa: RUF012 - Litestar reads a plain attribute

    @post(
        guards=[requires_proof_issuer],
        operation_class=_creating(),
        operation_id="create_proofs",
        summary="Issue papers: 201 at once, or 202 and a job for long ones",
    )
    async def create(
        self, request: ApiRequest, session: DbSession, actor: CurrentActor, signer: Signing
    ) -> Response[bytes]:
        """Issue papers; long ones, and with `Prefer: respond-async` all, are made by jobs."""
        body = await request.body()
        once = Once(session, request, body)
        if (earlier := await once.earlier_answer()) is not None:
            return earlier
        answer = await _create(request, session, actor, signer, read_json(body))
        await once.keep(answer, holds_secret=False)
        return answer

    @get(
        "/jobs/{row_id:int}",
        guards=[requires_funding_reader],
        operation_class=answer_operation(_JOB_ANSWER),
        operation_id="show_proof_job",
        summary="Show how an ordered paper stands",
    )
    async def job(
        self, request: ApiRequest, session: DbSession, actor: CurrentActor, row_id: FromPath[int]
    ) -> Response[bytes]:
        """Tell how far an ordered paper is, and its id once it is issued."""
        refuse_query(request)
        return json_answer(encode(_told(await get_paper_job(session, _checked(row_id), actor))))

    @get(
        "/{row_id:int}/files",
        guards=[requires_funding_reader],
        operation_class=answer_operation({"items": {"type": "array", "items": _FILE}}),
        operation_id="list_proof_files",
        summary="List the files of an issued paper",
    )
    async def files(
        self, request: ApiRequest, session: DbSession, actor: CurrentActor, row_id: FromPath[int]
    ) -> Response[bytes]:
        """Name paper and twins."""
        refuse_query(request)
        document = await get_issued(session, _checked(row_id), actor)
        return json_answer(encode({"items": [{"name": name} for name in file_names(document)]}))

    @get(
        "/{row_id:int}/files/{name:str}",
        guards=[requires_funding_reader],
        operation_class=_downloading(),
        operation_id="download_proof_file",
        summary="Download a file of an issued paper",
    )
    async def file(
        self,
        session: DbSession,
        actor: CurrentActor,
        row_id: FromPath[int],
        name: FromPath[str],
    ) -> Response[bytes]:
        """Give back the stored bytes."""
        document = await get_issued(session, _checked(row_id), actor)
        return served(name, stored_file(document, name), f"{document.number}-{name}")

    @get(
        "/{row_id:int}/comparison",
        guards=[requires_funding_reader],
        operation_class=answer_operation(
            {
                "number": {"type": "string"},
                "as_of": {"type": "string", "format": "date"},
                "lines": {"type": "integer"},
                "differences": {"type": "array", "items": _DIFFERENCE},
            }
        ),
        operation_id="compare_proof",
        summary="Compare an issued paper with today's data, line by line",
    )
    async def comparison(
        self, request: ApiRequest, session: DbSession, actor: CurrentActor, row_id: FromPath[int]
    ) -> Response[bytes]:
        """Say what would be printed differently now for the same day."""
        refuse_query(request)
        document = await get_issued(session, _checked(row_id), actor)
        found = await compare_with_today(session, document, actor)
        return json_answer(msgspec.json.encode(found))

    @post(
        "/verify",
        status_code=200,
        guards=[requires_signed_in],
        operation_class=_verifying(),
        operation_id="verify_proof",
        summary="Say what is true of a PDF: issued here, unchanged, signed, superseded",
    )
    async def verify(
        self, request: ApiRequest, session: DbSession, signer: Signing
    ) -> Response[bytes]:
        """Take a PDF as the body and hold it against the register."""
        found = await verify_file(session, await request.body(), signer.key_sha256)
        return json_answer(msgspec.json.encode(found))


async def _create(
    request: ApiRequest, session: AsyncSession, actor: Actor, signer: PaperSigner, sent: object
) -> Response[bytes]:
    many = cast("list[object]", sent) if isinstance(sent, list) else [sent]
    orders = [await _order(session, one, actor) for one in _limited(many)]
    is_long = any([await is_large(session, order) for order in orders])
    if is_long or _ASYNC in request.headers.get("prefer", "").lower():
        jobs = [_told(await order_paper(session, order, actor)) for order in orders]
        where = {"Location": f"{API}/proofs/jobs/{jobs[0]['job']}"}
        told = {"items": jobs} if isinstance(sent, list) else jobs[0]
        return json_answer(encode(told), 202, where)
    rows = [await _issue(session, order, actor, signer) for order in orders]
    view = view_of(PROOFS, actor)
    seen = [await read_one(session, view, row.id, ListQuery()) for row in rows]
    items = [item for item, _ in filter(None, seen)]
    if isinstance(sent, list):
        return json_answer(encode({"items": items}), 201)
    return item_answer(request, items[0], 1, 201, f"{API}/proofs/{rows[0].id}")


async def _issue(
    session: AsyncSession, order: PaperOrder, actor: Actor, signer: PaperSigner
) -> IssuedDocument:
    paper = await compile_paper(session, order, actor, is_draft=False)
    return await issue(session, paper, order, actor, signer)


async def _order(session: AsyncSession, sent: object, actor: Actor) -> PaperOrder:
    """Return what is ordered, with grant and school by their keys."""
    if not isinstance(sent, dict):
        message = "Hier steht kein Objekt."
        raise InvalidInputError(message, {"body": message})
    form = filled(PaperOrderForm, cast("dict[str, Any]", sent))
    grant_id, school_id = form.grant_id, form.school_id
    if form.grant is not None:
        known = (_GRANT.c.number == form.grant, visible_grants(actor))
        grant_id = await _found(session, select(_GRANT.c.id).where(*known), "grant")
    if form.school is not None:
        wanted = select(_SCHOOL.c.id).where(_SCHOOL.c.number == form.school)
        school_id = await _found(session, wanted, "school")
    order = PaperOrder(kind=form.kind, as_of=form.as_of, grant_id=grant_id, school_id=school_id)
    await check_order(session, order, actor)
    return order


async def _found(session: AsyncSession, query: Select[Any], field: str) -> int:
    found = await session.scalar(query)
    if found is None:
        message = "Das gibt es nicht."
        raise UnknownSubjectError(message, {field: message})
    return int(found)


def _limited(many: list[object]) -> list[object]:
    if not 1 <= len(many) <= _MOST_PAPERS:
        raise InvalidInputError(f"Es sind 1 bis {_MOST_PAPERS} Papiere auf einmal möglich.")
    return many


def _told(job: PaperJob) -> Item:
    return {
        "job": job.id,
        "status": job.state.value,
        "stage": job.stage,
        "percent": job.percent,
        "proof": job.document_id,
        "problem": job.problem,
    }


def _checked(row_id: int) -> int:
    if not 0 < row_id <= LARGEST_INTEGER:
        raise NotFoundError("Diesen Eintrag gibt es nicht.")
    return row_id


CONTROLLERS: list[ControllerRouterHandler] = [ProofsApi]
