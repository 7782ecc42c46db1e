"""Findings by cause: one open finding per cause, closed by itself when reality is right again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.clock import today
from netzwart.database import insert_into, table_of
from netzwart.evidence.rules import priority_of
from netzwart.evidence.tables import Finding, FindingKind, FindingStatus

_findings = table_of(Finding)
_CAUSE_LIMIT = 200


@dataclass(frozen=True, slots=True)
class NewFinding:
    """What is wrong, and its cause: the same cause never opens a second finding."""

    cause: str
    kind: FindingKind
    title: str
    detail: str = ""
    severity: str = "warning"
    school_id: int | None = None
    device_id: int | None = None
    node_id: int | None = None
    facts: dict[str, Any] = field(default_factory=dict[str, Any])
    amount: Decimal | None = None
    """Eligible euros that hang on it."""
    undoes: str | None = None
    """A cause that this one puts right: while that is known, this is no news but its end."""


async def settle_findings(
    session: AsyncSession,
    wrong: Sequence[NewFinding],
    right: Collection[str],
    at: datetime,
) -> int:
    """Open a finding for each wrong, close those whose cause is right; return how many opened.

    A decided finding keeps its cause, so that what was decided is not asked again while it lasts;
    one put off until a day opens again after it.
    """
    wanted = {finding.cause[:_CAUSE_LIMIT]: finding for finding in wrong}
    causes = [*wanted, *(cause[:_CAUSE_LIMIT] for cause in right)]
    if not causes:
        return 0
    rows = (
        await session.execute(
            select(
                _findings.c.id,
                _findings.c.cause,
                _findings.c.status,
                _findings.c.ignored_until,
            ).where(_findings.c.cause.in_(causes))
        )
    ).all()
    known = {row.cause for row in rows}
    await _close(session, [row.id for row in rows if row.cause not in wanted], at)
    over = [
        row.id
        for row in rows
        if row.cause in wanted
        and row.status == FindingStatus.DECIDED
        and row.ignored_until is not None
        and row.ignored_until < today()
    ]
    await _reopen(session, over, at)
    new = [one for cause, one in wanted.items() if cause not in known and one.undoes not in known]
    return await _open(session, new, at)


async def settle_watch(
    session: AsyncSession, prefix: str, wrong: Sequence[NewFinding], at: datetime
) -> int:
    """Settle all causes that begin so: what is not wrong is right; return how many opened.

    For rules that look at everything at once. Running it twice changes nothing the second time.
    """
    c = _findings.c
    known = await session.execute(
        select(c.cause).where(
            c.cause.startswith(f"{prefix}:", autoescape=True),
            c.cause.not_like("%#%"),
            c.status.in_((FindingStatus.OPEN, FindingStatus.DECIDED)),
        )
    )
    return await settle_findings(session, wrong, list(known.scalars()), at)


def freed_cause() -> ColumnElement[str]:
    """Return the cause with the finding's number behind, which sets the cause itself free."""
    return func.substr(_findings.c.cause, 1, 180) + "#" + cast(_findings.c.id, String)


async def _close(session: AsyncSession, ids: Sequence[int], at: datetime) -> None:
    if not ids:
        return
    chosen = update(_findings).where(_findings.c.id.in_(ids))
    common = {"cause": freed_cause(), "changed_at": at, "version": _findings.c.version + 1}
    await session.execute(
        chosen.where(_findings.c.status == FindingStatus.OPEN).values(
            **common, status=FindingStatus.RESOLVED, closed_at=at
        )
    )
    await session.execute(
        chosen.where(_findings.c.status == FindingStatus.DECIDED).values(**common)
    )


async def _reopen(session: AsyncSession, ids: Sequence[int], at: datetime) -> None:
    if ids:
        await session.execute(
            update(_findings)
            .where(_findings.c.id.in_(ids), _findings.c.status == FindingStatus.DECIDED)
            .values(
                status=FindingStatus.OPEN,
                closed_at=None,
                changed_at=at,
                version=_findings.c.version + 1,
            )
        )


async def _open(session: AsyncSession, new: Sequence[NewFinding], at: datetime) -> int:
    if not new:
        return 0
    rows = [
        {
            "cause": finding.cause[:_CAUSE_LIMIT],
            "kind": finding.kind,
            "status": FindingStatus.OPEN,
            "severity": finding.severity,
            "title": finding.title[:300],
            "detail": finding.detail[:4000],
            "school_id": finding.school_id,
            "device_id": finding.device_id,
            "node_id": finding.node_id,
            "facts": finding.facts,
            "amount": finding.amount,
            "priority": priority_of(finding.severity, finding.amount),
            "effect": "",
            "opened_at": at,
            "created_at": at,
            "changed_at": at,
            "version": 1,
        }
        for finding in new
    ]
    statement = (await insert_into(session, _findings)).on_conflict_do_nothing(
        index_elements=["cause"]
    )
    await session.execute(statement, rows)
    return len(rows)
