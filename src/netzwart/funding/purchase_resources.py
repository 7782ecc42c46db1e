"""What the API shows of purchases: suppliers, orders, deliveries, invoices, payments and files."""

from sqlalchemy import or_, select
from sqlalchemy.sql.elements import ColumnElement

from netzwart.database import table_of
from netzwart.documents.tables import Document
from netzwart.funding.purchase_tables import (
    CostShare,
    DeliveredSerial,
    Delivery,
    DeliveryLine,
    IncidentalCost,
    Invoice,
    InvoicedSerial,
    InvoiceLine,
    Order,
    OrderLine,
    OrderShare,
    Payment,
    Supplier,
)
from netzwart.funding.resources import MEASURE, READ
from netzwart.funding.tables import GrantNotice, Measure
from netzwart.inventory.resources import MODEL
from netzwart.web.resources import Children, Reference, Test, declare

_LINE, _SHARE, _MEASURE = table_of(InvoiceLine), table_of(CostShare), table_of(Measure)
_INVOICE, _ORDER, _DELIVERY = table_of(Invoice), table_of(Order), table_of(Delivery)
_PAYMENT, _DOCUMENT, _NOTICE = table_of(Payment), table_of(Document), table_of(GrantNotice)


def _is_charged(invoice_id: ColumnElement[int | None], test: Test) -> ColumnElement[bool]:
    """Tell whether a line of the invoice is charged to a measure of a grant within reach."""
    charged = (
        select(_LINE.c.invoice_id)
        .join(_SHARE, _SHARE.c.invoice_line_id == _LINE.c.id)
        .join(_MEASURE, _MEASURE.c.id == _SHARE.c.measure_id)
        .where(test(_MEASURE.c.grant_id))
    )
    return invoice_id.in_(charged)


def _invoice_place(test: Test) -> ColumnElement[bool]:
    return _is_charged(_INVOICE.c.id, test)


def _is_invoiced(order_id: ColumnElement[int], test: Test) -> ColumnElement[bool]:
    other = _INVOICE.alias("invoice_of_order")
    return order_id.in_(select(other.c.order_id).where(_is_charged(other.c.id, test)))


def _order_place(test: Test) -> ColumnElement[bool]:
    return _is_invoiced(_ORDER.c.id, test)


def _delivery_place(test: Test) -> ColumnElement[bool]:
    return _is_invoiced(_DELIVERY.c.order_id, test)


def _payment_place(test: Test) -> ColumnElement[bool]:
    return _is_charged(_PAYMENT.c.invoice_id, test)


def _document_place(test: Test) -> ColumnElement[bool]:
    """A file belongs to the grant whose notice or invoice it is the image of."""
    other = _INVOICE.alias("invoice_of_document")
    invoiced = select(other.c.document_id).where(_is_charged(other.c.id, test))
    noticed = select(_NOTICE.c.document_id).where(test(_NOTICE.c.grant_id))
    return or_(_DOCUMENT.c.id.in_(invoiced), _DOCUMENT.c.id.in_(noticed))


SUPPLIER = Reference("supplier", Supplier, "supplier_id", key="name", shows="vat_id")
ORDER = Reference("order", Order, "order_id", key="number", shows="ordered_on")

SUPPLIERS = declare(
    "suppliers",
    Supplier,
    read=READ,
    columns="name vat_id",
    is_open=True,
    search=("name",),
    sort="name",
)

_ORDER_SHARES = declare(
    "order-shares",
    OrderShare,
    read=READ,
    columns="weight",
    references=(MEASURE,),
    school=("measure_id", Measure, "school_id"),
    grant=("measure_id", Measure, "grant_id"),
    is_part=True,
)

ORDERS = declare(
    "orders",
    Order,
    read=READ,
    columns=(
        "number ordered_on procedure procedure_reason estimated_net offers_requested"
        " offers_received awarded_on award_criterion framework_contract eu_wide"
    ),
    references=(SUPPLIER,),
    children=(
        Children(
            "lines",
            declare(
                "order-lines",
                OrderLine,
                read=READ,
                columns="number text quantity unit_net vat_rate",
                references=(MODEL,),
                children=(Children("shares", _ORDER_SHARES, "order_line_id"),),
                is_open=True,
                is_part=True,
                sort="number",
            ),
            "order_id",
        ),
    ),
    grant=_order_place,
    search=("number",),
    sort="-ordered_on",
)

DELIVERIES = declare(
    "deliveries",
    Delivery,
    read=READ,
    columns="note_number received_on",
    references=(ORDER,),
    children=(
        Children(
            "lines",
            declare(
                "delivery-lines",
                DeliveryLine,
                read=READ,
                columns="quantity",
                references=(Reference("order_line", OrderLine, "order_line_id", key="number"),),
                children=(
                    Children(
                        "serials",
                        declare(
                            "delivered-serials",
                            DeliveredSerial,
                            read=READ,
                            columns="serial",
                            is_open=True,
                            is_part=True,
                        ),
                        "delivery_line_id",
                        only="serial",
                    ),
                ),
                is_open=True,
                is_part=True,
            ),
            "delivery_id",
        ),
    ),
    grant=_delivery_place,
    search=("note_number",),
    sort="-received_on",
)

_SHARES = declare(
    "cost-shares",
    CostShare,
    read=READ,
    columns="amount weight share_key weighted_on",
    references=(MEASURE,),
    school=("measure_id", Measure, "school_id"),
    grant=("measure_id", Measure, "grant_id"),
    is_part=True,
)

_INCIDENTALS = declare(
    "incidental-costs",
    IncidentalCost,
    read=READ,
    references=(Reference("device_line", InvoiceLine, "device_line_id", key="number"),),
    is_open=True,
    is_part=True,
)

_LINES = declare(
    "invoice-lines",
    InvoiceLine,
    read=READ,
    columns=(
        "number text quantity unit_net vat_rate net gross eligible:is_eligible eligible_part"
        " reason:ineligible_reason decided_at confirmed_at"
    ),
    references=(MODEL, Reference("order_line", OrderLine, "order_line_id", key="number")),
    children=(
        Children("shares", _SHARES, "invoice_line_id"),
        Children("incidental_to", _INCIDENTALS, "line_id", only="device_line"),
        Children(
            "serials",
            declare(
                "invoiced-serials",
                InvoicedSerial,
                read=READ,
                columns="serial",
                is_open=True,
                is_part=True,
            ),
            "invoice_line_id",
            only="serial",
        ),
    ),
    is_open=True,
    is_part=True,
    sort="number",
)

INVOICES = declare(
    "invoices",
    Invoice,
    read=READ,
    columns=(
        "number issued_on kind delivered_on due_on discount_rate discount_days currency buyer"
        " service_from stated_total retained retained_until format"
    ),
    references=(
        SUPPLIER,
        ORDER,
        Reference("cancels", Invoice, "cancels_id", key="number"),
        Reference("document", Document, "document_id", key="sha256", shows="file_name"),
    ),
    children=(Children("lines", _LINES, "invoice_id"),),
    grant=_invoice_place,
    search=("number",),
    sort="-issued_on",
)

PAYMENTS = declare(
    "payments",
    Payment,
    read=READ,
    columns="receipt_number paid_on amount discount",
    references=(
        Reference("invoice", Invoice, "invoice_id", key="number", shows="issued_on"),
        Reference("supplier", Supplier, "supplier_id", key="name", via="invoice"),
    ),
    grant=_payment_place,
    search=("receipt_number",),
    sort="-paid_on",
)

DOCUMENTS = declare(
    "documents",
    Document,
    read=READ,
    columns="sha256 file_name media_type size_bytes kind retain_until",
    grant=_document_place,
    search=("file_name", "sha256"),
    sort="-created_at",
)
