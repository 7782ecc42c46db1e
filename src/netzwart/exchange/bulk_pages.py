"""Change many devices at once: the form over a selection, its plan on the page of any list."""

from collections.abc import Sequence
from typing import Any

from litestar import Controller, post
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_inventory_editor
from netzwart.database import DbSession
from netzwart.exchange.lists.bulk import BulkForm, begin_bulk_edit
from netzwart.inventory.labels import STATUS_LABELS
from netzwart.inventory.service.handling_devices import BY_OTHER_ACTS
from netzwart.schools.queries import list_schools
from netzwart.web.requests import Entered, go_to, nothing_entered, read_form

FIELDS = {
    "numbers": "Geräte",
    "set_status": "Status",
    "set_school": "Schule",
    "set_room": "Raum",
    "set_delivered_on": "Geliefert am",
    "set_commissioned_on": "In Betrieb seit",
    "set_warranty_until": "Gewährleistung bis",
    "set_asset_number": "Anlagennummer",
    "set_note": "Bemerkung",
    "reason": "Grund",
}


class BulkEditController(Controller):
    """A selection of the device list and what shall become of it."""

    path = "/geraete/aendern"
    guards = [requires_inventory_editor]  # noqa: RUF012 - Litestar reads a plain attribute

    @post()
    async def choose(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor
    ) -> Template:
        """Show what can be changed of the devices that were chosen in the list."""
        sent = await request.form()
        entered = nothing_entered()
        entered.values["numbers"] = "\n".join(
            line for text in sent.getall("numbers", []) for line in str(text).splitlines() if line
        )
        return await _page(session, actor, entered)

    @post("/plan")
    async def plan(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor
    ) -> Template | Redirect:
        """Queue the plan of the change; nothing is written yet."""
        entered = await read_form(request, BulkForm)
        run_id = 0
        if entered.form is not None:
            async with entered.attempt(session):
                run_id = (await begin_bulk_edit(session, actor, entered.form)).id
        if entered.errors:
            return await _page(session, actor, entered)
        return go_to(f"/import/{run_id}")


async def _page(session: AsyncSession, actor: Actor, entered: Entered[Any]) -> Template:
    numbers: Sequence[str] = str(entered.values["numbers"]).splitlines()
    schools = await list_schools(session, actor.scope(Right.EDIT_INVENTORY))
    context = {
        "numbers": numbers,
        "count": len(numbers),
        "schools": [(school.number, school.name) for school in schools],
        "statuses": [
            (status.value, label)
            for status, label in STATUS_LABELS.items()
            if status not in BY_OTHER_ACTS
        ],
        "fields": FIELDS,
        "values": entered.values,
        "errors": entered.errors,
    }
    return Template("exchange/bulk.html", context=context, status_code=entered.status)
