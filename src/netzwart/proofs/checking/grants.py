"""Checks about the grant as a whole: plan, caps, money called, days, reports, rule values."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from netzwart.funding.liabilities import unspent_money
from netzwart.funding.programmes.notes import rule_notes
from netzwart.funding.rules.terms import CapCombination, CapKind, DrawdownMode
from netzwart.funding.settlement import SettledGrant
from netzwart.money import cents, exact, format_euro, total
from netzwart.proofs import wording
from netzwart.proofs.checking.saying import error, info, warning
from netzwart.proofs.dating import deadlines_of
from netzwart.proofs.values import CheckResult

_TOLERANCE = Decimal("1.20")
"""Single positions of the plan may be exceeded by 20 %. Source: ANBest-G 1.2."""
_SOON = timedelta(days=60)
_PLAN = "Finanzierungsplan"
_DRAWDOWNS = "Mittelabrufe"


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
    """CHK-10, CHK-11: no cap cuts anything; a cap that another one excuses does not count."""
    combinations = {rule.key: rule.combination for rule in grant.terms.caps}
    for cap in grant.settlement.caps:
        excused = combinations[cap.key] is CapCombination.ANY and cap.reduction == 0
        if cap.ok or excused:
            continue
        check = "CHK-10" if cap.kind is CapKind.AMOUNT_PER_UNIT else "CHK-11"
        yield error(
            check,
            wording.cap_label(grant.programme, cap),
            f"Die Obergrenze ist um {format_euro(cap.excess)} überschritten.",
        )


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
    ended = head.approval_until is not None and grant.settlement.as_of > head.approval_until
    if ended and totals.open < 0:
        yield error(
            "CHK-13",
            "Zuwendung",
            f"Ausgezahlt sind {format_euro(totals.received)}, beansprucht werden können nur "
            f"{format_euro(totals.grant_claimed)}: {format_euro(-totals.open)} zu viel.",
        )


def money_is_called_rightly(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-20: nothing is called before the notice is final, above the award, or left unspent."""
    head, as_of = grant.record.head, grant.settlement.as_of
    rows = [row for row in grant.record.drawdowns if row.day is not None and row.day <= as_of]
    early = [
        f"Mittelabruf {row.number}"
        for row in rows
        if row.day is not None and (head.final_on is None or row.day < head.final_on)
    ]
    if early:
        yield error(
            "CHK-20", _DRAWDOWNS, "Mittel wurden vor der Bestandskraft abgerufen.", sorted(early)
        )
    called = total([row.amount for row in rows])
    if called > head.approved_amount:
        yield error(
            "CHK-20",
            _DRAWDOWNS,
            f"Abgerufen sind {format_euro(called)}, bewilligt {format_euro(head.approved_amount)}.",
        )
    unspent = unspent_money(grant)
    if head.drawdown_mode.value == DrawdownMode.TWO_MONTHS.value and unspent > 0:
        yield error(
            "CHK-20",
            _DRAWDOWNS,
            f"{format_euro(unspent)} wurden nicht innerhalb von zwei Monaten verwendet.",
        )


def deadlines_are_met(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-21: the proof is not overdue, and its day is known."""
    head, as_of = grant.record.head, grant.settlement.as_of
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
    money_is_called_rightly,
    deadlines_are_met,
    measures_are_reported,
    rule_values_are_sourced,
)
