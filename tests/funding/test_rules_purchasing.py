"""What is missing between order and payment: one case per step, in the order of the steps."""

from decimal import Decimal
from typing import Any

import pytest

from netzwart.funding.rules.purchasing import Gap, GapKind, PurchaseFacts, gaps_of

CLOSED: dict[str, Any] = {
    "ordered": Decimal(40),
    "delivered": Decimal(40),
    "needing_serial": Decimal(40),
    "serials": 40,
    "devices": 40,
    "ordered_gross": Decimal("24752.00"),
    "invoices": 1,
    "invoiced": Decimal(40),
    "invoiced_gross": Decimal("24752.00"),
    "paid": Decimal("24752.00"),
}

CASES: list[tuple[dict[str, Any], list[Gap]]] = [
    ({}, []),
    (
        {"delivered": Decimal(28), "needing_serial": Decimal(28), "invoiced": Decimal(28)},
        [Gap(GapKind.NOT_DELIVERED, Decimal(12), Decimal(40))],
    ),
    ({"delivered": Decimal(41)}, [Gap(GapKind.OVERDELIVERED, Decimal(1), Decimal(40))]),
    ({"serials": 37}, [Gap(GapKind.NO_SERIAL, Decimal(3), Decimal(40))]),
    ({"devices": 38}, [Gap(GapKind.NOT_IN_INVENTORY, Decimal(2), Decimal(40))]),
    (
        {"invoices": 0, "invoiced": Decimal(0), "invoiced_gross": Decimal(0), "paid": Decimal(0)},
        [Gap(GapKind.NO_INVOICE)],
    ),
    (
        {"delivered": Decimal(30), "needing_serial": Decimal(30), "serials": 30, "devices": 30},
        [
            Gap(GapKind.NOT_DELIVERED, Decimal(10), Decimal(40)),
            Gap(GapKind.INVOICED_UNDELIVERED, Decimal(10), Decimal(40)),
        ],
    ),
    (
        {"invoiced_gross": Decimal("20000.00"), "paid": Decimal("20000.00")},
        [Gap(GapKind.PARTLY_INVOICED, amount=Decimal("4752.00"))],
    ),
    (
        {"invoiced_gross": Decimal("25000.00"), "paid": Decimal("25000.00")},
        [Gap(GapKind.INVOICED_MORE, amount=Decimal("248.00"))],
    ),
    ({"paid": Decimal("24000.00")}, [Gap(GapKind.NOT_PAID, amount=Decimal("752.00"))]),
    ({"paid": Decimal("24752.01")}, [Gap(GapKind.OVERPAID, amount=Decimal("0.01"))]),
]


@pytest.mark.parametrize(("changed", "expected"), CASES)
def test_each_step_that_is_missing_is_named(changed: dict[str, Any], expected: list[Gap]):
    assert list(gaps_of(PurchaseFacts(**{**CLOSED, **changed}))) == expected


def test_fresh_order_lacks_its_delivery_only():
    fresh = PurchaseFacts(ordered=Decimal(3), ordered_gross=Decimal("357.00"))
    assert gaps_of(fresh) == (Gap(GapKind.NOT_DELIVERED, Decimal(3), Decimal(3)),)


def test_contradictions_are_told_from_what_is_only_unfinished():
    wrong = {kind for kind in GapKind if Gap(kind).is_wrong}
    assert wrong == {
        GapKind.OVERDELIVERED,
        GapKind.INVOICED_UNDELIVERED,
        GapKind.INVOICED_MORE,
        GapKind.OVERPAID,
    }
