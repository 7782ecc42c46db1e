"""What the city asks for before there is a grant, and which grant answered it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.accounts.audit import record_audit
from netzwart.clock import today
from netzwart.errors import ConflictError, InvalidInputError
from netzwart.funding.forms import ApplicationForm
from netzwart.funding.programmes.loading import get_programme
from netzwart.funding.queries import get_grant
from netzwart.funding.tables import GrantApplication


class ApplicationInFutureError(InvalidInputError):
    """An application that has not been made yet is none."""


class OtherProgrammeError(ConflictError):
    """The grant was awarded by another programme than was applied to."""


async def record_application(
    session: AsyncSession, form: ApplicationForm, actor: Actor
) -> GrantApplication:
    """Store what was asked for; late for the programme's last day is no error, the checks say it.

    Raises:
        UnknownProgrammeError: when there is no such programme.
        NotFoundError: when the grant does not exist for this actor.
        ApplicationInFutureError: when the day is to come.
        OtherProgrammeError: when the grant belongs to another programme.
    """
    programme = get_programme(form.programme, form.applied_on)
    if form.applied_on > today():
        message = f"Der {form.applied_on:%d.%m.%Y} liegt in der Zukunft."
        raise ApplicationInFutureError(message, {"applied_on": message})
    if form.grant_id is not None:
        await _check_grant(session, programme.key, form.grant_id, actor)
    application = GrantApplication(**form.model_dump())
    application.programme = programme.key
    session.add(application)
    await session.flush()
    await record_audit(
        session,
        actor,
        "application_recorded",
        "grant_application",
        application.id,
        changes={
            "programme": [None, application.programme],
            "requested": [None, str(application.requested)],
        },
    )
    return application


async def change_application(
    session: AsyncSession, application: GrantApplication, values: Mapping[str, Any], actor: Actor
) -> None:
    """Store the reference and the grant that answered the application.

    Raises:
        NotFoundError: when the grant does not exist for this actor.
        OtherProgrammeError: when the grant belongs to another programme.
    """
    changes: dict[str, list[Any]] = {}
    for name in ("reference", "grant_id"):
        if name in values and values[name] != getattr(application, name):
            changes[name] = [getattr(application, name), values[name]]
    if values.get("grant_id") is not None:
        await _check_grant(session, application.programme, values["grant_id"], actor)
    for name in changes:
        setattr(application, name, values[name])
    await session.flush()
    if changes:
        await record_audit(
            session,
            actor,
            "application_changed",
            "grant_application",
            application.id,
            changes=changes,
        )


async def _check_grant(session: AsyncSession, programme: str, grant_id: int, actor: Actor) -> None:
    grant = await get_grant(session, grant_id, actor)
    if get_programme(grant.programme).key != programme:
        raise OtherProgrammeError(
            f"Beantragt wurde {programme}, der Bescheid {grant.number} gehört zu {grant.programme}."
        )
