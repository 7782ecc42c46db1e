"""Everything back as a bundle: what was brought in comes out again, by natural keys."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import yaml
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.errors import NotFoundError
from netzwart.exchange.exporting_funding import awards, correspondence, purchases
from netzwart.exchange.exporting_rows import Rows, Source, key_of, picked
from netzwart.exchange.links import exported_links
from netzwart.exchange.places import MODEL_FIELDS, SCHOOL_FIELDS
from netzwart.exchange.things import DEVICE_FIELDS
from netzwart.funding.purchase_tables import Invoice, InvoiceLine, Supplier
from netzwart.funding.tables import Measure
from netzwart.inventory.tables import Device, DeviceModel, Manufacturer
from netzwart.network.tables import Credential, Node
from netzwart.schools.tables import Building, Room, School, SchoolOperator


class _Dumper(yaml.SafeDumper):
    """Writes every value out; a bundle with aliases would be refused on its way in."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401 - PyYAML's signature
        """Return True for everything."""
        del data
        return True


async def export_bundle(session: AsyncSession, school: str | None = None) -> str:
    """Return the whole city, or one school with its devices and nodes, as YAML.

    Raises:
        NotFoundError: there is no school with that number.
    """
    source = Source(session)
    bundle: dict[str, Any] = {"netzwart": "bundle/1", **await _places(source)}
    if school is None:
        bundle |= await awards(source)
        bundle |= await purchases(source)
    bundle["devices"] = await _devices(source, with_papers=school is None)
    if school is None:
        bundle |= await correspondence(source)
    bundle["nodes"] = await _nodes(source)
    bundle["links"] = await exported_links(source)
    if school is not None:
        bundle = _only(bundle, school)
    return yaml.dump(_plain(bundle), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)


def _only(bundle: dict[str, Any], school: str) -> dict[str, Any]:
    schools = [row for row in bundle["schools"] if row["number"] == school]
    if not schools:
        raise NotFoundError(f"Eine Schule mit der Nummer {school} gibt es nicht.")
    nodes = [row for row in bundle["nodes"] if row["school"] == school]
    own = {(row["address"], row["port"]) for row in nodes}
    return {
        **bundle,
        "schools": schools,
        "devices": [row for row in bundle["devices"] if row["school"] == school],
        "nodes": nodes,
        "links": [
            row
            for row in bundle["links"]
            if {(row["address"], row["port"]), (row["remote_address"], row["remote_port"])} <= own
        ],
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


async def _places(source: Source) -> dict[str, Any]:
    rooms = await source.below(Room, "school_id")
    buildings = await source.by_id(Building)
    makers = await source.by_id(Manufacturer)
    operators = await source.rows(SchoolOperator)
    fields = ("name", "municipality_key", "street", "postcode", "city", "phone", "iban")
    schools = [
        picked(row, SCHOOL_FIELDS)
        | {
            "rooms": [
                picked(room, ("number", "name", "kind", "floor"))
                | {"building": key_of(buildings, room["building_id"], "name")}
                for room in rooms[int(row["id"])]
            ]
        }
        for row in await source.rows(School)
    ]
    models = [
        {"manufacturer": makers[row["manufacturer_id"]]["name"]} | picked(row, MODEL_FIELDS)
        for row in await source.rows(DeviceModel)
    ]
    return {
        **({"operator": picked(operators[0], fields)} if operators else {}),
        "schools": schools,
        "suppliers": [picked(row, ("name", "vat_id")) for row in await source.rows(Supplier)],
        "models": models,
    }


async def _devices(source: Source, *, with_papers: bool) -> Rows:
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
        device = picked(row, DEVICE_FIELDS) | {
            "model": models[row["model_id"]]["name"],
            "manufacturer": makers[row["manufacturer_id"]]["name"],
            "school": key_of(schools, row["school_id"], "number"),
            "room": key_of(rooms, row["room_id"], "number"),
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
            device["measure"] = key_of(measures, row["measure_id"], "key")
        found.append(device)
    return found


async def _nodes(source: Source) -> Rows:
    schools = await source.by_id(School)
    credentials = await source.by_id(Credential)
    return [
        picked(row, ("address", "port", "name", "ssh_port", "ssh_platform"))
        | {
            "school": schools[row["school_id"]]["number"],
            "credential": key_of(credentials, row["credential_id"], "name"),
            "ssh_credential": key_of(credentials, row["ssh_credential_id"], "name"),
        }
        for row in await source.rows(Node)
    ]
