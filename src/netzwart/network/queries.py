"""What is known about the network: lists for pages and counts for other domains."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, false, func, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Scope
from netzwart.database import table_of
from netzwart.errors import NotFoundError
from netzwart.inventory.tables import Device
from netzwart.network.rules import Reachability
from netzwart.network.tables import (
    Component,
    Credential,
    CredentialKind,
    Incident,
    Interface,
    Neighbour,
    Node,
    StateChange,
)
from netzwart.schools.tables import School

_nodes = table_of(Node)
_interfaces = table_of(Interface)
_components = table_of(Component)
_neighbours = table_of(Neighbour)
_changes = table_of(StateChange)
_incidents = table_of(Incident)
_credentials = table_of(Credential)
_devices = table_of(Device)
_schools = table_of(School)

_SHOWN_AT_MOST = 500
"""Parts or neighbours on a page; the API has them all."""

AnyRow = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class NodeFilter:
    """What a list of nodes is narrowed to."""

    school_id: int | None = None
    state: str | None = None
    """A `Reachability`, or `disabled`."""
    category: str | None = None
    q: str | None = None
    """Part of name, address, model or serial number."""


@dataclass(frozen=True, slots=True)
class StateCounts:
    """How many nodes are how; disabled ones count only as disabled."""

    up: int = 0
    down: int = 0
    unknown: int = 0
    disabled: int = 0

    @property
    def total(self) -> int:
        """Return how many nodes there are."""
        return self.up + self.down + self.unknown + self.disabled


def within(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that a node lies within the scope."""
    if scope is None:
        return _nodes.c.id.is_not(None)
    return _nodes.c.school_id.in_(scope) if scope else false()


def _narrowed(narrowing: NodeFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if narrowing.school_id is not None:
        conditions.append(_nodes.c.school_id == narrowing.school_id)
    if narrowing.category:
        conditions.append(_nodes.c.category == narrowing.category)
    if narrowing.state == "disabled":
        conditions.append(_nodes.c.is_enabled.is_(False))
    elif narrowing.state:
        conditions += [_nodes.c.is_enabled.is_(True), _nodes.c.reachability == narrowing.state]
    if narrowing.q:
        searched = (_nodes.c.name, _nodes.c.address, _nodes.c.model, _nodes.c.serial)
        fitting = (column.icontains(narrowing.q, autoescape=True) for column in searched)
        conditions.append(or_(*fitting))
    return conditions


async def list_nodes(
    session: AsyncSession,
    scope: Scope,
    narrowing: NodeFilter,
    *,
    after: tuple[str, int] | None = None,
    limit: int = 50,
) -> Sequence[AnyRow]:
    """Return nodes by name, at most `limit`; `after` is the last row's name and id."""
    statement = (
        select(
            _nodes.c.id,
            _nodes.c.name,
            _nodes.c.address,
            _nodes.c.port,
            _nodes.c.category,
            _nodes.c.vendor,
            _nodes.c.model,
            _nodes.c.serial,
            _nodes.c.is_enabled,
            _nodes.c.reachability,
            _nodes.c.reachability_since,
            _nodes.c.last_polled_at,
            _nodes.c.last_error,
            _nodes.c.school_id,
            _schools.c.short_name.label("school"),
        )
        .join(_schools, _schools.c.id == _nodes.c.school_id)
        .where(within(scope), *_narrowed(narrowing))
    )
    if after is not None:
        name, last_id = after
        statement = statement.where(
            or_(_nodes.c.name > name, and_(_nodes.c.name == name, _nodes.c.id > last_id))
        )
    rows = await session.execute(statement.order_by(_nodes.c.name, _nodes.c.id).limit(limit))
    return rows.all()


async def count_states(
    session: AsyncSession, scope: Scope, narrowing: NodeFilter | None = None
) -> StateCounts:
    """Return how many nodes are up, down, unknown and disabled, in one statement."""
    rows = await session.execute(
        select(_nodes.c.reachability, _nodes.c.is_enabled, func.count())
        .where(within(scope), *_narrowed(narrowing or NodeFilter()))
        .group_by(_nodes.c.reachability, _nodes.c.is_enabled)
    )
    counts = dict.fromkeys((*map(str, Reachability), "disabled"), 0)
    for state, is_enabled, count in rows.all():
        counts[str(state) if is_enabled else "disabled"] += count
    return StateCounts(**counts)


async def states_by_school(session: AsyncSession, scope: Scope) -> dict[int, StateCounts]:
    """Return `StateCounts` by school, in one statement; schools without nodes are absent."""
    rows = await session.execute(
        select(_nodes.c.school_id, _nodes.c.reachability, _nodes.c.is_enabled, func.count())
        .where(within(scope))
        .group_by(_nodes.c.school_id, _nodes.c.reachability, _nodes.c.is_enabled)
    )
    found: dict[int, dict[str, int]] = {}
    for school_id, state, is_enabled, count in rows.all():
        counts = found.setdefault(school_id, {})
        name = str(state) if is_enabled else "disabled"
        counts[name] = counts.get(name, 0) + count
    return {school_id: StateCounts(**counts) for school_id, counts in found.items()}


async def list_categories(session: AsyncSession, scope: Scope) -> Sequence[str]:
    """Return the categories that nodes have, for the filter."""
    statement = select(_nodes.c.category).where(within(scope), _nodes.c.category.is_not(None))
    return (await session.execute(statement.distinct().order_by(_nodes.c.category))).scalars().all()


async def count_nodes_by_profile(session: AsyncSession, scope: Scope) -> dict[str, int]:
    """Return how many nodes within the scope each profile recognised."""
    statement = (
        select(_nodes.c.profile, func.count().label("nodes"))
        .where(within(scope), _nodes.c.profile.is_not(None))
        .group_by(_nodes.c.profile)
    )
    return {row.profile: row.nodes for row in (await session.execute(statement)).all()}


async def list_nodes_of_profile(
    session: AsyncSession, scope: Scope, profile: str, limit: int
) -> Sequence[AnyRow]:
    """Return the first nodes that a profile recognised, by name."""
    statement = (
        select(
            _nodes.c.id, _nodes.c.name, _nodes.c.model, _nodes.c.firmware, _nodes.c.identified_at
        )
        .where(within(scope), _nodes.c.profile == profile)
        .order_by(_nodes.c.name, _nodes.c.id)
        .limit(limit)
    )
    return (await session.execute(statement)).all()


async def get_node(session: AsyncSession, scope: Scope, node_id: int) -> AnyRow:
    """Return a node with its school's name and its credentials' name.

    Raises:
        NotFoundError: there is none, or not within the scope.
    """
    statement = (
        select(
            *(column for column in _nodes.c if column.name != "readings"),
            _nodes.c.readings,
            _schools.c.name.label("school_name"),
            _credentials.c.name.label("credential_name"),
            _credentials.c.kind.label("credential_kind"),
        )
        .join(_schools, _schools.c.id == _nodes.c.school_id)
        .join(_credentials, _credentials.c.id == _nodes.c.credential_id, isouter=True)
        .where(_nodes.c.id == node_id, within(scope))
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise NotFoundError("Diesen Knoten gibt es nicht.")
    return row


async def list_interfaces(
    session: AsyncSession, node_id: int, *, after: int | None = None, limit: int = 100
) -> Sequence[AnyRow]:
    """Return a node's interfaces in ifIndex order; `after` is the last row's ifIndex."""
    statement = (
        select(
            *(column for column in _interfaces.c if column.name != "index"),
            _interfaces.c.index.label("if_index"),
        )
        .where(_interfaces.c.node_id == node_id)
        .order_by(_interfaces.c.index)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(_interfaces.c.index > after)
    return (await session.execute(statement)).all()


async def count_interfaces(session: AsyncSession, node_id: int) -> tuple[int, int]:
    """Return how many interfaces a node has, and how many of them are up."""
    is_up = case((_interfaces.c.oper == "up", 1), else_=0)
    row = await session.execute(
        select(func.count(), func.coalesce(func.sum(is_up), 0)).where(
            _interfaces.c.node_id == node_id, _interfaces.c.is_gone.is_(False)
        )
    )
    total, up = row.one()
    return int(total), int(up)


async def list_components(session: AsyncSession, node_id: int) -> Sequence[AnyRow]:
    """Return a node's parts with the device each of them is."""
    statement = (
        select(*_components.c, _devices.c.inventory_number)
        .join_from(_components, _devices, _devices.c.id == _components.c.device_id, isouter=True)
        .where(_components.c.node_id == node_id)
        .order_by(_components.c.is_gone, _components.c.id)
        .limit(_SHOWN_AT_MOST)
    )
    return (await session.execute(statement)).all()


async def list_neighbours(session: AsyncSession, scope: Scope, node_id: int) -> Sequence[AnyRow]:
    """Return what is at the other ends; a node outside the scope is named by itself only."""
    statement = (
        select(*_neighbours.c, _nodes.c.name.label("remote_node"))
        .join_from(
            _neighbours,
            _nodes,
            and_(_nodes.c.id == _neighbours.c.remote_node_id, within(scope)),
            isouter=True,
        )
        .where(_neighbours.c.node_id == node_id)
        .order_by(_neighbours.c.local_interface, _neighbours.c.id)
        .limit(_SHOWN_AT_MOST)
    )
    return (await session.execute(statement)).all()


async def list_incidents(session: AsyncSession, node_id: int, limit: int = 20) -> Sequence[AnyRow]:
    """Return a node's incidents, newest first."""
    statement = (
        select(*_incidents.c)
        .where(_incidents.c.node_id == node_id)
        .order_by(_incidents.c.started_at.desc(), _incidents.c.id.desc())
        .limit(limit)
    )
    return (await session.execute(statement)).all()


async def list_open_incidents(
    session: AsyncSession, scope: Scope, *, school_id: int | None = None, limit: int = 50
) -> Sequence[AnyRow]:
    """Return what is wrong now with node and school names, newest first."""
    statement = (
        select(
            _incidents.c.id,
            _incidents.c.kind,
            _incidents.c.text,
            _incidents.c.started_at,
            _incidents.c.node_id,
            _nodes.c.name.label("node_name"),
            _incidents.c.school_id,
            _schools.c.short_name.label("school"),
        )
        .join_from(_incidents, _nodes, _nodes.c.id == _incidents.c.node_id)
        .join(_schools, _schools.c.id == _incidents.c.school_id)
        .where(within(scope), _incidents.c.ended_at.is_(None))
    )
    if school_id is not None:
        statement = statement.where(_incidents.c.school_id == school_id)
    ordered = statement.order_by(_incidents.c.started_at.desc(), _incidents.c.id.desc())
    return (await session.execute(ordered.limit(limit))).all()


async def list_changes(session: AsyncSession, node_id: int, limit: int = 30) -> Sequence[AnyRow]:
    """Return what changed at a node, newest first, with the interface's name."""
    statement = (
        select(*_changes.c, _interfaces.c.name.label("interface_name"))
        .join_from(_changes, _interfaces, _interfaces.c.id == _changes.c.interface_id, isouter=True)
        .where(_changes.c.node_id == node_id)
        .order_by(_changes.c.at.desc(), _changes.c.id.desc())
        .limit(limit)
    )
    return (await session.execute(statement)).all()


async def list_credentials(session: AsyncSession, scope: Scope) -> Sequence[AnyRow]:
    """Return credentials without their secrets, and how many nodes use each."""
    both = union_all(
        select(_nodes.c.credential_id.label("id")),
        select(_nodes.c.ssh_credential_id.label("id")),
    ).subquery()
    used = select(both.c.id, func.count().label("nodes")).group_by(both.c.id).subquery()
    columns = ("id", "name", "kind", "user_name", "auth", "privacy", "note", "changed_at")
    statement = (
        select(
            *(_credentials.c[name] for name in columns),
            func.coalesce(used.c.nodes, 0).label("nodes"),
            _schools.c.short_name.label("school"),
        )
        .join_from(_credentials, used, used.c.id == _credentials.c.id, isouter=True)
        .join(_schools, _schools.c.id == _credentials.c.school_id, isouter=True)
        .order_by(_credentials.c.name)
    )
    if scope is not None:
        statement = statement.where(_credentials.c.school_id.in_(scope))
    return (await session.execute(statement)).all()


async def credential_choices(
    session: AsyncSession, scope: Scope, kinds: Sequence[CredentialKind]
) -> list[tuple[int, str]]:
    """Return credentials to choose from: those for all schools, and those of the scope's."""
    statement = select(_credentials.c.id, _credentials.c.name).where(_credentials.c.kind.in_(kinds))
    if scope is not None:
        near = _credentials.c.school_id.in_(scope)
        statement = statement.where(or_(_credentials.c.school_id.is_(None), near))
    rows = await session.execute(statement.order_by(_credentials.c.name))
    return [(row.id, row.name) for row in rows]


async def school_choices(session: AsyncSession, scope: Scope) -> list[tuple[int, str]]:
    """Return the schools of a scope, for filters and forms."""
    statement = select(_schools.c.id, _schools.c.name).order_by(_schools.c.name)
    if scope is not None:
        statement = statement.where(_schools.c.id.in_(scope))
    return [(row.id, row.name) for row in await session.execute(statement)]


async def node_choices(
    session: AsyncSession, scope: Scope, first_school_id: int
) -> list[tuple[int, str]]:
    """Return the nodes of a scope to choose from, those of one school first."""
    statement = (
        select(_nodes.c.id, _nodes.c.name, _schools.c.short_name.label("school"))
        .join(_schools, _schools.c.id == _nodes.c.school_id)
        .where(within(scope))
        .order_by(_nodes.c.school_id != first_school_id, _nodes.c.name, _nodes.c.id)
        .limit(2000)
    )
    return [(row.id, f"{row.name} ({row.school})") for row in await session.execute(statement)]
