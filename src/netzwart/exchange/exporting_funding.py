"""The sections of an exported bundle about money: grants, purchases, correspondence."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from netzwart.database import Record
from netzwart.exchange.awards import GRANT_FIELDS, MEASURE_FIELDS
from netzwart.exchange.correspondence import (
    APPLICATION_FIELDS,
    CLAWBACK_FIELDS,
    DRAWDOWN_FIELDS,
    INCOME_FIELDS,
    MESSAGE_FIELDS,
    NOTICE_FIELDS,
    SUBMISSION_FIELDS,
    with_receipts,
)
from netzwart.exchange.exporting_rows import Rows, Source, in_order, key_of, picked
from netzwart.exchange.purchases import INVOICE_FIELDS, LINE_FIELDS, ORDER_FIELDS
from netzwart.funding.purchase_tables import (
    CostShare,
    DeliveredSerial,
    Delivery,
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
    GrantApplication,
    GrantingAuthority,
    GrantNotice,
    GrantTranche,
    Income,
    Measure,
    MeasureSupport,
    PlanPosition,
    ProofSubmission,
    RuleOverride,
)
from netzwart.inventory.tables import Device, DeviceModel, Manufacturer
from netzwart.schools.tables import School


async def awards(source: Source) -> dict[str, Any]:
    """Return grants with their parts, and their measures."""
    authorities = await source.by_id(GrantingAuthority)
    plans = await source.below(PlanPosition, "grant_id")
    sources = await source.below(FundingSource, "grant_id")
    tranches = await source.below(GrantTranche, "grant_id")
    grants = await source.by_id(Grant)
    schools = await source.by_id(School)
    measures = await source.by_id(Measure)
    supports = await source.below(MeasureSupport, "measure_id")
    return {
        "grants": [
            picked(row, GRANT_FIELDS)
            | {
                "authority": authorities[row["authority_id"]]["name"],
                "plan": [picked(p, ("category", "total", "eligible")) for p in plans[row["id"]]],
                "sources": [picked(s, ("kind", "label", "amount")) for s in sources[row["id"]]],
                "tranches": [picked(t, ("year", "amount")) for t in tranches[row["id"]]],
            }
            for row in grants.values()
        ],
        "measures": [
            picked(row, MEASURE_FIELDS)
            | {
                "grant": grants[row["grant_id"]]["number"],
                "school": key_of(schools, row["school_id"], "number"),
                "supports": [measures[s["supports_id"]]["key"] for s in supports[row["id"]]],
            }
            for row in measures.values()
        ],
    }


async def correspondence(source: Source) -> dict[str, Any]:
    """Return what passed between city and authority, and money that came in."""
    grants = await source.by_id(Grant)
    devices = await source.by_id(Device)
    receipts = {f"{row['id']:012d}": row["receipt_number"] for row in await source.rows(Payment)}

    def of_grant(row: Mapping[str, Any]) -> dict[str, Any]:
        return {"grant": key_of(grants, row["grant_id"], "number")}

    def of_device(row: Mapping[str, Any]) -> dict[str, Any]:
        return of_grant(row) | {"device": key_of(devices, row["device_id"], "inventory_number")}

    async def rows(
        model: type[Record],
        names: Mapping[str, str] | Sequence[str],
        ends: Callable[[Mapping[str, Any]], dict[str, Any]] = of_grant,
    ) -> Rows:
        return [picked(row, names) | ends(row) for row in await source.rows(model)]

    return {
        "applications": await rows(GrantApplication, APPLICATION_FIELDS),
        "notices": [
            *await rows(GrantNotice, NOTICE_FIELDS),
            *_first_notices(grants.values(), await source.below(GrantNotice, "grant_id")),
        ],
        "rules": _holding(await rows(RuleOverride, ("key", "value", "reason"))),
        "drawdowns": await rows(
            Drawdown, DRAWDOWN_FIELDS, lambda row: of_grant(row) | {"basis": _basis(row["basis"])}
        ),
        "incomes": await rows(Income, INCOME_FIELDS, of_device),
        "messages": await rows(AuthorityMessage, MESSAGE_FIELDS, of_device),
        "clawbacks": await rows(Clawback, CLAWBACK_FIELDS),
        "submissions": await rows(
            ProofSubmission,
            SUBMISSION_FIELDS,
            lambda row: (
                of_grant(row) | {"figures": in_order(with_receipts(row["figures"], receipts))}
            ),
        ),
    }


def _first_notices(grants: Iterable[Mapping[str, Any]], known: Mapping[int, Rows]) -> Rows:
    """Return the notice that announced each grant which has no row of its own for it yet."""
    return [
        {
            "number": row["number"],
            "issued_on": row["issued_on"],
            "amount": row["approved_amount"],
            "reason": "",
            "changes": {},
            "grant": row["number"],
        }
        for row in grants
        if not known.get(row["id"])
    ]


def _holding(rules: Rows) -> Rows:
    """Return the values that hold: of each key the newest; what was before is history."""
    newest = {(row["grant"], row["key"]): row for row in rules if row["value"] is not None}
    return list(newest.values())


def _basis(kept: Mapping[str, Any]) -> dict[str, Any] | None:
    return in_order({"reduction": "0.00", **kept}) if kept else None


async def purchases(source: Source) -> dict[str, Any]:
    """Return orders, deliveries, invoices and payments."""
    suppliers = await source.by_id(Supplier)
    orders = await source.by_id(Order)
    invoices = await source.by_id(Invoice)
    return {
        "orders": await _orders(source, suppliers),
        "deliveries": await _deliveries(source, orders),
        "invoices": await _invoices(source, suppliers, orders, invoices),
        "payments": [
            picked(row, ("receipt_number", "paid_on", "amount", "discount"))
            | {
                "invoice": invoices[row["invoice_id"]]["number"],
                "supplier": suppliers[invoices[row["invoice_id"]]["supplier_id"]]["name"],
            }
            for row in await source.rows(Payment)
        ],
    }


async def _orders(source: Source, suppliers: Mapping[int, Mapping[str, Any]]) -> Rows:
    lines = await source.below(OrderLine, "order_id")
    shares = await source.below(OrderShare, "order_line_id")
    measures = await source.by_id(Measure)
    models = await _models(source)
    return [
        picked(row, ORDER_FIELDS)
        | {
            "supplier": suppliers[row["supplier_id"]]["name"],
            "lines": [
                picked(line, LINE_FIELDS)
                | _model(models, line["model_id"])
                | {
                    "shares": [
                        {
                            "measure": measures[share["measure_id"]]["key"],
                            "weight": share["weight"],
                        }
                        for share in shares[line["id"]]
                    ]
                }
                for line in lines[row["id"]]
            ],
        }
        for row in await source.rows(Order)
    ]


async def _deliveries(source: Source, orders: Mapping[int, Mapping[str, Any]]) -> Rows:
    lines = await source.below(DeliveryLine, "delivery_id")
    serials = await source.below(DeliveredSerial, "delivery_line_id")
    order_lines = await source.by_id(OrderLine)
    return [
        {
            "order": orders[row["order_id"]]["number"],
            "note_number": row["note_number"],
            "received_on": row["received_on"],
            "lines": [
                {
                    "order_line": order_lines[line["order_line_id"]]["number"],
                    "quantity": line["quantity"],
                    "serials": [serial["serial"] for serial in serials[line["id"]]],
                }
                for line in lines[row["id"]]
            ],
        }
        for row in await source.rows(Delivery)
    ]


async def _models(source: Source) -> dict[int, dict[str, Any]]:
    makers = await source.by_id(Manufacturer)
    return {
        row_id: {"model": row["name"], "manufacturer": makers[row["manufacturer_id"]]["name"]}
        for row_id, row in (await source.by_id(DeviceModel)).items()
    }


def _model(models: Mapping[int, dict[str, Any]], model_id: int | None) -> dict[str, Any]:
    return {"model": None, "manufacturer": None} if model_id is None else models[model_id]


async def _invoices(
    source: Source,
    suppliers: Mapping[int, Mapping[str, Any]],
    orders: Mapping[int, Mapping[str, Any]],
    invoices: Mapping[int, Mapping[str, Any]],
) -> Rows:
    lines = await source.below(InvoiceLine, "invoice_id")
    write = await _line_writer(source)
    found: Rows = []
    for row in invoices.values():
        offer = row["discount_rate"]
        found.append(
            picked(row, INVOICE_FIELDS)
            | {
                "supplier": suppliers[row["supplier_id"]]["name"],
                "order": key_of(orders, row["order_id"], "number"),
                "cancels": key_of(invoices, row["cancels_id"], "number"),
                "discount_offered": offer and {"rate": offer, "days": row["discount_days"]},
                "lines": [write(line) for line in lines[row["id"]]],
            }
        )
    return found


async def _line_writer(source: Source) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Return how an invoice line is written, with everything that it needs at hand."""
    shares = await source.below(CostShare, "invoice_line_id")
    incidentals = await source.below(IncidentalCost, "line_id")
    lines = await source.by_id(InvoiceLine)
    order_lines = await source.by_id(OrderLine)
    measures = await source.by_id(Measure)
    models = await _models(source)

    def write(line: Mapping[str, Any]) -> dict[str, Any]:
        return (
            picked(line, (*LINE_FIELDS, "net", "gross"))
            | _model(models, line["model_id"])
            | _decision(line)
            | {
                "order_line": key_of(order_lines, line["order_line_id"], "number"),
                "incidental_to": [
                    lines[row["device_line_id"]]["number"] for row in incidentals[line["id"]]
                ],
                "shares": [
                    {"measure": measures[share["measure_id"]]["key"]}
                    | picked(share, ("amount", "weight", "share_key", "weighted_on"))
                    for share in shares[line["id"]]
                ],
            }
        )

    return write


_WHOLE = Decimal("1.000000")
"""As the column gives it back."""


def _decision(line: Mapping[str, Any]) -> dict[str, Any]:
    """Return the decision that counts.

    What one person decided and nobody confirmed goes out as undecided: on its way back in a
    decision counts as confirmed.
    """
    waiting = line["decided_by_id"] is not None and line["confirmed_by_id"] is None
    return {
        "eligible": None if waiting else line["is_eligible"],
        "eligible_part": _WHOLE if waiting else line["eligible_part"],
        "reason": None if waiting else line["ineligible_reason"],
    }
