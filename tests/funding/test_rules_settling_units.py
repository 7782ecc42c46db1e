"""What caps per unit and single devices do to a settlement."""

from dataclasses import replace
from decimal import Decimal

from tests.funding.test_rules_settling import (
    TERMS,
    a_line,
    a_payment,
    a_share,
    an_invoice,
    assert_adds_up,
    reasons,
    settled,
)

from netzwart.funding.rules.facts import IneligibleReason, InvoiceFacts
from netzwart.funding.rules.terms import CapBasis, CapKind, CapRule, GrantTerms
from netzwart.money import ZERO


def capped(basis: CapBasis | None) -> GrantTerms:
    rule = CapRule(
        key="stueck500",
        kind=CapKind.AMOUNT_PER_UNIT,
        value=Decimal("500.00"),
        category="it",
        basis=basis,
    )
    return replace(TERMS, caps=(rule,))


def tablets(paid: str = "5950.00", *, devices: int = 10) -> InvoiceFacts:
    numbers = tuple(f"T{n:02d}" for n in range(devices))
    return an_invoice([a_line("5950.00", quantity=Decimal(10), devices=numbers)], a_payment(paid))


def test_the_cap_per_unit_limits_eligible_costs():
    result = settled(tablets(), terms=capped(None))
    (cap,) = result.caps
    assert (cap.limit, cap.actual, cap.excess, cap.ok) == (
        Decimal("500.00"),
        Decimal("595.00"),
        Decimal("950.00"),
        False,
    )
    assert [(reading.basis, reading.excess) for reading in cap.readings] == [
        (CapBasis.ELIGIBLE, Decimal("950.00")),
        (CapBasis.GRANT, Decimal("355.00")),
    ]
    assert result.totals.eligible == Decimal("5000.00")
    assert result.totals.grant_claimed == Decimal("4500.00")
    assert {device.grant_share for device in result.devices} == {Decimal("450.00")}
    assert reasons(result) == [IneligibleReason.CAP]
    assert_adds_up(result)


def test_the_cap_per_unit_can_limit_the_grant_instead():
    result = settled(tablets(), terms=capped(CapBasis.GRANT))
    assert result.totals.eligible == Decimal("5950.00")
    assert result.totals.grant_claimed == Decimal("5000.00")
    assert result.caps[0].actual == Decimal("535.50")
    assert_adds_up(result)


def test_the_cap_per_unit_grows_with_what_is_paid():
    result = settled(tablets("2975.00"), terms=capped(None))
    assert result.totals.eligible == Decimal("2500.00")
    assert_adds_up(result)


def test_incidental_costs_count_into_the_cap_and_the_device():
    lines = [
        a_line("4500.00", quantity=Decimal(10), devices=tuple(f"T{n}" for n in range(10))),
        a_line(
            "1500.00",
            a_share("1500.00", category="setup"),
            key="R1/2",
            incidental_to=("R1/1", "unknown"),
        ),
    ]
    result = settled(an_invoice(lines, a_payment("6000.00")), terms=capped(None))
    assert result.totals.eligible == Decimal("5000.00")
    assert {device.cost for device in result.devices} == {Decimal("600.00")}
    assert {device.eligible_cost for device in result.devices} == {Decimal("500.00")}
    assert result.no_device.eligible_cost == ZERO
    assert_adds_up(result)


def test_incidental_costs_of_uncapped_devices_stay_outside_the_cap():
    lines = [
        a_line("900.00", a_share("900.00", category="display")),
        a_line("100.00", a_share("100.00", category="setup"), key="R1/2", incidental_to=("R1/1",)),
        a_line("50.00", a_share("50.00", category="setup"), key="R1/3", incidental_to=("gone",)),
    ]
    result = settled(an_invoice(lines, a_payment("1050.00")), terms=capped(None))
    assert result.totals.eligible == Decimal("1050.00")
    assert result.caps[0].ok


def test_unpaid_capped_lines_have_nothing_to_cut():
    unpaid = an_invoice([a_line("5950.00", quantity=Decimal(10), eligible=False)])
    result = settled(unpaid, terms=capped(None))
    assert (result.caps[0].actual, result.totals.spent) == (ZERO, ZERO)


def test_category_caps_are_reported_beside_unit_caps_in_order():
    total_cap = CapRule(key="gesamt", kind=CapKind.AMOUNT_TOTAL, value=Decimal("4000.00"))
    terms = replace(TERMS, caps=(total_cap, *capped(None).caps))
    result = settled(tablets(), terms=terms)
    assert [cap.key for cap in result.caps] == ["gesamt", "stueck500"]
    assert result.totals.eligible == Decimal("4000.00")
    assert_adds_up(result)


def test_units_without_a_device_go_into_the_remainder():
    result = settled(tablets(devices=8))
    assert result.no_device.eligible_cost == Decimal("1190.00")
    assert_adds_up(result)


def test_more_devices_than_units_still_add_up():
    result = settled(tablets(devices=12))
    assert result.no_device.eligible_cost == ZERO
    assert_adds_up(result)


def test_a_device_on_two_lines_has_both_costs():
    lines = [
        a_line("100.00", devices=("A",)),
        a_line("50.00", key="R1/2", devices=("A",)),
    ]
    result = settled(an_invoice(lines, a_payment("150.00")))
    assert [device.cost for device in result.devices] == [Decimal("150.00")]
