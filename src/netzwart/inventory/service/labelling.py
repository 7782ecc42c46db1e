"""Noting which devices bear their label."""

from collections.abc import Sequence

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.accounts.audit import record_audit
from netzwart.clock import today, utcnow
from netzwart.database import table_of
from netzwart.inventory.queries import DEVICE, EVENT
from netzwart.inventory.tables import Device, DeviceEventKind
from netzwart.schools.queries import at_schools

_DEVICE = table_of(Device)


async def note_labelled(session: AsyncSession, actor: Actor, ids: Sequence[int]) -> int:
    """Note today as the day on which these devices got their label; returns how many were new.

    Devices that have one already keep their day; what the actor may not change is passed over.
    """
    open_ones = (
        await session.execute(
            select(DEVICE.c.id, DEVICE.c.school_id)
            .where(
                DEVICE.c.id.in_(ids),
                DEVICE.c.labelled_on.is_(None),
                at_schools(DEVICE.c.school_id, actor.scope(Right.EDIT_INVENTORY)),
            )
            .order_by(DEVICE.c.id)
            .with_for_update(of=_DEVICE)
        )
    ).all()
    if not open_ones:
        return 0
    day, now = today(), utcnow()
    await session.execute(
        update(_DEVICE)
        .where(DEVICE.c.id.in_([row.id for row in open_ones]))
        .values(labelled_on=day, changed_at=now, version=DEVICE.c.version + 1)
    )
    await session.execute(
        insert(EVENT),
        [
            {
                "device_id": row.id,
                "at": now,
                "kind": DeviceEventKind.NOTED,
                "actor": actor.name[:200],
                "text": "Etikett angebracht",
                "data": {},
            }
            for row in open_ones
        ],
    )
    await record_audit(
        session,
        actor,
        "devices_labelled",
        "device",
        open_ones[0].id,
        school_id=open_ones[0].school_id,
        changes={"labelled_on": [None, day.isoformat()], "devices": [None, len(open_ones)]},
    )
    return len(open_ones)
