"""Auditors' draws and the schools' use under `/api/v1`."""

from decimal import Decimal

import msgspec
from litestar import Controller, Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from netzwart.accounts.actors import Right
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_funding_reader, requires_network_reader
from netzwart.accounts.resources import API, Act, Values, Writing, resource_controller
from netzwart.accounts.resources.answering import ApiRequest, json_answer, query_pairs
from netzwart.custody.forms import DrawForm
from netzwart.custody.resources import DRAWS
from netzwart.custody.service.drawing import draw_sample, freeze_list
from netzwart.custody.tables import AuditDraw
from netzwart.custody.use_queries import SchoolUse, list_use, period_of
from netzwart.database import DbSession
from netzwart.web.listing import BadQueryError
from netzwart.web.resources.documenting import answer_operation

_TEXT = {"type": ["string", "null"]}
_COUNT = {"type": ["integer", "null"]}
_USE = {
    "school": {"type": "string"},
    "access_points": {"type": "integer"},
    "access_point_availability": _TEXT,
    "switches": {"type": "integer"},
    "switch_availability": _TEXT,
    "clients_per_access_point": _TEXT,
    "ports": {"type": "integer"},
    "ports_used": _COUNT,
    "uplink_bps": _COUNT,
    "uplink_peak_bps": _COUNT,
    "measured_kwh": _TEXT,
    "estimated_kwh": _TEXT,
}
_PERIOD = tuple(
    {"name": name, "in": "query", "required": False, "schema": {"type": "string", "format": "date"}}
    for name in ("from", "until")
)


async def _draw(act: Act, values: Values) -> AuditDraw:
    form = DrawForm.model_validate({name: values[name] for name in ("seed", "size", "list_sha256")})
    return await draw_sample(act.session, act.actor, values["grant_id"], form)


class DrawListController(Controller):
    """What a sample of a grant would be drawn from."""

    path = f"{API}/grants"

    @get(
        "/{row_id:int}/draw-list",
        tags=["draws"],
        guards=[requires_funding_reader],
        operation_class=answer_operation(
            {
                "population": {"type": "integer"},
                "list_sha256": {"type": "string"},
                "lines": {"type": "array", "items": {"type": "string"}},
            }
        ),
        operation_id="show_draw_list",
        summary="Show the list that a sample would be drawn from now, with its hash",
    )
    async def show(
        self, session: DbSession, actor: CurrentActor, row_id: FromPath[int]
    ) -> Response[bytes]:
        """Give the list as it would be frozen now."""
        frozen = await freeze_list(session, actor, row_id)
        lines = frozen.text.splitlines()
        told = {"population": len(lines), "list_sha256": frozen.sha256, "lines": lines}
        return json_answer(msgspec.json.encode(told))


class UseController(Controller):
    """How the bought network of each school is used."""

    path = f"{API}/use"

    @get(
        tags=["use"],
        guards=[requires_network_reader],
        operation_class=answer_operation(_USE, is_list=True, parameters=_PERIOD),
        operation_id="list_use",
        summary="List each school's use of the network in a period",
    )
    async def index(
        self, request: ApiRequest, session: DbSession, actor: CurrentActor
    ) -> Response[bytes]:
        """Give the table that page and CSV show."""
        given = dict(query_pairs(request))
        if unknown := sorted(given.keys() - {"from", "until"}):
            raise BadQueryError(
                "Die Anfrage wurde nicht verstanden.",
                dict.fromkeys(unknown, "Diesen Parameter gibt es hier nicht."),
            )
        first, last = period_of(given.get("from", ""), given.get("until", ""))
        rows = await list_use(session, actor, first, last)
        return json_answer(msgspec.json.encode([_told(row) for row in rows]))


def _told(row: SchoolUse) -> dict[str, object]:
    def text(value: Decimal | None) -> str | None:
        return None if value is None else str(value)

    return {
        "school": row.number,
        "access_points": row.points,
        "access_point_availability": text(row.point_availability),
        "switches": row.switches,
        "switch_availability": text(row.switch_availability),
        "clients_per_access_point": text(row.clients_per_point),
        "ports": row.ports,
        "ports_used": row.ports_used,
        "uplink_bps": row.uplink_bps,
        "uplink_peak_bps": row.uplink_peak_bps,
        "measured_kwh": text(row.energy.measured_kwh),
        "estimated_kwh": text(row.energy.estimated_kwh),
    }


CONTROLLERS: list[ControllerRouterHandler] = [
    resource_controller(
        DRAWS,
        Writing(
            DRAWS,
            Right.ISSUE_PROOFS,
            "grant seed size list_sha256",
            create=_draw,
            may_patch=False,
            audits_itself=True,
        ),
    ),
    DrawListController,
    UseController,
]
