"""One measure: its money, and the measures of other grants that it serves."""

from typing import Any

from litestar import Controller, get, post
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_funding_editor, requires_funding_reader
from netzwart.clock import today
from netzwart.database import DbSession
from netzwart.funding import service
from netzwart.funding.forms import SupportForm
from netzwart.funding.programmes.judging import served_programmes
from netzwart.funding.programmes.loading import get_programme
from netzwart.funding.queries import load_grant
from netzwart.funding.queries.correspondence import (
    get_support,
    list_servable_measures,
    list_supports,
)
from netzwart.funding.queries.showing import get_measure
from netzwart.funding.settlement import can_be_settled, settle_grant
from netzwart.money import total
from netzwart.web.addresses import RowId
from netzwart.web.requests import Entered, enter, go_to, nothing_entered


class MeasuresController(Controller):
    """The measures of one grant."""

    path = "/foerderung/{grant_id:int}/massnahmen/{measure_id:int}"
    guards = [requires_funding_reader]  # noqa: RUF012 - Litestar reads a plain attribute

    @get()
    async def show(
        self, session: DbSession, actor: CurrentActor, grant_id: RowId, measure_id: RowId
    ) -> Template:
        """Show a measure with what was spent on it."""
        return await _page(session, actor, grant_id, measure_id, nothing_entered())

    @post("/verbindungen", guards=[requires_funding_editor])
    async def support(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        grant_id: RowId,
        measure_id: RowId,
    ) -> Template | Redirect:
        """Record that the measure serves a measure of another grant."""
        measure = await get_measure(session, grant_id, measure_id, actor)
        entered = await enter(
            request,
            session,
            SupportForm,
            lambda form: service.record_support(session, measure, form, actor),
        )
        if entered.errors:
            return await _page(session, actor, grant_id, measure_id, entered)
        return go_to(_address(grant_id, measure_id), "Die Maßnahmen sind verbunden.")

    @post("/verbindungen/{support_id:int}/loesen", guards=[requires_funding_editor])
    async def unlink(
        self,
        session: DbSession,
        actor: CurrentActor,
        grant_id: RowId,
        measure_id: RowId,
        support_id: RowId,
    ) -> Redirect:
        """Take a connection back."""
        measure = await get_measure(session, grant_id, measure_id, actor)
        support = await get_support(session, measure.id, support_id)
        await service.remove_support(session, support, actor)
        return go_to(_address(grant_id, measure_id), "Die Verbindung ist gelöst.")


def _address(grant_id: int, measure_id: int) -> str:
    return f"/foerderung/{grant_id}/massnahmen/{measure_id}"


async def _page(
    session: AsyncSession, actor: Actor, grant_id: int, measure_id: int, entered: Entered[Any]
) -> Template:
    measure = await get_measure(session, grant_id, measure_id, actor)
    record = await load_grant(session, grant_id, actor, today())
    programme = get_programme(record.head.programme, record.head.issued_on)
    serves = served_programmes(programme)
    category = programme.rules.categories.get(measure.category)
    figures: list[tuple[str, Any, str]] = []
    if can_be_settled(record):
        portions = [
            portion
            for expense in settle_grant(record, today()).settlement.expenses
            for portion in expense.portions
            if portion.measure == measure.key
        ]
        base = f"/foerderung/{grant_id}/zahlen"
        part = f"?massnahme={measure.key}"
        figures = [
            ("Ausgaben", total([one.paid for one in portions]), f"{base}/ausgaben{part}"),
            (
                "zuwendungsfähig",
                total([one.eligible for one in portions]),
                f"{base}/zuwendungsfaehig{part}",
            ),
        ]
    places = {one.id: one.school_name for one in record.measures}
    context = {
        "head": record.head,
        "measure": measure,
        "category": (category.name.value if category else None) or measure.category,
        "school": places.get(measure.id),
        "figures": figures,
        "supports": await list_supports(session, measure.id),
        "servable": await list_servable_measures(session, actor, grant_id, serves),
        "serves": serves,
        "here": _address(grant_id, measure_id),
        "values": entered.values,
        "errors": entered.errors,
        "may_edit": actor.may(Right.EDIT_FUNDING),
    }
    return Template("funding/measure.html", context=context, status_code=entered.status)
