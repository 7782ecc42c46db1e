"""Sections of the bundle about buying: orders, deliveries, invoices with shares, payments."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.database import table_of
from netzwart.exchange.bundle_forms import Bundle
from netzwart.exchange.bundle_funding import InvoiceLineRow, InvoiceRow, OrderShareRow
from netzwart.exchange.places import find_model
from netzwart.exchange.references import References, named
from netzwart.exchange.upserting import Key, Outcome, Wanted, upsert
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
)
from netzwart.funding.rules.taxing import ROUNDING_TOLERANCE
from netzwart.funding.tables import Measure
from netzwart.money import apportion, cents
from netzwart.schools.tables import School

Path = tuple[str | int, ...]
ORDER_FIELDS = (
    "number", "ordered_on", "procedure", "procedure_reason", "estimated_net", "offers_requested",
    "offers_received", "awarded_on", "award_criterion", "framework_contract", "eu_wide",
)  # fmt: skip
INVOICE_FIELDS = (
    "number", "issued_on", "kind", "delivered_on", "due_on", "currency", "buyer", "service_from",
    "stated_total", "retained", "retained_until", "format",
)  # fmt: skip
LINE_FIELDS = ("number", "text", "quantity", "unit_net", "vat_rate")


async def place_orders(
    session: AsyncSession, bundle: Bundle, refs: References, outcome: Outcome
) -> None:
    """Bring orders and their lines to what the bundle says."""
    wanted: list[Wanted] = []
    for index, row in enumerate(bundle.orders):
        path: Path = ("orders", index)
        supplier_id = refs.find("supplier", (row.supplier,), (*path, "supplier"), "Den Lieferanten")
        if supplier_id is None:
            continue
        values = named(row, {name: name for name in ORDER_FIELDS}) | {"supplier_id": supplier_id}
        wanted.append(Wanted("orders", path, row.number, (row.number,), values))
    await upsert(session, Order, ["number"], wanted, outcome)
    await refs.load("order", Order, ["number"])
    await _order_lines(session, bundle, refs, outcome)


async def _order_lines(
    session: AsyncSession, bundle: Bundle, refs: References, outcome: Outcome
) -> None:
    lines: list[Wanted] = []
    meant: list[tuple[tuple[int | None, int], Path, OrderShareRow]] = []
    for index, row in enumerate(bundle.orders):
        order_id = refs.all_of("order").get((row.number,))
        for number, line in enumerate(row.lines if order_id else ()):
            path: Path = ("orders", index, "lines", number)
            model = find_model(refs, outcome, line.model, (*path, "model"), line.manufacturer)
            values = named(line, {name: name for name in LINE_FIELDS}) | {
                "order_id": order_id,
                "model_id": model[0] if model else None,
            }
            label = f"{row.number} Pos. {line.number}"
            wanted_line = Wanted("orders.lines", path, label, (order_id, line.number), values)
            lines.append(wanted_line)
            meant += [
                ((order_id, line.number), (*path, "shares", place), share)
                for place, share in enumerate(line.shares)
            ]
    ids = await upsert(session, OrderLine, ["order_id", "number"], lines, outcome)
    await refs.load("order_line", OrderLine, ["order_id", "number"])
    shares: list[Wanted] = []
    for key, place, share in meant:
        measure_id = refs.find("measure", (share.measure,), place, "Die Maßnahme")
        if measure_id is None:
            continue
        ends = {"order_line_id": ids[key], "measure_id": measure_id}
        values = ends | {"weight": share.weight}
        shares.append(
            Wanted("shares", place, share.measure, tuple(ends.values()), values, counts=False)
        )
    await upsert(session, OrderShare, ["order_line_id", "measure_id"], shares, outcome)


async def place_deliveries(
    session: AsyncSession, bundle: Bundle, refs: References, outcome: Outcome
) -> None:
    """Bring deliveries, their lines and serials to what the bundle says."""
    wanted: list[Wanted] = []
    for index, row in enumerate(bundle.deliveries):
        path: Path = ("deliveries", index)
        order_id = refs.find("order", (row.order,), (*path, "order"), "Die Bestellung")
        if order_id is None:
            continue
        values = {
            "order_id": order_id,
            "note_number": row.note_number,
            "received_on": row.received_on,
        }
        key = (order_id, row.note_number)
        wanted.append(Wanted("deliveries", path, row.note_number, key, values))
    await upsert(session, Delivery, ["order_id", "note_number"], wanted, outcome)
    await refs.load("delivery", Delivery, ["order_id", "note_number"])
    await _delivery_lines(session, bundle, refs, outcome)


async def _delivery_lines(
    session: AsyncSession, bundle: Bundle, refs: References, outcome: Outcome
) -> None:
    lines: list[Wanted] = []
    serials: list[tuple[tuple[int, int], Path, str]] = []
    for index, row in enumerate(bundle.deliveries):
        order_id = refs.all_of("order").get((row.order,))
        delivery_id = refs.all_of("delivery").get((order_id, row.note_number))
        for number, line in enumerate(row.lines if delivery_id else ()):
            path: Path = ("deliveries", index, "lines", number)
            line_id = refs.find(
                "order_line", (order_id, line.order_line), path, "Die Position der Bestellung"
            )
            if line_id is None or delivery_id is None:
                continue
            key = (delivery_id, line_id)
            values = {
                "delivery_id": delivery_id,
                "order_line_id": line_id,
                "quantity": line.quantity,
            }
            lines.append(Wanted("deliveries", path, row.note_number, key, values, counts=False))
            serials += [(key, path, serial) for serial in line.serials]
    ids = await upsert(session, DeliveryLine, ["delivery_id", "order_line_id"], lines, outcome)
    wanted = [
        Wanted(
            "deliveries",
            path,
            serial,
            (ids[key], serial),
            {"delivery_line_id": ids[key], "serial": serial},
            counts=False,
        )
        for key, path, serial in serials
    ]
    await upsert(session, DeliveredSerial, ["delivery_line_id", "serial"], wanted, outcome)


async def place_invoices(
    session: AsyncSession, bundle: Bundle, refs: References, outcome: Outcome
) -> None:
    """Bring invoices, lines and cost shares to what the bundle says; credit notes come last."""
    await refs.load("invoice", Invoice, ["supplier_id", "number"])
    for is_second in (False, True):
        wanted = [
            invoice
            for index, row in enumerate(bundle.invoices)
            if (row.cancels is not None) == is_second
            and (invoice := _invoice(index, row, refs, outcome)) is not None
        ]
        await upsert(session, Invoice, ["supplier_id", "number"], wanted, outcome)
        await refs.load("invoice", Invoice, ["supplier_id", "number"])
    await _invoice_lines(session, bundle, refs, outcome)


def _invoice(index: int, row: InvoiceRow, refs: References, outcome: Outcome) -> Wanted | None:
    path: Path = ("invoices", index)
    supplier_id = refs.find("supplier", (row.supplier,), (*path, "supplier"), "Den Lieferanten")
    if supplier_id is None:
        return None
    if row.retained and row.retained_until is None:
        outcome.fault((*path, "retained"), "Ein Einbehalt nennt den Tag, bis zu dem er gilt.")
        return None
    values = named(row, {name: name for name in INVOICE_FIELDS})
    values["supplier_id"] = supplier_id
    values.setdefault("kind", row.kind)
    if "order" in row.model_fields_set:
        values["order_id"] = refs.find("order", (row.order,), (*path, "order"), "Die Bestellung")
    if "cancels" in row.model_fields_set:
        values["cancels_id"] = refs.find(
            "invoice", (supplier_id, row.cancels), (*path, "cancels"), "Die Rechnung"
        )
    if "discount_offered" in row.model_fields_set:
        offer = row.discount_offered
        values["discount_rate"] = offer.rate if offer else None
        values["discount_days"] = offer.days if offer else None
    return Wanted("invoices", path, row.number, (supplier_id, row.number), values)


async def _invoice_lines(
    session: AsyncSession, bundle: Bundle, refs: References, outcome: Outcome
) -> None:
    wanted: list[Wanted] = []
    sources: list[tuple[tuple[int, int], Path, InvoiceLineRow]] = []
    for index, row in enumerate(bundle.invoices):
        supplier_id = refs.all_of("supplier").get((row.supplier,))
        invoice_id = refs.all_of("invoice").get((supplier_id, row.number))
        for number, line in enumerate(row.lines if invoice_id else ()):
            path: Path = ("invoices", index, "lines", number)
            wanted.append(_invoice_line(row, line, invoice_id or 0, path, refs, outcome))
            sources.append(((invoice_id or 0, line.number), path, line))
    ids = await upsert(session, InvoiceLine, ["invoice_id", "number"], wanted, outcome)
    await refs.load("invoice_line", InvoiceLine, ["invoice_id", "number"])
    shares: list[Wanted] = []
    schools = await _school_numbers(session)
    for key, path, line in sources:
        shares += _shares(ids[key], path, line, refs, outcome, schools)
    await upsert(session, CostShare, ["invoice_line_id", "measure_id"], shares, outcome)
    await _incidentals(session, sources, ids, outcome)


async def _incidentals(
    session: AsyncSession,
    sources: Sequence[tuple[tuple[int, int], Path, InvoiceLineRow]],
    ids: Mapping[Key, int],
    outcome: Outcome,
) -> None:
    """Tie delivery, setup and licences to the device lines that they add to."""
    wanted: list[Wanted] = []
    for (invoice_id, number), path, line in sources:
        for target in line.incidental_to:
            place = (*path, "incidental_to")
            device_line = ids.get((invoice_id, target))
            if device_line is None or target == number:
                outcome.fault(place, f"Position {number} kann nicht zu Position {target} gehören.")
                continue
            ends = {"line_id": ids[invoice_id, number], "device_line_id": device_line}
            wanted.append(
                Wanted("invoices", place, line.text, tuple(ends.values()), dict(ends), counts=False)
            )
    await upsert(session, IncidentalCost, ["line_id", "device_line_id"], wanted, outcome)


def _invoice_line(
    row: InvoiceRow,
    line: InvoiceLineRow,
    invoice_id: int,
    path: Path,
    refs: References,
    outcome: Outcome,
) -> Wanted:
    model = find_model(refs, outcome, line.model, (*path, "model"), line.manufacturer)
    if abs(gross_of(line) - computed_gross(line)) > ROUNDING_TOLERANCE:
        outcome.fault(
            (*path, "gross"),
            f"Menge mal Preis plus Steuer ist {computed_gross(line)} €, angegeben sind "
            f"{line.gross} €.",
        )
    values = named(line, {name: name for name in (*LINE_FIELDS, "net")})
    values |= {
        "invoice_id": invoice_id,
        "model_id": model[0] if model else None,
        "gross": gross_of(line),
        "is_eligible": line.eligible,
        "eligible_part": line.eligible_part,
        "ineligible_reason": line.reason,
    }
    if line.order_line is not None:
        order_id = refs.all_of("order").get((row.order,))
        values["order_line_id"] = refs.find(
            "order_line", (order_id, line.order_line), (*path, "order_line"), "Die Position"
        )
    label = f"{row.number} Pos. {line.number}"
    return Wanted("invoices.lines", path, label, (invoice_id, line.number), values)


def gross_of(line: InvoiceLineRow) -> Decimal:
    """Return the gross the file gives, else net times one plus tax."""
    return computed_gross(line) if line.gross is None else line.gross


def computed_gross(line: InvoiceLineRow) -> Decimal:
    """Return net times one plus tax, to the cent."""
    net = line.quantity * line.unit_net if line.net is None else line.net
    return cents(net * (1 + line.vat_rate))


async def _school_numbers(session: AsyncSession) -> dict[str, str]:
    """Return measure key → school number, which breaks ties when a line is split."""
    query = select(table_of(Measure).c.key, table_of(School).c.number).join_from(
        table_of(Measure),
        table_of(School),
        table_of(School).c.id == table_of(Measure).c.school_id,
    )
    return {str(key): str(number) for key, number in (await session.execute(query)).all()}


def _shares(
    line_id: int,
    path: Path,
    line: InvoiceLineRow,
    refs: References,
    outcome: Outcome,
    schools: Mapping[str, str],
) -> list[Wanted]:
    """Return the line's shares; weights are split by largest remainder, amounts must add up."""
    if not line.shares:
        return []
    gross = gross_of(line)
    given = [share.amount for share in line.shares if share.amount is not None]
    weights = [share.weight for share in line.shares if share.weight is not None]
    if len(given) == len(line.shares):
        amounts = given
        if sum(amounts, Decimal(0)) != gross:
            outcome.fault(
                (*path, "shares"),
                f"Die Anteile ergeben {sum(amounts, Decimal(0))} €, die Position {gross} €.",
            )
    elif len(weights) == len(line.shares) and sum(weights) > 0:
        ties = [schools.get(share.measure, "") for share in line.shares]
        amounts = apportion(gross, weights, ties)
    else:
        outcome.fault((*path, "shares"), "Entweder alle Anteile mit Betrag oder alle mit Gewicht.")
        return []
    wanted: list[Wanted] = []
    for number, (share, amount) in enumerate(zip(line.shares, amounts, strict=True)):
        place = (*path, "shares", number)
        measure_id = refs.find("measure", (share.measure,), place, "Die Maßnahme")
        if measure_id is None:
            continue
        values = {
            "invoice_line_id": line_id,
            "measure_id": measure_id,
            "amount": amount,
            "weight": share.weight,
            "share_key": share.share_key,
            "weighted_on": share.weighted_on,
        }
        wanted.append(
            Wanted("shares", place, share.measure, (line_id, measure_id), values, counts=False)
        )
    return wanted


async def place_payments(
    session: AsyncSession, bundle: Bundle, refs: References, outcome: Outcome
) -> None:
    """Bring payments to what the bundle says."""
    wanted: list[Wanted] = []
    for index, row in enumerate(bundle.payments):
        path: Path = ("payments", index)
        supplier_id = refs.find("supplier", (row.supplier,), (*path, "supplier"), "Den Lieferanten")
        invoice_id = refs.find(
            "invoice", (supplier_id, row.invoice), (*path, "invoice"), "Die Rechnung"
        )
        if invoice_id is None:
            continue
        fields = ("receipt_number", "paid_on", "amount", "discount")
        values = named(row, {name: name for name in fields}) | {"invoice_id": invoice_id}
        label = row.receipt_number
        wanted.append(Wanted("payments", path, label, (row.receipt_number,), values))
    await upsert(session, Payment, ["receipt_number"], wanted, outcome)
