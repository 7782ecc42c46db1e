"""Writes one visit: state, what changed, incidents, parts and sightings, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.clock import utcnow
from netzwart.database import table_of
from netzwart.inventory.tables import Device, DeviceModel
from netzwart.network.history.packing import pack_sample
from netzwart.network.history.storing import store_samples
from netzwart.network.poll_log import PollCause
from netzwart.network.polling.due import ClaimedNode
from netzwart.network.polling.members import logged
from netzwart.network.polling.reading import StatusReading
from netzwart.network.polling.recording_interfaces import record_interfaces
from netzwart.network.polling.recording_parts import (
    PartNews,
    link_devices,
    record_parts,
)
from netzwart.network.polling.status_sheets import sample_of
from netzwart.network.polling.turns import backed_off_s
from netzwart.network.polling.visits import ReportVisit, Visit
from netzwart.network.profiles.facts import DeviceFacts
from netzwart.network.rules import (
    VERIFY_AFTER_S,
    Change,
    IncidentEnd,
    IncidentStart,
    Verdict,
    judge_node,
    next_poll_at,
)
from netzwart.network.tables import Incident, MaintenanceWindow, Node, StateChange
from netzwart.network.topology.recording import record_neighbours

_nodes = table_of(Node)
_devices = table_of(Device)
_models = table_of(DeviceModel)
_changes = table_of(StateChange)
_incidents = table_of(Incident)
_windows = table_of(MaintenanceWindow)
_CHANGE_LIMIT = 255


async def record_visit(
    session: AsyncSession,
    node: ClaimedNode,
    reading: StatusReading,
    facts: DeviceFacts | None,
    report: ReportVisit,
    *,
    interval_s: int,
    source: str = "snmp",
) -> bool:
    """Write all that a visit found; False, and nothing written, if the lease ran out meanwhile."""
    verdict = judge_node(node.known, reading)
    facts = facts if facts is not None and facts.reachable else None
    news = await record_parts(session, node.id, facts, reading, source)
    ports = await record_interfaces(session, node, reading, verdict)
    starts = (*verdict.starts, *ports.starts)
    is_surprising = verdict.needs_verification or bool(ports.starts)
    values = (
        _state(reading, verdict, news)
        | _identity(facts, reading)
        | {"poll_log": logged(node.poll_log, reading, node.poll_cause)}
    )
    school_id = await _write_node(
        session, node, values, is_surprising=is_surprising, interval_s=interval_s
    )
    if school_id is None:
        await session.rollback()
        return False
    changes = (*verdict.changes, *_firmware_change(node, facts), *news.changes, *ports.changes)
    await _write_changes(session, node.id, changes, reading, ports.ids)
    await _end_incidents(session, node.id, (*verdict.ends, *ports.ends), reading, ports.ids)
    await _start_incidents(session, node.id, school_id, starts, reading, ports.ids)
    await _keep_sample(session, node.id, reading)
    if facts is not None and facts.error is None:
        await record_neighbours(session, node.id, facts.neighbours, reading.taken_at)
    if news.serials:
        visit = Visit(node.id, node.name, school_id, reading.taken_at, source, news.serials)
        devices = await report(session, visit)
        await link_devices(session, node.id, news.serials, devices)
        if facts is not None and facts.category is None:
            await _take_category(session, node.id, news, devices)
    return True


async def _keep_sample(session: AsyncSession, node_id: int, reading: StatusReading) -> None:
    sample = sample_of(reading)
    if sample is not None:
        await store_samples(session, [(node_id, reading.taken_at, pack_sample(sample))])


async def _take_category(
    session: AsyncSession, node_id: int, news: PartNews, devices: Mapping[str, int]
) -> None:
    """Let the inventory say what kind of node this is, where no profile knows it."""
    wholes = [
        devices[one.position] for one in news.serials if one.is_whole and one.position in devices
    ]
    if not wholes:
        return
    category = (
        select(_models.c.category)
        .join_from(_devices, _models, _models.c.id == _devices.c.model_id)
        .where(_devices.c.id == wholes[0])
        .scalar_subquery()
    )
    await session.execute(update(_nodes).where(_nodes.c.id == node_id).values(category=category))


async def record_unaskable(
    session: AsyncSession, node: ClaimedNode, reason: str, *, interval_s: int
) -> None:
    """Note why a node could not even be asked; that says nothing about how it is."""
    now = utcnow()
    values = {"last_error": reason, "last_polled_at": now}
    await _write_node(session, node, values, is_surprising=False, interval_s=interval_s)


def _state(reading: StatusReading, verdict: Verdict, news: PartNews) -> dict[str, Any]:
    values: dict[str, Any] = {
        "reachability": verdict.reachability,
        "reachability_since": verdict.reachability_since,
        "failed_polls": verdict.failed_polls,
        "booted_at": verdict.booted_at,
        "last_error": None if reading.error_text is None else reading.error_text[:500],
        "last_polled_at": reading.taken_at,
        "last_duration_ms": reading.duration_ms,
    }
    if reading.reachable:
        values["last_answered_at"] = reading.taken_at
        said = {
            "sys_name": reading.name,
            "object_id": reading.object_id,
            "sys_description": reading.description,
        }
        values |= {name: text for name, text in said.items() if text is not None}
    if news.has_unknown_serial:
        values["identified_at"] = None  # the next poll asks who it is now
    return values


def _identity(facts: DeviceFacts | None, reading: StatusReading) -> dict[str, Any]:
    if facts is None:
        return {}
    limits = {"vendor": 120, "model": 200, "firmware": 120, "serial": 120}
    values: dict[str, Any] = {
        name: text[:limit]
        for name, limit in limits.items()
        if (text := getattr(facts, name)) is not None
    }
    if facts.location is not None:
        values["sys_location"] = facts.location[:255]
    if facts.profile is not None or facts.error is None:
        values |= {
            "profile": facts.profile,
            "category": None if facts.category is None else str(facts.category),
        }
    health = {
        name: value for name, value in asdict(facts.health).items() if value not in (None, ())
    }
    at = reading.taken_at
    return values | {"readings": health, "readings_at": at, "identified_at": at}


def _firmware_change(node: ClaimedNode, facts: DeviceFacts | None) -> tuple[Change, ...]:
    if facts is None or facts.firmware is None or node.firmware in (None, facts.firmware):
        return ()
    return (Change("firmware", node.firmware, facts.firmware),)


async def _write_node(
    session: AsyncSession,
    node: ClaimedNode,
    values: Mapping[str, Any],
    *,
    is_surprising: bool,
    interval_s: int,
) -> int | None:
    """Write the node and give it free; returns its school, or None if it is not ours any more."""
    now = utcnow()
    interval = node.poll_interval_s or interval_s
    interval = backed_off_s(interval, int(values.get("failed_polls", 0)))
    turn = next_poll_at(node.id, interval, now)
    cause = None
    if is_surprising:
        turn = min(turn, now + timedelta(seconds=VERIFY_AFTER_S))
        cause = PollCause.VERIFY.value
    found = await session.execute(
        update(_nodes)
        .where(_nodes.c.id == node.id, _nodes.c.claimed_until == node.claimed_until)
        .values(**values, next_poll_at=turn, poll_cause=cause, claimed_until=None)
        .returning(_nodes.c.school_id)
    )
    return found.scalar_one_or_none()


async def _write_changes(
    session: AsyncSession,
    node_id: int,
    changes: Sequence[Change],
    reading: StatusReading,
    interface_ids: Mapping[int, int],
) -> None:
    at = reading.taken_at
    rows = [
        {
            "node_id": node_id,
            "interface_id": None if change.index is None else interface_ids.get(change.index),
            "at": at,
            "what": change.what,
            "before": None if change.before is None else change.before[:_CHANGE_LIMIT],
            "after": None if change.after is None else change.after[:_CHANGE_LIMIT],
            "created_at": at,
            "changed_at": at,
            "version": 1,
        }
        for change in changes
    ]
    if rows:
        await session.execute(insert(_changes), rows)


async def _end_incidents(
    session: AsyncSession,
    node_id: int,
    ends: Sequence[IncidentEnd],
    reading: StatusReading,
    interface_ids: Mapping[int, int],
) -> None:
    for kind in sorted({end.kind for end in ends}):
        ports = [end.index for end in ends if end.kind is kind and end.index is not None]
        where = [
            _incidents.c.node_id == node_id,
            _incidents.c.kind == kind,
            _incidents.c.ended_at.is_(None),
        ]
        if ports:
            ids = [interface_ids[index] for index in ports if index in interface_ids]
            where.append(_incidents.c.interface_id.in_(ids))
        at = reading.taken_at
        await session.execute(
            update(_incidents)
            .where(*where)
            .values(ended_at=at, changed_at=at, version=_incidents.c.version + 1)
        )


async def _start_incidents(
    session: AsyncSession,
    node_id: int,
    school_id: int,
    starts: Sequence[IncidentStart],
    reading: StatusReading,
    interface_ids: Mapping[int, int],
) -> None:
    """Write incidents that are not open yet; a planned maintenance has none."""
    if not starts or await _is_maintained(session, node_id, school_id, reading):
        return
    still_open = await session.execute(
        select(_incidents.c.kind, _incidents.c.interface_id).where(
            _incidents.c.node_id == node_id, _incidents.c.ended_at.is_(None)
        )
    )
    known = {(str(row.kind), row.interface_id) for row in still_open}
    at = reading.taken_at
    rows: list[dict[str, Any]] = []
    for start in starts:
        port = None if start.index is None else interface_ids.get(start.index)
        if (str(start.kind), port) in known and not start.is_over:
            continue
        rows.append(
            {
                "node_id": node_id,
                "interface_id": port,
                "school_id": school_id,
                "kind": start.kind,
                "started_at": start.since,
                "ended_at": start.since if start.is_over else None,
                "text": start.text[:500],
                "created_at": at,
                "changed_at": at,
                "version": 1,
            }
        )
    if rows:
        await session.execute(insert(_incidents), rows)


async def _is_maintained(
    session: AsyncSession, node_id: int, school_id: int, reading: StatusReading
) -> bool:
    at = reading.taken_at
    of_school = _windows.c.node_id.is_(None) & (_windows.c.school_id == school_id)
    statement = select(_windows.c.id).where(
        or_(_windows.c.node_id == node_id, of_school),
        _windows.c.starts_at <= at,
        _windows.c.ends_at > at,
    )
    return (await session.execute(statement.limit(1))).first() is not None
