"""Named reads about users, sessions, tokens and the audit trail."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Select, and_, column, func, or_, select, table
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, HeldRole, Right
from netzwart.accounts.tables import (
    ApiToken,
    AuditEvent,
    Role,
    RoleGrant,
    SignInAttempt,
    UserAccount,
    WebSession,
)
from netzwart.database import table_of
from netzwart.errors import NotFoundError

USERS = table_of(UserAccount)
ROLES = table_of(RoleGrant)
SESSIONS = table_of(WebSession)
TOKENS = table_of(ApiToken)
ATTEMPTS = table_of(SignInAttempt)
EVENTS = table_of(AuditEvent)

# Schools and grants live on floors above; their names are read without knowing their classes.
_SCHOOLS = table("school", column("id"), column("name"), column("is_active"))
_GRANTS = table("funding_grant", column("id"), column("number"))

_PERSONAL_SUBJECTS = ("user_account", "api_token", "loan", "borrower")


@dataclass(frozen=True, slots=True)
class Recognised:
    """An actor as the database knows it behind a cookie or a token."""

    actor: Actor
    key_id: int
    """Id of the session or token that opened the door."""
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class UserRow:
    """One line of the list of users."""

    user: UserAccount
    roles: Sequence[HeldRole]


class Placed(Protocol):
    """Something that holds at a place: a role of a user, or a token."""

    @property
    def school_id(self) -> int | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class PlaceNames:
    """What the places of some roles are called."""

    schools: Mapping[int, str]
    grants: Mapping[int, str]

    def of(self, held: Placed) -> str:
        """Return where a role or token holds, in German words."""
        grant_id: int | None = getattr(held, "grant_id", None)
        programme: str | None = getattr(held, "programme", None)
        words = [
            self.schools.get(held.school_id, "") if held.school_id is not None else "",
            self.grants.get(grant_id, "") if grant_id is not None else "",
            programme or "",
        ]
        return ", ".join(word for word in words if word) or "überall"


@dataclass(frozen=True, slots=True)
class Failures:
    """Failed sign-ins under one key that still count."""

    count: int
    last_at: datetime | None


async def find_by_session(
    session: AsyncSession, token_hash: str, now: datetime
) -> Recognised | None:
    """Return who is signed in behind this cookie; one statement, since every request asks."""
    statement = (
        select(
            SESSIONS.c.id.label("session_id"),
            SESSIONS.c.csrf_secret,
            SESSIONS.c.last_used_at,
            USERS.c.id,
            USERS.c.name,
            USERS.c.display_name,
            ROLES.c.role,
            ROLES.c.school_id,
            ROLES.c.grant_id,
            ROLES.c.programme,
        )
        .join(USERS, USERS.c.id == SESSIONS.c.user_id)
        .outerjoin(ROLES, ROLES.c.user_id == USERS.c.id)
        .where(
            SESSIONS.c.token_hash == token_hash,
            SESSIONS.c.expires_at > now,
            USERS.c.is_active.is_(True),
            or_(USERS.c.expires_at.is_(None), USERS.c.expires_at > now),
        )
        .order_by(ROLES.c.id)
    )
    rows = (await session.execute(statement)).all()
    if not rows:
        return None
    first = rows[0]
    actor = Actor(
        name=first.name,
        display_name=first.display_name,
        roles=tuple(_held(row) for row in rows if row.role is not None),
        user_id=first.id,
        session_id=first.session_id,
        csrf_token=first.csrf_secret,
    )
    return Recognised(actor, first.session_id, first.last_used_at)


async def find_by_token(session: AsyncSession, token_hash: str, now: datetime) -> Recognised | None:
    """Return what acts with this API token, unless it is revoked or expired."""
    statement = select(TOKENS).where(
        TOKENS.c.token_hash == token_hash,
        TOKENS.c.revoked_at.is_(None),
        or_(TOKENS.c.expires_at.is_(None), TOKENS.c.expires_at > now),
    )
    row = (await session.execute(statement)).first()
    if row is None:
        return None
    held = HeldRole(row.role, school_id=row.school_id)
    actor = Actor(name=row.name, display_name=row.name, roles=(held,), token_id=row.id)
    return Recognised(actor, row.id, row.last_used_at)


async def find_user_by_name(session: AsyncSession, name: str) -> UserAccount | None:
    """Return the user with this sign-in name, capitals or not."""
    statement = (
        select(UserAccount)
        .where(func.lower(USERS.c.name) == name.strip().lower())
        .order_by(USERS.c.id)
        .limit(1)
    )
    return (await session.execute(statement)).scalars().first()


async def get_user(session: AsyncSession, user_id: int) -> UserAccount:
    """Return a user.

    Raises:
        NotFoundError: there is none with this id.
    """
    user = await session.get(UserAccount, user_id)
    if user is None:
        raise NotFoundError("Diesen Benutzer gibt es nicht.", user_id=user_id)
    return user


async def get_token(session: AsyncSession, token_id: int) -> ApiToken:
    """Return a token.

    Raises:
        NotFoundError: there is none with this id.
    """
    token = await session.get(ApiToken, token_id)
    if token is None:
        raise NotFoundError("Dieses Token gibt es nicht.", token_id=token_id)
    return token


async def get_role_grant(session: AsyncSession, user_id: int, role_grant_id: int) -> RoleGrant:
    """Return one role of one user.

    Raises:
        NotFoundError: the user does not hold it.
    """
    held = await session.get(RoleGrant, role_grant_id)
    if held is None or held.user_id != user_id:
        raise NotFoundError("Diese Rolle ist nicht vergeben.", role_grant_id=role_grant_id)
    return held


async def list_role_grants(session: AsyncSession, user_id: int) -> Sequence[RoleGrant]:
    """Return the roles of a user, oldest first."""
    statement = select(RoleGrant).where(ROLES.c.user_id == user_id).order_by(ROLES.c.id)
    return (await session.execute(statement)).scalars().all()


async def list_users(session: AsyncSession, *, q: str = "", limit: int = 200) -> Sequence[UserRow]:
    """Return users with their roles by display name, active ones first; two statements."""
    statement = select(UserAccount).order_by(
        USERS.c.is_active.desc(), USERS.c.display_name, USERS.c.id
    )
    if q:
        statement = statement.where(
            or_(
                func.lower(USERS.c.name).contains(q.lower(), autoescape=True),
                func.lower(USERS.c.display_name).contains(q.lower(), autoescape=True),
            )
        )
    users = (await session.execute(statement.limit(limit))).scalars().all()
    roles = await session.execute(
        select(ROLES).where(ROLES.c.user_id.in_([user.id for user in users])).order_by(ROLES.c.id)
    )
    held: dict[int, list[HeldRole]] = {user.id: [] for user in users}
    for row in roles:
        held[row.user_id].append(_held(row))
    return [UserRow(user, held[user.id]) for user in users]


async def list_tokens(session: AsyncSession) -> Sequence[ApiToken]:
    """Return all tokens, usable ones first, then by name."""
    statement = select(ApiToken).order_by(
        TOKENS.c.revoked_at.is_not(None), TOKENS.c.name, TOKENS.c.id
    )
    return (await session.execute(statement)).scalars().all()


async def place_names(session: AsyncSession, held: Iterable[Placed]) -> PlaceNames:
    """Return the names of all schools and grants these roles or tokens are limited to."""
    roles = list(held)
    school_ids = {role.school_id for role in roles if role.school_id is not None}
    grant_ids = {found for role in roles if (found := getattr(role, "grant_id", None)) is not None}
    schools = select(_SCHOOLS.c.id, _SCHOOLS.c.name).where(_SCHOOLS.c.id.in_(school_ids))
    grants = select(_GRANTS.c.id, _GRANTS.c.number).where(_GRANTS.c.id.in_(grant_ids))
    return PlaceNames(
        schools=await _pairs(session, schools) if school_ids else {},
        grants=await _pairs(session, grants) if grant_ids else {},
    )


async def list_school_choices(session: AsyncSession) -> Sequence[tuple[int, str]]:
    """Return (id, name) of all schools that are open, by name."""
    statement = (
        select(_SCHOOLS.c.id, _SCHOOLS.c.name)
        .where(_SCHOOLS.c.is_active.is_(True))
        .order_by(_SCHOOLS.c.name, _SCHOOLS.c.id)
    )
    return list((await _pairs(session, statement)).items())


async def list_grant_choices(session: AsyncSession) -> Sequence[tuple[int, str]]:
    """Return (id, number) of all grants, by number."""
    statement = select(_GRANTS.c.id, _GRANTS.c.number).order_by(_GRANTS.c.number, _GRANTS.c.id)
    return list((await _pairs(session, statement)).items())


async def is_other_admin_left(session: AsyncSession, user_id: int) -> bool:
    """Tell whether somebody else who is active administers everything."""
    statement = (
        select(USERS.c.id)
        .join(ROLES, ROLES.c.user_id == USERS.c.id)
        .where(
            USERS.c.id != user_id,
            USERS.c.is_active.is_(True),
            ROLES.c.role == Role.ADMIN,
            ROLES.c.school_id.is_(None),
        )
        .order_by(USERS.c.id)
        .limit(1)
    )
    return (await session.execute(statement)).first() is not None


async def failures_since(session: AsyncSession, key: str, since: datetime) -> Failures:
    """Return how many sign-ins failed under a key since then, and when the last one did."""
    statement = select(func.count(), func.max(ATTEMPTS.c.at)).where(
        ATTEMPTS.c.key == key, ATTEMPTS.c.at >= since
    )
    count, last_at = (await session.execute(statement)).one()
    return Failures(count, last_at)


async def list_audit_events(
    session: AsyncSession,
    actor: Actor,
    *,
    before_id: int | None = None,
    limit: int = 50,
    filters: Mapping[str, str] | None = None,
) -> Sequence[AuditEvent]:
    """Return the newest events the actor may know of, before an id; `filters` compare columns."""
    statement = visible_events(actor).order_by(EVENTS.c.id.desc()).limit(limit)
    if before_id is not None:
        statement = statement.where(EVENTS.c.id < before_id)
    for name, value in (filters or {}).items():
        if value:
            statement = statement.where(EVENTS.c[name] == value)
    return (await session.execute(statement)).scalars().all()


def visible_events(actor: Actor) -> Select[AuditEvent]:
    """Return the selection of events that the actor may know of.

    Without the right to manage users nothing about persons is shown; an auditor of single grants
    sees the events of those grants.
    """
    statement = select(AuditEvent)
    scope, grants = actor.scope(Right.READ_AUDIT), actor.grant_scope()
    if scope is not None and grants is None:
        statement = statement.where(EVENTS.c.school_id.in_(sorted(scope)))
    if grants is not None:
        statement = statement.where(
            and_(EVENTS.c.subject_type == "funding_grant", EVENTS.c.subject_id.in_(sorted(grants)))
        )
    if not actor.may(Right.MANAGE_USERS):
        statement = statement.where(EVENTS.c.subject_type.not_in(_PERSONAL_SUBJECTS))
    return statement


async def _pairs(session: AsyncSession, statement: Select[int, str]) -> dict[int, str]:
    return {row[0]: row[1] for row in await session.execute(statement)}


def _held(row: Any) -> HeldRole:  # noqa: ANN401 - rows of two different selections
    return HeldRole(
        row.role, school_id=row.school_id, grant_id=row.grant_id, programme=row.programme
    )
