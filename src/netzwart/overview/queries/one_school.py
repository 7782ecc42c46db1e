"""One school in few statements: devices by room and state, nodes, money with evidence."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.clock import today, utcnow
from netzwart.evidence.rules import EvidenceClass
from netzwart.funding.queries import EVIDENCE_WINDOW_DAYS
from netzwart.funding.queries.visibility import visible_grants
from netzwart.funding.rules.facts import InvoiceFacts, LineFacts, PaymentFacts, ShareFacts
from netzwart.inventory.queries import DEVICE
from netzwart.inventory.tables import DeviceStatus
from netzwart.network.rules import Reachability
from netzwart.overview.queries.attention import NODE
from netzwart.overview.queries.device_list import PRESENCE
from netzwart.overview.queries.school_figures import GRANT, LINE, MEASURE, PAYMENT, SHARE
from netzwart.overview.school_money import SchoolMoney, SeenLine, school_money
from netzwart.schools.queries import AnyRow

SHOWN_NODES = 60
_GONE = (DeviceStatus.DISPOSED, DeviceStatus.LOST)


@dataclass(frozen=True, slots=True)
class SchoolDevices:
    """How many devices a school has, by room and by state; disposed ones count by state only."""

    by_room: Mapping[int | None, int]
    by_status: Mapping[str, int]

    @property
    def present(self) -> int:
        """Return how many are not disposed."""
        return sum(n for status, n in self.by_status.items() if status != DeviceStatus.DISPOSED)


NO_DEVICES = SchoolDevices({}, {})


async def count_school_devices(session: AsyncSession, school_id: int) -> SchoolDevices:
    """Return a school's devices counted by room and state."""
    statement = (
        select(DEVICE.c.room_id, DEVICE.c.status, func.count())
        .where(DEVICE.c.school_id == school_id)
        .group_by(DEVICE.c.room_id, DEVICE.c.status)
        .order_by(DEVICE.c.room_id, DEVICE.c.status)
    )
    by_room: dict[int | None, int] = defaultdict(int)
    by_status: dict[str, int] = defaultdict(int)
    for room_id, status, number in await session.execute(statement):
        by_status[str(status)] += number
        if status != DeviceStatus.DISPOSED:
            by_room[room_id] += number
    return SchoolDevices(dict(by_room), dict(by_status))


@dataclass(frozen=True, slots=True)
class SchoolNodeList:
    """A school's nodes, at most `SHOWN_NODES`, and how many there are in each state."""

    rows: Sequence[AnyRow]
    up: int
    down: int
    total: int


NO_NODES = SchoolNodeList((), 0, 0, 0)


async def list_school_nodes(session: AsyncSession, school_id: int) -> SchoolNodeList:
    """Return a school's nodes, those that do not answer first (down, unknown, up)."""
    is_polled = NODE.c.is_enabled.is_(True)

    def number_of(state: Reachability) -> ColumnElement[int]:
        return func.count().filter(is_polled, NODE.c.reachability == state).over()

    statement = (
        select(
            NODE.c.id,
            NODE.c.name,
            NODE.c.address,
            NODE.c.category,
            NODE.c.vendor,
            NODE.c.model,
            NODE.c.reachability,
            NODE.c.reachability_since,
            NODE.c.is_enabled,
            NODE.c.last_answered_at,
            NODE.c.last_error,
            number_of(Reachability.UP).label("up"),
            number_of(Reachability.DOWN).label("down"),
            func.count().filter(is_polled).over().label("total"),
        )
        .where(NODE.c.school_id == school_id)
        .order_by(NODE.c.is_enabled.desc(), NODE.c.reachability, func.lower(NODE.c.name), NODE.c.id)
        .limit(SHOWN_NODES)
    )
    rows = (await session.execute(statement)).all()
    if not rows:
        return NO_NODES
    return SchoolNodeList(rows, rows[0].up, rows[0].down, rows[0].total)


async def get_school_money(session: AsyncSession, school_id: int, actor: Actor) -> SchoolMoney:
    """Return what was charged and paid for a school, and how much of it was seen; one statement.

    Every share and payment of the invoices that concern the school is read, so that payments are
    spread as a proof of use spreads them.
    """
    mine = (
        select(LINE.c.invoice_id)
        .join(SHARE, SHARE.c.invoice_line_id == LINE.c.id)
        .join(MEASURE, MEASURE.c.id == SHARE.c.measure_id)
        .join(GRANT, GRANT.c.id == MEASURE.c.grant_id)
        .where(MEASURE.c.school_id == school_id, visible_grants(actor))
    )
    statement = (
        select(
            LINE.c.invoice_id,
            LINE.c.id.label("line_id"),
            LINE.c.gross,
            LINE.c.quantity,
            LINE.c.vat_rate,
            SHARE.c.id.label("share_id"),
            SHARE.c.amount.label("share"),
            MEASURE.c.school_id,
            visible_grants(actor).label("is_visible"),
            PAYMENT.c.id.label("payment_id"),
            PAYMENT.c.paid_on,
            PAYMENT.c.amount.label("paid"),
            PAYMENT.c.discount,
            _devices_of_line(school_id).label("devices"),
            _devices_of_line(school_id, _was_seen()).label("seen"),
        )
        .select_from(LINE)
        .outerjoin(SHARE, SHARE.c.invoice_line_id == LINE.c.id)
        .outerjoin(MEASURE, MEASURE.c.id == SHARE.c.measure_id)
        .outerjoin(GRANT, GRANT.c.id == MEASURE.c.grant_id)
        .outerjoin(PAYMENT, PAYMENT.c.invoice_id == LINE.c.invoice_id)
        .where(LINE.c.invoice_id.in_(mine))
        .order_by(LINE.c.invoice_id, LINE.c.id, SHARE.c.id, PAYMENT.c.id)
    )
    rows = (await session.execute(statement)).all()
    invoices, lines = _facts(rows, school_id)
    return school_money(invoices, lines, str(school_id), today())


def _devices_of_line(school_id: int, *conditions: ColumnElement[bool]) -> Any:  # noqa: ANN401 - a scalar subquery
    return (
        select(func.count())
        .select_from(DEVICE)
        .where(
            DEVICE.c.invoice_line_id == LINE.c.id,
            DEVICE.c.school_id == school_id,
            DEVICE.c.status.not_in(_GONE),
            *conditions,
        )
        .correlate(LINE)
        .scalar_subquery()
    )


def _was_seen() -> ColumnElement[bool]:
    since = utcnow() - timedelta(days=EVIDENCE_WINDOW_DAYS)
    return exists().where(
        PRESENCE.c.device_id == DEVICE.c.id,
        PRESENCE.c.last_seen_at >= since,
        or_(
            PRESENCE.c.evidence_class == EvidenceClass.A,
            PRESENCE.c.evidence_class == EvidenceClass.B,
        ),
    )


def _facts(
    rows: Sequence[AnyRow], school_id: int
) -> tuple[list[InvoiceFacts], dict[str, SeenLine]]:
    lines: dict[int, dict[int, LineFacts]] = defaultdict(dict)
    shares: dict[int, dict[int, ShareFacts]] = defaultdict(dict)
    payments: dict[int, dict[int, PaymentFacts]] = defaultdict(dict)
    seen: dict[str, SeenLine] = {}
    for row in rows:
        if row.share_id is not None:
            is_mine = row.school_id == school_id and row.is_visible
            shares[row.line_id][row.share_id] = ShareFacts(
                amount=row.share,
                measure=str(row.share_id),
                category=None,
                school=str(school_id) if is_mine else None,
            )
        if row.payment_id is not None:
            payments[row.invoice_id][row.payment_id] = PaymentFacts(
                key=f"{row.payment_id:012d}",
                paid_on=row.paid_on,
                amount=row.paid,
                discount=row.discount,
            )
        key = f"{row.line_id:012d}"
        seen[key] = SeenLine(row.devices, row.seen)
        lines[row.invoice_id][row.line_id] = LineFacts(
            key=key,
            gross=row.gross,
            vat_rate=row.vat_rate,
            quantity=row.quantity,
            eligible=None,
            shares=tuple(shares[row.line_id].values()),
        )
    invoices = [
        InvoiceFacts(
            key=f"{invoice_id:012d}",
            lines=tuple(of_invoice.values()),
            payments=tuple(payments[invoice_id].values()),
        )
        for invoice_id, of_invoice in lines.items()
    ]
    return invoices, seen
