"""Acts on the plan: somebody writes a cable down, or takes it out again."""

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.accounts.audit import record_audit
from netzwart.database import table_of
from netzwart.errors import InvalidInputError, NotFoundError
from netzwart.network.tables import Node
from netzwart.network.topology_tables import DocumentedLink

_links = table_of(DocumentedLink)


class LinkForm(BaseModel):
    """A cable as somebody writes it down; an empty port name is not known."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    node_id: int
    interface: str = Field(default="", max_length=200)
    remote_node_id: int
    remote_interface: str = Field(default="", max_length=200)
    note: str = Field(default="", max_length=300)


class PortIsTakenError(InvalidInputError):
    """A port takes one cable."""


async def document_link(session: AsyncSession, actor: Actor, form: LinkForm) -> DocumentedLink:
    """Write a cable down, from the one end or the other.

    Raises:
        InvalidInputError: an end does not exist for this actor, or both are the same.
        PortIsTakenError: one of the ports has a documented cable already.
    """
    node = await _end(session, actor, form.node_id, "node_id")
    remote = await _end(session, actor, form.remote_node_id, "remote_node_id")
    if node.id == remote.id:
        message = "Eine Verbindung führt von einem Knoten zu einem anderen."
        raise InvalidInputError(message, {"remote_node_id": message})
    await _check_port(session, node, form.interface, "interface")
    await _check_port(session, remote, form.remote_interface, "remote_interface")
    link = DocumentedLink(**form.model_dump())
    session.add(link)
    await session.flush()
    await record_audit(
        session,
        actor,
        "link_documented",
        "documented_link",
        link.id,
        school_id=node.school_id,
        changes={"ends": [None, _ends(node, remote, link)]},
    )
    return link


async def forget_link(session: AsyncSession, actor: Actor, link_id: int) -> None:
    """Take a documented cable out; what is observed stays.

    Raises:
        NotFoundError: there is none, or not for this actor.
    """
    link = await session.get(DocumentedLink, link_id)
    ends = [
        None if link is None else await session.get(Node, node_id)
        for node_id in ((link.node_id, link.remote_node_id) if link else (0, 0))
    ]
    node, remote = ends
    if link is None or node is None or remote is None or not _may_edit(actor, node, remote):
        raise NotFoundError("Diese dokumentierte Verbindung gibt es nicht.")
    await record_audit(
        session,
        actor,
        "link_removed",
        "documented_link",
        link.id,
        school_id=node.school_id,
        changes={"ends": [_ends(node, remote, link), None]},
    )
    await session.delete(link)
    await session.flush()


def _may_edit(actor: Actor, *ends: Node) -> bool:
    return all(actor.may_at(Right.EDIT_NETWORK, node.school_id) for node in ends)


async def _end(session: AsyncSession, actor: Actor, node_id: int, field: str) -> Node:
    node = await session.get(Node, node_id) if 0 < node_id < 2**62 else None
    if node is None or not _may_edit(actor, node):
        message = "Diesen Knoten gibt es nicht."
        raise InvalidInputError(message, {field: message})
    return node


async def _check_port(session: AsyncSession, node: Node, port: str, field: str) -> None:
    if not port:
        return
    taken = select(_links.c.id).where(
        or_(
            (_links.c.node_id == node.id) & (_links.c.interface == port),
            (_links.c.remote_node_id == node.id) & (_links.c.remote_interface == port),
        )
    )
    if (await session.execute(taken.limit(1))).first() is not None:
        message = f"Am Port {port} von {node.name} ist schon eine Verbindung dokumentiert."
        raise PortIsTakenError(message, {field: message})


def _ends(node: Node, remote: Node, link: DocumentedLink) -> str:
    return f"{node.name} {link.interface} – {remote.name} {link.remote_interface}"[:200]
