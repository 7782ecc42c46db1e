"""What passes between city and authority, as forms and pages need it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import column, or_, select, table
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.database import table_of
from netzwart.errors import InvalidInputError, NotFoundError
from netzwart.funding.purchase_tables import CostShare
from netzwart.funding.queries.choices import Choice
from netzwart.funding.queries.visibility import visible_grants
from netzwart.funding.tables import (
    AuthorityMessage,
    Clawback,
    FundingSource,
    Grant,
    GrantApplication,
    GrantTranche,
    Measure,
    MeasureSupport,
    PlanPosition,
)
from netzwart.inventory.tables import Device
from netzwart.schools.tables import School

_GRANT, _MESSAGE, _CLAWBACK = table_of(Grant), table_of(AuthorityMessage), table_of(Clawback)
_PLAN, _SOURCE, _TRANCHE = table_of(PlanPosition), table_of(FundingSource), table_of(GrantTranche)
_DEVICE, _MEASURE, _SHARE = table_of(Device), table_of(Measure), table_of(CostShare)
_APPLICATION, _SUPPORT = table_of(GrantApplication), table_of(MeasureSupport)
_SCHOOL = table_of(School)
# Issued papers live on a floor above; their numbers are read without knowing their class.
_ISSUED = table(
    "issued_document",
    column("id"),
    column("number"),
    column("kind"),
    column("grant_id"),
    column("as_of"),
    column("sha256"),
)


class UnknownDeviceError(InvalidInputError):
    """The grant has no device of that inventory number."""


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A position of the financing plan."""

    category: str
    total: Decimal
    eligible: Decimal


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source of the financing plan."""

    kind: str
    label: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class TrancheRow:
    """What a budget year makes available."""

    year: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class GrantParts:
    """The lists that a notice may replace."""

    plan: Sequence[PlanRow]
    sources: Sequence[SourceRow]
    tranches: Sequence[TrancheRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationRow:
    """An application with the grant that answered it."""

    id: int
    programme: str
    applied_on: date
    requested: Decimal
    reference: str
    grant_id: int | None
    grant: str | None
    approved: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportRow:
    """A measure of another grant that a measure serves."""

    id: int
    measure: str
    school: str | None
    grant_id: int
    grant: str
    programme: str


async def list_grant_parts(session: AsyncSession, grant_id: int) -> GrantParts:
    """Return the grant's plan, sources and tranches as they hold today."""
    plan = await session.execute(
        select(_PLAN.c.category, _PLAN.c.total, _PLAN.c.eligible)
        .where(_PLAN.c.grant_id == grant_id)
        .order_by(_PLAN.c.id)
    )
    sources = await session.execute(
        select(_SOURCE.c.kind, _SOURCE.c.label, _SOURCE.c.amount)
        .where(_SOURCE.c.grant_id == grant_id)
        .order_by(_SOURCE.c.id)
    )
    tranches = await session.execute(
        select(_TRANCHE.c.year, _TRANCHE.c.amount)
        .where(_TRANCHE.c.grant_id == grant_id)
        .order_by(_TRANCHE.c.year)
    )
    return GrantParts(
        [PlanRow(*row) for row in plan],
        [SourceRow(*row) for row in sources],
        [TrancheRow(*row) for row in tranches],
    )


async def get_message(
    session: AsyncSession, grant_id: int, message_id: int, actor: Actor
) -> AuthorityMessage:
    """Return a message of the grant.

    Raises:
        NotFoundError: when the grant has no such message, or the actor may not know of it.
    """
    message = await session.scalar(
        select(AuthorityMessage)
        .join(_GRANT, _GRANT.c.id == _MESSAGE.c.grant_id)
        .where(_MESSAGE.c.id == message_id, _GRANT.c.id == grant_id, visible_grants(actor))
    )
    if message is None:
        raise NotFoundError("Diese Mitteilung gibt es nicht.")
    return message


async def get_clawback(
    session: AsyncSession, grant_id: int, clawback_id: int, actor: Actor
) -> Clawback:
    """Return a clawback of the grant.

    Raises:
        NotFoundError: when the grant has no such clawback, or the actor may not know of it.
    """
    clawback = await session.scalar(
        select(Clawback)
        .join(_GRANT, _GRANT.c.id == _CLAWBACK.c.grant_id)
        .where(_CLAWBACK.c.id == clawback_id, _GRANT.c.id == grant_id, visible_grants(actor))
    )
    if clawback is None:
        raise NotFoundError("Diese Rückforderung gibt es nicht.")
    return clawback


async def find_device_of_grant(session: AsyncSession, grant_id: int, number: str) -> int | None:
    """Return the id of a device by its inventory number, None for an empty number.

    Raises:
        UnknownDeviceError: when the grant did not pay for such a device.
    """
    if not number:
        return None
    measures = select(_MEASURE.c.id).where(_MEASURE.c.grant_id == grant_id)
    lines = select(_SHARE.c.invoice_line_id).where(_SHARE.c.measure_id.in_(measures))
    found = await session.scalar(
        select(_DEVICE.c.id).where(
            _DEVICE.c.inventory_number == number,
            or_(_DEVICE.c.measure_id.in_(measures), _DEVICE.c.invoice_line_id.in_(lines)),
        )
    )
    if found is None:
        message = f"Diese Bewilligung hat kein Gerät {number} bezahlt."
        raise UnknownDeviceError(message, {"device": message})
    return int(found)


async def list_issued_proofs(session: AsyncSession, grant_id: int) -> list[tuple[str, str]]:
    """Return the issued proofs of the grant, newest first: SHA-256, number and day."""
    rows = await session.execute(
        select(_ISSUED.c.sha256, _ISSUED.c.number, _ISSUED.c.as_of)
        .where(_ISSUED.c.grant_id == grant_id, _ISSUED.c.kind == "proof_of_use")
        .order_by(_ISSUED.c.id.desc())
    )
    return [(row.sha256, f"{row.number}, Stand {row.as_of}") for row in rows]


async def list_applications(
    session: AsyncSession, actor: Actor, application_id: int | None = None
) -> list[ApplicationRow]:
    """Return the applications the actor may see, newest first; one where an id is given."""
    seen = _APPLICATION.c.grant_id.is_(None) if actor.grant_scope() is None else None
    visible = visible_grants(actor)
    narrowed = [] if application_id is None else [_APPLICATION.c.id == application_id]
    rows = await session.execute(
        select(
            _APPLICATION.c.id,
            _APPLICATION.c.programme,
            _APPLICATION.c.applied_on,
            _APPLICATION.c.requested,
            _APPLICATION.c.reference,
            _APPLICATION.c.grant_id,
            _GRANT.c.number.label("grant"),
            _GRANT.c.approved_amount.label("approved"),
        )
        .outerjoin(_GRANT, _GRANT.c.id == _APPLICATION.c.grant_id)
        .where(visible if seen is None else or_(seen, visible), *narrowed)
        .order_by(_APPLICATION.c.applied_on.desc(), _APPLICATION.c.id.desc())
    )
    return [ApplicationRow(**row) for row in rows.mappings()]


async def get_application(
    session: AsyncSession, application_id: int, actor: Actor
) -> GrantApplication:
    """Return an application.

    Raises:
        NotFoundError: when there is none, or the actor may not know of it.
    """
    if not await list_applications(session, actor, application_id):
        raise NotFoundError("Diesen Antrag gibt es nicht.")
    return await session.get_one(GrantApplication, application_id)


async def list_supports(session: AsyncSession, measure_id: int) -> list[SupportRow]:
    """Return the measures of other grants that a measure serves."""
    rows = await session.execute(
        select(
            _SUPPORT.c.id,
            _MEASURE.c.title.label("measure"),
            _SCHOOL.c.short_name.label("school"),
            _GRANT.c.id.label("grant_id"),
            _GRANT.c.number.label("grant"),
            _GRANT.c.programme,
        )
        .join(_MEASURE, _MEASURE.c.id == _SUPPORT.c.supports_id)
        .join(_GRANT, _GRANT.c.id == _MEASURE.c.grant_id)
        .outerjoin(_SCHOOL, _SCHOOL.c.id == _MEASURE.c.school_id)
        .where(_SUPPORT.c.measure_id == measure_id)
        .order_by(_GRANT.c.number, _MEASURE.c.title, _SUPPORT.c.id)
    )
    return [SupportRow(**row) for row in rows.mappings()]


async def list_servable_measures(
    session: AsyncSession, actor: Actor, grant_id: int, programmes: Sequence[str]
) -> list[Choice]:
    """Return the measures of the given programmes' grants, by grant and title."""
    rows = await session.execute(
        select(_MEASURE.c.id, _MEASURE.c.title, _GRANT.c.number, _SCHOOL.c.short_name)
        .join(_GRANT, _GRANT.c.id == _MEASURE.c.grant_id)
        .outerjoin(_SCHOOL, _SCHOOL.c.id == _MEASURE.c.school_id)
        .where(visible_grants(actor), _GRANT.c.id != grant_id, _GRANT.c.programme.in_(programmes))
        .order_by(_GRANT.c.number, _SCHOOL.c.short_name, _MEASURE.c.title, _MEASURE.c.id)
    )
    return [
        (row.id, " · ".join(part for part in (row.short_name, row.title, row.number) if part))
        for row in rows
    ]


async def get_support(session: AsyncSession, measure_id: int, support_id: int) -> MeasureSupport:
    """Return one connection of a measure, which the caller may see.

    Raises:
        NotFoundError: when the measure has none of that id.
    """
    support = await session.scalar(
        select(MeasureSupport).where(
            _SUPPORT.c.id == support_id, _SUPPORT.c.measure_id == measure_id
        )
    )
    if support is None:
        raise NotFoundError("Diese Verbindung gibt es nicht.")
    return support
