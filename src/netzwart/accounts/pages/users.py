"""Users: the list, a new one, and one with roles, password and lock."""

from typing import Any

from litestar import Controller, get, post
from litestar.params import FromPath, FromQuery
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Template

from netzwart.accounts import queries, service
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.forms import NewPasswordForm, RoleForm, UserChangeForm, UserForm
from netzwart.accounts.guards import requires_user_manager
from netzwart.accounts.labels import ROLE_LABELS, person_roles
from netzwart.accounts.pages.tabs import administration_tabs
from netzwart.accounts.rules import SHORTEST_PASSWORD, last_day
from netzwart.database import DbSession
from netzwart.web.requests import Entered, go_to, nothing_entered, read_form

_LIST = "/verwaltung/benutzer"


class UserController(Controller):
    """Who may sign in, and as what."""

    path = _LIST
    guards = [requires_user_manager]  # noqa: RUF012 - Litestar reads a plain attribute

    @get()
    async def index(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        q: FromQuery[str] = "",
    ) -> Template:
        """List users with their roles."""
        rows = await queries.list_users(session, q=q)
        places = await queries.place_names(session, [held for row in rows for held in row.roles])
        context = {
            "rows": [
                (row.user, [(ROLE_LABELS[held.role], places.of(held)) for held in row.roles])
                for row in rows
            ],
            "q": q,
            "tabs": administration_tabs(actor, _LIST),
        }
        name = "accounts/_user_table.html" if request.htmx else "accounts/users.html"
        return Template(name, context=context)

    @get("/neu")
    async def new(self, session: DbSession) -> Template:
        """Show the form for a new user."""
        return await _new(session, nothing_entered())

    @post()
    async def create(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor
    ) -> Template | Redirect:
        """Add a user with a first role."""
        entered = await read_form(request, UserForm)
        form = entered.form
        if form is not None:
            async with entered.attempt(session):
                await service.add_user(
                    session,
                    actor,
                    name=form.name,
                    display_name=form.display_name,
                    password=form.password,
                    role=service.read_role(form.role),
                    school_id=form.school_id,
                    expires_on=form.expires_on,
                )
        if form is None or entered.errors:
            return await _new(session, entered)
        return go_to(_LIST, f"{form.display_name} kann sich jetzt anmelden.")

    @get("/{user_id:int}")
    async def show(
        self, session: DbSession, actor: CurrentActor, user_id: FromPath[int]
    ) -> Template:
        """Show one user."""
        return await _show(session, actor, user_id, nothing_entered())

    @post("/{user_id:int}")
    async def update(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        user_id: FromPath[int],
    ) -> Template | Redirect:
        """Change name on the screen and last day of access."""
        user = await queries.get_user(session, user_id)
        entered = await read_form(request, UserChangeForm)
        form = entered.form
        if form is None:
            return await _show(session, actor, user_id, entered)
        await service.change_user(
            session, actor, user, display_name=form.display_name, expires_on=form.expires_on
        )
        return go_to(f"{_LIST}/{user_id}", "Gespeichert.")

    @post("/{user_id:int}/rollen")
    async def grant_role(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        user_id: FromPath[int],
    ) -> Template | Redirect:
        """Give one more role."""
        user = await queries.get_user(session, user_id)
        entered = await read_form(request, RoleForm)
        form = entered.form
        if form is not None:
            async with entered.attempt(session):
                await service.grant_role(
                    session,
                    actor,
                    user,
                    service.read_role(form.role),
                    school_id=form.school_id,
                    grant_id=form.grant_id,
                    programme=form.programme,
                )
        if entered.errors:
            return await _show(session, actor, user_id, entered)
        return go_to(f"{_LIST}/{user_id}", "Die Rolle ist vergeben.")

    @post("/{user_id:int}/rollen/{role_grant_id:int}/entziehen")
    async def revoke_role(
        self,
        session: DbSession,
        actor: CurrentActor,
        user_id: FromPath[int],
        role_grant_id: FromPath[int],
    ) -> Redirect:
        """Take a role away."""
        user = await queries.get_user(session, user_id)
        held = await queries.get_role_grant(session, user_id, role_grant_id)
        await service.revoke_role(session, actor, user, held)
        return go_to(f"{_LIST}/{user_id}", "Die Rolle ist entzogen.")

    @post("/{user_id:int}/sperren")
    async def deactivate(
        self, session: DbSession, actor: CurrentActor, user_id: FromPath[int]
    ) -> Redirect:
        """Shut a user out at once."""
        user = await queries.get_user(session, user_id)
        await service.deactivate_user(session, actor, user)
        return go_to(f"{_LIST}/{user_id}", "Das Konto ist gesperrt.")

    @post("/{user_id:int}/entsperren")
    async def reactivate(
        self, session: DbSession, actor: CurrentActor, user_id: FromPath[int]
    ) -> Redirect:
        """Let a user in again."""
        user = await queries.get_user(session, user_id)
        await service.reactivate_user(session, actor, user)
        return go_to(f"{_LIST}/{user_id}", "Das Konto ist wieder offen.")

    @post("/{user_id:int}/passwort")
    async def set_password(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        user_id: FromPath[int],
    ) -> Template | Redirect:
        """Set a password for somebody."""
        user = await queries.get_user(session, user_id)
        entered = await read_form(request, NewPasswordForm)
        form = entered.form
        if form is not None:
            async with entered.attempt(session):
                await service.set_password(session, actor, user, form.new)
        if entered.errors:
            return await _show(session, actor, user_id, entered)
        return go_to(f"{_LIST}/{user_id}", "Das neue Passwort gilt.")


async def _new(session: DbSession, entered: Entered[UserForm]) -> Template:
    context = {
        "values": entered.values,
        "errors": entered.errors,
        "roles": person_roles(),
        "schools": await queries.list_school_choices(session),
        "shortest": SHORTEST_PASSWORD,
    }
    return Template("accounts/new_user.html", context=context, status_code=entered.status)


async def _show(
    session: DbSession, actor: CurrentActor, user_id: int, entered: Entered[Any]
) -> Template:
    user = await queries.get_user(session, user_id)
    held = await queries.list_role_grants(session, user_id)
    places = await queries.place_names(session, held)
    context = {
        "user": user,
        "last_on": last_day(user.expires_at),
        "is_self": user.id == actor.user_id,
        "held": [(role.id, ROLE_LABELS[role.role], places.of(role)) for role in held],
        "errors": entered.errors,
        "roles": person_roles(),
        "schools": await queries.list_school_choices(session),
        "grants": await queries.list_grant_choices(session),
        "shortest": SHORTEST_PASSWORD,
    }
    return Template("accounts/user.html", context=context, status_code=entered.status)
