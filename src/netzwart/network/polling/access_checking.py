"""Tries credentials at a node: one question, no poll, and the outcome in words."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.clock import utcnow
from netzwart.database import Database, insert_into, table_of
from netzwart.network.access import AccessOutcome, outcome_of
from netzwart.network.credentials import (
    SealedCredential,
    UnusableCredentialError,
    open_shell_target,
    open_target,
    sealed_credentials,
)
from netzwart.network.polling.probing import error_kind
from netzwart.network.profiles.loading import Knowledge
from netzwart.network.protocols.replies import HostKeyError, Oid, SnmpWire, SshWire, WireError
from netzwart.network.queries import AnyRow
from netzwart.network.tables import AccessCheck, CredentialKind, HostKey, Node
from netzwart.secrets import SecretBox

_SYS_NAME = Oid("1.3.6.1.2.1.1.5.0")
_NAME_LIMIT = 100

_checks = table_of(AccessCheck)
_keys = table_of(HostKey)
_nodes = table_of(Node)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a check."""

    outcome: AccessOutcome
    detail: str = ""
    offered: HostKeyError | None = None


@dataclass(frozen=True, slots=True)
class AccessChecker:
    """What a worker needs for checks; the shell is opened when the first one needs it."""

    database: Database
    box: SecretBox
    knowledge: Knowledge
    snmp: SnmpWire
    shell: Callable[[], SshWire]

    async def run(self, check_id: int) -> None:
        """Make one check and write what came of it; a check that is gone is passed over."""
        async with self.database.session(writing=False) as session:
            node = await _node_of(session, check_id)
            if node is None:
                return
            sealed = await sealed_credentials(session, frozenset({node.credential_id}))
            accepted = (await accepted_keys(session, [node.id])).get(node.id, frozenset())
        started = time.monotonic()
        result = await self._try(node, sealed.get(node.credential_id), accepted)
        duration_ms = round((time.monotonic() - started) * 1000)
        async with self.database.session() as session:
            await _write(session, check_id, node.id, result, duration_ms)

    async def _try(
        self, node: AnyRow, sealed: SealedCredential | None, accepted: frozenset[str]
    ) -> Result:
        try:
            if sealed is not None and CredentialKind(sealed.kind) is CredentialKind.SSH:
                return await self._try_shell(node, sealed, accepted)
            target = open_target(node.address, node.port, sealed, self.box)
            name = (await self.snmp.get(target, (_SYS_NAME,))).get(_SYS_NAME)
        except UnusableCredentialError as problem:
            return Result(AccessOutcome.NOT_USABLE, str(problem))
        except HostKeyError as problem:
            changed = AccessOutcome.HOST_KEY_CHANGED
            outcome = changed if problem.is_changed else AccessOutcome.HOST_KEY_UNKNOWN
            return Result(outcome, problem.fingerprint, problem)
        except WireError as problem:
            return Result(outcome_of(error_kind(problem)))
        said = name.decode(errors="replace")[:_NAME_LIMIT] if isinstance(name, bytes) else ""
        return Result(AccessOutcome.OPENED, f"meldet sich als {said}" if said else "")

    async def _try_shell(
        self, node: AnyRow, sealed: SealedCredential, accepted: frozenset[str]
    ) -> Result:
        platform = platform_of(self.knowledge, node.profile, node.ssh_platform)
        target = open_shell_target(
            node.address, node.ssh_port, platform, sealed, accepted, self.box
        )
        async with self.shell().session(target):
            return Result(AccessOutcome.OPENED)


def platform_of(known: Knowledge, profile_name: str | None, said: str | None) -> str | None:
    """Return netmiko's device type: what somebody said, else what the node's profile says."""
    profile = known.profiles.get(profile_name) if profile_name else None
    told = profile.ssh.platform if profile is not None and profile.ssh is not None else None
    return said or told


async def accepted_keys(
    session: AsyncSession, node_ids: Sequence[int]
) -> Mapping[int, frozenset[str]]:
    """Return the SSH keys that people accepted, by node."""
    rows = await session.execute(
        select(_keys.c.node_id, _keys.c.line).where(
            _keys.c.node_id.in_(node_ids), _keys.c.accepted_at.is_not(None)
        )
    )
    found: dict[int, frozenset[str]] = {}
    for row in rows:
        found[row.node_id] = found.get(row.node_id, frozenset()) | {row.line}
    return found


async def _node_of(session: AsyncSession, check_id: int) -> AnyRow | None:
    columns = ("id", "address", "port", "ssh_port", "ssh_platform", "profile")
    rows = await session.execute(
        select(*(_nodes.c[name] for name in columns), _checks.c.credential_id)
        .join_from(_checks, _nodes, _nodes.c.id == _checks.c.node_id)
        .where(_checks.c.id == check_id)
    )
    return rows.one_or_none()


async def _write(
    session: AsyncSession, check_id: int, node_id: int, result: Result, duration_ms: int
) -> None:
    now = utcnow()
    await session.execute(
        update(_checks)
        .where(_checks.c.id == check_id)
        .values(
            finished_at=now,
            outcome=result.outcome,
            detail=result.detail[:500],
            duration_ms=duration_ms,
            changed_at=now,
        )
    )
    if result.offered is not None:
        await note_offered_key(session, node_id, result.offered)


async def note_offered_key(session: AsyncSession, node_id: int, offered: HostKeyError) -> None:
    """Keep the key a node showed, for a person to accept; it opens nothing until then."""
    now = utcnow()
    statement = await insert_into(session, _keys)
    row = {
        "node_id": node_id,
        "line": offered.line,
        "fingerprint": offered.fingerprint,
        "last_seen_at": now,
        "created_at": now,
        "changed_at": now,
        "version": 1,
    }
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["node_id", "line"], set_={"last_seen_at": now}
        ),
        [row],
    )
