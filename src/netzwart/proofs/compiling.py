"""Joins money and evidence into one frozen value; after this nothing asks the database."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

import netzwart
from netzwart.accounts.actors import Actor
from netzwart.funding.programmes.judging import value_of
from netzwart.funding.programmes.notes import rule_notes
from netzwart.funding.queries import EVIDENCE_WINDOW_DAYS, load_grant
from netzwart.funding.rules.settling import Totals
from netzwart.funding.settlement import OTHER_PUBLIC, THIRD_PARTY, SettledGrant, settle_grant
from netzwart.money import ZERO, total
from netzwart.proofs import wording
from netzwart.proofs.assembling import (
    coverage,
    device_list,
    expenditure,
    expense_list,
    financial_result,
    income_statement,
    received_list,
)
from netzwart.proofs.checking import check_grant
from netzwart.proofs.dating import deadlines_of
from netzwart.proofs.listing import devices_of, expenses_of
from netzwart.proofs.narrating import narrative_of
from netzwart.proofs.queries import OperatorRecord, find_operator
from netzwart.proofs.values import (
    CapRow,
    Confirmations,
    Coverage,
    CoverageKey,
    Expenditure,
    ExpenditureRow,
    IncomeStatement,
    NoticeRow,
    Party,
    PrintedRuleNote,
    ProofOfUse,
    ProofTotals,
    ReceivedMoney,
    ReceivedMoneyList,
    SchoolRow,
)

_COVERED: Mapping[str, CoverageKey] = {"A": "A", "B": "B", "C": "C", "D": "D"}


async def compile_proof_of_use(
    session: AsyncSession,
    grant_id: int,
    as_of: date,
    actor: Actor,
    *,
    is_draft: bool = True,
    window_days: int = EVIDENCE_WINDOW_DAYS,
) -> ProofOfUse:
    """Return the proof of use of a grant as of the end of a day, with all that will be printed.

    Raises:
        NotFoundError: when the actor may not know of the grant.
        FinancingTypeMissingError: when nobody said how the grant is financed.
        FundingRateMissingError: when the rate is needed and unknown.
        ProofDoesNotAddUpError: when sums that must be equal differ.
    """
    record = await load_grant(session, grant_id, actor, as_of, window_days)
    operator = await find_operator(session)
    return proof_of(settle_grant(record, as_of), operator, is_draft, window_days)


def proof_of(
    grant: SettledGrant,
    operator: OperatorRecord | None,
    is_draft: bool,  # noqa: FBT001 - one of two kinds of paper, named by every caller
    window_days: int = EVIDENCE_WINDOW_DAYS,
) -> ProofOfUse:
    """Return the proof of a settled grant; pure."""
    head, programme = grant.record.head, grant.programme
    income = _income(grant)
    spending = _expenditure(grant)
    conditions = value_of(programme.rules.proof.conditions) or ""
    labels = {key: wording.category_label(programme, key) for key in _categories(grant)}
    return ProofOfUse(
        number=None,
        grant=head.number,
        lucom_number=head.lucom_number,
        programme=programme.key,
        programme_name=programme.name,
        as_of=grant.settlement.as_of,
        form=f"nach {conditions}" if conditions else "",
        purpose=head.title or programme.name,
        place=operator.city if operator else "",
        recipient=recipient_of(operator),
        authority=authority_of(grant),
        notices=_notices(grant),
        approved_amount=head.approved_amount,
        received_amount=grant.settlement.totals.received,
        approval_from=head.execution_from,
        approval_until=head.approval_until,
        conditions=", ".join(part for part in (conditions, head.conditions_version) if part),
        funding_rate=grant.terms.rate,
        totals=_totals(grant.settlement.totals),
        narrative=narrative_of(grant),
        income=income,
        expenditure=spending,
        result=financial_result(income, spending),
        caps=tuple(
            CapRow(
                key=cap.key,
                label=wording.cap_label(programme, cap),
                limit=cap.limit,
                actual=cap.actual,
                excess=cap.excess,
                ok=cap.ok,
            )
            for cap in grant.settlement.caps
        ),
        by_school=_by_school(grant),
        confirmations=Confirmations(
            sentences=wording.CONFIRMATIONS,
            deducts_input_tax=head.input_tax_deductible,
            has_own_audit_office=True,
        ),
        expenses=expense_list(labels, expenses_of(grant)),
        received=_received(grant),
        devices=device_list(devices_of(grant)),
        coverage=coverage_of(grant, window_days),
        checks=check_grant(grant),
        rule_notes=printed_rule_notes(grant),
        deadlines=deadlines_of(grant),
        is_draft=is_draft,
        is_demo=operator.is_demo if operator else False,
        generator_version=netzwart.__version__,
        rule_version=programme.version,
        signature_note=None,
    )


def _categories(grant: SettledGrant) -> list[str]:
    planned = [row.key for row in grant.record.plan]
    spent = [row.category or "" for row in grant.settlement.by_category]
    return list(dict.fromkeys([*planned, *spent]))


def recipient_of(operator: OperatorRecord | None) -> Party:
    """Return the municipality as it stands at the head of a paper."""
    if operator is None:
        return Party(name="Schulträger (noch nicht eingetragen)", address=())
    return Party(
        name=operator.name,
        address=_address(operator.street, operator.postcode, operator.city),
        phone=operator.phone or None,
    )


def authority_of(grant: SettledGrant) -> Party:
    """Return the granting authority as a paper is addressed to it."""
    head = grant.record.head
    return Party(
        name=head.authority,
        address=_address(head.authority_street, head.authority_postcode, head.authority_city),
    )


def _address(street: str, postcode: str, city: str) -> tuple[str, ...]:
    return tuple(line for line in (street, f"{postcode} {city}".strip()) if line)


def _notices(grant: SettledGrant) -> tuple[NoticeRow, ...]:
    head = grant.record.head
    if not grant.record.notices:
        return (
            NoticeRow(
                authority=head.authority,
                issued_on=head.issued_on,
                number=head.number,
                amount=head.approved_amount,
            ),
        )
    return tuple(
        NoticeRow(
            authority=head.authority,
            issued_on=row.day or head.issued_on,
            number=row.key,
            amount=row.amount,
        )
        for row in grant.record.notices
    )


def _totals(totals: Totals) -> ProofTotals:
    return ProofTotals(
        spent=totals.spent,
        eligible=totals.eligible,
        ineligible=totals.ineligible,
        grant_claimed=totals.grant_claimed,
        own_share=totals.own_share,
        received=totals.received,
        open=totals.open,
    )


def _income(grant: SettledGrant) -> IncomeStatement:
    """Return II.1; what neither grant nor others pay is the city's own share."""
    record, totals = grant.record, grant.settlement.totals
    third = _received_of(grant, other_public=False)
    public = _received_of(grant, other_public=True)
    planned_third = record.planned_income(THIRD_PARTY)
    planned_public = record.planned_income(OTHER_PUBLIC)
    planned_own = total(
        [row.amount for row in record.sources if row.key not in THIRD_PARTY | OTHER_PUBLIC]
    )
    return income_statement(
        [
            ("Eigenanteil", planned_own, totals.spent - totals.grant_claimed - third - public),
            ("Leistungen Dritter (ohne öffentliche Förderung)", planned_third, third),
            ("Bewilligte öffentliche Förderung durch andere", planned_public, public),
            ("Zuwendung des Landes", record.head.approved_amount, totals.grant_claimed),
        ]
    )


def _received_of(grant: SettledGrant, *, other_public: bool) -> Decimal:
    as_of = grant.settlement.as_of
    return total(
        [
            row.amount
            for row in grant.record.incomes
            if (row.key in OTHER_PUBLIC) is other_public
            and row.day is not None
            and row.day <= as_of
        ]
    )


def _expenditure(grant: SettledGrant) -> Expenditure:
    planned = {row.key: row for row in grant.record.plan}
    actual = {row.category or "": row for row in grant.settlement.by_category}
    rows: list[ExpenditureRow] = []
    for key in _categories(grant):
        plan, spent = planned.get(key), actual.get(key)
        rows.append(
            ExpenditureRow(
                category=key,
                label=wording.category_label(grant.programme, key) if key else "ohne Maßnahme",
                planned_total=plan.amount if plan else ZERO,
                planned_eligible=plan.second if plan else ZERO,
                actual_total=spent.spent if spent else ZERO,
                actual_eligible=spent.eligible if spent else ZERO,
            )
        )
    return expenditure(rows)


def _by_school(grant: SettledGrant) -> tuple[SchoolRow, ...]:
    names = {
        measure.school: measure.school_name or measure.school
        for measure in grant.record.measures
        if measure.school is not None
    }
    return tuple(
        SchoolRow(
            school=row.school,
            name=names.get(row.school, row.school) if row.school else "schulübergreifend",
            spent=row.spent,
            eligible=row.eligible,
            grant_share=row.grant_share,
        )
        for row in grant.settlement.by_school
    )


def _received(grant: SettledGrant) -> ReceivedMoneyList:
    as_of, payer = grant.settlement.as_of, grant.record.head.authority
    drawdowns = [
        ReceivedMoney(
            received_on=row.second_day,
            payer=payer,
            reason=f"Mittelabruf {row.number}",
            amount=row.amount,
        )
        for row in grant.record.drawdowns
        if row.second_day is not None and row.second_day <= as_of
    ]
    incomes = [
        ReceivedMoney(
            received_on=row.day,
            payer=row.text.partition(": ")[0],
            reason=row.text.partition(": ")[2] or row.key,
            amount=row.amount,
        )
        for row in grant.record.incomes
        if row.day is not None and row.day <= as_of
    ]
    return received_list([*drawdowns, *incomes])


def coverage_of(grant: SettledGrant, window_days: int = EVIDENCE_WINDOW_DAYS) -> Coverage:
    """Return how the eligible euros divide by evidence; they add up to the total to the cent."""
    costs = grant.eligible_of
    found: dict[CoverageKey, tuple[Decimal, int]] = {}
    for device in grant.record.devices:
        seen = grant.record.evidence.get(device.id)
        key: CoverageKey = _COVERED[seen.letter.value] if seen is not None else "none"
        amount, count = found.get(key, (ZERO, 0))
        found[key] = (amount + costs.get(device.inventory_number, ZERO), count + 1)
    found["no_device"] = (grant.settlement.no_device.eligible_cost, 0)
    return coverage(window_days, found)


def printed_rule_notes(grant: SettledGrant) -> tuple[PrintedRuleNote, ...]:
    """Return the rule values that are not `belegt` and not set by the notice."""
    notes = [
        PrintedRuleNote(
            label=note.label,
            value=note.value,
            status=wording.STATUS[note.status],
            source=note.source,
            message=note.message,
        )
        for note in rule_notes(grant.programme)
    ]
    if grant.assumed_share:
        notes.insert(
            0,
            PrintedRuleNote(
                label="Finanzierungsart",
                value="Anteilfinanzierung",
                status="aus dem Fördersatz des Bescheids geschlossen",
                source="VV zu § 44 LHO, Nr. 2.2.1",
                message="Das Programm nennt keine Finanzierungsart. Weil der Bescheid einen "
                "Fördersatz nennt, ist als Anteilfinanzierung gerechnet; bitte abgleichen.",
            ),
        )
    return tuple(notes)
