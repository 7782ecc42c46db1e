"""API tokens: the list, a new one (shown this once), and revoking."""

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Template

from netzwart.accounts import queries, service
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.forms import TokenForm
from netzwart.accounts.guards import requires_user_manager
from netzwart.accounts.labels import ROLE_LABELS, all_roles
from netzwart.accounts.pages.tabs import administration_tabs
from netzwart.clock import utcnow
from netzwart.database import DbSession
from netzwart.web.requests import Entered, go_to, nothing_entered, read_form

_LIST = "/verwaltung/token"


class TokenController(Controller):
    """What other programs sign in with."""

    path = _LIST
    guards = [requires_user_manager]  # noqa: RUF012 - Litestar reads a plain attribute

    @get()
    async def index(self, session: DbSession, actor: CurrentActor) -> Template:
        """List tokens, with the form for a new one."""
        return await _index(session, actor, nothing_entered(), "")

    @post()
    async def create(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor
    ) -> Template:
        """Make a token and show it; a redirect would have to carry it through a cookie."""
        entered = await read_form(request, TokenForm)
        form = entered.form
        word = ""
        if form is not None:
            async with entered.attempt(session):
                made = await service.add_token(
                    session,
                    actor,
                    name=form.name,
                    role=service.read_role(form.role),
                    school_id=form.school_id,
                    expires_on=form.expires_on,
                )
                word = made.word.get_secret_value()
        return await _index(session, actor, entered, "" if entered.errors else word)

    @post("/{token_id:int}/widerrufen")
    async def revoke(
        self, session: DbSession, actor: CurrentActor, token_id: FromPath[int]
    ) -> Redirect:
        """Make a token useless at once."""
        token = await queries.get_token(session, token_id)
        await service.revoke_token(session, actor, token)
        return go_to(_LIST, f"Das Token {token.name} gilt nicht mehr.")


async def _index(
    session: DbSession, actor: CurrentActor, entered: Entered[TokenForm], word: str
) -> Template:
    tokens = await queries.list_tokens(session)
    places = await queries.place_names(session, tokens)
    now = utcnow()
    context = {
        "rows": [
            (
                token,
                ROLE_LABELS[token.role],
                places.of(token),
                token.expires_at is not None and token.expires_at <= now,
            )
            for token in tokens
        ],
        "word": word,
        "values": entered.values if entered.errors else nothing_entered().values,
        "errors": entered.errors,
        "roles": all_roles(),
        "schools": await queries.list_school_choices(session),
        "tabs": administration_tabs(actor, _LIST),
    }
    return Template("accounts/tokens.html", context=context, status_code=entered.status)
