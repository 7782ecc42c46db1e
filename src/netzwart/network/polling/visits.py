"""What a visit tells the domains above: which serial numbers a node answered with."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class SeenSerial:
    """One part and the serial number it gave."""

    position: str
    kind: str
    serial: str
    manufacturer: str | None = None
    model: str | None = None
    replaced: str | None = None
    """The serial number this place had before, if it had another one."""
    is_whole: bool = False
    """True for a chassis or stack member, which an inventory lists; modules need not be listed."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit to one node, as a witness tells it."""

    node_id: int
    node_name: str
    school_id: int
    seen_at: datetime
    source: str
    """`snmp` or `ssh`."""
    serials: tuple[SeenSerial, ...]


ReportVisit = Callable[[AsyncSession, Visit], Awaitable[Mapping[str, int]]]
"""Takes a visit within the recording transaction; returns position → id of the device it is."""


async def report_to_nobody(session: AsyncSession, visit: Visit) -> Mapping[str, int]:
    """Know no device: for tests and tools that only poll."""
    del session, visit
    return {}
