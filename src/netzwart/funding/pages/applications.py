"""Anträge: what was asked for, by programme, and which grant answered it."""

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
from netzwart.funding.forms import Form
from netzwart.funding.pages.grant_forms import ApplicationEntryForm
from netzwart.funding.pages.tabs import funding_tabs
from netzwart.funding.programmes.judging import application_facts
from netzwart.funding.programmes.loading import load_programmes
from netzwart.funding.queries import list_grant_choices
from netzwart.funding.queries.correspondence import get_application, list_applications
from netzwart.web.addresses import RowId
from netzwart.web.requests import Entered, enter, go_to, nothing_entered

BASE = "/foerderung/antraege"


class AnswerForm(Form):
    """The grant that answered an application."""

    grant_id: int | None = None


class ApplicationsController(Controller):
    """Applications, which come before any grant."""

    path = BASE
    guards = [requires_funding_reader]  # noqa: RUF012 - Litestar reads a plain attribute

    @get()
    async def index(self, session: DbSession, actor: CurrentActor) -> Template:
        """List applications with the grants that answered them."""
        may_edit = actor.may(Right.EDIT_FUNDING)
        context = {
            "rows": await list_applications(session, actor),
            "programmes": {key: one.name for key, one in load_programmes().items()},
            "grants": await list_grant_choices(session, actor) if may_edit else [],
            "tabs": funding_tabs(BASE),
            "may_edit": may_edit,
        }
        return Template("funding/applications.html", context=context)

    @get("/neu", guards=[requires_funding_editor])
    async def new(self, session: DbSession, actor: CurrentActor) -> Template:
        """Show the form, with the programmes' last days and the papers they ask for."""
        return await _page(session, actor, nothing_entered())

    @post(guards=[requires_funding_editor])
    async def create(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor
    ) -> Template | Redirect:
        """Record an application."""
        entered = await enter(
            request,
            session,
            ApplicationEntryForm,
            lambda form: service.record_application(session, form, actor),
        )
        if entered.errors:
            return await _page(session, actor, entered)
        return go_to(BASE, "Der Antrag ist erfasst.")

    @post("/{application_id:int}/bewilligung", guards=[requires_funding_editor])
    async def answer(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor, application_id: RowId
    ) -> Redirect:
        """Record which grant answered the application."""
        application = await get_application(session, application_id, actor)
        await enter(
            request,
            session,
            AnswerForm,
            lambda form: service.change_application(session, application, form.model_dump(), actor),
        )
        return go_to(BASE, "Der Antrag ist mit der Bewilligung verbunden.")


async def _page(session: AsyncSession, actor: Actor, entered: Entered[Any]) -> Template:
    programmes = load_programmes()
    context = {
        "programmes": [(key, one.name) for key, one in programmes.items()],
        "facts": [application_facts(one) for one in programmes.values()],
        "grants": await list_grant_choices(session, actor),
        "values": entered.values,
        "errors": entered.errors,
        "today": today().isoformat(),
    }
    return Template("funding/new_application.html", context=context, status_code=entered.status)
