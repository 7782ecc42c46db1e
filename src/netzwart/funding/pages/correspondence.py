"""What passes between city and authority: notices, messages, clawbacks, the submitted proof."""

from collections.abc import Mapping
from typing import Any

from litestar import Controller, get, post
from litestar.params import FromQuery
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_funding_editor
from netzwart.clock import today
from netzwart.database import DbSession
from netzwart.funding import service
from netzwart.funding.labels import SOURCE_CHOICES
from netzwart.funding.liabilities import OCCASIONS
from netzwart.funding.pages.grant_forms import (
    AmendmentEntryForm,
    ClawbackEntryForm,
    DayForm,
    MessageEntryForm,
    SubmissionEntryForm,
    amendment_values,
    part_field,
    part_rows,
)
from netzwart.funding.programmes.loading import get_programme
from netzwart.funding.queries import get_grant
from netzwart.funding.queries.correspondence import (
    find_device_of_grant,
    get_clawback,
    get_message,
    list_grant_parts,
    list_issued_proofs,
)
from netzwart.funding.tables import Grant
from netzwart.web.addresses import RowId
from netzwart.web.components import Tone
from netzwart.web.requests import Entered, enter, go_to, nothing_entered


class CorrespondenceController(Controller):
    """Forms for what the authority writes and what it is written; rows are never changed."""

    path = "/foerderung/{grant_id:int}"
    guards = [requires_funding_editor]  # noqa: RUF012 - Litestar reads a plain attribute

    @get("/bescheide/neu")
    async def new_notice(
        self, session: DbSession, actor: CurrentActor, grant_id: RowId
    ) -> Template:
        """Show the form for a notice that changes the grant, filled with what holds today."""
        entered = nothing_entered()
        grant = await get_grant(session, grant_id, actor)
        entered.values.update(amendment_values(grant, await list_grant_parts(session, grant_id)))
        return await _page(session, actor, grant_id, entered, "notice")

    @post("/bescheide")
    async def create_notice(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor, grant_id: RowId
    ) -> Template | Redirect:
        """Record the notice; the grant follows it, the old values stay with it."""
        grant = await get_grant(session, grant_id, actor)
        entered = await enter(
            request,
            session,
            AmendmentEntryForm,
            lambda form: service.record_amendment(session, grant, form, actor),
        )
        return await _done(session, actor, grant_id, entered, "notice")

    @get("/mitteilungen/neu")
    async def new_message(
        self,
        session: DbSession,
        actor: CurrentActor,
        grant_id: RowId,
        geraet: FromQuery[str] = "",
        anlass: FromQuery[str] = "",
    ) -> Template:
        """Show the form for a message to the authority."""
        entered = nothing_entered()
        entered.values.update({"device": geraet, "occasion": anlass})
        return await _page(session, actor, grant_id, entered, "message")

    @post("/mitteilungen")
    async def create_message(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor, grant_id: RowId
    ) -> Template | Redirect:
        """Record what the authority must be told, or was told."""
        await get_grant(session, grant_id, actor)

        async def record(form: MessageEntryForm) -> None:
            device_id = await find_device_of_grant(session, grant_id, form.device)
            message = form.as_message(grant_id, device_id)
            await service.record_message(session, message, actor)

        entered = await enter(request, session, MessageEntryForm, record)
        return await _done(session, actor, grant_id, entered, "message")

    @post("/mitteilungen/{message_id:int}/versandt")
    async def send_message(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        grant_id: RowId,
        message_id: RowId,
    ) -> Redirect:
        """Record that the message went out."""
        message = await get_message(session, grant_id, message_id, actor)
        entered = await enter(
            request,
            session,
            DayForm,
            lambda form: service.record_message_sent(session, message, form.day, actor),
        )
        return _back(grant_id, "mitteilungen", entered, "Die Mitteilung ist als versandt erfasst.")

    @get("/rueckforderungen/neu")
    async def new_clawback(
        self, session: DbSession, actor: CurrentActor, grant_id: RowId
    ) -> Template:
        """Show the form for money the authority wants back."""
        return await _page(session, actor, grant_id, nothing_entered(), "clawback")

    @post("/rueckforderungen")
    async def create_clawback(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor, grant_id: RowId
    ) -> Template | Redirect:
        """Record a clawback."""
        await get_grant(session, grant_id, actor)
        entered = await enter(
            request,
            session,
            ClawbackEntryForm,
            lambda form: service.record_clawback(session, _of(form, grant_id), actor),
        )
        return await _done(session, actor, grant_id, entered, "clawback")

    @post("/rueckforderungen/{clawback_id:int}/bezahlt")
    async def pay_clawback(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        grant_id: RowId,
        clawback_id: RowId,
    ) -> Redirect:
        """Record that the money went back."""
        clawback = await get_clawback(session, grant_id, clawback_id, actor)
        entered = await enter(
            request,
            session,
            DayForm,
            lambda form: service.record_clawback_paid(session, clawback, form.day, actor),
        )
        return _back(grant_id, "rueckforderungen", entered, "Die Rückzahlung ist erfasst.")

    @get("/einreichungen/neu")
    async def new_submission(
        self, session: DbSession, actor: CurrentActor, grant_id: RowId
    ) -> Template:
        """Show the form for a proof that went out."""
        return await _page(session, actor, grant_id, nothing_entered(), "submission")

    @post("/einreichungen")
    async def create_submission(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor, grant_id: RowId
    ) -> Template | Redirect:
        """Record that a proof went out, with the figures it shows."""
        await get_grant(session, grant_id, actor)
        entered = await enter(
            request,
            session,
            SubmissionEntryForm,
            lambda form: service.record_submission(session, _of(form, grant_id), actor),
        )
        return await _done(session, actor, grant_id, entered, "submission")


async def _done(
    session: AsyncSession, actor: Actor, grant_id: int, entered: Entered[Any], name: str
) -> Template | Redirect:
    """Lead back to the grant's list, or show the form again with what is wrong."""
    if entered.errors:
        return await _page(session, actor, grant_id, entered, name)
    place, message = _RECORDED[name]
    return go_to(f"/foerderung/{grant_id}#{place}", message)


def _of(form: Any, grant_id: int) -> Any:  # noqa: ANN401 - any form of a grant
    return form.model_copy(update={"grant_id": grant_id})


def _back(grant_id: int, place: str, entered: Entered[Any], message: str) -> Redirect:
    """Lead back to the list; a refused day is said above the page."""
    refusal = next(iter(entered.errors.values()), "")
    return go_to(
        f"/foerderung/{grant_id}#{place}", refusal or message, Tone.DANGER if refusal else Tone.OK
    )


async def _page(
    session: AsyncSession, actor: Actor, grant_id: int, entered: Entered[Any], name: str
) -> Template:
    grant = await get_grant(session, grant_id, actor)
    context: dict[str, Any] = {
        "head": grant,
        "today": today().isoformat(),
        "values": entered.values,
        "errors": {part_field(path): text for path, text in entered.errors.items()},
        **await _CHOICES[name](session, grant, entered.values),
    }
    return Template(f"funding/new_{name}.html", context=context, status_code=entered.status)


async def _for_notice(
    session: AsyncSession, grant: Grant, values: Mapping[str, Any]
) -> dict[str, Any]:
    del session
    rules = get_programme(grant.programme, grant.issued_on).rules
    return {
        "categories": [(key, one.name.value or key) for key, one in rules.categories.items()],
        "source_kinds": list(SOURCE_CHOICES.items()),
        "rows": part_rows(values),
    }


async def _for_message(
    session: AsyncSession, grant: Grant, values: Mapping[str, Any]
) -> dict[str, Any]:
    del session, grant, values
    return {"occasions": [(one.value, label) for one, label in OCCASIONS.items()]}


async def _for_clawback(
    session: AsyncSession, grant: Grant, values: Mapping[str, Any]
) -> dict[str, Any]:
    del session, grant, values
    return {}


async def _for_submission(
    session: AsyncSession, grant: Grant, values: Mapping[str, Any]
) -> dict[str, Any]:
    del values
    return {"proofs": await list_issued_proofs(session, grant.id)}


_RECORDED = {
    "notice": ("bescheide", "Der Änderungsbescheid ist erfasst."),
    "message": ("mitteilungen", "Die Mitteilung ist erfasst."),
    "clawback": ("rueckforderungen", "Die Rückforderung ist erfasst."),
    "submission": ("einreichungen", "Die Einreichung ist erfasst."),
}
"""The list on the grant's page that shows what was recorded, and what is said then."""

_CHOICES = {
    "notice": _for_notice,
    "message": _for_message,
    "clawback": _for_clawback,
    "submission": _for_submission,
}
