"""Pages about accounts: sign-in, one's own account, users, tokens, and auditors of grants."""

from netzwart.accounts.pages.administration import AdministrationController
from netzwart.accounts.pages.invitations import AcceptController, InvitationsController
from netzwart.accounts.pages.signing_in import AccountController, SignInController
from netzwart.accounts.pages.tokens import TokenController
from netzwart.accounts.pages.users import UserController
from netzwart.accounts.tables import Role
from netzwart.web.frame import NavItem

CONTROLLERS = (
    SignInController,
    AccountController,
    AdministrationController,
    UserController,
    TokenController,
    InvitationsController,
    AcceptController,
)
NAV = (
    NavItem(
        "Verwaltung",
        "/verwaltung",
        "settings",
        80,
        frozenset({Role.ADMIN, Role.AUDITOR, Role.FUNDING_OFFICER}),
    ),
)
