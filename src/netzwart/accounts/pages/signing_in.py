"""Signing in and out, and the page of one's own account."""

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Template

from netzwart.accounts import queries, service
from netzwart.accounts.authentication import CurrentActor, actor_of
from netzwart.accounts.cookies import CookieNames
from netzwart.accounts.forms import PasswordForm, SignInForm
from netzwart.accounts.guards import requires_signed_in
from netzwart.accounts.labels import ROLE_LABELS
from netzwart.accounts.rules import local_path
from netzwart.accounts.service import Attempt, SignInRefused
from netzwart.database import Database, DbSession
from netzwart.settings import Settings
from netzwart.web.requests import Entered, go_to, nothing_entered, read_form

_TOO_MANY = 429


class SignInController(Controller):
    """The door."""

    @get("/anmelden", opt={"public": True})
    async def show(self, request: HTMXRequest, weiter: FromQuery[str] = "/") -> Template | Redirect:
        """Show the form, or go on when somebody is signed in already."""
        if actor_of(request) is not None:
            return go_to(local_path(weiter))
        return _form(name="", weiter=local_path(weiter), message="", status=200)

    @post("/anmelden", opt={"public": True})
    async def sign_in(
        self,
        request: HTMXRequest,
        database: NamedDependency[Database],
        settings: NamedDependency[Settings],
        cookie_names: NamedDependency[CookieNames],
    ) -> Template | Redirect:
        """Open a session for whoever knows the password."""
        entered = await read_form(request, SignInForm)
        form = entered.form
        if form is None:
            return _form(entered.values["name"], "/", "Bitte Name und Passwort eingeben.", 422)
        attempt = Attempt(form.name, form.password, _address(request), _user_agent(request))
        outcome = await service.sign_in(
            database,
            attempt,
            session_hours=settings.session_hours,
            previous_word=request.cookies.get(cookie_names.session),
        )
        if isinstance(outcome, SignInRefused):
            status = 422 if outcome.retry_after_s is None else _TOO_MANY
            answer = _form(form.name, local_path(form.weiter), outcome.message, status)
            if outcome.retry_after_s is not None:
                answer.headers["Retry-After"] = str(outcome.retry_after_s)
            return answer
        answer = go_to(local_path(form.weiter))
        answer.cookies += [
            cookie_names.make(cookie_names.session, outcome.word.get_secret_value()),
            cookie_names.clear(cookie_names.gate),
        ]
        return answer

    @post("/abmelden", guards=[requires_signed_in])
    async def sign_out(
        self, session: DbSession, actor: CurrentActor, cookie_names: NamedDependency[CookieNames]
    ) -> Redirect:
        """End the session and show the sign-in page."""
        await service.sign_out(session, actor)
        answer = go_to("/anmelden", "Du bist abgemeldet.")
        answer.cookies.append(cookie_names.clear(cookie_names.session))
        answer.headers["Clear-Site-Data"] = '"cache"'
        return answer


class AccountController(Controller):
    """One's own account."""

    path = "/konto"
    guards = [requires_signed_in]  # noqa: RUF012 - Litestar reads a plain attribute

    @get()
    async def show(self, session: DbSession, actor: CurrentActor) -> Template:
        """Show name, roles and the form for a new password."""
        return await _account(session, actor, nothing_entered())

    @post("/passwort")
    async def change_password(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor
    ) -> Template | Redirect:
        """Change one's own password; other browsers are signed out."""
        entered = await read_form(request, PasswordForm)
        form = entered.form
        if form is not None:
            async with entered.attempt(session):
                await service.change_password(
                    session, actor, current=form.current, new=form.new, repeated=form.repeated
                )
        if entered.errors:
            return await _account(session, actor, entered)
        return go_to("/konto", "Das Passwort ist geändert. Andere Browser sind abgemeldet.")


async def _account(
    session: DbSession, actor: CurrentActor, entered: Entered[PasswordForm]
) -> Template:
    places = await queries.place_names(session, actor.roles)
    roles = [(ROLE_LABELS[held.role], places.of(held)) for held in actor.roles]
    context = {"actor": actor, "roles": roles, "errors": entered.errors}
    return Template("accounts/account.html", context=context, status_code=entered.status)


def _form(name: str, weiter: str, message: str, status: int) -> Template:
    context = {"name": name, "weiter": weiter, "message": message}
    return Template("accounts/sign_in.html", context=context, status_code=status)


def _address(request: HTMXRequest) -> str:
    return request.client.host if request.client else "unknown"


def _user_agent(request: HTMXRequest) -> str:
    return request.headers.get("user-agent", "")
