"""One visit to one node: uptime first, then interfaces, then parts; a silent node is data."""

import time
from dataclasses import dataclass, field
from typing import assert_never

from netzwart.clock import utcnow
from netzwart.network.polling.reading import (
    ComponentReading,
    InterfaceStatus,
    PollError,
    StatusReading,
)
from netzwart.network.polling.standard_tables import (
    COMPONENT_COLUMNS,
    INTERFACE_COLUMNS,
    SYS_DESCR,
    SYS_NAME,
    SYS_OBJECT_ID,
    SYSTEM,
    Table,
    missing_interface_columns,
    read_components,
    read_interfaces,
    uptime_s,
)
from netzwart.network.profiles.cleaning import text_of
from netzwart.network.protocols.replies import (
    AuthenticationFailedError,
    MalformedReplyError,
    NoAnswerError,
    RefusedError,
    SnmpTarget,
    SnmpWire,
    WireError,
)

_DESCRIPTION_LIMIT = 1000
_OBJECT_ID_LIMIT = 200


@dataclass(slots=True)
class _Visit:
    """What a visit has gathered so far, for the reading at its end."""

    started: float = field(default_factory=time.monotonic)
    uptime_s: int | None = None
    name: str | None = None
    object_id: str | None = None
    description: str | None = None
    table: Table | None = None
    interfaces: tuple[InterfaceStatus, ...] | None = None
    components: tuple[ComponentReading, ...] | None = None

    def reading(self, *, reachable: bool, problem: WireError | None) -> StatusReading:
        kind = error_kind(problem) if problem else None
        return StatusReading(
            reachable=reachable,
            taken_at=utcnow(),
            duration_ms=round((time.monotonic() - self.started) * 1000),
            error=kind,
            error_text=f"{error_sentence(kind)} ({problem})" if kind else None,
            uptime_s=self.uptime_s,
            name=self.name,
            object_id=self.object_id,
            description=self.description,
            interfaces=self.interfaces,
            components=self.components,
        )


async def probe_status(
    target: SnmpTarget, wire: SnmpWire, *, with_components: bool
) -> StatusReading:
    """Return how the node is; of a silent one that it is silent, and why. Raises nothing.

    Parts change rarely, so most polls leave `with_components` off.
    """
    return (await probe_with_table(target, wire, with_components=with_components))[0]


async def probe_with_table(
    target: SnmpTarget, wire: SnmpWire, *, with_components: bool
) -> tuple[StatusReading, Table | None]:
    """Return what `probe_status` does, and the interfaces' table if it was read to its end."""
    visit = _Visit()
    try:
        await _ask_system(visit, target, wire)
    except WireError as problem:
        return visit.reading(reachable=False, problem=problem), None
    problem: WireError | None = None
    try:
        await _ask_interfaces(visit, target, wire)
        if with_components:
            visit.components = read_components(await wire.walk(target, COMPONENT_COLUMNS))
    except WireError as caught:
        problem = caught
    return visit.reading(reachable=True, problem=problem), visit.table


async def _ask_system(visit: _Visit, target: SnmpTarget, wire: SnmpWire) -> None:
    system = await wire.get(target, SYSTEM)
    visit.uptime_s = uptime_s(system)
    visit.name = text_of(system.get(SYS_NAME))
    visit.object_id = text_of(system.get(SYS_OBJECT_ID), _OBJECT_ID_LIMIT)
    visit.description = text_of(system.get(SYS_DESCR), _DESCRIPTION_LIMIT)


async def _ask_interfaces(visit: _Visit, target: SnmpTarget, wire: SnmpWire) -> None:
    table = await wire.walk(target, INTERFACE_COLUMNS)
    missing = missing_interface_columns(table)
    if missing:
        table = {**table, **await wire.walk(target, missing)}
    visit.table, visit.interfaces = table, read_interfaces(table)


def error_kind(problem: WireError) -> PollError:
    """Return the kind that a wire's error is recorded as."""
    match problem:
        case NoAnswerError():
            return PollError.NO_ANSWER
        case AuthenticationFailedError():
            return PollError.AUTHENTICATION_FAILED
        case MalformedReplyError():
            return PollError.MALFORMED_REPLY
        case RefusedError() | WireError():
            return PollError.REFUSED


def error_sentence(kind: PollError) -> str:
    """Return what a person reads about this kind of error."""
    match kind:
        case PollError.NO_ANSWER:
            return "Keine Antwort"
        case PollError.AUTHENTICATION_FAILED:
            return "Zugangsdaten abgelehnt"
        case PollError.REFUSED:
            return "Abfrage abgelehnt"
        case PollError.MALFORMED_REPLY:
            return "Unlesbare Antwort"
        case _:
            assert_never(kind)
