"""The small rules: words that suggest, figures that are kept, totals that must agree, duties."""

from datetime import date
from decimal import Decimal

import pytest

from netzwart.funding.rules.comparing import Difference, differences, figures_of
from netzwart.funding.rules.duties import message_due_on
from netzwart.funding.rules.facts import DrawdownFacts, InvoiceFacts, PaymentFacts
from netzwart.funding.rules.settling import settle
from netzwart.funding.rules.suggesting import suggest, suspicious_word
from netzwart.funding.rules.taxing import TotalsDisagreeError, gross_of_lines
from netzwart.funding.rules.terms import FinancingType, GrantTerms


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Access Point", None),
        ("Wartungsvertrag 3 Jahre", "Wartung"),
        ("Tablet inkl. support", "support"),
        ("Abonnement", "Abo"),
        ("Verwaltungsrechner", "Verwaltung"),
        ("Labor", None),
    ],
)
def test_words_are_found_at_the_beginning_of_words(text: str, word: str | None):
    assert suspicious_word(text, ["Wartung", "Support", "Abo", "Verwaltung"]) == word
    assert suspicious_word(text, []) is None


def test_words_suggest_and_say_why():
    against = suggest("Ladeschrank", "Geräte", ["Ladeschrank"], "Nr. 2.1")
    assert (against.is_eligible, against.word) == (False, "Ladeschrank")
    assert "Nr. 2.1" in against.reason
    nobody = suggest("Access Point", None, [], "Nr. 2.1")
    assert (nobody.is_eligible, nobody.word) == (False, None)
    speaks_for = suggest("Access Point", "IT-Grundstruktur", [], "Nr. 2.1")
    assert (speaks_for.is_eligible, speaks_for.word) == (True, None)
    assert "IT-Grundstruktur" in speaks_for.reason


def test_kept_figures_tell_what_changed():
    then = {"totals.spent": "10.00", "payment.1.paid": "10.00", "school.-.eligible": "0.00"}
    now = {"totals.spent": "9.00", "payment.2.paid": "9.00", "category.-.eligible": "0.00"}
    assert differences(then, now) == [
        Difference("payment.1.paid", Decimal("10.00"), None),
        Difference("payment.2.paid", None, Decimal("9.00")),
        Difference("totals.spent", Decimal("10.00"), Decimal("9.00")),
    ]
    assert differences(then, then) == []


def test_settlement_is_kept_down_to_each_payment():
    terms = GrantTerms(financing=FinancingType.SHARE, awarded=Decimal("90.00"), rate=Decimal("0.9"))
    paid = PaymentFacts(key="7", paid_on=date(2022, 2, 1), amount=Decimal("10.00"))
    invoice = InvoiceFacts(key="1", lines=(), payments=(paid,), unassigned_in_grant=True)
    drawdown = DrawdownFacts(amount=Decimal("5.00"), received_on=date(2022, 1, 1))
    settled = settle(terms, [invoice], as_of=date(2022, 12, 31), drawdowns=[drawdown])
    assert figures_of(settled) == {
        "totals.spent": "10.00",
        "totals.eligible": "0.00",
        "totals.grant_claimed": "0.00",
        "totals.received": "5.00",
        "category.-.eligible": "0.00",
        "school.-.eligible": "0.00",
        "payment.7.paid": "10.00",
        "payment.7.eligible": "0.00",
    }


def test_lines_share_the_cents_of_the_stated_total():
    nets = [(Decimal("0.33"), Decimal("0.19"))] * 3
    assert sum(gross_of_lines(nets, None)) == Decimal("1.17")
    assert gross_of_lines(nets, Decimal("1.18")) == [
        Decimal("0.40"),
        Decimal("0.39"),
        Decimal("0.39"),
    ]
    with pytest.raises(TotalsDisagreeError) as refused:
        gross_of_lines(nets, Decimal("1.30"))
    for number in ("1,18", "1,30", "0,12"):
        assert number in refused.value.message


def test_messages_are_due_after_two_weeks():
    assert message_due_on(date(2026, 1, 20)) == date(2026, 2, 3)
