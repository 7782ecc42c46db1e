"""Prüfzugänge: who audits which grants until when, inviting one, and the invited person's door."""

from typing import Any, cast

from litestar import Controller, get, post
from litestar.params import FromQuery
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Template
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts import queries, service
from netzwart.accounts.actors import Actor
from netzwart.accounts.auditor_queries import AccessState, get_limited_auditor, list_auditors
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.forms import AcceptForm, InvitationForm
from netzwart.accounts.guards import requires_auditor_inviter
from netzwart.accounts.pages.tabs import administration_tabs
from netzwart.accounts.rules import SHORTEST_PASSWORD, last_day
from netzwart.clock import utcnow
from netzwart.database import DbSession
from netzwart.web.addresses import RowId
from netzwart.web.requests import Entered, go_to, nothing_entered, read_form

BASE = "/verwaltung/pruefzugaenge"
DOOR = "/einladung"

STATES = {
    AccessState.INVITED: ("eingeladen", "info"),
    AccessState.LAPSED: ("Einladung verfallen", "warning"),
    AccessState.ACTIVE: ("aktiv", "ok"),
    AccessState.EXPIRED: ("abgelaufen", "muted"),
    AccessState.LOCKED: ("gesperrt", "danger"),
}


class InvitationsController(Controller):
    """The auditors of single grants."""

    path = BASE
    guards = [requires_auditor_inviter]  # noqa: RUF012 - Litestar reads a plain attribute

    @get()
    async def index(
        self,
        session: DbSession,
        actor: CurrentActor,
        bewilligung: FromQuery[int | None] = None,
    ) -> Template:
        """List the auditors, with the form to invite one."""
        return await _page(session, actor, nothing_entered(), chosen=bewilligung)

    @post()
    async def create(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor
    ) -> Template:
        """Invite an auditor and show the one-time word, this once."""
        entered = await read_form(request, InvitationForm)
        form, word = entered.form, None
        if form is not None:
            async with entered.attempt(session):
                word = await service.invite_auditor(
                    session,
                    actor,
                    name=form.name,
                    display_name=form.display_name,
                    grant_ids=form.grant_ids,
                    expires_on=form.expires_on,
                )
        if form is None or entered.errors:
            return await _page(session, actor, entered)
        return await _page(session, actor, nothing_entered(), word=word, name=form.name)

    @post("/{user_id:int}/neues-kennwort")
    async def renew(self, session: DbSession, actor: CurrentActor, user_id: RowId) -> Template:
        """Give a fresh one-time word; what opened the door before does no more."""
        user = await get_limited_auditor(session, user_id)
        word = await service.renew_invitation(session, actor, user)
        return await _page(session, actor, nothing_entered(), word=word, name=user.name)

    @post("/{user_id:int}/beenden")
    async def end(self, session: DbSession, actor: CurrentActor, user_id: RowId) -> Redirect:
        """Shut an auditor out at once."""
        user = await get_limited_auditor(session, user_id)
        await service.end_audit_access(session, actor, user)
        return go_to(BASE, f"Der Zugang {user.name} ist beendet.")


class AcceptController(Controller):
    """Where an invited person chooses a password."""

    path = DOOR

    @get(opt={"public": True})
    async def show(self) -> Template:
        """Show the form for name, one-time word and new password."""
        return _door(nothing_entered())

    @post(opt={"public": True})
    async def accept(self, request: HTMXRequest, session: DbSession) -> Template | Redirect:
        """Take the chosen password and lead to the sign-in page."""
        entered = await read_form(request, AcceptForm)
        form = entered.form
        if form is not None:
            async with entered.attempt(session):
                await service.accept_invitation(
                    session,
                    name=form.name,
                    word=form.word,
                    new=form.new,
                    repeated=form.repeated,
                )
        if entered.errors:
            return _door(entered)
        return go_to("/anmelden", "Das Passwort gilt. Melde dich jetzt damit an.")


def _door(entered: Entered[Any]) -> Template:
    context = {
        "name": entered.values["name"],
        "errors": entered.errors,
        "shortest": SHORTEST_PASSWORD,
    }
    return Template("accounts/accept.html", context=context, status_code=entered.status)


async def _page(
    session: AsyncSession,
    actor: Actor,
    entered: Entered[Any],
    word: SecretStr | None = None,
    name: str = "",
    chosen: int | None = None,
) -> Template:
    grants = await queries.list_grant_choices(session)
    numbers, now = dict(grants), utcnow()
    typed = entered.values["grant_ids"]
    several = cast("list[str]", typed) if isinstance(typed, list) else [str(typed)]
    marked = {one for one in several if one}
    context = {
        "rows": [
            (
                row.user,
                [numbers.get(one, "") for one in row.grant_ids],
                last_day(row.user.expires_at),
                STATES[row.state_on(now)],
            )
            for row in await list_auditors(session)
        ],
        "grants": grants,
        "marked": marked or ({str(chosen)} if chosen is not None else set[str]()),
        "values": entered.values,
        "errors": entered.errors,
        "word": word.get_secret_value() if word is not None else "",
        "name": name,
        "door": DOOR,
        "tabs": administration_tabs(actor, BASE),
    }
    return Template("accounts/auditors.html", context=context, status_code=entered.status)
