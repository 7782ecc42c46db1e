"""Writes a node's interfaces: what is new, what changed, what is gone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.database import table_of
from netzwart.network.polling.due import ClaimedNode
from netzwart.network.polling.reading import InterfaceStatus, StatusReading
from netzwart.network.rules import (
    Change,
    IncidentEnd,
    IncidentKind,
    IncidentStart,
    KnownInterface,
    PortVerdict,
    Verdict,
    gone,
    judge_interface,
)
from netzwart.network.tables import Interface

_interfaces = table_of(Interface)
_MEASURED = (
    "name",
    "alias",
    "type",
    "mac",
    "speed_bps",
    "admin",
    "oper",
    "oper_since",
    "in_octets",
    "out_octets",
    "in_errors",
    "out_errors",
    "in_bps",
    "out_bps",
    "is_gone",
)


@dataclass(frozen=True, slots=True)
class InterfaceNews:
    """What happened at the interfaces; `ids` maps ifIndex to the row of those known before."""

    ids: Mapping[int, int]
    changes: tuple[Change, ...] = ()
    starts: tuple[IncidentStart, ...] = ()
    ends: tuple[IncidentEnd, ...] = ()


async def record_interfaces(
    session: AsyncSession, node: ClaimedNode, reading: StatusReading, verdict: Verdict
) -> InterfaceNews:
    """Write the interfaces and return what happened at them."""
    if reading.interfaces is None:
        await _forget_rates(session, node.id)
        return InterfaceNews({})
    rows = await session.execute(
        select(_interfaces).where(_interfaces.c.node_id == node.id).order_by(_interfaces.c.index)
    )
    # As mappings: on a plain row, `.index` is the method of tuples.
    known: dict[int, RowMapping] = {row["index"]: row for row in rows.mappings()}
    ids: dict[int, int] = {index: row["id"] for index, row in known.items()}
    seconds = _seconds_since(node, reading, verdict)
    verdicts = {
        status.index: judge_interface(
            _known(known[status.index]), status, taken_at=reading.taken_at, seconds=seconds
        )
        for status in reading.interfaces
        if status.index in known
    }
    await _insert(
        session, node.id, reading, [s for s in reading.interfaces if s.index not in known]
    )
    await _update(session, reading, known, verdicts)
    vanished = gone((i for i, row in known.items() if not row["is_gone"]), reading.interfaces)
    await _mark_gone(session, reading, [ids[index] for index in vanished])
    # A port that vanished cannot be down any more.
    ends = [found.end for found in verdicts.values() if found.end is not None]
    return InterfaceNews(
        ids=ids,
        changes=(
            *(change for found in verdicts.values() for change in found.changes),
            *(Change("gone", known[index]["oper"], None, index) for index in sorted(vanished)),
        ),
        starts=tuple(found.start for found in verdicts.values() if found.start is not None),
        ends=(*ends, *(_port_end(index) for index in sorted(vanished))),
    )


def _port_end(index: int) -> IncidentEnd:
    return IncidentEnd(IncidentKind.PORT_DOWN, index)


def _seconds_since(node: ClaimedNode, reading: StatusReading, verdict: Verdict) -> float | None:
    """Return the time counters ran for; None after a restart, which sets them to zero."""
    if verdict.is_restarted or node.last_answered_at is None:
        return None
    return (reading.taken_at - node.last_answered_at).total_seconds()


def _known(row: RowMapping) -> KnownInterface:
    return KnownInterface(
        name=row["name"],
        alias=row["alias"],
        speed_bps=row["speed_bps"],
        admin=row["admin"],
        oper=row["oper"],
        in_octets=None if row["in_octets"] is None else int(row["in_octets"]),
        out_octets=None if row["out_octets"] is None else int(row["out_octets"]),
        is_gone=row["is_gone"],
    )


def _measured(status: InterfaceStatus) -> dict[str, Any]:
    return {
        "name": status.name,
        "alias": status.alias,
        "type": status.type,
        "mac": status.mac,
        "speed_bps": status.speed_bps,
        "admin": str(status.admin),
        "oper": str(status.oper),
        "in_octets": _text(status.in_octets),
        "out_octets": _text(status.out_octets),
        "in_errors": status.in_errors,
        "out_errors": status.out_errors,
        "is_gone": False,
    }


def _text(counter: int | None) -> str | None:
    return None if counter is None else str(counter)


async def _insert(
    session: AsyncSession, node_id: int, reading: StatusReading, new: Sequence[InterfaceStatus]
) -> None:
    at = reading.taken_at
    rows = [
        _measured(status)
        | {
            "node_id": node_id,
            "index": status.index,
            "oper_since": at,
            "in_bps": None,
            "out_bps": None,
            "created_at": at,
            "changed_at": at,
            "version": 1,
        }
        for status in new
    ]
    if rows:
        await session.execute(insert(_interfaces), rows)


async def _update(
    session: AsyncSession,
    reading: StatusReading,
    known: Mapping[int, RowMapping],
    verdicts: Mapping[int, PortVerdict],
) -> None:
    rows: list[dict[str, Any]] = []
    for status in reading.interfaces or ():
        if status.index not in verdicts:
            continue
        found, before = verdicts[status.index], known[status.index]
        since = reading.taken_at if found.is_oper_changed else before["oper_since"]
        values = _measured(status) | {
            # Never unsaid: most polls do not ask for them.
            "type": before["type"] if status.type is None else status.type,
            "mac": before["mac"] if status.mac is None else status.mac,
            "oper_since": since,
            "in_bps": found.rates.in_bps,
            "out_bps": found.rates.out_bps,
        }
        if any(before[name] != value for name, value in values.items()):
            changed = {f"new_{name}": value for name, value in values.items()}
            rows.append(changed | {"row_id": before["id"], "now": reading.taken_at})
    if not rows:
        return
    statement = (
        update(_interfaces)
        .where(_interfaces.c.id == bindparam("row_id"))
        .values({_interfaces.c[name]: bindparam(f"new_{name}") for name in _MEASURED})
        .values(changed_at=bindparam("now"), version=_interfaces.c.version + 1)
    )
    await (await session.connection()).execute(statement, rows)


async def _mark_gone(session: AsyncSession, reading: StatusReading, ids: Sequence[int]) -> None:
    if ids:
        await session.execute(
            update(_interfaces)
            .where(_interfaces.c.id.in_(ids))
            .values(
                is_gone=True,
                in_bps=None,
                out_bps=None,
                changed_at=reading.taken_at,
                version=_interfaces.c.version + 1,
            )
        )


async def _forget_rates(session: AsyncSession, node_id: int) -> None:
    """Leave no old figure standing as if it were today's, nor counters to compare with."""
    await session.execute(
        update(_interfaces)
        .where(
            _interfaces.c.node_id == node_id,
            _interfaces.c.in_octets.is_not(None) | _interfaces.c.in_bps.is_not(None),
        )
        .values(in_octets=None, out_octets=None, in_bps=None, out_bps=None)
    )
