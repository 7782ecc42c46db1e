"""Deletes sightings once every retention period of their device has ended; the hash stays."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import SYSTEM, Actor
from netzwart.accounts.audit import record_audit
from netzwart.clock import today
from netzwart.custody.binding import CLOSED, heads_of
from netzwart.custody.queries import load_devices
from netzwart.custody.rules.retaining import Kept, end_of_unfunded, keep_until
from netzwart.database import table_of
from netzwart.evidence.tables import Sighting
from netzwart.funding.queries import load_grants
from netzwart.funding.settlement import can_be_settled, settle_grant
from netzwart.inventory.tables import Device
from netzwart.ledger.erasing import Erasure, erase_rows
from netzwart.proofs.dating import days_of, deadlines_of, earmark_of_device

_devices = table_of(Device)
_sightings = table_of(Sighting)
_CHUNK = 500
REASON = "Alle Aufbewahrungsfristen sind abgelaufen"


@dataclass(frozen=True, slots=True)
class Expired:
    """Sightings that nothing keeps any more: id → the day they had to be kept to."""

    of_devices: Mapping[int, date]
    of_nobody: Mapping[int, date]
    devices: int
    """How many devices they are about."""

    @property
    def all(self) -> dict[int, date]:
        """Return both together."""
        return {**self.of_devices, **self.of_nobody}


async def find_expired(session: AsyncSession) -> Expired:
    """Return what could be deleted today."""
    ends = {key: end for key, end in (await _ends(session)).items() if end and end < today()}
    of_devices: dict[int, date] = {}
    ids = sorted(ends)
    for start in range(0, len(ids), _CHUNK):
        rows = await session.execute(
            select(_sightings.c.id, _sightings.c.device_id).where(
                _sightings.c.device_id.in_(ids[start : start + _CHUNK])
            )
        )
        of_devices |= {row.id: ends[row.device_id or 0] for row in rows}
    return Expired(of_devices, await _of_nobody(session), len(ends))


async def erase_expired(session: AsyncSession, actor: Actor) -> Erasure:
    """Delete what `find_expired` returns and note it in the audit trail."""
    expired = await find_expired(session)
    connection = await session.connection()
    done = await connection.run_sync(
        lambda sync: erase_rows(sync, _sightings.name, expired.all, REASON)
    )
    if done.erased or done.altered:
        told = {"erased": done.erased, "altered": done.altered, "devices": expired.devices}
        await record_audit(
            session, actor, "sightings_erased", "sighting", None,
            changes={key: [None, value] for key, value in told.items()}, reason=REASON,
        )  # fmt: skip
    return done


async def _of_nobody(session: AsyncSession) -> dict[int, date]:
    """Return sightings that mean no device of the record, and are old enough."""
    last_year = today().year - 1
    before = datetime(last_year - 9, 1, 1, tzinfo=UTC) - timedelta(hours=1)  # Berlin begins earlier
    rows = await session.execute(
        select(_sightings.c.id, _sightings.c.seen_at).where(
            _sightings.c.device_id.is_(None), _sightings.c.seen_at < before
        )
    )
    found = {row.id: end_of_unfunded(row.seen_at.date()) for row in rows}
    return {key: end for key, end in found.items() if end < today()}


async def _ends(session: AsyncSession) -> Mapping[int, date | None]:
    """Return until when each device's evidence is kept; a chain of swaps is kept as a whole."""
    periods: dict[int, list[date | None]] = defaultdict(list)
    for record in await load_grants(session, SYSTEM, today()):
        if not can_be_settled(record):
            for device in record.devices:
                periods[device.id].append(None)
            continue
        grant = settle_grant(record, today())
        days, kept = days_of(grant), deadlines_of(grant).retain_until
        for device in record.devices:
            periods[device.id] += [kept, earmark_of_device(days, device)]
    rows = await session.execute(
        select(_devices.c.id, _devices.c.status, _devices.c.disposed_on, _devices.c.changed_at)
    )
    present: dict[int, Any] = {row[0]: row for row in rows}
    heads = heads_of(await load_devices(session))
    chains: dict[int, list[int]] = defaultdict(list)
    for device_id in present:
        chains[heads.get(device_id, device_id)].append(device_id)
    found: dict[int, date | None] = {}
    for head, members in chains.items():
        row = present[head]
        is_closed = row.status in CLOSED
        went = (row.disposed_on or row.changed_at.date()) if is_closed else None
        wanted = [end for member in members for end in periods[member]]
        end = keep_until(Kept(is_closed, went, wanted))
        found |= dict.fromkeys(members, end)
    return found
