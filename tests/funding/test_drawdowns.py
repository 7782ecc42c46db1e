"""What the assistant proposes to call, held against what the grant is worth that day."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from tests.proofs.records import a_clean_record, a_row, settled, with_head

from netzwart.funding.drawdowns import propose_drawdown
from netzwart.funding.queries.records import GrantRecord
from netzwart.funding.rules.drawing_down import DrawdownLimit
from netzwart.funding.tables import DrawdownMode

SOLD = a_row("income", key="sale", amount=Decimal("1200.00"), day=date(2022, 6, 1))


def _called(record: GrantRecord, amount: str) -> GrantRecord:
    call = a_row(
        "drawdown", amount=Decimal(amount), day=date(2022, 2, 21), second_day=date(2022, 3, 15),
        number=1,
    )  # fmt: skip
    return replace(record, drawdowns=(call,))


def test_later_income_lowers_the_call_as_it_lowers_the_grant():
    """5,950.00 x 90 % = 5,355.00; 1,200.00 of income take 90 % of it, 1,080.00, off."""
    record = replace(_called(a_clean_record(), "3000.00"), incomes=(SOLD,))
    proposal = propose_drawdown(settled(record))
    assert proposal.position.reduction == Decimal("1080.00")
    assert proposal.maximum.amount == Decimal("1275.00")
    assert proposal.maximum.amount == settled(record).settlement.totals.open
    assert proposal.as_basis()["reduction"] == "1080.00"


def test_income_of_a_later_day_does_not_lower_an_earlier_call():
    record = replace(_called(a_clean_record(), "3000.00"), incomes=(SOLD,))
    before = propose_drawdown(settled(record, date(2022, 5, 1)))
    assert (before.position.reduction, before.maximum.amount) == (0, Decimal("2355.00"))


def test_nothing_is_called_when_income_left_less_than_was_called():
    record = replace(_called(a_clean_record(), "5000.00"), incomes=(SOLD,))
    proposal = propose_drawdown(settled(record))
    assert proposal.maximum.amount == 0
    assert proposal.maximum.limits[DrawdownLimit.COSTS] == Decimal("-725.00")


def test_flat_money_is_lowered_by_income_too():
    record = with_head(
        replace(_called(a_clean_record(), "3000.00"), incomes=(SOLD,)),
        drawdown_mode=DrawdownMode.FLAT,
    )
    assert propose_drawdown(settled(record)).maximum.amount == Decimal("1275.00")
