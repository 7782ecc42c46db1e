"""Euro coverage: which eligible euros trace to a device, and how well that is proven; pure.

Money has a school and a category of its own (the measure that bears it). A device's euros come out
of the portions of the line that bought it, first out of those of the school where it stands; what
no device of a line accounts for is `no_device`. So every cell adds up to its portions, and all
cells to the grant's eligible total, to the cent.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from netzwart.funding.queries.records import DeviceRecord
from netzwart.funding.settlement import SettledGrant
from netzwart.money import ZERO, total

Key = Literal["A", "B", "C", "D", "none", "no_device"]
KEYS: Final[tuple[Key, ...]] = ("A", "B", "C", "D", "none", "no_device")
_KEY_OF: Final[Mapping[str, Key]] = {"A": "A", "B": "B", "C": "C", "D": "D"}


@dataclass(frozen=True, slots=True)
class CoveredAmount:
    """Eligible euros of one grant, school and category, with the device that accounts for them."""

    grant: str
    school: str | None
    category: str
    key: Key
    amount: Decimal
    device: DeviceRecord | None = None


@dataclass(frozen=True, slots=True)
class CoverageLine:
    """One line of the table: a school or category with its euros by class."""

    label: str
    school: str | None
    amounts: Mapping[Key, Decimal]

    @property
    def total(self) -> Decimal:
        """Return the line's eligible euros."""
        return total(list(self.amounts.values()))

    @property
    def by_serial(self) -> Decimal:
        """Return the euros of devices whose serial number was read (A and B)."""
        return self.amounts["A"] + self.amounts["B"]


def covered(grant: SettledGrant) -> list[CoveredAmount]:
    """Return where each eligible cent of the grant is, as of the day it was settled."""
    portions = [portion for expense in grant.settlement.expenses for portion in expense.portions]
    left: dict[str, list[_Pot]] = defaultdict(list)
    for portion in portions:
        left[portion.line or ""].append(
            _Pot(portion.school, portion.category or "", portion.eligible)
        )
    found: list[CoveredAmount] = []
    number, costs = grant.record.head.number, grant.eligible_of
    for device in grant.record.devices:
        key = _key_of(grant, device)
        pots = left.get(f"{device.invoice_line_id or 0:012d}", [])
        for pot, amount in _taken(pots, device.school, costs.get(device.inventory_number, ZERO)):
            found.append(CoveredAmount(number, pot.school, pot.category, key, amount, device))
    rest = [pot for pots in left.values() for pot in pots if pot.amount]
    return found + [
        CoveredAmount(number, pot.school, pot.category, "no_device", pot.amount) for pot in rest
    ]


@dataclass(slots=True)
class _Pot:
    """What is left of a portion."""

    school: str | None
    category: str
    amount: Decimal


def _key_of(grant: SettledGrant, device: DeviceRecord) -> Key:
    seen = grant.record.evidence.get(device.id)
    return "none" if seen is None else _KEY_OF.get(seen.letter.value, "none")


def _taken(
    pots: Sequence[_Pot], school: str | None, amount: Decimal
) -> Iterable[tuple[_Pot, Decimal]]:
    """Take the amount out of the pots, those of the school first; no pot is overdrawn.

    A device whose line has no euros left to take still stands in the list, with zero.
    """
    rest = amount
    for pot in sorted(pots, key=lambda one: one.school != school):
        part = min(pot.amount, rest) if pot.amount > 0 else ZERO
        if part > 0:
            pot.amount -= part
            rest -= part
            yield pot, part
    if rest == amount:
        yield _Pot(school, "", ZERO), ZERO


def by_key(amounts: Iterable[CoveredAmount]) -> dict[Key, Decimal]:
    """Return the euros of each class, zeros included."""
    found: dict[Key, Decimal] = dict.fromkeys(KEYS, ZERO)
    for one in amounts:
        found[one.key] += one.amount
    return found


def by_school(
    amounts: Sequence[CoveredAmount], names: Mapping[str | None, str]
) -> list[CoverageLine]:
    """Return one line per school, by number; money of no school last."""
    schools = sorted({one.school for one in amounts}, key=lambda one: (one is None, one or ""))
    return [
        CoverageLine(
            names.get(school, school or "schulübergreifend"),
            school,
            by_key(one for one in amounts if one.school == school),
        )
        for school in schools
    ]


def by_category(amounts: Sequence[CoveredAmount], labels: Mapping[str, str]) -> list[CoverageLine]:
    """Return one line per category."""
    return [
        CoverageLine(
            labels.get(category, category or "ohne Maßnahme"),
            None,
            by_key(one for one in amounts if one.category == category),
        )
        for category in sorted({one.category for one in amounts if one.amount})
    ]
