"""Checks about called money: not before its day, not more than needed, not left lying."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from netzwart.funding.liabilities import interest_of, unspent_money
from netzwart.funding.queries.records import SmallRow
from netzwart.funding.rules.granting import rate_of
from netzwart.funding.rules.terms import DrawdownMode
from netzwart.funding.settlement import SettledGrant
from netzwart.money import ZERO, cents, exact, format_euro, total
from netzwart.proofs.checking.saying import error
from netzwart.proofs.values import CheckResult

_DRAWDOWNS = "Mittelabrufe"


def _calls(grant: SettledGrant) -> list[tuple[date, SmallRow]]:
    as_of = grant.settlement.as_of
    known = [(row.day, row) for row in grant.record.drawdowns if row.day is not None]
    return sorted(
        [(day, row) for day, row in known if day <= as_of],
        key=lambda pair: (pair[0], pair[1].number or 0),
    )


def money_is_called_in_time(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-20: nothing is called before the notice is final, or above the award or a tranche."""
    head, calls = grant.record.head, _calls(grant)
    early = [
        f"Mittelabruf {row.number}"
        for day, row in calls
        if head.final_on is None or day < head.final_on
    ]
    if early:
        yield error(
            "CHK-20", _DRAWDOWNS, "Mittel wurden vor der Bestandskraft abgerufen.", sorted(early)
        )
    called = total([row.amount for _, row in calls])
    if called > head.approved_amount:
        yield error(
            "CHK-20",
            _DRAWDOWNS,
            f"Abgerufen sind {format_euro(called)}, bewilligt {format_euro(head.approved_amount)}.",
        )
    for tranche in grant.record.tranches:
        year = total([row.amount for day, row in calls if day.year == tranche.number])
        if year > tranche.amount:
            yield error(
                "CHK-20",
                f"Tranche {tranche.number}",
                f"Abgerufen sind {format_euro(year)}, verfügbar {format_euro(tranche.amount)}.",
            )


def reimbursement_follows_payment(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-20: by reimbursement not more is called than the grant's part of what was paid."""
    if grant.record.head.drawdown_mode.value != DrawdownMode.REIMBURSEMENT.value:
        return
    rate, called = exact(rate_of(grant.terms)), ZERO
    for day, row in _calls(grant):
        called += row.amount
        eligible: list[Decimal] = [
            one.eligible for one in grant.settlement.expenses if one.paid_on <= day
        ]
        earned = cents(rate * exact(total(eligible)))
        if called > earned:
            yield error(
                "CHK-20",
                f"Mittelabruf {row.number}",
                f"Bis zum {day:%d.%m.%Y} sind {format_euro(called)} abgerufen, erstattet werden "
                f"nur {format_euro(earned)} für bezahlte Ausgaben.",
            )


def called_money_is_spent(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-20: called money is spent within two months; the interest is shown in both readings."""
    unspent = unspent_money(grant)
    if grant.record.head.drawdown_mode.value != DrawdownMode.TWO_MONTHS.value or unspent <= 0:
        return
    interest = interest_of(grant)
    readings = [
        f"Zinsen ab Ablauf der zwei Monate: {format_euro(interest.after_two_months)}",
        f"Zinsen ab Auszahlung (§ 49a Abs. 4 VwVfG): {format_euro(interest.from_receipt)}",
    ]
    if interest.carried_forward_from is not None:
        readings.append(
            f"Ab {interest.carried_forward_from:%d.%m.%Y} mit dem zuletzt bekannten Basiszinssatz."
        )
    yield error(
        "CHK-20",
        _DRAWDOWNS,
        f"{format_euro(unspent)} wurden nicht innerhalb von zwei Monaten verwendet.",
        readings,
    )


CHECKS = (money_is_called_in_time, reimbursement_follows_payment, called_money_is_spent)
