"""Checks of access: somebody asks for one on a page, the worker makes it, the page shows it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right, Scope
from netzwart.accounts.audit import record_audit
from netzwart.clock import utcnow
from netzwart.database import table_of
from netzwart.errors import ConflictError, NotFoundError
from netzwart.jobs import enqueue
from netzwart.network.queries import AnyRow, within
from netzwart.network.tables import AccessCheck, Credential, HostKey, Node

CHECK_ACCESS = "network.check_access"
"""The task that tries credentials at a node: `{"check_id": 7}`."""
_SHOWN_KEYS = 100
_PATIENCE = timedelta(minutes=2)

_checks = table_of(AccessCheck)
_keys = table_of(HostKey)
_nodes = table_of(Node)


class NobodyUsesItError(ConflictError):
    """Credentials can be tried at a node only, and no enabled node has these."""


async def request_check(session: AsyncSession, actor: Actor, credential_id: int) -> str:
    """Queue a check at the first node that uses the credentials; returns that node's name.

    Raises:
        NotFoundError: there are no such credentials, or not for this actor.
        NobodyUsesItError: no enabled node has them.
    """
    credential = await session.get(Credential, credential_id)
    if credential is None or not actor.may_at(Right.EDIT_CREDENTIALS, credential.school_id):
        raise NotFoundError("Diese Zugangsdaten gibt es nicht.")
    uses = or_(_nodes.c.credential_id == credential_id, _nodes.c.ssh_credential_id == credential_id)
    found = await session.execute(
        select(_nodes.c.id, _nodes.c.name)
        .where(_nodes.c.is_enabled, uses)
        .order_by(_nodes.c.id)
        .limit(1)
    )
    node = found.one_or_none()
    if node is None:
        raise NobodyUsesItError("Noch kein Knoten benutzt diese Zugangsdaten.")
    if await _is_open(session, credential_id):
        return str(node.name)
    check = AccessCheck(
        node_id=node.id, credential_id=credential_id, requested_by=actor.display_name
    )
    session.add(check)
    await session.flush()
    lock = f"check-access:{check.id}"
    await enqueue(session, CHECK_ACCESS, {"check_id": check.id}, queueing_lock=lock)
    await record_audit(
        session, actor, "access_checked", "credential", credential_id,
        school_id=credential.school_id, changes={"node": [None, node.name]},
    )  # fmt: skip
    return str(node.name)


async def _is_open(session: AsyncSession, credential_id: int) -> bool:
    """Tell whether a check was asked for just now: clicking twice tries a password once."""
    found = await session.execute(
        select(_checks.c.id)
        .where(
            _checks.c.credential_id == credential_id,
            _checks.c.finished_at.is_(None),
            _checks.c.created_at > utcnow() - _PATIENCE,
        )
        .limit(1)
    )
    return found.first() is not None


async def latest_checks(
    session: AsyncSession, credential_ids: Sequence[int]
) -> Mapping[int, AnyRow]:
    """Return the last check of each of these credentials, with the node's name."""
    last = (
        select(func.max(_checks.c.id))
        .where(_checks.c.credential_id.in_(credential_ids))
        .group_by(_checks.c.credential_id)
    )
    rows = await session.execute(
        select(*_checks.c, _nodes.c.name.label("node_name"))
        .join_from(_checks, _nodes, _nodes.c.id == _checks.c.node_id)
        .where(_checks.c.id.in_(last))
    )
    return {row.credential_id: row for row in rows}


async def list_offered_keys(session: AsyncSession, scope: Scope) -> Sequence[AnyRow]:
    """Return SSH keys that nodes showed and nobody has accepted, newest first."""
    rows = await session.execute(
        select(_keys.c.id, _keys.c.fingerprint, _keys.c.last_seen_at, _keys.c.node_id,
               _nodes.c.name.label("node_name"))
        .join_from(_keys, _nodes, _nodes.c.id == _keys.c.node_id)
        .where(_keys.c.accepted_at.is_(None), within(scope))
        .order_by(_keys.c.last_seen_at.desc(), _keys.c.id.desc())
        .limit(_SHOWN_KEYS)
    )  # fmt: skip
    return rows.all()


async def accept_key(session: AsyncSession, actor: Actor, key_id: int) -> None:
    """Let this key open sessions from now on.

    Raises:
        NotFoundError: there is none, or not for this actor.
    """
    key = await session.get(HostKey, key_id)
    node = None if key is None else await session.get(Node, key.node_id)
    if key is None or node is None or not actor.may_at(Right.EDIT_CREDENTIALS, node.school_id):
        raise NotFoundError("Diesen Schlüssel gibt es nicht.")
    key.accepted_at, key.accepted_by = utcnow(), actor.name[:80]
    await session.flush()
    await record_audit(
        session, actor, "host_key_accepted", "node", node.id, school_id=node.school_id,
        changes={"host_key": [None, key.fingerprint]},
    )  # fmt: skip
