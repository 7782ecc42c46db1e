"""Sections of the bundle about things: devices, nodes, stocktakes, loans, projects."""

from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.clock import utcnow
from netzwart.database import table_of
from netzwart.evidence.tables import Stocktake
from netzwart.exchange.bundle_forms import Bundle, DeviceRow
from netzwart.exchange.places import find_model
from netzwart.exchange.references import References, named
from netzwart.exchange.upserting import CHUNK, Action, Outcome, PlannedRow, Wanted, upsert
from netzwart.inventory.rules import normalised_serial, search_text
from netzwart.inventory.tables import Device, Loan, LoanDevice
from netzwart.network.tables import Credential, Node, Reachability
from netzwart.rollout.tables import Project

Path = tuple[str | int, ...]
DEVICE_FIELDS = (
    "inventory_number", "serial", "mac", "status", "delivered_on", "commissioned_on",
    "warranty_until", "disposed_on", "labelled_on", "asset_number", "note",
)  # fmt: skip


async def place_devices(
    session: AsyncSession, bundle: Bundle, refs: References, outcome: Outcome
) -> None:
    """Bring devices to what the bundle says; two devices with one serial are a conflict."""
    invoices = _invoice_numbers(refs)
    wanted: list[Wanted] = []
    for index, row in enumerate(bundle.devices):
        path: Path = ("devices", index)
        model = find_model(refs, outcome, row.model, (*path, "model"), row.manufacturer)
        if model is None:
            continue
        values = named(row, {name: name for name in DEVICE_FIELDS})
        values.setdefault("status", row.status)
        values |= {"model_id": model[0], "manufacturer_id": model[1]}
        if "serial" in row.model_fields_set:
            values["serial_normalised"] = normalised_serial(row.serial)
        values["search_text"] = search_text(
            row.inventory_number, row.serial, row.mac, row.model, values.get("serial_normalised")
        )
        values |= _places(row, path, refs) | _papers(row, path, refs, invoices, outcome)
        wanted.append(
            Wanted("devices", path, row.inventory_number, (row.inventory_number,), values)
        )
    await _refuse_shared_serials(session, wanted, outcome)
    if not outcome.problems:
        await upsert(session, Device, ["inventory_number"], wanted, outcome)
        await refs.load("device", Device, ["inventory_number"])


def _places(row: DeviceRow, path: Path, refs: References) -> dict[str, Any]:
    values: dict[str, Any] = {}
    school_id = refs.find("school", (row.school,), (*path, "school"), "Die Schule")
    if "school" in row.model_fields_set:
        values["school_id"] = school_id
    if "room" in row.model_fields_set:
        key = (school_id, row.room) if school_id is not None else (row.room,)
        values["room_id"] = refs.find("room", key, (*path, "room"), "Den Raum")
    if "measure" in row.model_fields_set:
        values["measure_id"] = refs.find(
            "measure", (row.measure,), (*path, "measure"), "Die Maßnahme"
        )
    return values


def _invoice_numbers(refs: References) -> dict[str, list[tuple[int, int]]]:
    """Return invoice number → (supplier id, invoice id) of each supplier that used it."""
    found: dict[str, list[tuple[int, int]]] = {}
    for (supplier_id, number), invoice_id in refs.all_of("invoice").items():
        found.setdefault(str(number), []).append((int(supplier_id), invoice_id))
    return found


def _papers(
    row: DeviceRow,
    path: Path,
    refs: References,
    invoices: dict[str, list[tuple[int, int]]],
    outcome: Outcome,
) -> dict[str, Any]:
    if "invoice" not in row.model_fields_set:
        return {}
    if row.invoice is None:
        return {"invoice_line_id": None}
    supplier_id = refs.all_of("supplier").get((row.supplier,)) if row.supplier else None
    fitting = [
        invoice_id
        for maker, invoice_id in invoices.get(row.invoice, [])
        if row.supplier is None or maker == supplier_id
    ]
    if len(fitting) != 1:
        many = "mehrfach" if fitting else "nicht"
        hint = " Bitte den Lieferanten (supplier) nennen." if fitting else ""
        outcome.fault((*path, "invoice"), f"Die Rechnung „{row.invoice}“ gibt es {many}.{hint}")
        return {}
    key = (fitting[0], row.invoice_line)
    return {
        "invoice_line_id": refs.find(
            "invoice_line", key, (*path, "invoice_line"), "Die Rechnungsposition"
        )
    }


async def _refuse_shared_serials(
    session: AsyncSession, wanted: list[Wanted], outcome: Outcome
) -> None:
    """Name every row whose (manufacturer, serial) belongs to another inventory number."""
    holders: dict[tuple[int, str], str] = {}
    by_serial = {
        (row.values["manufacturer_id"], row.values.get("serial_normalised")): row for row in wanted
    }
    serials = sorted({str(serial) for _, serial in by_serial if serial})
    device = table_of(Device)
    for start in range(0, len(serials), CHUNK):
        query = select(
            device.c.manufacturer_id, device.c.serial_normalised, device.c.inventory_number
        ).where(or_(device.c.serial_normalised.in_(serials[start : start + CHUNK])))
        for maker, serial, number in (await session.execute(query)).all():
            holders[int(maker), str(serial)] = str(number)
    for row in wanted:
        serial = row.values.get("serial_normalised")
        if not serial:
            continue
        holder = holders.setdefault((row.values["manufacturer_id"], serial), row.label)
        if holder != row.label:
            message = f"Die Seriennummer {row.values['serial']} gehört schon zu {holder}."
            outcome.fault((*row.path, "serial"), message)
            outcome.rows.append(PlannedRow("devices", row.label, Action.CONFLICT, {}, message))


async def place_nodes(
    session: AsyncSession, bundle: Bundle, refs: References, outcome: Outcome
) -> None:
    """Bring network nodes to what the bundle says; new ones are due at once."""
    await refs.load("credential", Credential, ["name"])
    wanted: list[Wanted] = []
    for index, row in enumerate(bundle.nodes):
        path: Path = ("nodes", index)
        school_id = refs.find("school", (row.school,), (*path, "school"), "Die Schule")
        if school_id is None:
            continue
        values: dict[str, Any] = {
            "address": row.address,
            "port": row.port,
            "name": row.name,
            "school_id": school_id,
        }
        if "credential" in row.model_fields_set:
            values["credential_id"] = refs.find(
                "credential", (row.credential,), (*path, "credential"), "Die Zugangsdaten"
            )
        if "ssh_credential" in row.model_fields_set:
            values["ssh_credential_id"] = refs.find(
                "credential", (row.ssh_credential,), (*path, "ssh_credential"), "Die Zugangsdaten"
            )
        values |= named(row, {n: n for n in ("ssh_port", "ssh_platform")})
        wanted.append(Wanted("nodes", path, row.name, (row.address, row.port), values))
    ids = await upsert(session, Node, ["address", "port"], wanted, outcome)
    node = table_of(Node)
    await session.execute(
        node.update()
        .where(node.c.id.in_(ids.values()), node.c.reachability == Reachability.UNKNOWN)
        .where(node.c.next_poll_at.is_(None))
        .where(node.c.credential_id.is_not(None) | node.c.ssh_credential_id.is_not(None))
        .values(next_poll_at=utcnow())
    )


async def place_rest(
    session: AsyncSession, bundle: Bundle, refs: References, outcome: Outcome
) -> None:
    """Bring stocktakes, loans and projects to what the bundle says."""
    stocktakes: list[Wanted] = []
    for index, row in enumerate(bundle.stocktakes):
        school_id = refs.find(
            "school", (row.school,), ("stocktakes", index, "school"), "Die Schule"
        )
        values = named(row, {n: n for n in ("title", "started_on", "ended_on", "is_closed")})
        key = (school_id, row.title)
        stocktakes.append(
            Wanted(
                "stocktakes",
                ("stocktakes", index),
                row.title,
                key,
                values | {"school_id": school_id},
            )
        )
    await upsert(
        session,
        Stocktake,
        ["school_id", "title"],
        [row for row in stocktakes if row.key[0] is not None],
        outcome,
    )
    await _loans(session, bundle, refs, outcome)
    await _projects(session, bundle, refs, outcome)


async def _loans(session: AsyncSession, bundle: Bundle, refs: References, outcome: Outcome) -> None:
    wanted: list[Wanted] = []
    for index, row in enumerate(bundle.loans):
        school_id = refs.find("school", (row.school,), ("loans", index, "school"), "Die Schule")
        if school_id is None:
            continue
        values = named(row, {n: n for n in ("number", "lent_on", "due_on")})
        values["school_id"] = school_id
        wanted.append(Wanted("loans", ("loans", index), row.number, (row.number,), values))
    ids = await upsert(session, Loan, ["number"], wanted, outcome)
    lines: list[Wanted] = []
    for index, row in enumerate(bundle.loans):
        for number, device in enumerate(row.devices):
            path: Path = ("loans", index, "devices", number)
            device_id = refs.find("device", (device,), path, "Das Gerät")
            loan_id = ids.get((row.number,))
            if device_id is None or loan_id is None:
                continue
            values = {"loan_id": loan_id, "device_id": device_id}
            lines.append(Wanted("loans", path, device, (loan_id, device_id), values, counts=False))
    await upsert(session, LoanDevice, ["loan_id", "device_id"], lines, outcome)


async def _projects(
    session: AsyncSession, bundle: Bundle, refs: References, outcome: Outcome
) -> None:
    wanted: list[Wanted] = []
    for index, row in enumerate(bundle.projects):
        path: Path = ("projects", index)
        values = named(row, {n: n for n in ("key", "title", "starts_on", "ends_on")})
        if "grant" in row.model_fields_set:
            values["grant_id"] = refs.find(
                "grant", (row.grant,), (*path, "grant"), "Die Bewilligung"
            )
        wanted.append(Wanted("projects", path, row.key, (row.key,), values))
    await upsert(session, Project, ["key"], wanted, outcome)
