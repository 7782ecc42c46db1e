"""Nodes and all that is known of them under `/api/v1`; "poll now" queues a job."""

from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart import jobs
from netzwart.accounts.actors import Right
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_network_reader, requires_network_recorder
from netzwart.accounts.resources import (
    API,
    Act,
    ApiRequest,
    Form,
    Values,
    Writing,
    filled,
    refuse_query,
    resource_controller,
    view_of,
)
from netzwart.database import DbSession, table_of
from netzwart.errors import NotFoundError
from netzwart.network import service
from netzwart.network.discovery import api as discovery_api
from netzwart.network.forms import (
    SECRET_NAMES,
    Address,
    CredentialChangeForm,
    CredentialForm,
    NodeForm,
    Port,
    Secret,
)
from netzwart.network.history.reading import PortRates, latest_rates
from netzwart.network.live.streaming import EventsController
from netzwart.network.queries import get_node
from netzwart.network.resources import (
    COMPONENTS,
    CONFIGURATIONS,
    CREDENTIALS,
    INCIDENTS,
    INTERFACES,
    MAINTENANCE_WINDOWS,
    NEIGHBOURS,
    NODES,
)
from netzwart.network.tables import Credential, Node
from netzwart.network.topology import api as topology_api
from netzwart.schools.tables import School
from netzwart.web.resources.documenting import answer_operation


class _NodePart(Form):
    """What the columns say too loosely about a node."""

    address: Address
    port: Port = 161
    ssh_port: Port = 22


class _NodeChange(Form):
    """The same where it changes."""

    address: Address = ""
    port: Port = 161
    ssh_port: Port = 22


class _Secrets(Form):
    """What opens a node; sealed at once, and never told again."""

    community: Secret | None = None
    auth_key: Secret | None = None
    privacy_key: Secret | None = None
    password: Secret | None = None
    private_key: Secret | None = None
    enable_secret: Secret | None = None


class _NewSecrets(_Secrets):
    """What is sealed instead; what is not given stays, unless all is to be forgotten first."""

    forget_secrets: bool = False


async def _create_node(act: Act, values: Values) -> Node:
    return await service.create_node(act.session, act.actor, filled(NodeForm, values))


async def _update_node(act: Act, node: Node, values: Values) -> None:
    present = {name: getattr(node, name) for name in NodeForm.model_fields}
    form = filled(NodeForm, {**present, **values})
    await service.update_node(act.session, act.actor, node.id, form)


async def _create_credential(act: Act, values: Values) -> Credential:
    form = filled(CredentialForm, values)
    return await service.create_credential(act.session, act.actor, act.secret_box, form)


async def _update_credential(act: Act, credential: Credential, values: Values) -> None:
    plain = CredentialChangeForm.model_fields.keys() - {*SECRET_NAMES, "forget_secrets"}
    present = {name: getattr(credential, name) for name in plain}
    form = filled(CredentialChangeForm, {**present, **values})
    await service.change_credential(act.session, act.actor, act.secret_box, credential.id, form)


NODE_FIELDS = "name school credential ssh_credential is_enabled poll_interval_s"


class NodeActsController(Controller):
    """What can be done with a node beside changing it, and what others poll by."""

    path = API

    @post(
        "/nodes/{row_id:int}/poll",
        status_code=202,
        tags=["nodes"],
        guards=[requires_network_recorder],
        operation_class=answer_operation(
            {"job": {"type": "integer"}, "status": {"type": "string"}}, status="202"
        ),
        operation_id="poll_node",
        summary="Poll a node now",
    )
    async def poll(
        self, session: DbSession, actor: CurrentActor, row_id: FromPath[int]
    ) -> Response[dict[str, Any]]:
        """Make a node due and queue its visit; `Location` tells where to ask for the job."""
        ticket = await service.request_poll(session, actor, row_id)
        where = {"Location": f"{API}/jobs/{ticket.id}"}
        return Response({"job": ticket.id, "status": "todo"}, status_code=202, headers=where)

    @get(
        "/nodes/{row_id:int}/rates",
        tags=["nodes"],
        guards=[requires_network_reader],
        operation_class=answer_operation(
            {
                "items": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {
                            "interface": {"type": "integer"},
                            "in_bps": {"type": ["integer", "null"]},
                            "out_bps": {"type": ["integer", "null"]},
                            "measured_at": {"type": "string", "format": "date-time"},
                        },
                    },
                }
            }
        ),
        operation_id="list_node_rates",
        summary="List what a node's ports carried between its last two polls",
    )
    async def rates(
        self, request: ApiRequest, session: DbSession, actor: CurrentActor, row_id: FromPath[int]
    ) -> dict[str, Any]:
        """Give bits per second by ifIndex, as the node's page shows them."""
        refuse_query(request)
        await get_node(session, actor.scope(Right.READ_NETWORK), row_id)
        found = await latest_rates(session, row_id)
        return {"items": [_rate_of(index, rates) for index, rates in found.items()]}

    @get(
        "/jobs/{row_id:int}",
        tags=["jobs"],
        guards=[requires_network_recorder],
        operation_class=answer_operation(
            {
                "id": {"type": "integer"},
                "status": {"type": "string", "enum": ["todo", "doing", "succeeded", "failed"]},
                "attempts": {"type": "integer"},
                "scheduled_at": {"type": ["string", "null"], "format": "date-time"},
            }
        ),
        operation_id="show_job",
        summary="Show how a job stands",
    )
    async def job(
        self, request: ApiRequest, session: DbSession, row_id: FromPath[int]
    ) -> dict[str, Any]:
        """Tell how a job stands; what it said when it failed stays in the log."""
        refuse_query(request)
        state = await jobs.status(session, row_id) if 0 < row_id < 2**31 else None
        if state is None or state.task != service.POLL_NODE:
            raise NotFoundError("Diesen Auftrag gibt es nicht.")
        return {
            "id": state.id,
            "status": state.status.value,
            "attempts": state.attempts,
            "scheduled_at": state.scheduled_at,
        }

    @get(
        "/targets/prometheus",
        tags=["nodes"],
        guards=[requires_network_reader],
        operation_class=answer_operation(
            {
                "targets": {"type": "array", "items": {"type": "string"}},
                "labels": {"type": "object", "additionalProperties": {"type": "string"}},
            },
            is_list=True,
        ),
        operation_id="list_prometheus_targets",
        summary="List nodes for Prometheus' HTTP service discovery",
    )
    async def targets(
        self, request: ApiRequest, session: DbSession, actor: CurrentActor
    ) -> Response[bytes]:
        """Give every enabled node the reader may see, in Prometheus' HTTP SD format."""
        refuse_query(request)
        conditions = view_of(NODES, actor).conditions()
        found = msgspec.json.encode(await _targets(session, conditions))
        return Response(found, media_type="application/json")


def _rate_of(index: int, rates: PortRates) -> dict[str, Any]:
    return {
        "interface": index,
        "in_bps": rates.in_bps,
        "out_bps": rates.out_bps,
        "measured_at": rates.taken_at,
    }


async def _targets(session: AsyncSession, conditions: list[Any]) -> list[dict[str, Any]]:
    node, school = table_of(Node), table_of(School)
    rows = await session.execute(
        select(
            node.c.address, node.c.port, node.c.id, node.c.name, node.c.category, school.c.number
        )
        .join(school, school.c.id == node.c.school_id)
        .where(node.c.is_enabled, *conditions)
        .order_by(node.c.id)
    )
    return [
        {
            "targets": [_endpoint(row.address, row.port)],
            "labels": {
                "__meta_netzwart_node_id": str(row.id),
                "__meta_netzwart_name": row.name,
                "__meta_netzwart_school": row.number,
                "__meta_netzwart_category": row.category or "",
            },
        }
        for row in rows
    ]


def _endpoint(address: str, port: int) -> str:
    """Return `host:port`, an IPv6 address in brackets (RFC 3986, 3.2.2)."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


CONTROLLERS: list[ControllerRouterHandler] = [
    resource_controller(
        CREDENTIALS,
        Writing(
            CREDENTIALS,
            Right.EDIT_CREDENTIALS,
            "name kind user_name auth privacy read_timeout_s fast_cli school note",
            patched="name user_name auth privacy read_timeout_s fast_cli school note",
            form=_Secrets,
            patch=_NewSecrets,
            create=_create_credential,
            update=_update_credential,
            may_delete=True,
            audits_itself=True,
        ),
    ),
    resource_controller(
        NODES,
        Writing(
            NODES,
            Right.EDIT_NETWORK,
            NODE_FIELDS,
            form=_NodePart,
            patch=_NodeChange,
            create=_create_node,
            update=_update_node,
            may_delete=True,
            audits_itself=True,
        ),
    ),
    resource_controller(COMPONENTS),
    resource_controller(INTERFACES),
    resource_controller(NEIGHBOURS),
    resource_controller(INCIDENTS),
    resource_controller(
        MAINTENANCE_WINDOWS,
        Writing(
            MAINTENANCE_WINDOWS,
            Right.EDIT_NETWORK,
            "school node starts_at ends_at reason",
            may_delete=True,
        ),
    ),
    resource_controller(CONFIGURATIONS),
    NodeActsController,
    EventsController,
    *topology_api.CONTROLLERS,
    *discovery_api.CONTROLLERS,
]
