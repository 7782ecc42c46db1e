"""Schulen: all of them in one table, and each of them on one screen."""

from collections.abc import Sequence
from typing import Any

from litestar import Controller, get
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_schools_reader
from netzwart.database import DbSession
from netzwart.evidence.queries import count_findings_by_school
from netzwart.network.queries import StateCounts, states_by_school
from netzwart.overview.deadlines import Deadline, in_order
from netzwart.overview.queries import attention, due_dates, one_school, school_figures
from netzwart.schools.queries import AnyRow, get_school, list_rooms, list_schools
from netzwart.schools.service import may_edit_rooms
from netzwart.web.addresses import RowId
from netzwart.web.components import MoneyBar, Tab
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
            "may_read_network": actor.may(Right.READ_NETWORK),
        }
        return Template("overview/schools.html", context=context)

    @get("/{school_id:int}")
    async def show(self, session: DbSession, actor: CurrentActor, school_id: RowId) -> Template:
        """Show one school: live state, findings, money, rooms, deadlines."""
        school = await get_school(session, school_id, actor.scope(Right.READ_SCHOOLS))
        return Template("overview/school.html", context=await _screen(session, actor, school))

    @get("/{school_id:int}/lage")
    async def live(self, session: DbSession, actor: CurrentActor, school_id: RowId) -> Template:
        """Give the content of a school's page alone, as it is now."""
        school = await get_school(session, school_id, actor.scope(Right.READ_SCHOOLS))
        return Template("overview/_school.html", context=await _screen(session, actor, school))

    @get("/{school_id:int}/raeume")
    async def rooms(self, session: DbSession, actor: CurrentActor, school_id: RowId) -> Template:
        """Show a school's rooms with how many devices stand in each."""
        school = await get_school(session, school_id, actor.scope(Right.READ_SCHOOLS))
        context = {
            **_head(actor, school, "rooms"),
            "rooms": await list_rooms(session, school_id),
            "devices": await one_school.count_school_devices(session, school_id),
        }
        return Template("overview/rooms.html", context=context)


async def _screen(session: AsyncSession, actor: Actor, school: AnyRow) -> dict[str, Any]:
    """Return all of a school's page, as far as the actor may see it at this school."""
    money, deadlines = await _money(session, actor, school.id)
    return {
        **_head(actor, school, "overview"),
        "findings": await attention.most_severe_findings(session, None, school.id)
        if actor.may_at(Right.READ_EVIDENCE, school.id)
        else attention.NO_FINDINGS,
        "nodes": await one_school.list_school_nodes(session, school.id)
        if actor.may_at(Right.READ_NETWORK, school.id)
        else one_school.NO_NODES,
        "devices": await one_school.count_school_devices(session, school.id)
        if actor.may_at(Right.READ_INVENTORY, school.id)
        else one_school.NO_DEVICES,
        "rooms": await list_rooms(session, school.id),
        "money": money,
        "deadlines": deadlines,
    }


async def _money(
    session: AsyncSession, actor: Actor, school_id: int
) -> tuple[MoneyBar | None, Sequence[Deadline]]:
    """Return the money bar and deadlines of a school that the actor may see the money of."""
    if not actor.may_at(Right.READ_FUNDING, school_id):
        return None, ()
    judged = await due_dates.judged_grants(session, actor, school_id)
    money = await one_school.get_school_money(session, school_id, actor)
    is_funded = bool(money.charged or judged.grants)
    return money.bar() if is_funded else None, in_order(judged.deadlines())[:SHOWN_DEADLINES]


def _head(actor: Actor, school: AnyRow, current: str) -> dict[str, Any]:
    return {
        "school": school,
        "tabs": school_tabs(school.id, current),
        "may_edit": may_edit_rooms(actor, school.id),
        "paper_href": _inventory_paper(actor, school.id),
    }


def _inventory_paper(actor: Actor, school_id: int) -> str | None:
    """Return where the school's inventory list is built, or looked at by who may not issue."""
    if not actor.may_at(Right.READ_FUNDING, school_id):
        return None
    page = "" if actor.may(Right.ISSUE_PROOFS) else "/entwurf"
    return f"/nachweise{page}?papier=inventory_list&schule={school_id}"


def school_tabs(school_id: int, current: str) -> Sequence[Tab]:
    """Return the tab row of a school's pages."""
    base = f"/schulen/{school_id}"
    return (
        Tab("Übersicht", base, is_current=current == "overview"),
        Tab("Räume", f"{base}/raeume", is_current=current == "rooms"),
        Tab("Geräte", f"/geraete?school={school_id}"),
        Tab("Netz", f"/netz?school={school_id}"),
    )
