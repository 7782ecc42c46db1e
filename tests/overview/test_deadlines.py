from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from netzwart.funding.programmes.loading import get_programme
from netzwart.overview.deadlines import GrantDays, grant_deadlines, in_order
from netzwart.web.components import Tone

PROGRAMME = get_programme("DPS-NRW-2019", date(2021, 11, 2))


def a_grant(**given: Any) -> GrantDays:
    values = {
        "id": 1,
        "number": "48.02-1",
        "title": "",
        "approval_until": date(2026, 12, 31),
        "execution_until": date(2022, 12, 31),
        "purpose_fulfilled_on": None,
        "proof_submitted_on": None,
        "last_payment_on": date(2022, 2, 20),
        "last_delivery_on": date(2022, 2, 1),
        "approved": Decimal("100.00"),
        "drawn": Decimal("100.00"),
    }
    return GrantDays(**{**values, **given})


def found(grant: GrantDays, today: date) -> dict[str, date]:
    deadlines = grant_deadlines([grant], {1: PROGRAMME}, today)
    return {deadline.title: deadline.on for deadline in deadlines}


def test_proof_is_due_six_months_after_the_period() -> None:
    days = found(a_grant(), date(2026, 11, 24))
    assert days["Verwendungsnachweis fällig"] == date(2027, 6, 30)


def test_earmark_ends_with_the_fifth_year() -> None:
    assert found(a_grant(), date(2026, 11, 24))["Zweckbindung endet"] == date(2027, 12, 31)


def test_submitted_proof_is_due_no_more() -> None:
    days = found(a_grant(proof_submitted_on=date(2026, 1, 1)), date(2026, 11, 24))
    assert "Verwendungsnachweis fällig" not in days


def test_money_left_can_be_called_until_a_day() -> None:
    assert "Letzter Tag für Mittelabrufe" not in found(a_grant(), date(2022, 1, 1))
    days = found(a_grant(drawn=Decimal("99.99")), date(2026, 1, 1))
    last = PROGRAMME.rules.deadlines.last_drawdown_on
    wanted = last.value if last is not None and last.value else date(2026, 12, 31)
    assert days.get("Letzter Tag für Mittelabrufe", wanted) == wanted


def test_only_a_missing_proof_is_overdue() -> None:
    deadlines = grant_deadlines([a_grant()], {1: PROGRAMME}, date(2028, 1, 15))
    assert [(one.title, one.is_overdue, one.tone) for one in deadlines] == [
        ("Verwendungsnachweis fällig", True, Tone.DANGER)
    ]


def test_far_days_are_left_out_and_near_ones_coloured() -> None:
    assert found(a_grant(), date(2020, 1, 1)) == {}
    near = grant_deadlines([a_grant()], {1: PROGRAMME}, date(2027, 6, 30) - timedelta(days=90))
    assert in_order(near)[0].tone is Tone.WARNING
