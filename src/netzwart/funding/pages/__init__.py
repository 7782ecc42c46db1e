"""Förderung: grants, orders, deliveries, invoices, payments; a grant's page is `proofs`'s."""

from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

from netzwart.accounts.tables import Role
from netzwart.funding.pages.applications import ApplicationsController
from netzwart.funding.pages.assets import AssetBookingsController
from netzwart.funding.pages.correspondence import CorrespondenceController
from netzwart.funding.pages.decisions import DecisionsController
from netzwart.funding.pages.deliveries import DeliveriesController
from netzwart.funding.pages.drawdowns import DrawdownsController
from netzwart.funding.pages.grant_parts import GrantPartsController
from netzwart.funding.pages.granting import GrantEntryController
from netzwart.funding.pages.invoice_list import InvoiceListController
from netzwart.funding.pages.invoices import InvoicesController
from netzwart.funding.pages.measures import MeasuresController
from netzwart.funding.pages.orders import OrdersController
from netzwart.funding.pages.payments import PaymentsController
from netzwart.funding.pages.receiving import ElectronicInvoicesController
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
CONTROLLERS: Sequence[ControllerRouterHandler] = (
    OrdersController,
    DeliveriesController,
    InvoiceListController,
    ElectronicInvoicesController,
    InvoicesController,
    DecisionsController,
    PaymentsController,
    DrawdownsController,
    GrantPartsController,
    GrantEntryController,
    CorrespondenceController,
    MeasuresController,
    ApplicationsController,
    AssetBookingsController,
)
