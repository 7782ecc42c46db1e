"""Import: bring a list of devices, say what its columns mean, see the plan, do it, take it back."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Controller, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Response, Template
from litestar.types import ControllerRouterHandler
from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_data_importer, requires_list_changer
from netzwart.accounts.pages.tabs import administration_tabs
from netzwart.database import DbSession
from netzwart.exchange.bulk_pages import BulkEditController
from netzwart.exchange.lists import queries
from netzwart.exchange.lists.columns import (
    DEFAULTABLE,
    FIELD_LABELS,
    IGNORED,
    MATCH_LABELS,
    MatchKey,
)
from netzwart.exchange.lists.labels import ACTION_LABELS, STATE_LABELS
from netzwart.exchange.lists.running import WrongStateError, begin
from netzwart.exchange.lists.taking import (
    ListRefusedError,
    MappingForm,
    map_columns,
    proposed_values,
    take_list,
)
from netzwart.exchange.upserting import Action
from netzwart.inventory.import_tables import ImportState
from netzwart.schools.queries import AnyRow
from netzwart.settings import Settings
from netzwart.web.components import Tab
from netzwart.web.frame import NavItem
from netzwart.web.requests import Entered, go_to, nothing_entered, read_form

BASE = "/import"
_RUNS = 25
_UNDER_WAY = frozenset({ImportState.PLANNING, ImportState.APPLYING, ImportState.UNDOING})


class PlanForm(BaseModel):
    """Which plan shall be done."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    plan_id: str


class ListImportController(Controller):
    """Lists of devices on their way into the record."""

    path = BASE
    guards = [requires_list_changer]  # noqa: RUF012 - Litestar reads a plain attribute

    @get(guards=[requires_data_importer])
    async def index(
        self, session: DbSession, actor: CurrentActor, vor: FromQuery[int | None] = None
    ) -> Template:
        """Show where to drop a list, and what became of earlier ones."""
        return await _index(session, actor, nothing_entered(), vor)

    @post(guards=[requires_data_importer])
    async def create(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        settings: NamedDependency[Settings],
    ) -> Template | Redirect:
        """Keep the file and go on to its columns, or to its plan if a mapping knows them."""
        entered = nothing_entered()
        sent = await request.form()
        run_id = 0
        async with entered.attempt(session):
            file = _sent_file(sent.get("file"))
            run = await take_list(
                session,
                actor,
                file.filename,
                await file.read(),
                limit_mib=settings.upload_limit_mib,
                profile=str(sent.get("profile") or ""),
            )
            run_id = run.id
        if entered.errors:
            return await _index(session, actor, entered, None)
        return go_to(f"{BASE}/{run_id}")

    @get("/{run_id:int}")
    async def show(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        run_id: FromPath[int],
        aktion: FromQuery[str] = "",
        ab: FromQuery[int] = 0,
    ) -> Template | Response[bytes] | Redirect:
        """Show how far a list is; while a job works on it the page asks again by itself."""
        run = await queries.get_run(session, actor, run_id)
        if run.state is ImportState.MAPPING:
            return go_to(f"{BASE}/{run_id}/zuordnung")
        if run.state in _UNDER_WAY and request.htmx:
            return Template("exchange/_progress.html", context={"run": run})
        if request.htmx and request.headers.get("hx-target") == "progress":
            return Response(b"", headers={"HX-Refresh": "true"})
        return await _show(session, run, aktion, max(ab, 0))

    @get("/{run_id:int}/zuordnung")
    async def choose(
        self, session: DbSession, actor: CurrentActor, run_id: FromPath[int]
    ) -> Template:
        """Show what each column means, or is likely to mean."""
        run = await queries.get_run(session, actor, run_id)
        entered = nothing_entered()
        entered.values.update(proposed_values(run.sheet, run.settings))
        return await _mapping(session, run, entered)

    @post("/{run_id:int}/zuordnung")
    async def map(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        run_id: FromPath[int],
    ) -> Template | Redirect:
        """Keep what the columns mean, and plan."""
        run = await queries.get_run(session, actor, run_id)
        entered = await read_form(request, MappingForm)
        if entered.form is not None:
            async with entered.attempt(session):
                await map_columns(session, actor, run_id, run.sheet["header"], entered.form)
        if entered.errors:
            return await _mapping(session, run, entered)
        return go_to(f"{BASE}/{run_id}")

    @post("/{run_id:int}/planen")
    async def plan(
        self, session: DbSession, actor: CurrentActor, run_id: FromPath[int]
    ) -> Redirect:
        """Plan again with the columns as they are."""
        await queries.get_run(session, actor, run_id)
        await begin(
            session, run_id, [ImportState.PLANNED, ImportState.BROKEN], ImportState.PLANNING
        )
        return go_to(f"{BASE}/{run_id}")

    @post("/{run_id:int}/anwenden")
    async def apply(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        run_id: FromPath[int],
    ) -> Redirect:
        """Do the plan that was shown, and no other."""
        run = await queries.get_run(session, actor, run_id)
        entered = await read_form(request, PlanForm)
        if entered.form is None or entered.form.plan_id != run.plan_id:
            raise WrongStateError("Das war ein älterer Plan. Bitte den neuen ansehen.")
        await begin(session, run_id, [ImportState.PLANNED], ImportState.APPLYING)
        return go_to(f"{BASE}/{run_id}")

    @post("/{run_id:int}/zuruecknehmen")
    async def undo(
        self, session: DbSession, actor: CurrentActor, run_id: FromPath[int]
    ) -> Redirect:
        """Take the import back, unless something touched its rows since."""
        await queries.get_run(session, actor, run_id)
        await begin(session, run_id, [ImportState.APPLIED], ImportState.UNDOING)
        return go_to(f"{BASE}/{run_id}")


def _sent_file(sent: object) -> UploadFile:
    if not isinstance(sent, UploadFile):
        message = "Bitte eine Datei wählen."
        raise ListRefusedError(message, {"file": message})
    return sent


async def _index(
    session: AsyncSession, actor: Actor, entered: Entered[Any], before_id: int | None
) -> Template:
    runs = await queries.list_runs(session, actor, before_id, _RUNS + 1)
    shown = runs[:_RUNS]
    profiles = await queries.list_profiles(session)
    context = {
        "runs": shown,
        "next_href": f"{BASE}?vor={shown[-1].id}" if len(runs) > _RUNS else None,
        "first_href": BASE if before_id else None,
        "profiles": [(row.name, _profile_label(row)) for row in profiles],
        "states": STATE_LABELS,
        "errors": entered.errors,
        "tabs": administration_tabs(actor, BASE),
    }
    return Template("exchange/index.html", context=context, status_code=entered.status)


def _profile_label(row: AnyRow) -> str:
    return f"{row.name} ({row.supplier})" if row.supplier else row.name


async def _mapping(session: AsyncSession, run: AnyRow, entered: Entered[Any]) -> Template:
    header: Sequence[str] = run.sheet["header"]
    context = {
        "run": run,
        "columns": list(enumerate(header)),
        "samples": run.sheet["samples"],
        "field_choices": [
            (IGNORED, "nicht übernehmen"),
            *((meaning.value, label) for meaning, label in FIELD_LABELS.items()),
        ],
        "match_choices": [(key.value, label) for key, label in MATCH_LABELS.items()],
        "defaultable": [(meaning.value, FIELD_LABELS[meaning]) for meaning in DEFAULTABLE],
        "suppliers": await queries.supplier_choices(session),
        "values": entered.values,
        "errors": entered.errors,
    }
    return Template("exchange/mapping.html", context=context, status_code=entered.status)


async def _show(session: AsyncSession, run: AnyRow, action: str, after_line: int) -> Template:
    known = action if action in {each.value for each in Action} else ""
    rows = await queries.list_rows(
        session, run.id, action=known, after_line=after_line, limit=queries.PAGE + 1
    )
    shown = rows[: queries.PAGE]
    here = f"{BASE}/{run.id}?aktion={known}"
    label, tone = STATE_LABELS[run.state]
    context = {
        "run": run,
        "label": label,
        "tone": tone,
        "is_under_way": run.state in _UNDER_WAY,
        "problems": run.problems.get("list", []),
        "match_label": MATCH_LABELS[MatchKey(run.settings["match_on"])],
        "tabs": _tabs(run, known),
        "rows": shown,
        "fields": {meaning.value: words for meaning, words in FIELD_LABELS.items()},
        "actions": {each.value: words for each, words in ACTION_LABELS.items()},
        "next_href": f"{here}&ab={shown[-1].line}" if len(rows) > queries.PAGE else None,
        "first_href": here if after_line else None,
        "sentence": plan_sentence(run.counts),
        "may_apply": _may_apply(run),
    }
    return Template("exchange/show.html", context=context)


def _may_apply(run: AnyRow) -> bool:
    counts: Mapping[str, int] = run.counts
    writes = counts.get("create", 0) + counts.get("update", 0)
    settled = not counts.get("conflict", 0) or run.settings["leaves_conflicts"]
    return run.state is ImportState.PLANNED and bool(writes) and settled


def plan_sentence(counts: Mapping[str, int]) -> str:
    """Return what a plan does as one sentence: „2 Geräte neu, 1 geändert, …“."""
    words = (
        (counts.get("create", 0), "neu"),
        (counts.get("update", 0), "zu ändern"),
        (counts.get("skip", 0), "unverändert"),
        (counts.get("conflict", 0), "im Konflikt"),
    )
    told = [f"{number:,} {word}".replace(",", ".") for number, word in words if number]
    return ", ".join(told) or "keine Zeile"


def _tabs(run: AnyRow, current: str) -> list[Tab]:
    counts: Mapping[str, int] = run.counts
    every = [Tab("Alle Zeilen", f"{BASE}/{run.id}", not current, sum(counts.values()))]
    return every + [
        Tab(words, f"{BASE}/{run.id}?aktion={each.value}", current == each.value, number)
        for each, (words, _) in ACTION_LABELS.items()
        if (number := counts.get(each.value, 0))
    ]


NAV: Sequence[NavItem] = ()
CONTROLLERS: Sequence[ControllerRouterHandler] = (ListImportController, BulkEditController)
