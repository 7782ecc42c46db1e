from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from netzwart.funding.queries.records import GrantRecord
from netzwart.inventory.tables import DeviceStatus
from netzwart.proofs.checking import CATALOGUE, check_grant
from netzwart.proofs.values import CheckSeverity
from tests.proofs.records import (
    AS_OF,
    a_clean_record,
    a_paid,
    a_row,
    a_share,
    an_invoice_record,
    settled,
    with_device,
    with_head,
    with_invoice,
    with_line,
    with_order,
    with_order_line,
)

Break = Callable[[GrantRecord], GrantRecord]
ERROR, WARNING, INFO = CheckSeverity.ERROR, CheckSeverity.WARNING, CheckSeverity.INFO


def _without_evidence(record: GrantRecord) -> GrantRecord:
    return replace(record, evidence={k: v for k, v in record.evidence.items() if k != 1})


def _read_other_serial(record: GrantRecord) -> GrantRecord:
    seen = replace(record.evidence[1], serial_read="ANDERE99")
    return replace(record, evidence={**record.evidence, 1: seen})


def _shared_with_other_grant(record: GrantRecord) -> GrantRecord:
    other = a_share(measure_id=9, measure="andere", grant_id=2, amount=Decimal("100.00"))
    return with_line(record, shares=(a_share(), other))


def _second_invoice_with_same_file(record: GrantRecord) -> GrantRecord:
    other = an_invoice_record(id=2, number="R-2", lines=(), payments=())
    return replace(record, invoices=(*record.invoices, other))


def _plan_grew(record: GrantRecord) -> GrantRecord:
    small = Decimal("4000.00")
    plan = (a_row("plan", key="it_grundstruktur", amount=small, second=small),)
    return replace(
        with_head(
            record, eligible_planned=small, approved_amount=Decimal("3600.00"), final_on=None
        ),
        plan=plan,
        sources=(a_row("source", key="own_share", amount=Decimal("400.00")),),
        drawdowns=(),
    )


def _mobile(record: GrantRecord) -> GrantRecord:
    """All money is for tablets: more than 20 %, and more than 25,000 at the school."""
    big = Decimal("59500.00")
    share = a_share(category="mobile_endgeraete", amount=big)
    line = {"gross": big, "unit_net": Decimal("5000.00"), "shares": (share,)}
    return with_invoice(with_line(record, **line), payments=(a_paid(amount=big),))


def _unspent(record: GrantRecord) -> GrantRecord:
    return with_line(record, is_eligible=False, ineligible_reason="nicht zweckentsprechend")


def _without_values_of_the_notice(record: GrantRecord) -> GrantRecord:
    return replace(record, overrides=())


BROKEN: list[tuple[str, CheckSeverity, Break]] = [
    ("CHK-01", ERROR, lambda r: with_head(r, eligible_planned=Decimal("6000.00"))),
    ("CHK-01", ERROR, lambda r: replace(r, sources=(a_row("source", amount=Decimal("1.00")),))),
    ("CHK-02", ERROR, _shared_with_other_grant),
    ("CHK-02", ERROR, _second_invoice_with_same_file),
    ("CHK-03", ERROR, lambda r: with_line(r, shares=(a_share(amount=Decimal("5949.99")),))),
    ("CHK-04", ERROR, lambda r: with_invoice(r, ordered_on=date(2021, 12, 1))),
    ("CHK-05", ERROR, lambda r: with_invoice(r, delivered_on=date(2023, 1, 1))),
    (
        "CHK-05",
        ERROR,
        lambda r: with_head(r, approval_until=date(2022, 2, 19), purpose_fulfilled_on=None),
    ),
    (
        "CHK-06",
        ERROR,
        lambda r: with_invoice(r, payments=(a_paid(amount=Decimal("5950.01")),)),
    ),
    (
        "CHK-06",
        WARNING,
        lambda r: with_invoice(r, discount_rate=Decimal("0.02"), discount_days=14),
    ),
    ("CHK-07", WARNING, lambda r: with_invoice(r, delivered_on=date(2020, 8, 1))),
    ("CHK-08", ERROR, lambda r: with_invoice(r, currency="CHF")),
    (
        "CHK-08",
        ERROR,
        lambda r: with_line(r, unit_net=Decimal("499.00")),
    ),
    ("CHK-09", ERROR, lambda r: with_line(r, confirmed_by_id=None)),
    ("CHK-09", WARNING, lambda r: with_line(r, text="Access Point mit Wartung")),
    ("CHK-11", ERROR, _mobile),
    ("CHK-12", WARNING, _plan_grew),
    (
        "CHK-13",
        ERROR,
        lambda r: with_head(_unspent(r), approval_until=date(2022, 11, 30)),
    ),
    ("CHK-14", ERROR, lambda r: replace(r, devices=r.devices[1:])),
    ("CHK-14", ERROR, lambda r: with_device(r, invoice_line_id=None)),
    ("CHK-15", WARNING, lambda r: with_device(r, serial=None)),
    ("CHK-15", ERROR, _read_other_serial),
    ("CHK-16", ERROR, lambda r: with_device(r, school="990099")),
    ("CHK-17", ERROR, lambda r: with_device(r, status=DeviceStatus.LOST)),
    (
        "CHK-17",
        WARNING,
        lambda r: _without_evidence(with_device(r, status=DeviceStatus.IN_STORAGE)),
    ),
    ("CHK-18", WARNING, _without_evidence),
    ("CHK-18", INFO, lambda r: _without_evidence(with_device(r, is_network=False))),
    ("CHK-19", WARNING, lambda r: with_order(r, procedure=None)),
    ("CHK-19", WARNING, lambda r: with_order(r, offers_received=None)),
    ("CHK-19", WARNING, lambda r: with_invoice(r, order_id=None)),
    ("CHK-19", ERROR, lambda r: with_order(r, awarded_on=date(2022, 1, 11))),
    ("CHK-19", ERROR, lambda r: with_order(r, estimated_net=Decimal("215000.00"))),
    ("CHK-20", ERROR, lambda r: with_head(r, final_on=date(2022, 3, 1))),
    ("CHK-20", ERROR, _unspent),
    ("CHK-21", WARNING, lambda r: with_head(r, approval_until=date(2022, 5, 31))),
    (
        "CHK-22",
        ERROR,
        lambda r: replace(r, measures=(replace(r.measures[0], concept_document=None),)),
    ),
    (
        "CHK-22",
        WARNING,
        lambda r: replace(r, measures=(replace(r.measures[0], narrative={}),)),
    ),
    ("CHK-28", ERROR, lambda r: with_order_line(r, quantity=Decimal(9))),
    ("CHK-28", ERROR, lambda r: with_order_line(r, delivered=Decimal(9))),
    ("CHK-28", ERROR, lambda r: with_order_line(r, unit_net=Decimal("499.99"))),
    ("CHK-30", WARNING, lambda r: with_invoice(r, document_id=None)),
    ("CHK-31", INFO, _without_values_of_the_notice),
]


def test_clean_grant_gives_no_complaint():
    assert check_grant(settled(a_clean_record())) == ()


@pytest.mark.parametrize(
    ("check", "severity", "break_it"),
    BROKEN,
    ids=[f"{check}-{index}" for index, (check, _, _) in enumerate(BROKEN)],
)
def test_one_broken_thing_is_named_by_its_check(
    check: str, severity: CheckSeverity, break_it: Break
):
    found = check_grant(settled(break_it(a_clean_record())))
    assert (check, severity) in {(result.check, result.severity) for result in found}


def test_low_price_needs_no_asset_number_and_a_high_one_does():
    record = with_device(a_clean_record(), asset_number=None)
    assert check_grant(settled(record)) == ()
    dear = Decimal("11900.00")
    line = {"unit_net": Decimal("1000.00"), "gross": dear, "shares": (a_share(amount=dear),)}
    paid = with_invoice(with_line(record, **line), payments=(a_paid(amount=dear),))
    assert "CHK-27" in {result.check for result in check_grant(settled(paid))}


def test_orders_split_below_the_eu_threshold_are_named_together():
    record = a_clean_record()
    near = Decimal("120000.00")
    orders = (
        replace(record.orders[0], estimated_net=near),
        replace(record.orders[0], id=2, number="B-2", ordered_on=date(2022, 6, 1), lines=()),
    )
    orders = (orders[0], replace(orders[1], estimated_net=near))
    found = check_grant(settled(replace(record, orders=orders)))
    [split] = [result for result in found if result.rows == ("Bestellung B-1",)]
    assert (split.check, split.severity) == ("CHK-19", WARNING)
    assert "240.000,00" in split.message


def test_submitted_proof_is_never_overdue():
    late = with_head(
        a_clean_record(), approval_until=date(2022, 5, 31), proof_submitted_on=date(2022, 11, 1)
    )
    assert "CHK-21" not in {result.check for result in check_grant(settled(late))}


def test_import_without_people_counts_as_decided():
    record = with_line(a_clean_record(), decided_by_id=None, confirmed_by_id=None)
    assert check_grant(settled(record)) == ()


def test_complaints_are_ordered_by_severity_and_every_check_has_a_remedy():
    record = with_device(with_invoice(a_clean_record(), document_id=None), school="990099")
    found = check_grant(settled(record, AS_OF))
    assert [result.severity for result in found] == [ERROR, WARNING]
    assert {check for check, _, _ in BROKEN} <= set(CATALOGUE)
    assert all(entry.remedy.endswith(".") for entry in CATALOGUE.values())
