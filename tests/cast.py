"""Who plays in the tests: one person for each role, a token, and somebody of another school."""

from dataclasses import dataclass
from datetime import timedelta

from argon2 import PasswordHasher
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, HeldRole
from netzwart.accounts.secret_words import digest, new_api_token, new_session_word
from netzwart.accounts.tables import ApiToken, Role, UserAccount, WebSession
from netzwart.clock import utcnow
from netzwart.schools.tables import School
from tests.builders import a_school, a_user

PASSWORD = "korrekt Pferd Batterie"
"""Everybody's password, hashed cheaply, since a test is not about argon2."""

CHEAP_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
CSRF = "csrf-secret-of-every-session-in-tests"


@dataclass(frozen=True)
class Person:
    """Somebody with an open session, or a program with a token."""

    actor: Actor
    word: str
    """The cookie's value, or the bearer token."""

    @property
    def is_program(self) -> bool:
        return self.actor.token_id is not None


@dataclass(frozen=True)
class Cast:
    """Everybody, and the two schools they belong to."""

    school: School
    other_school: School
    admin: Person
    technician: Person
    """Of `school`."""
    school_admin: Person
    """Of `school`."""
    funding_officer: Person
    auditor: Person
    """Of every grant; limit one with `a_person(…, grant_id=…)`."""
    viewer: Person
    poller: Person
    """A token."""
    outsider: Person
    """Technician of `other_school`."""
    roleless: Person
    """May sign in, and nothing else."""


async def a_cast(session: AsyncSession) -> Cast:
    """Put everybody into the database, signed in."""
    school = await a_school(session, name="Erfundenes Gymnasium", short_name="EGY")
    other = await a_school(session, name="Erfundene Gesamtschule", short_name="EGS")
    return Cast(
        school=school,
        other_school=other,
        admin=await a_person(session, Role.ADMIN, name="admin", display_name="Demo-Verwaltung"),
        technician=await a_person(
            session, Role.TECHNICIAN, school_id=school.id, name="technik", display_name="Technik"
        ),
        school_admin=await a_person(
            session, Role.SCHOOL_ADMIN, school_id=school.id, name="schul-it", display_name="IT"
        ),
        funding_officer=await a_person(
            session, Role.FUNDING_OFFICER, name="foerderung", display_name="Förderung"
        ),
        auditor=await a_person(session, Role.AUDITOR, name="pruefung", display_name="Prüfung"),
        viewer=await a_person(session, Role.VIEWER, name="lesen", display_name="Lesen"),
        poller=await a_program(session, Role.POLLER, name="poller"),
        outsider=await a_person(
            session, Role.TECHNICIAN, school_id=other.id, name="fremd", display_name="Fremde"
        ),
        roleless=await a_person(session, None, name="rollenlos", display_name="Ohne Rolle"),
    )


async def a_person(  # the limits of a role are arguments
    session: AsyncSession,
    role: Role | None,
    *,
    name: str,
    display_name: str = "Jemand",
    school_id: int | None = None,
    grant_id: int | None = None,
    programme: str | None = None,
) -> Person:
    """Put somebody with one role into the database, signed in."""
    user = await a_user(
        session,
        role,
        school_id=school_id,
        grant_id=grant_id,
        programme=programme,
        name=name,
        display_name=display_name,
        password_hash=CHEAP_HASH,
    )
    opened, word = await a_session_of(session, user)
    roles = (HeldRole(role, school_id, grant_id, programme),) if role else ()
    actor = Actor(
        user.name,
        user.display_name,
        roles,
        user_id=user.id,
        session_id=opened.id,
        csrf_token=opened.csrf_secret,
    )
    return Person(actor, word)


async def a_session_of(session: AsyncSession, user: UserAccount) -> tuple[WebSession, str]:
    """Open a session without asking for the password; return it with its cookie's value."""
    word = new_session_word()
    opened = WebSession(
        token_hash=digest(word),
        user_id=user.id,
        csrf_secret=CSRF,
        expires_at=utcnow() + timedelta(hours=12),
        last_used_at=utcnow(),
    )
    session.add(opened)
    await session.flush()
    return opened, word


async def a_program(
    session: AsyncSession, role: Role, *, name: str, school_id: int | None = None
) -> Person:
    """Put a token into the database."""
    word = new_api_token()
    token = ApiToken(
        name=name,
        token_hash=digest(word),
        prefix=word[:8],
        role=role,
        school_id=school_id,
        last_used_at=utcnow(),
    )
    session.add(token)
    await session.flush()
    actor = Actor(name, name, (HeldRole(role, school_id),), token_id=token.id)
    return Person(actor, word)
