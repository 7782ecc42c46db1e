"""Signing in and out, and slowing down whoever guesses.

A failed attempt must stay counted although nothing else of the request is kept, and hashing a
password must not hold SQLite's write lock; so `sign_in` takes the database, not a session:

1. count the attempt, in a transaction of its own, before anything is compared;
2. compare the password, in none;
3. forget the attempt and open the session, in a second one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from pydantic import SecretStr
from sqlalchemy import delete, or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts import queries, rules
from netzwart.accounts.actors import Actor
from netzwart.accounts.audit import record_audit
from netzwart.accounts.passwords import hash_password, is_outdated, is_password
from netzwart.accounts.secret_words import digest, new_csrf_secret, new_session_word
from netzwart.accounts.tables import SignInAttempt, UserAccount, WebSession
from netzwart.clock import utcnow
from netzwart.database import Database

log = structlog.get_logger()

_WRONG = "Name oder Passwort stimmt nicht."
_KEY_LENGTH = 160
_MINUTE_S = 60


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody at the door."""

    name: str
    password: SecretStr
    address: str
    """IP address of the client."""
    user_agent: str = ""

    @property
    def keys(self) -> dict[str, int]:
        """Return the keys that failures are counted under, and how many each has free."""
        name = f"name:{self.name.strip().lower()}"[:_KEY_LENGTH]
        address = f"address:{self.address}"[:_KEY_LENGTH]
        return {
            name: rules.FREE_FAILURES_BY_NAME,
            address: rules.FREE_FAILURES_BY_ADDRESS,
        }


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The door is open; `word` is the cookie's value, told once."""

    word: SecretStr
    user_id: int


@dataclass(frozen=True, slots=True)
class SignInRefused:
    """The door stays shut; `retry_after_s` is set when it was tried too often."""

    message: str
    retry_after_s: int | None = None


async def sign_in(
    database: Database, attempt: Attempt, *, session_hours: int, previous_word: str | None = None
) -> SignedIn | SignInRefused:
    """Open a new session for whoever knows the password; `previous_word` ends with it.

    The session's word is always fresh: one planted in the browser before sign-in opens nothing.
    """
    wait = await _count_attempt(database, attempt)
    if wait is not None:
        log.warning("sign_in_throttled", address=attempt.address, wait_s=wait)
        return SignInRefused(_please_wait(wait), retry_after_s=wait)
    async with database.session(writing=False) as session:
        user = await queries.find_user_by_name(session, attempt.name)
    is_right = await is_password(attempt.password, user.password_hash if user else None)
    if user is None or not is_right or not _may_enter(user):
        log.info("sign_in_refused", address=attempt.address)
        return SignInRefused(_WRONG)
    stronger = None
    if user.password_hash and is_outdated(user.password_hash):
        stronger = await hash_password(attempt.password)
    async with database.session() as session:
        word = await _open_session(session, user.id, attempt, session_hours, stronger)
        await _forget(session, attempt, previous_word)
    log.info("signed_in", user_id=user.id)
    return SignedIn(word, user.id)


async def sign_out(session: AsyncSession, actor: Actor) -> None:
    """End the session the actor came with; other browsers stay signed in."""
    if actor.session_id is None:
        return
    await session.execute(delete(WebSession).where(queries.SESSIONS.c.id == actor.session_id))
    await record_audit(session, actor, "signed_out", "user_account", actor.user_id)


async def touch(database: Database, actor: Actor, session_hours: int) -> None:
    """Write down that a session or token is in use; a session lives on from now."""
    now = utcnow()
    async with database.session() as session:
        if actor.session_id is not None:
            await session.execute(
                update(queries.SESSIONS)
                .where(queries.SESSIONS.c.id == actor.session_id)
                .values(last_used_at=now, expires_at=now + timedelta(hours=session_hours))
            )
        elif actor.token_id is not None:
            await session.execute(
                update(queries.TOKENS)
                .where(queries.TOKENS.c.id == actor.token_id)
                .values(last_used_at=now)
            )


async def _count_attempt(database: Database, attempt: Attempt) -> int | None:
    """Count this attempt as failed until it proves right; return the seconds to wait, if any."""
    now = utcnow()
    since = now - rules.FAILURES_COUNT_FOR
    async with database.session() as session:
        waits = [await _wait(session, key, free, since, now) for key, free in attempt.keys.items()]
        longest = max(waits)
        if longest > timedelta():
            return max(int(longest.total_seconds()), 1)
        session.add_all(SignInAttempt(key=key, at=now) for key in attempt.keys)
    return None


async def _wait(
    session: AsyncSession, key: str, free: int, since: datetime, now: datetime
) -> timedelta:
    failures = await queries.failures_since(session, key, since)
    if failures.last_at is None:
        return timedelta()
    return failures.last_at + rules.waiting_time(failures.count, free) - now


def _please_wait(seconds: int) -> str:
    if seconds < _MINUTE_S:
        span = "1 Sekunde" if seconds == 1 else f"{seconds} Sekunden"
    else:
        minutes = -(-seconds // _MINUTE_S)
        span = "1 Minute" if minutes == 1 else f"{minutes} Minuten"
    return f"Zu viele Versuche. Bitte in {span} noch einmal."


def _may_enter(user: UserAccount) -> bool:
    return user.is_active and (user.expires_at is None or user.expires_at > utcnow())


async def _open_session(
    session: AsyncSession,
    user_id: int,
    attempt: Attempt,
    session_hours: int,
    stronger_hash: str | None,
) -> SecretStr:
    now = utcnow()
    user = await queries.get_user(session, user_id)
    user.last_sign_in_at = now
    if stronger_hash is not None:
        user.password_hash = stronger_hash
    word = new_session_word()
    opened = WebSession(
        token_hash=digest(word),
        user_id=user_id,
        csrf_secret=new_csrf_secret(),
        expires_at=now + timedelta(hours=session_hours),
        last_used_at=now,
        user_agent=attempt.user_agent[:300],
    )
    session.add(opened)
    await session.flush()
    who = Actor(user.name, user.display_name, (), user_id=user_id, session_id=opened.id)
    await record_audit(session, who, "signed_in", "user_account", user_id)
    return SecretStr(word)


async def _forget(session: AsyncSession, attempt: Attempt, previous_word: str | None) -> None:
    """Remove this name's failures, what has expired, and the session that was there before.

    The address keeps its older failures: one right password does not excuse guessing at others.
    """
    now = utcnow()
    name_key, address_key = attempt.keys
    table = queries.ATTEMPTS
    last = await queries.failures_since(session, address_key, now - rules.FAILURES_COUNT_FOR)
    await session.execute(
        delete(SignInAttempt).where(
            or_(
                table.c.key == name_key,
                table.c.at < now - rules.FAILURES_COUNT_FOR,
                (table.c.key == address_key) & (table.c.at == last.last_at),
            )
        )
    )
    previous = digest(previous_word) if previous_word else ""
    await session.execute(
        delete(WebSession).where(
            or_(queries.SESSIONS.c.expires_at <= now, queries.SESSIONS.c.token_hash == previous)
        )
    )
