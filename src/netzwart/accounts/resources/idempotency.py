"""A POST sent again with the same `Idempotency-Key` does nothing and is answered the same."""

import hashlib
from datetime import timedelta
from typing import ClassVar

import msgspec
from litestar import Response
from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.authentication import provide_actor
from netzwart.accounts.resources.answering import JSON, ApiRequest
from netzwart.accounts.tables import IdempotencyRecord
from netzwart.clock import utcnow
from netzwart.database import table_of
from netzwart.errors import ConflictError, InvalidInputError

KEPT = timedelta(hours=24)
LONGEST_KEY = 200
_KEPT_HEADERS = ("etag", "location")


class KeyReusedError(InvalidInputError):
    """The key belongs to another request."""


class SecretToldError(ConflictError):
    """The first answer held a secret, which is told once and not kept."""

    status: ClassVar[int] = 409


class Once:
    """One POST that may be a repetition."""

    def __init__(self, session: AsyncSession, request: ApiRequest, body: bytes) -> None:
        self._session = session
        self._key = request.headers.get("idempotency-key")
        self._actor = _actor_key(request)
        self._hash = hashlib.sha256(
            f"{request.method} {request.url.path}?{request.url.query}\n".encode() + body
        ).hexdigest()

    async def earlier_answer(self) -> Response[bytes] | None:
        """Return the answer given before; None if this is the first time or there is no key.

        The key is written before the work: a second request that comes meanwhile waits for the
        first one's transaction, then finds its answer.

        Raises:
            KeyReusedError: the key came with another request.
            SecretToldError: the answer held a secret.
        """
        if self._key is None:
            return None
        if not 1 <= len(self._key) <= LONGEST_KEY or not self._key.isprintable():
            raise InvalidInputError(f"Ein Idempotency-Key hat 1 bis {LONGEST_KEY} Zeichen.")
        if await self._claim():
            return None
        return await self._replay()

    async def _claim(self) -> bool:
        table = table_of(IdempotencyRecord)
        now = utcnow()
        await self._session.execute(
            delete(table).where(
                table.c.key == self._key, table.c.actor == self._actor, table.c.expires_at < now
            )
        )
        dialect = sqlite if self._session.get_bind().dialect.name == "sqlite" else postgresql
        claim = dialect.insert(table).on_conflict_do_nothing(index_elements=["key", "actor"])
        claimed = await self._session.execute(
            claim.returning(table.c.id).values(
                key=self._key, actor=self._actor, request_hash=self._hash, status=0, body="",
                expires_at=now + KEPT, created_at=now, changed_at=now, version=1,
            )
        )  # fmt: skip
        return claimed.scalar_one_or_none() is not None

    async def _replay(self) -> Response[bytes]:
        table = table_of(IdempotencyRecord)
        found = await self._session.execute(
            select(table.c.request_hash, table.c.status, table.c.body).where(
                table.c.key == self._key, table.c.actor == self._actor
            )
        )
        hashed, status, kept = found.one()
        if hashed != self._hash:
            raise KeyReusedError("Dieser Idempotency-Key gehört zu einer anderen Anfrage.")
        if not kept:
            raise SecretToldError("Das ist schon geschehen; sein Geheimnis gab es nur einmal.")
        headers, _, body = kept.partition("\n")
        return Response(
            body.encode(),
            status_code=status,
            media_type=JSON,
            headers={
                **msgspec.json.decode(headers, type=dict[str, str]),
                "Idempotent-Replay": "true",
            },
        )

    async def keep(self, answer: Response[bytes], *, holds_secret: bool) -> None:
        """Keep the answer for repetitions; one with a secret is only marked as given."""
        if self._key is None:
            return
        table = table_of(IdempotencyRecord)
        headers = {
            name: value for name, value in answer.headers.items() if name.lower() in _KEPT_HEADERS
        }
        head = msgspec.json.encode(headers).decode()
        kept = "" if holds_secret else f"{head}\n{answer.content.decode()}"
        await self._session.execute(
            update(table)
            .where(table.c.key == self._key, table.c.actor == self._actor)
            .values(status=answer.status_code, body=kept)
        )


def _actor_key(request: ApiRequest) -> str:
    actor = provide_actor(request)
    return f"{actor.user_id or ''}/{actor.token_id or ''}/{actor.name}"[:200]
