"""What somebody makes of the device list: a selection to change, a view to keep, own columns."""

from typing import Any
from urllib.parse import parse_qsl

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_inventory_editor, requires_inventory_reader
from netzwart.accounts.list_queries import list_choices
from netzwart.accounts.service.keeping_views import (
    ViewForm,
    choose_columns,
    forget_view,
    keep_view,
)
from netzwart.database import DbSession
from netzwart.overview.device_columns import COLUMNS, LIST, ON_SCREEN, columns_of
from netzwart.overview.filters import DeviceFilters, read_filters
from netzwart.overview.queries.device_list import every_device
from netzwart.web.requests import Entered, go_to, nothing_entered, read_form

BASE = "/geraete"
MOST_LISTED = 200
"""Devices that are listed one by one; more are only counted."""
MOST_CHOSEN = 20_000


class DeviceChoicesController(Controller):
    """Selection, views and columns of the device list."""

    path = BASE
    guards = [requires_inventory_reader]  # noqa: RUF012 - Litestar reads a plain attribute

    @get("/auswahl", guards=[requires_inventory_editor])
    async def select(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor
    ) -> Template:
        """Show the devices that match, each to be ticked off before they are changed."""
        filters = _filters(request)
        rows = [row async for row in every_device(session, actor, filters, MOST_CHOSEN + 1)]
        context = {
            "rows": rows[:MOST_CHOSEN],
            "is_listed": len(rows) <= MOST_LISTED,
            "is_too_much": len(rows) > MOST_CHOSEN,
            "most": MOST_CHOSEN,
            "back_href": BASE + filters.query(),
        }
        return Template("overview/selection.html", context=context)

    @get("/ansicht")
    async def view(self, request: HTMXRequest, session: DbSession, actor: CurrentActor) -> Template:
        """Show kept views, and the form that keeps this one and chooses columns."""
        return await _view(session, actor, _filters(request), nothing_entered())

    @post("/ansicht")
    async def keep(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor
    ) -> Template | Redirect:
        """Keep the list's address under a name."""
        entered = await read_form(request, ViewForm)
        filters = read_filters(_pairs(str(entered.values["query"])))
        if entered.form is not None:
            form = entered.form.model_copy(update={"query": filters.query()})
            async with entered.attempt(session):
                await keep_view(session, actor, LIST, form)
        if entered.errors:
            return await _view(session, actor, filters, entered)
        return go_to(BASE + filters.query(), "Die Ansicht ist gemerkt.")

    @post("/ansicht/{view_id:int}/vergessen")
    async def forget(
        self, session: DbSession, actor: CurrentActor, view_id: FromPath[int]
    ) -> Redirect:
        """Forget one of one's own views."""
        await forget_view(session, actor, LIST, view_id)
        return go_to(f"{BASE}/ansicht", "Die Ansicht ist vergessen.")

    @post("/spalten")
    async def choose(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor
    ) -> Redirect:
        """Keep the columns somebody wants to see."""
        sent = await request.form()
        wanted = {str(name) for name in sent.getall("column", [])}
        chosen = [key for key in COLUMNS if key in wanted]
        usual = set(chosen) == set(ON_SCREEN)
        await choose_columns(session, actor, LIST, [] if usual else chosen)
        filters = read_filters(_pairs(str(sent.get("query") or "")))
        return go_to(BASE + filters.query(), "Die Spalten sind gewählt.")


def _filters(request: HTMXRequest) -> DeviceFilters:
    return read_filters(request.query_params.multi_items())


def _pairs(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query.removeprefix("?"))


async def _view(
    session: AsyncSession, actor: Actor, filters: DeviceFilters, entered: Entered[Any]
) -> Template:
    chosen = await list_choices(session, actor, LIST)
    shown = columns_of(chosen.columns, ON_SCREEN)
    context = {
        "views": chosen.views,
        "user_id": actor.user_id,
        "query": filters.query(),
        "columns": [(key, column.label, column in shown) for key, column in COLUMNS.items()],
        "values": entered.values,
        "errors": entered.errors,
        "base": BASE,
    }
    return Template("overview/device_view.html", context=context, status_code=entered.status)
