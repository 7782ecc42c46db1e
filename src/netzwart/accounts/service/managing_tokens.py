"""API tokens: made once, shown once, revoked at once."""

from dataclasses import dataclass
from datetime import date

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts import rules
from netzwart.accounts.actors import Actor
from netzwart.accounts.audit import record_audit
from netzwart.accounts.secret_words import TOKEN_SHOWN, digest, new_api_token
from netzwart.accounts.tables import ApiToken, Role
from netzwart.clock import today, utcnow
from netzwart.errors import ConflictError, InvalidInputError

_SUBJECT = "api_token"


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token with the word that is told this once and never again."""

    token: ApiToken
    word: SecretStr


async def add_token(
    session: AsyncSession,
    actor: Actor,
    *,
    name: str,
    role: Role,
    school_id: int | None = None,
    expires_on: date | None = None,
) -> NewToken:
    """Make a bearer token with one role.

    Raises:
        InvalidInputError: the last day is over, or (at the end of the transaction) the name exists.
    """
    if expires_on is not None and expires_on < today():
        sentence = "Der letzte Tag liegt in der Vergangenheit."
        raise InvalidInputError(sentence, {"expires_on": sentence})
    word = new_api_token()
    token = ApiToken(
        name=name,
        token_hash=digest(word),
        prefix=word[:TOKEN_SHOWN],
        role=role,
        school_id=school_id,
        expires_at=rules.end_of_day(expires_on),
        created_by_id=actor.user_id,
    )
    session.add(token)
    await session.flush()
    changes = {"name": [None, name], "role": [None, role.value]}
    await record_audit(
        session, actor, "token_added", _SUBJECT, token.id, school_id=school_id, changes=changes
    )
    return NewToken(token, SecretStr(word))


async def revoke_token(session: AsyncSession, actor: Actor, token: ApiToken) -> None:
    """Make a token useless at once; its row stays for the audit trail.

    Raises:
        ConflictError: it is revoked already.
    """
    if token.revoked_at is not None:
        raise ConflictError("Dieses Token ist schon widerrufen.")
    token.revoked_at = utcnow()
    changes = {"revoked_at": [None, token.revoked_at.isoformat()]}
    await record_audit(
        session,
        actor,
        "token_revoked",
        _SUBJECT,
        token.id,
        school_id=token.school_id,
        changes=changes,
    )
