"""Reads of draws, and of what is known of the drawn devices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.custody.rules.drawing import Asked, Proven
from netzwart.custody.tables import AuditDraw, AuditDrawLine, DrawnState
from netzwart.database import table_of
from netzwart.errors import NotFoundError
from netzwart.evidence.rules import BEST_FIRST, EvidenceClass
from netzwart.evidence.tables import DevicePresence
from netzwart.funding.queries import visible_grants
from netzwart.funding.tables import Grant
from netzwart.inventory.tables import Device, DeviceModel, Manufacturer
from netzwart.network.tables import Component, Node
from netzwart.schools.tables import School

_components = table_of(Component)
_devices = table_of(Device)
_draws = table_of(AuditDraw)
_grants = table_of(Grant)
_lines = table_of(AuditDrawLine)
_makers = table_of(Manufacturer)
_models = table_of(DeviceModel)
_nodes = table_of(Node)
_presences = table_of(DevicePresence)
_schools = table_of(School)


@dataclass(frozen=True, slots=True)
class DrawRow:
    """A draw with how far it is."""

    id: int
    grant_id: int
    grant: str
    seed: str
    list_sha256: str
    population: int
    size: int
    drawn_at: datetime
    closed_at: datetime | None
    found: int
    waiting: int

    @property
    def settled(self) -> int:
        """Return how many drawn devices are found or not found."""
        return self.size - self.waiting

    @property
    def proven(self) -> Proven:
        """Return what the sample proves."""
        return Proven(self.population, self.size, self.found)


@dataclass(frozen=True, slots=True)
class DrawnRow:
    """One drawn device as the page and the paper show it."""

    position: int
    device_id: int
    inventory_number: str
    serial: str | None
    manufacturer: str
    model: str
    school: str | None
    node_id: int | None
    state: DrawnState
    evidence_class: EvidenceClass | None
    seen_at: datetime | None
    told: str
    raw: Mapping[str, Any]


def _rows(actor: Actor) -> Any:  # noqa: ANN401 - a Select
    d = _draws.c
    return (
        select(
            d.id,
            d.grant_id,
            _grants.c.number,
            d.seed,
            d.list_sha256,
            d.population,
            d.size,
            d.drawn_at,
            d.closed_at,
            func.count(_lines.c.id).filter(_lines.c.state == DrawnState.FOUND),
            func.count(_lines.c.id).filter(_lines.c.state == DrawnState.WAITING),
        )
        .join(_grants, _grants.c.id == d.grant_id)
        .join(_lines, _lines.c.draw_id == d.id)
        .where(visible_grants(actor))
        .group_by(
            d.id,
            d.grant_id,
            _grants.c.number,
            d.seed,
            d.list_sha256,
            d.population,
            d.size,
            d.drawn_at,
            d.closed_at,
        )
        .order_by(d.id.desc())
    )


async def list_draws(session: AsyncSession, grant_id: int, actor: Actor) -> Sequence[DrawRow]:
    """Return a grant's draws, newest first; at most a hundred."""
    rows = await session.execute(_rows(actor).where(_draws.c.grant_id == grant_id).limit(100))
    return [DrawRow(*row) for row in rows]


async def get_draw(session: AsyncSession, draw_id: int, actor: Actor) -> DrawRow:
    """Return one draw.

    Raises:
        NotFoundError: there is none, or the actor may not know of its grant.
    """
    row = (await session.execute(_rows(actor).where(_draws.c.id == draw_id))).one_or_none()
    if row is None:
        raise NotFoundError("Diese Stichprobe gibt es nicht.")
    return DrawRow(*row)


async def get_listed(session: AsyncSession, draw_id: int) -> str:
    """Return the frozen list of a draw that was looked up before."""
    found = await session.execute(select(_draws.c.listed).where(_draws.c.id == draw_id))
    return found.scalar_one()


async def list_drawn(session: AsyncSession, draw_id: int) -> Sequence[DrawnRow]:
    """Return a draw's devices in the order in which they were drawn."""
    n = _lines.c
    rows = await session.execute(
        select(
            n.position,
            n.device_id,
            n.inventory_number,
            n.serial,
            _makers.c.name,
            _models.c.name,
            _schools.c.short_name,
            n.node_id,
            n.state,
            n.evidence_class,
            n.seen_at,
            n.told,
            n.raw,
        )
        .join(_devices, _devices.c.id == n.device_id)
        .join(_models, _models.c.id == _devices.c.model_id)
        .join(_makers, _makers.c.id == _devices.c.manufacturer_id)
        .outerjoin(_schools, _schools.c.id == _devices.c.school_id)
        .where(n.draw_id == draw_id)
        .order_by(n.position)
    )
    return [DrawnRow(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Told:
    """What was told of a drawn device since the draw."""

    asked: Asked
    seen_at: datetime | None
    raw: Mapping[str, Any]


async def told_since(
    session: AsyncSession, lines: Sequence[AuditDrawLine], drawn_at: datetime
) -> dict[int, Told]:
    """Return what is known of each device since it was drawn, by device; three statements."""
    ids = [line.device_id for line in lines]
    seen = await _seen(session, ids, drawn_at)
    read = await _read(session, ids, drawn_at)
    nodes = await _polled(session, [line.node_id for line in lines if line.node_id is not None])
    found: dict[int, Told] = {}
    for line in lines:
        node = nodes.get(line.node_id or 0)
        part, presence = read.get(line.device_id), seen.get(line.device_id)
        letter = EvidenceClass.A if part else presence.evidence_class if presence else None
        asked = Asked(
            seen=letter,
            has_node=node is not None,
            node_name=node.name if node else "",
            polled_at=node.last_polled_at if node else None,
            answered_at=node.last_answered_at if node else None,
            error=node.last_error if node else None,
        )
        at = part.last_seen_at if part else presence.last_seen_at if presence else None
        found[line.device_id] = Told(asked, at, _raw(part, presence, node))
    return found


async def _seen(session: AsyncSession, ids: Sequence[int], since: datetime) -> dict[int, Any]:
    p = _presences.c
    rows = await session.execute(
        select(p.device_id, p.evidence_class, p.last_seen_at, p.source, p.serial_read).where(
            p.device_id.in_(ids), p.last_seen_at >= since
        )
    )
    best = sorted(rows, key=lambda row: BEST_FIRST.index(row.evidence_class), reverse=True)
    return {row.device_id: row for row in best}


async def _read(session: AsyncSession, ids: Sequence[int], since: datetime) -> dict[int, Any]:
    c = _components.c
    rows = await session.execute(
        select(c.device_id, c.last_seen_at, c.serial, c.model, c.firmware, c.position)
        .where(c.device_id.in_(ids), c.last_seen_at >= since, c.is_gone.is_(False))
        .order_by(c.last_seen_at)
    )
    return {row.device_id: row for row in rows}


async def _polled(session: AsyncSession, ids: Sequence[int]) -> dict[int, Any]:
    n = _nodes.c
    rows = await session.execute(
        select(n.id, n.name, n.address, n.last_polled_at, n.last_answered_at, n.last_error).where(
            n.id.in_(ids)
        )
    )
    return {row.id: row for row in rows}


def _raw(part: Any, presence: Any, node: Any) -> dict[str, Any]:  # noqa: ANN401 - rows
    raw: dict[str, Any] = {}
    if node is not None:
        raw |= {"node": node.name, "address": node.address, "error": node.last_error}
    if part is not None:
        raw |= {"source": "snmp", "serial": part.serial, "model": part.model,
                "firmware": part.firmware, "position": part.position}  # fmt: skip
    elif presence is not None:
        raw |= {"source": presence.source.value, "serial": presence.serial_read}
    return {key: value for key, value in raw.items() if value is not None}
