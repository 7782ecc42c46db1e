"""Users, their roles and their passwords."""

from datetime import date, datetime

from pydantic import SecretStr
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts import queries, rules
from netzwart.accounts.actors import Actor
from netzwart.accounts.audit import record_audit
from netzwart.accounts.passwords import hash_password, is_password
from netzwart.accounts.tables import Role, RoleGrant, UserAccount, WebSession
from netzwart.errors import ConflictError, InvalidInputError

_SUBJECT = "user_account"


class LastAdminError(ConflictError):
    """Nobody would be left who may administer users."""

    def __init__(self) -> None:
        super().__init__(
            "Das ist die letzte Verwaltung. Vergib die Rolle zuerst an jemand anderen."
        )


async def add_user(
    session: AsyncSession,
    actor: Actor,
    *,
    name: str,
    display_name: str,
    password: SecretStr | None,
    role: Role,
    school_id: int | None = None,
    expires_on: date | None = None,
) -> UserAccount:
    """Add somebody who may sign in, with a first role.

    Raises:
        InvalidInputError: the name exists, the password is weak, or the role is for tokens only.
    """
    if await queries.find_user_by_name(session, name) is not None:
        raise InvalidInputError(
            "Diesen Anmeldenamen gibt es schon.", {"name": "Diesen Anmeldenamen gibt es schon."}
        )
    _check_for_person(role)
    user = UserAccount(
        name=name,
        display_name=display_name,
        password_hash=await _checked_hash(password, name, "password") if password else None,
        expires_at=rules.end_of_day(expires_on),
    )
    session.add(user)
    await session.flush()
    changes = {"name": [None, name], "role": [None, role.value]}
    await record_audit(session, actor, "user_added", _SUBJECT, user.id, changes=changes)
    session.add(RoleGrant(user_id=user.id, role=role, school_id=school_id))
    await session.flush()
    return user


async def change_user(
    session: AsyncSession,
    actor: Actor,
    user: UserAccount,
    *,
    display_name: str,
    expires_on: date | None,
) -> None:
    """Change name on the screen and last day of access."""
    before = [user.display_name, _text(user.expires_at)]
    user.display_name = display_name
    user.expires_at = rules.end_of_day(expires_on)
    changes = {
        "display_name": [before[0], display_name],
        "expires_at": [before[1], _text(user.expires_at)],
    }
    await record_audit(session, actor, "user_changed", _SUBJECT, user.id, changes=changes)


async def grant_role(
    session: AsyncSession,
    actor: Actor,
    user: UserAccount,
    role: Role,
    *,
    school_id: int | None = None,
    grant_id: int | None = None,
    programme: str | None = None,
) -> RoleGrant:
    """Give a user one more role: everywhere, at a school, or for a grant or programme.

    Raises:
        InvalidInputError: the user holds it already, or the limit does not fit the role.
    """
    _check_for_person(role)
    if role is not Role.AUDITOR and (grant_id is not None or programme is not None):
        sentence = "Nur die Prüfung wird auf Zuwendungen oder Programme beschränkt."
        raise InvalidInputError(sentence, {"role": sentence})
    wanted = (role, school_id, grant_id, programme)
    present = await queries.list_role_grants(session, user.id)
    # NULLs differ in a unique constraint, so the database alone does not see a second "everywhere".
    if wanted in [(held.role, held.school_id, held.grant_id, held.programme) for held in present]:
        sentence = "Diese Rolle ist schon vergeben."
        raise InvalidInputError(sentence, {"role": sentence})
    held = RoleGrant(
        user_id=user.id, role=role, school_id=school_id, grant_id=grant_id, programme=programme
    )
    session.add(held)
    changes = {"role": [None, role.value], "grant_id": [None, grant_id]}
    await record_audit(
        session, actor, "role_granted", _SUBJECT, user.id, school_id=school_id, changes=changes
    )
    return held


async def revoke_role(
    session: AsyncSession, actor: Actor, user: UserAccount, held: RoleGrant
) -> None:
    """Take a role away.

    Raises:
        LastAdminError: nobody would be left to administer.
    """
    if held.role is Role.ADMIN and held.school_id is None:
        await _require_other_admin(session, user.id)
    await session.delete(held)
    changes = {"role": [held.role.value, None]}
    await record_audit(
        session, actor, "role_revoked", _SUBJECT, user.id, school_id=held.school_id, changes=changes
    )


async def deactivate_user(
    session: AsyncSession, actor: Actor, user: UserAccount, reason: str | None = None
) -> None:
    """Shut a user out at once, in every browser; the account stays for the audit trail.

    Raises:
        ConflictError: it is the actor's own account.
        LastAdminError: nobody would be left to administer.
    """
    if user.id == actor.user_id:
        raise ConflictError("Das eigene Konto lässt sich nicht sperren.")
    held = await queries.list_role_grants(session, user.id)
    if any(role.role is Role.ADMIN and role.school_id is None for role in held):
        await _require_other_admin(session, user.id)
    user.is_active = False
    await end_sessions(session, user.id)
    changes = {"is_active": [True, False]}
    await record_audit(
        session, actor, "user_deactivated", _SUBJECT, user.id, changes=changes, reason=reason
    )


async def reactivate_user(session: AsyncSession, actor: Actor, user: UserAccount) -> None:
    """Let a user in again."""
    user.is_active = True
    changes = {"is_active": [False, True]}
    await record_audit(session, actor, "user_reactivated", _SUBJECT, user.id, changes=changes)


async def change_password(
    session: AsyncSession, actor: Actor, *, current: SecretStr, new: SecretStr, repeated: SecretStr
) -> None:
    """Give oneself a new password; all other browsers are signed out.

    Raises:
        InvalidInputError: the current one is wrong, the new one is weak, or its repetition differs.
        NotFoundError: the actor is not a person.
    """
    user = await queries.get_user(session, actor.user_id or 0)
    if not await is_password(current, user.password_hash):
        sentence = "Das bisherige Passwort stimmt nicht."
        raise InvalidInputError(sentence, {"current": sentence})
    if new.get_secret_value() != repeated.get_secret_value():
        sentence = "Die Wiederholung ist anders."
        raise InvalidInputError(sentence, {"repeated": sentence})
    user.password_hash = await _checked_hash(new, user.name, "new")
    await end_sessions(session, user.id, except_id=actor.session_id)
    await record_audit(session, actor, "password_changed", _SUBJECT, user.id)


async def set_password(
    session: AsyncSession, actor: Actor, user: UserAccount, new: SecretStr
) -> None:
    """Set somebody's password for them; they are signed out everywhere.

    Raises:
        InvalidInputError: the password is weak.
    """
    user.password_hash = await _checked_hash(new, user.name, "new")
    await end_sessions(session, user.id, except_id=actor.session_id)
    await record_audit(session, actor, "password_set", _SUBJECT, user.id)


def read_role(text: str) -> Role:
    """Return the role of this name.

    Raises:
        InvalidInputError: there is none; the sentence lists them.
    """
    if text not in set(Role):
        sentence = f"Diese Rolle gibt es nicht. Möglich: {', '.join(Role)}."
        raise InvalidInputError(sentence, {"role": sentence})
    return Role(text)


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _check_for_person(role: Role) -> None:
    if role is Role.POLLER:
        sentence = "Die Rolle poller ist nur für Token."
        raise InvalidInputError(sentence, {"role": sentence})


async def _checked_hash(password: SecretStr, name: str, field: str) -> str:
    problem = rules.password_problem(password.get_secret_value(), name)
    if problem is not None:
        raise InvalidInputError(problem, {field: problem})
    return await hash_password(password)


async def _require_other_admin(session: AsyncSession, user_id: int) -> None:
    if not await queries.is_other_admin_left(session, user_id):
        raise LastAdminError


async def end_sessions(session: AsyncSession, user_id: int, except_id: int | None = None) -> None:
    """Sign a user out of every browser, but for one session."""
    statement = delete(WebSession).where(queries.SESSIONS.c.user_id == user_id)
    if except_id is not None:
        statement = statement.where(queries.SESSIONS.c.id != except_id)
    await session.execute(statement)
