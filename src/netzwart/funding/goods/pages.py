"""Wareneingang: choose the order, scan cartons, book what came; made for a phone."""

from collections.abc import Sequence
from typing import Any

from litestar import Controller, get, post
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_inventory_editor
from netzwart.clock import today
from netzwart.database import DbSession
from netzwart.funding.goods.judging import Scan, Verdict
from netzwart.funding.goods.queries import Receipt, get_receipt, list_receivable
from netzwart.funding.goods.receiving import ReceiptForm, receive_goods, scan
from netzwart.schools.queries import list_rooms_in_scope, school_choices
from netzwart.web.addresses import RowId
from netzwart.web.frame import NavItem
from netzwart.web.requests import Entered, go_to, nothing_entered, read_form

BASE = "/wareneingang"
FIELDS = {
    "code": "Scan",
    "note_number": "Lieferschein",
    "received_on": "Eingang",
    "school_id": "Schule",
    "room_id": "Raum",
}
_TONES = {
    Verdict.TAKEN: "ok",
    Verdict.KNOWN: "ok",
    Verdict.POSITION: "info",
    Verdict.DUPLICATE: "warning",
    Verdict.OVER: "danger",
    Verdict.WRONG_MODEL: "danger",
    Verdict.NO_SERIAL: "warning",
}


class GoodsReceiptController(Controller):
    """Cartons become devices."""

    path = BASE
    guards = [requires_inventory_editor]  # noqa: RUF012 - Litestar reads a plain attribute

    @get()
    async def index(self, session: DbSession, actor: CurrentActor) -> Template:
        """List orders that wait for devices."""
        orders = await list_receivable(session, actor.scope(Right.EDIT_INVENTORY))
        return Template("funding/goods/index.html", context={"orders": orders})

    @get("/{order_id:int}")
    async def show(self, session: DbSession, actor: CurrentActor, order_id: RowId) -> Template:
        """Show what the order waits for, ready to scan."""
        receipt = await get_receipt(session, order_id, actor.scope(Right.EDIT_INVENTORY))
        return await _page(session, actor, receipt, nothing_entered())

    @post("/{order_id:int}/scan", status_code=200)
    async def take(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor, order_id: RowId
    ) -> Template:
        """Say at once what a scanned code means; nothing is written yet."""
        receipt = await get_receipt(session, order_id, actor.scope(Right.EDIT_INVENTORY))
        entered = await read_form(request, ReceiptForm)
        found = None if entered.form is None else await scan(session, receipt, entered.form)
        if request.htmx:
            context = _cartons(receipt, entered.form, found)
            return Template("funding/goods/_cartons.html", context=context)
        return await _page(session, actor, receipt, entered, found)

    @post("/{order_id:int}")
    async def book(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor, order_id: RowId
    ) -> Template | Redirect:
        """Record the delivery note and its devices."""
        entered = await read_form(request, ReceiptForm)
        if entered.form is not None:
            async with entered.attempt(session):
                await receive_goods(session, actor, order_id, entered.form)
        if entered.errors:
            receipt = await get_receipt(session, order_id, actor.scope(Right.EDIT_INVENTORY))
            return await _page(session, actor, receipt, entered)
        count = sum(map(len, entered.form.serials.values())) if entered.form else 0
        school = entered.form.school_id if entered.form else ""
        return go_to(
            f"/geraete?school={school}&sort=-changed",
            f"Die Lieferung ist gebucht: {count} {'Gerät' if count == 1 else 'Geräte'}.",
        )


def _cartons(receipt: Receipt, form: ReceiptForm | None, found: Scan | None) -> dict[str, Any]:
    """Return what was scanned so far, with the last code's meaning."""
    serials = {number: list(each) for number, each in form.serials.items()} if form else {}
    if found is not None and found.serial is not None and found.line is not None:
        serials.setdefault(found.line, []).append(found.serial)
    line = found.line if found is not None else (form.line if form else None)
    return {
        "receipt": receipt,
        "serials": serials,
        "pieces": form.pieces if form else {},
        "line": line,
        "missing": {
            one.expected.number: max(
                one.expected.open - len(serials.get(one.expected.number, [])), 0
            )
            for one in receipt.lines
        },
        "said": found.sentence if found else "",
        "said_tone": _TONES[found.verdict] if found else "info",
        "is_good": found is not None and found.verdict in {Verdict.TAKEN, Verdict.KNOWN},
    }


async def _page(
    session: AsyncSession,
    actor: Actor,
    receipt: Receipt,
    entered: Entered[Any],
    found: Scan | None = None,
) -> Template:
    scope = actor.scope(Right.EDIT_INVENTORY)
    schools = await school_choices(session, scope)
    rooms = await list_rooms_in_scope(session, scope)
    if len(schools) == 1:
        entered.values.setdefault("school_id", schools[0][0])
    context = {
        **_cartons(receipt, entered.form, found),
        "schools": schools,
        "rooms": [(room.id, f"{room.short_name} · {room.number} {room.name}") for room in rooms],
        "fields": FIELDS,
        "values": entered.values,
        "errors": entered.errors,
        "today": today().isoformat(),
    }
    return Template("funding/goods/show.html", context=context, status_code=entered.status)


NAV: Sequence[NavItem] = ()
CONTROLLERS: Sequence[ControllerRouterHandler] = (GoodsReceiptController,)
