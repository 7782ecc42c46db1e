"""Asks the database whether what must always hold does hold."""

import hashlib
from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.clock import today
from netzwart.database import table_of
from netzwart.evidence.tables import DevicePresence, Sighting
from netzwart.funding.purchase_tables import CostShare, InvoiceLine
from netzwart.inventory.rules import normalised_serial
from netzwart.inventory.tables import Device
from netzwart.ledger.checking import check_chain
from netzwart.reports.tables import IssuedDocument

SHOWN = 50


async def check_database(session: AsyncSession) -> Sequence[str]:
    """Return one German sentence per fault, at most 50 of a kind; empty if all is well."""
    faults: list[str] = []
    faults += await _shares(session)
    faults += await _serials(session)
    faults += await _presences(session)
    faults += await _documents(session)
    faults += await _chain(session)
    return faults


async def _shares(session: AsyncSession) -> list[str]:
    """CHK-03: the shares of a line are the line."""
    line, share = table_of(InvoiceLine), table_of(CostShare)
    total = func.sum(share.c.amount)
    query = (
        select(line.c.id, line.c.gross, total)
        .join_from(line, share, share.c.invoice_line_id == line.c.id)
        .group_by(line.c.id, line.c.gross)
        .having(total != line.c.gross)
        .limit(SHOWN)
    )
    return [
        f"Rechnungsposition {line_id}: Anteile {Decimal(shared):.2f} €, Position {gross:.2f} €."
        for line_id, gross, shared in (await session.execute(query)).all()
    ]


async def _serials(session: AsyncSession) -> list[str]:
    """The normalised serial is what the rule makes of the serial."""
    device = table_of(Device)
    query = select(device.c.inventory_number, device.c.serial, device.c.serial_normalised)
    rows = (await session.execute(query)).all()
    wrong = [number for number, serial, kept in rows if normalised_serial(serial) != kept]
    return [f"Gerät {number}: Seriennummer ist falsch normalisiert." for number in wrong[:SHOWN]]


async def _presences(session: AsyncSession) -> list[str]:
    """Nothing was seen that has no sighting."""
    presence, sighting = table_of(DevicePresence), table_of(Sighting)
    has_sighting = select(sighting.c.id).where(sighting.c.device_id == presence.c.device_id)
    query = select(presence.c.device_id).where(~has_sighting.exists()).limit(SHOWN)
    return [
        f"Gerät {device_id}: gilt als gesehen, aber ohne Sichtung."
        for device_id in (await session.execute(query)).scalars()
    ]


async def _documents(session: AsyncSession) -> list[str]:
    """CHK-30: an issued document still has its bytes."""
    issued = table_of(IssuedDocument)
    faults: list[str] = []
    query = select(issued.c.number, issued.c.sha256, issued.c.pdf).order_by(issued.c.id)
    for number, sha256, pdf in await session.execute(query):
        if hashlib.sha256(pdf).hexdigest() != sha256:
            faults.append(f"Dokument {number}: Inhalt und SHA-256 stimmen nicht überein.")
    return faults


async def _chain(session: AsyncSession) -> list[str]:
    """No row under a seal was changed or taken away, no seal is missing, the journal agrees."""
    issued = table_of(IssuedDocument)
    printed = await session.execute(
        select(issued.c.seal_root).where(issued.c.seal_root.is_not(None)).distinct()
    )
    _, faults = await check_chain(session, today(), [str(root) for root in printed.scalars()])
    return [f"Siegelkette: {fault}" for fault in faults]
