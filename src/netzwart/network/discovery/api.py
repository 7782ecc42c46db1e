"""Searches and the inbox under `/api/v1`."""

from typing import Any

from litestar import Controller, Response, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from netzwart.accounts.actors import Right
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_network_editor
from netzwart.accounts.resources import (
    API,
    Act,
    ApiRequest,
    Form,
    Values,
    Writing,
    decoded,
    filled,
    resource_controller,
    row_answer,
)
from netzwart.database import DbSession
from netzwart.network.discovery import service
from netzwart.network.discovery.resources import DISCOVERED_NODES, DISCOVERY_RUNS
from netzwart.network.discovery.service import AcceptForm, DiscoveryForm, IgnoreForm, JoinForm
from netzwart.network.discovery_tables import DiscoveryRun
from netzwart.web.resources.documenting import answer_operation

_DECIDED: dict[str, Any] = {"id": {"type": "integer"}, "status": {"type": "string"}}


class _RunPart(Form):
    """What a search tries, in this order."""

    credential_ids: list[int]
    ranges: str
    port: int = 161


async def _create(act: Act, values: Values) -> DiscoveryRun:
    return await service.start_discovery(act.session, act.actor, filled(DiscoveryForm, values))


class DiscoveryActsController(Controller):
    """What can be done with searches and with what they found."""

    path = API

    @post(
        "/discovery-runs/{row_id:int}/cancel",
        status_code=200,
        tags=["discovery-runs"],
        guards=[requires_network_editor],
        operation_class=answer_operation(_DECIDED),
        operation_id="cancel_discovery",
        summary="Stop a search",
    )
    async def cancel(
        self, request: ApiRequest, session: DbSession, actor: CurrentActor, row_id: FromPath[int]
    ) -> Response[bytes]:
        """Stop a search; what it found so far stays."""
        await service.cancel_discovery(session, actor, row_id)
        return await row_answer(request, session, DISCOVERY_RUNS, row_id)

    @post(
        "/discovered-nodes/{row_id:int}/accept",
        status_code=200,
        tags=["discovered-nodes"],
        guards=[requires_network_editor],
        operation_class=answer_operation(_DECIDED, body=AcceptForm.model_json_schema()),
        operation_id="accept_discovered_node",
        summary="Make a node of something found",
    )
    async def accept(
        self, request: ApiRequest, session: DbSession, actor: CurrentActor, row_id: FromPath[int]
    ) -> Response[bytes]:
        """Make a node of it; it is polled within seconds."""
        form = decoded(AcceptForm, await request.body())
        await service.accept(session, actor, row_id, form)
        return await row_answer(request, session, DISCOVERED_NODES, row_id)

    @post(
        "/discovered-nodes/{row_id:int}/join",
        status_code=200,
        tags=["discovered-nodes"],
        guards=[requires_network_editor],
        operation_class=answer_operation(_DECIDED, body=JoinForm.model_json_schema()),
        operation_id="join_discovered_node",
        summary="Say which node something found is",
    )
    async def join(
        self, request: ApiRequest, session: DbSession, actor: CurrentActor, row_id: FromPath[int]
    ) -> Response[bytes]:
        """Note which node it is, and let that node move there if so told."""
        form = decoded(JoinForm, await request.body())
        await service.join(session, actor, row_id, form)
        return await row_answer(request, session, DISCOVERED_NODES, row_id)

    @post(
        "/discovered-nodes/{row_id:int}/ignore",
        status_code=200,
        tags=["discovered-nodes"],
        guards=[requires_network_editor],
        operation_class=answer_operation(_DECIDED, body=IgnoreForm.model_json_schema()),
        operation_id="ignore_discovered_node",
        summary="Leave something found alone, with a reason",
    )
    async def ignore(
        self, request: ApiRequest, session: DbSession, actor: CurrentActor, row_id: FromPath[int]
    ) -> Response[bytes]:
        """Leave it alone; it is not proposed again while the same device answers there."""
        form = decoded(IgnoreForm, await request.body())
        await service.ignore(session, actor, row_id, form)
        return await row_answer(request, session, DISCOVERED_NODES, row_id)


CONTROLLERS: list[ControllerRouterHandler] = [
    resource_controller(
        DISCOVERY_RUNS,
        Writing(
            DISCOVERY_RUNS,
            Right.EDIT_NETWORK,
            "school asks_silent",
            form=_RunPart,
            create=_create,
            may_patch=False,
            audits_itself=True,
        ),
    ),
    resource_controller(DISCOVERED_NODES),
    DiscoveryActsController,
]
