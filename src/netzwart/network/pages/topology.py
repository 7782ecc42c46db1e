"""The plan of a school's network, its documented links, and the search for a MAC address."""

import ipaddress
from collections.abc import Sequence
from typing import Any

from litestar import Controller, get, post
from litestar.params import FromPath, FromQuery
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right, Scope
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import (
    requires_endpoints_reader,
    requires_network_editor,
    requires_network_reader,
)
from netzwart.clock import utcnow
from netzwart.database import DbSession
from netzwart.errors import NotFoundError
from netzwart.inventory.rules import normalised_mac
from netzwart.network import labels, queries
from netzwart.network.topology import labels as words
from netzwart.network.topology import mac_queries, service
from netzwart.network.topology.drawing import draw_narrow, draw_wide, legend
from netzwart.network.topology.plan_queries import Plan, list_plans, school_plan
from netzwart.network.topology.service import LinkForm
from netzwart.schools.queries import AnyRow
from netzwart.web.requests import Entered, go_to, nothing_entered, read_form

_PLANS = "/netz/plan"
_FIELDS = {
    "node_id": "Von Knoten",
    "interface": "Port dort",
    "remote_node_id": "Zu Knoten",
    "remote_interface": "Port dort",
    "note": "Bemerkung",
}


class TopologyController(Controller):
    """Who hangs on whom."""

    path = _PLANS

    @get(guards=[requires_network_reader])
    async def index(self, session: DbSession, actor: CurrentActor) -> Template | Redirect:
        """List the schools that have a plan; a single one is shown at once."""
        rows = await list_plans(session, actor.scope(Right.READ_NETWORK))
        if len(rows) == 1:
            return Redirect(f"{_PLANS}/{rows[0].id}")
        states = await queries.states_by_school(session, actor.scope(Right.READ_NETWORK))
        return Template("network/plans.html", context={"rows": rows, "states": states})

    @get("/{school_id:int}", guards=[requires_network_reader])
    async def show(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        school_id: FromPath[int],
    ) -> Template:
        """Draw a school's network; the picture alone for HTMX, every 30 seconds."""
        scope = actor.scope(Right.READ_NETWORK)
        schools = await list_plans(session, scope)
        school = _school(schools, school_id)
        plan = await school_plan(session, scope, school_id, utcnow())
        context = _picture(plan, school) | {
            "may_edit": actor.may_at(Right.EDIT_NETWORK, school_id),
        }
        if request.htmx:
            return Template("network/_plan.html", context=context)
        return Template("network/plan.html", context=context | {"schools": schools})

    @get("/{school_id:int}/neu", guards=[requires_network_editor])
    async def new(
        self, session: DbSession, actor: CurrentActor, school_id: FromPath[int]
    ) -> Template:
        """Show the form for a cable."""
        return await _form(session, actor, school_id, nothing_entered())

    @post("/{school_id:int}", guards=[requires_network_editor])
    async def create(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        school_id: FromPath[int],
    ) -> Template | Redirect:
        """Write a cable down."""
        entered = await read_form(request, LinkForm)
        if entered.form is not None:
            async with entered.attempt(session):
                await service.document_link(session, actor, entered.form)
        if entered.errors:
            return await _form(session, actor, school_id, entered)
        return go_to(f"{_PLANS}/{school_id}", "Verbindung dokumentiert.")

    @post("/{school_id:int}/verbindungen/{link_id:int}/entfernen", guards=[requires_network_editor])
    async def remove(
        self,
        session: DbSession,
        actor: CurrentActor,
        school_id: FromPath[int],
        link_id: FromPath[int],
    ) -> Redirect:
        """Take a documented cable out."""
        await service.forget_link(session, actor, link_id)
        return go_to(f"{_PLANS}/{school_id}", "Dokumentierte Verbindung entfernt.")


class MacController(Controller):
    """Where a MAC address or an IP address hangs."""

    path = "/netz/mac"

    @get(guards=[requires_endpoints_reader])
    async def show(
        self, session: DbSession, actor: CurrentActor, q: FromQuery[str] = ""
    ) -> Template:
        """Show the switch port of an address, or the form to ask for one."""
        scope, text = actor.scope(Right.READ_ENDPOINTS), q.strip()[:100]
        macs = await _macs(session, scope, text)
        found = [await mac_queries.locate(session, scope, mac) for mac in macs[:_MOST_MACS]]
        context = {
            "q": text,
            "is_understood": bool(macs) or not text or _is_address(text),
            "found": [(one, _words(one)) for one in found if one.place or one.addresses],
        }
        return Template("network/mac.html", context=context)

    @get("/ort/{mac:str}", guards=[requires_endpoints_reader])
    async def place(self, session: DbSession, actor: CurrentActor, mac: FromPath[str]) -> Template:
        """Show in one line where a MAC address hangs: other pages fetch this part."""
        scope = actor.scope(Right.READ_ENDPOINTS)
        known = normalised_mac(mac)
        found = None if known is None else await mac_queries.locate(session, scope, known)
        context = {"found": found, "words": "" if found is None else _words(found)}
        return Template("network/_mac_place.html", context=context)


_MOST_MACS = 3
"""An IP address that has had more MAC addresses than that shows the latest."""


def _words(found: mac_queries.Located) -> str:
    return words.place_words(found.place) if found.place is not None else ""


async def _macs(session: AsyncSession, scope: Scope, text: str) -> Sequence[str]:
    mac = normalised_mac(text) if text else None
    if mac is not None:
        return [mac]
    if not _is_address(text):
        return []
    return await mac_queries.macs_of_address(session, scope, str(ipaddress.ip_address(text)))


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _school(schools: Sequence[AnyRow], school_id: int) -> AnyRow:
    for school in schools:
        if school.id == school_id:
            return school
    raise NotFoundError("Von dieser Schule gibt es keinen Netzplan.")


def _picture(plan: Plan, school: AnyRow) -> dict[str, Any]:
    bases, states = legend(plan.links)
    return {
        "school": school,
        "plan": plan,
        "names": plan.names(),
        "wide": draw_wide(plan.nodes, plan.links),
        "narrow": draw_narrow(plan.nodes, plan.links),
        "troubled": sum(words.LINK_STATES[link.state][1] != "ok" for link in plan.links),
        "strangers": sum(node.is_stranger for node in plan.nodes),
        "bases": [(basis, words.BASES[basis]) for basis in words.BASES if basis in bases],
        "states": [(one, words.LINK_STATES[one]) for one in words.LINK_STATES if one in states],
        "link_states": words.LINK_STATES,
        "link_bases": words.BASES,
        "node_states": words.NODE_STATES,
        "categories": labels.CATEGORIES,
    }


async def _form(
    session: AsyncSession, actor: Actor, school_id: int, entered: Entered[LinkForm]
) -> Template:
    scope = actor.scope(Right.EDIT_NETWORK)
    school = _school(await list_plans(session, scope), school_id)
    context = {
        "school": school,
        "values": entered.values,
        "errors": entered.errors,
        "fields": _FIELDS,
        "nodes": await queries.node_choices(session, scope, school_id),
    }
    return Template("network/link_form.html", context=context, status_code=entered.status)
