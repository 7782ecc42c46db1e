"""Sections of the bundle about grants: authorities, grants, plans, measures, money that came in."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.exchange.bundle_forms import Bundle, GrantRow
from netzwart.exchange.problems import nearest
from netzwart.exchange.references import References, named
from netzwart.exchange.upserting import Outcome, Wanted, upsert
from netzwart.funding.tables import (
    Drawdown,
    FundingSource,
    Grant,
    GrantingAuthority,
    GrantNotice,
    Income,
    Measure,
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
}
MEASURE_FIELDS = (
    "key", "category", "subcategory", "title", "started_on", "finished_on", "concept_document",
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
    await _notices(session, bundle, refs, outcome)
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


async def _notices(
    session: AsyncSession, bundle: Bundle, refs: References, outcome: Outcome
) -> None:
    """Give each new grant the notice that announced it."""
    wanted = [
        Wanted(
            "grants",
            ("grants", index),
            row.number,
            (refs.all_of("grant")[row.number,], row.number),
            {
                "grant_id": refs.all_of("grant")[row.number,],
                "notice_number": row.number,
                "issued_on": row.issued_on,
                "amount": row.awarded,
            },
            counts=False,
        )
        for index, row in enumerate(bundle.grants)
    ]
    await upsert(session, GrantNotice, ["grant_id", "notice_number"], wanted, outcome)


async def _plans(session: AsyncSession, bundle: Bundle, refs: References, outcome: Outcome) -> None:
    positions: list[Wanted] = []
    sources: list[Wanted] = []
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
    await upsert(session, PlanPosition, ["grant_id", "category"], positions, outcome)
    await upsert(session, FundingSource, ["grant_id", "kind", "label"], sources, outcome)


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


async def place_money_received(
    session: AsyncSession, bundle: Bundle, refs: References, outcome: Outcome
) -> None:
    """Bring drawdowns and incomes to what the bundle says."""
    drawdowns: list[Wanted] = []
    for index, row in enumerate(bundle.drawdowns):
        path = ("drawdowns", index)
        grant_id = refs.find("grant", (row.grant,), (*path, "grant"), "Die Bewilligung")
        if grant_id is None:
            continue
        fields = ("number", "requested_on", "amount", "received_on")
        values = named(row, {name: name for name in fields}) | {"grant_id": grant_id}
        label = f"{row.grant} Nr. {row.number}"
        drawdowns.append(Wanted("drawdowns", path, label, (grant_id, row.number), values))
    await upsert(session, Drawdown, ["grant_id", "number"], drawdowns, outcome)
    incomes: list[Wanted] = []
    for index, row in enumerate(bundle.incomes):
        path = ("incomes", index)
        grant_id = refs.find("grant", (row.grant,), (*path, "grant"), "Die Bewilligung")
        if grant_id is None:
            continue
        fields = ("kind", "received_on", "payer", "reason", "amount")
        values = named(row, {name: name for name in fields}) | {"grant_id": grant_id}
        key = (grant_id, row.received_on, row.payer, row.amount)
        incomes.append(Wanted("incomes", path, f"{row.payer} {row.amount}", key, values))
    await upsert(session, Income, ["grant_id", "received_on", "payer", "amount"], incomes, outcome)
