"""What is known of a school's network as nodes and links, in four statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Scope
from netzwart.database import table_of
from netzwart.network.queries import AnyRow, within
from netzwart.network.tables import Interface, Neighbour, Node
from netzwart.network.topology.linking import (
    Document,
    Link,
    PlanNode,
    Telling,
    drop_superseded,
    link_up,
)
from netzwart.network.topology_tables import DocumentedLink
from netzwart.schools.tables import School

_nodes = table_of(Node)
_interfaces = table_of(Interface)
_neighbours = table_of(Neighbour)
_documents = table_of(DocumentedLink)
_schools = table_of(School)


@dataclass(frozen=True, slots=True)
class Plan:
    """A school's nodes, who is next to them, and the links between all of these."""

    nodes: Sequence[PlanNode]
    links: Sequence[Link]

    def names(self) -> Mapping[int, PlanNode]:
        """Return the nodes by id."""
        return {node.id: node for node in self.nodes}


async def school_plan(session: AsyncSession, scope: Scope, school_id: int, now: datetime) -> Plan:
    """Return the plan of a school, as far as the reader may see it.

    A node of another school at the far end is shown if it lies within the scope; otherwise it is
    a stranger, named as it is heard on the cable.
    """
    columns = (
        _nodes.c.id,
        _nodes.c.name,
        _nodes.c.category,
        _nodes.c.reachability,
        _nodes.c.is_enabled,
        _nodes.c.school_id,
        _nodes.c.model,
        _schools.c.short_name.label("school"),
    )
    known = select(*columns).join(_schools, _schools.c.id == _nodes.c.school_id)
    own = await session.execute(
        known.where(_nodes.c.school_id == school_id, within(scope)).order_by(_nodes.c.id)
    )
    nodes = {row.id: _plan_node(row, school_id) for row in own}
    heard = await _heard(session, scope, school_id)
    documents = await _documented(session, school_id)
    far = {one.remote_node_id for one in heard} | {one.node_id for one in heard}
    far |= {one for row in documents for one in (row.node_id, row.remote_node_id)}
    missing = far - nodes.keys() - {None}
    if missing:
        others = await session.execute(known.where(_nodes.c.id.in_(missing), within(scope)))
        nodes |= {row.id: _plan_node(row, school_id) for row in others}
    tellings = _tellings(heard, nodes)
    written = [
        Document(row.id, row.node_id, row.interface, row.remote_node_id, row.remote_interface,
                 row.note)
        for row in documents
    ]  # fmt: skip
    ports = await _port_states(session, nodes, tellings, written)
    links = drop_superseded(link_up(tellings, written, nodes, ports, now))
    used = {link.a for link in links} | {link.b for link in links}
    shown = [node for node in nodes.values() if node.school_id == school_id or node.id in used]
    return Plan(shown, links)


def _plan_node(row: AnyRow, school_id: int) -> PlanNode:
    is_near = row.school_id == school_id
    return PlanNode(
        id=row.id,
        name=row.name,
        category=row.category,
        state=str(row.reachability) if row.is_enabled else "disabled",
        school_id=row.school_id,
        detail=(row.model or "") if is_near else f"Schule {row.school}",
    )


async def _heard(session: AsyncSession, scope: Scope, school_id: int) -> Sequence[AnyRow]:
    """Return what the school's nodes hear, and who hears one of them."""
    here = select(_nodes.c.id).where(_nodes.c.school_id == school_id)
    statement = (
        select(
            _neighbours.c.node_id,
            _neighbours.c.local_interface,
            _neighbours.c.remote_name,
            _neighbours.c.remote_interface,
            _neighbours.c.remote_chassis,
            _neighbours.c.remote_node_id,
            _neighbours.c.protocol,
            _neighbours.c.first_seen_at,
            _neighbours.c.last_seen_at,
            _neighbours.c.is_gone,
        )
        .join_from(_neighbours, _nodes, and_(_nodes.c.id == _neighbours.c.node_id, within(scope)))
        .where(or_(_nodes.c.school_id == school_id, _neighbours.c.remote_node_id.in_(here)))
        .order_by(_neighbours.c.node_id, _neighbours.c.id)
    )
    return (await session.execute(statement)).all()


async def _documented(session: AsyncSession, school_id: int) -> Sequence[AnyRow]:
    """Return the documented links with an end here; an end out of scope is dropped later."""
    here = select(_nodes.c.id).where(_nodes.c.school_id == school_id)
    statement = (
        select(
            _documents.c.id,
            _documents.c.node_id,
            _documents.c.interface,
            _documents.c.remote_node_id,
            _documents.c.remote_interface,
            _documents.c.note,
        )
        .where(or_(_documents.c.node_id.in_(here), _documents.c.remote_node_id.in_(here)))
        .order_by(_documents.c.id)
    )
    return (await session.execute(statement)).all()


def _tellings(heard: Sequence[AnyRow], nodes: dict[int, PlanNode]) -> list[Telling]:
    """Return what is heard; who is no node that may be seen becomes a stranger of the plan."""
    strangers: dict[str, int] = {}
    tellings: list[Telling] = []
    for row in heard:
        remote_id = row.remote_node_id
        if remote_id not in nodes:
            name = row.remote_name or row.remote_chassis or row.remote_interface
            if not name:
                continue
            who = (row.remote_chassis or name).lower()
            remote_id = strangers.setdefault(who, -1 - len(strangers))
            nodes[remote_id] = PlanNode(
                remote_id, name, state="stranger", detail=row.remote_chassis or ""
            )
        tellings.append(
            Telling(
                node_id=row.node_id,
                port=row.local_interface,
                remote_id=remote_id,
                remote_port=row.remote_interface,
                protocol=row.protocol,
                first_seen_at=row.first_seen_at,
                last_seen_at=row.last_seen_at,
                is_gone=row.is_gone,
            )
        )
    return tellings


async def _port_states(
    session: AsyncSession,
    nodes: Mapping[int, PlanNode],
    tellings: Sequence[Telling],
    documents: Sequence[Document],
) -> dict[tuple[int, str], str]:
    ends = [end for one in (*tellings, *documents) for end in (one.port, one.remote_port) if end]
    statement = select(_interfaces.c.node_id, _interfaces.c.name, _interfaces.c.oper).where(
        _interfaces.c.node_id.in_([node for node in nodes if node > 0]),
        _interfaces.c.name.in_(sorted(set(ends))),
        _interfaces.c.is_gone.is_(False),
    )
    return {(row.node_id, row.name): row.oper for row in await session.execute(statement)}


async def list_plans(session: AsyncSession, scope: Scope) -> Sequence[AnyRow]:
    """Return the schools that have nodes, by name."""
    statement = (
        select(_schools.c.id, _schools.c.name, _schools.c.short_name)
        .where(_schools.c.id.in_(select(_nodes.c.school_id).where(within(scope))))
        .order_by(_schools.c.name)
    )
    return (await session.execute(statement)).all()
