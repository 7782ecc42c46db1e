"""Heute: what needs attention now, for whoever looks."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from litestar import Controller, get
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_signed_in
from netzwart.clock import utcnow
from netzwart.database import DbSession
from netzwart.money import total
from netzwart.network.labels import INCIDENTS
from netzwart.overview.deadlines import in_order
from netzwart.overview.grouping import nodes_by_school_name
from netzwart.overview.queries import attention, due_dates, school_figures

SHOWN_DEADLINES = 6


@dataclass(frozen=True, slots=True)
class TodaysMoney:
    """What the grants that somebody may see come to, in euros."""

    grants: int
    approved: Decimal
    paid: Decimal


class TodayController(Controller):
    """The start page and its part that refreshes itself."""

    path = "/"
    guards = [requires_signed_in]  # noqa: RUF012 - Litestar's way to say it

    @get()
    async def index(self, session: DbSession, actor: CurrentActor) -> Template:
        """Show findings, outages, due dates and money."""
        context = {"now": utcnow(), **await _attention(session, actor)}
        return Template("overview/today.html", context=context)

    @get("/heute/lage")
    async def live(self, session: DbSession, actor: CurrentActor) -> Template:
        """Give the page's content alone, as it is now."""
        context = await _attention(session, actor)
        return Template("overview/_today.html", context=context)


async def _attention(session: AsyncSession, actor: Actor) -> dict[str, Any]:
    findings_scope = actor.scope(Right.READ_EVIDENCE)
    network_scope = actor.scope(Right.READ_NETWORK)
    silent = await attention.silent_nodes(session, network_scope)
    return {
        "findings": await attention.most_severe_findings(session, findings_scope),
        "nodes": await attention.node_counts(session, network_scope),
        "silent_schools": nodes_by_school_name(silent),
        "incidents": await attention.recent_incidents(session, network_scope),
        "incident_words": INCIDENTS,
        **await _deadlines_and_money(session, actor),
    }


async def _deadlines_and_money(session: AsyncSession, actor: Actor) -> dict[str, Any]:
    deadlines = await due_dates.list_warranty_deadlines(session, actor.scope(Right.READ_INVENTORY))
    if not actor.may(Right.READ_FUNDING):
        return {"deadlines": in_order(deadlines)[:SHOWN_DEADLINES], "money": None}
    judged = await due_dates.judged_grants(session, actor)
    spent = await school_figures.spent_by_school(session, actor)
    money = TodaysMoney(len(judged.grants), judged.approved, total(list(spent.values())))
    return {
        "deadlines": in_order([*deadlines, *judged.deadlines()])[:SHOWN_DEADLINES],
        "money": money,
    }
