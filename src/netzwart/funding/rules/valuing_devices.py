"""What each device cost, how much of that is eligible, and its share of the grant.

A line's money is divided by its units. Units without a registered device, and lines that bought no
device, go into one remainder, so that devices and remainder add up to the eligible costs.
Delivery, setup and licences that name their device lines are added to those. Source: formula 9.11.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from netzwart.funding.rules.facts import InvoiceFacts, LineFacts
from netzwart.funding.rules.granting import split_grant
from netzwart.funding.rules.spreading import Cell, grant_part, line_payables, lines_of
from netzwart.money import ZERO, apportion, exact, total


@dataclass(frozen=True, slots=True)
class DeviceValue:
    """One device; the same number on several lines adds up."""

    inventory_number: str
    cost: Decimal
    """Gross price with its incidental costs, less deductions, whoever paid it."""
    eligible_cost: Decimal
    grant_share: Decimal


@dataclass(frozen=True, slots=True)
class NoDevice:
    """Eligible costs and grant that no registered device stands for."""

    eligible_cost: Decimal
    grant_share: Decimal


def value_devices(
    invoices: Sequence[InvoiceFacts],
    cells: Sequence[Cell],
    eligible: Sequence[Decimal],
    grant: Decimal,
    as_of: date,
) -> tuple[tuple[DeviceValue, ...], NoDevice]:
    """Return the devices by inventory number, and the remainder; `eligible` is per cell."""
    lines = {line.key: line for invoice in invoices for line in lines_of(invoice)}
    payables: dict[str, Decimal] = {}
    for invoice in invoices:
        payables |= line_payables(invoice, as_of)
    by_line: dict[str, Decimal] = dict.fromkeys(lines, ZERO)
    for cell, amount in zip(cells, eligible, strict=True):
        if cell.line is not None:
            by_line[cell.line] += amount
    costs = _by_device(lines, _with_incidentals(lines, payables), whole_line=True)
    eligibles = _by_device(lines, _with_incidentals(lines, by_line), whole_line=False)
    numbers = sorted(costs)
    amounts = [eligibles[number] for number in numbers]
    rest = total(list(eligible)) - total(amounts)
    *shares, rest_share = split_grant(grant, [*amounts, rest])
    devices = tuple(
        DeviceValue(number, costs[number], amount, share)
        for number, amount, share in zip(numbers, amounts, shares, strict=True)
    )
    return devices, NoDevice(rest, rest_share)


def _with_incidentals(
    lines: Mapping[str, LineFacts], amounts: Mapping[str, Decimal]
) -> dict[str, Decimal]:
    """Return the amounts with those of incidental lines moved to their device lines."""
    moved = dict(amounts)
    for key, line in lines.items():
        targets = [target for target in sorted(line.incidental_to) if target in lines]
        weights = [abs(lines[target].quantity) for target in targets]
        if not any(weights):
            continue
        for target, part in zip(targets, apportion(amounts[key], weights), strict=True):
            moved[target] += part
            moved[key] -= part
    return moved


def _by_device(
    lines: Mapping[str, LineFacts], amounts: Mapping[str, Decimal], *, whole_line: bool
) -> dict[str, Decimal]:
    values: dict[str, Decimal] = {}
    for key in sorted(lines):
        line = lines[key]
        numbers = sorted(set(line.devices))
        part = Fraction(1) if whole_line else grant_part(line)
        unregistered = abs(exact(line.quantity)) * part - len(numbers)
        weights = [*([Fraction(1)] * len(numbers)), max(Fraction(0), unregistered)]
        if not numbers:
            continue
        for number, value in zip(numbers, apportion(amounts[key], weights), strict=False):
            values[number] = values.get(number, ZERO) + value
    return values
