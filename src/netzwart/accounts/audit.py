"""The audit trail: who did what to which thing, when and why. Rows are added, never changed."""

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.accounts.tables import AuditEvent
from netzwart.clock import utcnow


async def record_audit(
    session: AsyncSession,
    actor: Actor,
    action: str,
    subject_type: str,
    subject_id: int | None,
    *,
    school_id: int | None = None,
    changes: Mapping[str, Sequence[Any]] | None = None,
    reason: str | None = None,
) -> AuditEvent:
    """Add one event to the audit trail, in the transaction of the act itself.

    `action` is a past-tense name (`invoice_recorded`), `subject_type` a table's name. `changes`
    maps a field to its values before and after, as JSON can hold them; never put a secret in.
    """
    event = AuditEvent(
        at=utcnow(),
        actor=actor.name,
        user_id=actor.user_id,
        action=action,
        subject_type=subject_type,
        subject_id=subject_id,
        school_id=school_id,
        reason=reason,
        changes={field: list(values) for field, values in (changes or {}).items()},
        request_id=structlog.contextvars.get_contextvars().get("request_id"),
    )
    session.add(event)
    await session.flush()
    return event
