"""Acts on nodes and credentials; polling itself is not among them, pages only set due times."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.accounts.audit import record_audit
from netzwart.clock import utcnow
from netzwart.database import table_of
from netzwart.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from netzwart.jobs import JobTicket, enqueue
from netzwart.network.credentials import changed_secrets, purpose_of, store_credential
from netzwart.network.forms import CredentialChangeForm, CredentialForm, NodeForm
from netzwart.network.poll_log import PollCause
from netzwart.network.rules import first_poll_at
from netzwart.network.tables import Credential, CredentialKind, Node, ShellReading
from netzwart.secrets import SecretBox

POLL_NODE = "network.poll_node"
"""The task that visits one node at once: `{"node_id": 7}`."""

_AUDITED = (
    "address",
    "port",
    "name",
    "school_id",
    "credential_id",
    "ssh_credential_id",
    "ssh_port",
    "is_enabled",
    "poll_interval_s",
)


class NodeIsDisabledError(ConflictError):
    """A node that is not polled cannot be polled now."""


class ForeignSchoolError(InvalidInputError):
    """The school does not exist, or the actor may not put nodes there."""


class UnfitCredentialError(InvalidInputError):
    """The credentials do not exist, or are for another kind of access."""


async def create_node(session: AsyncSession, actor: Actor, form: NodeForm) -> Node:
    """Record a node; it is polled for the first time within seconds.

    Raises:
        ForeignSchoolError: the actor may not edit nodes of that school.
        UnfitCredentialError: the credentials do not fit.
        InvalidInputError: address and port are taken.
    """
    _check_school(actor, form.school_id)
    await _check_credentials(session, form)
    node = Node(**form.model_dump())
    if node.is_enabled:
        node.next_poll_at = first_poll_at(node.address, node.port, utcnow())
    session.add(node)
    await session.flush()
    await record_audit(
        session,
        actor,
        "node_created",
        "node",
        node.id,
        school_id=node.school_id,
        changes={name: [None, getattr(node, name)] for name in _AUDITED},
    )
    return node


async def update_node(session: AsyncSession, actor: Actor, node_id: int, form: NodeForm) -> Node:
    """Change a node; a new address or new credentials make it due at once.

    Raises:
        NotFoundError: there is none, or not for this actor.
        ForeignSchoolError: the actor may not edit nodes of the new school.
        UnfitCredentialError: the credentials do not fit.
    """
    node = await _own_node(session, actor, node_id)
    _check_school(actor, form.school_id)
    await _check_credentials(session, form)
    before = {name: getattr(node, name) for name in _AUDITED}
    for name, value in form.model_dump().items():
        setattr(node, name, value)
    changes = {
        name: [before[name], getattr(node, name)]
        for name in _AUDITED
        if before[name] != getattr(node, name)
    }
    if not changes:
        return node
    if not node.is_enabled:
        node.next_poll_at = None
    elif changes.keys() & {"address", "port", "credential_id", "is_enabled"}:
        node.next_poll_at = utcnow()
        node.identified_at = None
    await session.flush()
    await record_audit(
        session, actor, "node_changed", "node", node.id, school_id=node.school_id, changes=changes
    )
    return node


async def request_poll(session: AsyncSession, actor: Actor, node_id: int) -> JobTicket:
    """Make a node due now and queue its thorough visit; asking twice gives the same ticket.

    Raises:
        NotFoundError: there is none, or not for this actor.
        NodeIsDisabledError: it is not polled.
    """
    node = await _own_node(session, actor, node_id, Right.RECORD_NETWORK)
    if not node.is_enabled:
        raise NodeIsDisabledError("Die Abfrage dieses Knotens ist ausgeschaltet.")
    # The job fetches it at once; if no worker takes jobs, the due time remains.
    ticket = await enqueue(
        session, POLL_NODE, {"node_id": node.id}, queueing_lock=f"poll-node:{node.id}"
    )
    node.next_poll_at = utcnow()
    node.poll_cause = PollCause.PERSON.value
    await session.flush()
    return ticket


async def create_credential(
    session: AsyncSession, actor: Actor, box: SecretBox, form: CredentialForm
) -> Credential:
    """Keep credentials, their secrets sealed.

    Raises:
        ForbiddenError: the actor may not edit credentials there.
        InvalidInputError: the name is taken.
    """
    if not actor.may_at(Right.EDIT_CREDENTIALS, form.school_id):
        raise ForbiddenError("Zugangsdaten darf nur die Verwaltung anlegen.")
    credential = await store_credential(session, box, form)
    await record_audit(
        session,
        actor,
        "credential_created",
        "credential",
        credential.id,
        school_id=credential.school_id,
        changes={"name": [None, credential.name], "kind": [None, str(credential.kind)]},
    )
    return credential


_CREDENTIAL_FIELDS = (
    "name",
    "user_name",
    "auth",
    "privacy",
    "school_id",
    "note",
    "read_timeout_s",
    "fast_cli",
)


async def change_credential(
    session: AsyncSession,
    actor: Actor,
    box: SecretBox,
    credential_id: int,
    form: CredentialChangeForm,
) -> Credential:
    """Change credentials or rotate their secrets; the nodes that use them are due at once.

    Raises:
        NotFoundError: there are none, or not for this actor.
        ForbiddenError: the actor may not give them to that school.
        InvalidInputError: the name is taken, or a secret is missing.
    """
    credential = await get_credential(session, actor, credential_id)
    if not actor.may_at(Right.EDIT_CREDENTIALS, form.school_id):
        raise ForbiddenError("Zugangsdaten darf nur die Verwaltung ändern.")
    secrets = changed_secrets(box, credential, form)
    before = {name: getattr(credential, name) for name in _CREDENTIAL_FIELDS}
    for name in _CREDENTIAL_FIELDS:
        setattr(credential, name, getattr(form, name))
    changes = {
        name: [before[name], getattr(credential, name)]
        for name in _CREDENTIAL_FIELDS
        if before[name] != getattr(credential, name)
    }
    if form.secrets() or form.forget_secrets:
        changes["secrets"] = [None, "ersetzt"]
    if not changes:
        return credential
    # Sealed anew each time, because what is sealed may have fewer secrets than before.
    credential.secrets_encrypted = box.seal(secrets, purpose_of(credential.id))
    await session.flush()
    await _make_users_due(session, credential.id)
    await record_audit(
        session,
        actor,
        "credential_changed",
        "credential",
        credential.id,
        school_id=credential.school_id,
        changes=changes,
    )
    return credential


async def get_credential(session: AsyncSession, actor: Actor, credential_id: int) -> Credential:
    """Return credentials that the actor may edit.

    Raises:
        NotFoundError: there are none, or not for this actor.
    """
    credential = await session.get(Credential, credential_id)
    if credential is None or not actor.may_at(Right.EDIT_CREDENTIALS, credential.school_id):
        raise NotFoundError("Diese Zugangsdaten gibt es nicht.")
    return credential


async def _make_users_due(session: AsyncSession, credential_id: int) -> None:
    now = utcnow()
    nodes, shells = table_of(Node), table_of(ShellReading)
    by_shell = select(nodes.c.id).where(nodes.c.ssh_credential_id == credential_id)
    using = (nodes.c.credential_id == credential_id) | (nodes.c.ssh_credential_id == credential_id)
    await session.execute(
        update(nodes).where(nodes.c.is_enabled.is_(True), using).values(next_poll_at=now)
    )
    await session.execute(update(shells).where(shells.c.node_id.in_(by_shell)).values(due_at=now))


async def _own_node(
    session: AsyncSession, actor: Actor, node_id: int, right: Right = Right.EDIT_NETWORK
) -> Node:
    node = await session.get(Node, node_id)
    if node is None or not actor.may_at(right, node.school_id):
        raise NotFoundError("Diesen Knoten gibt es nicht.")
    return node


def _check_school(actor: Actor, school_id: int) -> None:
    if not actor.may_at(Right.EDIT_NETWORK, school_id):
        message = "An dieser Schule darfst du keine Knoten anlegen."
        raise ForeignSchoolError(message, {"school_id": message})


async def _check_credentials(session: AsyncSession, form: NodeForm) -> None:
    for field, credential_id in (
        ("credential_id", form.credential_id),
        ("ssh_credential_id", form.ssh_credential_id),
    ):
        if credential_id is None:
            continue
        credential = await session.get(Credential, credential_id)
        is_ssh = credential is not None and credential.kind is CredentialKind.SSH
        is_near = credential is not None and credential.school_id in (None, form.school_id)
        if not is_near or is_ssh != (field == "ssh_credential_id"):
            message = "Diese Zugangsdaten passen hier nicht."
            raise UnfitCredentialError(message, {field: message})
