"""What the nodes of schools told of their use in a period: a fixed number of statements."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right, Scope
from netzwart.clock import BERLIN, today, utcnow
from netzwart.custody.rules.using import (
    Energy,
    Metered,
    SchoolHours,
    StateSpan,
    availability,
    energy,
    share,
)
from netzwart.custody.tables import UseDay
from netzwart.database import table_of
from netzwart.errors import InvalidInputError
from netzwart.money import ZERO
from netzwart.network.history.reading import traffic_by_day
from netzwart.network.history.rolling import combined, day_bounds
from netzwart.network.rules import Reachability
from netzwart.network.tables import Interface, Node, StateChange
from netzwart.schools.queries import at_schools, list_schools, school_calendars

_changes = table_of(StateChange)
_interfaces = table_of(Interface)
_nodes = table_of(Node)
_use = table_of(UseDay)
_ETHERNET = 6
LONGEST = timedelta(days=366)
_DEFAULT = timedelta(days=29)
_POINT, _SWITCH, _CONTROLLER = "access_point", "switch", "wlan_controller"


class NoSuchPeriodError(InvalidInputError):
    """A period that ends before it begins, lies ahead or is too long."""


def period_of(first: str, last: str) -> tuple[date, date]:
    """Return the days of a period as they were typed; without any, the last thirty.

    Raises:
        NoSuchPeriodError: no days, the wrong way round, ahead, or more than a year.
    """
    try:
        end = date.fromisoformat(last) if last else today()
        begin = date.fromisoformat(first) if first else end - _DEFAULT
    except ValueError as error:
        message = "Bitte zwei Tage angeben."
        raise NoSuchPeriodError(message, {"from": message}) from error
    if not begin <= end <= today() or end - begin > LONGEST:
        message = "Der Zeitraum endet spätestens heute und umfasst höchstens ein Jahr."
        raise NoSuchPeriodError(message, {"from": message})
    return begin, end


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolUse:
    """One school's line of the table."""

    id: int
    number: str
    name: str
    points: int
    point_availability: Decimal | None
    switches: int
    switch_availability: Decimal | None
    clients_per_point: Decimal | None
    clients_most: int | None
    ports: int
    ports_used: int | None
    """None where no counters are kept yet."""
    uplink_bps: int | None
    uplink_peak_bps: int | None
    energy: Energy


async def list_use(
    session: AsyncSession, actor: Actor, first: date, last: date, school_id: int | None = None
) -> list[SchoolUse]:
    """Return the use of each school that the actor may see, by name; of one school only itself."""
    schools = await list_schools(session, actor.scope(Right.READ_NETWORK))
    wanted = [row for row in schools if school_id is None or row.id == school_id]
    return await use_of(session, actor, wanted, first, last)


async def use_of(
    session: AsyncSession, actor: Actor, schools: Sequence[Any], first: date, last: date
) -> list[SchoolUse]:
    """Return the use of these schools, in their order."""
    scope = actor.scope(Right.READ_NETWORK)
    nodes = await _nodes_of(session, scope, {row.id for row in schools})
    calendars = await school_calendars(session)
    spans = await _spans(session, nodes, first)
    metered = await _metered(session, nodes, first, last)
    ports = await _ports(session, nodes, first, last)
    now = min(utcnow(), day_bounds(last)[1])
    hours_all = Decimal(max((now - day_bounds(first)[0]).total_seconds(), 0)) / 3600
    found: list[SchoolUse] = []
    for school in schools:
        mine = [node for node in nodes if node.school_id == school.id]
        hours = SchoolHours(calendars[school.id], first, last, BERLIN, now)
        by_kind: dict[str, list[Any]] = defaultdict(list)
        for node in mine:
            by_kind[node.category or ""].append(node)
        found.append(
            SchoolUse(
                id=school.id,
                number=school.number,
                name=school.name,
                points=len(by_kind[_POINT]),
                point_availability=_availability(by_kind[_POINT], spans, hours, now),
                switches=len(by_kind[_SWITCH]),
                switch_availability=_availability(by_kind[_SWITCH], spans, hours, now),
                **_clients(mine, metered),
                **_ports_of(by_kind[_SWITCH], ports),
                energy=energy(
                    [metered[node.id].power for node in mine if node.id in metered],
                    len(by_kind[_POINT]),
                    hours_all,
                ),
            )
        )
    return found


async def _nodes_of(session: AsyncSession, scope: Scope, schools: Collection[int]) -> Sequence[Any]:
    n = _nodes.c
    rows = await session.execute(
        select(
            n.id, n.school_id, n.category, n.reachability, n.reachability_since, n.created_at,
            n.readings,
        )
        .where(at_schools(n.school_id, scope), n.school_id.in_(schools), n.is_enabled.is_(True))
        .order_by(n.id)
    )  # fmt: skip
    return rows.all()


async def _spans(
    session: AsyncSession, nodes: Sequence[Any], first: date
) -> Mapping[int, Sequence[StateSpan]]:
    """Return each node's states since the first day; before its first change it was `before`."""
    start = day_bounds(first)[0]
    c = _changes.c
    rows = await session.execute(
        select(c.node_id, c.at, c.before, c.after)
        .where(c.what == "reachability", c.at >= start, c.node_id.in_({node.id for node in nodes}))
        .order_by(c.node_id, c.at, c.id)
    )
    by_node: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        by_node[row.node_id].append(row)
    found: dict[int, list[StateSpan]] = {}
    for node in nodes:
        begin = max(start, node.created_at)
        changes = by_node[node.id]
        if changes:
            spans = [StateSpan(begin, _is_up(changes[0].before))]
            spans += [StateSpan(row.at, _is_up(row.after)) for row in changes]
        else:
            since = max(begin, node.reachability_since or begin)
            spans = [StateSpan(since, _is_up(node.reachability))]
        found[node.id] = spans
    return found


def _is_up(state: str | None) -> bool | None:
    return {Reachability.UP.value: True, Reachability.DOWN.value: False}.get(str(state))


def _availability(
    nodes: Sequence[Any],
    spans: Mapping[int, Sequence[StateSpan]],
    hours: SchoolHours,
    end: datetime,
) -> Decimal | None:
    pairs = [availability(spans[node.id], hours, end) for node in nodes]
    return share(sum(up for up, _ in pairs), sum(known for _, known in pairs))


@dataclass(frozen=True, slots=True)
class _Use:
    power: Metered
    client_samples: int
    client_sum: int
    client_max: int


async def _metered(
    session: AsyncSession, nodes: Sequence[Any], first: date, last: date
) -> Mapping[int, _Use]:
    u = _use.c
    rows = await session.execute(
        select(
            u.node_id,
            func.sum(u.power_samples),
            func.sum(u.power_mw),
            func.sum(u.client_samples),
            func.sum(u.client_sum),
            func.max(u.client_max),
        )
        .where(u.day.between(first, last), u.node_id.in_({node.id for node in nodes}))
        .group_by(u.node_id)
    )
    return {
        row[0]: _Use(Metered(int(row[1]), int(row[2])), int(row[3]), int(row[4]), row[5])
        for row in rows
    }


def _clients(nodes: Sequence[Any], metered: Mapping[int, _Use]) -> dict[str, Any]:
    told = [
        (node, metered[node.id])
        for node in nodes
        if node.id in metered and metered[node.id].client_samples
    ]
    points = sum(_points_behind(node) for node, _ in told)
    if not points:
        return {"clients_per_point": None, "clients_most": None}
    mean = sum((Decimal(use.client_sum) / use.client_samples for _, use in told), ZERO)
    return {
        "clients_per_point": (mean / points).quantize(Decimal("0.1")),
        "clients_most": sum(use.client_max for _, use in told),
    }


def _points_behind(node: Any) -> int:  # noqa: ANN401 - a row
    told = node.readings.get("access_points") if node.category == _CONTROLLER else 1
    return int(told or 0)


async def _ports(
    session: AsyncSession, nodes: Sequence[Any], first: date, last: date
) -> Mapping[int, tuple[set[int], Sequence[Any]]]:
    """Return for each switch its Ethernet ports, and what they carried in the period."""
    ids = [node.id for node in nodes if node.category == _SWITCH]
    i = _interfaces.c
    rows = await session.execute(
        select(i.node_id, i.index.label("port")).where(
            i.node_id.in_(ids), i.type == _ETHERNET, i.is_gone.is_(False)
        )
    )
    indexes: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        indexes[row.node_id].add(row.port)
    traffic = await traffic_by_day(session, ids, first, last)
    return {
        node_id: (indexes[node_id], combined(traffic.get(node_id, {}).values())) for node_id in ids
    }


def _ports_of(
    switches: Sequence[Any], ports: Mapping[int, tuple[set[int], Sequence[Any]]]
) -> dict[str, Any]:
    there = used = 0
    loads: list[tuple[int, int]] = []
    is_counted = False
    for node in switches:
        indexes, totals = ports[node.id]
        there += len(indexes)
        mine = [one for one in totals if one.index in indexes and one.observed_s]
        is_counted = is_counted or bool(mine)
        used += sum(1 for one in mine if one.up_s)
        if mine:
            top = max(mine, key=lambda one: one.in_octets + one.out_octets)
            bits = 8 * max(top.in_octets, top.out_octets)
            loads.append((bits // top.observed_s, max(top.peak_in_bps, top.peak_out_bps)))
    mean, peak = max(loads, default=(None, None))
    return {
        "ports": there,
        "ports_used": used if is_counted else None,
        "uplink_bps": mean,
        "uplink_peak_bps": peak,
    }
