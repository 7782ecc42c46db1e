"""Keeps the exact last moment without a write per visit: the parts know when they told last."""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.clock import utcnow
from netzwart.database import table_of
from netzwart.evidence.rules import EvidenceClass
from netzwart.evidence.tables import DevicePresence
from netzwart.network.tables import Component

_components = table_of(Component)
_presences = table_of(DevicePresence)


async def sync_presence(session: AsyncSession) -> None:
    """Move the last moment of class A on to when the device's part told its serial number last.

    One statement. A part is linked to a device only by a serial number it told, so that its last
    moment is one at which the device was there.
    """
    c, p = _components.c, _presences.c
    told = (
        select(func.max(c.last_seen_at, type_=c.last_seen_at.type))
        .where(c.device_id == p.device_id, c.is_gone.is_(False))
        .scalar_subquery()
    )
    later = (
        select(c.id)
        .where(c.device_id == p.device_id, c.is_gone.is_(False), c.last_seen_at > p.last_seen_at)
        .exists()
    )
    now: datetime = utcnow()
    await session.execute(
        update(_presences)
        .where(p.evidence_class == EvidenceClass.A, later)
        .values(last_seen_at=told, changed_at=now, version=p.version + 1)
    )
