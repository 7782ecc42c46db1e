"""Anlagenbuchhaltung: the accountants' list, which checks hold the devices against."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.datastructures import UploadFile
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_funding_editor, requires_funding_reader
from netzwart.database import DbSession
from netzwart.funding import service
from netzwart.funding.pages.tabs import funding_tabs
from netzwart.funding.queries.bookings import find_booking_state
from netzwart.funding.service.booking import AssetFileError
from netzwart.web.requests import Entered, go_to, nothing_entered

BASE = "/foerderung/anlagen"


class AssetBookingsController(Controller):
    """The accountants' list as a whole."""

    path = BASE
    guards = [requires_funding_reader]  # noqa: RUF012 - Litestar reads a plain attribute

    @get()
    async def show(self, session: DbSession, actor: CurrentActor) -> Template:
        """Show what is known of the list, and take a new one."""
        return await _page(session, actor, nothing_entered())

    @post(guards=[requires_funding_editor])
    async def replace(
        self, request: Request[Any, Any, Any], session: DbSession, actor: CurrentActor
    ) -> Template | Redirect:
        """Replace the list by an uploaded one."""
        entered = nothing_entered()
        async with entered.attempt(session):
            content = await _sent(request)
            entered.made = await service.replace_asset_bookings(session, content, actor)
        if entered.errors:
            return await _page(session, actor, entered)
        return go_to(BASE, f"{entered.made} Anlagen sind übernommen.")


async def _sent(request: Request[Any, Any, Any]) -> bytes:
    sent = (await request.form()).get("file")
    if not isinstance(sent, UploadFile):
        message = "Bitte eine Datei wählen."
        raise AssetFileError(message, {"file": message})
    return await sent.read()


async def _page(session: AsyncSession, actor: Actor, entered: Entered[Any]) -> Template:
    context = {
        "state": await find_booking_state(session),
        "errors": entered.errors,
        "tabs": funding_tabs(BASE),
        "may_edit": actor.may(Right.EDIT_FUNDING),
    }
    return Template("funding/assets.html", context=context, status_code=entered.status)
