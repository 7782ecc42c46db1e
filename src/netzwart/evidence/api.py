"""Sightings, findings and stocktakes under `/api/v1`."""

from datetime import date, datetime
from typing import Annotated, Any

from litestar import Controller, Response, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from pydantic import Field as FormField
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Right
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_findings_decider
from netzwart.accounts.resources import (
    API,
    Act,
    ApiRequest,
    Form,
    Values,
    Writing,
    decoded,
    resource_controller,
    row_answer,
)
from netzwart.database import DbSession, table_of
from netzwart.errors import InvalidInputError
from netzwart.evidence import service
from netzwart.evidence.resources import FINDINGS, SIGHTINGS, STOCKTAKES
from netzwart.evidence.rules import Claim
from netzwart.evidence.service import Recognised
from netzwart.evidence.tables import Decision, Sighting, SightingSource
from netzwart.web.resources.documenting import answer_operation


class NothingClaimedError(InvalidInputError):
    """A sighting that names neither a usable serial number nor a MAC address."""


class DecisionForm(Form):
    """What a person decides about a finding, and why."""

    decision: Decision
    reason: Annotated[str, FormField(min_length=1, max_length=2000)]
    ignored_until: date | None = None


async def _record_sighting(act: Act, values: Values) -> Sighting:
    """Keep one claim; the same claim of the same day is the row there is already."""
    claim = Claim(
        source=SightingSource(values["source"]),
        seen_at=_moment(values["seen_at"]),
        serial=values["serial"],
        mac=values["mac"],
        manufacturer=values["manufacturer"],
        school_id=values["school_id"],
        node_id=values["node_id"],
        position=values["position"],
        poller=act.actor.name[:80],
    )
    recognised = await service.record_sightings(act.session, [claim])
    if not recognised:
        message = "Eine Sichtung nennt eine brauchbare Seriennummer oder eine MAC-Adresse."
        raise NothingClaimedError(message, {"serial": message})
    return await _kept(act.session, recognised[0])


def _moment(value: Any) -> datetime:  # noqa: ANN401 - the form made it a datetime
    return value


async def _kept(session: AsyncSession, one: Recognised) -> Sighting:
    sightings = table_of(Sighting)
    found = await session.execute(
        select(sightings.c.id).where(sightings.c.fingerprint == one.fingerprint)
    )
    return await session.get_one(Sighting, found.scalar_one())


class FindingActsController(Controller):
    """What can be done with a finding."""

    path = f"{API}/findings"

    @post(
        "/{row_id:int}/decide",
        status_code=200,
        tags=["findings"],
        guards=[requires_findings_decider],
        operation_class=answer_operation(
            {"id": {"type": "integer"}, "status": {"type": "string"}},
            body=DecisionForm.model_json_schema(),
        ),
        operation_id="decide_finding",
        summary="Decide a finding with a reason",
    )
    async def decide(
        self,
        request: ApiRequest,
        session: DbSession,
        actor: CurrentActor,
        row_id: FromPath[int],
    ) -> Response[bytes]:
        """Close a finding by a person's decision."""
        form = decoded(DecisionForm, await request.body())
        await service.decide_finding(
            session,
            actor,
            row_id,
            form.decision,
            form.reason,
            ignored_until=form.ignored_until,
        )
        return await row_answer(request, session, FINDINGS, row_id)


CONTROLLERS: list[ControllerRouterHandler] = [
    resource_controller(
        SIGHTINGS,
        Writing(
            SIGHTINGS,
            Right.RECORD_NETWORK,
            "serial mac manufacturer source seen_at school node position",
            create=_record_sighting,
            may_patch=False,
            audits_itself=True,
        ),
    ),
    resource_controller(FINDINGS),
    resource_controller(STOCKTAKES),
    FindingActsController,
]
