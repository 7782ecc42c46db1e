"""What the sightings add up to: presence, class as of a day, findings."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Scope
from netzwart.accounts.tables import UserAccount
from netzwart.clock import BERLIN
from netzwart.database import table_of
from netzwart.errors import NotFoundError
from netzwart.evidence.rules import BEST_FIRST, EvidenceClass, SightingSource
from netzwart.evidence.tables import (
    DevicePresence,
    Finding,
    FindingKind,
    FindingStatus,
    Sighting,
)
from netzwart.inventory.tables import Device
from netzwart.network.tables import Node
from netzwart.schools.tables import School

_presences = table_of(DevicePresence)
_sightings = table_of(Sighting)
_findings = table_of(Finding)
_devices = table_of(Device)
_nodes = table_of(Node)
_schools = table_of(School)
_users = table_of(UserAccount)
_ID_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Presence:
    """How well and when a device was last seen."""

    evidence_class: EvidenceClass
    first_seen_at: datetime
    last_seen_at: datetime
    source: SightingSource
    serial_read: str | None
    node_id: int | None = None
    school_id: int | None = None


def _chunks(ids: Collection[int]) -> list[list[int]]:
    """Split ids so that no statement has more parameters than SQLite takes."""
    ordered = sorted(set(ids))
    return [ordered[start : start + _ID_CHUNK] for start in range(0, len(ordered), _ID_CHUNK)]


async def list_presence(session: AsyncSession, device_id: int) -> list[Presence]:
    """Return a device's presence in each class it was ever seen in, strongest first."""
    rows = await session.execute(_presence_of([device_id]))
    found = [Presence(*row[1:]) for row in rows.all()]
    return sorted(found, key=lambda one: BEST_FIRST.index(one.evidence_class))


async def best_presence(
    session: AsyncSession, device_ids: Collection[int], since: datetime | None = None
) -> dict[int, Presence]:
    """Return each device's strongest class seen since then, with its exact last moment.

    A device that was not seen is absent. One statement per 500 devices.
    """
    found: dict[int, Presence] = {}
    for ids in _chunks(device_ids):
        statement = _presence_of(ids)
        if since is not None:
            statement = statement.where(_presences.c.last_seen_at >= since)
        for row in await session.execute(statement):
            presence = Presence(*row[1:])
            _keep_best(found, row[0], presence)
    return found


def _presence_of(ids: Sequence[int]) -> Select[*tuple[Any, ...]]:
    return select(
        _presences.c.device_id,
        _presences.c.evidence_class,
        _presences.c.first_seen_at,
        _presences.c.last_seen_at,
        _presences.c.source,
        _presences.c.serial_read,
        _presences.c.node_id,
        _presences.c.school_id,
    ).where(_presences.c.device_id.in_(ids))


def _keep_best(found: dict[int, Presence], device_id: int, presence: Presence) -> None:
    best = found.get(device_id)
    if best is None or BEST_FIRST.index(presence.evidence_class) < BEST_FIRST.index(
        best.evidence_class
    ):
        found[device_id] = presence


def window_of(as_of: date, window_days: int) -> tuple[datetime, datetime]:
    """Return between which moments a sighting counts: `window_days` days, the last one `as_of`.

    Days are those of Berlin.
    """
    end = datetime.combine(as_of + timedelta(days=1), time(0), BERLIN).astimezone(UTC)
    first = as_of - timedelta(days=window_days - 1)
    return datetime.combine(first, time(0), BERLIN).astimezone(UTC), end


async def evidence_as_of(
    session: AsyncSession, device_ids: Collection[int], as_of: date, window_days: int
) -> dict[int, Presence]:
    """Return each device's strongest class within the window before the end of a day.

    Reads the sightings themselves, so that the answer for a past day never changes: presence knows
    only the last moment. `last_seen_at` is the last sighting of that class kept within the window,
    or the exact moment where presence still knows it. Not seen: absent.
    """
    begin, end = window_of(as_of, window_days)
    found: dict[int, Presence] = {}
    for ids in _chunks(device_ids):
        for row in await session.execute(_last_sightings(ids, begin, end)):
            _keep_best(found, row[0], Presence(*row[1:]))
    exact = await best_presence(session, found, since=begin)
    return {
        device_id: exact[device_id]
        if _is_more_exact(exact.get(device_id), presence, end)
        else presence
        for device_id, presence in found.items()
    }


def _is_more_exact(exact: Presence | None, kept: Presence, end: datetime) -> bool:
    return (
        exact is not None
        and exact.evidence_class is kept.evidence_class
        and kept.last_seen_at <= exact.last_seen_at < end
    )


def _last_sightings(ids: Sequence[int], begin: datetime, end: datetime) -> Select[*tuple[Any, ...]]:
    rank = (
        func.row_number()
        .over(
            partition_by=(_sightings.c.device_id, _sightings.c.evidence_class),
            order_by=(_sightings.c.seen_at.desc(), _sightings.c.id.desc()),
        )
        .label("rank")
    )
    first = func.min(_sightings.c.seen_at).over(
        partition_by=(_sightings.c.device_id, _sightings.c.evidence_class)
    )
    ranked = (
        select(
            _sightings.c.device_id,
            _sightings.c.evidence_class,
            first.label("first_seen_at"),
            _sightings.c.seen_at,
            _sightings.c.source,
            _sightings.c.serial,
            _sightings.c.node_id,
            _sightings.c.school_id,
            rank,
        )
        .where(
            _sightings.c.device_id.in_(ids),
            _sightings.c.seen_at >= begin,
            _sightings.c.seen_at < end,
        )
        .subquery()
    )
    columns = [column for column in ranked.c if column.name != "rank"]
    return select(*columns).where(ranked.c.rank == 1)


async def ambiguous_devices(session: AsyncSession, device_ids: Collection[int]) -> set[int]:
    """Return the devices whose serial number an undecided finding calls ambiguous."""
    causes = select(_findings.c.cause).where(
        _findings.c.kind == FindingKind.AMBIGUOUS_SERIAL,
        _findings.c.status == FindingStatus.OPEN,
    )
    found: set[int] = set()
    for ids in _chunks(device_ids):
        rows = await session.execute(
            select(_devices.c.id).where(
                _devices.c.id.in_(ids),
                ("ambiguous_serial:" + _devices.c.serial_normalised).in_(causes),
            )
        )
        found |= set(rows.scalars())
    return found


@dataclass(frozen=True, slots=True)
class FindingFilter:
    """What a list of findings is narrowed to."""

    status: FindingStatus | None = FindingStatus.OPEN
    school_id: int | None = None
    kind: FindingKind | None = None
    severity: str | None = None


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One line of the list of findings."""

    id: int
    kind: FindingKind
    status: FindingStatus
    severity: str
    title: str
    detail: str
    opened_at: datetime
    closed_at: datetime | None
    school_id: int | None
    school_name: str | None
    device_id: int | None
    inventory_number: str | None
    node_id: int | None
    node_name: str | None
    decision: str | None
    reason: str | None
    ignored_until: date | None
    facts: Mapping[str, Any]
    amount: Decimal | None
    priority: int
    effect: str
    decided_by: str | None


def seen_by(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that a finding lies within the scope."""
    if scope is None:
        return _findings.c.id.is_not(None)
    return _findings.c.school_id.in_(scope) if scope else false()


def _rows() -> Select[*tuple[Any, ...]]:
    return (
        select(
            _findings.c.id,
            _findings.c.kind,
            _findings.c.status,
            _findings.c.severity,
            _findings.c.title,
            _findings.c.detail,
            _findings.c.opened_at,
            _findings.c.closed_at,
            _findings.c.school_id,
            _schools.c.name,
            _findings.c.device_id,
            _devices.c.inventory_number,
            _findings.c.node_id,
            _nodes.c.name,
            _findings.c.decision,
            _findings.c.reason,
            _findings.c.ignored_until,
            _findings.c.facts,
            _findings.c.amount,
            _findings.c.priority,
            _findings.c.effect,
            _users.c.display_name,
        )
        .join_from(_findings, _schools, _schools.c.id == _findings.c.school_id, isouter=True)
        .join(_devices, _devices.c.id == _findings.c.device_id, isouter=True)
        .join(_nodes, _nodes.c.id == _findings.c.node_id, isouter=True)
        .join(_users, _users.c.id == _findings.c.decided_by_id, isouter=True)
    )


def _narrowed(narrowing: FindingFilter) -> list[ColumnElement[bool]]:
    pairs = (
        (_findings.c.status, narrowing.status),
        (_findings.c.school_id, narrowing.school_id),
        (_findings.c.kind, narrowing.kind),
        (_findings.c.severity, narrowing.severity),
    )
    return [column == value for column, value in pairs if value is not None]


async def list_findings(
    session: AsyncSession,
    scope: Scope,
    narrowing: FindingFilter,
    *,
    after: tuple[int, int] | None = None,
    limit: int = 50,
) -> list[FindingRow]:
    """Return findings by risk and money, the newest first of equals; at most `limit`.

    `after` is the last row's priority and id.
    """
    statement = _rows().where(seen_by(scope), *_narrowed(narrowing))
    if after is not None:
        priority, last_id = after
        statement = statement.where(
            or_(
                _findings.c.priority < priority,
                and_(_findings.c.priority == priority, _findings.c.id < last_id),
            )
        )
    ordered = statement.order_by(_findings.c.priority.desc(), _findings.c.id.desc())
    return [FindingRow(*row) for row in (await session.execute(ordered.limit(limit))).all()]


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """How many findings of a kind are open, and what hangs on them."""

    kind: FindingKind
    count: int
    amount: Decimal | None
    grave: int


async def group_findings(
    session: AsyncSession, scope: Scope, school_id: int | None = None
) -> list[FindingGroup]:
    """Return the open findings by kind, the one with the gravest and dearest first."""
    c = _findings.c
    rows = await session.execute(
        select(
            c.kind,
            func.count(),
            func.sum(c.amount, type_=c.amount.type),
            func.count().filter(c.severity == "error"),
        )
        .where(seen_by(scope), *_narrowed(FindingFilter(school_id=school_id)))
        .group_by(c.kind)
        .order_by(func.max(c.priority).desc(), c.kind)
    )
    return [FindingGroup(*row) for row in rows]


async def get_finding(session: AsyncSession, scope: Scope, finding_id: int) -> FindingRow:
    """Return one finding.

    Raises:
        NotFoundError: there is none, or not within the scope.
    """
    statement = _rows().where(_findings.c.id == finding_id, seen_by(scope))
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise NotFoundError("Diesen Befund gibt es nicht.")
    return FindingRow(*row)


async def count_findings(
    session: AsyncSession, scope: Scope, school_id: int | None = None
) -> Mapping[str, int]:
    """Return how many findings are open, by severity."""
    narrowing = FindingFilter(school_id=school_id)
    statement = (
        select(_findings.c.severity, func.count())
        .where(seen_by(scope), *_narrowed(narrowing))
        .group_by(_findings.c.severity)
    )
    rows = await session.execute(statement)
    return {row[0]: row[1] for row in rows}


async def count_findings_by_school(session: AsyncSession, scope: Scope) -> Mapping[int, int]:
    """Return how many findings are open, by school; schools without one are absent."""
    statement = (
        select(_findings.c.school_id, func.count())
        .where(
            seen_by(scope),
            _findings.c.status == FindingStatus.OPEN,
            _findings.c.school_id.is_not(None),
        )
        .group_by(_findings.c.school_id)
    )
    rows = await session.execute(statement)
    return {row[0]: row[1] for row in rows}


async def school_names(session: AsyncSession, ids: Collection[int]) -> Mapping[int, str]:
    """Return the names of these schools, by id."""
    if not ids:
        return {}
    statement = select(_schools.c.id, _schools.c.name).where(_schools.c.id.in_(ids))
    return {row.id: row.name for row in await session.execute(statement)}


async def school_choices(session: AsyncSession, scope: Scope) -> list[tuple[int, str]]:
    """Return the schools of a scope, for the filter."""
    statement = select(_schools.c.id, _schools.c.name).order_by(_schools.c.name)
    if scope is not None:
        statement = statement.where(_schools.c.id.in_(scope))
    return [(row.id, row.name) for row in await session.execute(statement)]
