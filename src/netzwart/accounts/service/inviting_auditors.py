"""Auditors of single grants: invited for a time, with a word that works once."""

from collections.abc import Sequence
from datetime import date, timedelta

from pydantic import SecretStr
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts import queries, rules
from netzwart.accounts.actors import Actor
from netzwart.accounts.audit import record_audit
from netzwart.accounts.auditor_queries import INVITATIONS, find_invitation
from netzwart.accounts.passwords import hash_password
from netzwart.accounts.secret_words import digest, new_invitation_word
from netzwart.accounts.service.managing_users import end_sessions
from netzwart.accounts.tables import AccountInvitation, Role, RoleGrant, UserAccount
from netzwart.clock import today, utcnow
from netzwart.errors import InvalidInputError

WORD_LASTS = timedelta(days=7)
LONGEST_ACCESS = timedelta(days=366)
"""An audit takes weeks; whoever needs longer is invited again."""

_SUBJECT = "user_account"


class InvitationRefusedError(InvalidInputError):
    """The one-time word is wrong, used or too old; which of them is not told."""


async def invite_auditor(
    session: AsyncSession,
    actor: Actor,
    *,
    name: str,
    display_name: str,
    grant_ids: Sequence[int],
    expires_on: date,
) -> SecretStr:
    """Add an auditor of these grants and return the one-time word, which is told only now.

    Raises:
        InvalidInputError: the name exists, a grant does not, or the last day is past or too far.
    """
    if await queries.find_user_by_name(session, name) is not None:
        sentence = "Diesen Anmeldenamen gibt es schon."
        raise InvalidInputError(sentence, {"name": sentence})
    _check_last_day(expires_on)
    known = {grant_id for grant_id, _ in await queries.list_grant_choices(session)}
    if not set(grant_ids) <= known:
        sentence = "Diese Bewilligung gibt es nicht."
        raise InvalidInputError(sentence, {"grant_ids": sentence})
    user = UserAccount(
        name=name, display_name=display_name, expires_at=rules.end_of_day(expires_on)
    )
    session.add(user)
    await session.flush()
    session.add_all(
        RoleGrant(user_id=user.id, role=Role.AUDITOR, grant_id=grant_id)
        for grant_id in sorted(set(grant_ids))
    )
    changes = {
        "name": [None, name],
        "grants": [None, sorted(set(grant_ids))],
        "expires_on": [None, expires_on.isoformat()],
    }
    await record_audit(session, actor, "auditor_invited", _SUBJECT, user.id, changes=changes)
    return await _new_word(session, actor, user)


async def renew_invitation(session: AsyncSession, actor: Actor, user: UserAccount) -> SecretStr:
    """Return a fresh one-time word; the old ones and the password work no longer."""
    user.password_hash = None
    await end_sessions(session, user.id)
    await record_audit(session, actor, "auditor_invited", _SUBJECT, user.id)
    return await _new_word(session, actor, user)


async def end_audit_access(session: AsyncSession, actor: Actor, user: UserAccount) -> None:
    """Shut an auditor out at once, in every browser."""
    user.is_active = False
    await _spoil_words(session, user.id)
    await end_sessions(session, user.id)
    changes = {"is_active": [True, False]}
    await record_audit(session, actor, "user_deactivated", _SUBJECT, user.id, changes=changes)


async def accept_invitation(
    session: AsyncSession, *, name: str, word: SecretStr, new: SecretStr, repeated: SecretStr
) -> None:
    """Give the invited person the password they chose; the word is used up.

    Raises:
        InvitationRefusedError: the word is wrong, used or too old.
        InvalidInputError: the password is weak, or its repetition differs.
    """
    typed = word.get_secret_value().strip().lower()
    invitation = await find_invitation(session, digest(typed), utcnow())
    user = await queries.find_user_by_name(session, name)
    if invitation is None or user is None or user.id != invitation.user_id or not user.is_active:
        sentence = "Name oder Einmalkennwort stimmt nicht, oder es ist schon benutzt."
        raise InvitationRefusedError(sentence, {"word": sentence})
    problem = rules.password_problem(new.get_secret_value(), user.name)
    if problem is not None:
        raise InvalidInputError(problem, {"new": problem})
    if new.get_secret_value() != repeated.get_secret_value():
        sentence = "Die Wiederholung ist anders."
        raise InvalidInputError(sentence, {"repeated": sentence})
    user.password_hash = await hash_password(new)
    invitation.used_at = utcnow()
    invited = Actor(user.name, user.display_name, (), user_id=user.id)
    await record_audit(session, invited, "invitation_accepted", _SUBJECT, user.id)


def _check_last_day(expires_on: date) -> None:
    if expires_on < today():
        sentence = "Der letzte Tag liegt in der Vergangenheit."
        raise InvalidInputError(sentence, {"expires_on": sentence})
    if expires_on > today() + LONGEST_ACCESS:
        sentence = "Ein Prüfzugang gilt höchstens ein Jahr."
        raise InvalidInputError(sentence, {"expires_on": sentence})


async def _new_word(session: AsyncSession, actor: Actor, user: UserAccount) -> SecretStr:
    await _spoil_words(session, user.id)
    word = new_invitation_word()
    session.add(
        AccountInvitation(
            user_id=user.id,
            word_hash=digest(word),
            expires_at=utcnow() + WORD_LASTS,
            invited_by_id=actor.user_id,
        )
    )
    await session.flush()
    return SecretStr(word)


async def _spoil_words(session: AsyncSession, user_id: int) -> None:
    await session.execute(
        update(AccountInvitation)
        .where(INVITATIONS.c.user_id == user_id, INVITATIONS.c.used_at.is_(None))
        .values(used_at=utcnow())
    )
