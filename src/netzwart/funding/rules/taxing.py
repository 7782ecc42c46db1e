"""VAT of an invoice line, and whether a rate fits the day of delivery."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from netzwart.errors import InvalidInputError
from netzwart.funding.rules.dating import Dated, valid_on
from netzwart.funding.rules.terms import AmountBasis
from netzwart.money import apportion, cents, exact, format_euro, total

ROUNDING_TOLERANCE = Decimal("0.02")
"""Euros by which an invoice's total may differ from its lines. Source: section 8."""


class TotalsDisagreeError(InvalidInputError):
    """The lines of an invoice are not its total."""


@dataclass(frozen=True, slots=True)
class VatRates:
    """The standard and the reduced rate of one period, between 0 and 1."""

    standard: Decimal
    reduced: Decimal


def line_net(quantity: Decimal, unit_net: Decimal) -> Decimal:
    """Return the net amount of a line to the cent. Source: EN 16931, BT-131."""
    return cents(exact(quantity) * exact(unit_net))


def line_amount(net: Decimal, vat_rate: Decimal, basis: AmountBasis = AmountBasis.GROSS) -> Decimal:
    """Return the amount of a line that counts: gross, or net where input tax is deducted.

    Source: ANBest-G 7.4; formula 9.1.
    """
    if basis is AmountBasis.NET:
        return cents(net)
    return cents(exact(net) * (1 + exact(vat_rate)))


def spread_gross(nets: Sequence[tuple[Decimal, Decimal]], stated_total: Decimal) -> list[Decimal]:
    """Return the gross of each (net, vat rate) so that they add up to the invoice's own total.

    Invoices compute VAT on the sum per rate, lines compute it each for themselves; the difference
    of a few cents is spread over the lines.
    """
    gross = [exact(net) * (1 + exact(rate)) for net, rate in nets]
    return apportion(stated_total, gross)


def gross_of_invoice(nets: Sequence[tuple[Decimal, Decimal]]) -> Decimal:
    """Return the total with VAT computed on the sum per rate. Source: EN 16931, BG-23."""
    by_rate: dict[Decimal, Fraction] = {}
    for net, rate in nets:
        by_rate[rate] = by_rate.get(rate, Fraction(0)) + exact(net)
    return total([cents(amount) + cents(amount * exact(rate)) for rate, amount in by_rate.items()])


def gross_of_lines(
    nets: Sequence[tuple[Decimal, Decimal]], stated_total: Decimal | None
) -> list[Decimal]:
    """Return the gross amount of each (net, vat rate) line, adding up to the stated total.

    Without a stated total every line is rounded for itself.

    Raises:
        TotalsDisagreeError: when the lines with their tax differ from the total by more than two
            cents; the message names all three numbers.
    """
    if stated_total is None:
        return [line_amount(net, rate) for net, rate in nets]
    computed = gross_of_invoice(nets)
    if abs(computed - stated_total) > ROUNDING_TOLERANCE:
        message = (
            f"Die Positionen ergeben mit Steuer {format_euro(computed)}, die Rechnung nennt "
            f"{format_euro(stated_total)}; Unterschied {format_euro(stated_total - computed)}."
        )
        raise TotalsDisagreeError(message, {"stated_total": message})
    return spread_gross(nets, stated_total)


def expected_vat(table: Sequence[Dated[VatRates]], delivered_on: date) -> VatRates | None:
    """Return the rates of the day of delivery, None before the table starts.

    The day of delivery decides, not the day of the invoice: 16 % from 1 July to 31 December 2020.
    Source: § 27 Abs. 1, § 28 Abs. 1 UStG; section 4.7.
    """
    entry = valid_on(table, delivered_on)
    return entry.value if entry else None


def vat_fits(table: Sequence[Dated[VatRates]], rate: Decimal, delivered_on: date) -> bool:
    """Return whether the rate can be right for the day; zero always can (§ 19, § 13b UStG)."""
    expected = expected_vat(table, delivered_on)
    return expected is None or rate in {Decimal(0), expected.standard, expected.reduced}
