"""Sightings, findings and stocktakes under `/api/v1`."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from litestar import Controller, Response, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from pydantic import Field as FormField
from sqlalchemy import select

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
from netzwart.database import DbSession, Record, table_of
from netzwart.errors import InvalidInputError
from netzwart.evidence import service
from netzwart.evidence.resources import FINDINGS, SIGHTINGS, STOCKTAKES
from netzwart.evidence.rules import Claim, fingerprint
from netzwart.evidence.tables import Decision, Sighting, SightingSource
from netzwart.inventory.rules import normalised_mac, normalised_serial
from netzwart.network.tables import Node
from netzwart.web.resources.documenting import answer_operation

_FINGERPRINT = table_of(Sighting).c.fingerprint


class NothingClaimedError(InvalidInputError):
    """A sighting that names neither a usable serial number nor a MAC address."""


class DecisionForm(Form):
    """What a person decides about a finding, and why."""

    decision: Decision
    reason: Annotated[str, FormField(min_length=1, max_length=2000)]
    ignored_until: date | None = None


async def _record_sightings(act: Act, many: Sequence[Values]) -> list[Record]:
    """Keep claims; the same claim of the same day is the row there is already."""
    claims = [await _claim(act, values, index) for index, values in enumerate(many)]
    recognised = await service.record_sightings(act.session, claims)
    keys = [fingerprint(one.claim, one.serial, one.device) for one in recognised]
    found = await act.session.execute(select(Sighting).where(_FINGERPRINT.in_(keys)))
    by_key = {row.fingerprint: row for row in found.scalars()}
    return [by_key[key] for key in keys]


async def _claim(act: Act, values: Values, index: int) -> Claim:
    mac = values["mac"] and normalised_mac(values["mac"])
    if mac is None and normalised_serial(values["serial"]) is None:
        message = "Eine Sichtung nennt eine brauchbare Seriennummer oder eine MAC-Adresse."
        raise NothingClaimedError(message, {f"{index}.serial": message})
    school_id: int | None = values["school_id"]
    if school_id is None and values["node_id"] is not None:
        school_id = (await act.session.get_one(Node, values["node_id"])).school_id
    return Claim(
        source=SightingSource(values["source"]),
        seen_at=values["seen_at"],
        serial=values["serial"],
        mac=mac,
        manufacturer=values["manufacturer"],
        school_id=school_id,
        node_id=values["node_id"],
        position=values["position"],
        poller=act.actor.name[:80],
    )


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
            create_many=_record_sightings,
            may_patch=False,
            audits_itself=True,
        ),
    ),
    resource_controller(FINDINGS),
    resource_controller(STOCKTAKES),
    FindingActsController,
]
