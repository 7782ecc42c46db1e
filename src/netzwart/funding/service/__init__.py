"""Acts that write money: recorded once, by somebody, with an audit event, never deleted."""

from netzwart.funding.service.deciding import confirm_eligibility, decide_eligibility
from netzwart.funding.service.drawing_down import (
    record_drawdown,
    record_drawdown_received,
    record_income,
)
from netzwart.funding.service.granting import override_rule, record_grant, record_measure
from netzwart.funding.service.invoicing import attach_receipt, record_invoice, record_payment
from netzwart.funding.service.ordering import (
    add_serials,
    change_delivery,
    change_order,
    record_delivery,
    record_order,
    record_supplier,
)

__all__ = [
    "add_serials",
    "attach_receipt",
    "change_delivery",
    "change_order",
    "confirm_eligibility",
    "decide_eligibility",
    "override_rule",
    "record_delivery",
    "record_drawdown",
    "record_drawdown_received",
    "record_grant",
    "record_income",
    "record_invoice",
    "record_measure",
    "record_order",
    "record_payment",
    "record_supplier",
]
