"""Coverage, draws, use and seals: how well the money is proven."""

from litestar.types import ControllerRouterHandler

from netzwart.custody.pages.coverage import CoverageController
from netzwart.custody.pages.draws import DrawController
from netzwart.custody.pages.seals import SealController
from netzwart.custody.pages.use import UseController
from netzwart.web.frame import NavItem

CONTROLLERS: tuple[ControllerRouterHandler, ...] = (
    CoverageController,
    DrawController,
    SealController,
    UseController,
)
NAV: tuple[NavItem, ...] = ()
"""Coverage, draws and use are reached from grants and schools, the seals from administration."""
