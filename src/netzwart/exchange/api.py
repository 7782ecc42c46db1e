"""Lists of devices under `/api/v1/imports`: send a file, read its plan, apply it, take it back."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from litestar import Controller, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_data_importer
from netzwart.accounts.resources import API, ApiRequest, Form, decoded
from netzwart.accounts.resources.answering import json_answer, query_pairs
from netzwart.database import DbSession
from netzwart.exchange.lists import queries
from netzwart.exchange.lists.running import WrongStateError, begin
from netzwart.exchange.lists.taking import ListRefusedError, plan_by_headings, take_list
from netzwart.exchange.upserting import Action
from netzwart.inventory.import_tables import ImportState
from netzwart.schools.queries import AnyRow
from netzwart.settings import Settings
from netzwart.web.listing import BadQueryError
from netzwart.web.resources.documenting import answer_operation, raw_operation

_RUN: Final[dict[str, Any]] = {
    "id": {"type": "integer"},
    "file_name": {"type": "string"},
    "state": {"type": "string", "enum": [state.value for state in ImportState]},
    "percent": {"type": "integer"},
    "plan_id": {"type": ["string", "null"]},
    "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
    "problems": {"type": "array", "items": {"type": "string"}},
}
_ROW: Final[dict[str, Any]] = {
    "line": {"type": "integer"},
    "action": {"type": "string", "enum": [action.value for action in Action]},
    "label": {"type": "string"},
    "device_id": {"type": ["integer", "null"]},
    "changes": {"type": "object", "additionalProperties": True},
    "faults": {"type": "object", "additionalProperties": {"type": "string"}},
}
_ROWS: Final[dict[str, Any]] = {
    "items": {"type": "array", "items": {"type": "object", "properties": _ROW}},
    "next": {"type": ["string", "null"]},
}
_ROW_PARAMETERS: Final[tuple[dict[str, Any], ...]] = (
    {"name": "action", "in": "query", "schema": _ROW["action"]},
    {"name": "cursor", "in": "query", "schema": {"type": "string"}},
)
_FILE: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "profile": {"type": "string", "description": "Name of a saved mapping"},
                    },
                }
            }
        },
    },
    "responses": {
        "202": {"description": "The file is kept and being planned; ask the address again"},
        "422": {"description": "No list, an unknown column, or an unknown mapping"},
    },
}


class PlanChoice(Form):
    """Which plan shall be done."""

    plan_id: str


class ImportsController(Controller):
    """Lists of devices for programs; the same steps as on the page."""

    path = f"{API}/imports"
    guards = [requires_data_importer]  # noqa: RUF012 - Litestar reads a plain attribute
    tags = ["imports"]  # noqa: RUF012 - the same

    @post(
        status_code=202,
        operation_class=raw_operation(_FILE),
        operation_id="create_import",
        summary="Send a list of devices (CSV, XLSX, ODS) and have it planned",
    )
    async def create(
        self,
        request: ApiRequest,
        session: DbSession,
        actor: CurrentActor,
        settings: NamedDependency[Settings],
    ) -> Response[bytes]:
        """Keep the file and queue its plan."""
        sent = await request.form()
        file = _file_of(sent.get("file"))
        run = await take_list(
            session,
            actor,
            file.filename,
            await file.read(),
            limit_mib=settings.upload_limit_mib,
            profile=str(sent.get("profile") or ""),
        )
        if run.state is ImportState.MAPPING:
            await plan_by_headings(session, run)
        return _answer(await queries.get_run(session, actor, run.id), 202)

    @get(
        "/{row_id:int}",
        operation_class=answer_operation(_RUN),
        operation_id="show_import",
        summary="How far a list is",
    )
    async def show(
        self, session: DbSession, actor: CurrentActor, row_id: FromPath[int]
    ) -> Response[bytes]:
        """Return state, counts and problems."""
        return _answer(await queries.get_run(session, actor, row_id))

    @get(
        "/{row_id:int}/rows",
        operation_class=answer_operation(_ROWS, parameters=_ROW_PARAMETERS),
        operation_id="list_import_rows",
        summary="What each row means, field by field",
    )
    async def rows(
        self,
        request: ApiRequest,
        session: DbSession,
        actor: CurrentActor,
        row_id: FromPath[int],
    ) -> Response[bytes]:
        """Return up to a hundred rows and where the next begin."""
        run = await queries.get_run(session, actor, row_id)
        action, after = _asked(request)
        found = await queries.list_rows(
            session, run.id, action=action, after_line=after, limit=queries.PAGE + 1
        )
        shown = found[: queries.PAGE]
        more = str(shown[-1].line) if len(found) > queries.PAGE else None
        items = [{name: getattr(row, name) for name in _ROW} for row in shown]
        return json_answer(msgspec.json.encode({"items": items, "next": more}))

    @post(
        "/{row_id:int}/apply",
        status_code=202,
        operation_class=answer_operation(_RUN, status="202", body=PlanChoice.model_json_schema()),
        operation_id="apply_import",
        summary="Do exactly the plan that was read, all or nothing",
    )
    async def apply(
        self,
        request: ApiRequest,
        session: DbSession,
        actor: CurrentActor,
        row_id: FromPath[int],
    ) -> Response[bytes]:
        """Queue the deed; another plan by then means nothing is written."""
        run = await queries.get_run(session, actor, row_id)
        if decoded(PlanChoice, await request.body()).plan_id != run.plan_id:
            raise WrongStateError("Das ist nicht der gegenwärtige Plan dieses Imports.")
        await begin(session, row_id, [ImportState.PLANNED], ImportState.APPLYING)
        return _answer(await queries.get_run(session, actor, row_id), 202)

    @post(
        "/{row_id:int}/undo",
        status_code=202,
        operation_class=answer_operation(_RUN, status="202"),
        operation_id="undo_import",
        summary="Take an import back, unless something touched its rows since",
    )
    async def undo(
        self, session: DbSession, actor: CurrentActor, row_id: FromPath[int]
    ) -> Response[bytes]:
        """Queue the undoing."""
        await queries.get_run(session, actor, row_id)
        await begin(session, row_id, [ImportState.APPLIED], ImportState.UNDOING)
        return _answer(await queries.get_run(session, actor, row_id), 202)


def _file_of(sent: object) -> UploadFile:
    if not isinstance(sent, UploadFile):
        message = "Bitte die Datei als multipart/form-data im Feld „file“ schicken."
        raise ListRefusedError(message, {"file": message})
    return sent


def _asked(request: ApiRequest) -> tuple[str, int]:
    given = dict(query_pairs(request))
    known = {one["name"] for one in _ROW_PARAMETERS}
    wrong = {n: "Diesen Parameter gibt es hier nicht." for n in given if n not in known}
    action, cursor = given.get("action", ""), given.get("cursor", "0")
    if action and action not in _ROW["action"]["enum"]:
        wrong["action"] = "Das ist keine Wirkung einer Zeile."
    if not (cursor.isascii() and cursor.isdigit()) or len(cursor) > 9:  # noqa: PLR2004 - lines of a file
        wrong["cursor"] = "Dieser Anschluss ist keiner."
    if wrong:
        raise BadQueryError("Die Anfrage wurde nicht verstanden.", wrong)
    return action, int(cursor)


def _answer(run: AnyRow, status: int = 200) -> Response[bytes]:
    problems: Mapping[str, Any] = run.problems
    body = {
        "id": run.id,
        "file_name": run.file_name,
        "state": run.state.value,
        "percent": run.percent,
        "plan_id": run.plan_id,
        "counts": run.counts,
        "problems": problems.get("list", []),
    }
    return json_answer(msgspec.json.encode(body), status, {"Location": f"{API}/imports/{run.id}"})


CONTROLLERS: list[ControllerRouterHandler] = [ImportsController]
