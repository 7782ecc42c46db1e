"""Who may do what: users, their roles with scope, sessions, tokens, and the audit trail."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Column, Index, UniqueConstraint
from sqlmodel import Field

from netzwart.database import (
    JsonValue,
    Record,
    UtcDateTime,
    choice,
    link,
    register_messages,
)

MESSAGES = {
    "uq_user_account_name": ("name", "Diesen Anmeldenamen gibt es schon."),
    "uq_api_token_name": ("name", "Ein Token mit diesem Namen gibt es schon."),
    "uq_role_grant_user_id_role_school_id": ("role", "Diese Rolle ist schon vergeben."),
}
register_messages(MESSAGES)


class Role(StrEnum):
    """The seven roles of the contract."""

    ADMIN = "admin"
    TECHNICIAN = "technician"
    SCHOOL_ADMIN = "school_admin"
    FUNDING_OFFICER = "funding_officer"
    AUDITOR = "auditor"
    POLLER = "poller"
    VIEWER = "viewer"


class UserAccount(Record, table=True):
    """Somebody who signs in; demo people are called by their role."""

    __table_args__ = (UniqueConstraint("name"),)

    name: str = Field(max_length=120)
    display_name: str = Field(max_length=200)
    password_hash: str | None = Field(default=None, max_length=300)
    """argon2id; None signs in by another way only."""
    is_active: bool = True
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_sign_in_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class RoleGrant(Record, table=True):
    """One role of one user: everywhere, or at one school, or (auditors) for one grant."""

    __table_args__ = (UniqueConstraint("user_id", "role", "school_id"),)

    user_id: int = link("user_account.id")
    role: Role = choice(Role)
    school_id: int | None = link("school.id", nullable=True)
    """None means every school."""
    grant_id: int | None = link("funding_grant.id", nullable=True)
    programme: str | None = Field(default=None, max_length=40)


class WebSession(Record, table=True):
    """A signed-in browser; only the SHA-256 of its cookie is kept."""

    __table_args__ = (UniqueConstraint("token_hash"),)

    token_hash: str = Field(max_length=64)
    user_id: int = link("user_account.id")
    csrf_secret: str = Field(max_length=64)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
    last_used_at: datetime = Field(sa_type=UtcDateTime)
    user_agent: str = Field(default="", max_length=300)


class ApiToken(Record, table=True):
    """A bearer token `nw_…`; only its SHA-256 and its first characters are kept."""

    __table_args__ = (UniqueConstraint("name"), UniqueConstraint("token_hash"))

    name: str = Field(max_length=120)
    token_hash: str = Field(max_length=64)
    prefix: str = Field(max_length=12)
    role: Role = choice(Role)
    school_id: int | None = link("school.id", nullable=True)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_by_id: int | None = link("user_account.id", nullable=True)


class AccountInvitation(Record, table=True):
    """A one-time word that lets an invited person choose a password; only its SHA-256 is kept."""

    __table_args__ = (UniqueConstraint("word_hash"),)

    user_id: int = link("user_account.id")
    word_hash: str = Field(max_length=64)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    invited_by_id: int | None = link("user_account.id", nullable=True)


class SignInAttempt(Record, table=True):
    """A failed sign-in, counted to slow down whoever guesses."""

    __table_args__ = (Index("ix_sign_in_attempt_key_at", "key", "at"),)

    key: str = Field(max_length=160)
    """`name:…` or `address:…`, lower case."""
    at: datetime = Field(sa_type=UtcDateTime)


class AuditEvent(Record, table=True):
    """Who changed what and why; append-only."""

    __table_args__ = (
        CheckConstraint("actor <> ''", name="actor_named"),
        Index("ix_audit_event_subject", "subject_type", "subject_id"),
    )

    at: datetime = Field(sa_type=UtcDateTime, index=True)
    actor: str = Field(max_length=200)
    """A user's or token's name, or `system`."""
    user_id: int | None = link("user_account.id", nullable=True)
    action: str = Field(max_length=80)
    subject_type: str = Field(max_length=60)
    subject_id: int | None = Field(default=None)
    school_id: int | None = link("school.id", nullable=True)
    reason: str | None = Field(default=None, max_length=2000)
    changes: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(JsonValue, nullable=False)
    )
    """Field → [before, after]; never a secret."""
    request_id: str | None = Field(default=None, max_length=64)


class IdempotencyRecord(Record, table=True):
    """The answer given to a POST with an `Idempotency-Key`, kept for 24 hours."""

    __table_args__ = (UniqueConstraint("key", "actor"),)

    key: str = Field(max_length=200)
    actor: str = Field(max_length=200)
    request_hash: str = Field(max_length=64)
    status: int
    body: str
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
