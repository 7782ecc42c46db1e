"""Declared resources as routes: guarded, scoped, versioned and written to the audit trail."""

from netzwart.accounts.resources.acting import reach, view_of
from netzwart.accounts.resources.answering import ApiRequest, refuse_query
from netzwart.accounts.resources.controllers import API, resource_controller, row_answer
from netzwart.accounts.resources.forms import Form, decoded, filled
from netzwart.accounts.resources.writing import (
    Act,
    NeverDeletedError,
    Values,
    Writing,
    refuse_removal,
)

__all__ = [
    "API",
    "Act",
    "ApiRequest",
    "Form",
    "NeverDeletedError",
    "Values",
    "Writing",
    "decoded",
    "filled",
    "reach",
    "refuse_query",
    "refuse_removal",
    "resource_controller",
    "row_answer",
    "view_of",
]
