from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from netzwart.funding.rules.facts import (
    DrawdownFacts,
    IncomeFacts,
    IneligibleReason,
    InvoiceFacts,
    LineFacts,
    PaymentFacts,
    ShareFacts,
)
from netzwart.funding.rules.settling import Settlement, settle
from netzwart.funding.rules.terms import AmountBasis, FinancingType, GrantTerms
from netzwart.money import ZERO, total

TERMS = GrantTerms(
    financing=FinancingType.SHARE, awarded=Decimal("750870.00"), rate=Decimal("0.90")
)
END = date(2022, 12, 31)


def a_share(amount: str, school: str = "168269", category: str = "it", **more: Any) -> ShareFacts:
    return ShareFacts(
        amount=Decimal(amount),
        measure=f"{school}-{category}",
        category=category,
        school=school,
        **more,
    )


def a_line(gross: str, *shares: ShareFacts, **more: Any) -> LineFacts:
    facts: dict[str, Any] = {
        "key": "R1/1",
        "gross": Decimal(gross),
        "vat_rate": Decimal("0.19"),
        "quantity": Decimal(1),
        "eligible": True,
        "shares": shares or (a_share(gross),),
    }
    return LineFacts(**(facts | more))


def a_payment(amount: str, day: date = date(2022, 2, 20), key: str = "K1", **more: Any):
    return PaymentFacts(key=key, paid_on=day, amount=Decimal(amount), **more)


def an_invoice(lines: list[LineFacts], *payments: PaymentFacts, **more: Any) -> InvoiceFacts:
    key = str(more.pop("key", "R1"))
    return InvoiceFacts(key=key, lines=tuple(lines), payments=payments, **more)


def settled(*invoices: InvoiceFacts, terms: GrantTerms = TERMS, **more: Any) -> Settlement:
    return settle(terms, invoices, as_of=more.pop("as_of", END), **more)


def assert_adds_up(result: Settlement) -> None:
    sums = result.totals
    for parts in (result.by_category, result.by_school):
        assert total([part.spent for part in parts]) == sums.spent
        assert total([part.eligible for part in parts]) == sums.eligible
        assert total([part.grant_share for part in parts]) == sums.grant_claimed
    assert total([expense.paid for expense in result.expenses]) == sums.spent
    assert total([expense.eligible for expense in result.expenses]) == sums.eligible
    devices = [device.eligible_cost for device in result.devices]
    assert total(devices) + result.no_device.eligible_cost == sums.eligible
    shares = [device.grant_share for device in result.devices]
    assert total(shares) + result.no_device.grant_share == sums.grant_claimed
    assert sums.spent == sums.eligible + sums.ineligible
    assert sums.eligible == sums.grant_claimed + sums.own_share
    assert sums.open == sums.grant_claimed - sums.received


def reasons(result: Settlement) -> list[IneligibleReason | None]:
    return [portion.reason for expense in result.expenses for portion in expense.portions]


def test_herten_is_settled_to_the_cent():
    result = settled(
        an_invoice([a_line("834300.00")], a_payment("834300.00")),
        drawdowns=[
            DrawdownFacts(amount=Decimal("700000.00"), received_on=date(2022, 6, 1)),
            DrawdownFacts(amount=Decimal("50870.00"), received_on=None),
            DrawdownFacts(amount=Decimal("1.00"), received_on=date(2023, 1, 1)),
        ],
    )
    assert result.totals.grant_claimed == Decimal("750870.00")
    assert result.totals.own_share == Decimal("83430.00")
    assert result.totals.received == Decimal("700000.00")
    assert result.totals.open == Decimal("50870.00")
    assert_adds_up(result)


def test_a_discount_lowers_what_each_device_costs():
    devices = tuple(f"HER-GYM-22-{n:04d}" for n in range(1, 41))
    result = settled(
        an_invoice(
            [a_line("24752.00", quantity=Decimal(40), devices=devices)],
            a_payment("24256.96", discount=Decimal("495.04")),
        )
    )
    assert result.totals.eligible == Decimal("24256.96")
    assert result.totals.grant_claimed == Decimal("21831.26")
    assert {device.cost for device in result.devices} == {Decimal("606.42"), Decimal("606.43")}
    assert total([device.cost for device in result.devices]) == Decimal("24256.96")
    assert result.no_device.eligible_cost == ZERO
    assert_adds_up(result)


def test_only_what_is_paid_counts_on_the_day():
    invoice = an_invoice(
        [a_line("1000.00")], a_payment("300.00"), a_payment("700.00", date(2022, 3, 1), "K2")
    )
    assert settled(invoice, as_of=date(2022, 2, 28)).totals.eligible == Decimal("300.00")
    later = settled(invoice)
    assert [expense.payment for expense in later.expenses] == ["K1", "K2"]
    assert later.totals.eligible == Decimal("1000.00")


def test_a_payment_is_spread_over_lines_and_schools():
    lines = [
        a_line("600.00", a_share("400.00", "100001"), a_share("200.00", "100002")),
        a_line("400.00", a_share("400.00", "100001"), key="R1/2", eligible=False),
    ]
    result = settled(an_invoice(lines, a_payment("1000.00")))
    assert [(school.spent, school.eligible) for school in result.by_school] == [
        (Decimal("800.00"), Decimal("400.00")),
        (Decimal("200.00"), Decimal("200.00")),
    ]
    assert reasons(result) == [None, None, IneligibleReason.DECIDED]
    assert result.totals.ineligible == Decimal("400.00")
    assert_adds_up(result)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"eligible": None}, IneligibleReason.UNDECIDED),
        ({"eligible": False}, IneligibleReason.DECIDED),
    ],
)
def test_what_nobody_has_confirmed_is_not_eligible(line: dict[str, Any], reason: object):
    result = settled(an_invoice([a_line("10.00", **line)], a_payment("10.00")))
    assert (result.totals.eligible, result.totals.grant_claimed) == (ZERO, ZERO)
    assert reasons(result) == [reason]
    assert_adds_up(result)


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ({"ordered_from": date(2022, 1, 11)}, IneligibleReason.ORDERED_TOO_EARLY),
        ({"delivered_until": date(2022, 1, 31)}, IneligibleReason.DELIVERED_TOO_LATE),
        ({"paid_until": date(2022, 2, 19)}, IneligibleReason.PAID_TOO_LATE),
        (
            {
                "ordered_from": date(2022, 1, 10),
                "delivered_until": date(2022, 2, 1),
                "paid_until": date(2022, 2, 20),
            },
            None,
        ),
    ],
)
def test_days_outside_the_periods_do_not_count(limits: dict[str, Any], reason: object):
    invoice = an_invoice(
        [a_line("10.00")],
        a_payment("10.00"),
        ordered_on=date(2022, 1, 10),
        delivered_on=date(2022, 2, 1),
    )
    result = settled(invoice, terms=replace(TERMS, **limits))
    assert reasons(result) == [reason]
    assert result.totals.eligible == (ZERO if reason else Decimal("10.00"))


def test_a_part_of_a_line_is_eligible():
    result = settled(
        an_invoice([a_line("99.99", eligible_part=Decimal("0.5"))], a_payment("99.99"))
    )
    assert result.totals.eligible == Decimal("50.00")
    assert reasons(result) == [IneligibleReason.PARTLY]


def test_small_payments_add_up_to_the_same_as_one():
    line = a_line("100.00", eligible_part=Decimal("0.333"))
    payments = [a_payment("10.00", key=f"K{n}") for n in range(10)]
    result = settled(an_invoice([line], *payments))
    assert result.totals.eligible == Decimal("33.30")
    assert_adds_up(result)


def test_with_input_tax_only_the_net_amount_is_eligible():
    result = settled(
        an_invoice([a_line("119.00")], a_payment("119.00")),
        terms=replace(TERMS, basis=AmountBasis.NET),
    )
    assert result.totals.eligible == Decimal("100.00")
    assert reasons(result) == [IneligibleReason.INPUT_TAX]


def test_net_without_vat_is_the_whole_amount():
    result = settled(
        an_invoice([a_line("119.00", vat_rate=ZERO)], a_payment("119.00")),
        terms=replace(TERMS, basis=AmountBasis.NET),
    )
    assert (result.totals.eligible, reasons(result)) == (Decimal("119.00"), [None])


def test_what_is_paid_above_the_invoice_is_not_eligible():
    lines = [a_line("333.33", key=f"R1/{n}") for n in range(3)]
    result = settled(an_invoice(lines, a_payment("1100.00")))
    assert (result.totals.spent, result.totals.eligible) == (
        Decimal("1100.00"),
        Decimal("999.99"),
    )
    assert set(reasons(result)) == {IneligibleReason.OVERPAID}
    assert_adds_up(result)


def test_a_credit_note_takes_back_costs_grant_and_device_value():
    bought = an_invoice(
        [a_line("1190.00", quantity=Decimal(2), devices=("A", "B"))], a_payment("1190.00")
    )
    credit = an_invoice(
        [a_line("-190.00", key="R2/1", incidental_to=("R1/1",))],
        a_payment("-190.00", date(2022, 3, 1), "K2"),
        key="R2",
    )
    result = settled(bought, credit)
    assert result.totals.eligible == Decimal("1000.00")
    assert [(each.cost, each.eligible_cost) for each in result.devices] == [
        (Decimal("500.00"), Decimal("500.00"))
    ] * 2
    assert_adds_up(result)


def test_a_set_off_credit_note_is_a_deduction():
    invoice = an_invoice(
        [a_line("1190.00", devices=("A",))], a_payment("1000.00"), deductions=Decimal("190.00")
    )
    result = settled(invoice)
    assert (result.totals.eligible, result.devices[0].cost) == (Decimal("1000.00"),) * 2


def test_shares_of_another_grant_weigh_but_do_not_count():
    line = a_line(
        "1000.00",
        a_share("600.00"),
        a_share("400.00", "100001", in_grant=False),
        quantity=Decimal(10),
        devices=("A", "B", "C"),
    )
    result = settled(an_invoice([line], a_payment("1000.00")))
    assert (result.totals.spent, result.totals.eligible) == (Decimal("600.00"),) * 2
    assert [device.eligible_cost for device in result.devices] == [Decimal("100.00")] * 3
    assert result.no_device.eligible_cost == Decimal("300.00")
    assert_adds_up(result)


@pytest.mark.parametrize(("mine", "spent"), [(True, "1000.00"), (False, "600.00")])
def test_money_that_no_share_claims_is_never_eligible(mine: bool, spent: str):  # noqa: FBT001 - a table column
    line = a_line("1000.00", a_share("600.00"))
    result = settled(an_invoice([line], a_payment("1000.00"), unassigned_in_grant=mine))
    assert (result.totals.spent, result.totals.eligible) == (Decimal(spent), Decimal("600.00"))
    assert_adds_up(result)


def test_shares_above_the_line_never_claim_more_than_was_paid():
    line = a_line("100.00", a_share("80.00", "100001"), a_share("120.00", "100002"))
    result = settled(an_invoice([line], a_payment("100.00")))
    assert [school.spent for school in result.by_school] == [Decimal("40.00"), Decimal("60.00")]


def test_a_payment_without_lines_is_spent_but_not_eligible():
    empty = an_invoice([], a_payment("50.00"), unassigned_in_grant=True)
    cancelled = an_invoice(
        [a_line("5.00", key="R2/1"), a_line("-5.00", key="R2/2")],
        a_payment("0.00", key="K2"),
        key="R2",
    )
    result = settled(empty, cancelled)
    assert (result.totals.spent, result.totals.eligible) == (Decimal("50.00"), ZERO)
    assert result.by_category[0].category is None
    assert reasons(result)[0] is IneligibleReason.NO_MEASURE
    assert_adds_up(result)


def test_shares_that_cancel_out_leave_the_line_to_the_first():
    line = a_line("0.00", a_share("5.00", "100001"), a_share("-5.00", "100002"))
    other = a_line("10.00", key="R1/2")
    odd = a_line("10.00", a_share("5.00", "100001"), a_share("-5.00", "100002"), key="R1/3")
    result = settled(an_invoice([line, other, odd], a_payment("20.00")))
    assert_adds_up(result)


def test_lines_without_money_and_shares_are_harmless():
    free = replace(a_line("0.00", key="R1/2"), shares=())
    result = settled(an_invoice([a_line("10.00"), free], a_payment("10.00")))
    assert result.totals.eligible == Decimal("10.00")
    assert_adds_up(result)


def test_a_refund_that_cancels_the_payment_leaves_nothing():
    invoice = an_invoice(
        [a_line("10.00")], a_payment("10.00"), a_payment("-10.00", date(2022, 3, 1), "K2")
    )
    result = settled(invoice)
    assert (result.totals.spent, result.totals.eligible) == (ZERO, ZERO)
    assert_adds_up(result)


def test_new_income_lowers_the_grant_but_planned_income_does_not():
    invoice = an_invoice([a_line("834300.00")], a_payment("834300.00"))
    incomes = [
        IncomeFacts(amount=Decimal("10000.00"), received_on=date(2022, 5, 1)),
        IncomeFacts(amount=Decimal("500.00"), received_on=date(2023, 5, 1)),
    ]
    assert settled(invoice, incomes=incomes).totals.grant_claimed == Decimal("741870.00")
    planned = replace(TERMS, planned_third_party=Decimal("10000.00"))
    assert settled(invoice, incomes=incomes, terms=planned).totals.grant_claimed == Decimal(
        "750870.00"
    )


def test_planned_categories_show_even_when_nothing_is_spent():
    terms = replace(
        TERMS, planned_by_category={"it": Decimal("600.00"), "arbeitsgeraete": Decimal("400.00")}
    )
    result = settled(an_invoice([a_line("10.00")], a_payment("10.00")), terms=terms)
    assert [(each.category, each.planned, each.spent) for each in result.by_category] == [
        ("arbeitsgeraete", Decimal("400.00"), ZERO),
        ("it", Decimal("600.00"), Decimal("10.00")),
    ]
