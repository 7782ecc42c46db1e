"""What one run of the watch looks at, loaded once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import SYSTEM
from netzwart.clock import today, utcnow
from netzwart.custody import queries
from netzwart.custody.binding import Binding, bindings_of, bound_heads
from netzwart.custody.queries import DeviceRow
from netzwart.funding.queries import load_grants
from netzwart.funding.queries.records import GrantRecord
from netzwart.funding.settlement import can_be_settled, settle_grant
from netzwart.money import ZERO


@dataclass(frozen=True, slots=True)
class Sight:
    """Devices and what binds them, as of now."""

    at: datetime
    day: date
    devices: Mapping[int, DeviceRow]
    bindings: Mapping[int, Binding]
    """By device."""
    heads: Mapping[int, Binding]
    """By the head of its chain of swaps, predecessors included."""
    nodes: Mapping[int, int]
    """By device, the node that answers for it."""


async def look(session: AsyncSession) -> Sight:
    """Load what binds which device; the number of statements does not depend on the rows."""
    records = await load_grants(session, SYSTEM, today())
    settled = [settle_grant(record, today()) for record in records if can_be_settled(record)]
    bindings = bindings_of(settled)
    for record in records:
        if not can_be_settled(record):
            bindings |= _unsettled(record, bindings)
    devices = await queries.load_devices(session)
    return Sight(
        at=utcnow(),
        day=today(),
        devices=devices,
        bindings=bindings,
        heads=bound_heads(devices, bindings),
        nodes=await queries.nodes_of_devices(session),
    )


def _unsettled(record: GrantRecord, known: Mapping[int, Binding]) -> dict[int, Binding]:
    """Bind the devices of a grant that cannot be computed yet: no euros, no known end."""
    mine = Binding(ZERO, None, (record.head.number,))
    return {
        device.id: known[device.id].joined(mine) if device.id in known else mine
        for device in record.devices
    }
