"""Forgets which end devices were where: what is gone is of use for some weeks, not for ever."""

from collections.abc import Mapping
from datetime import time, timedelta
from typing import Any

import structlog
from sqlalchemy import delete

from netzwart.clock import utcnow
from netzwart.database import Database, table_of
from netzwart.jobs import Daily, JobContext, Task
from netzwart.network.topology_tables import AddressEntry, ForwardingEntry

KEEP = timedelta(days=30)
"""MAC and IP addresses of pupils' own devices are personal data (GDPR, article 5(1)(e))."""

_log = structlog.get_logger()


async def forget_gone(database: Database) -> int:
    """Delete MAC and ARP rows that have been gone for longer than `KEEP`; returns how many."""
    before, count = utcnow() - KEEP, 0
    async with database.session() as session:
        for record in (ForwardingEntry, AddressEntry):
            table = table_of(record)
            gone = await session.execute(
                delete(table)
                .where(table.c.is_gone.is_(True), table.c.last_seen_at < before)
                .returning(table.c.id)
            )
            count += len(gone.all())
    return count


async def _run(context: JobContext, arguments: Mapping[str, Any]) -> None:
    del arguments
    _log.info("endpoints_forgotten", rows=await forget_gone(context.database))


FORGET_ENDPOINTS = Task("network.forget_endpoints", _run, timetable=Daily(time(3, 40)))
