"""From whom notifications are taken: the nodes that are polled, with what they are polled with."""

import asyncio
import ipaddress
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.database import table_of
from netzwart.network.credentials import (
    SealedCredential,
    UnusableCredentialError,
    open_target,
    sealed_credentials,
)
from netzwart.network.protocols.replies import SnmpTarget, SnmpVersion
from netzwart.network.protocols.traps import Senders, TrapSender, TrapUser, plain_address
from netzwart.network.tables import Node
from netzwart.secrets import SecretBox

MAX_NODES_AT_ONE_ADDRESS = 32
"""Several nodes share an address behind NAT, or as simulated agents; each of them is asked."""
_LOOKUP_LIMIT_S = 5.0
_LOOKUPS_AT_ONCE = 16

_nodes = table_of(Node)


@dataclass(frozen=True, slots=True)
class Roll:
    """Who is known: for the receiver by address, and which nodes that means."""

    senders: Senders = field(default_factory=dict[str, TrapSender])
    nodes: Mapping[str, Sequence[int]] = field(default_factory=dict[str, Sequence[int]])


async def read_roll(session: AsyncSession, box: SecretBox, extra: SecretStr | None) -> Roll:
    """Return all enabled nodes as senders.

    Args:
        session: Reading is enough.
        box: Opens credentials; those that do not open are passed over.
        extra: A community that each known node may use, for devices whose traps carry another one.
    """
    columns = (_nodes.c.id, _nodes.c.address, _nodes.c.port, _nodes.c.credential_id)
    found = await session.execute(select(*columns).where(_nodes.c.is_enabled).order_by(_nodes.c.id))
    rows = found.all()
    ids = frozenset(row.credential_id for row in rows if row.credential_id is not None)
    sealed = await sealed_credentials(session, ids)
    keys = {one.id: _opened(one, box) for one in sealed.values()}
    addresses = await _addresses(frozenset(row.address for row in rows))
    nodes: dict[str, list[int]] = {}
    targets: dict[str, list[SnmpTarget]] = {}
    for row in rows:
        target = keys.get(row.credential_id)
        for address in addresses.get(row.address, ()):
            nodes.setdefault(address, []).append(row.id)
            targets.setdefault(address, []).extend([target] if target else [])
    community = extra.get_secret_value().encode() if extra else None
    return Roll(
        {address: _sender(known, community) for address, known in targets.items()},
        {address: ids[:MAX_NODES_AT_ONE_ADDRESS] for address, ids in nodes.items()},
    )


def _opened(sealed: SealedCredential, box: SecretBox) -> SnmpTarget | None:
    try:
        return open_target("", 0, sealed, box)
    except UnusableCredentialError:
        return None


def _sender(targets: Sequence[SnmpTarget], extra: bytes | None) -> TrapSender:
    communities = {
        target.community.get_secret_value().encode()
        for target in targets
        if target.version is not SnmpVersion.V3 and target.community
    }
    users = {
        (target.user, target.auth, target.privacy): TrapUser(
            target.user, target.auth, target.auth_key, target.privacy, target.privacy_key
        )
        for target in targets
        if target.version is SnmpVersion.V3 and target.user
    }
    extras = {extra} if extra else set[bytes]()
    return TrapSender(frozenset(communities | extras), tuple(users.values()))


async def _addresses(hosts: frozenset[str]) -> dict[str, list[str]]:
    """Return the addresses of each host; names are looked up, and those without one left out."""
    gate = asyncio.Semaphore(_LOOKUPS_AT_ONCE)

    async def one(host: str) -> list[str]:
        try:
            return [plain_address(str(ipaddress.ip_address(host)))]
        except ValueError:
            async with gate:
                return await _looked_up(host)

    ordered = sorted(hosts)
    return dict(zip(ordered, await asyncio.gather(*map(one, ordered)), strict=True))


async def _looked_up(host: str) -> list[str]:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(_LOOKUP_LIMIT_S):
            found = await loop.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    except (OSError, TimeoutError, UnicodeError):
        return []
    return sorted({plain_address(str(entry[4][0])) for entry in found})
