"""Applications, notices, messages, clawbacks, submissions and supports under `/api/v1`."""

from typing import Annotated

from litestar.types import ControllerRouterHandler
from pydantic import Field as FormField

from netzwart.accounts.resources import Act, Form, Values, filled
from netzwart.database import Record
from netzwart.errors import NotFoundError
from netzwart.funding import service
from netzwart.funding.correspondence_resources import (
    APPLICATIONS,
    CLAWBACKS,
    MESSAGES,
    NOTICES,
    SUBMISSIONS,
    SUPPORTS,
)
from netzwart.funding.forms import (
    AmendmentForm,
    ApplicationForm,
    ClawbackForm,
    MessageForm,
    PlanForm,
    SourceForm,
    SubmissionForm,
    SupportForm,
    TrancheForm,
)
from netzwart.funding.forms.fields import Day, Euro, NotNegativeEuro, Part
from netzwart.funding.queries import get_grant
from netzwart.funding.recorded import acted, recorded
from netzwart.funding.tables import (
    AuthorityMessage,
    Clawback,
    GrantApplication,
    Measure,
    MeasureSupport,
)


class _AmendmentParts(Form):
    """What a later notice changes of its grant; what is left out stays."""

    amount: Euro | None = None
    reason: Annotated[str, FormField(min_length=1, max_length=1000)]
    eligible_planned: NotNegativeEuro | None = None
    rate: Part | None = None
    final_on: Day = None
    execution_from: Day = None
    execution_until: Day = None
    approval_until: Day = None
    plan: tuple[PlanForm, ...] | None = None
    sources: tuple[SourceForm, ...] | None = None
    tranches: tuple[TrancheForm, ...] | None = None


async def _amend(act: Act, values: Values) -> Record:
    sent = {name: value for name, value in values.items() if value is not None}
    grant = await get_grant(act.session, sent.pop("grant_id", 0), act.actor)
    if "rate" in sent:
        sent["funding_rate"] = sent.pop("rate")
    return await service.record_amendment(
        act.session, grant, filled(AmendmentForm, sent), act.actor
    )


async def _answer(act: Act, application: GrantApplication, values: Values) -> None:
    await service.change_application(act.session, application, values, act.actor)


async def _told(act: Act, message: AuthorityMessage, values: Values) -> None:
    if values.get("sent_on") is not None:
        await service.record_message_sent(act.session, message, values["sent_on"], act.actor)


async def _repay(act: Act, clawback: Clawback, values: Values) -> None:
    if values.get("paid_on") is not None:
        await service.record_clawback_paid(act.session, clawback, values["paid_on"], act.actor)


async def _support(act: Act, values: Values) -> Record:
    measure = await act.session.get(Measure, values["measure_id"])
    if measure is None:
        raise NotFoundError("Diese Maßnahme gibt es nicht.")
    form = SupportForm(supports_id=values["supports_id"])
    return await service.record_support(act.session, measure, form, act.actor)


async def _unlink(act: Act, support: MeasureSupport) -> None:
    await service.remove_support(act.session, support, act.actor)


CONTROLLERS: list[ControllerRouterHandler] = [
    recorded(
        APPLICATIONS,
        "programme applied_on requested reference grant",
        ApplicationForm,
        service.record_application,
        patched="reference grant",
        update=_answer,
    ),
    acted(
        NOTICES, "grant number issued_on document", _amend, parts=_AmendmentParts, may_patch=False
    ),
    recorded(
        MESSAGES,
        "grant occasion due_on sent_on text device document",
        MessageForm,
        service.record_message,
        patched="sent_on",
        update=_told,
    ),
    recorded(
        CLAWBACKS,
        "grant demanded_on amount interest reason paid_on",
        ClawbackForm,
        service.record_clawback,
        patched="paid_on",
        update=_repay,
    ),
    recorded(
        SUBMISSIONS,
        "grant submitted_on as_of document_sha256",
        SubmissionForm,
        service.record_submission,
        may_patch=False,
    ),
    acted(SUPPORTS, "measure supports", _support, may_patch=False, remove=_unlink),
]
