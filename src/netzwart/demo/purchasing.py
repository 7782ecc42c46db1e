"""Buys things for the demo city: order, delivery, invoice, payment and the devices they become."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from netzwart.demo.catalogue import SCHOOLS, VAT, DemoModel
from netzwart.money import cents

Bundle = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Goods:
    """So many pieces of a model for each school (by school number)."""

    model: DemoModel
    per_school: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Service:
    """Work at each school, split by `weights` (classrooms)."""

    text: str
    net: Decimal
    weights: Mapping[str, int]
    eligible: bool | None = True
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Purchase:
    """One order with everything that followed from it."""

    key: str
    supplier: str
    ordered_on: date
    items: Sequence[Goods | Service]
    measures: Mapping[str, str]
    """School number → measure key; empty for what the city pays alone."""
    grant_year: int = 22
    delivered_on: date | None = None
    paid_on: date | None = None
    receipt: str = ""
    discount_rate: Decimal | None = None
    facts: Mapping[str, object] = field(default_factory=dict[str, object])


def buy(bundle: Bundle, purchase: Purchase) -> None:
    """Add a purchase and its devices to the bundle."""
    _order(bundle, purchase)
    if purchase.delivered_on is None:
        return
    serials = _devices(bundle, purchase)
    _delivery(bundle, purchase, serials)
    total = _invoice(bundle, purchase)
    if purchase.paid_on is not None:
        _payment(bundle, purchase, total)


def _net(item: Goods | Service) -> tuple[int, Decimal]:
    if isinstance(item, Service):
        return 1, item.net
    return sum(item.per_school.values()), item.model.unit_net


def _text(item: Goods | Service) -> str:
    return item.text if isinstance(item, Service) else item.model.text


def _order(bundle: Bundle, purchase: Purchase) -> None:
    lines: list[dict[str, Any]] = []
    for number, item in enumerate(purchase.items, start=1):
        quantity, unit = _net(item)
        model = item.model.name if isinstance(item, Goods) else None
        lines.append(
            {
                "number": number,
                "model": model,
                "text": _text(item),
                "quantity": quantity,
                "unit_net": str(unit),
                "vat_rate": str(VAT),
            }
        )
    bundle["orders"].append(
        {
            "number": f"B-{purchase.key}",
            "supplier": purchase.supplier,
            "ordered_on": purchase.ordered_on,
            **purchase.facts,
            "lines": lines,
        }
    )


def _devices(bundle: Bundle, purchase: Purchase) -> dict[int, list[str]]:
    """Add one device per piece and return the serials by line number."""
    serials: dict[int, list[str]] = {}
    for number, item in enumerate(purchase.items, start=1):
        if isinstance(item, Service):
            continue
        for school, count in item.per_school.items():
            for _ in range(count):
                device = _device(bundle, purchase, number, item.model, school)
                serials.setdefault(number, []).append(str(device["serial"]))
    return serials


def _device(
    bundle: Bundle, purchase: Purchase, line: int, model: DemoModel, school: str
) -> dict[str, Any]:
    short = next(place.short for place in SCHOOLS if place.number == school)
    prefix = f"HER-{short}-{purchase.grant_year}-"
    taken = sum(1 for row in bundle["devices"] if row["inventory_number"].startswith(prefix))
    index = len(bundle["devices"]) + 1
    device = {
        "inventory_number": f"{prefix}{taken + 1:04d}",
        "model": model.name,
        "serial": f"DEMO{model.part_number[:2]}{purchase.grant_year}{index:05d}",
        "mac": f"02:de:00:00:{index // 256:02x}:{index % 256:02x}" if model.network else None,
        "school": school,
        "room": None,
        "status": "in_service",
        "invoice": f"R-{purchase.key}",
        "invoice_line": line,
        "measure": purchase.measures.get(school),
        "delivered_on": purchase.delivered_on,
        "commissioned_on": (purchase.delivered_on or purchase.ordered_on) + timedelta(days=21),
    }
    bundle["devices"].append(device)
    return device


def _delivery(bundle: Bundle, purchase: Purchase, serials: Mapping[int, Sequence[str]]) -> None:
    lines = [
        {"order_line": number, "quantity": len(found), "serials": list(found)}
        for number, found in serials.items()
    ]
    if lines:
        bundle["deliveries"].append(
            {
                "order": f"B-{purchase.key}",
                "note_number": f"LS-{purchase.key}",
                "received_on": purchase.delivered_on,
                "lines": lines,
            }
        )


def _shares(purchase: Purchase, item: Goods | Service) -> list[dict[str, Any]]:
    weights = item.weights if isinstance(item, Service) else item.per_school
    return [
        {"measure": purchase.measures[school], "weight": weight}
        for school, weight in weights.items()
        if school in purchase.measures and weight
    ]


def _invoice(bundle: Bundle, purchase: Purchase) -> Decimal:
    """Add the invoice and return its gross total."""
    lines: list[dict[str, Any]] = []
    total = Decimal("0.00")
    for number, item in enumerate(purchase.items, start=1):
        quantity, unit = _net(item)
        total += cents(quantity * unit * (1 + VAT))
        shares = _shares(purchase, item)
        eligible = (item.eligible if isinstance(item, Service) else True) if shares else False
        reason = item.reason if isinstance(item, Service) else None
        lines.append(
            {
                "number": number,
                "text": _text(item),
                "model": item.model.name if isinstance(item, Goods) else None,
                "quantity": quantity,
                "unit_net": str(unit),
                "vat_rate": str(VAT),
                "eligible": eligible,
                "eligible_part": "1",
                "reason": reason or (None if shares else "Eigenmittel der Stadt"),
                "shares": shares,
            }
        )
    discount = purchase.discount_rate
    bundle["invoices"].append(
        {
            "number": f"R-{purchase.key}",
            "supplier": purchase.supplier,
            "order": f"B-{purchase.key}",
            "issued_on": (purchase.delivered_on or purchase.ordered_on) + timedelta(days=7),
            "kind": "invoice",
            "delivered_on": purchase.delivered_on,
            "discount_offered": {"rate": str(discount), "days": 14} if discount else None,
            "lines": lines,
        }
    )
    return total


def _payment(bundle: Bundle, purchase: Purchase, total: Decimal) -> None:
    discount = cents(total * (purchase.discount_rate or Decimal(0)))
    bundle["payments"].append(
        {
            "invoice": f"R-{purchase.key}",
            "supplier": purchase.supplier,
            "receipt_number": purchase.receipt,
            "paid_on": purchase.paid_on,
            "amount": str(total - discount),
            "discount": str(discount),
        }
    )
