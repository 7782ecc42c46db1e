"""Checks about the grant as a whole: plan, caps, money called, days, reports, rule values."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from netzwart.funding.deadlines import DeadlineKind, deadlines_from, is_soon
from netzwart.funding.liabilities import deadline_facts
from netzwart.funding.programmes.judging import value_of
from netzwart.funding.programmes.notes import rule_notes
from netzwart.funding.rules.capping import CapOutcome
from netzwart.funding.rules.terms import CapCombination, CapKind, CapRule
from netzwart.funding.settlement import OTHER_PUBLIC, THIRD_PARTY, SettledGrant
from netzwart.money import cents, exact, format_euro, total
from netzwart.proofs import wording
from netzwart.proofs.checking.saying import error, info, warning
from netzwart.proofs.dating import deadlines_of
from netzwart.proofs.readings import BASIS
from netzwart.proofs.values import CheckResult

_TOLERANCE = Decimal("1.20")
"""Single positions of the plan may be exceeded by 20 %. Source: ANBest-G 1.2."""
_SOON = timedelta(days=60)
_WATCHED = frozenset(
    {
        DeadlineKind.MESSAGE_DUE,
        DeadlineKind.CLAWBACK_DUE,
        DeadlineKind.EARMARK_END,
        DeadlineKind.RETENTION_END,
    }
)
"""Days beside the proof's own; money has its own check."""
_PLAN = "Finanzierungsplan"
_OTHERS = THIRD_PARTY | OTHER_PUBLIC


def plan_is_balanced(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-01: planned income and planned costs are equal, and so are list and statement."""
    record = grant.record
    spending = total([row.amount for row in record.plan])
    income = total([row.amount for row in record.sources]) + record.head.approved_amount
    if record.plan and record.sources and spending != income:
        yield error(
            "CHK-01",
            _PLAN,
            f"Geplante Einnahmen {format_euro(income)} und Ausgaben {format_euro(spending)} "
            "sind verschieden.",
        )
    eligible = total([row.second for row in record.plan])
    if record.plan and eligible != record.head.eligible_planned:
        yield error(
            "CHK-01",
            _PLAN,
            f"Die zuwendungsfähigen Positionen ergeben {format_euro(eligible)}, der Bescheid nennt "
            f"{format_euro(record.head.eligible_planned)}.",
        )


def caps_are_kept(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-10, CHK-11: no cap cuts anything; a cap that another one excuses does not count.

    Where nobody knows what a cap is measured by, both readings are shown, and one that only the
    other reading exceeds is said as well.
    """
    rules = {rule.key: rule for rule in grant.terms.caps}
    for cap in grant.settlement.caps:
        rule = rules[cap.key]
        is_any = rule.combination is CapCombination.ANY
        if is_any and (_other_is_kept(grant, cap) if cap.ok else cap.reduction == 0):
            continue
        check = "CHK-10" if cap.kind is CapKind.AMOUNT_PER_UNIT else "CHK-11"
        label, readings = wording.cap_label(grant.programme, cap), _readings(rule, cap)
        if not cap.ok:
            yield error(
                check,
                label,
                f"Die Obergrenze ist um {format_euro(cap.excess)} überschritten.",
                readings,
            )
        elif readings and any(one.excess > 0 for one in cap.readings):
            yield warning(
                check,
                label,
                "Nach der anderen Lesart wäre die Obergrenze überschritten; die Bemessung ist "
                "unbekannt und steht im Bescheid.",
                readings,
            )


def _other_is_kept(grant: SettledGrant, cap: CapOutcome) -> bool:
    """Return whether another cap of the same set is kept, which then is enough."""
    return any(
        other.ok and other.key != cap.key and other.category == cap.category
        for other in grant.settlement.caps
    )


def _readings(rule: CapRule, cap: CapOutcome) -> list[str]:
    """Return both readings of a cap whose basis nobody knows, nothing where it is known."""
    if rule.basis is not None:
        return []
    return [
        f"Gemessen an {BASIS[one.basis]}: Grenze {format_euro(one.limit)}, überschritten um "
        f"{format_euro(one.excess)}"
        for one in cap.readings
    ]


def plan_is_kept(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-12: no position is exceeded by more than 20 %, and not the total."""
    if not grant.record.plan:
        return
    for row in grant.settlement.by_category:
        if row.planned and row.spent > cents(exact(row.planned) * exact(_TOLERANCE)):
            label = wording.category_label(grant.programme, row.category or "")
            yield warning(
                "CHK-12",
                label,
                f"Ausgaben {format_euro(row.spent)} sind mehr als 120 % der geplanten "
                f"{format_euro(row.planned)}.",
            )
    planned = total([row.amount for row in grant.record.plan])
    if grant.settlement.totals.spent > planned:
        yield warning(
            "CHK-12",
            _PLAN,
            f"Die Ausgaben {format_euro(grant.settlement.totals.spent)} übersteigen den Plan "
            f"({format_euro(planned)}).",
        )


def claim_is_within_award(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-13: not more is claimed than awarded, and not more received than claimed."""
    totals, head = grant.settlement.totals, grant.record.head
    if totals.grant_claimed > head.approved_amount:
        yield error("CHK-13", "Zuwendung", "Es wird mehr beansprucht als bewilligt.")
    own = total([row.amount for row in grant.record.sources if row.key not in _OTHERS])
    if grant.record.sources and totals.own_share > own:
        yield warning(
            "CHK-13",
            "Eigenanteil",
            f"Der Eigenanteil beträgt {format_euro(totals.own_share)}, der Finanzierungsplan deckt "
            f"{format_euro(own)}.",
        )
    ended = head.approval_until is not None and grant.settlement.as_of > head.approval_until
    if ended and totals.open < 0:
        yield error(
            "CHK-13",
            "Zuwendung",
            f"Ausgezahlt sind {format_euro(totals.received)}, beansprucht werden können nur "
            f"{format_euro(totals.grant_claimed)}: {format_euro(-totals.open)} zu viel.",
        )


def deadlines_are_met(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-21: the proof is not overdue, its day is known, and no other day passes unnoticed."""
    head, as_of = grant.record.head, grant.settlement.as_of
    for one in deadlines_from(grant.programme, deadline_facts(grant)):
        if one.kind in _WATCHED and is_soon(one, as_of, _SOON):
            verb = "war" if one.on < as_of else "ist"
            yield warning("CHK-21", one.title, f"Der Tag {verb} am {one.on:%d.%m.%Y}.")
    if head.proof_submitted_on is not None:
        return
    due = deadlines_of(grant).proof_due_on
    if due is None:
        yield warning("CHK-21", "Verwendungsnachweis", "Der Fälligkeitstag ist nicht bekannt.")
    elif due < as_of:
        yield warning(
            "CHK-21", "Verwendungsnachweis", f"Der Nachweis war am {due:%d.%m.%Y} fällig."
        )
    elif due - as_of <= _SOON:
        yield warning(
            "CHK-21", "Verwendungsnachweis", f"Der Nachweis ist am {due:%d.%m.%Y} fällig."
        )


def measures_are_reported(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-22: every funded school has its concept, every finished measure its report."""
    spent = {
        portion.measure for expense in grant.settlement.expenses for portion in expense.portions
    }
    funded = [measure for measure in grant.record.measures if measure.key in spent]
    missing = {
        f"{measure.school} {measure.school_name}"
        for measure in funded
        if measure.school is not None and not measure.concept_document
    }
    if missing:
        yield error(
            "CHK-22", "Einsatzkonzept", "Das Konzept (tpEK) ist nicht eingetragen.", sorted(missing)
        )
    silent = sorted(measure.title for measure in funded if not any(measure.narrative.values()))
    if silent:
        yield warning("CHK-22", "Sachbericht", "Der Sachbericht ist leer.", silent)


def funding_is_made_public(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-22: where the public must learn who paid, devices carry a label or the report says how.

    Which wording NRW asks for is not known; the label's day is the evidence at hand.
    """
    publicity = grant.programme.rules.publicity
    if publicity is None or not value_of(publicity.required):
        return
    told = any(measure.narrative.get("publicity") for measure in grant.record.measures)
    bare = [one.inventory_number for one in grant.record.devices if one.labelled_on is None]
    if bare and not told:
        yield warning(
            "CHK-22",
            "Publizität",
            "Ohne Förderhinweis am Gerät, und der Sachbericht sagt nichts zur Publizität.",
            bare,
        )


def rule_values_are_sourced(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-31: every used value of the rules has a source or stands in the notice."""
    notes = [note.message for note in rule_notes(grant.programme)]
    if grant.assumed_share:
        notes.insert(0, "Finanzierungsart: aus dem Fördersatz des Bescheids geschlossen.")
    if notes:
        yield info(
            "CHK-31",
            grant.programme.key,
            "Diese Regelwerte sind weder belegt noch vom Bescheid gesetzt.",
            notes,
        )


CHECKS = (
    plan_is_balanced,
    caps_are_kept,
    plan_is_kept,
    claim_is_within_award,
    deadlines_are_met,
    measures_are_reported,
    funding_is_made_public,
    rule_values_are_sourced,
)
