"""The list of nodes, one node, and the forms for it."""

from typing import Annotated

from litestar import Controller, get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import (
    requires_network_editor,
    requires_network_reader,
    requires_network_recorder,
)
from netzwart.database import DbSession
from netzwart.network import labels, queries, service
from netzwart.network.forms import NodeForm
from netzwart.network.pages.filtering import NodeListAddress, cursor_after
from netzwart.network.tables import CredentialKind
from netzwart.web.requests import Entered, TypedValues, go_to, nothing_entered, read_form

_PAGE = 50
_SNMP = (CredentialKind.SNMP_V1, CredentialKind.SNMP_V2C, CredentialKind.SNMP_V3)
_FIELDS = {
    "name": "Name",
    "address": "Adresse",
    "port": "Port",
    "school_id": "Schule",
    "credential_id": "Zugangsdaten",
    "poll_interval_s": "Abstand",
}


class NodeController(Controller):
    """Nodes as people see them."""

    path = "/netz"

    @get(guards=[requires_network_reader])
    async def index(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        school: FromQuery[str] = "",
        reachability: Annotated[str, QueryParameter(name="state")] = "",
        category: FromQuery[str] = "",
        q: FromQuery[str] = "",
        cursor: FromQuery[str] = "",
    ) -> Template:
        """List nodes by name; the fragment alone for HTMX, every 30 seconds."""
        address = NodeListAddress(school, reachability, category, q, cursor)
        scope, narrowing = actor.scope(Right.READ_NETWORK), address.narrowing()
        rows = await queries.list_nodes(
            session, scope, narrowing, after=address.after(), limit=_PAGE + 1
        )
        shown = rows[:_PAGE]
        has_more = len(rows) > len(shown)
        context = {
            "rows": shown,
            "counts": await queries.count_states(session, scope, narrowing),
            "address": address,
            "self_href": address.href(cursor),
            "next_href": address.href(cursor_after(shown[-1].name, shown[-1].id))
            if has_more
            else None,
            "is_narrowed": address.href() != "/netz",
            "categories": labels.CATEGORIES,
            "may_edit": actor.may(Right.EDIT_NETWORK),
        }
        if request.htmx:
            return Template("network/_node_table.html", context=context)
        context |= {
            "schools": await queries.school_choices(session, scope),
            "category_choices": [
                (name, labels.CATEGORIES.get(name, name))
                for name in await queries.list_categories(session, scope)
            ],
            "states": list(labels.STATES.items()),
            "may_edit_credentials": actor.may(Right.EDIT_CREDENTIALS),
            "may_read_endpoints": actor.may(Right.READ_ENDPOINTS),
        }
        return Template("network/index.html", context=context)

    @get("/neu", guards=[requires_network_editor])
    async def new(
        self, session: DbSession, actor: CurrentActor, school: FromQuery[str] = ""
    ) -> Template:
        """Show the form for a new node."""
        entered = nothing_entered()
        entered.values["school_id"] = school
        return await _form(session, actor, entered, None)

    @post(guards=[requires_network_editor])
    async def create(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor
    ) -> Template | Redirect:
        """Record a node."""
        entered = await read_form(request, NodeForm)
        form, node_id = entered.form, 0
        if form is not None:
            async with entered.attempt(session):
                node_id = (await service.create_node(session, actor, form)).id
        if entered.errors:
            return await _form(session, actor, entered, None)
        return go_to(
            f"/netz/knoten/{node_id}", "Knoten angelegt. Die erste Abfrage läuft gleich an."
        )

    @get("/knoten/{node_id:int}/bearbeiten", guards=[requires_network_editor])
    async def edit(
        self, session: DbSession, actor: CurrentActor, node_id: FromPath[int]
    ) -> Template:
        """Show the form of a node."""
        node = await queries.get_node(session, actor.scope(Right.EDIT_NETWORK), node_id)
        entered = nothing_entered()
        for name in NodeForm.model_fields:
            entered.values[name] = _as_typed(getattr(node, name))
        return await _form(session, actor, entered, node)

    @post("/knoten/{node_id:int}", guards=[requires_network_editor])
    async def update(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        node_id: FromPath[int],
    ) -> Template | Redirect:
        """Change a node, or switch its polling off."""
        node = await queries.get_node(session, actor.scope(Right.EDIT_NETWORK), node_id)
        entered = await read_form(request, NodeForm)
        if entered.form is not None:
            async with entered.attempt(session):
                await service.update_node(session, actor, node_id, entered.form)
        if entered.errors:
            return await _form(session, actor, entered, node)
        return go_to(f"/netz/knoten/{node_id}", "Gespeichert.")

    @post("/knoten/{node_id:int}/abfragen", guards=[requires_network_recorder])
    async def poll(
        self, session: DbSession, actor: CurrentActor, node_id: FromPath[int]
    ) -> Redirect:
        """Let the node be visited at once."""
        await service.request_poll(session, actor, node_id)
        return go_to(
            f"/netz/knoten/{node_id}", "Die Abfrage ist angefordert und dauert einige Sekunden."
        )


async def _form(
    session: AsyncSession,
    actor: Actor,
    entered: Entered[NodeForm],
    node: queries.AnyRow | None,
) -> Template:
    scope = actor.scope(Right.EDIT_NETWORK)
    context = {
        "node": node,
        "values": TypedValues({"port": 161, "ssh_port": 22, "is_enabled": "true"} | entered.values),
        "errors": entered.errors,
        "fields": _FIELDS,
        "schools": await queries.school_choices(session, scope),
        "credentials": await queries.credential_choices(session, scope, _SNMP),
        "ssh_credentials": await queries.credential_choices(session, scope, (CredentialKind.SSH,)),
    }
    return Template("network/form.html", context=context, status_code=entered.status)


def _as_typed(value: object) -> object:
    """Return a column's value as a form field holds it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value
