"""Credentials: names and kinds are shown, secrets only ever come in."""

from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_credentials_editor
from netzwart.database import DbSession
from netzwart.network import access_checks, labels, queries, service
from netzwart.network.access import SENTENCES
from netzwart.network.forms import CredentialChangeForm, CredentialForm
from netzwart.network.protocols.replies import AuthProtocol, PrivacyProtocol
from netzwart.network.tables import Credential
from netzwart.secrets import SecretBox
from netzwart.web.requests import Entered, TypedValues, go_to, nothing_entered, read_form

_LIST = "/netz/zugangsdaten"
_FIELDS = {
    "name": "Name",
    "kind": "Art",
    "user_name": "Benutzername",
    "community": "Community",
    "auth_key": "Prüfschlüssel",
    "privacy_key": "Schlüssel",
    "enable_secret": "Enable-Passwort",
    "read_timeout_s": "Wartezeit",
    "": "Zugangsdaten",
}


_SHOWN = ("name", "user_name", "auth", "privacy", "school_id", "read_timeout_s", "fast_cli", "note")


class CredentialController(Controller):
    """How nodes are asked."""

    path = _LIST
    guards = [requires_credentials_editor]  # noqa: RUF012 - Litestar reads a plain attribute

    @get()
    async def index(self, session: DbSession, actor: CurrentActor) -> Template:
        """List credentials without their secrets."""
        rows = await queries.list_credentials(session, actor.scope(Right.EDIT_CREDENTIALS))
        ids = [row.id for row in rows]
        context = {
            "rows": rows,
            "kinds": labels.CREDENTIAL_KINDS,
            "checks": await access_checks.latest_checks(session, ids),
            "keys": await access_checks.list_offered_keys(
                session, actor.scope(Right.EDIT_CREDENTIALS)
            ),
            "sentences": SENTENCES,
        }
        return Template("network/credentials.html", context=context)

    @get("/neu")
    async def new(self, session: DbSession, actor: CurrentActor) -> Template:
        """Show the form for new credentials."""
        return await _form(session, actor, nothing_entered())

    @post()
    async def create(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        secret_box: NamedDependency[SecretBox],
    ) -> Template | Redirect:
        """Keep credentials, sealed."""
        entered = await read_form(request, CredentialForm)
        if entered.form is not None:
            async with entered.attempt(session):
                await service.create_credential(session, actor, secret_box, entered.form)
        if entered.errors:
            return await _form(session, actor, entered)
        return go_to(_LIST, "Zugangsdaten verschlüsselt abgelegt.")

    @get("/{credential_id:int}")
    async def edit(
        self, session: DbSession, actor: CurrentActor, credential_id: FromPath[int]
    ) -> Template:
        """Show the form for a change; what is sealed stays sealed."""
        credential = await service.get_credential(session, actor, credential_id)
        return await _form(session, actor, nothing_entered(), credential)

    @post("/{credential_id:int}")
    async def update(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        secret_box: NamedDependency[SecretBox],
        credential_id: FromPath[int],
    ) -> Template | Redirect:
        """Change credentials or rotate their secrets."""
        credential = await service.get_credential(session, actor, credential_id)
        entered = await read_form(request, CredentialChangeForm)
        if entered.form is not None:
            async with entered.attempt(session):
                await service.change_credential(
                    session, actor, secret_box, credential_id, entered.form
                )
        if entered.errors:
            return await _form(session, actor, entered, credential)
        return go_to(_LIST, "Geändert; die Knoten werden damit sofort abgefragt.")

    @post("/{credential_id:int}/pruefen")
    async def check(
        self, session: DbSession, actor: CurrentActor, credential_id: FromPath[int]
    ) -> Redirect:
        """Let the worker try the credentials at a node; this page never touches the wire."""
        node = await access_checks.request_check(session, actor, credential_id)
        return go_to(_LIST, f"Der Zugang wird an {node} geprüft; das dauert einige Sekunden.")

    @post("/schluessel/{key_id:int}")
    async def accept(
        self, session: DbSession, actor: CurrentActor, key_id: FromPath[int]
    ) -> Redirect:
        """Accept an SSH key that a node showed."""
        await access_checks.accept_key(session, actor, key_id)
        return go_to(_LIST, "Schlüssel angenommen.")


async def _form(
    session: AsyncSession,
    actor: Actor,
    entered: Entered[Any],
    credential: Credential | None = None,
) -> Template:
    values = entered.values
    if credential is not None and not values:
        values = TypedValues({name: getattr(credential, name) for name in _SHOWN})
    context = {
        "values": values,
        "credential": None
        if credential is None
        else {"id": credential.id, "name": credential.name, "kind": str(credential.kind)},
        "errors": entered.errors,
        "fields": _FIELDS,
        "kinds": list(labels.CREDENTIAL_KINDS.items()),
        "auths": [(one.value, one.value.upper()) for one in AuthProtocol],
        "paces": [("true", "schnell"), ("false", "mit Pausen, für träge Geräte")],
        "privacies": [(one.value, one.value.upper()) for one in PrivacyProtocol],
        "schools": await queries.school_choices(session, actor.scope(Right.EDIT_CREDENTIALS)),
    }
    return Template("network/credential_form.html", context=context, status_code=entered.status)
