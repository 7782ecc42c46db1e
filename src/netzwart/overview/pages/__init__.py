"""Heute, Schulen, Geräte and the search: the pages that join all domains."""

from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

from netzwart.overview.pages.calendar import CalendarController
from netzwart.overview.pages.device_choices import DeviceChoicesController
from netzwart.overview.pages.devices import DevicesController
from netzwart.overview.pages.schools import SchoolsController
from netzwart.overview.pages.searching import SearchController
from netzwart.overview.pages.today import TodayController
from netzwart.web.frame import NavItem

NAV: Sequence[NavItem] = (
    NavItem("Heute", "/", "calendar-check", 10),
    NavItem("Schulen", "/schulen", "school", 20),
    NavItem("Geräte", "/geraete", "devices", 30),
)
CONTROLLERS: Sequence[ControllerRouterHandler] = (
    TodayController,
    SchoolsController,
    DeviceChoicesController,
    DevicesController,
    SearchController,
    CalendarController,
)
