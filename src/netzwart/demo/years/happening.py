"""Lets a chapter of the story happen: to the thing itself, and to the record where people know."""

from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import SYSTEM
from netzwart.demo.years.story import Chapter, Happening
from netzwart.demo.years.wire import Reality, Thing
from netzwart.inventory.service.recording_devices import record_device, update_device
from netzwart.inventory.tables import Device, DeviceStatus


async def let_happen(session: AsyncSession, reality: Reality, chapter: Chapter) -> None:
    """Change reality; the record only by what people would write."""
    thing = reality.of(chapter.school, chapter.category)[chapter.number - 1]
    if chapter.what is Happening.CARRIED:
        thing.school = chapter.target
    elif chapter.what is Happening.REPLACED:
        await _replace(session, thing)
    else:
        thing.is_there = False
    if chapter.what is Happening.SENT_IN:
        device = await session.get_one(Device, thing.device_id)
        values = {"status": DeviceStatus.IN_REPAIR}
        await update_device(session, SYSTEM, device, values, reason="Garantiefall (RMA)")


async def _replace(session: AsyncSession, thing: Thing) -> None:
    """Record the maker's new thing in the store; it answers where the old one did."""
    old = await session.get_one(Device, thing.device_id)
    new = await record_device(
        session,
        SYSTEM,
        {
            "inventory_number": f"{old.inventory_number}-E",
            "model_id": old.model_id,
            "serial": f"{thing.serial}R",
            "mac": "02:de:00:00:ee:01",
            "school_id": old.school_id,
            "status": DeviceStatus.IN_STORAGE,
        },
    )
    thing.device_id, thing.serial, thing.mac = new.id, f"{thing.serial}R", new.mac
    thing.is_there = True
