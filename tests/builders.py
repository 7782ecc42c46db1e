"""Rows for tests: valid by default, so that a test names only the matter at hand.

Each builder takes the session first and any column by name; what a row needs (a school, a model)
is built too unless it is given. Everything is flushed, nothing committed.
"""

import hashlib
import itertools
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.tables import Role, RoleGrant, UserAccount
from netzwart.database import Record
from netzwart.evidence.rules import EvidenceClass, SightingSource
from netzwart.evidence.tables import (
    DevicePresence,
    Finding,
    FindingKind,
    FindingStatus,
    Sighting,
)
from netzwart.funding.purchase_tables import (
    CostShare,
    Delivery,
    Invoice,
    InvoiceKind,
    InvoiceLine,
    Order,
    OrderLine,
    Payment,
    Supplier,
)
from netzwart.funding.tables import (
    Drawdown,
    DrawdownMode,
    Grant,
    GrantingAuthority,
    Measure,
    RoundingMode,
)
from netzwart.inventory.rules import normalised_serial, search_text
from netzwart.inventory.tables import (
    Device,
    DeviceCategory,
    DeviceModel,
    DeviceStatus,
    Manufacturer,
)
from netzwart.network.tables import Interface, Node
from netzwart.schools.tables import Room, School

RecordT = TypeVar("RecordT", bound=Record)

_numbers = itertools.count(1)


async def _keep(
    session: AsyncSession, kind: type[RecordT], defaults: dict[str, Any], given: dict[str, Any]
) -> RecordT:
    unknown = set(given) - set(kind.model_fields)
    assert not unknown, f"{kind.__name__} has no {sorted(unknown)}"
    row = kind(**{**defaults, **given})
    session.add(row)
    await session.flush()
    return row


async def a_school(session: AsyncSession, **given: Any) -> School:
    number = next(_numbers)
    defaults = {
        "number": f"99{number % 10_000:04}",
        "name": f"Erfundene Schule {number}",
        "short_name": f"ES{number}",
        "kind": "Gymnasium",
        "pupils": 700,
    }
    return await _keep(session, School, defaults, given)


async def a_room(session: AsyncSession, **given: Any) -> Room:
    school_id = given.pop("school_id", None) or (await a_school(session)).id
    defaults = {
        "school_id": school_id,
        "number": f"A{100 + next(_numbers)}",
        "name": "Klassenraum",
        "kind": "classroom",
    }
    return await _keep(session, Room, defaults, given)


async def a_manufacturer(session: AsyncSession, **given: Any) -> Manufacturer:
    return await _keep(session, Manufacturer, {"name": f"Werk {next(_numbers)}"}, given)


async def a_model(session: AsyncSession, **given: Any) -> DeviceModel:
    maker_id = given.pop("manufacturer_id", None) or (await a_manufacturer(session)).id
    defaults = {
        "manufacturer_id": maker_id,
        "name": f"Modell {next(_numbers)}",
        "category": DeviceCategory.ACCESS_POINT,
        "useful_life_years": 6,
        "is_network": True,
    }
    return await _keep(session, DeviceModel, defaults, given)


async def a_device(session: AsyncSession, **given: Any) -> Device:
    """A device in service; `model_id` must come with `manufacturer_id` or is built."""
    number = next(_numbers)
    if "model_id" not in given:
        model = await a_model(session)
        given |= {"model_id": model.id, "manufacturer_id": model.manufacturer_id}
    if "manufacturer_id" not in given:
        model = await session.get_one(DeviceModel, given["model_id"])
        given["manufacturer_id"] = model.manufacturer_id
    if "school_id" not in given:
        given["school_id"] = (await a_school(session)).id
    serial = given.setdefault("serial", f"SN{number:06}X")
    inventory_number = given.setdefault("inventory_number", f"TST-{number:05}")
    defaults = {
        "serial_normalised": normalised_serial(serial),
        "status": DeviceStatus.IN_SERVICE,
        "delivered_on": date(2022, 2, 1),
        "commissioned_on": date(2022, 3, 1),
        "search_text": search_text(inventory_number, serial, given.get("mac")),
    }
    return await _keep(session, Device, defaults, given)


async def a_node(session: AsyncSession, **given: Any) -> Node:
    number = next(_numbers)
    if "school_id" not in given:
        given["school_id"] = (await a_school(session)).id
    defaults = {
        "address": f"10.{number // 65_536 % 256}.{number // 256 % 256}.{number % 256}",
        "name": f"knoten-{number}",
    }
    return await _keep(session, Node, defaults, given)


async def an_interface(session: AsyncSession, **given: Any) -> Interface:
    node_id = given.pop("node_id", None) or (await a_node(session)).id
    number = next(_numbers)
    defaults = {"node_id": node_id, "index": number, "name": f"1/1/{number}", "type": 6}
    return await _keep(session, Interface, defaults, given)


async def a_sighting(session: AsyncSession, device: Device, **given: Any) -> Sighting:
    """A serial read from the device itself; the fingerprint is unique by a counter."""
    defaults = {
        "fingerprint": hashlib.sha256(str(next(_numbers)).encode()).hexdigest(),
        "serial": device.serial,
        "serial_normalised": device.serial_normalised,
        "source": SightingSource.SNMP,
        "evidence_class": EvidenceClass.A,
        "seen_at": datetime(2026, 11, 20, 8, tzinfo=UTC),
        "school_id": device.school_id,
        "device_id": device.id,
    }
    return await _keep(session, Sighting, defaults, given)


async def a_presence(session: AsyncSession, device: Device, **given: Any) -> DevicePresence:
    """What the sightings of a device add up to."""
    seen_at = datetime(2026, 11, 20, 8, tzinfo=UTC)
    defaults = {
        "device_id": device.id,
        "evidence_class": EvidenceClass.A,
        "first_seen_at": seen_at,
        "last_seen_at": seen_at,
        "source": SightingSource.SNMP,
        "serial_read": device.serial,
        "school_id": device.school_id,
    }
    return await _keep(session, DevicePresence, defaults, given)


async def a_finding(session: AsyncSession, **given: Any) -> Finding:
    defaults = {
        "cause": f"test:{next(_numbers)}",
        "kind": FindingKind.UNSEEN,
        "status": FindingStatus.OPEN,
        "title": "Gefördertes Gerät nicht gesehen",
        "opened_at": datetime(2026, 11, 20, 8, tzinfo=UTC),
    }
    return await _keep(session, Finding, defaults, given)


async def an_authority(session: AsyncSession, **given: Any) -> GrantingAuthority:
    defaults = {"name": f"Bezirksregierung {next(_numbers)}"}
    return await _keep(session, GrantingAuthority, defaults, given)


async def a_grant(session: AsyncSession, **given: Any) -> Grant:
    authority_id = given.pop("authority_id", None) or (await an_authority(session)).id
    defaults = {
        "number": f"48.02-TEST-{next(_numbers):03}",
        "programme": "DPS-NRW-2019",
        "authority_id": authority_id,
        "issued_on": date(2021, 11, 2),
        "final_on": date(2021, 12, 2),
        "approved_amount": Decimal("90000.00"),
        "eligible_planned": Decimal("100000.00"),
        "funding_rate": Decimal("0.9"),
        "rounding": RoundingMode.CENT,
        "execution_from": date(2019, 5, 17),
        "execution_until": date(2022, 12, 31),
        "approval_until": date(2022, 12, 31),
        "drawdown_mode": DrawdownMode.TWO_MONTHS,
    }
    return await _keep(session, Grant, defaults, given)


async def a_measure(session: AsyncSession, **given: Any) -> Measure:
    """A measure at one school; pass `school_id=None` for one of the whole city."""
    if "grant_id" not in given:
        given["grant_id"] = (await a_grant(session)).id
    if "school_id" not in given:
        given["school_id"] = (await a_school(session)).id
    defaults = {
        "key": f"massnahme-{next(_numbers)}",
        "category": "it_grundstruktur",
        "title": "WLAN-Ausbau",
        "started_on": date(2022, 1, 10),
        "finished_on": date(2022, 8, 31),
    }
    return await _keep(session, Measure, defaults, given)


async def a_supplier(session: AsyncSession, **given: Any) -> Supplier:
    defaults = {"name": f"Muster Systemhaus {next(_numbers)} GmbH"}
    return await _keep(session, Supplier, defaults, given)


async def an_order(session: AsyncSession, **given: Any) -> Order:
    supplier_id = given.pop("supplier_id", None) or (await a_supplier(session)).id
    defaults = {
        "number": f"B-2022-{next(_numbers)}",
        "supplier_id": supplier_id,
        "ordered_on": date(2022, 1, 10),
        "procedure": "open",
    }
    return await _keep(session, Order, defaults, given)


async def an_order_line(session: AsyncSession, **given: Any) -> OrderLine:
    order_id = given.pop("order_id", None) or (await an_order(session)).id
    defaults = {
        "order_id": order_id,
        "number": next(_numbers),
        "text": "Access Point",
        "quantity": Decimal(10),
        "unit_net": Decimal("500.00"),
        "vat_rate": Decimal("0.19"),
    }
    return await _keep(session, OrderLine, defaults, given)


async def a_delivery(session: AsyncSession, **given: Any) -> Delivery:
    order_id = given.pop("order_id", None) or (await an_order(session)).id
    defaults = {
        "order_id": order_id,
        "note_number": f"LS-{next(_numbers)}",
        "received_on": date(2022, 2, 1),
    }
    return await _keep(session, Delivery, defaults, given)


async def an_invoice(session: AsyncSession, **given: Any) -> Invoice:
    supplier_id = given.pop("supplier_id", None) or (await a_supplier(session)).id
    defaults = {
        "number": f"R-2022-{next(_numbers)}",
        "supplier_id": supplier_id,
        "issued_on": date(2022, 2, 10),
        "delivered_on": date(2022, 2, 1),
        "kind": InvoiceKind.INVOICE,
    }
    return await _keep(session, Invoice, defaults, given)


async def an_invoice_line(session: AsyncSession, **given: Any) -> InvoiceLine:
    """One eligible line of 5,950.00 € gross."""
    invoice_id = given.pop("invoice_id", None) or (await an_invoice(session)).id
    defaults = {
        "invoice_id": invoice_id,
        "number": next(_numbers),
        "text": "Access Point",
        "quantity": Decimal(10),
        "unit_net": Decimal("500.00"),
        "vat_rate": Decimal("0.19"),
        "gross": Decimal("5950.00"),
        "is_eligible": True,
    }
    return await _keep(session, InvoiceLine, defaults, given)


async def a_cost_share(session: AsyncSession, **given: Any) -> CostShare:
    """The whole of a line, charged to a measure."""
    if "invoice_line_id" not in given:
        given["invoice_line_id"] = (await an_invoice_line(session)).id
    if "measure_id" not in given:
        given["measure_id"] = (await a_measure(session)).id
    return await _keep(session, CostShare, {"amount": Decimal("5950.00")}, given)


async def a_payment(session: AsyncSession, **given: Any) -> Payment:
    invoice_id = given.pop("invoice_id", None) or (await an_invoice(session)).id
    defaults = {
        "invoice_id": invoice_id,
        "receipt_number": f"K-{next(_numbers)}",
        "paid_on": date(2022, 2, 20),
        "amount": Decimal("5950.00"),
    }
    return await _keep(session, Payment, defaults, given)


async def a_drawdown(session: AsyncSession, **given: Any) -> Drawdown:
    grant_id = given.pop("grant_id", None) or (await a_grant(session)).id
    defaults = {
        "grant_id": grant_id,
        "number": next(_numbers),
        "requested_on": date(2022, 2, 21),
        "amount": Decimal("5000.00"),
    }
    return await _keep(session, Drawdown, defaults, given)


async def a_user(
    session: AsyncSession,
    role: Role | None = Role.VIEWER,
    *,
    school_id: int | None = None,
    grant_id: int | None = None,
    programme: str | None = None,
    **given: Any,
) -> UserAccount:
    """Somebody with one role (or none); without a password unless `password_hash` is given."""
    number = next(_numbers)
    defaults = {"name": f"person-{number}", "display_name": f"Person {number}"}
    user = await _keep(session, UserAccount, defaults, given)
    if role is not None:
        limits = {"school_id": school_id, "grant_id": grant_id, "programme": programme}
        await _keep(session, RoleGrant, {"user_id": user.id, "role": role}, limits)
    return user
