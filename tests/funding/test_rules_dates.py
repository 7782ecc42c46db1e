from datetime import date
from decimal import Decimal

import pytest

from netzwart.funding.programmes.law import load_law
from netzwart.funding.rules.dating import (
    EarmarkEnd,
    EarmarkRule,
    EarmarkStart,
    RetentionFacts,
    RetentionStart,
    add_months,
    earmark_from,
    earmarked_until,
    proof_due_on,
    retain_until,
    valid_on,
)
from netzwart.funding.rules.disposing import repayment_on_disposal
from netzwart.funding.rules.procuring import ProcurementRegime, procurement_for
from netzwart.funding.rules.taxing import (
    expected_vat,
    gross_of_invoice,
    line_amount,
    line_net,
    spread_gross,
    vat_fits,
)
from netzwart.funding.rules.terms import AmountBasis

DIGITALPAKT = EarmarkRule(years=5, start=EarmarkStart.EXECUTION_END, end=EarmarkEnd.YEAR_END)
EFRE = EarmarkRule(years=5, start=EarmarkStart.LAST_PAYMENT, end=EarmarkEnd.EXACT_DAY)
LAW = load_law()


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2024-08-31", 6, "2025-02-28"),
        ("2023-08-31", 6, "2024-02-29"),
        ("2024-12-15", 1, "2025-01-15"),
        ("2024-03-31", -1, "2024-02-29"),
    ],
)
def test_months_end_with_the_shorter_month(day: str, months: int, later: str):
    assert add_months(date.fromisoformat(day), months) == date.fromisoformat(later)


@pytest.mark.parametrize(
    ("approval_until", "fulfilled", "due"),
    [
        ("2024-10-31", None, "2025-04-30"),
        ("2024-10-15", None, "2025-04-30"),
        ("2022-12-31", "2022-08-31", "2023-02-28"),
        ("2022-12-31", "2022-12-31", "2023-06-30"),
        ("2022-08-31", None, "2023-02-28"),
    ],
)
def test_proof_is_due_six_months_after_purpose_or_period(
    approval_until: str, fulfilled: str | None, due: str
):
    purpose = date.fromisoformat(fulfilled) if fulfilled else None
    assert proof_due_on(date.fromisoformat(approval_until), purpose) == date.fromisoformat(due)


def test_the_notice_names_its_own_proof_day():
    own = date(2026, 1, 31)
    assert proof_due_on(date(2024, 10, 31), notice_due_on=own) == own


@pytest.mark.parametrize(
    ("execution_until", "end"), [("2024-10-31", "2029-12-31"), ("2022-12-31", "2027-12-31")]
)
def test_digitalpakt_earmark_ends_with_the_fifth_following_year(execution_until: str, end: str):
    start = earmark_from(DIGITALPAKT, execution_until=date.fromisoformat(execution_until))
    assert earmarked_until(DIGITALPAKT, start) == date.fromisoformat(end)


def test_efre_earmark_ends_five_years_after_the_last_payment():
    start = earmark_from(EFRE, last_payment_on=date(2024, 2, 29))
    assert earmarked_until(EFRE, start) == date(2029, 2, 28)


def test_earmark_from_delivery_is_counted_per_device():
    rule = EarmarkRule(years=3, start=EarmarkStart.DELIVERY, end=EarmarkEnd.EXACT_DAY)
    assert earmarked_until(rule, earmark_from(rule, delivered_on=date(2022, 2, 1))) == date(
        2025, 2, 1
    )


def test_unknown_earmark_stays_unknown_until_the_notice_says_it():
    unknown = EarmarkRule(years=None)
    assert earmark_from(unknown, execution_until=date(2024, 1, 1)) is None
    assert earmarked_until(unknown, date(2024, 1, 1)) is None
    assert earmarked_until(DIGITALPAKT, None) is None
    assert earmarked_until(EarmarkRule(years=5), date(2024, 1, 1)) is None
    assert earmarked_until(EarmarkRule(years=0, end=EarmarkEnd.YEAR_END), date(2024, 1, 1)) is None
    assert earmarked_until(unknown, None, date(2030, 6, 30)) == date(2030, 6, 30)


def test_receipts_are_kept_for_the_longest_of_all_periods():
    facts = RetentionFacts(
        years=5,
        start=RetentionStart.PROOF_RECEIVED,
        proof_received_on=date(2023, 6, 30),
        accounts_approved_on=date(2023, 11, 9),
        earmarked_until=date(2027, 12, 31),
    )
    assert retain_until(facts) == date(2029, 12, 31)


def test_books_are_kept_for_ten_years():
    facts = RetentionFacts(accounts_approved_on=date(2023, 11, 9), books=True)
    assert retain_until(facts) == date(2033, 12, 31)


def test_proof_received_starts_five_years():
    facts = RetentionFacts(
        years=5, start=RetentionStart.PROOF_RECEIVED, proof_received_on=date(2023, 6, 30)
    )
    assert retain_until(facts) == date(2028, 6, 30)


def test_efre_receipts_are_kept_from_the_end_of_the_payment_year():
    facts = RetentionFacts(
        years=5, start=RetentionStart.LAST_PAYMENT_YEAR_END, last_payment_on=date(2024, 3, 1)
    )
    assert retain_until(facts) == date(2029, 12, 31)


def test_retention_is_unknown_while_its_events_are():
    assert retain_until(RetentionFacts()) is None
    assert retain_until(RetentionFacts(years=5, start=RetentionStart.PROOF_RECEIVED)) is None
    assert retain_until(RetentionFacts(years=5, start=RetentionStart.LAST_PAYMENT_YEAR_END)) is None
    assert retain_until(RetentionFacts(notice_until=date(2040, 1, 1))) == date(2040, 1, 1)


@pytest.mark.parametrize(
    ("disposed_on", "pro_rata", "full", "left"),
    [
        ("2024-10-31", "620.00", "620.00", 62),
        ("2020-01-01", "620.00", "620.00", 62),
        ("2027-06-15", "300.00", "620.00", 30),
        ("2029-12-31", "0.00", "620.00", 0),
        ("2030-01-01", "0.00", "0.00", 0),
    ],
)
def test_early_disposal_costs_the_months_that_are_left(
    disposed_on: str, pro_rata: str, full: str, left: int
):
    result = repayment_on_disposal(
        Decimal("620.00"), date(2024, 10, 31), date(2029, 12, 31), date.fromisoformat(disposed_on)
    )
    assert (result.pro_rata, result.full, result.months_left) == (
        Decimal(pro_rata),
        Decimal(full),
        left,
    )
    assert result.months_total == 62


@pytest.mark.parametrize(
    ("delivered_on", "standard"),
    [
        ("2020-06-30", "0.19"),
        ("2020-07-01", "0.16"),
        ("2020-12-31", "0.16"),
        ("2021-01-01", "0.19"),
    ],
)
def test_the_day_of_delivery_decides_the_vat(delivered_on: str, standard: str):
    day = date.fromisoformat(delivered_on)
    rates = expected_vat(LAW.vat, day)
    assert rates is not None
    assert rates.standard == Decimal(standard)
    wrong = Decimal("0.19") if standard == "0.16" else Decimal("0.16")
    assert vat_fits(LAW.vat, Decimal(standard), day)
    assert not vat_fits(LAW.vat, wrong, day)
    assert vat_fits(LAW.vat, Decimal("0.00"), day)


def test_vat_before_the_table_is_not_judged():
    assert expected_vat(LAW.vat, date(1999, 1, 1)) is None
    assert vat_fits(LAW.vat, Decimal("0.16"), date(1999, 1, 1))


def test_a_line_counts_gross_or_net():
    net = line_net(Decimal(40), Decimal("520.00"))
    assert net == Decimal("20800.00")
    assert line_amount(net, Decimal("0.19")) == Decimal("24752.00")
    assert line_amount(net, Decimal("0.19"), AmountBasis.NET) == Decimal("20800.00")


def test_line_gross_amounts_add_up_to_the_invoice():
    lines = [(Decimal("0.33"), Decimal("0.19"))] * 3
    whole = gross_of_invoice(lines)
    assert whole == Decimal("1.18")
    assert sum(spread_gross(lines, whole)) == whole
    assert sum(line_amount(*line) for line in lines) == Decimal("1.17")


@pytest.mark.parametrize(
    ("ordered_on", "regime", "threshold"),
    [
        ("2025-12-31", ProcurementRegime.MUNICIPAL_PRINCIPLES, "221000.00"),
        ("2026-01-01", ProcurementRegime.SECTION_75A_GO, "216000.00"),
        ("2021-05-01", ProcurementRegime.MUNICIPAL_PRINCIPLES, "214000.00"),
    ],
)
def test_the_day_of_the_order_decides_the_procurement_law(
    ordered_on: str, regime: ProcurementRegime, threshold: str
):
    day = date.fromisoformat(ordered_on)
    below = procurement_for(LAW.procurement_regimes, LAW.eu_thresholds, day, Decimal(1))
    above = procurement_for(LAW.procurement_regimes, LAW.eu_thresholds, day, Decimal(threshold))
    assert (below.regime, below.eu_threshold, below.eu_wide) == (regime, Decimal(threshold), False)
    assert above.eu_wide


def test_a_threshold_nobody_has_set_is_unknown():
    later = procurement_for(
        LAW.procurement_regimes, LAW.eu_thresholds, date(2028, 1, 1), Decimal(10**6)
    )
    early = procurement_for(
        LAW.procurement_regimes, LAW.eu_thresholds, date(2010, 1, 1), Decimal(10**6)
    )
    assert (later.eu_threshold, later.eu_wide) == (None, False)
    assert (early.regime, early.eu_threshold) == (None, None)


def test_grant_conditions_follow_the_day_of_the_notice():
    found = LAW.conditions_on(date(2021, 11, 2))
    assert found is not None
    assert found.version == "VV 2020-06-10"
    assert LAW.find_conditions("VV 2020-06-10") == found
    assert LAW.find_conditions("VV 1900-01-01") is None
    assert LAW.conditions_on(date(1990, 1, 1)) is None
    assert valid_on((), date(2020, 1, 1)) is None
