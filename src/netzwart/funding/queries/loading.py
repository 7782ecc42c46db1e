"""Grants with all that hangs on them, in six statements whatever their number.

1. grants with authority, measures and schools; 2. all short rows and payments in one union;
3. invoice lines with shares; 4. order lines with what was delivered; 5. devices; 6. the best
sighting of each within the window.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Row, Select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.clock import BERLIN
from netzwart.errors import NotFoundError
from netzwart.evidence.rules import EvidenceClass
from netzwart.funding.queries import device_statements, statements
from netzwart.funding.queries.records import (
    DeviceRecord,
    GrantHead,
    GrantRecord,
    InvoiceRecord,
    LineRecord,
    MeasureRecord,
    OrderLineRecord,
    OrderRecord,
    OrderShareRecord,
    PaymentRecord,
    SeenDevice,
    ShareRecord,
    SmallRow,
)
from netzwart.funding.queries.surrounding_rows import surrounding_rows, surroundings_from
from netzwart.funding.queries.visibility import visible_grants

EVIDENCE_WINDOW_DAYS = 90
"""A sighting older than this proves no euro: the summer holidays fit into it twice."""

_OF_INVOICES = frozenset({statements.PAYMENT, statements.INCIDENTAL})

Rows = Sequence[Row[Any]]


async def load_grant(
    session: AsyncSession,
    grant_id: int,
    actor: Actor,
    as_of: date,
    window_days: int = EVIDENCE_WINDOW_DAYS,
) -> GrantRecord:
    """Return one grant with everything, as it can be judged on that day.

    Raises:
        NotFoundError: when there is none, or the actor may not know of it.
    """
    found = await load_grants(
        session, actor, as_of, statements.GRANT.c.id == grant_id, window_days=window_days
    )
    if not found:
        raise NotFoundError("Diese Bewilligung gibt es nicht.")
    return found[0]


async def load_grants(
    session: AsyncSession,
    actor: Actor,
    as_of: date,
    *conditions: ColumnElement[bool],
    window_days: int = EVIDENCE_WINDOW_DAYS,
) -> list[GrantRecord]:
    """Return all grants that the actor may see, newest notice first."""
    heads = await _rows(session, statements.heads(visible_grants(actor), *conditions))
    ids = sorted({row.id for row in heads})
    if not ids:
        return []
    small = await _rows(
        session, statements.in_one([*statements.small_rows(ids), *surrounding_rows(ids, as_of)])
    )
    lines = await _rows(session, statements.lines(ids))
    orders = await _rows(session, statements.order_lines(ids))
    until = datetime.combine(as_of + timedelta(days=1), time(), BERLIN)
    devices = await _rows(session, device_statements.devices(ids, until))
    since = datetime.combine(as_of - timedelta(days=window_days), time(), BERLIN)
    seen = await _rows(session, device_statements.best_sightings(ids, since, until))
    invoices = invoices_from(lines, _payments(small), _incidentals(small))
    evidence = {row.device_id: _seen(row) for row in seen}
    return [
        _grant(list(group), small, invoices, orders, devices, evidence)
        for _, group in groupby(heads, key=lambda row: row.id)
    ]


async def _rows(session: AsyncSession, statement: Select[Any] | Any) -> Rows:  # noqa: ANN401 - a Select or a CompoundSelect
    return (await session.execute(statement)).all()


def _values(row: Row[Any], prefix: str = "") -> dict[str, Any]:
    return {name: row[index] for index, name in _places(tuple(row._fields), prefix)}  # pyright: ignore[reportPrivateUsage] - public in SQLAlchemy


@lru_cache(maxsize=64)
def _places(fields: tuple[str, ...], prefix: str) -> tuple[tuple[int, str], ...]:
    """Return where the columns of one record stand in a row, and what its fields are called."""
    return tuple(
        (index, field.removeprefix(prefix))
        for index, field in enumerate(fields)
        if field.startswith(prefix) and (prefix or "__" not in field)
    )


def _grant(
    heads: Rows,
    small: Rows,
    invoices: Sequence[InvoiceRecord],
    orders: Rows,
    devices: Rows,
    evidence: Mapping[int, SeenDevice],
) -> GrantRecord:
    head = GrantHead(**_values(heads[0]))
    measures = tuple(
        MeasureRecord(**_values(row, "measure__")) for row in heads if row.measure__id is not None
    )
    kinds: dict[str, list[SmallRow]] = defaultdict(list)
    for row in small:
        if row.owner_id == head.id and row.kind not in _OF_INVOICES:
            kinds[row.kind].append(SmallRow(**_values(row)))
    own = {measure.id for measure in measures}
    mine = [
        invoice
        for invoice in invoices
        if any(share.measure_id in own for line in invoice.lines for share in line.shares)
    ]
    line_ids = {line.id for invoice in mine for line in invoice.lines if line.share_of(head.id)}
    found = [
        DeviceRecord(**_values(row))
        for row in devices
        if row.measure_id in own or (row.measure_id is None and row.invoice_line_id in line_ids)
    ]
    return GrantRecord(
        head=head,
        measures=measures,
        plan=tuple(kinds["plan"]),
        sources=tuple(kinds["source"]),
        overrides=tuple(kinds["override"]),
        tranches=tuple(kinds["tranche"]),
        drawdowns=tuple(kinds["drawdown"]),
        incomes=tuple(kinds["income"]),
        notices=tuple(kinds["notice"]),
        around=surroundings_from(kinds),
        messages=tuple(kinds["message"]),
        clawbacks=tuple(kinds["clawback"]),
        invoices=tuple(mine),
        orders=_orders(orders, {invoice.order_id for invoice in mine}, own),
        devices=tuple(found),
        evidence={device.id: evidence[device.id] for device in found if device.id in evidence},
    )


def _payments(small: Rows) -> dict[int, list[PaymentRecord]]:
    payments: dict[int, list[PaymentRecord]] = defaultdict(list)
    for row in small:
        if row.kind == statements.PAYMENT:
            payments[row.owner_id].append(
                PaymentRecord(
                    id=row.id,
                    receipt_number=row.key,
                    paid_on=row.day,
                    amount=row.amount,
                    discount=row.second,
                )
            )
    return payments


def _incidentals(small: Rows) -> dict[int, list[int]]:
    attached: dict[int, list[int]] = defaultdict(list)
    for row in small:
        if row.kind == statements.INCIDENTAL:
            attached[row.owner_id].append(row.number)
    return attached


def invoices_from(
    rows: Rows,
    payments: Mapping[int, Sequence[PaymentRecord]],
    incidentals: Mapping[int, Sequence[int]],
) -> list[InvoiceRecord]:
    """Return the invoices of `statements.invoice_lines`, with their payments by invoice id."""
    invoices: list[InvoiceRecord] = []
    for invoice_id, group in groupby(rows, key=lambda row: row.id):
        members = list(group)
        invoices.append(
            InvoiceRecord(
                **_values(members[0]),
                lines=tuple(
                    _line(list(same), incidentals)
                    for _, same in groupby(members, key=lambda row: row.line__id)
                ),
                payments=tuple(payments.get(invoice_id, ())),
            )
        )
    return invoices


def _line(rows: Rows, incidentals: Mapping[int, Sequence[int]]) -> LineRecord:
    shares = tuple(
        ShareRecord(**_values(row, "share__")) for row in rows if row.share__measure_id is not None
    )
    return LineRecord(
        **_values(rows[0], "line__"),
        shares=shares,
        incidental_to=tuple(incidentals.get(rows[0].line__id, ())),
    )


def _orders(rows: Rows, invoiced: set[int | None], own: set[int]) -> tuple[OrderRecord, ...]:
    """Return the orders that invoices of the grant name, and those meant for its measures."""
    found: list[OrderRecord] = []
    for order_id, group in groupby(rows, key=lambda row: row.id):
        members = list(group)
        if order_id in invoiced or any(row.share__measure_id in own for row in members):
            by_line = groupby(members, key=lambda row: row.line__id)
            lines = tuple(_order_line(list(same)) for _, same in by_line)
            found.append(OrderRecord(**_values(members[0]), lines=lines))
    return tuple(found)


def _order_line(rows: Rows) -> OrderLineRecord:
    shares = tuple(
        OrderShareRecord(**_values(row, "share__"))
        for row in rows
        if row.share__measure_id is not None
    )
    return OrderLineRecord(**_values(rows[0], "line__"), shares=shares)


def _seen(row: Row[Any]) -> SeenDevice:
    return SeenDevice(
        letter=EvidenceClass(row.evidence_class),
        seen_at=row.seen_at,
        source=str(row.source),
        serial_read=row.serial,
        school_id=row.school_id,
    )
