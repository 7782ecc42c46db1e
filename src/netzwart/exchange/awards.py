"""Sections of the bundle about grants: authorities, grants, plans, measures."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.exchange.bundle_forms import Bundle
from netzwart.exchange.bundle_funding import GrantRow
from netzwart.exchange.correspondence import place_notices, place_rules
from netzwart.exchange.problems import nearest
from netzwart.exchange.references import References, named
from netzwart.exchange.upserting import Outcome, Wanted, upsert
from netzwart.funding.tables import (
    FundingSource,
    Grant,
    GrantingAuthority,
    GrantTranche,
    Measure,
    MeasureSupport,
    PlanPosition,
)

GRANT_FIELDS = {
    "number": "number",
    "programme": "programme",
    "title": "title",
    "issued_on": "issued_on",
    "final_on": "final_on",
    "awarded": "approved_amount",
    "eligible_planned": "eligible_planned",
    "rate": "funding_rate",
    "rounding": "rounding",
    "execution_from": "execution_from",
    "execution_until": "execution_until",
    "approval_until": "approval_until",
    "purpose_fulfilled_on": "purpose_fulfilled_on",
    "conditions": "conditions_version",
    "lucom_number": "lucom_number",
    "drawdown_mode": "drawdown_mode",
    "input_tax_deductible": "input_tax_deductible",
    "proof_submitted_on": "proof_submitted_on",
}
MEASURE_FIELDS = (
    "key", "category", "subcategory", "title", "started_on", "finished_on", "concept_document",
    "narrative",
)  # fmt: skip


async def place_grants(
    session: AsyncSession,
    bundle: Bundle,
    refs: References,
    outcome: Outcome,
    programmes: Collection[str],
) -> None:
    """Bring grants with their plans and measures to what the bundle says."""
    await _authorities(session, bundle, refs, outcome)
    wanted = [
        _grant(index, row, refs, outcome, programmes) for index, row in enumerate(bundle.grants)
    ]
    await upsert(session, Grant, ["number"], wanted, outcome)
    await refs.load("grant", Grant, ["number"])
    await place_notices(session, bundle, refs, outcome)
    await place_rules(session, bundle, refs, outcome)
    await _plans(session, bundle, refs, outcome)
    await _measures(session, bundle, refs, outcome)


async def _authorities(
    session: AsyncSession, bundle: Bundle, refs: References, outcome: Outcome
) -> None:
    names = sorted({row.authority for row in bundle.grants})
    wanted = [
        Wanted("grants", ("grants",), name, (name,), {"name": name}, counts=False) for name in names
    ]
    await upsert(session, GrantingAuthority, ["name"], wanted, outcome)
    await refs.load("authority", GrantingAuthority, ["name"])


def _grant(
    index: int, row: GrantRow, refs: References, outcome: Outcome, programmes: Collection[str]
) -> Wanted:
    path = ("grants", index)
    if row.programme not in programmes:
        outcome.fault(
            (*path, "programme"),
            f"Das Förderprogramm „{row.programme}“ ist unbekannt."
            f"{nearest(row.programme, programmes)}",
        )
    values = named(row, GRANT_FIELDS)
    values["authority_id"] = refs.all_of("authority")[row.authority,]
    values.setdefault("rounding", row.rounding)
    values.setdefault("drawdown_mode", row.drawdown_mode)
    return Wanted("grants", path, row.number, (row.number,), values)


async def _plans(session: AsyncSession, bundle: Bundle, refs: References, outcome: Outcome) -> None:
    positions: list[Wanted] = []
    sources: list[Wanted] = []
    tranches: list[Wanted] = []
    for index, row in enumerate(bundle.grants):
        grant_id = refs.all_of("grant")[row.number,]
        for number, part in enumerate(row.plan):
            values = {"grant_id": grant_id, **part.model_dump()}
            path = ("grants", index, "plan", number)
            label = f"{row.number} {part.category}"
            key = (grant_id, part.category)
            positions.append(Wanted("grants.plan", path, label, key, values))
        for number, source in enumerate(row.sources):
            values = {"grant_id": grant_id, **source.model_dump()}
            path = ("grants", index, "sources", number)
            label = f"{row.number} {source.label}"
            key = (grant_id, source.kind, source.label)
            sources.append(Wanted("grants.sources", path, label, key, values))
        for number, tranche in enumerate(row.tranches):
            values = {"grant_id": grant_id, **tranche.model_dump()}
            path = ("grants", index, "tranches", number)
            key = (grant_id, tranche.year)
            tranches.append(
                Wanted("grants.tranches", path, f"{row.number} {tranche.year}", key, values)
            )
    await upsert(session, PlanPosition, ["grant_id", "category"], positions, outcome)
    await upsert(session, FundingSource, ["grant_id", "kind", "label"], sources, outcome)
    await upsert(session, GrantTranche, ["grant_id", "year"], tranches, outcome)


async def _measures(
    session: AsyncSession, bundle: Bundle, refs: References, outcome: Outcome
) -> None:
    wanted: list[Wanted] = []
    for index, row in enumerate(bundle.measures):
        path = ("measures", index)
        values = named(row, {name: name for name in MEASURE_FIELDS})
        values["grant_id"] = refs.find("grant", (row.grant,), (*path, "grant"), "Die Bewilligung")
        if "school" in row.model_fields_set:
            values["school_id"] = refs.find(
                "school", (row.school,), (*path, "school"), "Die Schule"
            )
        wanted.append(Wanted("measures", path, row.key, (row.key,), values))
    outcome_ok = [row for row in wanted if row.values["grant_id"] is not None]
    await upsert(session, Measure, ["key"], outcome_ok, outcome)
    await refs.load("measure", Measure, ["key"])
    await _supports(session, bundle, refs, outcome)


async def _supports(
    session: AsyncSession, bundle: Bundle, refs: References, outcome: Outcome
) -> None:
    wanted: list[Wanted] = []
    for index, row in enumerate(bundle.measures):
        path = ("measures", index, "supports")
        for key in row.supports:
            measure_id = refs.all_of("measure").get((row.key,))
            supports_id = refs.find("measure", (key,), path, "Die Maßnahme")
            if key == row.key:
                outcome.fault(path, "Eine Maßnahme dient nicht sich selbst.")
            elif measure_id is not None and supports_id is not None:
                ends = {"measure_id": measure_id, "supports_id": supports_id}
                wanted.append(
                    Wanted("measures", path, key, tuple(ends.values()), dict(ends), counts=False)
                )
    await upsert(session, MeasureSupport, ["measure_id", "supports_id"], wanted, outcome)
