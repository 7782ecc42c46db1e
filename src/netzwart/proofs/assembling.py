"""Parts of a proof whose sums, percentages and running totals follow from their rows; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from netzwart.money import ZERO, percentages, total
from netzwart.proofs.values import (
    Coverage,
    CoverageKey,
    CoverageRow,
    DeviceGroup,
    DeviceList,
    Expenditure,
    ExpenditureRow,
    Expense,
    ExpenseGroup,
    ExpenseList,
    FinancialResult,
    IncomeRow,
    IncomeStatement,
    ProvenDevice,
    ReceivedMoney,
    ReceivedMoneyList,
)

COVERAGE_KEYS: Final[tuple[CoverageKey, ...]] = ("A", "B", "C", "D", "none", "no_device")


def income_statement(rows: Sequence[tuple[str, Decimal, Decimal]]) -> IncomeStatement:
    """Return II.1 from `(label, planned, actual)`, percentages by largest remainder."""
    planned = [row[1] for row in rows]
    actual = [row[2] for row in rows]
    planned_percent, actual_percent = percentages(planned), percentages(actual)
    return IncomeStatement(
        rows=tuple(
            IncomeRow(
                label=label,
                planned=plan,
                planned_percent=planned_percent[index],
                actual=real,
                actual_percent=actual_percent[index],
            )
            for index, (label, plan, real) in enumerate(rows)
        ),
        planned=total(planned),
        planned_percent=total(planned_percent),
        actual=total(actual),
        actual_percent=total(actual_percent),
    )


def expenditure(rows: Sequence[ExpenditureRow]) -> Expenditure:
    """Return II.2 with its sums."""
    return Expenditure(
        rows=tuple(rows),
        planned_total=total([row.planned_total for row in rows]),
        planned_eligible=total([row.planned_eligible for row in rows]),
        actual_total=total([row.actual_total for row in rows]),
        actual_eligible=total([row.actual_eligible for row in rows]),
    )


def financial_result(income: IncomeStatement, spending: Expenditure) -> FinancialResult:
    """Return III from II.1 and II.2."""
    return FinancialResult(
        planned_expenditure=spending.planned_eligible,
        actual_expenditure=spending.actual_total,
        planned_income=income.planned,
        actual_income=income.actual,
        planned_difference=spending.planned_eligible - income.planned,
        actual_difference=spending.actual_total - income.actual,
        eligible_deviation=spending.actual_eligible - spending.planned_eligible,
    )


def expense_list(labels: Mapping[str, str], expenses: Iterable[Expense]) -> ExpenseList:
    """Return the expenses grouped by category, numbered, summed and with running totals.

    Args:
        labels: German label per category key, in the order of the financing plan; a category
            that is missing here comes last under its key.
        expenses: lines whose `number` and `…_so_far` may hold anything; they are set here. Within
            a group they are ordered by day of payment, receipt number and school.
    """
    by_category: dict[str, list[Expense]] = {category: [] for category in labels}
    for expense in expenses:
        by_category.setdefault(expense.category, []).append(expense)
    number, paid, eligible, ineligible = 0, ZERO, ZERO, ZERO
    groups: list[ExpenseGroup] = []
    for category, members in by_category.items():
        lines: list[Expense] = []
        for expense in sorted(members, key=_payment_order):
            number += 1
            paid += expense.paid
            eligible += expense.eligible
            ineligible += expense.ineligible
            lines.append(
                replace(
                    expense,
                    number=number,
                    paid_so_far=paid,
                    eligible_so_far=eligible,
                    ineligible_so_far=ineligible,
                )
            )
        if lines:
            groups.append(_expense_group(category, labels.get(category, category), lines))
    return ExpenseList(
        groups=tuple(groups),
        invoice_gross=total([group.invoice_gross for group in groups]),
        discount=total([group.discount for group in groups]),
        paid=total([group.paid for group in groups]),
        eligible=total([group.eligible for group in groups]),
        ineligible=total([group.ineligible for group in groups]),
    )


def device_list(devices: Iterable[ProvenDevice]) -> DeviceList:
    """Return the devices grouped by school and ordered by inventory number, with running totals.

    Schools are ordered by number; devices of no school come last. `…_so_far` are set here.
    """
    by_school: dict[tuple[str, str], list[ProvenDevice]] = {}
    for device in devices:
        key = (device.school or "", device.school_name or "Ohne Schule (Lager des Schulträgers)")
        by_school.setdefault(key, []).append(device)
    cost, eligible, grant = ZERO, ZERO, ZERO
    groups: list[DeviceGroup] = []
    for number, name in sorted(by_school, key=lambda key: (not key[0], key)):
        lines: list[ProvenDevice] = []
        for device in sorted(by_school[number, name], key=lambda line: line.inventory_number):
            cost += device.cost
            eligible += device.eligible_cost
            grant += device.grant_share
            lines.append(
                replace(
                    device,
                    cost_so_far=cost,
                    eligible_cost_so_far=eligible,
                    grant_share_so_far=grant,
                )
            )
        groups.append(
            DeviceGroup(
                school=number or None,
                label=f"{number} {name}".strip(),
                devices=tuple(lines),
                cost=total([line.cost for line in lines]),
                eligible_cost=total([line.eligible_cost for line in lines]),
                grant_share=total([line.grant_share for line in lines]),
            )
        )
    return DeviceList(
        groups=tuple(groups),
        cost=total([group.cost for group in groups]),
        eligible_cost=total([group.eligible_cost for group in groups]),
        grant_share=total([group.grant_share for group in groups]),
    )


def received_list(rows: Iterable[ReceivedMoney]) -> ReceivedMoneyList:
    """Return the income list in order of receipt, with its sum."""
    ordered = tuple(sorted(rows, key=lambda row: (row.received_on, row.reason, row.amount)))
    return ReceivedMoneyList(rows=ordered, amount=total([row.amount for row in ordered]))


def coverage(window_days: int, amounts: Mapping[CoverageKey, tuple[Decimal, int]]) -> Coverage:
    """Return the euro coverage from `(eligible amount, number of devices)` per class.

    Percentages add up to 100.00 by largest remainder; a missing class counts as zero.
    """
    found = [amounts.get(key, (ZERO, 0)) for key in COVERAGE_KEYS]
    shares = percentages([amount for amount, _ in found])
    rows = tuple(
        CoverageRow(key=key, amount=amount, percent=share, devices=count)
        for key, (amount, count), share in zip(COVERAGE_KEYS, found, shares, strict=True)
    )
    by_serial = [row for row in rows if row.key in {"A", "B"}]
    return Coverage(
        window_days=window_days,
        rows=rows,
        amount=total([row.amount for row in rows]),
        serial_amount=total([row.amount for row in by_serial]),
        serial_percent=total([row.percent for row in by_serial]),
    )


def device_span(numbers: Sequence[str]) -> str | None:
    """Return inventory numbers for a narrow column: `HER-GYM-22-0001 – 0040`, `A, B`, `A + 3`.

    A span is only claimed when the numbers share a prefix and follow one another without a gap.
    """
    ordered = sorted(numbers)
    if not ordered:
        return None
    if len(ordered) == 1:
        return ordered[0]
    first, last = ordered[0], ordered[-1]
    head, _, tail = first.rpartition("-")
    wanted = (
        [f"{head}-{int(tail) + step:0{len(tail)}d}" for step in range(len(ordered))]
        if (head and tail.isascii() and tail.isdigit())
        else []
    )
    if ordered == wanted:
        return f"{first} – {last.rpartition('-')[2]}"
    return f"{first} und {len(ordered) - 1} weitere"


def _expense_group(category: str, label: str, lines: Sequence[Expense]) -> ExpenseGroup:
    return ExpenseGroup(
        category=category,
        label=label,
        expenses=tuple(lines),
        invoice_gross=total([line.invoice_gross for line in lines]),
        discount=total([line.discount for line in lines]),
        paid=total([line.paid for line in lines]),
        eligible=total([line.eligible for line in lines]),
        ineligible=total([line.ineligible for line in lines]),
    )


def _payment_order(expense: Expense) -> tuple[object, ...]:
    return (expense.paid_on, expense.receipt_number, expense.school or "", expense.invoice)
