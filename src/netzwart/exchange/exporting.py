"""Everything back as a bundle: what was brought in comes out again, by natural keys."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import yaml
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.database import Record, table_of
from netzwart.errors import NotFoundError
from netzwart.exchange.awards import GRANT_FIELDS, MEASURE_FIELDS
from netzwart.exchange.places import MODEL_FIELDS, SCHOOL_FIELDS
from netzwart.exchange.purchases import LINE_FIELDS, ORDER_FIELDS
from netzwart.exchange.things import DEVICE_FIELDS
from netzwart.funding.purchase_tables import (
    CostShare,
    DeliveredSerial,
    Delivery,
    DeliveryLine,
    Invoice,
    InvoiceLine,
    Order,
    OrderLine,
    Payment,
    Supplier,
)
from netzwart.funding.tables import (
    Drawdown,
    FundingSource,
    Grant,
    GrantingAuthority,
    Income,
    Measure,
    PlanPosition,
)
from netzwart.inventory.tables import Device, DeviceModel, Manufacturer
from netzwart.network.tables import Credential, Node
from netzwart.schools.tables import Building, Room, School, SchoolOperator

Rows = list[dict[str, Any]]


class _Dumper(yaml.SafeDumper):
    """Writes every value out; a bundle with aliases would be refused on its way in."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401 - PyYAML's signature
        """Return True for everything."""
        del data
        return True


class _Source:
    """Whole tables as dicts, each read once."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._read: dict[str, Rows] = {}

    async def rows(self, model: type[Record]) -> Rows:
        """Return all rows of a table in the order of their ids."""
        name = model.__name__
        if name not in self._read:
            table = table_of(model)
            query: Select[Any] = select(*table.c).order_by(table.c.id)
            found = (await self._session.execute(query)).mappings()
            self._read[name] = [dict(row) for row in found]
        return self._read[name]

    async def by_id(self, model: type[Record]) -> dict[int, dict[str, Any]]:
        """Return all rows of a table by id."""
        return {int(row["id"]): row for row in await self.rows(model)}

    async def below(self, model: type[Record], parent: str) -> Mapping[int, Rows]:
        """Return all rows of a table by the id of what they hang below."""
        found: dict[int, Rows] = defaultdict(list)
        for row in await self.rows(model):
            found[int(row[parent])].append(row)
        return found


async def export_bundle(session: AsyncSession, school: str | None = None) -> str:
    """Return the whole city, or one school with its devices and nodes, as YAML.

    Raises:
        NotFoundError: there is no school with that number.
    """
    source = _Source(session)
    bundle: dict[str, Any] = {"netzwart": "bundle/1", **await _places(source)}
    if school is None:
        bundle |= await _awards(source)
        bundle |= await _purchases(source)
    bundle["devices"] = await _devices(source, with_papers=school is None)
    bundle["nodes"] = await _nodes(source)
    if school is not None:
        bundle = _only(bundle, school)
    return yaml.dump(_plain(bundle), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)


def _only(bundle: dict[str, Any], school: str) -> dict[str, Any]:
    schools = [row for row in bundle["schools"] if row["number"] == school]
    if not schools:
        raise NotFoundError(f"Eine Schule mit der Nummer {school} gibt es nicht.")
    return {
        **bundle,
        "schools": schools,
        "devices": [row for row in bundle["devices"] if row["school"] == school],
        "nodes": [row for row in bundle["nodes"] if row["school"] == school],
    }


def _plain(value: Any) -> Any:  # noqa: ANN401 - a tree of plain values
    """Return the tree as YAML writes it: money and days as text in the contract's form."""
    if isinstance(value, Mapping):
        mapping: Mapping[str, Any] = value  # pyright: ignore[reportUnknownVariableType] - any tree
        return {key: _plain(inner) for key, inner in mapping.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]  # pyright: ignore[reportUnknownVariableType] - any tree
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, datetime) else value


def _picked(row: Mapping[str, Any], names: Mapping[str, str] | Sequence[str]) -> dict[str, Any]:
    if isinstance(names, Mapping):
        return {public: row[column] for public, column in names.items()}
    return {name: row[name] for name in names}


def _key(rows: Mapping[int, Mapping[str, Any]], row_id: int | None, column: str) -> Any:  # noqa: ANN401 - a natural key
    return None if row_id is None else rows[row_id][column]


async def _places(source: _Source) -> dict[str, Any]:
    rooms = await source.below(Room, "school_id")
    buildings = await source.by_id(Building)
    makers = await source.by_id(Manufacturer)
    operators = await source.rows(SchoolOperator)
    fields = ("name", "municipality_key", "street", "postcode", "city", "iban")
    schools = [
        _picked(row, SCHOOL_FIELDS)
        | {
            "rooms": [
                _picked(room, ("number", "name", "kind", "floor"))
                | {"building": _key(buildings, room["building_id"], "name")}
                for room in rooms[int(row["id"])]
            ]
        }
        for row in await source.rows(School)
    ]
    models = [
        {"manufacturer": makers[row["manufacturer_id"]]["name"]} | _picked(row, MODEL_FIELDS)
        for row in await source.rows(DeviceModel)
    ]
    return {
        **({"operator": _picked(operators[0], fields)} if operators else {}),
        "schools": schools,
        "suppliers": [_picked(row, ("name", "vat_id")) for row in await source.rows(Supplier)],
        "models": models,
    }


async def _awards(source: _Source) -> dict[str, Any]:
    authorities = await source.by_id(GrantingAuthority)
    plans = await source.below(PlanPosition, "grant_id")
    sources = await source.below(FundingSource, "grant_id")
    grants = await source.by_id(Grant)
    schools = await source.by_id(School)
    return {
        "grants": [
            _picked(row, GRANT_FIELDS)
            | {
                "authority": authorities[row["authority_id"]]["name"],
                "plan": [_picked(p, ("category", "total", "eligible")) for p in plans[row["id"]]],
                "sources": [_picked(s, ("kind", "label", "amount")) for s in sources[row["id"]]],
            }
            for row in grants.values()
        ],
        "measures": [
            _picked(row, MEASURE_FIELDS)
            | {
                "grant": grants[row["grant_id"]]["number"],
                "school": _key(schools, row["school_id"], "number"),
            }
            for row in await source.rows(Measure)
        ],
        "drawdowns": [
            _picked(row, ("number", "requested_on", "amount", "received_on"))
            | {"grant": grants[row["grant_id"]]["number"]}
            for row in await source.rows(Drawdown)
        ],
        "incomes": [
            _picked(row, ("kind", "received_on", "payer", "reason", "amount"))
            | {"grant": grants[row["grant_id"]]["number"]}
            for row in await source.rows(Income)
        ],
    }


async def _purchases(source: _Source) -> dict[str, Any]:
    suppliers = await source.by_id(Supplier)
    orders = await source.by_id(Order)
    invoices = await source.by_id(Invoice)
    return {
        "orders": await _orders(source, suppliers),
        "deliveries": await _deliveries(source, orders),
        "invoices": await _invoices(source, suppliers, orders, invoices),
        "payments": [
            _picked(row, ("receipt_number", "paid_on", "amount", "discount"))
            | {
                "invoice": invoices[row["invoice_id"]]["number"],
                "supplier": suppliers[invoices[row["invoice_id"]]["supplier_id"]]["name"],
            }
            for row in await source.rows(Payment)
        ],
    }


async def _orders(source: _Source, suppliers: Mapping[int, Mapping[str, Any]]) -> Rows:
    lines = await source.below(OrderLine, "order_id")
    models = await source.by_id(DeviceModel)
    return [
        _picked(row, ORDER_FIELDS)
        | {
            "supplier": suppliers[row["supplier_id"]]["name"],
            "lines": [
                _picked(line, LINE_FIELDS) | {"model": _key(models, line["model_id"], "name")}
                for line in lines[row["id"]]
            ],
        }
        for row in await source.rows(Order)
    ]


async def _deliveries(source: _Source, orders: Mapping[int, Mapping[str, Any]]) -> Rows:
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


async def _invoices(
    source: _Source,
    suppliers: Mapping[int, Mapping[str, Any]],
    orders: Mapping[int, Mapping[str, Any]],
    invoices: Mapping[int, Mapping[str, Any]],
) -> Rows:
    lines = await source.below(InvoiceLine, "invoice_id")
    shares = await source.below(CostShare, "invoice_line_id")
    measures = await source.by_id(Measure)
    models = await source.by_id(DeviceModel)
    found: Rows = []
    for row in invoices.values():
        offer = row["discount_rate"]
        found.append(
            _picked(row, ("number", "issued_on", "kind", "delivered_on", "due_on"))
            | {
                "supplier": suppliers[row["supplier_id"]]["name"],
                "order": _key(orders, row["order_id"], "number"),
                "cancels": _key(invoices, row["cancels_id"], "number"),
                "discount_offered": offer and {"rate": offer, "days": row["discount_days"]},
                "lines": [
                    _picked(line, LINE_FIELDS)
                    | {
                        "model": _key(models, line["model_id"], "name"),
                        "eligible": line["is_eligible"],
                        "eligible_part": line["eligible_part"],
                        "reason": line["ineligible_reason"],
                        "shares": [
                            {
                                "measure": measures[share["measure_id"]]["key"],
                                "amount": share["amount"],
                            }
                            for share in shares[line["id"]]
                        ],
                    }
                    for line in lines[row["id"]]
                ],
            }
        )
    return found


async def _devices(source: _Source, *, with_papers: bool) -> Rows:
    models = await source.by_id(DeviceModel)
    makers = await source.by_id(Manufacturer)
    schools = await source.by_id(School)
    rooms = await source.by_id(Room)
    lines = await source.by_id(InvoiceLine)
    invoices = await source.by_id(Invoice)
    suppliers = await source.by_id(Supplier)
    measures = await source.by_id(Measure)
    found: Rows = []
    for row in await source.rows(Device):
        device = _picked(row, DEVICE_FIELDS) | {
            "model": models[row["model_id"]]["name"],
            "manufacturer": makers[row["manufacturer_id"]]["name"],
            "school": _key(schools, row["school_id"], "number"),
            "room": _key(rooms, row["room_id"], "number"),
        }
        if with_papers and row["invoice_line_id"] is not None:
            line = lines[row["invoice_line_id"]]
            invoice = invoices[line["invoice_id"]]
            device |= {
                "invoice": invoice["number"],
                "supplier": suppliers[invoice["supplier_id"]]["name"],
                "invoice_line": line["number"],
            }
        if with_papers:
            device["measure"] = _key(measures, row["measure_id"], "key")
        found.append(device)
    return found


async def _nodes(source: _Source) -> Rows:
    schools = await source.by_id(School)
    credentials = await source.by_id(Credential)
    return [
        _picked(row, ("address", "port", "name"))
        | {
            "school": schools[row["school_id"]]["number"],
            "credential": _key(credentials, row["credential_id"], "name"),
        }
        for row in await source.rows(Node)
    ]
