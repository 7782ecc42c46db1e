"""Lets a visit that tells nothing new cost nothing: what was kept today is not written again.

A node tells the same serial numbers all day. They are kept once a day, and the exact last moment
stands with the node's parts (`syncing_presence`); so a repeated visit needs no statement at all.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import event, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session as SyncSession

from netzwart.database import table_of
from netzwart.evidence.service.recording_visits import record_node_visit
from netzwart.inventory.tables import Device
from netzwart.network.polling.visits import SeenSerial, Visit

_devices = table_of(Device)

INVENTORY_LOOK_S = 30.0
"""Seconds after which a device that was recorded meanwhile is noticed by the next visit."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a node told when it was last kept, and which devices that meant."""

    school_id: int
    day: date
    serials: tuple[SeenSerial, ...]
    inventory: datetime | None
    devices: Mapping[str, int]


class VisitMemory:
    """One worker's memory of its nodes' last kept visits; empty after a restart, which is safe."""

    def __init__(self) -> None:
        self._kept: dict[int, _Kept] = {}
        self._inventory: datetime | None = None
        self._looked_at: float | None = None

    async def record(self, session: AsyncSession, visit: Visit) -> Mapping[str, int]:
        """Record a visit as `record_node_visit` does, or do nothing if all of it is kept already.

        This is the `ReportVisit` of the worker.
        """
        await self._look_at_inventory(session)
        kept = self._kept.get(visit.node_id)
        if kept is not None and self._is_told(kept, visit):
            return kept.devices
        devices = await record_node_visit(session, visit)
        now = _Kept(visit.school_id, visit.seen_at.date(), visit.serials, self._inventory, devices)
        self._remember_once_committed(session, visit.node_id, now)
        return devices

    def _is_told(self, kept: _Kept, visit: Visit) -> bool:
        return (
            kept.serials == visit.serials
            and kept.day == visit.seen_at.date()
            and kept.school_id == visit.school_id
            and kept.inventory == self._inventory
        )

    async def _look_at_inventory(self, session: AsyncSession) -> None:
        """Ask now and then whether any device changed: it may be one that a node has told of."""
        if self._looked_at is not None and time.monotonic() - self._looked_at < INVENTORY_LOOK_S:
            return
        newest = func.max(_devices.c.changed_at, type_=_devices.c.changed_at.type)
        self._inventory = (await session.execute(select(newest))).scalar()
        self._looked_at = time.monotonic()

    def _remember_once_committed(self, session: AsyncSession, node_id: int, kept: _Kept) -> None:
        """Believe in what was written only when it is committed: a rollback loses the sighting."""

        def remember(_: SyncSession) -> None:
            self._kept[node_id] = kept

        event.listen(session.sync_session, "after_commit", remember, once=True)
