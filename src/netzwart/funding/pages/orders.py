"""Bestellungen: the list with what is missing, one order, a new one, its procurement facts."""

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
from netzwart.funding.forms import OrderChangeForm, OrderForm
from netzwart.funding.labels import PROCEDURES, gap_text
from netzwart.funding.pages.listing import filter_context, filters_of, list_context
from netzwart.funding.pages.purchase_forms import ROWS, OrderEntryForm, row_field, used_rows
from netzwart.funding.queries import list_measure_choices, list_suppliers
from netzwart.funding.queries.orders import (
    MISSING,
    get_order,
    get_order_progress,
    list_orders,
)
from netzwart.funding.queries.papers import list_papers_of_order
from netzwart.inventory.queries import model_choices
from netzwart.web.addresses import RowId
from netzwart.web.requests import Entered, TypedValues, enter, go_to, nothing_entered

BASE = "/foerderung/bestellungen"


class OrdersController(Controller):
    """What was ordered."""

    path = BASE
    guards = [requires_funding_reader]  # noqa: RUF012 - Litestar reads a plain attribute

    @get()
    async def index(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor
    ) -> Template:
        """List orders with their gaps; only the table where HTMX asks for it."""
        filters = filters_of(request, MISSING)
        found = await list_orders(session, actor, filters)
        context = list_context(BASE, actor, filters, found) | {"gap_text": gap_text}
        if request.htmx:
            return Template("funding/_orders.html", context=context)
        context |= await filter_context(session, actor, BASE, MISSING)
        return Template("funding/orders.html", context=context)

    @get("/neu", guards=[requires_funding_editor])
    async def new(self, session: DbSession, actor: CurrentActor) -> Template:
        """Show the form for a new order."""
        return await _new_page(session, actor, nothing_entered())

    @post(guards=[requires_funding_editor])
    async def create(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor
    ) -> Template | Redirect:
        """Record an order with its positions."""
        entered = await enter(
            request, session, OrderEntryForm, lambda form: _record(session, form, actor)
        )
        if entered.errors:
            return await _new_page(session, actor, entered)
        return go_to(f"{BASE}/{entered.made}", "Die Bestellung ist erfasst.")

    @get("/{order_id:int}")
    async def show(self, session: DbSession, actor: CurrentActor, order_id: RowId) -> Template:
        """Show positions, deliveries, invoices and payments of one order, and what is missing."""
        order = await get_order(session, order_id, actor)
        context = {
            "order": order,
            "procedure": PROCEDURES.get(order.procedure or "", order.procedure),
            "progress": await get_order_progress(session, order_id, actor),
            "papers": await list_papers_of_order(session, order_id, actor),
            "gap_text": gap_text,
            "here": f"{BASE}/{order_id}",
            "may_edit": actor.may(Right.EDIT_FUNDING),
        }
        return Template("funding/order.html", context=context)

    @get("/{order_id:int}/bearbeiten", guards=[requires_funding_editor])
    async def edit(self, session: DbSession, actor: CurrentActor, order_id: RowId) -> Template:
        """Show the procurement facts to correct."""
        order = await get_order(session, order_id, actor)
        entered = nothing_entered()
        entered.values = TypedValues(order.model_dump())
        return _edit_page(order_id, order.number, entered)

    @post("/{order_id:int}/bearbeiten", guards=[requires_funding_editor])
    async def update(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor, order_id: RowId
    ) -> Template | Redirect:
        """Correct the procurement facts."""
        order = await get_order(session, order_id, actor)
        entered = await enter(
            request,
            session,
            OrderChangeForm,
            lambda form: service.change_order(session, order, form, actor),
        )
        if entered.errors:
            return _edit_page(order_id, order.number, entered)
        return go_to(f"{BASE}/{order_id}", "Die Angaben zur Vergabe sind gespeichert.")


async def _record(session: AsyncSession, form: OrderEntryForm, actor: Actor) -> int:
    supplier = await service.supplier_named(session, form.supplier, actor)
    plain = form.model_dump(exclude={"supplier"}) | {"supplier_id": supplier.id}
    order = await service.record_order(session, OrderForm.model_validate(plain), actor)
    return order.id


async def _new_page(session: AsyncSession, actor: Actor, entered: Entered[Any]) -> Template:
    rows = used_rows(entered.values)
    context = {
        "values": entered.values,
        "errors": {row_field(path, rows): text for path, text in entered.errors.items()},
        "suppliers": await list_suppliers(session),
        "models": await model_choices(session),
        "measures": await list_measure_choices(session, actor),
        "procedures": list(PROCEDURES.items()),
        "rows": range(1, max([ROWS, *(number + 1 for number in rows)]) + 1),
        "today": today().isoformat(),
    }
    return Template("funding/new_order.html", context=context, status_code=entered.status)


def _edit_page(order_id: int, number: str, entered: Entered[Any]) -> Template:
    context = {
        "number": number,
        "here": f"{BASE}/{order_id}",
        "values": entered.values,
        "errors": entered.errors,
        "procedures": list(PROCEDURES.items()),
    }
    return Template("funding/edit_order.html", context=context, status_code=entered.status)
