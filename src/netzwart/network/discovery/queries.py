"""The inbox and the searches, as far as a reader may see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Scope
from netzwart.database import table_of
from netzwart.errors import NotFoundError
from netzwart.inventory.tables import Device
from netzwart.network.discovery_tables import DiscoveredNode, DiscoveryRun, ProposalStatus
from netzwart.network.queries import AnyRow, within
from netzwart.network.tables import Component, Credential, Node
from netzwart.schools.tables import School

_found = table_of(DiscoveredNode)
_runs = table_of(DiscoveryRun)
_nodes = table_of(Node)
_components = table_of(Component)
_credentials = table_of(Credential)
_devices = table_of(Device)
_schools = table_of(School)


def _near(column: ColumnElement[int], scope: Scope) -> ColumnElement[bool]:
    if scope is None:
        return column.is_not(None)
    return column.in_(scope) if scope else false()


@dataclass(frozen=True, slots=True)
class Hint:
    """What something found may be already: a node at another address, a bought device."""

    node_id: int | None = None
    node_name: str = ""
    device_id: int | None = None
    inventory_number: str = ""


def _proposals(scope: Scope) -> Select[*tuple[Any, ...]]:
    return (
        select(
            _found.c.id,
            _found.c.school_id,
            _found.c.address,
            _found.c.port,
            _found.c.category,
            _found.c.vendor,
            _found.c.model,
            _found.c.firmware,
            _found.c.serial,
            _found.c.serial_normalised,
            _found.c.sys_name,
            _found.c.sys_location,
            _found.c.profile,
            _found.c.first_seen_at,
            _found.c.last_seen_at,
            _found.c.status,
            _found.c.reason,
            _found.c.decided_by,
            _found.c.decided_at,
            _found.c.node_id,
            _nodes.c.name.label("node_name"),
            _schools.c.short_name.label("school"),
            _schools.c.name.label("school_name"),
            _credentials.c.name.label("credential"),
        )
        .join_from(_found, _schools, _schools.c.id == _found.c.school_id)
        .join(_nodes, and_(_nodes.c.id == _found.c.node_id, within(scope)), isouter=True)
        .join(_credentials, _credentials.c.id == _found.c.credential_id, isouter=True)
        .where(_near(_found.c.school_id, scope))
    )


async def list_proposals(
    session: AsyncSession,
    scope: Scope,
    *,
    status: ProposalStatus | None,
    school_id: int | None = None,
    after: tuple[datetime, int] | None = None,
    limit: int = 50,
) -> Sequence[AnyRow]:
    """Return what was found, newest first; `after` is the last row's first sight and id."""
    statement = _proposals(scope)
    if status is not None:
        statement = statement.where(_found.c.status == status)
    if school_id is not None:
        statement = statement.where(_found.c.school_id == school_id)
    if after is not None:
        at, last_id = after
        older = and_(_found.c.first_seen_at == at, _found.c.id < last_id)
        statement = statement.where(or_(_found.c.first_seen_at < at, older))
    ordered = statement.order_by(_found.c.first_seen_at.desc(), _found.c.id.desc()).limit(limit)
    return (await session.execute(ordered)).all()


async def get_proposal(session: AsyncSession, scope: Scope, found_id: int) -> AnyRow:
    """Return one thing found.

    Raises:
        NotFoundError: there is none, or not within the scope.
    """
    row = (await session.execute(_proposals(scope).where(_found.c.id == found_id))).one_or_none()
    if row is None:
        raise NotFoundError("Diesen Fund gibt es nicht.")
    return row


async def count_open(session: AsyncSession, scope: Scope) -> int:
    """Return how many proposals wait for a decision."""
    statement = select(func.count()).where(
        _found.c.status == ProposalStatus.OPEN, _near(_found.c.school_id, scope)
    )
    return await session.scalar(statement) or 0


async def hints(session: AsyncSession, scope: Scope, rows: Sequence[AnyRow]) -> Mapping[int, Hint]:
    """Return by row what each thing may be already, by its serial number, in two statements."""
    serials = {row.serial_normalised for row in rows if row.serial_normalised}
    nodes = await session.execute(
        select(_components.c.serial_normalised, _nodes.c.id, _nodes.c.name)
        .join_from(_components, _nodes, _nodes.c.id == _components.c.node_id)
        .where(
            _components.c.serial_normalised.in_(serials),
            _components.c.is_gone.is_(False),
            within(scope),
        )
        .order_by(_nodes.c.id)
    )
    devices = await session.execute(
        select(_devices.c.serial_normalised, _devices.c.id, _devices.c.inventory_number)
        .where(_devices.c.serial_normalised.in_(serials), _near(_devices.c.school_id, scope))
        .order_by(_devices.c.id)
    )
    by_node = {row.serial_normalised: row for row in nodes}
    by_device = {row.serial_normalised: row for row in devices}
    found: dict[int, Hint] = {}
    for row in rows:
        node = by_node.get(row.serial_normalised)
        device = by_device.get(row.serial_normalised)
        found[row.id] = Hint(
            node_id=None if node is None else node.id,
            node_name="" if node is None else node.name,
            device_id=None if device is None else device.id,
            inventory_number="" if device is None else device.inventory_number,
        )
    return found


async def list_runs(session: AsyncSession, scope: Scope, limit: int = 10) -> Sequence[AnyRow]:
    """Return the latest searches with their school."""
    statement = (
        select(*_runs.c, _schools.c.short_name.label("school"))
        .join_from(_runs, _schools, _schools.c.id == _runs.c.school_id)
        .where(_near(_runs.c.school_id, scope))
        .order_by(_runs.c.created_at.desc(), _runs.c.id.desc())
        .limit(limit)
    )
    return (await session.execute(statement)).all()
