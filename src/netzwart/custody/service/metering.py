"""Counts power and wireless clients every quarter of an hour, from what the poller read anyway."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import case, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.clock import BERLIN, utcnow
from netzwart.custody.rules.using import LESSONS, SAMPLE
from netzwart.custody.tables import UseDay
from netzwart.database import insert_into, table_of
from netzwart.jobs import Every, JobContext, Task
from netzwart.network.tables import Node
from netzwart.schools.queries import school_calendars

_nodes = table_of(Node)
_use = table_of(UseDay)


async def meter_use(session: AsyncSession) -> int:
    """Add each node's last reading to its day, unless it was added before; returns how many.

    A reading older than two quarters of an hour says nothing about now.
    """
    now = utcnow()
    n = _nodes.c
    rows = await session.execute(
        select(n.id, n.school_id, n.readings, n.readings_at)
        .where(n.readings_at.between(now - 2 * SAMPLE, now), n.is_enabled.is_(True))
        .order_by(n.id)
    )
    calendars = await school_calendars(session)
    day = now.astimezone(BERLIN).date()
    lessons = LESSONS[0] <= now.astimezone(BERLIN).time() < LESSONS[1]
    values: list[dict[str, Any]] = []
    for row in rows:
        is_school = lessons and calendars[row.school_id].is_school_day(day)
        power, clients = _power_mw(row.readings), _clients(row.readings) if is_school else None
        if power is not None or clients is not None:
            values.append(
                {
                    "node_id": row.id,
                    "day": day,
                    "power_samples": int(power is not None),
                    "power_mw": power or 0,
                    "client_samples": int(clients is not None),
                    "client_sum": clients or 0,
                    "client_max": clients or 0,
                    "sampled_at": row.readings_at,
                    "created_at": now,
                    "changed_at": now,
                    "version": 1,
                }
            )
    if values:
        await _add(session, values, now)
    return len(values)


async def _add(session: AsyncSession, values: list[dict[str, Any]], now: datetime) -> None:
    statement = await insert_into(session, _use)
    told, kept = statement.excluded, _use.c
    summed = ("power_samples", "power_mw", "client_samples", "client_sum")
    changed: dict[str, Any] = {name: kept[name] + told[name] for name in summed}
    more = told.client_max > kept.client_max
    changed["client_max"] = case((more, told.client_max), else_=kept.client_max)
    changed |= {"sampled_at": told.sampled_at, "changed_at": now, "version": kept.version + 1}
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["node_id", "day"],
            set_=changed,
            where=told.sampled_at > kept.sampled_at,
        ),
        values,
    )


def _power_mw(readings: Mapping[str, Any]) -> int | None:
    poe: Mapping[str, Any] = readings.get("poe") or {}
    watts = poe.get("used_watts")
    return round(watts * 1000) if isinstance(watts, int | float) and watts >= 0 else None


def _clients(readings: Mapping[str, Any]) -> int | None:
    told = readings.get("wireless_clients")
    return told if isinstance(told, int) and told >= 0 else None


async def _meter(context: JobContext, arguments: Mapping[str, Any]) -> None:
    """Meter once; running twice counts nothing twice."""
    del arguments
    async with context.database.session() as session:
        await meter_use(session)


METER_USE = Task("meter_use", _meter, max_attempts=2, timetable=Every(SAMPLE.seconds))
