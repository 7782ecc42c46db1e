"""What was read differs from what was recorded, ordered, delivered or paid."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.custody.rules.comparing import FourColumns, contradictions, models_agree
from netzwart.custody.service.looking import Sight
from netzwart.database import table_of
from netzwart.evidence.service import NewFinding
from netzwart.evidence.tables import DevicePresence, FindingKind
from netzwart.funding.purchase_tables import (
    CostShare,
    DeliveredSerial,
    Delivery,
    DeliveryLine,
    Invoice,
    InvoiceLine,
    Order,
    OrderLine,
)
from netzwart.funding.rules.kinds import InvoiceKind
from netzwart.funding.tables import Grant, Measure
from netzwart.inventory.rules import normalised_serial
from netzwart.inventory.tables import Device, DeviceModel
from netzwart.money import total
from netzwart.network.tables import Component

_components = table_of(Component)
_devices = table_of(Device)
_models = table_of(DeviceModel)
_presences = table_of(DevicePresence)
_lines = table_of(OrderLine)
_orders = table_of(Order)
_delivered = table_of(DeliveryLine)
_deliveries = table_of(Delivery)
_serials = table_of(DeliveredSerial)
_invoice_lines = table_of(InvoiceLine)
_invoices = table_of(Invoice)
_shares = table_of(CostShare)
_measures = table_of(Measure)
_grants = table_of(Grant)
_TAKING_BACK = (InvoiceKind.CREDIT_NOTE, InvoiceKind.CANCELLATION)


async def find_other_models(session: AsyncSession, sight: Sight) -> list[NewFinding]:
    """Return devices that call themselves another model, or run other firmware than wanted."""
    c = _components.c
    rows = await session.execute(
        select(c.device_id, c.node_id, c.model, c.firmware)
        .where(c.device_id.is_not(None), c.is_gone.is_(False), c.kind.in_(("chassis", "stack")))
        .order_by(c.id)
    )
    found: list[NewFinding] = []
    outdated: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for row in rows:
        device = sight.devices.get(row.device_id)
        if device is None:
            continue
        if not models_agree(device.model, device.part_number, row.model):
            found.append(_other_model(sight, row.device_id, row.node_id, row.model))
        wanted = device.target_firmware
        if wanted and row.firmware and wanted.casefold() not in row.firmware.casefold():
            outdated[device.model, wanted, row.firmware].append(row.device_id)
    return found + [_other_firmware(sight, *key, ids) for key, ids in outdated.items()]


def _other_model(sight: Sight, device_id: int, node_id: int, read: str) -> NewFinding:
    device = sight.devices[device_id]
    binding = sight.bindings.get(device_id)
    return NewFinding(
        cause=f"model_differs:device:{device_id}",
        kind=FindingKind.MODEL_DIFFERS,
        title=f"{device.inventory_number} meldet sich als „{read}“",
        detail=f"In der Kartei steht „{device.model}“.",
        school_id=device.school_id,
        device_id=device_id,
        node_id=node_id,
        amount=binding.eligible if binding else None,
        facts={"serial": device.serial, "recorded_model": device.model, "seen_model": read},
    )


def _other_firmware(
    sight: Sight, model: str, wanted: str, read: str, ids: Sequence[int]
) -> NewFinding:
    """One finding per model and version: a forgotten update is one cause."""
    numbers = [sight.devices[one].inventory_number for one in ids]
    many = len(ids) > 1
    return NewFinding(
        cause=f"model_differs:firmware:{sight.devices[ids[0]].model}:{read}",
        kind=FindingKind.MODEL_DIFFERS,
        severity="info",
        title=f"{model}: {len(ids)} mit Firmware {read}"
        if many
        else f"{model} mit Firmware {read}",
        detail=f"Gewollt ist {wanted}. Betroffen: {', '.join(numbers[:40])}.",
        school_id=sight.devices[ids[0]].school_id,
        device_id=ids[0],
        facts={"recorded_firmware": wanted, "seen_firmware": read, "devices": numbers[:40]},
    )


async def load_four_columns(session: AsyncSession) -> list[FourColumns]:
    """Return each order line of a model with what became of it."""
    ordered = (
        await session.execute(
            select(
                _lines.c.id,
                _lines.c.text,
                _lines.c.quantity,
                _orders.c.number,
                _models.c.is_network,
            )
            .join(_orders, _orders.c.id == _lines.c.order_id)
            .join(_models, _models.c.id == _lines.c.model_id)
            .order_by(_lines.c.id)
        )
    ).all()
    delivered = await _sums(session, _delivered.c.order_line_id, _delivered.c.quantity)
    invoiced = await _invoiced(session)
    devices = await session.execute(
        select(
            func.coalesce(_devices.c.order_line_id, _invoice_lines.c.order_line_id).label("line"),
            func.count(_devices.c.id.distinct()).label("recorded"),
            func.count(_presences.c.device_id.distinct()).label("seen"),
        )
        .select_from(_devices)
        .outerjoin(_invoice_lines, _invoice_lines.c.id == _devices.c.invoice_line_id)
        .outerjoin(_presences, _presences.c.device_id == _devices.c.id)
        .group_by(func.coalesce(_devices.c.order_line_id, _invoice_lines.c.order_line_id))
    )
    counts = {row.line: (row.recorded, row.seen) for row in devices if row.line is not None}
    return [
        FourColumns(
            order_line_id=row.id,
            order=row.number,
            text=row.text,
            ordered=row.quantity,
            delivered=delivered.get(row.id, Decimal(0)),
            invoiced=invoiced.get(row.id, Decimal(0)),
            recorded=counts.get(row.id, (0, 0))[0],
            seen=counts.get(row.id, (0, 0))[1],
            is_network=row.is_network,
        )
        for row in ordered
    ]


async def _sums(session: AsyncSession, key: Any, quantity: Any) -> Mapping[int, Decimal]:  # noqa: ANN401 - columns
    rows = await session.execute(select(key, func.sum(quantity, type_=quantity.type)).group_by(key))
    return {row[0]: row[1] for row in rows}


async def _invoiced(session: AsyncSession) -> Mapping[int, Decimal]:
    """Return the invoiced quantity by order line; what a credit note takes back is not invoiced."""
    c = _invoice_lines.c
    rows = await session.execute(
        select(c.order_line_id, c.quantity, c.gross, _invoices.c.kind)
        .join(_invoices, _invoices.c.id == c.invoice_id)
        .where(c.order_line_id.is_not(None))
    )
    found: dict[int, Decimal] = defaultdict(Decimal)
    for row in rows:
        takes_back = row.kind in _TAKING_BACK or row.gross < 0
        found[row.order_line_id] += -abs(row.quantity) if takes_back else row.quantity
    return found


async def find_quantities(session: AsyncSession, sight: Sight) -> list[NewFinding]:
    """Return the order lines whose four columns contradict each other."""
    by_line: dict[int, list[int]] = defaultdict(list)
    links = await session.execute(
        select(
            _devices.c.id,
            func.coalesce(_devices.c.order_line_id, _invoice_lines.c.order_line_id).label("line"),
        ).outerjoin(_invoice_lines, _invoice_lines.c.id == _devices.c.invoice_line_id)
    )
    for row in links:
        if row.line is not None:
            by_line[row.line].append(row.id)
    found: list[NewFinding] = []
    for line in await load_four_columns(session):
        if not (problems := contradictions(line)):
            continue
        mine = [
            sight.bindings[one].eligible
            for one in by_line[line.order_line_id]
            if one in sight.bindings
        ]
        found.append(
            NewFinding(
                cause=f"quantity_mismatch:{line.order_line_id}",
                kind=FindingKind.QUANTITY_MISMATCH,
                severity="error" if "mehr berechnet als geliefert" in problems else "warning",
                title=f"Bestellung {line.order}, {line.text}: {problems[0]}",
                detail="; ".join(problems).capitalize() + ".",
                amount=total(mine),
                facts={
                    "ordered": _plain(line.ordered),
                    "delivered": _plain(line.delivered),
                    "invoiced": _plain(line.invoiced),
                    "recorded": str(line.recorded),
                    "seen": str(line.seen),
                },
            )
        )
    return found


def _plain(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}".replace(".", ",")


async def find_double_funding(session: AsyncSession, sight: Sight) -> list[NewFinding]:
    """Return serial numbers that two grants pay for."""
    grants = await _grants_by_serial(session)
    by_serial: dict[str, list[int]] = defaultdict(list)
    for device_id in sight.bindings:
        row = sight.devices.get(device_id)
        serial = normalised_serial(row.serial) if row else None
        if serial is not None:
            by_serial[serial].append(device_id)
            # A device that two grants share is told by its own costs, not by its number.
            if len(sight.bindings[device_id].grants) == 1:
                grants[serial] |= set(sight.bindings[device_id].grants)
    found: list[NewFinding] = []
    for serial, numbers in sorted(grants.items()):
        if len(numbers) < 2:  # noqa: PLR2004 - double is two
            continue
        ids = by_serial.get(serial, [])
        first = sight.devices.get(ids[0]) if ids else None
        found.append(
            NewFinding(
                cause=f"double_funding:{serial}",
                kind=FindingKind.DOUBLE_FUNDING,
                severity="error",
                title=f"Seriennummer {serial} steht in zwei Bewilligungen",
                detail=f"{' und '.join(sorted(numbers))}. Ein Gerät wird nur einmal gefördert.",
                school_id=first.school_id if first else None,
                device_id=first.id if first else None,
                amount=total([sight.bindings[one].eligible for one in ids]),
                facts={"serial": serial, "grants": sorted(numbers)},
            )
        )
    return found


async def _grants_by_serial(session: AsyncSession) -> dict[str, set[str]]:
    """Return the grants that invoices charge for each serial number on a delivery note."""
    rows = await session.execute(
        select(_serials.c.serial, _delivered.c.order_line_id).join(
            _delivered, _delivered.c.id == _serials.c.delivery_line_id
        )
    )
    by_line: dict[int, set[str]] = defaultdict(set)
    charged = await session.execute(
        select(_invoice_lines.c.order_line_id, _grants.c.number)
        .join(_shares, _shares.c.invoice_line_id == _invoice_lines.c.id)
        .join(_measures, _measures.c.id == _shares.c.measure_id)
        .join(_grants, _grants.c.id == _measures.c.grant_id)
        .where(_invoice_lines.c.order_line_id.is_not(None))
        .distinct()
    )
    for row in charged:
        by_line[row.order_line_id].add(row.number)
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        serial = normalised_serial(row.serial)
        # A line that two grants share says nothing about which of them pays for this one.
        if serial is not None and len(by_line[row.order_line_id]) == 1:
            found[serial] |= by_line[row.order_line_id]
    return found
