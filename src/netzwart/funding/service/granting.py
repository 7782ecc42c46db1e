"""Grants and their measures, as the notice says."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.accounts.audit import record_audit
from netzwart.database import table_of
from netzwart.errors import ConflictError, InvalidInputError, NotFoundError
from netzwart.funding.forms import GrantForm, MeasureForm, RuleOverrideForm, SupportForm
from netzwart.funding.programmes.judging import served_programmes
from netzwart.funding.programmes.loading import FundingProgramme, get_programme
from netzwart.funding.tables import (
    FundingSource,
    Grant,
    GrantingAuthority,
    GrantTranche,
    Measure,
    MeasureSupport,
    PlanPosition,
    RuleOverride,
)
from netzwart.money import format_euro

_AUTHORITY = table_of(GrantingAuthority)


class UnknownCategoryError(InvalidInputError):
    """The programme has no such Förderbereich."""


class AwardAboveCostsError(InvalidInputError):
    """A grant cannot be larger than the costs it is for."""


class SupportUnfitError(InvalidInputError):
    """A measure cannot serve this other one."""


class GrantSettledError(ConflictError):
    """The proof of use has gone out; the grant's rules do not change any more."""


async def record_grant(session: AsyncSession, form: GrantForm, actor: Actor) -> Grant:
    """Store a grant with its financing plan; the authority is made when it is new.

    Raises:
        UnknownProgrammeError: when there is no such programme.
        UnknownCategoryError: when the plan names a category the programme does not have.
        AwardAboveCostsError: when the award exceeds the eligible costs.
    """
    programme = get_programme(form.programme, form.issued_on)
    for index, position in enumerate(form.plan):
        check_category(programme, position.category, f"plan.{index}.category")
    if form.approved_amount > form.eligible_planned:
        message = (
            f"Die Bewilligung ({format_euro(form.approved_amount)}) übersteigt die "
            f"zuwendungsfähigen Ausgaben ({format_euro(form.eligible_planned)})."
        )
        raise AwardAboveCostsError(message, {"approved_amount": message})
    authority_id = await _authority_id(session, form.authority)
    plain = form.model_dump(exclude={"authority", "plan", "sources", "tranches", "programme"})
    grant = Grant(
        **plain,
        programme=programme.key,
        programme_version=programme.version,
        authority_id=authority_id,
    )
    session.add(grant)
    await session.flush()
    session.add_all(PlanPosition(grant_id=grant.id, **row.model_dump()) for row in form.plan)
    session.add_all(FundingSource(grant_id=grant.id, **row.model_dump()) for row in form.sources)
    session.add_all(GrantTranche(grant_id=grant.id, **row.model_dump()) for row in form.tranches)
    await session.flush()
    await record_audit(
        session,
        actor,
        "grant_recorded",
        "funding_grant",
        grant.id,
        changes={
            "number": [None, grant.number],
            "approved_amount": [None, str(grant.approved_amount)],
        },
    )
    return grant


async def override_rule(
    session: AsyncSession, grant: Grant, form: RuleOverrideForm, actor: Actor
) -> RuleOverride:
    """Let a value of the notice win over the programme's; the newest of a key counts.

    Raises:
        UnknownRuleValueError: when the rules have no such value or cannot take it.
        GrantSettledError: when the proof of use has been submitted.
    """
    if grant.proof_submitted_on is not None:
        raise GrantSettledError(
            "Der Verwendungsnachweis ist eingereicht; seine Regelwerte ändern sich nicht mehr."
        )
    get_programme(grant.programme, grant.issued_on).with_overrides({form.key: form.value})
    override = RuleOverride(
        grant_id=grant.id,
        key=form.key,
        value=form.value,
        reason=form.reason,
        decided_by_id=actor.user_id,
    )
    session.add(override)
    await session.flush()
    await record_audit(
        session,
        actor,
        "rule_overridden",
        "funding_grant",
        grant.id,
        changes={form.key: [None, form.value]},
        reason=form.reason,
    )
    return override


async def record_support(
    session: AsyncSession, measure: Measure, form: SupportForm, actor: Actor
) -> MeasureSupport:
    """Store that an administration measure serves a measure of another grant.

    Raises:
        SupportUnfitError: when the other measure belongs to the same grant, or to a programme that
            the notice does not allow to be served.
        NotFoundError: when there is no such measure.
    """
    other = await session.get(Measure, form.supports_id)
    if other is None:
        raise NotFoundError("Diese Maßnahme gibt es nicht.")
    grant = await session.get_one(Grant, measure.grant_id)
    served = await session.get_one(Grant, other.grant_id)
    allowed = served_programmes(get_programme(grant.programme, grant.issued_on))
    if served.id == grant.id or (allowed and served.programme not in allowed):
        message = (
            f"{grant.programme} darf nur mit Maßnahmen dieser Programme verbunden sein: "
            f"{', '.join(allowed) or 'keine'}; die gewählte gehört zu {served.programme}."
        )
        raise SupportUnfitError(message, {"supports_id": message})
    support = MeasureSupport(measure_id=measure.id, supports_id=other.id)
    session.add(support)
    await session.flush()
    await record_audit(
        session,
        actor,
        "measure_supported",
        "measure",
        measure.id,
        school_id=measure.school_id,
        changes={"supports": [None, other.key]},
    )
    return support


async def remove_support(session: AsyncSession, support: MeasureSupport, actor: Actor) -> None:
    """Take back that a measure serves another; what was wrong is on the audit trail."""
    measure = await session.get_one(Measure, support.measure_id)
    other = await session.get_one(Measure, support.supports_id)
    await session.delete(support)
    await session.flush()
    await record_audit(
        session,
        actor,
        "measure_support_removed",
        "measure",
        measure.id,
        school_id=measure.school_id,
        changes={"supports": [other.key, None]},
    )


async def record_measure(session: AsyncSession, form: MeasureForm, actor: Actor) -> Measure:
    """Store what a grant pays for at one school.

    Raises:
        NotFoundError: when there is no such grant.
        UnknownCategoryError: when the programme does not have the category.
    """
    grant = await session.get(Grant, form.grant_id)
    if grant is None:
        raise NotFoundError("Diese Bewilligung gibt es nicht.")
    programme = get_programme(grant.programme, grant.issued_on)
    check_category(programme, form.category, "category")
    measure = Measure(**form.model_dump())
    session.add(measure)
    await session.flush()
    await record_audit(
        session,
        actor,
        "measure_recorded",
        "measure",
        measure.id,
        school_id=measure.school_id,
        changes={"key": [None, measure.key], "grant": [None, grant.number]},
    )
    return measure


def check_category(programme: FundingProgramme, category: str, field: str) -> None:
    """Refuse a Förderbereich that the programme does not have.

    Raises:
        UnknownCategoryError: naming those it has.
    """
    if category in programme.rules.categories:
        return
    known = ", ".join(programme.rules.categories)
    message = f"{programme.key} kennt keinen Förderbereich „{category}“. Bekannt sind: {known}."
    raise UnknownCategoryError(message, {field: message})


async def _authority_id(session: AsyncSession, name: str) -> int:
    known = await session.scalar(select(_AUTHORITY.c.id).where(_AUTHORITY.c.name == name))
    if known is not None:
        return known
    authority = GrantingAuthority(name=name)
    session.add(authority)
    await session.flush()
    return authority.id
