"""Papers made by a job: thousands of rows take seconds that no request should wait for.

No lock is held while a paper is drawn. Its number is looked up before and checked when it is
stored: if somebody else's paper took it meanwhile, the paper is drawn again under the next one.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import SYSTEM, Actor
from netzwart.clock import utcnow
from netzwart.database import Database, table_of
from netzwart.errors import NetzwartError, NotFoundError
from netzwart.funding.purchase_tables import CostShare
from netzwart.funding.queries import visible_grants
from netzwart.funding.tables import Grant, Measure
from netzwart.inventory.tables import Device
from netzwart.jobs import JobContext, Task, enqueue
from netzwart.reports.compiling import PaperOrder, check_order, compile_paper
from netzwart.reports.issuing import (
    draw_numbered,
    last_seal_root,
    next_number,
    reserve_number,
    store,
)
from netzwart.reports.kinds import PaperKind
from netzwart.reports.signing import PaperSigner
from netzwart.reports.tables import PaperJob, PaperJobState

log = structlog.get_logger()

MAKE_PAPER: Final = "reports.make_paper"
LARGEST_AT_ONCE: Final = 500
"""Rows that are drawn within the request: about a second."""
_TRIES: Final = 5
_ATTEMPTS: Final = 3
_JOB = table_of(PaperJob)
_GRANT, _MEASURE = table_of(Grant), table_of(Measure)
_SHARE, _DEVICE = table_of(CostShare), table_of(Device)


class NumberTakenError(NetzwartError):
    """Others issued papers of this kind faster than this one could be drawn, five times."""


async def is_large(session: AsyncSession, order: PaperOrder) -> bool:
    """Tell whether a paper has more rows than a request should draw."""
    if order.grant_id is None:
        return order.school_id is None
    measures = select(_MEASURE.c.id).where(_MEASURE.c.grant_id == order.grant_id)
    shares = select(func.count()).select_from(_SHARE).where(_SHARE.c.measure_id.in_(measures))
    devices = select(func.count()).select_from(_DEVICE).where(_DEVICE.c.measure_id.in_(measures))
    found = await session.execute(select(shares.scalar_subquery() + devices.scalar_subquery()))
    return found.scalar_one() > LARGEST_AT_ONCE


async def order_paper(session: AsyncSession, order: PaperOrder, actor: Actor) -> PaperJob:
    """Queue a paper and return its job.

    Raises:
        PaperOrderError: the order does not say what the paper is about, or asks for tomorrow.
        NotFoundError: the actor may not know of the grant or the school.
    """
    await check_order(session, order, actor)
    job = PaperJob(
        kind=order.kind.value,
        grant_id=order.grant_id,
        school_id=order.school_id,
        as_of=order.as_of,
        ordered_by=actor.display_name,
        ordered_by_name=actor.name,
        user_id=actor.user_id,
        state=PaperJobState.TODO,
        stage="wartet",
    )
    session.add(job)
    await session.flush()
    await enqueue(session, MAKE_PAPER, {"paper_job": job.id})
    return job


async def get_paper_job(session: AsyncSession, job_id: int, actor: Actor) -> PaperJob:
    """Return how an ordered paper stands.

    Raises:
        NotFoundError: there is none, or the actor may not know of its grant.
    """
    job = await session.scalar(
        select(PaperJob)
        .outerjoin(_GRANT, _GRANT.c.id == _JOB.c.grant_id)
        .where(_JOB.c.id == job_id, visible_grants(actor))
    )
    if job is None:
        raise NotFoundError("Diesen Auftrag gibt es nicht.")
    return job


def paper_task(signer: PaperSigner) -> Task:
    """Return the task that makes ordered papers with this signature."""

    async def run(context: JobContext, arguments: Mapping[str, Any]) -> None:
        job_id, is_done = int(arguments["paper_job"]), False
        try:
            await make_paper(context.database, job_id, signer)
            is_done = True
        finally:
            # Whoever waits at the page must learn of an end that nobody foresaw.
            if not is_done and context.attempt >= _ATTEMPTS:
                await _note(
                    context.database,
                    job_id,
                    state=PaperJobState.FAILED,
                    stage="abgebrochen",
                    problem="Ein unerwarteter Fehler; der Grund steht im Protokoll des Dienstes.",
                )

    return Task(MAKE_PAPER, run, max_attempts=_ATTEMPTS, backoff_s=5)


async def make_paper(database: Database, job_id: int, signer: PaperSigner) -> None:
    """Compile, draw, sign and store an ordered paper; done twice, it is stored once.

    A refusal of the trade (a grant that cannot be computed, an expired certificate) ends the job
    with its sentence; anything else is raised, and the engine tries again.
    """
    async with database.session(writing=False) as session:
        job = await session.get(PaperJob, job_id)
    if job is None or job.state is PaperJobState.SUCCEEDED:
        return
    try:
        await _make(database, job, signer)
    except NetzwartError as refusal:
        log.warning("paper_refused", job_id=job_id, reason=type(refusal).__name__)
        problem = refusal.message[:1000]
        await _note(
            database, job_id, state=PaperJobState.FAILED, stage="abgebrochen", problem=problem
        )


async def _make(database: Database, job: PaperJob, signer: PaperSigner) -> None:
    order = PaperOrder(
        kind=PaperKind(job.kind),
        as_of=job.as_of,
        grant_id=job.grant_id,
        school_id=job.school_id,
    )
    orderer = Actor(job.ordered_by_name, job.ordered_by, SYSTEM.roles, user_id=job.user_id)
    await _note(
        database, job.id, state=PaperJobState.DOING, stage="Daten lesen und rechnen", percent=5
    )
    async with database.session(writing=False) as session:
        paper = await compile_paper(session, order, SYSTEM, is_draft=False)
    for attempt in range(_TRIES):
        await _note(database, job.id, stage="Zeichnen und signieren", percent=40 + attempt * 10)
        async with database.session(writing=False) as session:
            number = await next_number(session, order.kind)
            root = await last_seal_root(session)
        drawn = await asyncio.to_thread(draw_numbered, paper, number, signer, root)
        await _note(database, job.id, stage="Speichern", percent=95)
        async with database.session() as session:
            if await reserve_number(session, order.kind) == number:
                document = await store(session, drawn, order, orderer)
                await session.execute(
                    _change(
                        job.id,
                        state=PaperJobState.SUCCEEDED,
                        stage="ausgestellt",
                        percent=100,
                        document_id=document.id,
                        problem=None,
                    )
                )
                return
    raise NumberTakenError("Die Nummer war fünfmal vergeben. Bitte noch einmal versuchen.")


def _change(job_id: int, **values: object) -> Any:  # noqa: ANN401 - an UPDATE
    values["changed_at"] = utcnow()
    return update(_JOB).where(_JOB.c.id == job_id).values(**values, version=_JOB.c.version + 1)


async def _note(database: Database, job_id: int, **values: object) -> None:
    async with database.session() as session:
        await session.execute(_change(job_id, **values))
