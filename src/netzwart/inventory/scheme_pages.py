"""How new inventory numbers look: the administration's page."""

from typing import Annotated, Any

from litestar import Controller, get, post
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Template
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_schools_editor
from netzwart.accounts.pages.tabs import administration_tabs
from netzwart.clock import today
from netzwart.database import DbSession
from netzwart.inventory.numbering_rules import (
    LONGEST,
    TOKENS,
    NumberFacts,
    numbered,
    scheme_fault,
)
from netzwart.inventory.service.giving_numbers import change_scheme, current_scheme
from netzwart.web.requests import Entered, go_to, nothing_entered, read_form

BASE = "/verwaltung/inventarnummern"


class SchemeForm(BaseModel):
    """The scheme of new numbers."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    scheme: Annotated[
        str, StringConstraints(strip_whitespace=True), Field(min_length=1, max_length=LONGEST)
    ]


class NumberSchemeController(Controller):
    """The scheme of inventory numbers."""

    path = BASE
    guards = [requires_schools_editor]  # noqa: RUF012 - Litestar reads a plain attribute

    @get()
    async def edit(self, session: DbSession, actor: CurrentActor) -> Template:
        """Show the scheme and what a number of it looks like."""
        entered = nothing_entered()
        entered.values["scheme"] = await current_scheme(session)
        return await _page(session, actor, entered)

    @post()
    async def update(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor
    ) -> Template | Redirect:
        """Let new numbers look like this."""
        entered = await read_form(request, SchemeForm)
        if entered.form is not None:
            async with entered.attempt(session):
                await change_scheme(session, actor, entered.form.scheme)
        if entered.errors:
            return await _page(session, actor, entered)
        return go_to(BASE, "Neue Inventarnummern folgen diesem Schema.")


async def _page(session: AsyncSession, actor: Actor, entered: Entered[Any]) -> Template:
    scheme = str(entered.values["scheme"])
    shown = scheme if scheme_fault(scheme) is None else await current_scheme(session)
    facts = NumberFacts("GYM", "168269", "access_point", today())
    context = {
        "tabs": administration_tabs(actor, BASE),
        "tokens": TOKENS,
        "example": numbered(shown, facts, 17),
        "values": entered.values,
        "errors": entered.errors,
    }
    return Template("inventory/scheme.html", context=context, status_code=entered.status)
