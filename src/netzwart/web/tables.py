"""Webhooks that tell other systems what happened, and how each delivery went."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, LargeBinary
from sqlmodel import Field

from netzwart.database import Record, UtcDateTime, json_object, link, register_messages

MESSAGES = {"ck_webhook_url": ("url", "Die Adresse beginnt mit https:// oder http://.")}
register_messages(MESSAGES)


class Webhook(Record, table=True):
    """An address that wants to be told."""

    __table_args__ = (CheckConstraint("url LIKE 'http%://%'", name="url"),)

    url: str = Field(max_length=500)
    events: str = Field(default="", max_length=500)
    """Comma-separated event names; empty is all."""
    secret_encrypted: bytes = Field(sa_type=LargeBinary)
    school_id: int | None = link("school.id", nullable=True)
    is_active: bool = True


class WebhookDelivery(Record, table=True):
    """One attempt to tell."""

    webhook_id: int = link("webhook.id")
    event: str = Field(max_length=80)
    body: dict[str, Any] = json_object()
    attempts: int = 0
    next_attempt_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    delivered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    status: int | None = None
    error: str | None = Field(default=None, max_length=500)
