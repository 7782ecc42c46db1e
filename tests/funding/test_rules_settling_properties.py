"""Whatever is entered, in whatever order, a settlement adds up."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.funding.test_rules_settling import assert_adds_up

from netzwart.funding.rules.facts import InvoiceFacts, LineFacts, PaymentFacts, ShareFacts
from netzwart.funding.rules.settling import settle
from netzwart.funding.rules.terms import (
    CapCombination,
    CapKind,
    CapRule,
    FinancingType,
    GrantTerms,
)
from netzwart.money import ZERO

START = date(2022, 1, 1)
END = date(2022, 12, 31)
money = st.decimals(min_value=0, max_value=50000, places=2)

shares = st.builds(
    ShareFacts,
    amount=money,
    measure=st.sampled_from(["m1", "m2", None]),
    category=st.sampled_from(["mobile", "it"]),
    school=st.sampled_from(["100001", "100002", "168269"]),
    in_grant=st.booleans(),
)
payments = st.builds(
    PaymentFacts,
    key=st.just("K"),
    paid_on=st.integers(0, 400).map(lambda days: START + timedelta(days=days)),
    amount=st.decimals(min_value=-20000, max_value=50000, places=2),
    discount=st.decimals(min_value=0, max_value=100, places=2),
)
lines = st.builds(
    LineFacts,
    key=st.just("L"),
    gross=money,
    vat_rate=st.just(Decimal("0.19")),
    quantity=st.integers(0, 30).map(Decimal),
    eligible=st.sampled_from([True, True, False, None]),
    eligible_part=st.sampled_from([Decimal(1), Decimal("0.5"), Decimal("0.333")]),
    shares=st.lists(shares, max_size=3).map(tuple),
    devices=st.lists(st.integers(0, 40).map(str), max_size=5, unique=True).map(tuple),
    incidental_to=st.sampled_from([(), (), ("0/0",), ("0/0", "1/0")]),
)
invoices = st.builds(
    InvoiceFacts,
    key=st.just("R"),
    lines=st.lists(lines, max_size=4).map(tuple),
    payments=st.lists(payments, max_size=3).map(tuple),
    unassigned_in_grant=st.booleans(),
)
grant_terms = st.builds(
    GrantTerms,
    financing=st.sampled_from(FinancingType),
    awarded=money,
    rate=st.sampled_from([Decimal("0.90"), Decimal("0.65"), Decimal(1)]),
    caps=st.sampled_from(CapCombination).map(
        lambda combination: (
            CapRule(
                key="mobil20",
                kind=CapKind.SHARE_OF_TOTAL,
                value=Decimal("0.20"),
                category="mobile",
                combination=combination,
            ),
            CapRule(
                key="mobil25k",
                kind=CapKind.AMOUNT_PER_SCHOOL,
                value=Decimal("25000.00"),
                category="mobile",
                combination=combination,
            ),
            CapRule(
                key="stueck500",
                kind=CapKind.AMOUNT_PER_UNIT,
                value=Decimal("500.00"),
                category="mobile",
            ),
        )
    ),
    paid_until=st.sampled_from([None, date(2022, 6, 30)]),
)


def numbered(entered: list[InvoiceFacts]) -> list[InvoiceFacts]:
    """Give everything the unique keys a database would."""
    return [
        replace(
            invoice,
            key=str(n),
            lines=tuple(
                replace(line, key=f"{n}/{m}", incidental_to=line.incidental_to if m else ())
                for m, line in enumerate(invoice.lines)
            ),
            payments=tuple(
                replace(payment, key=f"{n}-{m}") for m, payment in enumerate(invoice.payments)
            ),
        )
        for n, invoice in enumerate(entered)
    ]


def shuffled(entered: list[InvoiceFacts], random: Random) -> list[InvoiceFacts]:
    def mixed(items: tuple[object, ...]) -> tuple[object, ...]:
        return tuple(random.sample(items, len(items)))

    turned = [
        replace(
            invoice,
            lines=mixed(tuple(replace(line, shares=mixed(line.shares)) for line in invoice.lines)),
            payments=mixed(invoice.payments),
        )
        for invoice in entered
    ]
    return list(mixed(tuple(turned)))  # pyright: ignore[reportReturnType] - invoices, turned


@settings(max_examples=150, deadline=None)
@given(grant_terms, st.lists(invoices, max_size=4))
def test_every_settlement_adds_up(terms: GrantTerms, entered: list[InvoiceFacts]):
    result = settle(terms, numbered(entered), as_of=END)
    assert_adds_up(result)
    assert ZERO <= result.totals.grant_claimed <= max(ZERO, terms.awarded)
    assert result.totals.grant_claimed <= max(ZERO, result.totals.eligible)
    assert all(cap.excess >= 0 for cap in result.caps)


@settings(max_examples=60, deadline=None)
@given(grant_terms, st.lists(invoices, max_size=3), st.randoms(use_true_random=False))
def test_the_order_of_entry_does_not_change_a_settlement(
    terms: GrantTerms, entered: list[InvoiceFacts], random: Random
):
    unique = numbered(entered)
    assert settle(terms, shuffled(unique, random), as_of=END) == settle(terms, unique, as_of=END)
