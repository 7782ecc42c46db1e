"""One Litestar controller for each declared resource: list, show, create, update, destroy."""

from collections.abc import Sequence
from typing import Any, cast

from litestar import Controller, Response, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.handlers.http_handlers import HTTPRouteHandler
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Right
from netzwart.accounts.authentication import provide_actor
from netzwart.accounts.guards import requires
from netzwart.accounts.resources.acting import view_of
from netzwart.accounts.resources.answering import (
    ApiRequest,
    check_version,
    item_answer,
    json_answer,
    query_pairs,
)
from netzwart.accounts.resources.forms import Form, read_json
from netzwart.accounts.resources.idempotency import Once
from netzwart.accounts.resources.writing import Act, Writer, Writing
from netzwart.database import DbSession, Record
from netzwart.errors import NotFoundError
from netzwart.secrets import SecretBox
from netzwart.web.listing import Filter, ListQuery, SortKey
from netzwart.web.resources import Resource
from netzwart.web.resources.documenting import Doing, Forms, operation_of
from netzwart.web.resources.fields import LARGEST_INTEGER, Op
from netzwart.web.resources.reading import Item, encode, read_one, read_page
from netzwart.web.resources.viewing import View

API = "/api/v1"

KeyBox = NamedDependency[SecretBox]


def resource_controller(resource: Resource, writing: Writing | None = None) -> type[Controller]:
    """Return the controller of a resource at its address below the API's root.

    Each route has its guard: reading needs the resource's right, writing the writing's.
    """
    handlers: dict[str, Any] = {
        "path": f"{API}/{resource.name}",
        "tags": [resource.name],
        "resource": resource,
        "index": _index(resource),
        "show": _show(resource),
    }
    if writing is not None:
        if writing.may_create:
            handlers["create"] = _create(writing)
        if writing.may_patch:
            handlers["update"] = _update(writing)
        if writing.may_delete:
            handlers["destroy"] = _destroy(writing)
    return type(f"{resource.subject}Api", (Controller,), handlers)


def _forms(writing: Writing) -> Forms:
    return Forms(_schema_of(writing.create_form), _schema_of(writing.patch_form))


def _schema_of(form: type[Form]) -> dict[str, Any]:
    """Return the form's JSON schema without references into itself."""
    schema = form.model_json_schema(mode="validation")
    definitions = schema.pop("$defs", {})

    def plain(part: object) -> Any:  # noqa: ANN401 - JSON
        if isinstance(part, dict):
            known = cast("dict[str, Any]", part)
            if "$ref" in known:
                return plain(definitions[str(known["$ref"]).rpartition("/")[2]])
            return {name: plain(value) for name, value in known.items()}
        return (
            [plain(one) for one in cast("list[object]", part)] if isinstance(part, list) else part
        )

    return plain(schema)


def _index(resource: Resource) -> HTTPRouteHandler:
    @get(
        guards=[requires(Right(resource.read))],
        operation_class=operation_of(Doing.LIST, resource),
        operation_id=f"list_{resource.name}",
        summary=f"List {resource.name}",
    )
    async def index(self: Controller, request: ApiRequest, session: DbSession) -> Response[bytes]:
        del self
        view = view_of(resource, provide_actor(request))
        page = await read_page(session, view, view.parse(query_pairs(request)))
        return json_answer(page.encode())

    return index


def _show(resource: Resource) -> HTTPRouteHandler:
    @get(
        "/{row_id:int}",
        guards=[requires(Right(resource.read))],
        operation_class=operation_of(Doing.SHOW, resource),
        operation_id=f"show_{resource.name}",
        summary=f"Show one of {resource.name}",
    )
    async def show(
        self: Controller, request: ApiRequest, session: DbSession, row_id: FromPath[int]
    ) -> Response[bytes]:
        del self
        view = view_of(resource, provide_actor(request))
        shape = view.parse_shape(query_pairs(request))
        item, version = await _seen(session, view, row_id, shape)
        return item_answer(request, item, version)

    return show


def _create(writing: Writing) -> HTTPRouteHandler:
    resource = writing.resource

    @post(
        guards=[requires(writing.right)],
        operation_class=operation_of(Doing.CREATE, resource, _forms(writing)),
        operation_id=f"create_{resource.name}",
        summary=f"Create one or many of {resource.name}",
    )
    async def create(
        self: Controller, request: ApiRequest, session: DbSession, secret_box: KeyBox
    ) -> Response[bytes]:
        del self
        body = await request.body()
        once = Once(session, request, body)
        if (earlier := await once.earlier_answer()) is not None:
            return earlier
        sent = read_json(body)
        is_list = isinstance(sent, list)
        many: list[object] = cast("list[object]", sent) if is_list else [sent]
        writer = Writer(Act(session, provide_actor(request), secret_box), writing)
        rows = await writer.create(many, is_list=is_list)
        answer = await _created(request, session, writer, rows, is_list=is_list)
        await once.keep(answer, holds_secret=writing.tells_once)
        return answer

    return create


async def _created(
    request: ApiRequest,
    session: AsyncSession,
    writer: Writer,
    rows: Sequence[Record],
    *,
    is_list: bool,
) -> Response[bytes]:
    resource = writer.resource
    query = ListQuery(
        limit=len(rows),
        sort=(SortKey(resource.fields["id"]),),
        filters=(Filter(resource.fields["id"], Op.IN, [row.id for row in rows]),),
    )
    page = await read_page(session, writer.view, query)
    told = {row.id: writer.told.get(row.id, {}) for row in rows}
    found = {item["id"]: {**item, **told[item["id"]]} for item in page.items}
    items = [found[row.id] for row in rows if row.id in found]
    if is_list:
        return json_answer(encode({"items": items}), 201)
    location = f"{API}/{resource.name}/{rows[0].id}"
    if not items:  # written where the actor may not read
        return json_answer(encode({"id": rows[0].id}), 201, {"Location": location})
    return item_answer(request, items[0], rows[0].version, 201, location)


def _update(writing: Writing) -> HTTPRouteHandler:
    resource = writing.resource

    @patch(
        "/{row_id:int}",
        guards=[requires(writing.right)],
        operation_class=operation_of(Doing.CHANGE, resource, _forms(writing)),
        operation_id=f"change_{resource.name}",
        summary=f"Change one of {resource.name}",
    )
    async def update(
        self: Controller,
        request: ApiRequest,
        session: DbSession,
        secret_box: KeyBox,
        row_id: FromPath[int],
    ) -> Response[bytes]:
        del self
        sent = read_json(await request.body())
        writer = Writer(Act(session, provide_actor(request), secret_box), writing)
        row = await writer.load(_checked(row_id))
        check_version(request, row.version)
        await writer.update(row, sent)
        item, version = await _seen(session, writer.view, row_id, ListQuery())
        return item_answer(request, item, version)

    return update


def _destroy(writing: Writing) -> HTTPRouteHandler:
    resource = writing.resource

    @delete(
        "/{row_id:int}",
        guards=[requires(writing.right)],
        operation_class=operation_of(Doing.DELETE, resource),
        operation_id=f"delete_{resource.name}",
        summary=f"Delete one of {resource.name}",
    )
    async def destroy(
        self: Controller,
        request: ApiRequest,
        session: DbSession,
        secret_box: KeyBox,
        row_id: FromPath[int],
    ) -> None:
        del self
        writer = Writer(Act(session, provide_actor(request), secret_box), writing)
        row = await writer.load(_checked(row_id))
        check_version(request, row.version)
        await writer.remove(row)

    return destroy


async def row_answer(
    request: ApiRequest, session: AsyncSession, resource: Resource, row_id: int
) -> Response[bytes]:
    """Answer with one row as the sender may see it, after an act of its own.

    Raises:
        NotFoundError: there is none that the sender may see.
    """
    view = view_of(resource, provide_actor(request))
    item, version = await _seen(session, view, row_id, ListQuery())
    return item_answer(request, item, version)


def _checked(row_id: int) -> int:
    if not 0 < row_id <= LARGEST_INTEGER:
        raise NotFoundError("Diesen Eintrag gibt es nicht.")
    return row_id


async def _seen(
    session: AsyncSession, view: View, row_id: int, shape: ListQuery
) -> tuple[Item, int]:
    found = await read_one(session, view, _checked(row_id), shape)
    if found is None:
        raise NotFoundError("Diesen Eintrag gibt es nicht.")
    return found
