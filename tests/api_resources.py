"""Every resource of the application, found by walking its routes, so that none is forgotten."""

from typing import Any

from litestar import Controller

from netzwart.app import APIS
from netzwart.web.resources import Resource


def every_resource() -> dict[str, Resource]:
    """Return each declared resource by name."""
    found: dict[str, Resource] = {}
    for api in APIS:
        for controller in api.CONTROLLERS:
            resource: Any = getattr(controller, "resource", None)
            if isinstance(controller, type) and issubclass(controller, Controller) and resource:
                found[resource.name] = resource
    return found


RESOURCES = every_resource()
