"""Checks about people: who gets a device, who has one on loan, whose name must stay out."""

from collections.abc import Iterable

from netzwart.funding.programmes.judging import value_of
from netzwart.funding.programmes.loading import FundingProgramme, get_programme
from netzwart.funding.programmes.schema import PersonGroup
from netzwart.funding.settlement import SettledGrant
from netzwart.inventory.tables import DeviceStatus
from netzwart.proofs.checking.saying import error, warning
from netzwart.proofs.values import CheckResult

_GONE = frozenset({DeviceStatus.LOST, DeviceStatus.DISPOSED})
_GROUPS = {PersonGroup.PUPILS: "Schülerinnen und Schüler", PersonGroup.TEACHERS: "Lehrkräfte"}
_SHORTEST_NAME = 4
"""A shorter name would be found inside other words."""


def nobody_gets_two(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-24: not more devices are funded for a group than it has persons, all grants together.

    Schools count whose devices this grant pays for; devices of a group are those of a category
    that the programme means for it.
    """
    own, others = _own_devices(grant), _other_devices(grant)
    for group, count in sorted(own.items()):
        persons = [
            school.pupils if group is PersonGroup.PUPILS else school.teachers
            for school in grant.record.around.schools
        ]
        known = [number for number in persons if number is not None]
        elsewhere = others.get(group, 0)
        if persons and len(known) == len(persons) and count + elsewhere > sum(known):
            yield warning(
                "CHK-24",
                _GROUPS[group],
                f"{count + elsewhere} geförderte Geräte für {sum(known)} {_GROUPS[group]} der "
                "Schulen.",
                [f"aus dieser Bewilligung: {count}", f"aus anderen Bewilligungen: {elsewhere}"],
            )


def _own_devices(grant: SettledGrant) -> dict[PersonGroup, int]:
    category_of = {measure.id: measure.category for measure in grant.record.measures}
    counts: dict[PersonGroup, int] = {}
    for device in grant.record.devices:
        group = _served(grant.programme, category_of.get(device.measure_id or 0, ""))
        if group is not None and device.status not in _GONE and not device.has_successor:
            counts[group] = counts.get(group, 0) + 1
    return counts


def _other_devices(grant: SettledGrant) -> dict[PersonGroup, int]:
    counts: dict[PersonGroup, int] = {}
    for other in grant.record.around.others:
        group = _served(get_programme(other.programme), other.category)
        if group is not None:
            counts[group] = counts.get(group, 0) + other.devices
    return counts


def _served(programme: FundingProgramme, category: str) -> PersonGroup | None:
    rules = programme.rules.categories.get(category)
    return None if rules is None else value_of(rules.serves)


def loans_are_in_order(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-26: lent devices have a loan with a contract, and come back in time."""
    as_of, numbers = grant.settlement.as_of, _inventory_numbers(grant)
    running = [loan for loan in grant.record.around.loans if loan.returned_on is None]
    lent = {loan.device_id for loan in running}
    without = [
        device.inventory_number
        for device in grant.record.devices
        if device.status is DeviceStatus.LENT and device.id not in lent
    ]
    if without:
        yield error("CHK-26", "Leihgeräte", "Als verliehen geführt, aber ohne Leihe.", without)
    unsigned = [
        f"{loan.number} ({numbers[loan.device_id]})"
        for loan in running
        if not loan.has_contract and loan.device_id in numbers
    ]
    if unsigned:
        yield error("CHK-26", "Leihverträge", "Zu diesen Leihen fehlt der Vertrag.", unsigned)
    overdue = [
        f"{loan.number} ({numbers[loan.device_id]}), fällig am {loan.due_on:%d.%m.%Y}"
        for loan in running
        if loan.due_on is not None and loan.due_on < as_of and loan.device_id in numbers
    ]
    if overdue:
        yield error("CHK-26", "Rückgabe", "Diese Leihen sind abgelaufen.", overdue)


def _inventory_numbers(grant: SettledGrant) -> dict[int, str]:
    return {device.id: device.inventory_number for device in grant.record.devices}


def no_borrower_is_named(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-26: no text of the proof names somebody who borrowed a device; the check does not either.

    Whole names only: what a single word means, nobody can tell from a list.
    """
    names = {
        loan.borrower.casefold()
        for loan in grant.record.around.loans
        if len(loan.borrower) >= _SHORTEST_NAME
    }
    texts = [
        *((f"Maßnahme {one.key}", f"{one.title} {one.narrative}") for one in grant.record.measures),
        *(
            (f"Rechnung {invoice.number}, Position {line.number}", line.text)
            for invoice in grant.record.invoices
            for line in invoice.lines
        ),
    ]
    found = [where for where, text in texts if any(name in text.casefold() for name in names)]
    if found:
        yield error(
            "CHK-26", "Personendaten", "Hier steht der Name einer Person, die leiht.", found
        )


CHECKS = (nobody_gets_two, loans_are_in_order, no_borrower_is_named)
