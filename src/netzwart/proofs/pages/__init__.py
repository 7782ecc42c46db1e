"""Förderung above the money: all grants, one grant, its figures, its devices, its proof."""

from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

from netzwart.proofs.pages.assistant import AssistantController
from netzwart.proofs.pages.checks import CheckHelpController
from netzwart.proofs.pages.devices import FundedDeviceController
from netzwart.proofs.pages.figures import FiguresController
from netzwart.proofs.pages.grant import GrantPageController
from netzwart.proofs.pages.grants import GrantsController
from netzwart.web.frame import NavItem

NAV: Sequence[NavItem] = ()
CONTROLLERS: Sequence[ControllerRouterHandler] = (
    GrantsController,
    GrantPageController,
    FiguresController,
    FundedDeviceController,
    AssistantController,
    CheckHelpController,
)
