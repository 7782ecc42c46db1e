"""Users, tokens, the audit trail and webhooks under `/api/v1`."""

from datetime import date
from typing import Annotated

from litestar.types import ControllerRouterHandler
from pydantic import Field as FormField
from pydantic import SecretStr, StringConstraints
from sqlalchemy import String, column, table

from netzwart.accounts import service
from netzwart.accounts.actors import Right
from netzwart.accounts.forms import Name
from netzwart.accounts.resources import Act, Form, Values, Writing, resource_controller
from netzwart.accounts.tables import ApiToken, AuditEvent, Role, RoleGrant, UserAccount
from netzwart.clock import BERLIN
from netzwart.database import Id, Record
from netzwart.web.resources import Children, Reference, declare
from netzwart.web.tables import Webhook

_SCHOOL = table(
    "school", column("id", Id()), column("number", String(6)), column("name", String(300))
)
_GRANT = table("funding_grant", column("id", Id()), column("number", String(80)))
# Both lie on floors above; accounts know them by name, as their foreign keys do.

SCHOOL = Reference(
    "school",
    _SCHOOL,
    "school_id",
    key="number",
    shows="name",
    right=Right.READ_SCHOOLS,
    school=("id",),
    open_to_grants=True,
)

ROLES = declare(
    "roles",
    RoleGrant,
    read=Right.MANAGE_USERS,
    columns="role programme",
    references=(SCHOOL, Reference("grant", _GRANT, "grant_id", key="number")),
    is_open=True,
    is_part=True,
)

USERS = declare(
    "users",
    UserAccount,
    read=Right.MANAGE_USERS,
    columns="name display_name is_active expires_at last_sign_in_at",
    children=(Children("roles", ROLES, "user_id"),),
    search=("name", "display_name"),
    sort="name",
)

TOKENS = declare(
    "tokens",
    ApiToken,
    read=Right.MANAGE_USERS,
    columns="name prefix role expires_at last_used_at revoked_at",
    references=(SCHOOL, Reference("created_by", UserAccount, "created_by_id", key="name")),
    school=("school_id",),
    search=("name",),
    sort="name",
)

AUDIT_EVENTS = declare(
    "audit-events",
    AuditEvent,
    read=Right.READ_AUDIT,
    columns="at actor action subject_type subject_id reason changes request_id",
    references=(SCHOOL,),
    school=("school_id",),
    search=("action", "subject_type"),
    sort="-at",
    guarded={"actor": Right.READ_NAMES},
)

WEBHOOKS = declare(
    "webhooks",
    Webhook,
    read=Right.MANAGE_USERS,
    columns="url events is_active",
    references=(SCHOOL,),
    school=("school_id",),
    search=("url",),
)


class NewUser(Form):
    """A new user's first role and password; the password never comes out again."""

    name: Name
    password: SecretStr | None = None
    role: Role
    school_id: Annotated[int | None, FormField(ge=1)] = None
    expires_on: date | None = None


class UserChange(Form):
    """What may change about a user beside the columns."""

    expires_on: date | None = None


class NewToken(Form):
    """A new token; its word is told in the answer, once."""

    name: Name
    expires_on: date | None = None


_Secret = Annotated[SecretStr, FormField(min_length=16, max_length=200)]


class NewWebhook(Form):
    """The key that deliveries are signed with; it never comes out again."""

    url: Annotated[str, StringConstraints(max_length=500, pattern=r"^https?://[^\s/]+")]
    secret: _Secret


class WebhookChange(Form):
    """A new key or address."""

    url: Annotated[str, StringConstraints(max_length=500, pattern=r"^https?://[^\s/]+")] = ""
    secret: _Secret | None = None


async def _add_user(act: Act, values: Values) -> Record:
    return await service.add_user(act.session, act.actor, **values)


async def _change_user(act: Act, user: UserAccount, values: Values) -> None:
    expires_on = user.expires_at.astimezone(BERLIN).date() if user.expires_at else None
    if values.keys() & {"display_name", "expires_on"}:
        await service.change_user(
            act.session,
            act.actor,
            user,
            display_name=values.get("display_name", user.display_name),
            expires_on=values.get("expires_on", expires_on),
        )
    is_active = values.get("is_active", user.is_active)
    if is_active and not user.is_active:
        await service.reactivate_user(act.session, act.actor, user)
    elif user.is_active and not is_active:
        await service.deactivate_user(act.session, act.actor, user)


async def _deactivate_user(act: Act, user: UserAccount) -> None:
    """Shut somebody out; the row stays, since the audit trail names it."""
    if user.is_active:
        await service.deactivate_user(act.session, act.actor, user)


async def _add_token(act: Act, values: Values) -> tuple[Record, dict[str, object]]:
    role = Role(values.pop("role"))
    made = await service.add_token(act.session, act.actor, role=role, **values)
    return made.token, {"token": made.word.get_secret_value()}


async def _revoke_token(act: Act, token: ApiToken) -> None:
    await service.revoke_token(act.session, act.actor, token)


async def _add_webhook(act: Act, values: Values) -> Record:
    secret: SecretStr = values.pop("secret")
    webhook = Webhook(**values, secret_encrypted=b"")
    act.session.add(webhook)
    await act.session.flush()
    _seal(act, webhook, secret)
    return webhook


async def _change_webhook(act: Act, webhook: Webhook, values: Values) -> None:
    secret: SecretStr | None = values.pop("secret", None)
    for name, value in values.items():
        setattr(webhook, name, value)
    if secret is not None:
        _seal(act, webhook, secret)


def _seal(act: Act, webhook: Webhook, secret: SecretStr) -> None:
    sealed = {"secret": secret.get_secret_value()}
    webhook.secret_encrypted = act.secret_box.seal(sealed, f"webhook:{webhook.id}")


CONTROLLERS: list[ControllerRouterHandler] = [
    resource_controller(
        USERS,
        Writing(
            USERS,
            Right.MANAGE_USERS,
            "display_name",
            patched="display_name is_active",
            form=NewUser,
            patch=UserChange,
            create=_add_user,
            update=_change_user,
            may_delete=True,
            remove=_deactivate_user,
            audits_itself=True,
        ),
    ),
    resource_controller(
        TOKENS,
        Writing(
            TOKENS,
            Right.MANAGE_USERS,
            "role school",
            form=NewToken,
            create=_add_token,
            may_patch=False,
            may_delete=True,
            remove=_revoke_token,
            audits_itself=True,
            tells_once=True,
        ),
    ),
    resource_controller(AUDIT_EVENTS),
    resource_controller(
        WEBHOOKS,
        Writing(
            WEBHOOKS,
            Right.MANAGE_USERS,
            "events school is_active",
            form=NewWebhook,
            patch=WebhookChange,
            create=_add_webhook,
            update=_change_webhook,
            may_delete=True,
        ),
    ),
]
