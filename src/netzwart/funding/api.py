"""Programmes, grants and everything bought with them under `/api/v1`."""

from typing import Annotated

from litestar.types import ControllerRouterHandler
from pydantic import Field as FormField

from netzwart.accounts.resources import Act, Form, Values, Writing, resource_controller
from netzwart.database import Record
from netzwart.funding import service
from netzwart.funding.correspondence_api import CONTROLLERS as CORRESPONDENCE
from netzwart.funding.document_acts import DocumentActsController
from netzwart.funding.forms import (
    DeliveryForm,
    DeliveryLineForm,
    DrawdownForm,
    GrantForm,
    IncomeForm,
    InvoiceForm,
    InvoiceLineForm,
    MeasureForm,
    OrderForm,
    OrderLineForm,
    PaymentForm,
    PlanForm,
    SourceForm,
    TrancheForm,
)
from netzwart.funding.programme_resources import PROGRAMMES
from netzwart.funding.purchase_resources import (
    DELIVERIES,
    DOCUMENTS,
    INVOICES,
    ORDERS,
    PAYMENTS,
    SUPPLIERS,
)
from netzwart.funding.recorded import EDIT, recorded
from netzwart.funding.resources import DRAWDOWNS, GRANTS, INCOMES, MEASURES
from netzwart.funding.tables import Drawdown


class _GrantParts(Form):
    """What a grant consists of beside its columns."""

    authority: Annotated[str, FormField(min_length=1, max_length=200)]
    plan: tuple[PlanForm, ...] = ()
    sources: tuple[SourceForm, ...] = ()
    tranches: tuple[TrancheForm, ...] = ()


class _OrderLines(Form):
    """The positions of an order."""

    lines: Annotated[tuple[OrderLineForm, ...], FormField(min_length=1, max_length=1000)]


class _DeliveryLines(Form):
    """What came, with serial numbers."""

    lines: Annotated[tuple[DeliveryLineForm, ...], FormField(min_length=1, max_length=1000)]


class _InvoiceLines(Form):
    """The positions of an invoice with the measures that bear them."""

    lines: Annotated[tuple[InvoiceLineForm, ...], FormField(min_length=1, max_length=1000)]


class _DrawdownNumber(Form):
    """The call's number; null takes the next."""

    number: Annotated[int, FormField(ge=1)] | None = None


async def _record_supplier(act: Act, values: Values) -> Record:
    return await service.record_supplier(act.session, values["name"], values["vat_id"], act.actor)


async def _receive_drawdown(act: Act, drawdown: Drawdown, values: Values) -> None:
    if values.get("received_on") is not None:
        await service.record_drawdown_received(
            act.session, drawdown, values["received_on"], act.actor
        )


_GRANT_FIELDS = (
    "title issued_on final_on awarded eligible_planned rate rounding execution_from"
    " execution_until approval_until purpose_fulfilled_on conditions lucom_number drawdown_mode"
    " input_tax_deductible"
)
_MEASURE_FIELDS = "school category subcategory title started_on finished_on concept_document"
_ORDER_FIELDS = (
    "supplier ordered_on procedure procedure_reason estimated_net offers_requested"
    " offers_received awarded_on award_criterion framework_contract eu_wide"
)

CONTROLLERS: list[ControllerRouterHandler] = [
    resource_controller(PROGRAMMES),
    recorded(
        GRANTS,
        f"number programme {_GRANT_FIELDS}",
        GrantForm,
        service.record_grant,
        parts=_GrantParts,
        patched=f"{_GRANT_FIELDS} proof_submitted_on",
    ),
    recorded(
        MEASURES,
        f"key grant {_MEASURE_FIELDS}",
        MeasureForm,
        service.record_measure,
        patched=f"{_MEASURE_FIELDS} narrative",
        is_deletable=True,
    ),
    resource_controller(
        SUPPLIERS,
        Writing(
            SUPPLIERS,
            EDIT,
            "name vat_id",
            create=_record_supplier,
            may_delete=True,
            audits_itself=True,
        ),
    ),
    recorded(
        ORDERS,
        f"number {_ORDER_FIELDS}",
        OrderForm,
        service.record_order,
        parts=_OrderLines,
    ),
    recorded(
        DELIVERIES,
        "order note_number received_on",
        DeliveryForm,
        service.record_delivery,
        parts=_DeliveryLines,
        patched="note_number received_on",
    ),
    recorded(
        INVOICES,
        "number supplier order issued_on kind delivered_on due_on discount_rate discount_days"
        " currency buyer cancels document service_from stated_total retained retained_until",
        InvoiceForm,
        service.record_invoice,
        parts=_InvoiceLines,
        patched="order delivered_on due_on discount_rate discount_days buyer document service_from",
    ),
    recorded(
        PAYMENTS,
        "invoice receipt_number paid_on amount discount",
        PaymentForm,
        service.record_payment,
        may_patch=False,
    ),
    recorded(
        DRAWDOWNS,
        "grant requested_on amount received_on",
        DrawdownForm,
        service.record_drawdown,
        parts=_DrawdownNumber,
        patched="received_on",
        update=_receive_drawdown,
    ),
    recorded(
        INCOMES,
        "grant kind received_on payer reason amount device",
        IncomeForm,
        service.record_income,
        may_patch=False,
        is_deletable=True,
    ),
    type("DocumentsApi", (DocumentActsController, resource_controller(DOCUMENTS)), {}),
    *CORRESPONDENCE,
]
