"""Acts that change accounts: signing in and out, users and their roles, tokens."""

from netzwart.accounts.service.inviting_auditors import (
    accept_invitation,
    end_audit_access,
    invite_auditor,
    renew_invitation,
)
from netzwart.accounts.service.managing_tokens import NewToken, add_token, revoke_token
from netzwart.accounts.service.managing_users import (
    add_user,
    change_password,
    change_user,
    deactivate_user,
    grant_role,
    reactivate_user,
    read_role,
    revoke_role,
    set_password,
)
from netzwart.accounts.service.signing_in import (
    Attempt,
    SignedIn,
    SignInRefused,
    sign_in,
    sign_out,
    touch,
)

__all__ = [
    "Attempt",
    "NewToken",
    "SignInRefused",
    "SignedIn",
    "accept_invitation",
    "add_token",
    "add_user",
    "change_password",
    "change_user",
    "deactivate_user",
    "end_audit_access",
    "grant_role",
    "invite_auditor",
    "reactivate_user",
    "read_role",
    "renew_invitation",
    "revoke_role",
    "revoke_token",
    "set_password",
    "sign_in",
    "sign_out",
    "touch",
]
