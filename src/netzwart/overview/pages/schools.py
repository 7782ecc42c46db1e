"""Schulen: all of them in one table, and each of them on one screen."""

from collections.abc import Sequence
from typing import Any

from litestar import Controller, get
from litestar.params import FromPath
from litestar.response import Template
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_schools_reader
from netzwart.database import DbSession
from netzwart.evidence.queries import count_findings_by_school
from netzwart.network.queries import StateCounts, states_by_school
from netzwart.overview.deadlines import in_order
from netzwart.overview.queries import attention, due_dates, one_school, school_figures
from netzwart.schools.queries import get_school, list_rooms, list_schools
from netzwart.web.components import Tab
from netzwart.web.formatting import format_number

SHOWN_DEADLINES = 6


class SchoolsController(Controller):
    """The list of schools, and one school's overview and rooms."""

    path = "/schulen"
    guards = [requires_schools_reader]  # noqa: RUF012 - Litestar's way to say it

    @get()
    async def index(self, session: DbSession, actor: CurrentActor) -> Template:
        """Show every school in scope with its figures, one statement for each figure."""
        network = await states_by_school(session, actor.scope(Right.READ_NETWORK))
        findings = await count_findings_by_school(session, actor.scope(Right.READ_EVIDENCE))
        spent = await school_figures.spent_by_school(session, actor)
        context = {
            "schools": await list_schools(session, actor.scope(Right.READ_SCHOOLS)),
            "devices": await school_figures.devices_by_school(
                session, actor.scope(Right.READ_INVENTORY)
            ),
            "nodes": network,
            "no_nodes": StateCounts(),
            "findings": findings,
            "spent": {school: format_number(amount) for school, amount in spent.items()},
            "may_read_funding": actor.may(Right.READ_FUNDING),
        }
        return Template("overview/schools.html", context=context)

    @get("/{school_id:int}")
    async def show(
        self, session: DbSession, actor: CurrentActor, school_id: FromPath[int]
    ) -> Template:
        """Show one school: live state, findings, money, rooms, deadlines."""
        school = await get_school(session, school_id, actor.scope(Right.READ_SCHOOLS))
        context: dict[str, Any] = {
            **_head(actor, school, "overview"),
            **await _live(session, actor, school_id),
            "devices": await one_school.count_school_devices(session, school_id),
            "rooms": await list_rooms(session, school_id),
            "money": None,
            "deadlines": [],
        }
        if actor.may_at(Right.READ_FUNDING, school_id):
            money = await one_school.get_school_money(session, school_id, actor)
            judged = await due_dates.judged_grants(session, actor, school_id)
            context["money"] = money.bar() if money.charged or judged.grants else None
            context["deadlines"] = in_order(judged.deadlines())[:SHOWN_DEADLINES]
        return Template("overview/school.html", context=context)

    @get("/{school_id:int}/lage")
    async def live(
        self, session: DbSession, actor: CurrentActor, school_id: FromPath[int]
    ) -> Template:
        """Give the part of a school's page that changes by the minute."""
        school = await get_school(session, school_id, actor.scope(Right.READ_SCHOOLS))
        live = await _live(session, actor, school_id)
        devices = await one_school.count_school_devices(session, school_id)
        context = {"school": school, "devices": devices, **live}
        return Template("overview/_school_live.html", context=context)

    @get("/{school_id:int}/raeume")
    async def rooms(
        self, session: DbSession, actor: CurrentActor, school_id: FromPath[int]
    ) -> Template:
        """Show a school's rooms with how many devices stand in each."""
        school = await get_school(session, school_id, actor.scope(Right.READ_SCHOOLS))
        context = {
            **_head(actor, school, "rooms"),
            "rooms": await list_rooms(session, school_id),
            "devices": await one_school.count_school_devices(session, school_id),
        }
        return Template("overview/rooms.html", context=context)


async def _live(session: AsyncSession, actor: Actor, school_id: int) -> dict[str, Any]:
    """Return findings and nodes, as far as the actor may see them at this school."""
    may_see_nodes = actor.may_at(Right.READ_NETWORK, school_id)
    may_see_findings = actor.may_at(Right.READ_EVIDENCE, school_id)
    return {
        "findings": await attention.most_severe_findings(session, None, school_id)
        if may_see_findings
        else attention.NO_FINDINGS,
        "nodes": await one_school.list_school_nodes(session, school_id)
        if may_see_nodes
        else one_school.NO_NODES,
    }


def _head(actor: Actor, school: Row[Any], current: str) -> dict[str, Any]:
    return {
        "school": school,
        "tabs": school_tabs(school.id, current),
        "may_edit": may_edit_rooms(actor, school.id),
    }


def may_edit_rooms(actor: Actor, school_id: int) -> bool:
    """Tell whether somebody may create and change rooms at a school."""
    return actor.may_at(Right.EDIT_SCHOOLS, school_id) or actor.may_at(
        Right.EDIT_INVENTORY, school_id
    )


def school_tabs(school_id: int, current: str) -> Sequence[Tab]:
    """Return the tab row of a school's pages."""
    base = f"/schulen/{school_id}"
    return (
        Tab("Übersicht", base, is_current=current == "overview"),
        Tab("Räume", f"{base}/raeume", is_current=current == "rooms"),
        Tab("Geräte", f"/geraete?school={school_id}"),
        Tab("Netz", f"/netz?school={school_id}"),
    )
