"""The statements behind `loading`: Core, ordered so that groups stand together."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Date,
    Integer,
    Select,
    String,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from netzwart.database import Id, Money, table_of
from netzwart.funding.purchase_tables import (
    CostShare,
    DeliveryLine,
    IncidentalCost,
    Invoice,
    InvoiceLine,
    Order,
    OrderLine,
    OrderShare,
    Payment,
    Supplier,
)
from netzwart.funding.tables import (
    AuthorityMessage,
    Clawback,
    Drawdown,
    FundingSource,
    Grant,
    GrantingAuthority,
    GrantNotice,
    GrantTranche,
    Income,
    Measure,
    PlanPosition,
    RuleOverride,
)
from netzwart.schools.tables import School

GRANT = table_of(Grant)
INVOICE = table_of(Invoice)
PAYMENT = "payment"
INCIDENTAL = "incidental"

_AUTHORITY = table_of(GrantingAuthority)
_MEASURE = table_of(Measure)
_SCHOOL = table_of(School)
_LINE = table_of(InvoiceLine)
_SHARE = table_of(CostShare)
_SUPPLIER = table_of(Supplier)
_ORDER = table_of(Order)
_ORDER_LINE = table_of(OrderLine)
_DELIVERY_LINE = table_of(DeliveryLine)
_ORDER_SHARE = table_of(OrderShare)

_HEAD = [
    "id",
    "number",
    "programme",
    "programme_version",
    "title",
    "issued_on",
    "final_on",
    "approved_amount",
    "eligible_planned",
    "funding_rate",
    "rounding",
    "execution_from",
    "execution_until",
    "approval_until",
    "purpose_fulfilled_on",
    "conditions_version",
    "lucom_number",
    "drawdown_mode",
    "input_tax_deductible",
    "proof_submitted_on",
]
_OF_MEASURE = [
    "id",
    "key",
    "category",
    "subcategory",
    "title",
    "started_on",
    "finished_on",
    "concept_document",
    "narrative",
    "school_id",
]
_OF_INVOICE = [
    "id",
    "number",
    "kind",
    "supplier_id",
    "issued_on",
    "delivered_on",
    "due_on",
    "discount_rate",
    "discount_days",
    "currency",
    "buyer",
    "cancels_id",
    "document_id",
    "order_id",
    "service_from",
    "stated_total",
    "retained",
    "retained_until",
    "format",
]
_OF_LINE = [
    "id",
    "number",
    "text",
    "model_id",
    "order_line_id",
    "quantity",
    "unit_net",
    "vat_rate",
    "net",
    "gross",
    "is_eligible",
    "eligible_part",
    "ineligible_reason",
    "decided_by_id",
    "confirmed_by_id",
]
_OF_ORDER = [
    "id",
    "number",
    "ordered_on",
    "procedure",
    "estimated_net",
    "offers_requested",
    "offers_received",
    "awarded_on",
    "procedure_reason",
    "award_criterion",
    "award_document_id",
    "framework_contract",
    "eu_wide",
]
_OF_ORDER_LINE = ["id", "number", "text", "model_id", "quantity", "unit_net", "vat_rate"]


def heads(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Return grants with authority, one row per measure with its school."""
    joined = (
        GRANT.join(_AUTHORITY, _AUTHORITY.c.id == GRANT.c.authority_id)
        .outerjoin(_MEASURE, _MEASURE.c.grant_id == GRANT.c.id)
        .outerjoin(_SCHOOL, _SCHOOL.c.id == _MEASURE.c.school_id)
    )
    return (
        select(
            *(GRANT.c[name] for name in _HEAD),
            _AUTHORITY.c.name.label("authority"),
            _AUTHORITY.c.street.label("authority_street"),
            _AUTHORITY.c.postcode.label("authority_postcode"),
            _AUTHORITY.c.city.label("authority_city"),
            *(_MEASURE.c[name].label(f"measure__{name}") for name in _OF_MEASURE),
            _SCHOOL.c.number.label("measure__school"),
            _SCHOOL.c.name.label("measure__school_name"),
            _SCHOOL.c.short_name.label("measure__school_short"),
        )
        .select_from(joined)
        .where(*conditions)
        .order_by(
            GRANT.c.issued_on.desc(),
            GRANT.c.id.desc(),
            _SCHOOL.c.number,
            _MEASURE.c.category,
            _MEASURE.c.key,
        )
    )


def small_rows(ids: Sequence[int]) -> list[Select[*tuple[Any, ...]]]:
    """Return the selects of all short rows of grants, and of their invoices the payments.

    Of grants: plan, sources, overrides, tranches, drawdowns, incomes, notices, messages, clawbacks.
    Of invoices: payments, and which lines are incidental to which.
    """
    plan, source, override = map(table_of, (PlanPosition, FundingSource, RuleOverride))
    tranche, drawdown, income = map(table_of, (GrantTranche, Drawdown, Income))
    notice, message, clawback = map(table_of, (GrantNotice, AuthorityMessage, Clawback))
    payment, incidental = map(table_of, (Payment, IncidentalCost))
    selects = [
        small("plan", plan, key=plan.c.category, amount=plan.c.total, second=plan.c.eligible),
        small("source", source, key=source.c.kind, text=source.c.label, amount=source.c.amount),
        small("override", override, key=override.c.key, text=override.c.value),
        small("tranche", tranche, amount=tranche.c.amount, number=tranche.c.year),
        small(
            "drawdown",
            drawdown,
            amount=drawdown.c.amount,
            day=drawdown.c.requested_on,
            second_day=drawdown.c.received_on,
            number=drawdown.c.number,
        ),
        small(
            "income",
            income,
            key=income.c.kind,
            text=income.c.payer + literal(": ", String()) + income.c.reason,
            amount=income.c.amount,
            day=income.c.received_on,
            number=income.c.device_id,
        ),
        small(
            "notice",
            notice,
            key=notice.c.notice_number,
            text=notice.c.reason,
            amount=notice.c.amount,
            day=notice.c.issued_on,
        ),
        small(
            "message",
            message,
            key=message.c.occasion,
            text=message.c.text,
            day=message.c.due_on,
            second_day=message.c.sent_on,
            number=message.c.device_id,
        ),
        small(
            "clawback",
            clawback,
            text=clawback.c.reason,
            amount=clawback.c.amount,
            second=clawback.c.interest,
            day=clawback.c.demanded_on,
            second_day=clawback.c.paid_on,
        ),
    ]
    tables = (plan, source, override, tranche, drawdown, income, notice, message, clawback)
    grant_rows = [
        one.where(table.c.grant_id.in_(ids)) for one, table in zip(selects, tables, strict=True)
    ]
    paid = small(
        PAYMENT,
        payment,
        owner=payment.c.invoice_id,
        key=payment.c.receipt_number,
        amount=payment.c.amount,
        second=payment.c.discount,
        day=payment.c.paid_on,
    ).where(payment.c.invoice_id.in_(invoices_of(ids)))
    attached = small(
        INCIDENTAL, incidental, owner=incidental.c.line_id, number=incidental.c.device_line_id
    ).where(
        incidental.c.line_id.in_(select(_LINE.c.id).where(_LINE.c.invoice_id.in_(invoices_of(ids))))
    )
    return [*grant_rows, paid, attached]


def in_one(selects: Sequence[Select[*tuple[Any, ...]]]) -> CompoundSelect[Any]:
    """Return short rows of all kinds as one statement."""
    return union_all(*selects).order_by("kind", "day", "number", "id")


def small(  # noqa: PLR0913 - one per column of the union
    kind: str,
    table: Any,  # noqa: ANN401 - a Table, whose columns are untyped
    *,
    row_id: Any = None,  # noqa: ANN401
    owner: Any = None,  # noqa: ANN401
    key: Any = None,  # noqa: ANN401
    text: Any = None,  # noqa: ANN401
    amount: Any = None,  # noqa: ANN401
    second: Any = None,  # noqa: ANN401
    day: Any = None,  # noqa: ANN401
    second_day: Any = None,  # noqa: ANN401
    number: Any = None,  # noqa: ANN401
) -> Select[*tuple[Any, ...]]:
    """Return a table's rows in the columns that all short rows share."""
    nothing = literal(0, Integer())
    words = literal("", String())

    def given(column: Any, otherwise: Any) -> Any:  # noqa: ANN401
        return otherwise if column is None else column

    return select(
        literal(kind, String()).label("kind"),
        (table.c.id if row_id is None else row_id).label("id"),
        cast(given(owner, table.c.grant_id if owner is None else owner), Id()).label("owner_id"),
        cast(given(key, words), String()).label("key"),
        func.coalesce(cast(given(text, words), String()), "").label("text"),
        given(amount, cast(nothing, Money())).label("amount"),
        given(second, cast(nothing, Money())).label("second"),
        given(day, cast(null(), Date())).label("day"),
        given(second_day, cast(null(), Date())).label("second_day"),
        cast(given(number, null()), Id()).label("number"),
    )


def measures_of(ids: Sequence[int]) -> Select[Any]:
    """Return the ids of these grants' measures."""
    return select(_MEASURE.c.id).where(_MEASURE.c.grant_id.in_(ids))


def invoices_of(ids: Sequence[int]) -> Select[Any]:
    """Return the ids of invoices with a share of these grants."""
    return (
        select(_LINE.c.invoice_id)
        .join(_SHARE, _SHARE.c.invoice_line_id == _LINE.c.id)
        .where(_SHARE.c.measure_id.in_(measures_of(ids)))
    )


def lines(ids: Sequence[int]) -> Select[Any]:
    """Return all lines of the invoices that these grants pay, one row per share."""
    return invoice_lines(INVOICE.c.id.in_(invoices_of(ids)))


def invoice_lines(condition: ColumnElement[bool]) -> Select[Any]:
    """Return the lines of invoices that meet the condition, one row per share."""
    joined = (
        INVOICE.join(_LINE, _LINE.c.invoice_id == INVOICE.c.id)
        .join(_SUPPLIER, _SUPPLIER.c.id == INVOICE.c.supplier_id)
        .outerjoin(_ORDER, _ORDER.c.id == INVOICE.c.order_id)
        .outerjoin(_SHARE, _SHARE.c.invoice_line_id == _LINE.c.id)
        .outerjoin(_MEASURE, _MEASURE.c.id == _SHARE.c.measure_id)
        .outerjoin(_SCHOOL, _SCHOOL.c.id == _MEASURE.c.school_id)
    )
    return (
        select(
            *(INVOICE.c[name] for name in _OF_INVOICE),
            _SUPPLIER.c.name.label("supplier"),
            _ORDER.c.number.label("order"),
            _ORDER.c.ordered_on,
            _ORDER.c.procedure,
            *(_LINE.c[name].label(f"line__{name}") for name in _OF_LINE),
            _SHARE.c.measure_id.label("share__measure_id"),
            _MEASURE.c.key.label("share__measure"),
            _MEASURE.c.grant_id.label("share__grant_id"),
            _MEASURE.c.category.label("share__category"),
            _SCHOOL.c.number.label("share__school"),
            _SHARE.c.amount.label("share__amount"),
            _SHARE.c.weight.label("share__weight"),
            _SHARE.c.share_key.label("share__share_key"),
            _SHARE.c.weighted_on.label("share__weighted_on"),
        )
        .select_from(joined)
        .where(condition)
        .order_by(INVOICE.c.issued_on, INVOICE.c.id, _LINE.c.number, _SCHOOL.c.number, _SHARE.c.id)
    )


def order_lines(ids: Sequence[int]) -> Select[Any]:
    """Return the orders behind those invoices, and those meant for these grants' measures.

    One row per line and share, with the delivered quantity.
    """
    delivered = (
        select(func.coalesce(func.sum(_DELIVERY_LINE.c.quantity), 0))
        .where(_DELIVERY_LINE.c.order_line_id == _ORDER_LINE.c.id)
        .scalar_subquery()
    )
    invoiced = select(INVOICE.c.order_id).where(INVOICE.c.id.in_(invoices_of(ids)))
    meant = (
        select(_ORDER_LINE.c.order_id)
        .join(_ORDER_SHARE, _ORDER_SHARE.c.order_line_id == _ORDER_LINE.c.id)
        .where(_ORDER_SHARE.c.measure_id.in_(measures_of(ids)))
    )
    return (
        select(
            *(_ORDER.c[name] for name in _OF_ORDER),
            _SUPPLIER.c.name.label("supplier"),
            *(_ORDER_LINE.c[name].label(f"line__{name}") for name in _OF_ORDER_LINE),
            delivered.label("line__delivered"),
            _ORDER_SHARE.c.measure_id.label("share__measure_id"),
            _MEASURE.c.grant_id.label("share__grant_id"),
            _ORDER_SHARE.c.weight.label("share__weight"),
        )
        .join(_ORDER_LINE, _ORDER_LINE.c.order_id == _ORDER.c.id)
        .join(_SUPPLIER, _SUPPLIER.c.id == _ORDER.c.supplier_id)
        .outerjoin(_ORDER_SHARE, _ORDER_SHARE.c.order_line_id == _ORDER_LINE.c.id)
        .outerjoin(_MEASURE, _MEASURE.c.id == _ORDER_SHARE.c.measure_id)
        .where(or_(_ORDER.c.id.in_(invoiced), _ORDER.c.id.in_(meant)))
        .order_by(_ORDER.c.ordered_on, _ORDER.c.id, _ORDER_LINE.c.number, _ORDER_SHARE.c.id)
    )
