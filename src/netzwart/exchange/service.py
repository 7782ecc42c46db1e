"""Plan and apply: the same walk through the sections, rolled back or kept.

A plan is an apply whose transaction is rolled back, so a plan cannot promise anything else than
what an apply does. The plan's id is an HMAC over all its rows; applying with an id does exactly
that plan or nothing.
"""

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.accounts.audit import record_audit
from netzwart.database import Database
from netzwart.errors import ConflictError
from netzwart.exchange.awards import place_grants
from netzwart.exchange.bundle_forms import Bundle
from netzwart.exchange.correspondence import place_correspondence, place_money_received
from netzwart.exchange.links import place_links
from netzwart.exchange.places import place_catalogue, place_schools
from netzwart.exchange.problems import BrokenImportError, ImportProblem
from netzwart.exchange.purchases import (
    place_deliveries,
    place_invoices,
    place_orders,
    place_payments,
)
from netzwart.exchange.reading import ReadFile
from netzwart.exchange.references import References
from netzwart.exchange.things import place_devices, place_nodes, place_rest
from netzwart.exchange.upserting import Action, Outcome, PlannedRow

Walk = Callable[[AsyncSession, Outcome], Awaitable[None]]


class PlanChangedError(ConflictError):
    """Between plan and apply the data changed."""


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import does, row by row and field by field."""

    plan_id: str
    rows: Sequence[PlannedRow]

    def counts(self) -> dict[str, int]:
        """Return how many rows are created, updated, skipped, in conflict."""
        counted = Counter(row.action for row in self.rows)
        return {action.value: counted[action] for action in Action}


async def plan_import(database: Database, walk: Walk, read: ReadFile, key: bytes) -> ImportPlan:
    """Return what the walk would do; writes nothing.

    Raises:
        BrokenImportError: every fault found, with line and path.
    """
    outcome = Outcome()
    async with database.session(keeping=False) as session:
        await _walk(session, walk, read, outcome)
    return ImportPlan(_plan_id(outcome.rows, key), outcome.rows)


async def apply_import(
    database: Database,
    walk: Walk,
    read: ReadFile,
    key: bytes,
    actor: Actor,
    plan_id: str | None = None,
) -> ImportPlan:
    """Do it, all or nothing; with `plan_id` exactly that plan.

    Raises:
        BrokenImportError: every fault found; nothing was written.
        PlanChangedError: the plan of this file is another one by now; nothing was written.
    """
    outcome = Outcome()
    async with database.session() as session:
        await _walk(session, walk, read, outcome)
        plan = ImportPlan(_plan_id(outcome.rows, key), outcome.rows)
        if plan_id is not None and not hmac.compare_digest(plan.plan_id, plan_id):
            raise PlanChangedError(
                "Seit dem Plan hat sich der Bestand geändert. Bitte den Plan neu ansehen."
            )
        changes = {action: (None, number) for action, number in plan.counts().items()}
        await record_audit(
            session, actor, "import_applied", "import", None, changes=changes, reason=plan.plan_id
        )
    return plan


async def _walk(session: AsyncSession, walk: Walk, read: ReadFile, outcome: Outcome) -> None:
    await walk(session, outcome)
    if outcome.problems:
        raise BrokenImportError(_with_lines(outcome.problems, read))
    await session.flush()


def _with_lines(problems: Sequence[ImportProblem], read: ReadFile) -> list[ImportProblem]:
    found: list[ImportProblem] = []
    for problem in problems:
        path = tuple(int(p) if p.isdigit() else p for p in problem.path.split("."))
        found.append(ImportProblem(problem.path, problem.message, read.line_of(path)))
    return found


def _plan_id(rows: Sequence[PlannedRow], key: bytes) -> str:
    content = [
        [row.section, row.label, row.action, sorted(row.changes.items()), row.message, row.line]
        for row in rows
    ]
    text = json.dumps(content, ensure_ascii=False, default=str).encode()
    return hmac.new(key, text, hashlib.sha256).hexdigest()[:32]


def bundle_walk(bundle: Bundle, programmes: Collection[str], sightings: Walk) -> Walk:
    """Return the walk through a bundle's sections in the order of their references.

    `sightings` brings in that section; evidence has its own bulk path.
    """

    async def walk(session: AsyncSession, outcome: Outcome) -> None:
        refs = References(session, outcome)
        await place_schools(session, bundle, refs, outcome)
        await place_catalogue(session, bundle, refs, outcome)
        await place_grants(session, bundle, refs, outcome, programmes)
        await place_orders(session, bundle, refs, outcome)
        await place_deliveries(session, bundle, refs, outcome)
        await place_invoices(session, bundle, refs, outcome)
        await place_payments(session, bundle, refs, outcome)
        await place_devices(session, bundle, refs, outcome)
        await place_money_received(session, bundle, refs, outcome)
        await place_correspondence(session, bundle, refs, outcome)
        await place_nodes(session, bundle, refs, outcome)
        await place_links(session, bundle, refs, outcome)
        await place_rest(session, bundle, refs, outcome)
        if not outcome.problems:
            await sightings(session, outcome)

    return walk
