"""Acts of people on searches and on what they found."""

from typing import Annotated, Any, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.accounts.audit import record_audit
from netzwart.clock import utcnow
from netzwart.database import table_of
from netzwart.errors import ConflictError, InvalidInputError, NotFoundError
from netzwart.jobs import enqueue
from netzwart.network import service
from netzwart.network.discovery.ranges import parse_ranges
from netzwart.network.discovery.rules import MOST_CREDENTIALS
from netzwart.network.discovery_tables import (
    DiscoveredNode,
    DiscoveryRun,
    DiscoveryState,
    ProposalStatus,
)
from netzwart.network.forms import NodeForm, Port
from netzwart.network.tables import Credential, CredentialKind, Node
from netzwart.schools.tables import School

DISCOVER = "network.discover"
"""The task that carries a search out: `{"run_id": 7}`."""

_credentials = table_of(Credential)
_STRICT = ConfigDict(extra="forbid", str_strip_whitespace=True)


def _as_list(value: Any) -> Any:  # noqa: ANN401 - whatever a browser sends
    return cast("list[Any]", value) if isinstance(value, list) else [value]


class DiscoveryForm(BaseModel):
    """A search as somebody wants it."""

    model_config = _STRICT

    school_id: int
    ranges: str = Field(min_length=1, max_length=1000)
    port: Port = 161
    credential_ids: Annotated[
        list[Annotated[int, Field(ge=1, lt=2**62)]],
        BeforeValidator(_as_list),
        Field(min_length=1, max_length=MOST_CREDENTIALS),
    ]
    asks_silent: bool = False


class AcceptForm(BaseModel):
    """How something found becomes a node."""

    model_config = _STRICT

    name: str = Field(min_length=1, max_length=200)
    school_id: int


class JoinForm(BaseModel):
    """Which node something found is; with `takes_address` the node is asked there from now on."""

    model_config = _STRICT

    node_id: int
    takes_address: bool = False


class IgnoreForm(BaseModel):
    """Why something found is none of ours."""

    model_config = _STRICT

    reason: str = Field(min_length=1, max_length=500)


class AlreadyDecidedError(ConflictError):
    """Somebody decided about it before."""


async def start_discovery(session: AsyncSession, actor: Actor, form: DiscoveryForm) -> DiscoveryRun:
    """Queue a search of private ranges with credentials the actor may choose.

    Raises:
        InvalidInputError: a range is not acceptable, credentials do not fit, or not this school.
    """
    is_there = 0 < form.school_id < 2**62 and await session.get(School, form.school_id)
    if not is_there or not actor.may_at(Right.EDIT_NETWORK, form.school_id):
        message = "An dieser Schule darfst du nicht suchen."
        raise InvalidInputError(message, {"school_id": message})
    addresses = parse_ranges(form.ranges)
    ids = list(dict.fromkeys(form.credential_ids))
    rows = await session.execute(
        select(_credentials.c.id).where(
            _credentials.c.id.in_(ids),
            _credentials.c.kind != CredentialKind.SSH,
            _credentials.c.school_id.is_(None) | (_credentials.c.school_id == form.school_id),
        )
    )
    if set(rows.scalars()) != set(ids):
        message = "Diese Zugangsdaten passen hier nicht."
        raise InvalidInputError(message, {"credential_ids": message})
    run = DiscoveryRun(
        school_id=form.school_id,
        ranges=form.ranges,
        port=form.port,
        credential_ids=ids,
        asks_silent=form.asks_silent,
        requested_by=actor.display_name[:120],
        total=len(addresses),
    )
    session.add(run)
    await session.flush()
    await enqueue(session, DISCOVER, {"run_id": run.id}, queueing_lock=f"discover:{run.id}")
    await _audit(session, actor, "discovery_run_started", run, ranges=[None, form.ranges])
    return run


async def cancel_discovery(session: AsyncSession, actor: Actor, run_id: int) -> DiscoveryRun:
    """Stop a search; what it found so far stays.

    Raises:
        NotFoundError: there is none, or not for this actor.
        ConflictError: it has ended already.
    """
    run = await session.get(DiscoveryRun, run_id)
    if run is None or not actor.may_at(Right.EDIT_NETWORK, run.school_id):
        raise NotFoundError("Diesen Suchlauf gibt es nicht.")
    if run.state not in {DiscoveryState.WAITING, DiscoveryState.RUNNING}:
        raise ConflictError("Dieser Suchlauf ist schon zu Ende.")
    run.state, run.finished_at = DiscoveryState.CANCELLED, utcnow()
    await session.flush()
    await _audit(session, actor, "discovery_run_cancelled", run)
    return run


async def accept(
    session: AsyncSession, actor: Actor, found_id: int, form: AcceptForm
) -> DiscoveredNode:
    """Make a node of it; it is polled within seconds.

    Raises:
        NotFoundError: there is none, or not for this actor.
        AlreadyDecidedError: it is not open any more.
        InvalidInputError: the node cannot be made so.
    """
    found = await _open_one(session, actor, found_id)
    node = await service.create_node(
        session,
        actor,
        NodeForm(
            address=found.address,
            port=found.port,
            name=form.name,
            school_id=form.school_id,
            credential_id=found.credential_id,
        ),
    )
    return await _decide(session, actor, found, ProposalStatus.ACCEPTED, node_id=node.id)


async def join(
    session: AsyncSession, actor: Actor, found_id: int, form: JoinForm
) -> DiscoveredNode:
    """Note which node it is; only if told so, that node moves to the new address.

    Raises:
        NotFoundError: there is none, or not for this actor.
        AlreadyDecidedError: it is not open any more.
        InvalidInputError: the node does not exist, or cannot move there.
    """
    found = await _open_one(session, actor, found_id)
    node = await session.get(Node, form.node_id) if 0 < form.node_id < 2**62 else None
    if node is None or not actor.may_at(Right.EDIT_NETWORK, node.school_id):
        message = "Diesen Knoten gibt es nicht."
        raise InvalidInputError(message, {"node_id": message})
    if form.takes_address:
        present: dict[str, Any] = {name: getattr(node, name) for name in NodeForm.model_fields}
        moved: dict[str, Any] = {
            "address": found.address,
            "port": found.port,
            "credential_id": found.credential_id,
        }
        await service.update_node(session, actor, node.id, NodeForm(**(present | moved)))
    return await _decide(session, actor, found, ProposalStatus.JOINED, node_id=node.id)


async def ignore(
    session: AsyncSession, actor: Actor, found_id: int, form: IgnoreForm
) -> DiscoveredNode:
    """Leave it alone for a reason; it is not proposed again while the same device answers there.

    Raises:
        NotFoundError: there is none, or not for this actor.
        AlreadyDecidedError: it is not open any more.
    """
    found = await _open_one(session, actor, found_id)
    return await _decide(session, actor, found, ProposalStatus.IGNORED, reason=form.reason)


async def _open_one(session: AsyncSession, actor: Actor, found_id: int) -> DiscoveredNode:
    found = await session.get(DiscoveredNode, found_id)
    if found is None or not actor.may_at(Right.EDIT_NETWORK, found.school_id):
        raise NotFoundError("Diesen Fund gibt es nicht.")
    if found.status is not ProposalStatus.OPEN:
        raise AlreadyDecidedError("Darüber ist schon entschieden.")
    return found


async def _decide(
    session: AsyncSession,
    actor: Actor,
    found: DiscoveredNode,
    status: ProposalStatus,
    *,
    node_id: int | None = None,
    reason: str = "",
) -> DiscoveredNode:
    found.status, found.node_id, found.reason = status, node_id, reason
    found.decided_by, found.decided_at = actor.display_name[:120], utcnow()
    await session.flush()
    await _audit(
        session,
        actor,
        f"discovered_node_{status}",
        found,
        reason=reason,
        address=[None, f"{found.address}:{found.port}"],
    )
    return found


async def _audit(
    session: AsyncSession,
    actor: Actor,
    action: str,
    thing: DiscoveryRun | DiscoveredNode,
    reason: str = "",
    **changes: list[Any],
) -> None:
    subject = "discovery_run" if isinstance(thing, DiscoveryRun) else "discovered_node"
    await record_audit(
        session,
        actor,
        action,
        subject,
        thing.id,
        school_id=thing.school_id,
        changes=changes,
        reason=reason or None,
    )
