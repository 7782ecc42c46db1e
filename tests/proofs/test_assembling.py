from dataclasses import replace
from decimal import Decimal

import pytest

from netzwart.money import total
from netzwart.proofs import assembling
from netzwart.proofs.values import ProofDoesNotAddUpError
from tests.reports.builders import LABELS, a_device, a_proof, an_expense


def test_expenses_are_grouped_in_plan_order_and_numbered_through():
    listed = assembling.expense_list(LABELS, [an_expense(index) for index in (7, 2, 0, 5)])
    assert [group.category for group in listed.groups] == [
        "it_grundstruktur",
        "arbeitsgeraete",
        "mobile_endgeraete",
    ]
    assert [line.number for line in listed.expenses] == [1, 2, 3, 4]
    assert listed.paid == total([line.paid for line in listed.expenses])
    assert listed.expenses[-1].paid_so_far == listed.paid


def test_category_that_the_plan_lacks_comes_last_under_its_key():
    listed = assembling.expense_list(LABELS, [an_expense(0, category="regional"), an_expense(1)])
    assert [group.label for group in listed.groups] == ["IT-Grundstruktur", "regional"]


def test_devices_without_school_come_last():
    listed = assembling.device_list(
        [a_device(0, school=None, school_name=None), a_device(1), a_device(2)]
    )
    assert [group.school for group in listed.groups] == ["990002", "990003", None]
    assert listed.devices[-1].cost_so_far == listed.cost


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([], None),
        (["HER-1"], "HER-1"),
        (["HER-22-0002", "HER-22-0001"], "HER-22-0001 – 0002"),
        (["HER-22-0009", "HER-22-0010"], "HER-22-0009 – 0010"),
        (["HER-22-0001", "HER-22-0003"], "HER-22-0001 und 1 weitere"),
        (["A", "B", "C"], "A und 2 weitere"),
        (["GYM-22-0001", "RPS-22-0002"], "GYM-22-0001 und 1 weitere"),
    ],
)
def test_span_is_claimed_only_without_a_gap(numbers: list[str], expected: str | None):
    assert assembling.device_span(numbers) == expected


def test_coverage_has_all_keys_and_adds_up():
    coverage = assembling.coverage(
        30, {"A": (Decimal("1.00"), 1), "none": (Decimal("1.00"), 1), "B": (Decimal("1.00"), 1)}
    )
    assert [row.key for row in coverage.rows] == ["A", "B", "C", "D", "none", "no_device"]
    assert total([row.percent for row in coverage.rows]) == Decimal("100.00")
    assert coverage.serial_amount == Decimal("2.00")


@pytest.mark.parametrize(
    "field", ["spent", "eligible", "ineligible", "grant_claimed", "own_share", "received", "open"]
)
def test_proof_with_a_figure_that_does_not_add_up_is_refused(field: str):
    proof = a_proof(3, 3)
    wrong = replace(proof.totals, **{field: getattr(proof.totals, field) + Decimal("0.01")})
    with pytest.raises(ProofDoesNotAddUpError):
        replace(proof, totals=wrong)


def test_proof_whose_coverage_misses_a_cent_is_refused():
    proof = a_proof(3, 3)
    row = replace(proof.coverage.rows[0], amount=proof.coverage.rows[0].amount - Decimal("0.01"))
    wrong = replace(proof.coverage, rows=(row, *proof.coverage.rows[1:]))
    with pytest.raises(ProofDoesNotAddUpError, match="Euro-Abdeckung"):
        replace(proof, coverage=wrong)
