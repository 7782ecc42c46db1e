"""Takes a list in step by step: read, map, plan, apply, undo; the long steps are jobs."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, Final

import structlog
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import SYSTEM, Actor, Right, Scope
from netzwart.accounts.audit import record_audit
from netzwart.clock import utcnow
from netzwart.database import Database
from netzwart.errors import ConflictError, NetzwartError
from netzwart.exchange.lists.columns import ListSettings
from netzwart.exchange.lists.queries import ROW, RUN
from netzwart.exchange.lists.reading import read_sheet
from netzwart.exchange.lists.undoing import undo_rows
from netzwart.exchange.lists.walking import DeviceListWalk
from netzwart.exchange.problems import SHOWN, BrokenImportError
from netzwart.exchange.reading import ReadFile
from netzwart.exchange.service import ImportPlan, apply_import, plan_import
from netzwart.exchange.upserting import Action, Outcome
from netzwart.inventory.import_tables import ImportKind, ImportRun, ImportState
from netzwart.jobs import JobContext, Task, enqueue

log = structlog.get_logger()

WORK_ON_LIST: Final = "exchange.work_on_list"
_ATTEMPTS: Final = 2
_CHUNK: Final = 2000
_OPEN: Mapping[ImportState, ImportState] = {
    ImportState.PLANNING: ImportState.BROKEN,
    ImportState.APPLYING: ImportState.PLANNED,
    ImportState.UNDOING: ImportState.APPLIED,
}
"""State of a job under way → state when it is refused."""


class WrongStateError(ConflictError):
    """The list is not where this step begins."""


async def begin(
    session: AsyncSession, run_id: int, from_states: Sequence[ImportState], state: ImportState
) -> None:
    """Move a list to the state of a job, and queue it; only one of two clicks gets through.

    Raises:
        WrongStateError: somebody else moved it on.
    """
    moved = await session.execute(
        update(RUN)
        .where(RUN.c.id == run_id, RUN.c.state.in_(from_states))
        .values(
            state=state,
            stage="wartet",
            percent=0,
            problems={},
            changed_at=utcnow(),
            version=RUN.c.version + 1,
        )
        .returning(RUN.c.id)
    )
    if moved.one_or_none() is None:
        raise WrongStateError("Dieser Import ist inzwischen weiter. Bitte die Seite neu laden.")
    await enqueue(session, WORK_ON_LIST, {"run": run_id})


def list_task(key: bytes) -> Task:
    """Return the task that plans, applies and undoes lists; plans are signed with the key."""

    async def run(context: JobContext, arguments: Mapping[str, Any]) -> None:
        run_id, is_done = int(arguments["run"]), False
        try:
            await work_on_list(context.database, run_id, key)
            is_done = True
        finally:
            # Whoever waits at the page must learn of an end that nobody foresaw.
            if not is_done and context.attempt >= _ATTEMPTS:
                await _refused(context.database, run_id, [_UNFORESEEN])

    return Task(WORK_ON_LIST, run, max_attempts=_ATTEMPTS, backoff_s=5)


_UNFORESEEN = "Ein unerwarteter Fehler; der Grund steht im Protokoll des Dienstes."


async def work_on_list(database: Database, run_id: int, key: bytes) -> None:
    """Do the step a list waits for; done twice, it is done once.

    A refusal (a broken file, a changed record, a touched device) moves the list back with its
    sentences; anything else is raised, and the engine tries again.
    """
    async with database.session(writing=False) as session:
        run = await session.get(ImportRun, run_id)
    if run is None or run.state not in _OPEN:
        return
    try:
        if run.state is ImportState.PLANNING:
            await plan_run(database, run, key)
        elif run.state is ImportState.APPLYING:
            await apply_run(database, run, key, run.plan_id or "")
        else:
            await _undo(database, run)
    except BrokenImportError as broken:
        await _refused(database, run_id, [str(one) for one in broken.problems[:SHOWN]])
    except NetzwartError as refusal:
        log.info("list_refused", run_id=run_id, reason=type(refusal).__name__)
        await _refused(database, run_id, [refusal.message])


async def plan_run(database: Database, run: ImportRun, key: bytes) -> ImportPlan:
    """Plan a list and keep its rows.

    Raises:
        BrokenImportError: the file cannot be taken; every fault named.
    """
    await _note(database, run.id, "Datei lesen", 10)
    walk = await _walk_of(run, is_rehearsal=True)
    await _note(database, run.id, "Zeilen mit der Kartei vergleichen", 30)
    plan = await plan_import(database, walk, ReadFile({}), key)
    await _note(database, run.id, "Plan aufschreiben", 80)
    async with database.session() as session:
        await _keep_rows(session, run.id, walk)
        await session.execute(
            _change(
                run.id,
                state=ImportState.PLANNED,
                stage="geplant",
                percent=100,
                plan_id=plan.plan_id,
                counts=plan.counts(),
            )
        )
    return plan


async def apply_run(database: Database, run: ImportRun, key: bytes, plan_id: str) -> None:
    """Do the plan, all or nothing, and keep what it takes to undo it.

    Raises:
        PlanChangedError: the record changed since the plan.
        PlanInConflictError: rows are in conflict and shall not be left out.
    """
    await _note(database, run.id, "Datei lesen", 10)
    walk = await _walk_of(run, is_rehearsal=False)
    await _note(database, run.id, "In die Kartei schreiben", 30)

    async def walk_and_keep(session: AsyncSession, outcome: Outcome) -> None:
        await walk(session, outcome)
        await _keep_rows(session, run.id, walk)
        await session.execute(
            _change(
                run.id,
                state=ImportState.APPLIED,
                stage="übernommen",
                percent=100,
                applied_at=utcnow(),
            )
        )

    await apply_import(database, walk_and_keep, ReadFile({}), key, actor_of_run(run), plan_id)


async def _undo(database: Database, run: ImportRun) -> None:
    await _note(database, run.id, "Zeilen prüfen und zurücknehmen", 30)
    actor = actor_of_run(run)
    async with database.session() as session:
        await undo_rows(session, run.id, actor, f"„{run.file_name}“ zurückgenommen"[:500])
        await session.execute(
            _change(
                run.id,
                state=ImportState.UNDONE,
                stage="zurückgenommen",
                percent=100,
                undone_at=utcnow(),
            )
        )
        await record_audit(session, actor, "import_undone", "import_run", run.id)


async def _walk_of(run: ImportRun, *, is_rehearsal: bool) -> DeviceListWalk:
    sheet = await asyncio.to_thread(read_sheet, run.content, run.file_name)
    return DeviceListWalk(
        sheet,
        ListSettings.from_json(run.settings),
        actor_of_run(run),
        _scope_of(run),
        run.file_name if run.kind is ImportKind.BULK else f"Import „{run.file_name}“",
        is_rehearsal=is_rehearsal,
    )


def actor_of_run(run: ImportRun) -> Actor:
    """Return whoever brought the list, as the history names them; the guard has let them in."""
    return Actor(run.actor, run.actor_name, SYSTEM.roles, user_id=run.user_id)


def scope_json(actor: Actor, right: Right = Right.IMPORT_DATA) -> dict[str, Any]:
    """Return what is kept of the schools an actor may bring lists for."""
    scope = actor.scope(right)
    return {} if scope is None else {"schools": sorted(scope)}


def _scope_of(run: ImportRun) -> Scope:
    return frozenset(run.scope["schools"]) if "schools" in run.scope else None


async def _keep_rows(session: AsyncSession, run_id: int, walk: DeviceListWalk) -> None:
    await session.execute(delete(ROW).where(ROW.c.run_id == run_id))
    now = utcnow()
    entries: list[dict[str, Any]] = []
    for row in walk.judged:
        device_id, version = walk.written.get(row.line, (None, None))
        known = row.device
        old: Mapping[str, Any] = known if known is not None and row.action is Action.UPDATE else {}
        entries.append(
            {
                "created_at": now,
                "changed_at": now,
                "version": 1,
                "run_id": run_id,
                "line": row.line,
                "action": row.action.value,
                "label": row.label[:200],
                "device_id": known["id"] if known is not None else device_id,
                "changes": {name: list(pair) for name, pair in row.changes.items()},
                "faults": dict(row.faults),
                "before": {name: _plain(old[name]) for name in row.values if name in old},
                "version_after": version,
            }
        )
    for start in range(0, len(entries), _CHUNK):
        await session.execute(insert(ROW), entries[start : start + _CHUNK])


def _plain(value: object) -> object:
    """Return a column's value as JSON can hold it."""
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, StrEnum) else value


def _change(run_id: int, **values: object) -> Any:  # noqa: ANN401 - an UPDATE
    values["changed_at"] = utcnow()
    return update(RUN).where(RUN.c.id == run_id).values(**values, version=RUN.c.version + 1)


async def _note(database: Database, run_id: int, stage: str, percent: int) -> None:
    async with database.session() as session:
        await session.execute(_change(run_id, stage=stage, percent=percent))


async def _refused(database: Database, run_id: int, sentences: Sequence[str]) -> None:
    async with database.session() as session:
        state = await session.scalar(select(RUN.c.state).where(RUN.c.id == run_id))
        if state is None or state not in _OPEN:
            return
        await session.execute(
            _change(
                run_id, state=_OPEN[state], stage="abgelehnt", problems={"list": list(sentences)}
            )
        )
