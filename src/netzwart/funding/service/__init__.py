"""Acts that write money: recorded once, by somebody, with an audit event, never deleted."""

from netzwart.funding.service.amending import record_amendment
from netzwart.funding.service.applying import change_application, record_application
from netzwart.funding.service.booking import replace_asset_bookings
from netzwart.funding.service.closing import (
    record_clawback,
    record_clawback_paid,
    record_message,
    record_message_sent,
    record_submission,
)
from netzwart.funding.service.deciding import (
    confirm_eligibility,
    confirm_several,
    decide_eligibility,
    decide_several,
)
from netzwart.funding.service.drawing_down import (
    get_proposal,
    record_drawdown,
    record_drawdown_received,
    record_income,
)
from netzwart.funding.service.granting import (
    override_rule,
    record_grant,
    record_measure,
    record_support,
    remove_support,
)
from netzwart.funding.service.invoicing import attach_receipt, record_invoice, record_payment
from netzwart.funding.service.narrating import write_narrative
from netzwart.funding.service.ordering import (
    add_serials,
    change_delivery,
    change_order,
    record_delivery,
    record_order,
    record_supplier,
    supplier_named,
)
from netzwart.funding.service.receiving_invoices import (
    match_electronic_invoice,
    record_electronic_invoice,
)
from netzwart.funding.service.splitting import shares_by_key

__all__ = [
    "add_serials",
    "attach_receipt",
    "change_application",
    "change_delivery",
    "change_order",
    "confirm_eligibility",
    "confirm_several",
    "decide_eligibility",
    "decide_several",
    "get_proposal",
    "match_electronic_invoice",
    "override_rule",
    "record_amendment",
    "record_application",
    "record_clawback",
    "record_clawback_paid",
    "record_delivery",
    "record_drawdown",
    "record_drawdown_received",
    "record_electronic_invoice",
    "record_grant",
    "record_income",
    "record_invoice",
    "record_measure",
    "record_message",
    "record_message_sent",
    "record_order",
    "record_payment",
    "record_submission",
    "record_supplier",
    "record_support",
    "remove_support",
    "replace_asset_bookings",
    "shares_by_key",
    "supplier_named",
    "write_narrative",
]
