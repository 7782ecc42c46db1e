"""Named reads about auditors of single grants and their invitations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import and_, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from netzwart.accounts.queries import ROLES, USERS
from netzwart.accounts.tables import AccountInvitation, Role, UserAccount
from netzwart.database import table_of
from netzwart.errors import NotFoundError

INVITATIONS = table_of(AccountInvitation)


class AccessState(StrEnum):
    """Where an auditor's access stands."""

    INVITED = "invited"
    LAPSED = "lapsed"
    """The one-time word was not used in time."""
    ACTIVE = "active"
    EXPIRED = "expired"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditorRow:
    """One auditor of single grants."""

    user: UserAccount
    grant_ids: tuple[int, ...]
    word_until: datetime | None
    """Until when an unused one-time word works."""

    def state_on(self, now: datetime) -> AccessState:
        """Return where the access stands at a moment."""
        if not self.user.is_active:
            return AccessState.LOCKED
        if self.user.expires_at is not None and self.user.expires_at <= now:
            return AccessState.EXPIRED
        if self.user.password_hash is not None:
            return AccessState.ACTIVE
        is_open = self.word_until is not None and self.word_until > now
        return AccessState.INVITED if is_open else AccessState.LAPSED


def _limited() -> ColumnElement[bool]:
    """Return the condition on `user_account`: a role for a grant, and no role beyond."""
    audits = and_(
        ROLES.c.user_id == USERS.c.id,
        ROLES.c.role == Role.AUDITOR,
        ROLES.c.grant_id.is_not(None),
    )
    beyond = and_(
        ROLES.c.user_id == USERS.c.id,
        (ROLES.c.role != Role.AUDITOR) | ROLES.c.grant_id.is_(None),
    )
    return exists().where(audits) & ~exists().where(beyond)


async def list_auditors(session: AsyncSession) -> Sequence[AuditorRow]:
    """Return the auditors of single grants, those whose access ends last first."""
    users = (
        await session.scalars(
            select(UserAccount)
            .where(_limited())
            .order_by(USERS.c.is_active.desc(), USERS.c.expires_at.desc(), USERS.c.id.desc())
        )
    ).all()
    ids = [user.id for user in users]
    held = await session.execute(
        select(ROLES.c.user_id, ROLES.c.grant_id)
        .where(ROLES.c.user_id.in_(ids))
        .order_by(ROLES.c.grant_id)
    )
    grants: dict[int, list[int]] = {user_id: [] for user_id in ids}
    for row in held:
        grants[row.user_id].append(row.grant_id)
    words = await session.execute(
        select(
            INVITATIONS.c.user_id,
            func.max(INVITATIONS.c.expires_at, type_=INVITATIONS.c.expires_at.type).label("until"),
        )
        .where(INVITATIONS.c.user_id.in_(ids), INVITATIONS.c.used_at.is_(None))
        .group_by(INVITATIONS.c.user_id)
    )
    until = {row.user_id: row.until for row in words}
    return [
        AuditorRow(user=user, grant_ids=tuple(grants[user.id]), word_until=until.get(user.id))
        for user in users
    ]


async def get_limited_auditor(session: AsyncSession, user_id: int) -> UserAccount:
    """Return an auditor of single grants.

    Raises:
        NotFoundError: there is no such user, or they may do more than that.
    """
    user = await session.scalar(select(UserAccount).where(USERS.c.id == user_id, _limited()))
    if user is None:
        raise NotFoundError("Diesen Prüfzugang gibt es nicht.", user_id=user_id)
    return user


async def find_invitation(
    session: AsyncSession, word_hash: str, now: datetime
) -> AccountInvitation | None:
    """Return the invitation of a word that still works, or None."""
    return await session.scalar(
        select(AccountInvitation).where(
            INVITATIONS.c.word_hash == word_hash,
            INVITATIONS.c.used_at.is_(None),
            INVITATIONS.c.expires_at > now,
        )
    )
