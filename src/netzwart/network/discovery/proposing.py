"""Puts what was found into the inbox; what somebody decided stays decided."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.clock import utcnow
from netzwart.database import table_of
from netzwart.inventory.rules import normalised_serial
from netzwart.network.discovery.rules import reopens
from netzwart.network.discovery_tables import DiscoveredNode, DiscoveryRun, ProposalStatus
from netzwart.network.profiles.facts import DeviceFacts

_found = table_of(DiscoveredNode)
_LIMITS = {"vendor": 120, "model": 200, "firmware": 120, "serial": 120}


async def propose(
    session: AsyncSession,
    run: DiscoveryRun,
    address: str,
    facts: DeviceFacts,
    credential_id: int | None,
) -> bool:
    """Write down what answered; True if that is a new question to a person."""
    place = select(_found.c.id).where(_found.c.address == address, _found.c.port == run.port)
    known = await session.scalar(place)
    found = None if known is None else await session.get_one(DiscoveredNode, known)
    now = utcnow()
    values: dict[str, Any] = {**_values(facts), "credential_id": credential_id}
    if found is None:
        session.add(
            DiscoveredNode(
                school_id=run.school_id,
                run_id=run.id,
                address=address,
                port=run.port,
                first_seen_at=now,
                last_seen_at=now,
                **values,
            )
        )
        await session.flush()
        return True
    is_news = reopens(found.status, found.serial_normalised, values["serial_normalised"])
    if is_news:
        found.status = ProposalStatus.OPEN
        found.school_id = run.school_id
        found.reason, found.decided_by, found.decided_at, found.node_id = "", "", None, None
    if found.status is ProposalStatus.OPEN:
        for name, value in values.items():
            setattr(found, name, value)
    found.run_id, found.last_seen_at = run.id, now
    await session.flush()
    return is_news


def _values(facts: DeviceFacts) -> dict[str, Any]:
    def short(text: str | None, limit: int) -> str | None:
        return None if text is None else text[:limit]

    serial = short(normalised_serial(facts.serial), 120)
    return {name: short(getattr(facts, name), limit) for name, limit in _LIMITS.items()} | {
        "profile": facts.profile,
        "category": None if facts.category is None else str(facts.category),
        "serial_normalised": serial,
        "sys_name": short(facts.name, 255),
        "sys_location": short(facts.location, 255),
    }
