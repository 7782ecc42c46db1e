"""Resources of the API as declarations: what is shown, filtered, sorted and written, and to whom.

A domain says once which column is shown under which name; lists, filters, cursors, answers and the
OpenAPI document follow from that. What is not declared cannot leave, so no secret can leak.
"""

from netzwart.web.resources.declaring import Children, Reference, Resource, declare
from netzwart.web.resources.fields import Field, Kind
from netzwart.web.resources.reaching import EVERYWHERE, NOWHERE, Reach, Test

__all__ = [
    "EVERYWHERE",
    "NOWHERE",
    "Children",
    "Field",
    "Kind",
    "Reach",
    "Reference",
    "Resource",
    "Test",
    "declare",
]
