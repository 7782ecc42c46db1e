"""Notices that change a grant: what they add, what they change, and why; nothing is forgotten."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.accounts.audit import record_audit
from netzwart.database import table_of
from netzwart.errors import InvalidInputError
from netzwart.funding.forms import AmendmentForm
from netzwart.funding.programmes.loading import get_programme
from netzwart.funding.service.granting import AwardAboveCostsError, check_category
from netzwart.funding.tables import (
    FundingSource,
    Grant,
    GrantNotice,
    GrantTranche,
    PlanPosition,
)
from netzwart.money import ZERO, format_euro

_NOTICE = table_of(GrantNotice)
_HEAD = (
    "eligible_planned",
    "funding_rate",
    "final_on",
    "execution_from",
    "execution_until",
    "approval_until",
)
"""Columns of the grant that a later notice may change."""
_PARTS: tuple[tuple[str, type[PlanPosition | FundingSource | GrantTranche], str], ...] = (
    ("plan", PlanPosition, "category total eligible"),
    ("sources", FundingSource, "kind label amount"),
    ("tranches", GrantTranche, "year amount"),
)


class AmendmentChangesNothingError(InvalidInputError):
    """A notice that neither adds money nor changes anything is none."""


async def record_amendment(
    session: AsyncSession, grant: Grant, form: AmendmentForm, actor: Actor
) -> GrantNotice:
    """Store a later notice and bring the grant to what it says; the old values stay with it.

    A plan, sources or tranches that the form gives replace the old ones as a whole.

    Raises:
        UnknownCategoryError: when the plan names a category the programme does not have.
        AwardAboveCostsError: when the award would be negative or exceed the eligible costs.
        AmendmentChangesNothingError: when nothing would be different.
    """
    programme = get_programme(grant.programme, grant.issued_on)
    for index, position in enumerate(form.plan or ()):
        check_category(programme, position.category, f"plan.{index}.category")
    await _record_first_notice(session, grant)
    changes = _change_head(grant, form)
    for name, table, columns in _PARTS:
        rows = getattr(form, name)
        if rows is None:
            continue
        before, after = await _replace(session, grant.id, table, columns.split(), rows)
        if before != after:
            changes[name] = [before, after]
    if not changes:
        raise AmendmentChangesNothingError(
            "Der Bescheid ändert nichts: weder Betrag noch Zeitraum noch Finanzierungsplan."
        )
    notice = GrantNotice(
        grant_id=grant.id,
        notice_number=form.notice_number,
        issued_on=form.issued_on,
        amount=form.amount,
        reason=form.reason,
        changes=changes,
        document_id=form.document_id,
    )
    session.add(notice)
    await session.flush()
    await record_audit(
        session,
        actor,
        "grant_amended",
        "funding_grant",
        grant.id,
        changes=changes,
        reason=form.reason,
    )
    return notice


async def _record_first_notice(session: AsyncSession, grant: Grant) -> None:
    """Make the notice that the grant was recorded from a row of its own, once."""
    known = await session.scalar(
        select(_NOTICE.c.id).where(_NOTICE.c.grant_id == grant.id).limit(1)
    )
    if known is None:
        session.add(
            GrantNotice(
                grant_id=grant.id,
                notice_number=grant.number,
                issued_on=grant.issued_on,
                amount=grant.approved_amount,
            )
        )
        await session.flush()


def _change_head(grant: Grant, form: AmendmentForm) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if form.amount != ZERO:
        before = grant.approved_amount
        grant.approved_amount = before + form.amount
        changes["approved_amount"] = [str(before), str(grant.approved_amount)]
    for name in _HEAD:
        wanted, before = getattr(form, name), getattr(grant, name)
        if wanted is not None and wanted != before:
            setattr(grant, name, wanted)
            changes[name] = [None if before is None else str(before), str(wanted)]
    if not ZERO <= grant.approved_amount <= grant.eligible_planned:
        message = (
            f"Danach wären {format_euro(grant.approved_amount)} bewilligt bei "
            f"{format_euro(grant.eligible_planned)} zuwendungsfähigen Ausgaben."
        )
        raise AwardAboveCostsError(message, {"amount": message})
    return changes


async def _replace(
    session: AsyncSession,
    grant_id: int,
    kind: type[PlanPosition | FundingSource | GrantTranche],
    columns: Sequence[str],
    rows: Sequence[Any],
) -> list[list[dict[str, str]]]:
    """Replace the parts of a grant and return both lists, as the notice keeps them."""
    table = table_of(kind)
    held = await session.execute(
        select(*(table.c[name] for name in columns))
        .where(table.c.grant_id == grant_id)
        .order_by(table.c.id)
    )
    before = [dict(zip(columns, map(str, row), strict=True)) for row in held]
    await session.execute(delete(table).where(table.c.grant_id == grant_id))
    session.add_all(kind(grant_id=grant_id, **row.model_dump()) for row in rows)
    await session.flush()
    return [before, [{name: str(getattr(row, name)) for name in columns} for row in rows]]
