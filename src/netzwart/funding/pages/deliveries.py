"""Lieferungen: the list, a new delivery note of an order, one note with its serial numbers."""

from collections.abc import Mapping, Sequence
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
from netzwart.funding.forms import DeliveryChangeForm
from netzwart.funding.pages.listing import filter_context, filters_of, list_context
from netzwart.funding.pages.purchase_forms import (
    DeliveryEntryForm,
    SerialsEntryForm,
    delivered_rows,
    row_field,
)
from netzwart.funding.queries.deliveries import (
    MISSING,
    get_delivery,
    get_delivery_line,
    get_delivery_page,
    list_deliveries,
)
from netzwart.funding.queries.invoiced_serials import list_undelivered_serials
from netzwart.funding.queries.orders import get_order_progress
from netzwart.web.addresses import RowId
from netzwart.web.requests import Entered, enter, go_to, nothing_entered

BASE = "/foerderung/lieferungen"
_OF_ORDER = "/foerderung/bestellungen/{order_id:int}/lieferungen"


class DeliveriesController(Controller):
    """What came."""

    path = "/"
    guards = [requires_funding_reader]  # noqa: RUF012 - Litestar reads a plain attribute

    @get(BASE)
    async def index(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor
    ) -> Template:
        """List deliveries; only the table where HTMX asks for it."""
        filters = filters_of(request, MISSING)
        found = await list_deliveries(session, actor, filters)
        context = list_context(BASE, actor, filters, found)
        if request.htmx:
            return Template("funding/_deliveries.html", context=context)
        context |= await filter_context(session, actor, BASE, MISSING)
        return Template("funding/deliveries.html", context=context)

    @get(f"{_OF_ORDER}/neu", guards=[requires_funding_editor])
    async def new(self, session: DbSession, actor: CurrentActor, order_id: RowId) -> Template:
        """Show the form with what the order still waits for."""
        return await _new_page(session, actor, order_id, nothing_entered())

    @post(_OF_ORDER, guards=[requires_funding_editor])
    async def create(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor, order_id: RowId
    ) -> Template | Redirect:
        """Record a delivery note with its serial numbers."""
        await get_order_progress(session, order_id, actor)
        entered = await enter(
            request,
            session,
            DeliveryEntryForm,
            lambda form: service.record_delivery(
                session, form.model_copy(update={"order_id": order_id}), actor
            ),
        )
        if entered.errors:
            return await _new_page(session, actor, order_id, entered)
        return go_to(f"{BASE}/{entered.made.id}", "Die Lieferung ist erfasst.")

    @get(f"{BASE}/{{delivery_id:int}}")
    async def show(self, session: DbSession, actor: CurrentActor, delivery_id: RowId) -> Template:
        """Show one delivery note with its serial numbers and their devices."""
        return await _page(session, actor, delivery_id, nothing_entered())

    @post(f"{BASE}/{{delivery_id:int}}", guards=[requires_funding_editor])
    async def update(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor, delivery_id: RowId
    ) -> Template | Redirect:
        """Correct number or day."""
        delivery = await get_delivery(session, delivery_id, actor)
        entered = await enter(
            request,
            session,
            DeliveryChangeForm,
            lambda form: service.change_delivery(session, delivery, form, actor),
        )
        if entered.errors:
            return await _page(session, actor, delivery_id, entered)
        return go_to(f"{BASE}/{delivery_id}", "Die Lieferung ist geändert.")

    @post(
        f"{BASE}/{{delivery_id:int}}/positionen/{{line_id:int}}/seriennummern",
        guards=[requires_funding_editor],
    )
    async def add_serials(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        delivery_id: RowId,
        line_id: RowId,
    ) -> Template | Redirect:
        """Add serial numbers that were read later."""
        await get_delivery(session, delivery_id, actor)
        line = await get_delivery_line(session, delivery_id, line_id)
        entered = await enter(
            request,
            session,
            SerialsEntryForm,
            lambda form: service.add_serials(session, line, form, actor),
        )
        if entered.errors:
            return await _page(session, actor, delivery_id, entered, line_id)
        return go_to(f"{BASE}/{delivery_id}", "Die Seriennummern sind gespeichert.")


async def _new_page(
    session: AsyncSession, actor: Actor, order_id: int, entered: Entered[Any]
) -> Template:
    rows = delivered_rows(entered.values)
    order = await get_order_progress(session, order_id, actor)
    offered: Mapping[int, Sequence[str]] = {}
    if not entered.values:
        offered = await list_undelivered_serials(session, order_id)
    context = {
        "order": order,
        "values": entered.values,
        "offered": offered,
        "is_first": not entered.values,
        "errors": {row_field(path, rows): text for path, text in entered.errors.items()},
        "today": today().isoformat(),
    }
    return Template("funding/new_delivery.html", context=context, status_code=entered.status)


async def _page(
    session: AsyncSession,
    actor: Actor,
    delivery_id: int,
    entered: Entered[Any],
    line_id: int | None = None,
) -> Template:
    context = {
        "page": await get_delivery_page(session, delivery_id, actor),
        "here": f"{BASE}/{delivery_id}",
        "values": entered.values,
        "errors": entered.errors,
        "wrong_line": line_id,
        "may_edit": actor.may(Right.EDIT_FUNDING),
    }
    return Template("funding/delivery.html", context=context, status_code=entered.status)
