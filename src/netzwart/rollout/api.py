"""Projects, waves, planned items, surveys and acceptances under `/api/v1`."""

from litestar.types import ControllerRouterHandler

from netzwart.accounts.actors import Right
from netzwart.accounts.resources import Writing, resource_controller
from netzwart.rollout.resources import (
    ACCEPTANCES,
    PLANNED_ITEMS,
    PROJECTS,
    SITE_SURVEYS,
    WAVES,
)

EDIT = Right.EDIT_ROLLOUT

CONTROLLERS: list[ControllerRouterHandler] = [
    resource_controller(
        PROJECTS, Writing(PROJECTS, EDIT, "key title starts_on ends_on grant", may_delete=True)
    ),
    resource_controller(
        WAVES, Writing(WAVES, EDIT, "project number title starts_on ends_on", may_delete=True)
    ),
    resource_controller(
        PLANNED_ITEMS,
        Writing(
            PLANNED_ITEMS,
            EDIT,
            "wave school room model specification quantity name address vlan device",
            may_delete=True,
        ),
    ),
    resource_controller(
        SITE_SURVEYS, Writing(SITE_SURVEYS, EDIT, "project school surveyed_on answers")
    ),
    resource_controller(ACCEPTANCES),
]
