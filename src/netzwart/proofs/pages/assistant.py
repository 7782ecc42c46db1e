"""The proof assistant: from "what is missing" to "issued", one step a page."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from litestar import Controller, get, post
from litestar.params import FromPath, FromQuery
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Template
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_funding_editor, requires_funding_reader
from netzwart.clock import today
from netzwart.database import DbSession
from netzwart.errors import NotFoundError
from netzwart.funding.queries import load_grant
from netzwart.funding.queries.showing import get_measure
from netzwart.funding.service import write_narrative
from netzwart.funding.settlement import SettledGrant, can_be_settled, settle_grant
from netzwart.proofs import wording
from netzwart.proofs.checking import CATALOGUE
from netzwart.proofs.compiling import proof_of
from netzwart.proofs.drilling import Figure, Narrowing, figure_href
from netzwart.proofs.preparing import TITLES, Preparation, Step, prepare
from netzwart.proofs.queries import find_operator
from netzwart.web.addresses import RowId
from netzwart.web.requests import Entered, go_to, nothing_entered, read_form

_LONGEST_TEXT = 8000
_MOST_SHOWN = 200

Text = Annotated[str, Field(max_length=_LONGEST_TEXT)]


class NarrativeForm(BaseModel):
    """The blocks of a report on a measure, under the names of `wording.NARRATIVE_HEADINGS`."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    initial_situation: Text = ""
    measure: Text = ""
    result: Text = ""
    plan_actual: Text = ""
    deviations: Text = ""
    operation: Text = ""
    publicity: Text = ""
    earmark: Text = ""


@dataclass(frozen=True, slots=True)
class StepLink:
    """One step in the row above the page."""

    step: Step
    title: str
    href: str
    open: int
    is_current: bool


class AssistantController(Controller):
    """The proof of one grant in the making."""

    path = "/foerderung/{grant_id:int}/nachweis"
    guards = [requires_funding_reader]  # noqa: RUF012 - Litestar reads a plain attribute

    @get()
    async def start(self, session: DbSession, actor: CurrentActor, grant_id: RowId) -> Redirect:
        """Go to the first step that lacks something."""
        grant = await _grant(session, actor, grant_id, today())
        return go_to(f"/foerderung/{grant_id}/nachweis/{prepare(grant).first_open}")

    @get("/{name:str}")
    async def show(
        self,
        session: DbSession,
        actor: CurrentActor,
        grant_id: RowId,
        name: FromPath[str],
        tag: FromQuery[date | None] = None,
    ) -> Template:
        """Show a step as of a day."""
        return await _page(session, actor, grant_id, _step(name), tag, nothing_entered())

    @post("/massnahme/{measure_id:int}", guards=[requires_funding_editor])
    async def write(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        grant_id: RowId,
        measure_id: RowId,
    ) -> Template | Redirect:
        """Store the report on one measure."""
        measure = await get_measure(session, grant_id, measure_id, actor)
        entered = await read_form(request, NarrativeForm)
        if entered.form is None:
            return await _page(session, actor, grant_id, Step.TEXTS, None, entered, measure_id)
        await write_narrative(session, measure, entered.form.model_dump(), actor)
        return go_to(
            f"/foerderung/{grant_id}/nachweis/texte#massnahme-{measure_id}",
            f"Der Sachbericht zu „{measure.title}“ ist gespeichert.",
        )


def _step(name: str) -> Step:
    if name not in set(Step):
        raise NotFoundError("Diesen Schritt gibt es nicht.")
    return Step(name)


async def _grant(session: AsyncSession, actor: Actor, grant_id: int, day: date) -> SettledGrant:
    record = await load_grant(session, grant_id, actor, day)
    if not can_be_settled(record):
        raise NotFoundError("Diese Bewilligung lässt sich noch nicht abrechnen.")
    return settle_grant(record, day)


async def _page(  # the page of a refused form names its measure
    session: AsyncSession,
    actor: Actor,
    grant_id: int,
    step: Step,
    tag: date | None,
    entered: Entered[Any],
    measure_id: int | None = None,
) -> Template:
    day = min(tag or today(), today())
    grant = await _grant(session, actor, grant_id, day)
    found = prepare(grant)
    steps = list(Step)
    place = steps.index(step)
    context: dict[str, Any] = {
        "head": grant.record.head,
        "step": step,
        "title": TITLES[step],
        "day": day,
        "tag": f"?tag={day}" if day != today() else "",
        "steps": _links(grant_id, found, step, day),
        "found": found,
        "before": steps[place - 1] if place else None,
        "after": steps[place + 1] if place + 1 < len(steps) else None,
        "titles": TITLES,
        "most": _MOST_SHOWN,
        "headings": wording.NARRATIVE_HEADINGS,
        "catalogue": CATALOGUE,
        "values": entered.values,
        "errors": entered.errors,
        "wrong_measure": measure_id,
        "may_edit": actor.may(Right.EDIT_FUNDING),
        "may_issue": actor.may(Right.ISSUE_PROOFS),
    }
    if step in {Step.PREVIEW, Step.ISSUE}:
        context |= await _preview(session, grant)
    template = f"proofs/step_{step.name.lower()}.html"
    return Template(template, context=context, status_code=entered.status)


async def _preview(session: AsyncSession, grant: SettledGrant) -> dict[str, Any]:
    grant_id, day = grant.record.head.id, grant.settlement.as_of

    def figure(name: str, category: str | None = None, school: str | None = None) -> str:
        href = figure_href(grant_id, Figure(name), Narrowing(category=category, school=school))
        return f"{href}{'&' if '?' in href else '?'}tag={day}"

    return {
        "proof": proof_of(grant, await find_operator(session), is_draft=True),
        "figure": figure,
    }


def _links(grant_id: int, found: Preparation, current: Step, day: date) -> list[StepLink]:
    query = f"?tag={day}" if day != today() else ""
    return [
        StepLink(
            step,
            TITLES[step],
            f"/foerderung/{grant_id}/nachweis/{step.value}{query}",
            found.open_in(step),
            step is current,
        )
        for step in Step
    ]
