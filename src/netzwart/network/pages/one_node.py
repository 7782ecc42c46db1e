"""One node: how it is and its ports, its parts and neighbours, what was polled and changed."""

from typing import Any

from litestar import Controller, get
from litestar.params import FromPath, FromQuery
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_network_reader
from netzwart.clock import utcnow
from netzwart.database import DbSession
from netzwart.network import labels, queries
from netzwart.network.history.reading import latest_rates, traffic_by_hour
from netzwart.network.pages import parts, sparklines
from netzwart.network.pages.filtering import index_after
from netzwart.network.poll_log import entries
from netzwart.web.components import Tab

_PAGE = 100


class OneNodeController(Controller):
    """A node as people see it, on three pages."""

    path = "/netz/knoten/{node_id:int}"
    guards = [requires_network_reader]  # noqa: RUF012 - Litestar reads a plain attribute

    @get()
    async def show(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        node_id: FromPath[int],
        after: FromQuery[str] = "",
    ) -> Template:
        """Show how a node and its ports are; the changing part alone for HTMX."""
        context = await _frame(session, actor, node_id, "")
        context |= {
            **await _ports(session, node_id, index_after(after)),
            "health": labels.health_facts(context["node"].readings),
            "incidents": await queries.list_incidents(session, node_id, limit=5),
            "incident_labels": labels.INCIDENTS,
            "self_href": f"/netz/knoten/{node_id}{f'?after={after}' if after else ''}",
        }
        name = "network/_node_live.html" if request.htmx else "network/show.html"
        return Template(name, context=context)

    @get("/teile")
    async def parts(
        self, session: DbSession, actor: CurrentActor, node_id: FromPath[int]
    ) -> Template:
        """Show what a node consists of and what hangs at it."""
        context = await _frame(session, actor, node_id, "/teile")
        scope = actor.scope(Right.READ_NETWORK)
        context |= {
            "components": parts.tree(await queries.list_components(session, node_id)),
            "kinds": labels.COMPONENT_KINDS,
            "neighbours": await queries.list_neighbours(session, scope, node_id),
        }
        return Template("network/parts.html", context=context)

    @get("/verlauf")
    async def history(
        self, session: DbSession, actor: CurrentActor, node_id: FromPath[int]
    ) -> Template:
        """Show the last polls, what changed and what was wrong."""
        context = await _frame(session, actor, node_id, "/verlauf")
        changes = await queries.list_changes(session, node_id, limit=50)
        context |= {
            "polls": list(entries(context["node"].poll_log)),
            "poll_errors": labels.POLL_ERRORS,
            "poll_causes": labels.POLL_CAUSES,
            "changes": [
                (
                    row,
                    labels.CHANGES.get(row.what, row.what),
                    labels.changed_value(row.what, row.before),
                    labels.changed_value(row.what, row.after),
                )
                for row in changes
            ],
            "incidents": await queries.list_incidents(session, node_id, limit=50),
            "incident_labels": labels.INCIDENTS,
        }
        return Template("network/history.html", context=context)


async def _frame(session: AsyncSession, actor: Actor, node_id: int, tab: str) -> dict[str, Any]:
    node = await queries.get_node(session, actor.scope(Right.READ_NETWORK), node_id)
    tabs = (("Überblick", ""), ("Teile und Nachbarn", "/teile"), ("Verlauf", "/verlauf"))
    return {
        "node": node,
        "tabs": [Tab(word, f"/netz/knoten/{node_id}{end}", end == tab) for word, end in tabs],
        "categories": labels.CATEGORIES,
        "may_edit": actor.may_at(Right.EDIT_NETWORK, node.school_id),
        "may_poll": actor.may_at(Right.RECORD_NETWORK, node.school_id),
    }


async def _ports(session: AsyncSession, node_id: int, after: int | None) -> dict[str, Any]:
    rows = await queries.list_interfaces(session, node_id, after=after, limit=_PAGE + 1)
    shown, now = rows[:_PAGE], utcnow()
    total, up = await queries.count_interfaces(session, node_id)
    rates = await latest_rates(session, node_id)
    traffic = await traffic_by_hour(session, node_id, ports={row.if_index for row in shown})
    return {
        "ports": [
            (row, rates.get(row.if_index), sparklines.sparkline(traffic.get(row.if_index, ()), now))
            for row in shown
        ],
        "utilisation": sparklines.utilisation,
        "port_count": total,
        "active": up,
        "next_href": f"/netz/knoten/{node_id}?after={shown[-1].if_index}"
        if len(rows) > len(shown)
        else None,
        "first_href": f"/netz/knoten/{node_id}" if after is not None else None,
    }
