"""Förderung: the list of grants, invoices with their decisions; a grant's page is `proofs`'s."""

from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

from netzwart.accounts.tables import Role
from netzwart.funding.pages.grants import GrantsController
from netzwart.funding.pages.invoices import InvoicesController
from netzwart.web.frame import NavItem

NAV: Sequence[NavItem] = (
    NavItem(
        "Förderung",
        "/foerderung",
        "coin-euro",
        60,
        frozenset({Role.ADMIN, Role.FUNDING_OFFICER, Role.AUDITOR}),
    ),
)
CONTROLLERS: Sequence[ControllerRouterHandler] = (GrantsController, InvoicesController)
